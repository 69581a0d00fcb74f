"""In which zones things lie."""

import numpy as np
import pandas as pd

from geo._validate import check_layers
from geo.crs import Layer


def zone_of(points: Layer, zones: Layer) -> pd.Series:
    """Give the zone that holds each point.

    A point on the border of several zones, or where they overlap, goes to the first by id.

    Parameters
    ----------
    points
        Points in Lambert-93.
    zones
        Zones in Lambert-93, indexed by a unique id.

    Returns
    -------
        Id of the zone on the index of `points`, None where there is none.

    Raises
    ------
    ArgumentError
        A geometry is missing or empty.
    CrsError
        A layer is not in Lambert-93.
    """
    check_layers(zones, points)
    found = np.full(len(points), None, dtype=object)
    if len(points):
        zone, point = points.geometry.sindex.query(np.asarray(zones.geometry.array), predicate="intersects")
        ids = np.asarray(zones.index, dtype=object)
        order = np.argsort(ids[zone], kind="stable")[::-1]  # the first by id is written last
        found[point[order]] = ids[zone[order]]
    return pd.Series(found, index=points.index, dtype=object)


def zones_of(objects: Layer, zones: Layer) -> pd.Series:
    """Give the zones that each object touches.

    Parameters
    ----------
    objects
        Points, lines or outlines in Lambert-93.
    zones
        Zones in Lambert-93, indexed by a unique id.

    Returns
    -------
        List of the ids of the zones, in order, on the index of `objects`; an empty one where there is none.

    Raises
    ------
    ArgumentError
        A geometry is missing or empty.
    CrsError
        A layer is not in Lambert-93.
    """
    check_layers(zones, objects)
    found: list[list[str]] = [[] for _ in range(len(objects))]
    if len(objects):
        zone, place = objects.geometry.sindex.query(np.asarray(zones.geometry.array), predicate="intersects")
        ids = np.asarray(zones.index, dtype=object)
        for at in np.argsort(ids[zone], kind="stable"):
            found[place[at]].append(ids[zone[at]])
    made = np.empty(len(objects), dtype=object)
    made[:] = found
    return pd.Series(made, index=objects.index)
