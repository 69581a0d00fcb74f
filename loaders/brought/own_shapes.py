"""The geometries of a user's layer: in Lambert-93, in France, valid, of one kind each."""

from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.crs import LAMBERT93, WGS84
from loaders.brought.own_positions import ABSENT
from loaders.formats import systems
from loaders.formats.shapes import REPAIRED, repaired
from loaders.quality import KEPT, MENDED, SET_ASIDE, Report
from words.constants import FRANCE

ABROAD: Final = "hors de France métropolitaine"
FLAT: Final = "géométrie sans longueur ni surface"
OPENED: Final = "points multiples, séparés"
MIXED: Final = "géométrie mêlée, dont une partie est laissée"
#: The kinds of objects, by the dimension of their geometry.
GENRES: Final = ("point", "ligne", "surface")
_COLLECTION: Final = 7
_MULTIPOINT: Final = 4


def settled(
    rows: pd.DataFrame,
    shapes: pd.Series,
    *,
    crs: str,
    swapped: bool,
    said: pd.Series,
    report: Report,
) -> gpd.GeoDataFrame:
    """Give rows their geometries, and set aside those whose place cannot be believed."""
    found = np.asarray(shapely.force_2d(np.asarray(shapes, dtype=object)), dtype=object)
    absent = shapely.is_missing(found) | shapely.is_empty(found)
    report.add(rows[absent], ABSENT, SET_ASIDE, said)
    kept = _one_kind(pd.Series(found[~absent], index=rows.index[~absent]), report)

    degrees = _projected(kept.to_numpy(), crs, WGS84, swapped=swapped)
    west, south, east, north = FRANCE
    box = shapely.bounds(degrees).reshape(-1, 4)
    # An infinite or missing coordinate is in no box.
    inside = (box[:, 0] >= west) & (box[:, 1] >= south) & (box[:, 2] <= east) & (box[:, 3] <= north)
    report.add(rows.loc[kept.index[~inside]], ABROAD, SET_ASIDE, said)
    kept = kept[inside]
    kept = pd.Series(_projected(kept.to_numpy(), crs, LAMBERT93, swapped=swapped), index=kept.index)

    kept = _valid(kept, report)
    kinds = pd.Series(shapely.get_dimensions(kept.to_numpy()), index=kept.index)
    frame = gpd.GeoDataFrame(
        rows.loc[kept.index].assign(genre=[GENRES[kind] for kind in kinds]),
        geometry=gpd.GeoSeries(kept, crs=LAMBERT93),
    )
    return _apart(frame, report)


def vertices(shapes: Any) -> int:
    """Count the vertices of geometries."""
    return int(shapely.get_num_coordinates(np.asarray(shapes, dtype=object)).sum())


def _one_kind(shapes: pd.Series, report: Report) -> pd.Series:
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
    report.add(lost, MIXED, MENDED, lost)
    shapes = shapes.copy()
    shapes.loc[collections.index] = pd.Series(made, dtype=object)
    return shapes


def _projected(shapes: npt.NDArray[Any], crs: str, target: str, *, swapped: bool) -> npt.NDArray[Any]:
    turn = systems.transformer(crs, target)

    def moved(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        x, y = points.T[::-1] if swapped else points.T
        return np.column_stack(turn.transform(x, y))

    return np.asarray(shapely.transform(shapes, moved), dtype=object)


def _valid(shapes: pd.Series, report: Report) -> pd.Series:
    """Repair outlines that cross themselves, and set aside what has no extent."""
    shapes = shapes.copy()
    wrong = shapes[
        (shapely.get_dimensions(shapes.to_numpy()) == GENRES.index("surface"))
        & ~shapely.is_valid(shapes.to_numpy())
    ]
    if len(wrong):
        mended, changes = repaired(wrong)
        report.add(mended[~shapely.is_empty(mended.to_numpy())], REPAIRED, MENDED, changes)
        shapes.loc[wrong.index] = mended
    array = shapes.to_numpy()
    dimensions = shapely.get_dimensions(array)
    extent = np.where(dimensions == GENRES.index("ligne"), shapely.length(array), shapely.area(array))
    flat = shapely.is_empty(array) | ((dimensions > 0) & (extent <= 0))
    report.add(shapes[flat], FLAT, SET_ASIDE)
    return shapes[~flat]


def _apart(frame: gpd.GeoDataFrame, report: Report) -> gpd.GeoDataFrame:
    """Make of each multiple point as many objects as it has points."""
    several = frame[shapely.get_type_id(frame.geometry.to_numpy()) == _MULTIPOINT]
    counts = pd.Series(shapely.get_num_geometries(several.geometry.to_numpy()), index=several.index)
    many = counts[counts > 1]
    report.add(many, OPENED, KEPT, many.map("{} points".format))
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
