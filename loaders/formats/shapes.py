"""Turn GeoJSON geometries into valid outlines and lines in Lambert-93."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import MultiPolygon, Polygon, shape

from errors import SourceFormatError
from geo.crs import LAMBERT93, WGS84
from loaders.formats.texts import check_degrees
from loaders.quality import MENDED, SET_ASIDE, Report

REPAIRED: Final = "contour réparé"
#: What shapely raises on a geometry that is none.
_BROKEN: Final = (
    shapely.errors.ShapelyError, ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError,
)  # fmt: skip


def to_shapes(
    rows: Sequence[Mapping[str, Any]], *, path: Path, id_column: str, report: Report, polygons: bool
) -> gpd.GeoDataFrame:
    """Give features their geometries; repair outlines that cross themselves and say what changed."""
    index = pd.RangeIndex(1, len(rows) + 1, name="ligne")
    table = pd.DataFrame([{k: v for k, v in row.items() if k != "geometry"} for row in rows], index=index)
    shapes = pd.Series([_shape(row["geometry"], path, rank) for rank, row in enumerate(rows, 1)], index=index)
    report.ids = table[id_column].astype(str)

    absent = shapes.isna()
    report.add(table[absent], "géométrie absente", SET_ASIDE)
    table, shapes = table[~absent], shapes[~absent]
    first = pd.DataFrame(
        [shapely.get_coordinates(geometry)[0] for geometry in shapes], index=shapes.index
    ).reindex(columns=[0, 1])
    check_degrees(path, first[0], first[1])

    frame: gpd.GeoDataFrame = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, crs=WGS84)).to_crs(
        LAMBERT93
    )
    lost = frame.index[~np.isfinite(frame.bounds.to_numpy()).all(axis=1)]
    report.add(table.loc[lost], "coordonnées impossibles", SET_ASIDE)
    frame = frame.drop(index=lost)
    if polygons:
        invalid = frame[~frame.is_valid]
        mended, changes = repaired(invalid.geometry)
        report.add(invalid, REPAIRED, MENDED, changes)
        frame.loc[invalid.index, "geometry"] = gpd.GeoSeries(mended, crs=LAMBERT93)
    return frame


def geometry_of(geometry: Mapping[str, Any] | None) -> shapely.Geometry | None:
    """Read a GeoJSON geometry."""
    if not geometry:
        return None
    try:
        with np.errstate(invalid="ignore", over="ignore"):
            parsed = _parsed(geometry)
    except _BROKEN as error:
        raise ValueError(str(error)) from error
    if parsed.is_empty or not np.isfinite(shapely.get_coordinates(parsed)).all():
        return None
    flat: shapely.Geometry = shapely.force_2d(parsed)
    return flat


def _parsed(geometry: Mapping[str, Any]) -> Any:
    """Read a geometry, whose vertices may have an altitude here, none or a blank one there."""
    try:
        return _outline(geometry) or shape(dict(geometry))
    except _BROKEN:
        return shape(_flat(geometry))


def _flat(geometry: Mapping[str, Any]) -> dict[str, Any]:
    """Give a geometry without its altitudes."""
    flat = dict(geometry)
    if "geometries" in flat:
        flat["geometries"] = [_flat(part) for part in flat["geometries"]]
    else:
        flat["coordinates"] = _flat_vertices(flat["coordinates"])
    return flat


def _flat_vertices(coordinates: Any) -> Any:
    if coordinates and not isinstance(coordinates[0], list | tuple):
        return coordinates[:2]
    return [_flat_vertices(part) for part in coordinates]


def without_blanks(shapes: pd.Series) -> pd.Series:
    """Leave out of geometries the parts and the holes that are empty: GEOS may end the process on them."""
    found = shapes.to_numpy(copy=True)
    parts, owner = shapely.get_parts(found, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    blank = np.concatenate([owner[shapely.is_empty(parts)], owner[part[shapely.is_empty(rings)]]])
    for at in np.unique(blank):
        kept = [_without_blank_holes(one) for one in shapely.get_parts(found[at]) if not one.is_empty]
        found[at] = type(found[at])(kept) if hasattr(found[at], "geoms") else kept[0]
    return pd.Series(found, index=shapes.index, dtype=object)


def _without_blank_holes(geometry: shapely.Geometry) -> shapely.Geometry:
    if not isinstance(geometry, Polygon):
        return geometry
    return Polygon(geometry.exterior, [hole for hole in geometry.interiors if not hole.is_empty])


def polygons_of(geometry: shapely.Geometry) -> MultiPolygon:
    """Keep the polygons of a repaired outline: `make_valid` may add lines and points."""
    valid = shapely.make_valid(geometry)
    parts = [part for part in shapely.get_parts(shapely.get_parts(valid)) if isinstance(part, Polygon)]
    return MultiPolygon(parts)


def repaired(outlines: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Make outlines in metres valid, and tell by how much each changed."""
    found = outlines.to_numpy()
    mended = pd.Series([polygons_of(shape) for shape in found], index=outlines.index, dtype=object)
    change_m2 = shapely.area(mended.to_numpy()) - np.abs(shapely.area(found))
    return mended, pd.Series([f"surface {change:+.0f} m²" for change in change_m2], index=outlines.index)


def _outline(geometry: Mapping[str, Any]) -> Polygon | MultiPolygon | None:
    """Read polygons ring by ring, ten times faster than vertex by vertex; None for what is not that simple."""
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind not in {"Polygon", "MultiPolygon"} or not coordinates:
        return None
    try:
        parts = [
            [np.asarray(ring, dtype=float) for ring in rings]
            for rings in (coordinates if kind == "MultiPolygon" else [coordinates])
        ]
        if not all(np.isfinite(ring[:, :2]).all() for rings in parts for ring in rings):
            return None
        outlines = [Polygon(shell, holes) for shell, *holes in parts]
    except (ValueError, TypeError, IndexError, shapely.errors.ShapelyError):
        return None
    return outlines[0] if kind == "Polygon" else MultiPolygon(outlines)


def _shape(geometry: Mapping[str, Any] | None, path: Path, rank: int) -> shapely.Geometry | None:
    try:
        return geometry_of(geometry)
    except ValueError as error:
        raise SourceFormatError(
            path, f"géométrie illisible pour l'objet n° {rank} ({error})", "télécharger le fichier de nouveau"
        ) from error
