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
from pathlib import Path, PurePosixPath
from typing import Any, Final

import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyproj import CRS
from pyproj.exceptions import ProjError

from errors import SourceFormatError
from geo.crs import WGS84
from loaders.brought.opened import Choice, Opened
from loaders.brought.own_values import named
from loaders.brought.schemas import Schema, one_of
from loaders.formats.cells import cell_text, column_texts
from loaders.formats.grids import MAX_ROWS, check_columns, check_rows, decoded
from loaders.formats.shapes import geometry_of
from loaders.formats.texts import json_of
from loaders.formats.uploads import Format, Limits, check_members, opened

UNREADABLE: Final = "géométrie illisible"
#: Members of a Shapefile: those that it cannot do without, and those that help.
NEEDED: Final = {".shp": "les géométries", ".shx": "l'index des géométries", ".dbf": "les attributs"}
HELPING: Final = (".prj", ".cpg")
_GEOPACKAGE: Final = ("GeoPackage illisible ou tronqué", "exporter de nouveau le GeoPackage")
_SHAPEFILE: Final = ("Shapefile illisible ou tronqué", "exporter de nouveau le Shapefile")

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
    names = [known.filename for known in listed if not known.is_dir() and not _is_hidden(known.filename)]
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
        content = {suffix: archive.read(name) for suffix, name in layers[member].items()}
    return member, tuple(layers), content


def open_geojson(path: Path, raw: bytes, choice: Choice) -> Opened:
    """Open a GeoJSON file."""
    document = json_of(path, decoded(path, raw)[0])
    features = [found if isinstance(found, dict) else {} for found in _features(path, document)]
    check_rows(path, len(features))
    index = pd.RangeIndex(1, len(features) + 1, name="ligne")
    shapes = np.full(len(features), None, dtype=object)
    faults = np.full(len(features), "", dtype=object)
    rows: list[dict[str, Any]] = []
    for at, feature in enumerate(features):
        properties = feature.get("properties")
        rows.append(properties if isinstance(properties, dict) else {})
        try:
            shapes[at] = geometry_of(feature.get("geometry"))
        except (ValueError, RecursionError):
            faults[at] = UNREADABLE
    headings = list(dict.fromkeys(name for row in rows for name in row))
    check_columns(path, len(headings))
    titles = dict(zip(named(headings), headings, strict=True))
    cells = {title: [cell_text(row.get(heading)) for row in rows] for title, heading in titles.items()}
    texts = {
        title for title, heading in titles.items() if any(isinstance(row.get(heading), str) for row in rows)
    }
    return Opened(
        path.name,
        "geojson",
        choice,
        tuple(headings),
        pd.DataFrame(cells, index=index, dtype="str"),
        pd.Series(shapes, index=index, dtype=object),
        pd.Series(faults, index=index, dtype="str"),
        _stated(document),
        declared_text=frozenset(texts),
    )


def open_geopackage(path: Path, raw: bytes, choice: Choice, schema: Schema) -> Opened:
    """Open a layer of a GeoPackage."""
    listed = _attempt(path, lambda: pyogrio.list_layers(raw).tolist(), _GEOPACKAGE)
    held = _attempt(path, lambda: _real_tables(raw), _GEOPACKAGE)
    layers = {str(name): str(kind) for name, kind in listed if kind is not None and name in held}
    if not layers:
        raise SourceFormatError(path, *schema.no_layer)
    part = schema.layer(path, layers, choice.part)
    opened = _layer(path, raw, "gpkg", _GEOPACKAGE, choice, schema, layer=part)
    return replace(opened, choice=replace(choice, part=part or None), parts=tuple(layers))


def _real_tables(raw: bytes) -> frozenset[str]:
    """Name the tables whose rows the file itself holds: a view or a virtual table may be without end."""
    with closing(sqlite3.connect(":memory:")) as base:
        base.deserialize(raw)
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
    notes, encoding = [], choice.encoding
    # A tidy archive in memory: the names of the user's own never reach the library.
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for suffix in (*NEEDED, *HELPING):
            if suffix in members and not (suffix == ".cpg" and encoding):
                archive.writestr(f"couche{suffix}", members[suffix])
    if ".cpg" not in members and encoding is None:
        encoding = _encoding_of(members[".dbf"])
        notes.append(
            f"Pas de fichier .cpg : attributs lus en {'UTF-8' if encoding == 'utf-8' else 'Windows-1252'}."
        )
    if ".prj" not in members:
        notes.append("Pas de fichier .prj : le Shapefile ne dit pas son système de coordonnées.")
    opened = _layer(path, buffer.getvalue(), "shp", _SHAPEFILE, choice, schema, encoding=encoding)
    return replace(opened, notes=tuple(notes))


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
    frame = _attempt(path, lambda: pyogrio.read_dataframe(raw, **options, max_features=MAX_ROWS + 1), told)
    check_rows(path, len(frame))
    if frame.empty or "geometry" not in frame.columns:
        raise SourceFormatError(path, *schema.no_object)
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="ligne")
    headings = [str(name) for name in frame.columns.drop("geometry") if schema.keeps(str(name))]
    columns = {name: frame[headings[place]] for name, place in schema.places(path, headings).items()}
    cells = {name: column_texts(values, hours=schema.hours) for name, values in columns.items()}
    return Opened(
        path.name,
        kind,
        choice,
        tuple(headings),
        pd.DataFrame(cells, index=frame.index, dtype="str"),
        pd.Series(np.asarray(frame.geometry.array, dtype=object), index=frame.index, dtype=object),
        pd.Series("", index=frame.index),
        None if frame.crs is None else frame.crs.to_wkt(),
        declared_text=frozenset(name for name, values in columns.items() if not _is_typed(values)),
    )


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
    return bool(pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values))


def _encoding_of(dbf: bytes) -> str:
    try:
        dbf[32:].decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _features(path: Path, document: Any) -> list[Any]:
    stated = document if isinstance(document, dict) else {}
    kind, features = stated.get("type"), stated.get("features")
    if kind == "Topology":
        raise SourceFormatError(path, "fichier TopoJSON", "l'enregistrer en GeoJSON")
    if kind == "Feature":
        return [document]
    if kind != "FeatureCollection" or not isinstance(features, list):
        raise SourceFormatError(
            path, "ce n'est pas une FeatureCollection GeoJSON", "exporter de nouveau en GeoJSON"
        )
    if not features:
        raise SourceFormatError(path, "aucun objet dans le fichier", "exporter une couche remplie")
    return features


def _stated(document: Mapping[str, Any]) -> str | None:
    crs = document.get("crs", WGS84)
    if isinstance(crs, dict) and isinstance(crs.get("properties"), dict):
        crs = crs["properties"].get("name")
    if not isinstance(crs, str):
        return None
    try:
        return str(CRS.from_user_input(WGS84 if crs.endswith("CRS84") else crs).to_wkt())
    except ProjError:
        return None


def _is_hidden(name: str) -> bool:
    """Tell what systems add to archives by themselves."""
    return PurePosixPath(name).name.startswith(".") or "__MACOSX" in PurePosixPath(name).parts


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
