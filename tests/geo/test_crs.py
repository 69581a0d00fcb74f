"""From degrees to metres, and what is refused on the way."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.affinity import translate

from errors import ArgumentError, AtlasError, CrsError
from geo.crs import LAMBERT93, WGS84, check_lambert93, points_from_degrees, to_lambert93, to_wgs84
from tests.geo.helpers import points, square, zones

# The origin of Lambert-93 by definition: 3° E, 46° 30' N is x = 700,000 m, y = 6,600,000 m.
ORIGIN_DEGREES, ORIGIN_METRES = (3.0, 46.5), (700_000.0, 6_600_000.0)


def layer(*places, crs):
    return gpd.GeoDataFrame(geometry=[shapely.Point(place) for place in places], crs=crs)


def test_the_origin_of_lambert_93():
    projected = to_lambert93(layer(ORIGIN_DEGREES, crs=4326))
    assert projected.crs == LAMBERT93
    assert projected.geometry.iloc[0].coords[0] == pytest.approx(ORIGIN_METRES, abs=1e-6)


def test_there_and_back():
    place = (5.3698, 43.2965)
    back = to_wgs84(to_lambert93(layer(place, crs=4326)))
    assert back.crs == WGS84
    assert back.geometry.iloc[0].coords[0] == pytest.approx(place, abs=1e-9)


def test_the_input_is_left_as_it_was():
    frame = layer((5.37, 43.3), crs=4326)
    to_lambert93(frame)
    assert frame.crs == WGS84
    assert frame.geometry.iloc[0].coords[0] == (5.37, 43.3)


def test_a_frame_already_in_metres_passes():
    frame = points((0, 0))
    assert to_lambert93(frame).geometry.iloc[0].equals(frame.geometry.iloc[0])


def test_points_keep_the_index_of_the_longitudes():
    index = pd.Index(["b", "a"])
    lon = pd.Series([3.0, 3.0], index=index)
    made = points_from_degrees(lon, pd.Series([46.5, 46.5], index=index))
    assert list(made.index) == ["b", "a"]
    assert made.crs == LAMBERT93
    np.testing.assert_allclose(shapely.get_coordinates(made), [ORIGIN_METRES] * 2, atol=1e-6)


def test_no_point_gives_no_point():
    assert points_from_degrees([], []).empty


@pytest.mark.parametrize(
    ("lon", "lat", "error", "said"),
    [
        ([5.4, 5.4], [43.3], ArgumentError, "2 longitudes pour 1 latitudes"),
        ([5.4, np.nan], [43.3, 43.3], ArgumentError, "1 point"),
        ([5.4, 5.4], [43.3, np.inf], ArgumentError, "1 point"),
        ([43.3], [5.4], CrsError, "inversés"),
        ([55.5], [-21.1], CrsError, "sortent du territoire"),
        ([893_000.0], [6_247_000.0], CrsError, "des mètres"),
    ],
)
def test_degrees_that_cannot_be(lon, lat, error, said):
    with pytest.raises(error, match=said):
        points_from_degrees(lon, lat)


def test_lambert_93_itself_sets_the_limits():
    with pytest.raises(CrsError, match="inversés"):
        to_lambert93(layer((43.3, 5.4), crs=4326))
    with pytest.raises(CrsError, match="sortent du territoire"):
        to_lambert93(layer((55.5, -21.1), crs=4326))  # La Réunion
    assert len(to_lambert93(layer((2.35, 48.86), crs=4326))) == 1  # Paris


def test_no_crs_is_refused_everywhere():
    frame = layer((5.4, 43.3), crs=None)
    for refuse in (to_lambert93, to_wgs84, lambda it: check_lambert93(it, "les stations")):
        with pytest.raises(CrsError, match="aucun système de coordonnées") as caught:
            refuse(frame)
        assert isinstance(caught.value, AtlasError)
        assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (layer((5.4, 43.3), crs=4326), "EPSG:4326, il faut EPSG:2154"),
        (layer((601_000, 5_350_000), crs=3857), "EPSG:3857"),
        (layer((5.4, 43.3), crs=2154), "sont des degrés"),
        (layer((43.3, 5.4), crs=2154), "sont des degrés"),
        (layer((6_247_000, 893_000), crs=2154), "axes sont inversés"),
        (layer((893_000, np.inf), crs=2154), "finis"),
    ],
)
def test_what_is_not_lambert_93(frame, said):
    with pytest.raises(CrsError, match=f"les stations .*{said}"):
        check_lambert93(frame, "les stations")


def test_what_is_lambert_93_passes():
    check_lambert93(points((0, 0)), "les stations")
    check_lambert93(layer((652_000, 6_862_000), crs=2154), "les stations")  # Paris
    check_lambert93(zones(square(0, 0, 100)).geometry, "les zones")
    check_lambert93(layer(crs=2154), "les stations")
    # Squares drawn at the origin of the axes are no degrees: they may be as large as they like.
    check_lambert93(zones(translate(square(0, 0, 100), -893_000, -6_247_000)), "les zones")
