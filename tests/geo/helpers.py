"""Small shapes worked out by hand, somewhere in Marseille, and the one comparison of results."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

X, Y = 893_000.0, 6_247_000.0


def square(x, y, side):
    """Give a square whose lower left corner lies x and y metres from the origin of these tests."""
    return shapely.box(X + x, Y + y, X + x + side, Y + y + side)


def zones(*shapes, index=None, **columns):
    index = pd.Index(index or [f"QN{number:02d}" for number in range(1, len(shapes) + 1)], dtype="str")
    return gpd.GeoDataFrame(columns, index=index, geometry=list(shapes), crs=2154)


def points(*places, index=None, **columns):
    index = pd.Index(index or [f"p{number}" for number in range(1, len(places) + 1)], dtype="str")
    geometry = [shapely.Point(X + x, Y + y) for x, y in places]
    return gpd.GeoDataFrame(columns, index=index, geometry=geometry, crs=2154)


def line(*places):
    return shapely.LineString([(X + x, Y + y) for x, y in places])


def summed(pairs, zones, radius_m, values=None):
    """Add up what pairs at most a radius apart hold of each zone: their number, or a value of each point."""
    near = pairs.distance_m <= radius_m + 1e-6
    weights = None if values is None else values.to_numpy(dtype=float)[pairs.point[near]]
    return pd.Series(np.bincount(pairs.zone[near], weights, minlength=len(zones)), index=zones.index)


def assert_result(result, expected, like, *, dtype, abs_tol=1e-9):
    """Check values, type and index of a measure in one go.

    `expected` is in the order of the rows of `like`, whose index the result must have.
    """
    assert isinstance(result, pd.Series)
    pd.testing.assert_index_equal(result.index, like.index)
    assert result.dtype == np.dtype(dtype), result.dtype
    np.testing.assert_allclose(
        result.to_numpy(), np.asarray(expected, dtype=dtype), rtol=0, atol=abs_tol, equal_nan=True
    )
