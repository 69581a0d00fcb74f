"""Distances as the crow flies between zones and points or lines."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from errors import ArgumentError
from geo._geometry import geometry_of
from geo._validate import check_layers, check_same_index
from geo.crs import Layer

Positions = npt.NDArray[np.intp]

# Coordinates of some 6,000 km carry an error of a nanometre: a point at the radius is within it.
TOUCH_M = 1e-6


def nearest_distance(zones: Layer, points: Layer) -> pd.Series:
    """Measure the distance from each zone's outline to the nearest point or line.

    Parameters
    ----------
    zones
        Zones in Lambert-93.
    points
        Points or lines in Lambert-93.

    Returns
    -------
        Metres on the index of `zones` (float): 0 where the zone holds or touches one, NaN if there are none.

    Raises
    ------
    ArgumentError
        A geometry is missing or empty.
    CrsError
        A layer is not in Lambert-93.
    """
    check_layers(zones, points)
    distance_m = np.full(len(zones), np.nan)
    if len(points):
        (zone, _), found_m = points.geometry.sindex.nearest(
            geometry_of(zones).shapes, return_all=False, return_distance=True
        )
        distance_m[zone] = found_m
    return pd.Series(distance_m, index=zones.index)


def nearest(zones: Layer, points: Layer) -> pd.DataFrame:
    """Find the point, line or zone nearest to each zone's outline.

    Of several at the same distance (all those inside the zone are at 0), the first by id is given, whatever the order of the rows.

    Parameters
    ----------
    zones
        Zones in Lambert-93; a point is a zone of its own.
    points
        Points, lines or zones in Lambert-93, indexed by a unique id.

    Returns
    -------
        On the index of `zones`: `distance_m` (float), `id` (label of `points`); both missing if there are none.

    Raises
    ------
    ArgumentError
        A geometry is missing or empty, or an id is repeated.
    CrsError
        A layer is not in Lambert-93.
    """
    check_layers(zones, points)
    if not points.index.is_unique:
        raise ArgumentError("les points : des identifiants sont en double")
    if points.empty:
        empty = pd.Series(np.nan, index=zones.index)
        return pd.DataFrame({"distance_m": empty, "id": empty.astype(object)})
    (zone, point), found_m = points.geometry.sindex.nearest(
        geometry_of(zones).shapes, return_all=True, return_distance=True
    )
    rank = np.empty(len(points), dtype=np.intp)
    rank[points.index.argsort()] = np.arange(len(points))
    order = np.lexsort((rank[point], zone))
    _, first = np.unique(zone[order], return_index=True)
    chosen = order[first]
    return pd.DataFrame(
        {"distance_m": found_m[chosen], "id": points.index.take(point[chosen])}, index=zones.index
    )


def count_within(zones: Layer, points: Layer, radius_m: float) -> pd.Series:
    """Count the points or lines at most a radius away from each zone.

    Parameters
    ----------
    zones
        Zones in Lambert-93.
    points
        Points or lines in Lambert-93; points at the same place count each.
    radius_m
        Distance in metres from the outline; exactly the radius is within, as is the inside.

    Returns
    -------
        Counts on the index of `zones` (int).

    Raises
    ------
    ArgumentError
        A geometry is missing or empty, or the radius is not a length.
    CrsError
        A layer is not in Lambert-93.
    """
    check_layers(zones, points, radius_m=radius_m)
    zone, _ = neighbours(zones, points, radius_m)
    return pd.Series(np.bincount(zone, minlength=len(zones)), index=zones.index)


def sum_within(zones: Layer, points: Layer, radius_m: float, values: pd.Series) -> pd.Series:
    """Add up a value of the points or lines at most a radius away from each zone.

    Parameters
    ----------
    zones
        Zones in Lambert-93.
    points
        Points or lines in Lambert-93.
    radius_m
        Distance in metres from the outline, included.
    values
        One number per point, on the index of `points`.

    Returns
    -------
        Sums on the index of `zones` (float): 0 where nothing is within, NaN where the value of one that is within is missing.

    Raises
    ------
    ArgumentError
        A geometry is missing or empty, the radius is not a length, or `values` has another index.
    CrsError
        A layer is not in Lambert-93.
    """
    check_layers(zones, points, radius_m=radius_m)
    zone, point = neighbours(zones, points, radius_m)
    check_same_index(points.index, values.index, "les points et leurs valeurs")
    weights = values.to_numpy(dtype=float, na_value=np.nan)[point]
    return pd.Series(np.bincount(zone, weights, minlength=len(zones)), index=zones.index, dtype=float)


class Pairs(NamedTuple):
    """Every zone and point at most a radius apart, by growing distance.

    Attributes
    ----------
    zone
        Position of each pair's zone in `zones`.
    point
        Position of each pair's point in `points`.
    distance_m
        Distance of each pair in metres, growing.
    """

    zone: Positions
    point: Positions
    distance_m: npt.NDArray[np.float64]


def pairs_within(zones: Layer, points: Layer, radius_m: float) -> Pairs:
    """List once every zone and point at most a radius apart.

    Parameters
    ----------
    zones
        Zones in Lambert-93.
    points
        Points or lines in Lambert-93.
    radius_m
        Distance in metres from the outline, included.

    Returns
    -------
        The pairs by growing distance; their memory grows with the neighbours.

    Raises
    ------
    ArgumentError
        A geometry is missing or empty, or the radius is not a length.
    CrsError
        A layer is not in Lambert-93.
    """
    check_layers(zones, points, radius_m=radius_m)
    zone, point = neighbours(zones, points, radius_m)
    distance_m = shapely.distance(geometry_of(zones).shapes[zone], geometry_of(points).shapes[point])
    order = np.lexsort((point, zone, distance_m))
    return Pairs(zone[order], point[order], distance_m[order])


def neighbours(zones: Layer, points: Layer, radius_m: float) -> tuple[Positions, Positions]:
    """List the pairs of a zone and a point or line at most a radius apart, unchecked.

    Parameters
    ----------
    zones
        Zones in Lambert-93, without missing geometry.
    points
        Points or lines in Lambert-93, without missing geometry.
    radius_m
        Distance in metres, included.

    Returns
    -------
        Positions of the zones and positions of the points, one entry per pair, each pair once, by zone then point.
    """
    reach_m = radius_m + TOUCH_M
    outlines, places = zones.geometry, points.geometry
    if places.has_sindex:
        zone, point = places.sindex.query(np.asarray(outlines.array), predicate="dwithin", distance=reach_m)
    else:  # the zones are few and their index is kept: asking it is faster than building one for all points
        point, zone = outlines.sindex.query(np.asarray(places.array), predicate="dwithin", distance=reach_m)
    order = np.lexsort((point, zone))
    return zone[order], point[order]
