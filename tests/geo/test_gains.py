"""Before and after, from areas: circles in squares, and what holds for any sites."""

from math import pi

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import ArgumentError, CrsError
from geo.gains import before_after, site_gains
from tests.geo.helpers import assert_result, points, square, zones

MARSEILLE = {"13055"}
CIRCLE = pi * 900  # m², reach of 30 m


@pytest.fixture
def qpv():
    return zones(
        square(0, 0, 100),
        square(1000, 0, 100),
        square(2000, 0, 100),
        communes=[["13055"], ["13055", "13070"], ["13001"]],
        population=[1000.0, 2000.0, 4000.0],
    )


def test_before_and_after(qpv):
    figures = before_after(qpv, points((0, 50)), points((70, 50), (2050, 50)), radius_m=30, covered=MARSEILLE)
    before, after = CIRCLE / 2 / 10_000, 1.5 * CIRCLE / 10_000  # the two circles do not touch
    expected = {
        "part_avant": [before, 0, np.nan],
        "part_apres": [after, 0, np.nan],
        "habitants_avant": [1000 * before, 0, np.nan],
        "habitants_apres": [1000 * after, 0, np.nan],
        "habitants_gagnes": [1000 * (after - before), 0, np.nan],
    }
    assert list(figures.columns) == list(expected)
    for column, values in expected.items():
        tolerance = 0.1 if column.startswith("habitants") else 1e-4
        assert_result(figures[column], values, qpv, dtype="float64", abs_tol=tolerance)


def test_each_site_alone_and_beside_those_before_it(qpv):
    sites = points((50, 50), (50, 50), (1000, 50), (5000, 0), (2050, 50), index=list("cabed"))
    gains = site_gains(qpv, points(), sites, radius_m=30, covered=MARSEILLE)
    whole, half = 1000 * CIRCLE / 10_000, 2000 * CIRCLE / 2 / 10_000
    assert_result(gains["habitants_gagnes"], [whole, 0, half, 0, 0], sites, dtype="float64", abs_tol=0.1)
    assert_result(
        gains["habitants_gagnes_seul"], [whole, whole, half, 0, 0], sites, dtype="float64", abs_tol=0.1
    )
    assert gains["qpv_servis"].tolist() == [["QN01"], ["QN01"], ["QN02"], [], []]


def test_a_missing_population_makes_a_missing_gain(qpv):
    unknown = qpv.assign(population=[np.nan, 2000.0, 4000.0])
    sites = points((50, 50), (1000, 50))
    gains = site_gains(unknown, points(), sites, radius_m=30, covered=MARSEILLE)
    assert gains["habitants_gagnes"].isna().tolist() == [True, False]
    figures = before_after(unknown, points(), sites, radius_m=30, covered=MARSEILLE)
    assert figures["habitants_gagnes"].isna().tolist() == [True, False, True]
    assert figures["part_apres"].isna().tolist() == [False, False, True]


def test_a_virtual_station_serves_nobody(qpv):
    stations = points((50, 50), is_virtual_station=[True])
    figures = before_after(qpv, stations, points(), radius_m=30, covered=MARSEILLE)
    assert figures["part_avant"].tolist()[:2] == [0, 0]
    gains = site_gains(qpv, stations, points((50, 50)), radius_m=30, covered=MARSEILLE)
    assert gains["habitants_gagnes"].tolist() == pytest.approx([1000 * CIRCLE / 10_000], abs=0.1)


def test_no_sites(qpv):
    figures = before_after(qpv, points((0, 50)), points(), radius_m=30, covered=MARSEILLE)
    assert_result(figures["habitants_gagnes"], [0, 0, np.nan], qpv, dtype="float64")
    assert site_gains(qpv, points(), points(), radius_m=30, covered=MARSEILLE).empty


HERE = zones(
    square(0, 0, 100),
    square(80, 120, 200),
    communes=[["13055"], ["13055"]],
    population=[1000.0, 3000.0],
)
places = st.lists(st.tuples(st.integers(-300, 500), st.integers(-300, 500)), max_size=8)


@given(places, places, st.integers(1, 400))
def test_a_station_more_never_takes_inhabitants_away(there, new, radius_m):
    existing, sites = points(*there), points(*new)
    figures = before_after(HERE, existing, sites, radius_m=radius_m, covered=MARSEILLE)
    assert (figures["part_apres"] >= figures["part_avant"]).all()
    assert (figures["habitants_gagnes"] >= 0).all()
    gains = site_gains(HERE, existing, sites, radius_m=radius_m, covered=MARSEILLE)
    assert (gains["habitants_gagnes"] >= 0).all()
    # One after the other they bring what they bring together, and beside others never more than alone.
    assert gains["habitants_gagnes"].sum() == pytest.approx(figures["habitants_gagnes"].sum(), abs=1e-3)
    assert (gains["habitants_gagnes"] <= gains["habitants_gagnes_seul"] + 1e-3).all()


@pytest.mark.parametrize("ask", [before_after, site_gains])
def test_what_cannot_be_asked(qpv, ask):
    sites = points((0, 0))
    for broken, error, said in [
        ({"qpv": qpv.drop(columns="population")}, ArgumentError, "population"),
        ({"qpv": qpv.to_crs(4326)}, CrsError, "EPSG:4326"),
        ({"sites": sites.to_crs(3857)}, CrsError, "EPSG:3857"),
        ({"radius_m": -1}, ArgumentError, "le rayon"),
        ({"covered": "13055"}, ArgumentError, "collection"),
    ]:
        given_ = {
            "qpv": qpv,
            "existing": points((9, 9)),
            "sites": sites,
            "radius_m": 30,
            "covered": MARSEILLE,
        }
        given_ |= broken
        with pytest.raises(error, match=said):
            ask(
                given_["qpv"],
                given_["existing"],
                given_["sites"],
                radius_m=given_["radius_m"],
                covered=given_["covered"],
            )
    with pytest.raises(ArgumentError, match="en double"):
        site_gains(qpv, sites, pd.concat([sites, sites]), radius_m=30, covered=MARSEILLE)
