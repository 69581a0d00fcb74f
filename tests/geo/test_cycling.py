"""Three QPV of 1 ha, their stations and their ranks, worked out by hand."""

from math import pi

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from errors import ArgumentError
from geo.cycling import commune_figures, qpv_figures, serving, transit_distances
from tests.geo.helpers import assert_result, line, points, square, zones

MARSEILLE = {"13055"}


@pytest.fixture
def qpv():
    return zones(
        square(0, 0, 100),
        square(1000, 0, 100),
        square(2000, 0, 100),
        square(3000, 0, 100),
        communes=[["13055", "13070"], ["13055"], ["13055"], ["13001"]],
        population=[1000.0, 2000.0, 2000.0, 4000.0],
    )


@pytest.fixture
def stations():
    return points(
        (50, 50),  # in QN01
        (1130, 50),  # 30 m beside QN02
        (50, 45),  # virtual, in QN01
        (3050, 50),  # in QN04, outside the network
        name=["Canet", "Belsunce", "Éphémère", "Ailleurs"],
        capacity=pd.array([20, 10, 99, 5], dtype="Int64"),
        is_virtual_station=pd.array([False, pd.NA, True, False], dtype="boolean"),
    )


def test_every_figure(qpv, stations):
    figures = qpv_figures(qpv, stations, radius_m=40, covered=MARSEILLE)
    circle = pi * 1600 / 10_000
    # The part of a circle of 40 m, centred 30 m beside a square, that lies in the square.
    cap = (1600 * np.arccos(30 / 40) - 30 * np.sqrt(1600 - 900)) / 10_000
    expected = {
        "distance_station_m": [0, 30, 870, np.nan],
        "stations_a_portee": [1, 1, 0, np.nan],
        "bornes_a_portee": [20, 10, 0, np.nan],
        "stations_pour_1000_hab": [1, 0.5, 0, np.nan],
        "bornes_pour_1000_hab": [20, 5, 0, np.nan],
        "part_surface_couverte": [circle, cap, 0, np.nan],
        "habitants_a_portee": [1000 * circle, 2000 * cap, 0, np.nan],
        "habitants_hors_portee": [1000 * (1 - circle), 2000 * (1 - cap), 2000, np.nan],
        "rang_manque": [3, 2, 1, np.nan],
    }
    for column, values in expected.items():
        tolerance = 0.2 if column.startswith("habitants") else 1e-4
        assert_result(figures[column], values, qpv, dtype="float64", abs_tol=tolerance)
    assert_result(figures["couvert_par_le_reseau"], [True, True, True, False], qpv, dtype="bool")
    assert figures["station_proche"].tolist()[:3] == ["Canet", "Belsunce", "Belsunce"]
    assert pd.isna(figures.loc["QN04", "station_proche"])
    assert set(figures.columns) == {*expected, "couvert_par_le_reseau", "station_proche"}


def test_a_missing_flag_means_physical(stations):
    assert list(serving(stations).index) == ["p1", "p2", "p4"]
    flags = stations.assign(is_virtual_station=[False, None, True, np.nan])
    assert list(serving(flags).index) == ["p1", "p2", "p4"]
    plain = stations.assign(is_virtual_station=[False, False, True, False])
    assert list(serving(plain).index) == ["p1", "p2", "p4"]


def test_only_virtual_stations_serve_nobody(qpv, stations):
    figures = qpv_figures(qpv, stations.assign(is_virtual_station=True), radius_m=300, covered=MARSEILLE)
    assert figures["distance_station_m"].isna().all()
    assert figures["station_proche"].isna().all()
    assert_result(figures["stations_a_portee"], [0, 0, 0, np.nan], qpv, dtype="float64")
    assert_result(figures["habitants_hors_portee"], [1000, 2000, 2000, np.nan], qpv, dtype="float64")
    # QN02 and QN03 are equal: by code.
    assert_result(figures["rang_manque"], [3, 1, 2, np.nan], qpv, dtype="float64")


def test_ranks_follow_codes_not_rows(qpv, stations):
    shuffled = qpv.loc[["QN03", "QN01", "QN04", "QN02"]]
    figures = qpv_figures(shuffled, stations.iloc[:0], radius_m=300, covered=MARSEILLE)
    assert_result(figures["rang_manque"], [2, 3, np.nan, 1], shuffled, dtype="float64")


def test_an_unknown_population_has_no_rank_and_no_rate(qpv, stations):
    figures = qpv_figures(
        qpv.assign(population=[np.nan, 2000, 2000, 1]), stations, radius_m=40, covered=MARSEILLE
    )
    assert (
        figures.loc["QN01", ["stations_pour_1000_hab", "habitants_hors_portee", "rang_manque"]].isna().all()
    )
    assert figures.loc["QN01", "stations_a_portee"] == 1
    assert figures["rang_manque"].dropna().tolist() == [2, 1]


def test_totals_per_commune(qpv, stations):
    figures = qpv_figures(qpv, stations.iloc[:1], radius_m=80, covered=MARSEILLE)  # covers QN01 whole
    communes = pd.DataFrame(index=pd.Index(["13055", "13001", "13028"], dtype="str"))
    totals = commune_figures(communes, qpv, figures)
    expected = {
        "population_qpv": [5000, 4000, np.nan],
        "qpv_desservis": [1, np.nan, np.nan],
        "habitants_a_portee": [1000, np.nan, np.nan],
        "habitants_hors_portee": [4000, np.nan, np.nan],
        "part_habitants_a_portee": [0.2, np.nan, np.nan],
    }
    assert_result(totals["nb_qpv"], [3, 1, 0], communes, dtype="int64")
    for column, values in expected.items():
        assert_result(totals[column], values, communes, dtype="float64")
    assert set(totals.columns) == {*expected, "nb_qpv"}


def test_totals_refuse_figures_of_other_rows(qpv, stations):
    figures = qpv_figures(qpv, stations, radius_m=40, covered=MARSEILLE)
    with pytest.raises(ArgumentError, match="lignes"):
        commune_figures(pd.DataFrame(index=["13055"]), qpv, figures.iloc[::-1])


@pytest.mark.parametrize(
    ("layer", "column"),
    [
        ("qpv", "population"),
        ("qpv", "communes"),
        ("stations", "capacity"),
        ("stations", "is_virtual_station"),
    ],
)
def test_a_missing_column_is_named(qpv, stations, layer, column):
    frames = {"qpv": qpv, "stations": stations}
    frames[layer] = frames[layer].drop(columns=column)
    with pytest.raises(ArgumentError, match=column):
        qpv_figures(frames["qpv"], frames["stations"], radius_m=300, covered=MARSEILLE)


def test_a_repeated_station_is_refused(qpv, stations):
    twice = pd.concat([stations, stations.iloc[:1]])
    with pytest.raises(ArgumentError, match="p1"):
        qpv_figures(qpv, twice, radius_m=300, covered=MARSEILLE)


def test_lines_and_railway_stations(qpv):
    lines = gpd.GeoDataFrame(
        {"route_short_name": ["M1", "T3"]},
        index=["RTM-116", "RTM-48"],
        geometry=[line((-500, 250), (1050, 250)), line((2050, -50), (2050, 150))],
        crs=2154,
    )
    gares = points((3050, 600), name=["Arenc"], index=["87751404"])
    found = transit_distances(qpv, lines, gares, lines_covered=MARSEILLE)
    assert_result(found["distance_ligne_m"], [150, 150, 0, np.nan], qpv, dtype="float64")
    assert found["ligne_proche"].tolist()[:3] == ["M1", "M1", "T3"]
    assert pd.isna(found.loc["QN04", "ligne_proche"])
    by_rail = [np.hypot(2950, 500), np.hypot(1950, 500), np.hypot(950, 500), 500]
    assert_result(found["distance_gare_m"], by_rail, qpv, dtype="float64", abs_tol=1e-6)
    assert found["gare_proche"].tolist() == ["Arenc"] * 4
