"""Spatial questions about the 66 QPV: an index and neighbours against loops over every pair.

Rows that say "bare" set the answer beside the same design without checks of the arguments and without labels: what is left of the ratio is what those cost.

The QPV are the real ones, the points made up from a fixed seed. Both ways get fresh layers in each round, so that building the index counts, except where a row says that it is kept.
"""

from collections.abc import Callable, Iterator

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from benchmarks.measure import Row, compare
from geo.coverage import covered_share
from geo.crs import LAMBERT93
from geo.proximity import count_within, nearest_distance
from loaders import qpv as qpv_loader

Shapes = npt.NDArray[np.object_]

SEED = 20260302


def made_up(zones: gpd.GeoDataFrame, number: int) -> gpd.GeoDataFrame:
    """Scatter points evenly over the box of the zones.

    Parameters
    ----------
    zones
        Zones whose box is filled.
    number
        How many points.

    Returns
    -------
        Points in Lambert-93.
    """
    west, south, east, north = zones.total_bounds
    rng = np.random.default_rng(SEED)
    x, y = rng.uniform(west, east, number), rng.uniform(south, north, number)
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y, crs=LAMBERT93))


def union_in_the_loop(zones: gpd.GeoDataFrame, points: gpd.GeoDataFrame, radius_m: float) -> list[float]:
    """Unite the circles of all points anew for each zone.

    Parameters
    ----------
    zones
        Zones in Lambert-93.
    points
        Points in Lambert-93.
    radius_m
        Distance in metres.

    Returns
    -------
        Share of area of each zone.
    """
    return [
        zone.intersection(points.buffer(radius_m).union_all()).area / zone.area for zone in zones.geometry
    ]


def distance_in_the_loop(zones: gpd.GeoDataFrame, points: gpd.GeoDataFrame, radius_m: float) -> list[int]:
    """Measure from each zone to all points.

    Parameters
    ----------
    zones
        Zones in Lambert-93.
    points
        Points in Lambert-93.
    radius_m
        Distance in metres.

    Returns
    -------
        Number of points within the radius of each zone.
    """
    return [int((points.distance(zone) <= radius_m).sum()) for zone in zones.geometry]


def bare_share(outlines: Shapes, points: gpd.GeoDataFrame, radius_m: float) -> npt.NDArray[np.float64]:
    """Unite the circles of each zone's neighbours.

    Parameters
    ----------
    outlines
        Zones in Lambert-93.
    points
        Points in Lambert-93.
    radius_m
        Distance in metres.

    Returns
    -------
        Share of area of each zone.
    """
    places = np.asarray(points.geometry.array)
    zone, point = shapely.STRtree(places).query(outlines, predicate="dwithin", distance=radius_m)
    share = np.zeros(len(outlines))
    for position in np.unique(zone):
        circles = shapely.buffer(places[point[zone == position]], radius_m, quad_segs=16)
        reached = shapely.intersection(outlines[position], shapely.union_all(circles))
        share[position] = shapely.area(reached) / shapely.area(outlines[position])
    return share


def bare_count(outlines: Shapes, points: gpd.GeoDataFrame, radius_m: float) -> npt.NDArray[np.intp]:
    """Count the neighbours of each zone.

    Parameters
    ----------
    outlines
        Zones in Lambert-93.
    points
        Points in Lambert-93.
    radius_m
        Distance in metres.

    Returns
    -------
        Number of points within the radius of each zone.
    """
    tree = shapely.STRtree(np.asarray(points.geometry.array))
    zone, _ = tree.query(outlines, predicate="dwithin", distance=radius_m)
    return np.bincount(zone, minlength=len(outlines))


def rows() -> Iterator[Row]:
    """Measure every spatial question.

    Yields
    ------
    Row
        One line of the table.
    """
    qpv = qpv_loader.load()
    in_marseille = qpv[qpv["communes"].map(lambda codes: "13055" in codes)]

    outlines = np.asarray(qpv.geometry.array)

    def again(points: gpd.GeoDataFrame) -> Callable[[], gpd.GeoDataFrame]:
        return lambda: gpd.GeoDataFrame(geometry=points.geometry.copy(deep=True))

    for number in (250, 3_500):
        some = made_up(in_marseille, number)
        yield compare(
            f"share of each QPV within 300 m of {number:,} points",
            lambda points: union_in_the_loop(qpv, points, 300),
            lambda points: covered_share(qpv, points, 300),
            fresh=again(some),
            # The obvious way draws circles of 64 inscribed sides, some tenths of a point too small.
            tolerance=0.005,
        )
        yield compare(
            f"the same of {number:,} points, bare",
            lambda points: bare_share(outlines, points, 300),
            lambda points: covered_share(qpv, points, 300),
            fresh=again(some),
            tolerance=0.005,
        )
    for number in (3_500, 1_000_000):
        some = made_up(qpv, number)
        yield compare(
            f"points within 500 m, 66 x {number:,}",
            lambda points: distance_in_the_loop(qpv, points, 500),
            lambda points: count_within(qpv, points, 500),
            fresh=again(some),
        )
        yield compare(
            f"the same, 66 x {number:,}, bare",
            lambda points: bare_count(outlines, points, 500),
            lambda points: count_within(qpv, points, 500),
            fresh=again(some),
        )
    many = made_up(qpv, 100_000)
    for kept in (False, True):
        yield compare(
            f"nearest of 100,000 points, index {'kept' if kept else 'built'}",
            lambda points: [points.distance(zone).min() for zone in qpv.geometry],
            lambda points: nearest_distance(qpv, points),
            fresh=(lambda: many) if kept else again(many),
            tolerance=1e-6,
        )
    yield compare(
        "the same, index kept, bare",
        lambda points: points.sindex.nearest(outlines, return_all=False, return_distance=True)[1],
        lambda points: nearest_distance(qpv, points),
        fresh=lambda: many,
        tolerance=1e-6,
    )
