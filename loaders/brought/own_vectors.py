"""The geographic files that users bring: GeoJSON, a layer of a GeoPackage, the members of a Shapefile."""

import io
import json
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyproj import CRS
from pyproj.exceptions import ProjError

from errors import SourceContentError, SourceFormatError
from loaders.brought.own_tables import MAX_COLUMNS, named
from loaders.formats.cells import number_text
from loaders.formats.delimited import decoded
from loaders.formats.geopackages import texts_of
from loaders.formats.grids import MAX_ROWS, check_rows
from loaders.formats.shapes import geometry_of
from loaders.formats.texts import json_of

UNREADABLE: Final = "géométrie illisible"
#: Members of a Shapefile: those that it cannot do without, and those that help.
NEEDED: Final = {".shp": "les géométries", ".shx": "l'index des géométries", ".dbf": "les attributs"}
HELPING: Final = (".prj", ".cpg")
_GEOPACKAGE: Final = ("GeoPackage illisible ou tronqué", "exporter de nouveau le GeoPackage")
_SHAPEFILE: Final = ("Shapefile illisible ou tronqué", "exporter de nouveau le Shapefile")
_DEGREES: Final = "EPSG:4326"


@dataclass(frozen=True, eq=False)
class Vectors:
    """The objects of a geographic file."""

    cells: pd.DataFrame
    kept_as_text: frozenset[str]
    shapes: pd.Series
    faults: pd.Series
    crs: str | None
    part: str = ""
    parts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def open_geojson(path: Path, raw: bytes) -> Vectors:
    """Open a GeoJSON file."""
    document = json_of(path, decoded(path, raw)[0])
    features = _features(path, document)
    check_rows(path, len(features))
    index = pd.RangeIndex(1, len(features) + 1, name="ligne")
    shapes = np.full(len(features), None, dtype=object)
    faults = np.full(len(features), "", dtype=object)
    rows: list[dict[str, Any]] = []
    for at, feature in enumerate(features):
        properties = feature.get("properties") if isinstance(feature, dict) else None
        rows.append(properties if isinstance(properties, dict) else {})
        try:
            shapes[at] = geometry_of(feature.get("geometry")) if isinstance(feature, dict) else None
        except (ValueError, RecursionError):
            faults[at] = UNREADABLE
    headings = list(dict.fromkeys(name for row in rows for name in row))
    _check_columns(path, len(headings))
    columns = {
        title: [_text(row.get(heading)) for row in rows]
        for title, heading in zip(named(headings), headings, strict=True)
    }
    texts = {
        title
        for title, heading in zip(columns, headings, strict=True)
        if any(isinstance(row.get(heading), str) for row in rows)
    }
    return Vectors(
        pd.DataFrame(columns, index=index, dtype="str"),
        frozenset(texts),
        pd.Series(shapes, index=index, dtype=object),
        pd.Series(faults, index=index, dtype="str"),
        _stated(document),
    )


def open_geopackage(path: Path, raw: bytes, *, part: str | None) -> Vectors:
    """Open a layer of a GeoPackage."""
    layers = _attempt(path, lambda: [(str(n), k) for n, k in pyogrio.list_layers(raw)], _GEOPACKAGE)
    names = tuple(name for name, kind in layers if kind is not None)
    if not names:
        raise SourceFormatError(
            path, "aucune couche géographique", "exporter une couche qui a des géométries"
        )
    part = names[0] if part is None else part
    if part not in names:
        raise SourceFormatError(path, f"pas de couche « {part} »", f"choisir parmi : {', '.join(names)}")
    return _ogr(path, raw, _GEOPACKAGE, layer=part, layers=names)


def open_shapefile(path: Path, members: Mapping[str, bytes], *, encoding: str | None) -> Vectors:
    """Open a Shapefile."""
    for suffix, what in NEEDED.items():
        if suffix not in members:
            raise SourceFormatError(
                path,
                f"le Shapefile n'a pas son fichier {suffix} ({what})",
                "mettre dans l'archive tous les fichiers du Shapefile (.shp, .shx, .dbf, .prj)",
            )
    notes = []
    # A tidy archive in memory: the names of the user's own never reach the library.
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for suffix in (*NEEDED, *HELPING):
            if suffix in members and not (suffix == ".cpg" and encoding):
                archive.writestr(f"couche{suffix}", members[suffix])
    if ".cpg" not in members and encoding is None:
        encoding = _encoding_of(members[".dbf"])
        notes.append(
            f"Pas de fichier .cpg : attributs lus en {'UTF-8' if encoding == 'utf-8' else 'Windows-1252'}"
        )
    if ".prj" not in members:
        notes.append("Pas de fichier .prj : le Shapefile ne dit pas son système de coordonnées")
    return _ogr(path, buffer.getvalue(), _SHAPEFILE, encoding=encoding, notes=tuple(notes))


def _ogr(
    path: Path,
    raw: bytes,
    told: tuple[str, str],
    *,
    layer: str | None = None,
    layers: tuple[str, ...] = (),
    encoding: str | None = None,
    notes: tuple[str, ...] = (),
) -> Vectors:
    options = {"layer": layer, "encoding": encoding}
    info = _attempt(path, lambda: pyogrio.read_info(raw, **options), told)
    check_rows(path, int(info["features"]))
    _check_columns(path, len(info["fields"]))
    frame = _attempt(path, lambda: pyogrio.read_dataframe(raw, **options, max_features=MAX_ROWS + 1), told)
    check_rows(path, len(frame))
    if frame.empty or "geometry" not in frame.columns:
        raise SourceFormatError(path, "aucun objet géographique", "exporter une couche remplie")
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="ligne")
    shapes = pd.Series(np.asarray(frame.geometry.array, dtype=object), index=frame.index, dtype=object)
    table = pd.DataFrame(frame.drop(columns="geometry"))
    texts = {title for title in table.columns if not _is_typed(table[title])}
    headings = named(list(map(str, table.columns)))
    renamed = dict(zip(table.columns, headings, strict=True))
    cells = {renamed[title]: _cells(table[title]) for title in table.columns}
    return Vectors(
        pd.DataFrame(cells, index=frame.index, dtype="str"),
        frozenset(renamed[title] for title in texts),
        shapes,
        pd.Series("", index=frame.index),
        _name_of(frame.crs),
        layer or "",
        layers,
        notes,
    )


def _attempt(path: Path, read: Callable[[], Any], told: tuple[str, str]) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL's, of metadata that the project does not use
            return read()
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pyogrio.errors.FieldError,
    ) as error:
        raise SourceFormatError(path, *told) from error
    # Of a damaged file GDAL may give text of another encoding, dates that no calendar has, or shapes that are none.
    except (
        ValueError, OSError, OverflowError, TypeError, LookupError, ProjError, shapely.errors.ShapelyError,
    ) as error:  # fmt: skip
        raise SourceFormatError(path, *told) from error


def _is_typed(values: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values))


def _name_of(crs: Any) -> str | None:
    if crs is None:
        return None
    code = CRS.from_user_input(crs).to_epsg(min_confidence=60)
    return f"EPSG:{code}" if code else str(crs.to_wkt())


def _encoding_of(dbf: bytes) -> str:
    try:
        dbf[32:].decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _features(path: Path, document: Any) -> list[Any]:
    kind = document.get("type") if isinstance(document, dict) else None
    if kind == "Topology":
        raise SourceFormatError(path, "fichier TopoJSON", "l'enregistrer en GeoJSON")
    if kind == "Feature":
        return [document]
    features = document.get("features") if isinstance(document, dict) else None
    if kind != "FeatureCollection" or not isinstance(features, list):
        raise SourceFormatError(
            path, "ce n'est pas une FeatureCollection GeoJSON", "exporter de nouveau en GeoJSON"
        )
    if not features:
        raise SourceFormatError(path, "aucun objet dans le fichier", "exporter une couche remplie")
    return features


def _stated(document: Mapping[str, Any]) -> str | None:
    crs = document.get("crs", _DEGREES)
    if isinstance(crs, dict) and isinstance(crs.get("properties"), dict):
        crs = crs["properties"].get("name")
    if not isinstance(crs, str):
        return None
    try:
        return _name_of(CRS.from_user_input(_DEGREES if crs.endswith("CRS84") else crs))
    except ProjError:
        return None


def _check_columns(path: Path, number: int) -> None:
    if number > MAX_COLUMNS:
        raise SourceContentError(
            path, f"{number} colonnes, {MAX_COLUMNS} au plus sont acceptées", "retirer des colonnes"
        )


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return str(value) if isinstance(value, int) else number_text(value)


def _cells(values: pd.Series) -> pd.Series:
    """Write a typed column as text; what has an hour keeps it."""
    if (
        pd.api.types.is_datetime64_any_dtype(values)
        and (values.dropna() != values.dropna().dt.normalize()).any()
    ):
        return pd.Series(
            ["" if pd.isna(day) else day.isoformat() for day in values], index=values.index, dtype="str"
        )
    return texts_of(values)
