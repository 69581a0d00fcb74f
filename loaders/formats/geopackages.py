"""Read the GeoPackages that users have: one layer of points, in a stated coordinate system."""

import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from errors import CrsError, SourceContentError, SourceCrsError, SourceFormatError
from geo.crs import to_lambert93, to_wgs84
from loaders.formats.cells import number_text
from loaders.formats.grids import RawTable, Recognise, check_rows

#: The layer that is read of several.
LAYER = "locaux"
NOT_A_POINT = "géométrie autre qu'un point"
_EXPORT_AGAIN = "exporter de nouveau le GeoPackage"


def read_geopackage(path: Path, raw: bytes, recognise: Recognise) -> RawTable:
    """Read the rows of a GeoPackage's layer of points."""
    layer = _layer(path, raw)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL's, of metadata that the project does not use
            info = pyogrio.read_info(raw, layer=layer)
            check_rows(path, int(info["features"]))
            frame = pyogrio.read_dataframe(raw, layer=layer)
    except SourceContentError:
        raise
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, OSError) as error:
        raise SourceFormatError(path, "GeoPackage illisible ou tronqué", _EXPORT_AGAIN) from error
    if frame.empty:
        raise SourceFormatError(path, "aucune ligne de données", "remplir la couche")
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="ligne")
    cells, notes = _cells(path, frame, recognise)
    lon, lat = _degrees(path, frame)
    cells["lon"], cells["lat"] = lon, lat
    unplaced = frame.geometry.notna() & ~frame.geometry.is_empty & (lon == "")
    return RawTable(cells, notes, dict.fromkeys(frame.index[unplaced], NOT_A_POINT))


def _layer(path: Path, raw: bytes) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            layers = [(str(name), kind) for name, kind in pyogrio.list_layers(raw)]
    except (pyogrio.errors.DataSourceError, ValueError, OSError) as error:
        raise SourceFormatError(path, "GeoPackage illisible ou tronqué", _EXPORT_AGAIN) from error
    placed = [(name, str(kind)) for name, kind in layers if kind is not None]
    if not placed:
        raise SourceFormatError(path, "aucune couche géographique", "exporter une couche de points")
    if len(placed) > 1:
        named = [pair for pair in placed if pair[0].casefold() == LAYER]
        if not named:
            names = ", ".join(f"« {name} »" for name, _ in placed)
            raise SourceFormatError(
                path,
                f"{len(placed)} couches géographiques : {names}",
                f"n'en garder qu'une, ou nommer « {LAYER} » celle à lire",
            )
        placed = named
    name, kind = placed[0]
    if "Point" not in kind and kind not in {"Unknown", "GeometryCollection"}:
        raise SourceFormatError(
            path,
            f"la couche « {name} » contient des géométries « {kind} », des points sont attendus",
            "exporter un point par local (par exemple le centroïde de la parcelle)",
        )
    return name


def _cells(path: Path, frame: gpd.GeoDataFrame, recognise: Recognise) -> tuple[pd.DataFrame, list[str]]:
    columns: dict[str, pd.Series] = {}
    ignored = []
    for title in map(str, frame.columns):
        if title == frame.geometry.name:
            continue
        name = recognise(title)
        if name in columns:
            raise SourceFormatError(
                path, f"colonne en double : « {title} »", "n'en garder qu'une, ou renommer l'autre"
            )
        if name in {"lon", "lat"}:
            continue  # the geometry prevails
        if name:
            columns[name] = texts_of(frame[title])
        else:
            ignored.append(title)
    notes = ["Colonnes inconnues, non lues : " + ", ".join(ignored)] if ignored else []
    return pd.DataFrame(columns, index=frame.index, dtype="str"), notes


def texts_of(values: pd.Series) -> pd.Series:
    """Write the values of a typed column as the cells of a text file would."""
    if pd.api.types.is_bool_dtype(values):
        return values.map({True: "oui", False: "non"}).astype("str")
    if pd.api.types.is_datetime64_any_dtype(values):
        days: pd.Series = values.dt.strftime("%Y-%m-%d").fillna("").astype("str")
        return days
    if pd.api.types.is_numeric_dtype(values):
        return values.map(number_text).astype("str")
    texts = ["" if pd.isna(value) else str(value).strip() for value in values]
    return pd.Series(texts, index=values.index, dtype="str")


def _degrees(path: Path, frame: gpd.GeoDataFrame) -> tuple[pd.Series, pd.Series]:
    if frame.crs is None:
        raise SourceCrsError(
            path,
            "la couche ne déclare aucun système de coordonnées",
            "lui donner le sien dans le logiciel SIG (EPSG:2154 ou EPSG:4326) et l'exporter de nouveau",
        )
    points = frame.geometry.map(_single)
    known = gpd.GeoSeries(points[points.notna()], crs=frame.crs)
    try:
        degrees = to_wgs84(to_lambert93(known))
    except CrsError as error:
        raise SourceCrsError(
            path,
            f"coordonnées incompatibles avec le système déclaré ({error})",
            "corriger le système de la couche",
        ) from error
    lon = degrees.x.map(_degree_text).reindex(frame.index).fillna("")
    lat = degrees.y.map(_degree_text).reindex(frame.index).fillna("")
    return lon.astype("str"), lat.astype("str")


def _degree_text(value: float) -> str:
    return f"{value:.9f}"


def _single(geometry: Any) -> shapely.Point | None:
    """Give the point, of a multipoint that has one too; nothing for what has no single place."""
    parts = shapely.get_parts(geometry)
    if len(parts) == 1 and isinstance(parts[0], shapely.Point):
        return shapely.force_2d(parts[0])
    return None
