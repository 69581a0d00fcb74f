"""Squares and points worked out by hand."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString, Point, box

from errors import ArgumentError, CrsError
from geo.attachment import zone_of, zones_of

X, Y = 890_000, 6_250_000


def zones():
    # Two squares side by side, and a third over the east of the second.
    shapes = {
        "B": box(X, Y, X + 100, Y + 100),
        "A": box(X + 100, Y, X + 200, Y + 100),
        "C": box(X + 150, Y, X + 300, Y + 100),
    }
    return gpd.GeoDataFrame(geometry=gpd.GeoSeries(shapes), crs=2154)


def points(*places):
    return gpd.GeoDataFrame(
        index=[f"p{rank}" for rank in range(len(places))],
        geometry=[Point(X + x, Y + y) for x, y in places],
        crs=2154,
    )


def test_each_point_in_the_first_zone_that_holds_it():
    found = zone_of(points((50, 50), (100, 50), (175, 50), (250, 50), (0, 0), (50, 100.001)), zones())
    expected = pd.Series(
        ["B", "A", "A", "C", "B", None], index=[f"p{rank}" for rank in range(6)], dtype=object
    )
    pd.testing.assert_series_equal(found, expected)


def test_no_points():
    assert zone_of(points(), zones()).empty


def test_degrees_are_refused():
    with pytest.raises(CrsError):
        zone_of(points((50, 50)).to_crs(4326), zones())


def test_missing_point_is_refused():
    frame = points((50, 50), (60, 60))
    frame.loc["p1", "geometry"] = None
    with pytest.raises(ArgumentError, match="p1"):
        zone_of(frame, zones())


def test_zones_that_each_object_touches():
    shapes = gpd.GeoDataFrame(
        index=["trait", "surface", "loin", "bord"],
        geometry=[
            LineString([(X + 50, Y + 50), (X + 120, Y + 50)]),
            box(X + 140, Y, X + 160, Y + 10),
            Point(X - 500, Y),
            Point(X + 100, Y + 50),
        ],
        crs=2154,
    )
    found = zones_of(shapes, zones())
    assert found.to_dict() == {"trait": ["A", "B"], "surface": ["A", "C"], "loin": [], "bord": ["A", "B"]}
    assert zones_of(points(), zones()).empty
