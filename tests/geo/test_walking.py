"""Minutes on foot: circles and isochrones around stations, worked out by hand, never mixed."""

from math import pi

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from errors import ArgumentError, CrsError
from geo import walking
from geo.coverage import circles, covered_share, covered_share_by_areas
from loaders import bikes, catalogue
from loaders import qpv as qpv_loader
from tests.geo.helpers import X, Y, assert_result, line, points, square, zones

ONE = zones(square(0, 0, 100))
MARSEILLE = {"13055"}


def areas(*shapes, index=None, minutes=5):
    index = index or [f"p{number}" for number in range(1, len(shapes) + 1)]
    return gpd.GeoDataFrame(
        {"minutes": minutes}, index=pd.Index(index, dtype="str"), geometry=list(shapes), crs=2154
    )


# Areas, covered part of the square 0..100 x 0..100.
BY_HAND = {
    "whole": ([square(-10, -10, 200)], 1),
    "the same square": ([square(0, 0, 100)], 1),
    "half": ([square(50, -50, 200)], 0.5),
    "a quarter": ([square(50, 50, 100)], 0.25),
    "two that overlap": ([square(0, 0, 60), square(40, 40, 60)], (3600 + 3600 - 400) / 10_000),
    "the same twice": ([square(0, 0, 50), square(0, 0, 50)], 0.25),
    "a common side": ([square(100, 0, 100)], 0),
    "elsewhere": ([square(500, 0, 100)], 0),
    "with a hole": (
        [shapely.Polygon(square(0, 0, 100).exterior, [square(20, 20, 50).exterior])], 0.75,
    ),
    "in two parts": ([shapely.MultiPolygon([square(0, 0, 10), square(90, 90, 10)])], 0.02),
    "none": ([], 0),
}  # fmt: skip


@pytest.mark.parametrize(("shapes", "share"), BY_HAND.values(), ids=BY_HAND)
def test_share_by_areas(shapes, share):
    assert_result(covered_share_by_areas(ONE, areas(*shapes)), [share], ONE, dtype="float64", abs_tol=1e-12)


def test_several_zones_in_their_own_order():
    three = zones(square(0, 0, 100), square(1000, 0, 100), square(100, 0, 100), index=["z", "a", "m"])
    result = covered_share_by_areas(three, areas(square(75, 0, 100), square(150, 0, 10)))
    assert_result(result, [0.25, 0, 0.75], three, dtype="float64", abs_tol=1e-12)


BOW_TIE = shapely.Polygon([(X, Y), (X + 100, Y + 100), (X + 100, Y), (X, Y + 300)])


@pytest.mark.parametrize(
    ("zone", "shapes", "error", "said"),
    [
        (zones(BOW_TIE), areas(square(0, 0, 10)), ArgumentError, "les zones.*invalide.*QN01"),
        (ONE, areas(BOW_TIE), ArgumentError, "les aires.*invalide.*p1"),
        (ONE, points((0, 0)), ArgumentError, "les aires.*pas des polygones"),
        (ONE, areas(line((0, 0), (1, 1))), ArgumentError, "les aires.*pas des polygones"),
        (ONE, areas(shapely.Polygon()), ArgumentError, "les aires.*absente"),
        (ONE, areas(square(0, 0, 10)).to_crs(4326), CrsError, "les aires.*EPSG:4326"),
    ],
)
def test_what_has_no_share(zone, shapes, error, said):
    with pytest.raises(error, match=said):
        covered_share_by_areas(zone, shapes)


@pytest.mark.parametrize("radius_m", [100, 300, 1000])
def test_circles_as_areas_cover_what_circles_cover(radius_m):
    """On the real QPV and stations, the two ways of counting meet."""
    qpv, stations = qpv_loader.load(), bikes.load()
    drawn = circles(stations, radius_m)
    np.testing.assert_allclose(drawn.area, pi * radius_m**2, rtol=1e-9)
    expected = covered_share(qpv, stations, radius_m)
    result = covered_share_by_areas(qpv, gpd.GeoDataFrame(geometry=drawn))
    assert expected.gt(0).sum() >= 10
    assert_result(result, expected, qpv, dtype="float64", abs_tol=1e-9)


@pytest.mark.parametrize("wrong", [0, -1, float("nan"), None])
def test_no_circle_without_a_radius(wrong):
    with pytest.raises(ArgumentError, match="le rayon"):
        circles(points((0, 0)), wrong)


def test_no_circle_around_a_line():
    with pytest.raises(ArgumentError, match="pas des points"):
        circles(zones(line((0, 0), (1, 1))), 10)


def test_radius_by_hand():
    assert walking.radius_m(5) == pytest.approx(307.692, abs=1e-3)
    assert walking.radius_m(3) == pytest.approx(184.615, abs=1e-3)
    assert walking.radius_m(15, speed_m_per_min=60, detour=1) == 900
    assert walking.farthest_m(5) == 600


@pytest.mark.parametrize("minutes", [2, 16, 5.5, "5", None, True])
def test_minutes_out_of_bounds(minutes):
    with pytest.raises(ArgumentError, match="de 3 à 15"):
        walking.radius_m(minutes)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"speed_m_per_min": 0}, "vitesse"),
        ({"speed_m_per_min": 101}, "vitesse"),
        ({"speed_m_per_min": float("nan")}, "vitesse"),
        ({"detour": 0.9}, "détour"),
        ({"detour": float("inf")}, "détour"),
    ],
)
def test_walks_that_nobody_walks(options, said):
    with pytest.raises(ArgumentError, match=said):
        walking.radius_m(5, **options)


def test_no_circle_goes_further_than_what_is_asked_for():
    for minutes in range(3, 16):
        widest = walking.radius_m(minutes, speed_m_per_min=walking.FASTEST_M_PER_MIN, detour=1)
        assert widest < walking.farthest_m(minutes)


@pytest.fixture
def qpv():
    return zones(
        square(0, 0, 1000),
        square(4000, 0, 1000),
        square(8000, 0, 1000),
        communes=[["13055", "13070"], ["13055"], ["13001"]],
        population=[1000.0, 2000.0, 4000.0],
    )


@pytest.fixture
def stations():
    return points(
        (500, 500),  # in QN01
        (1600, 500),  # 600 m beside QN01: within farthest_m(5)
        (1601, 500),  # 601 m: beyond
        (500, 400),  # virtual
        (8500, 500),  # in QN03, outside the network
        index=["a", "b", "c", "d", "e"],
        is_virtual_station=pd.array([False, pd.NA, False, True, False], dtype="boolean"),
    )


def test_stations_concerned(qpv, stations):
    near = walking.concerned(qpv, stations, minutes=5, covered=MARSEILLE)
    assert near.index.tolist() == ["a", "b"]
    farther = walking.concerned(qpv, stations, minutes=6, covered=MARSEILLE)
    assert farther.index.tolist() == ["a", "b", "c"]


def test_circles_without_isochrones(qpv, stations):
    result = walking.qpv_figures(qpv, stations, minutes=5, covered=MARSEILLE)
    assert (result.method, result.minutes, result.missing) == ("cercles", 5, ("a", "b"))
    assert result.radius_m == pytest.approx(307.692, abs=1e-3)
    share = pi * (400 / 1.3) ** 2 / 1e6  # 0.2974
    expected = {
        "stations_a_portee": [1, 0, np.nan],
        "part_surface_couverte": [share, 0, np.nan],
        "habitants_a_portee": [1000 * share, 0, np.nan],
        "habitants_hors_portee": [1000 * (1 - share), 2000, np.nan],
        "rang_manque": [2, 1, np.nan],
    }
    for column, values in expected.items():
        assert_result(result.figures[column], values, qpv, dtype="float64", abs_tol=1e-6)
    assert result.figures["couvert_par_le_reseau"].tolist() == [True, True, False]
    assert result.areas.index.tolist() == ["a", "b"]
    assert result.areas.area.round().tolist() == [round(pi * (400 / 1.3) ** 2)] * 2


def test_isochrones_once_every_station_concerned_has_its_own(qpv, stations):
    # b's reaches 100 m into QN01; c is not concerned, its area is left out although it would cover all.
    shapes = areas(square(0, 0, 500), square(900, 0, 1000), square(-500, -500, 9000), index=["a", "b", "c"])
    result = walking.qpv_figures(qpv, stations, minutes=5, covered=MARSEILLE, isochrones=shapes)
    assert (result.method, result.radius_m, result.missing) == ("isochrones", None, ())
    assert result.concerned == ("a", "b")
    assert result.figures["part_surface_couverte"].tolist()[:2] == pytest.approx([0.35, 0])
    assert result.figures["habitants_hors_portee"].tolist()[:2] == pytest.approx([650, 2000])
    assert result.figures["stations_a_portee"].tolist()[:2] == [2, 0]
    assert result.figures.loc["QN03"].drop("couvert_par_le_reseau").isna().all()
    assert result.areas.index.tolist() == ["a", "b"]


def test_one_isochrone_missing_makes_circles_of_all(qpv, stations):
    partial = walking.qpv_figures(
        qpv, stations, minutes=5, covered=MARSEILLE, isochrones=areas(square(0, 0, 500), index=["a"])
    )
    whole = walking.qpv_figures(qpv, stations, minutes=5, covered=MARSEILLE)
    assert (partial.method, partial.missing) == ("cercles", ("b",))
    pd.testing.assert_frame_equal(partial.figures, whole.figures)


def test_minutes_are_not_mixed(qpv, stations):
    shapes = areas(square(0, 0, 500), square(900, 0, 1000), index=["a", "b"], minutes=[5, 10])
    with pytest.raises(ArgumentError, match="il faut 5 minutes, des aires en ont 10"):
        walking.qpv_figures(qpv, stations, minutes=5, covered=MARSEILLE, isochrones=shapes)


def test_no_station_near(qpv, stations):
    none = stations.iloc[:0]
    result = walking.qpv_figures(qpv, none, minutes=5, covered=MARSEILLE, isochrones=areas())
    assert result.method == "isochrones"
    assert result.figures["part_surface_couverte"].tolist()[:2] == [0, 0]


def test_real_data():
    """Stations within 600 m of a QPV of Marseille, counted on plain distances between the two layers."""
    qpv, stations = qpv_loader.load(), bikes.load()
    covered = catalogue.load()["velos"].communes
    marseille = qpv[[bool(covered & set(codes)) for codes in qpv["communes"]]]
    physical = stations[~stations["is_virtual_station"]]
    metres = np.array([physical.distance(outline) for outline in marseille.geometry])
    result = walking.qpv_figures(qpv, stations, minutes=5, covered=covered)
    assert set(result.concerned) == set(physical.index[(metres <= 600).any(axis=0)])
    assert result.figures["habitants_a_portee"].notna().sum() == 41
    by_metres = covered_share(qpv, physical, 400 / 1.3)
    known = result.figures["part_surface_couverte"].dropna()
    np.testing.assert_allclose(known, by_metres[known.index], atol=1e-12)
