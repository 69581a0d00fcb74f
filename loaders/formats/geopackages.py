"""Read the layers of the geographic files that users have, in memory and with GDAL's complaints turned into errors."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from pyproj.exceptions import ProjError

from errors import CrsError, SourceCrsError, SourceFormatError
from geo.crs import to_lambert93, to_wgs84
from loaders.formats.cells import column_texts
from loaders.formats.grids import MAX_ROWS, RawTable, Recognise, check_rows, places_of

#: The layer that is read of several.
LAYER: Final = "locaux"
NOT_A_POINT: Final = "géométrie autre qu'un point"
UNREADABLE: Final = ("GeoPackage illisible ou tronqué", "exporter de nouveau le GeoPackage")


def layers_of(path: Path, raw: bytes) -> dict[str, str]:
    """Give the layers of a GeoPackage that hold geometries, each with their kind."""
    layers = _attempt(path, lambda: pyogrio.list_layers(raw).tolist(), UNREADABLE)
    return {str(name): str(kind) for name, kind in layers if kind is not None}


def read_layer(
    path: Path, raw: bytes, *, told: tuple[str, str], empty: tuple[str, str], **options: Any
) -> gpd.GeoDataFrame:
    """Read the objects of a layer, numbered from 1."""
    info = _attempt(path, lambda: pyogrio.read_info(raw, **options), told)
    check_rows(path, int(info["features"]))
    frame: gpd.GeoDataFrame = _attempt(
        path, lambda: pyogrio.read_dataframe(raw, **options, max_features=MAX_ROWS + 1), told
    )
    check_rows(path, len(frame))
    if frame.empty or "geometry" not in frame.columns:
        raise SourceFormatError(path, *empty)
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="ligne")
    return frame


def read_geopackage(path: Path, raw: bytes, recognise: Recognise) -> RawTable:
    """Read the rows of a GeoPackage's layer of points."""
    frame = read_layer(
        path,
        raw,
        told=UNREADABLE,
        empty=("aucune ligne de données", "remplir la couche"),
        layer=_layer(path, raw),
    )
    notes: list[str] = []
    # The geometry prevails on columns of coordinates.
    titles = [name for name in frame.columns.drop("geometry") if recognise(name) not in {"lon", "lat"}]
    places = places_of(path, titles, recognise, notes)
    columns = {name: column_texts(frame[titles[place]]) for name, place in places.items()}
    lon, lat = _degrees(path, frame)
    cells = pd.DataFrame(columns | {"lon": lon, "lat": lat}, index=frame.index, dtype="str")
    unplaced = frame.geometry.notna() & ~frame.geometry.is_empty & (lon == "")
    return RawTable(cells, notes, dict.fromkeys(frame.index[unplaced], NOT_A_POINT))


def _attempt(path: Path, read: Callable[[], Any], told: tuple[str, str]) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL's, of metadata that the project does not use
            return read()
    # Of a damaged file GDAL may give text of another encoding, dates that no calendar has, or shapes that are none.
    except (
        pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FieldError, ValueError, OSError,
        OverflowError, TypeError, LookupError, ProjError, shapely.errors.ShapelyError,
    ) as error:  # fmt: skip
        raise SourceFormatError(path, *told) from error


def _layer(path: Path, raw: bytes) -> str:
    placed = layers_of(path, raw)
    if not placed:
        raise SourceFormatError(path, "aucune couche géographique", "exporter une couche de points")
    named = [name for name in placed if name.casefold() == LAYER]
    if len(placed) > 1 and not named:
        names = ", ".join(f"« {name} »" for name in placed)
        raise SourceFormatError(
            path,
            f"{len(placed)} couches géographiques : {names}",
            f"n'en garder qu'une, ou nommer « {LAYER} » celle à lire",
        )
    name = next(iter(named or placed))
    kind = placed[name]
    if "Point" not in kind and kind not in {"Unknown", "GeometryCollection"}:
        raise SourceFormatError(
            path,
            f"la couche « {name} » contient des géométries « {kind} », des points sont attendus",
            "exporter un point par local (par exemple le centroïde de la parcelle)",
        )
    return name


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
    lon, lat = (
        axis.map("{:.9f}".format).reindex(frame.index).fillna("").astype("str")
        for axis in (degrees.x, degrees.y)
    )
    return lon, lat


def _single(geometry: Any) -> shapely.Point | None:
    """Give the point, of a multipoint that has one too; nothing for what has no single place."""
    parts = shapely.get_parts(geometry)
    if len(parts) == 1 and isinstance(parts[0], shapely.Point):
        return shapely.force_2d(parts[0])
    return None
