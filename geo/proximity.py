"""Distances as the crow flies between zones and points or lines."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from errors import ArgumentError
from geo._validate import Shapes, check_layers, check_same_index, is_length, shapes
from geo.crs import Layer

Positions = npt.NDArray[np.intp]

# Coordinates of some 6,000 km carry an error of a nanometre: a point at the radius is within it.
TOUCH_M = 1e-6

# From so many points on, building an index over all of them costs more than asking it.
MANY_POINTS = 100_000
GRID_CELLS = 1000


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
            shapes(zones), return_all=False, return_distance=True
        )
        distance_m[zone] = found_m
    return pd.Series(distance_m, index=zones.index)


def nearest(zones: Layer, points: Layer) -> pd.DataFrame:
    """Find the point or line nearest to each zone's outline.

    Of several at the same distance (all those inside the zone are at 0), the first by id is given, whatever the order of the rows.

    Parameters
    ----------
    zones
        Zones in Lambert-93.
    points
        Points or lines in Lambert-93, indexed by a unique id.

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
        shapes(zones), return_all=True, return_distance=True
    )
    rank = np.empty(len(points), dtype=np.intp)
    rank[points.index.argsort()] = np.arange(len(points))
    order = np.lexsort((rank[point], zone))
    _, first = np.unique(zone[order], return_index=True)
    chosen = order[first]
    return pd.DataFrame(
        {"distance_m": found_m[chosen], "id": points.index.take(point[chosen])},
        index=zones.index,
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
    return pd.Series(np.bincount(zone, minlength=len(zones)), index=zones.index, dtype="int64")


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
    weights = _weights(points.index, values)[point]
    return pd.Series(np.bincount(zone, weights, minlength=len(zones)), index=zones.index, dtype=float)


@dataclass(frozen=True, eq=False)
class Pairs:
    """Every zone and point at most `max_radius_m` apart, by growing distance.

    Built once by `pairs_within`; any smaller radius is then answered by reading the head of the list.

    Attributes
    ----------
    zones
        Index of the zones.
    points
        Index of the points.
    max_radius_m
        Largest radius that can be asked, in metres.
    zone
        Position of each pair's zone in `zones`.
    point
        Position of each pair's point in `points`.
    distance_m
        Distance of each pair in metres, growing.
    """

    zones: pd.Index
    points: pd.Index
    max_radius_m: float
    zone: Positions
    point: Positions
    distance_m: npt.NDArray[np.float64]

    def count(self, radius_m: float) -> pd.Series:
        """Count the points at most a radius away, as `count_within` does.

        Parameters
        ----------
        radius_m
            Distance in metres, at most `max_radius_m`.

        Returns
        -------
            Counts on the zones' index (int).

        Raises
        ------
        ArgumentError
            The radius is not a length, or is larger than `max_radius_m`.
        """
        head = self.zone[: self._size(radius_m)]
        return pd.Series(np.bincount(head, minlength=len(self.zones)), index=self.zones, dtype="int64")

    def sum(self, radius_m: float, values: pd.Series) -> pd.Series:
        """Add up a value of the points at most a radius away, as `sum_within` does.

        Parameters
        ----------
        radius_m
            Distance in metres, at most `max_radius_m`.
        values
            One number per point, on the points' index.

        Returns
        -------
            Sums on the zones' index (float).

        Raises
        ------
        ArgumentError
            The radius is not a length, is larger than `max_radius_m`, or `values` has another index.
        """
        size = self._size(radius_m)
        weights = _weights(self.points, values)[self.point[:size]]
        sums = np.bincount(self.zone[:size], weights, minlength=len(self.zones))
        return pd.Series(sums, index=self.zones, dtype=float)

    def _size(self, radius_m: float) -> int:
        if not is_length(radius_m) or radius_m > self.max_radius_m:
            raise ArgumentError(
                f"le rayon doit être compris entre 0 et {self.max_radius_m:g} m : {radius_m!r}"
            )
        return int(np.searchsorted(self.distance_m, radius_m + TOUCH_M, side="right"))


def pairs_within(zones: Layer, points: Layer, max_radius_m: float) -> Pairs:
    """List once every zone and point at most a radius apart.

    Parameters
    ----------
    zones
        Zones in Lambert-93.
    points
        Points or lines in Lambert-93.
    max_radius_m
        Largest radius that will be asked, in metres.

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
    check_layers(zones, points, radius_m=max_radius_m)
    zone, point = neighbours(zones, points, max_radius_m)
    distance_m = shapely.distance(shapes(zones)[zone], shapes(points)[point])
    order = np.lexsort((point, zone, distance_m))
    return Pairs(
        zones=zones.index,
        points=points.index,
        max_radius_m=float(max_radius_m),
        zone=zone[order],
        point=point[order],
        distance_m=distance_m[order],
    )


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
        Positions of the zones and positions of the points, one entry per pair, each pair once.
    """
    outlines = shapes(zones)
    reach_m = radius_m + TOUCH_M
    if len(points) < MANY_POINTS or points.geometry.has_sindex:
        zone, point = points.geometry.sindex.query(outlines, predicate="dwithin", distance=reach_m)
        return zone, point
    near = _near_boxes(outlines, shapes(points), reach_m)
    index = shapely.STRtree(shapes(points)[near])
    zone, point = index.query(outlines, predicate="dwithin", distance=reach_m)
    return zone, near[point]


def _near_boxes(outlines: Shapes, points: Shapes, reach_m: float) -> Positions:
    """Keep the points in the cells of a coarse grid that a widened zone touches; lines are all kept."""
    x, y = shapely.get_x(points), shapely.get_y(points)
    if np.isnan(x).any() or not len(outlines):
        return np.arange(len(points))
    boxes = shapely.bounds(outlines) + np.array([-reach_m, -reach_m, reach_m, reach_m])
    west, south = boxes[:, :2].min(axis=0)
    cell_m = max(boxes[:, 2].max() - west, boxes[:, 3].max() - south) / GRID_CELLS
    touched = np.zeros((GRID_CELLS + 1, GRID_CELLS + 1), dtype=bool)
    cells = ((boxes - [west, south, west, south]) // cell_m).astype(np.intp)
    for left, low, right, high in cells:
        touched[left : right + 1, low : high + 1] = True
    at = np.column_stack([(x - west) // cell_m, (y - south) // cell_m])
    inside = np.flatnonzero(((at >= 0) & (at <= GRID_CELLS)).all(axis=1))
    column, row = at[inside].astype(np.intp).T
    kept: Positions = inside[touched[column, row]]
    return kept


def _weights(index: pd.Index, values: pd.Series) -> npt.NDArray[np.float64]:
    check_same_index(index, values.index, "les points et leurs valeurs")
    return values.to_numpy(dtype=float, na_value=np.nan)
