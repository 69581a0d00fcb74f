"""The geographic files that users bring, alone or in a ZIP: GeoJSON, a layer of a GeoPackage, a Shapefile.

They are read in memory, with GDAL's complaints turned into errors.
"""

import io
import sqlite3
import warnings
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from pyproj.exceptions import ProjError

from errors import SourceFormatError
from loaders.brought.geojson import UNREADABLE, to_declare
from loaders.brought.opened import Choice, Opened
from loaders.brought.schemas import Schema, one_of
from loaders.formats import encodings
from loaders.formats.cells import column_texts
from loaders.formats.grids import MAX_ROWS, check_rows
from loaders.formats.systems import stated_system
from loaders.formats.uploads import Format, Limits, check_members, is_added, opened, posix

#: Members of a Shapefile: those that it cannot do without, and those that help.
NEEDED: Final = {".shp": "les géométries", ".shx": "l'index des géométries", ".dbf": "les attributs"}
HELPING: Final = (".prj", ".cpg")
#: Bytes of a SQLite file that say how it is written: 2 where the last writings lie in another file.
_WAL: Final = slice(18, 20)
_JOURNAL: Final = 2
_ALONE: Final = b"\x01\x01"
#: Beyond it not every integer is a float.
_EXACT: Final = 2**53
#: Geometries that no plan can hold, by their kind.
_CURVES: Final = range(8, 13)
_SOLIDS: Final = {15: "surface polyédrique", 16: "TIN", 17: "triangle"}
_GEOPACKAGE: Final = ("GeoPackage illisible ou tronqué", "exporter de nouveau le GeoPackage")
_SHAPEFILE: Final = ("Shapefile illisible ou tronqué", "exporter de nouveau le Shapefile")

#: Read so, each byte of a text is one letter, whatever the encoding.
_BYTES: Final = "ISO-8859-1"
#: A DBF says in its first bytes where its rows start; each column is described in as many bytes, its name first.
_DBF_HEAD: Final = 32
_DBF_NAME: Final = 11
#: What an archive may hold; geometries shrink some 10 times.
LIMITS: Final = Limits(members=1_000, inflated_bytes=300_000_000, ratio=200)
_AGAIN: Final = "refaire ou télécharger de nouveau l'archive"
#: The formats that may lie in an archive, one file each.
_SINGLE: Final = (".geojson", ".json", ".gpkg", ".csv", ".txt", ".tsv", ".xlsx")


def open_archive(
    path: Path, raw: bytes, *, member: str | None
) -> tuple[str, tuple[str, ...], dict[str, bytes]]:
    """Take a layer out of an archive: its name, those of all, and its files by extension ("" for a single one).

    Nothing is written on the disk, whatever names the members bear.
    """
    listed = check_members(
        path,
        raw,
        limits=LIMITS,
        damaged=("archive ZIP tronquée ou endommagée", _AGAIN),
        alone="mettre dans l'archive le seul fichier de la couche",
    )
    members = {
        posix(known.filename): known
        for known in listed
        if not known.is_dir() and not is_added(known.filename)
    }
    names = list(members)
    shapefiles = _shapefiles(names)
    singles = {name: {"": name} for name in names if PurePosixPath(name).suffix.lower() in _SINGLE}
    layers = shapefiles | singles
    if not layers:
        raise SourceFormatError(
            path,
            "l'archive ne contient ni Shapefile, ni GeoJSON, ni GeoPackage, ni tableau",
            "y mettre les fichiers .shp, .shx, .dbf et .prj de la couche",
        )
    member = one_of(path, layers, member, next(iter(layers)), "couche")
    with opened(path, raw, f"« {member} » est illisible dans l'archive", _AGAIN) as archive:
        content = {suffix: archive.read(members[name]) for suffix, name in layers[member].items()}
    return member, tuple(layers), content


def open_geopackage(path: Path, raw: bytes, choice: Choice, schema: Schema) -> Opened:
    """Open a layer of a GeoPackage."""
    listed = _attempt(path, lambda: pyogrio.list_layers(raw).tolist(), _GEOPACKAGE)
    held = _attempt(path, lambda: _real_tables(raw), _GEOPACKAGE)
    layers = {str(name): str(kind) for name, kind in listed if kind is not None and name in held}
    if not layers:
        raise SourceFormatError(path, *schema.no_layer)
    part = schema.layer(path, layers, choice.part)
    opened = _layer(path, raw, "gpkg", _GEOPACKAGE, choice, schema, layer=part)
    if _JOURNAL in raw[_WAL]:
        beside = (
            "Ce GeoPackage est en mode WAL : les dernières saisies peuvent manquer, car elles restent dans un fichier « -wal » "
            "à côté de lui tant que le logiciel qui l'a ouvert n'est pas fermé. Fermez-le, puis donnez de nouveau le fichier."
        )
        opened = replace(opened, doubts=(*opened.doubts, beside), grave=(*opened.grave, beside))
    return replace(opened, choice=replace(choice, part=part or None), parts=tuple(layers))


def _real_tables(raw: bytes) -> frozenset[str]:
    """Name the tables whose rows the file itself holds: a view or a virtual table may be without end."""
    with closing(sqlite3.connect(":memory:")) as base:
        # A base in memory has no file beside it.
        base.deserialize(raw[: _WAL.start] + _ALONE + raw[_WAL.stop :])
        listed = base.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    return frozenset(str(name) for name, sql in listed if str(sql).split()[1].upper() != "VIRTUAL")


def open_shapefile(path: Path, members: Mapping[str, bytes], choice: Choice, schema: Schema) -> Opened:
    """Open a Shapefile."""
    for suffix, what in NEEDED.items():
        if suffix not in members:
            raise SourceFormatError(
                path,
                f"le Shapefile n'a pas son fichier {suffix} ({what})",
                "mettre dans l'archive tous les fichiers du Shapefile (.shp, .shx, .dbf, .prj)",
            )
    # A tidy archive in memory: the names of the user's own never reach the library.
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for suffix in (*NEEDED, ".prj"):
            if suffix in members:
                archive.writestr(f"couche{suffix}", members[suffix])
    notes, doubts = [], []
    announced = _stated_encoding(members)
    encoding = choice.encoding or encodings.recognised(_texts_of(members[".dbf"]), stated=announced)
    if ".cpg" not in members:
        notes.append("Pas de fichier .cpg : l'encodage des attributs est reconnu d'après leurs lettres.")
    if announced and encoding != announced and choice.encoding is None:
        doubts.append(
            f"Le Shapefile annonce des textes en {encodings.title(announced)}, ils se lisent en {encodings.title(encoding)} : "
            "vérifiez les accents, et changez l'encodage s'il le faut."
        )
    choice = replace(choice, encoding=encoding)
    opened = _layer(path, buffer.getvalue(), "shp", _SHAPEFILE, choice, schema, encoding=_BYTES)
    stated = opened.stated
    if ".prj" not in members:
        notes.append("Pas de fichier .prj : le Shapefile ne dit pas son système de coordonnées.")
    elif stated is None:
        # GDAL says nothing of what it cannot read, and does not read all that PROJ does.
        text = members[".prj"].decode("utf-8-sig", errors="replace").strip()
        stated, unknown = stated_system(text)
        if unknown and not opened.doubts:
            doubts.append(
                f"Le fichier .prj est illisible ou dit un système inconnu ou local (« {text[:60]} ») : vérifiez celui qui est "
                "retenu, ou choisissez-le."
            )
    return replace(opened, stated=stated, notes=tuple(notes), doubts=(*doubts, *opened.doubts))


def _texts_of(dbf: bytes) -> bytes:
    """Give what a DBF holds of letters: the names of its columns, and its rows."""
    start = int.from_bytes(dbf[8:10], "little")
    names = [dbf[at : at + _DBF_NAME].partition(b"\x00")[0] for at in range(_DBF_HEAD, start, _DBF_HEAD)]
    return b" ".join([*names, dbf[start:]])


def _stated_encoding(members: Mapping[str, bytes]) -> str | None:
    """Give the encoding that a Shapefile states, in its `.cpg` first."""
    cpg = members.get(".cpg", b"").decode("ascii", errors="replace")
    return encodings.codec(cpg) or encodings.dbf_codec(members[".dbf"])


def _in_letters(frame: pd.DataFrame, encoding: str) -> pd.DataFrame:
    """Give the columns of a Shapefile, and their texts, the letters of an encoding."""
    # A heading may be cut within its last letter: the format gives it ten bytes.
    names = {name: _letters(name, encoding).rstrip("\ufffd") for name in frame.columns}
    texts = [name for name in frame.columns if not _is_typed(frame[name])]
    recoded = {name: [_letters(text, encoding) for text in frame[name]] for name in texts}
    return frame.assign(**recoded).rename(columns=names)


def _letters(text: Any, encoding: str) -> Any:
    """Turn the bytes of a text, of which each was read as one letter, into the letters that they are."""
    if not isinstance(text, str) or text.isascii():
        return text
    return text.encode("latin-1").decode(encoding, errors="replace")


def _layer(
    path: Path,
    raw: bytes,
    kind: Format,
    told: tuple[str, str],
    choice: Choice,
    schema: Schema,
    **options: Any,
) -> Opened:
    info = _attempt(path, lambda: pyogrio.read_info(raw, **options), told)
    check_rows(path, int(info["features"]))
    meta, table = _attempt(
        path,
        lambda: pyogrio.raw.read_arrow(
            raw, **options, columns=[], max_features=MAX_ROWS + 1, return_fids=True
        ),
        told,
    )
    place = meta["geometry_name"] or "wkb_geometry"
    if place not in table.column_names or not len(table):
        raise SourceFormatError(path, *schema.no_object)
    wkb = table.column(place).to_pylist()
    check_rows(path, len(wkb))
    curves = [at for at, one in enumerate(wkb) if one and _wkb_kind(one) in _CURVES]
    if curves:
        ids = table.column(next(name for name in table.column_names if name != place)).to_pylist()
        for at in curves:
            wkb[at] = _attempt(path, partial(_in_lines, raw, options, ids[at]), told)
    frame, misread = _fields(path, raw, told, options)
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="ligne")
    types = dict(zip(map(str, info["fields"]), map(str, info["dtypes"]), strict=True))
    lossy = [name for name, dtype in types.items() if dtype == "int64" and _is_rounded(frame[name])]
    if lossy:
        exact = _attempt(
            path, lambda: pyogrio.raw.read_arrow(raw, **options, columns=lossy, read_geometry=False)[1], told
        )
        frame = frame.assign(
            **{name: exact.column(name).to_pandas(integer_object_nulls=True).array for name in lossy}
        )
    if choice.encoding is not None:
        frame = _in_letters(frame, choice.encoding)
    headings = [str(name) for name in frame.columns if schema.keeps(str(name))]
    columns = {name: frame[headings[place]] for name, place in schema.places(path, headings).items()}
    cells = {name: column_texts(values, hours=schema.hours) for name, values in columns.items()}
    shapes, faults = _shapes(wkb)
    stated, unknown = stated_system(meta["crs"] or None)
    return Opened(
        path.name,
        kind,
        choice,
        tuple(headings),
        pd.DataFrame(cells, index=frame.index, dtype="str"),
        pd.Series(shapes, index=frame.index, dtype=object),
        pd.Series(faults, index=frame.index, dtype="str"),
        stated,
        doubts=(*misread, *to_declare(unknown)),
        declared_text=frozenset(name for name, values in columns.items() if not _is_typed(values)),
    )


def _fields(
    path: Path, raw: bytes, told: tuple[str, str], options: Mapping[str, Any]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Read the columns of a layer, and say which of its texts are not in the encoding of the format."""
    asked = dict(options, read_geometry=False, max_features=MAX_ROWS + 1)
    try:
        return _attempt(path, lambda: pyogrio.read_dataframe(raw, **asked), told), ()
    except SourceFormatError as error:
        if not isinstance(error.__cause__, UnicodeDecodeError):
            raise
    table = _attempt(path, lambda: pyogrio.raw.read_arrow(raw, **asked)[1], told)
    texts = [column.name for column in table.schema if pa.types.is_string(column.type)]
    found = {name: table.column(name).cast(pa.binary()).to_pylist() for name in texts}
    wrong = b" ".join(
        cell for cells in found.values() for cell in cells if cell and not encodings.is_utf8(cell)
    )
    encoding = encodings.recognised(wrong)
    columns = {
        name: [
            cell and cell.decode("utf-8" if encodings.is_utf8(cell) else encoding, "replace")
            for cell in found[name]
        ]
        if name in found
        else table.column(name).to_pandas()
        for name in table.column_names
    }
    doubt = f"Des textes ne sont pas en UTF-8, comme le format le veut : ils se lisent en {encodings.title(encoding)}."
    return pd.DataFrame(columns), (doubt,)


def _in_lines(raw: bytes, options: Mapping[str, Any], fid: int) -> bytes | None:
    """Read one geometry, whose curves are drawn by lines."""
    found: bytes | None = pyogrio.raw.read(raw, **options, columns=[], fids=[fid])[2][0]
    return found


def _shapes(wkb: Sequence[bytes | None]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Read geometries one by one: what is wrong with one is said of its row."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shapes = np.asarray(
            shapely.from_wkb(np.asarray(wkb, dtype=object), on_invalid="ignore"), dtype=object
        )
    faults = np.full(len(shapes), "", dtype=object)
    for at, one in enumerate(wkb):
        if one is None or shapes[at] is not None:
            continue
        kind = _SOLIDS.get(_wkb_kind(one))
        faults[at] = f"{UNREADABLE} ({kind})" if kind else UNREADABLE
    finite = np.array([np.isfinite(shapely.get_coordinates(shape)).all() for shape in shapes], dtype=bool)
    shapes[~finite] = None
    return shapes, faults


def _wkb_kind(wkb: bytes) -> int:
    """Give the kind of a geometry, whatever its dimensions."""
    kind = int.from_bytes(wkb[1:5], "little" if wkb[:1] == b"\x01" else "big")
    return (kind & 0xFFFF) % 1000


def _is_rounded(values: pd.Series) -> bool:
    """Tell whether integers that stand beside blanks were read as floats, and are too large for them."""
    return bool(pd.api.types.is_float_dtype(values) and (values.abs() >= _EXACT).any())


def _attempt(path: Path, read: Callable[[], Any], told: tuple[str, str]) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL's, of metadata that the project does not use
            return read()
    # Of a damaged file GDAL may give text of another encoding, dates that no calendar has, or shapes that are none.
    except (
        pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FieldError, ValueError, OSError,
        OverflowError, TypeError, LookupError, ProjError, sqlite3.Error, shapely.errors.ShapelyError,
    ) as error:  # fmt: skip
        raise SourceFormatError(path, *told) from error


def _is_typed(values: pd.Series) -> bool:
    return bool(
        pd.api.types.is_numeric_dtype(values)
        or pd.api.types.is_datetime64_any_dtype(values)
        or pd.api.types.infer_dtype(values, skipna=True) == "integer"
    )


def _shapefiles(names: Sequence[str]) -> dict[str, dict[str, str]]:
    """Give the members of each Shapefile by extension, under its name."""
    stems: dict[str, dict[str, str]] = {}
    for name in names:
        suffix = PurePosixPath(name).suffix.lower()
        if suffix in NEEDED or suffix in HELPING:
            stems.setdefault(name[: -len(suffix)].casefold(), {}).setdefault(suffix, name)
    # A lone .dbf or .prj may belong to something else; a lone .shx does not.
    kept = [found for found in stems.values() if ".shp" in found or {".shx", ".dbf"} <= set(found)]
    return {
        PurePosixPath(next(iter(found.values()))).stem + ".shp"
        if ".shp" not in found
        else found[".shp"]: found
        for found in kept
    }
