"""In which zone each point lies."""

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
