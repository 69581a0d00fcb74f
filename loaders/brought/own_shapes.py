"""The geometries of a user's layer: in Lambert-93, in France, valid, of one kind each."""

from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.crs import LAMBERT93, WGS84
from loaders.brought import own_crs
from loaders.brought.own_positions import ABSENT
from loaders.formats.shapes import polygons_of
from loaders.quality import KEPT, MENDED, SET_ASIDE, Report

ABROAD: Final = "hors de France métropolitaine"
FLAT: Final = "géométrie sans longueur ni surface"
REPAIRED: Final = "contour réparé"
OPENED: Final = "points multiples, séparés"
MIXED: Final = "géométrie mêlée, dont une partie est laissée"
#: The kinds of objects, by the dimension of their geometry.
KINDS: Final = ("point", "ligne", "surface")
_COLLECTION: Final = 7
_MULTIPOINT: Final = 4


def settled(
    rows: pd.DataFrame,
    shapes: pd.Series,
    *,
    crs: str,
    swapped: bool,
    ids: pd.Series,
    said: pd.Series,
    report: Report,
) -> gpd.GeoDataFrame:
    """Give rows their geometries, and set aside those whose place cannot be believed."""
    found = np.asarray(shapely.force_2d(np.asarray(shapes, dtype=object)), dtype=object)
    absent = shapely.is_missing(found) | shapely.is_empty(found)
    report.add(rows[absent], ABSENT, SET_ASIDE, ids=ids, values=said)
    kept = _one_kind(pd.Series(found[~absent], index=rows.index[~absent]), ids=ids, report=report)

    degrees = _projected(kept.to_numpy(), crs, WGS84, swapped=swapped)
    west, south, east, north = own_crs.FRANCE
    box = shapely.bounds(degrees).reshape(-1, 4)
    # An infinite or missing coordinate is in no box.
    inside = (box[:, 0] >= west) & (box[:, 1] >= south) & (box[:, 2] <= east) & (box[:, 3] <= north)
    report.add(rows.loc[kept.index[~inside]], ABROAD, SET_ASIDE, ids=ids, values=said)
    kept = kept[inside]
    kept = pd.Series(_projected(kept.to_numpy(), crs, LAMBERT93, swapped=swapped), index=kept.index)

    kept = _valid(kept, ids=ids, report=report)
    kinds = pd.Series(shapely.get_dimensions(kept.to_numpy()), index=kept.index)
    frame = gpd.GeoDataFrame(
        rows.loc[kept.index].assign(genre=[KINDS[kind] for kind in kinds]),
        geometry=gpd.GeoSeries(kept, crs=LAMBERT93),
    )
    return _apart(frame, ids=ids, report=report)


def vertices(shapes: Any) -> int:
    """Count the vertices of geometries."""
    return int(shapely.get_num_coordinates(np.asarray(shapes, dtype=object)).sum())


def _one_kind(shapes: pd.Series, *, ids: pd.Series, report: Report) -> pd.Series:
    """Of a collection keep the parts of the largest dimension, as one geometry."""
    collections = shapes[shapely.get_type_id(shapes.to_numpy()) == _COLLECTION]
    if collections.empty:
        return shapes
    made, told = {}, {}
    for line, collection in collections.items():
        # `make_valid` does not dissolve what is sound, and parts of parts are flat after two rounds of real files.
        parts = shapely.get_parts(shapely.get_parts(collection))
        while (shapely.get_type_id(parts) == _COLLECTION).any():
            parts = shapely.get_parts(parts)
        dimensions = shapely.get_dimensions(parts)
        largest = parts[dimensions == dimensions.max()]
        multiple = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)[dimensions.max()]
        made[line] = largest[0] if len(largest) == 1 else multiple(shapely.get_parts(largest))
        if len(largest) < len(parts):
            told[line] = f"{len(largest)} parties gardées sur {len(parts)}"
    lost = pd.Series(told, dtype="str")
    report.add(lost.to_frame(), MIXED, MENDED, ids=ids, values=lost)
    shapes = shapes.copy()
    shapes.loc[collections.index] = pd.Series(made, dtype=object)
    return shapes


def _projected(shapes: npt.NDArray[Any], crs: str, target: str, *, swapped: bool) -> npt.NDArray[Any]:
    turn = own_crs.transformer(crs, target)

    def moved(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        x, y = points.T[::-1] if swapped else points.T
        return np.column_stack(turn.transform(x, y))

    return np.asarray(shapely.transform(shapes, moved), dtype=object)


def _valid(shapes: pd.Series, *, ids: pd.Series, report: Report) -> pd.Series:
    """Repair outlines that cross themselves, and set aside what has no extent."""
    shapes = shapes.copy()
    wrong = shapes[
        (shapely.get_dimensions(shapes.to_numpy()) == KINDS.index("surface"))
        & ~shapely.is_valid(shapes.to_numpy())
    ]
    if len(wrong):
        mended = pd.Series([polygons_of(shape) for shape in wrong], index=wrong.index, dtype=object)
        change_m2 = shapely.area(mended.to_numpy()) - np.abs(shapely.area(wrong.to_numpy()))
        said = pd.Series([f"surface {change:+.0f} m²" for change in change_m2], index=wrong.index)
        sound = ~shapely.is_empty(mended.to_numpy())
        report.add(mended[sound].to_frame(), REPAIRED, MENDED, ids=ids, values=said)
        shapes.loc[wrong.index] = mended
    array = shapes.to_numpy()
    dimensions = shapely.get_dimensions(array)
    extent = np.where(dimensions == KINDS.index("ligne"), shapely.length(array), shapely.area(array))
    flat = shapely.is_empty(array) | ((dimensions > 0) & (extent <= 0))
    nothing = pd.Series("", index=shapes.index)
    report.add(shapes[flat].to_frame(), FLAT, SET_ASIDE, ids=ids, values=nothing)
    return shapes[~flat]


def _apart(frame: gpd.GeoDataFrame, *, ids: pd.Series, report: Report) -> gpd.GeoDataFrame:
    """Make of each multiple point as many objects as it has points."""
    several = frame[shapely.get_type_id(frame.geometry.to_numpy()) == _MULTIPOINT]
    counts = pd.Series(shapely.get_num_geometries(several.geometry.to_numpy()), index=several.index)
    many = counts[counts > 1]
    report.add(many.to_frame(), OPENED, KEPT, ids=ids, values=many.map(lambda count: f"{count} points"))
    exploded = frame
    if len(several):
        points = several.explode(index_parts=False)
        exploded = gpd.GeoDataFrame(
            pd.concat([frame.drop(index=several.index), points]).sort_index(kind="stable")
        )
    rank = exploded.groupby(level=0).cumcount() + 1
    split = exploded.index.isin(many.index)
    names = [
        f"{line}.{at}" if apart else str(line)
        for line, at, apart in zip(exploded.index, rank, split, strict=True)
    ]
    return exploded.set_index(pd.Index(names, name="id_objet", dtype="str"))
