"""Facilities in, around and between squares, worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from errors import ArgumentError
from geo.facilities import category_figures, commune_figures, in_communes, qpv_counts_by, qpv_figures
from tests.geo.helpers import assert_result, points, square, zones

COVERED = {"13055", "13001"}

QPV = zones(
    square(0, 0, 100),
    square(300, 0, 100),
    square(1000, 0, 100),
    square(2000, 0, 100),
    communes=[["13055", "13070"], ["13055"], ["13001"], ["84089"]],
    population=[500.0, 2000.0, 4000.0, 1462.0],
)
# In QN01, on its outline, halfway between QN01 and QN02, near QN02, near no QPV, in QN04.
THERE = points(
    (50, 50), (100, 50), (200, 50), (450, 50), (5000, 0), (2050, 50),
    famille=["Jeux", "Jeux", "Nautisme", "Jeux", "Nautisme", "Autre"],
)  # fmt: skip


def test_counts_and_rates():
    figures = qpv_figures(QPV, THERE, radius_m=100, covered=COVERED)
    assert_result(figures["equipements_dans"], [2, 0, 0, np.nan], QPV, dtype="float64")
    assert_result(figures["equipements_a_portee"], [3, 2, 0, np.nan], QPV, dtype="float64")
    assert_result(figures["equipements_pour_1000_hab"], [6, 1, 0, np.nan], QPV, dtype="float64")


def test_counts_by_family():
    table = qpv_counts_by(QPV, THERE, THERE["famille"], radius_m=100, covered=COVERED)
    assert table.columns.tolist() == ["Autre", "Jeux", "Nautisme"]
    assert_result(table["Autre"], [0, 0, 0, np.nan], QPV, dtype="float64")
    assert_result(table["Jeux"], [2, 1, 0, np.nan], QPV, dtype="float64")
    assert_result(table["Nautisme"], [1, 1, 0, np.nan], QPV, dtype="float64")


def test_families_of_nothing():
    table = qpv_counts_by(QPV, THERE.iloc[:0], THERE["famille"].iloc[:0], radius_m=100, covered=COVERED)
    assert table.shape == (4, 0)


def test_a_facility_without_family_is_refused():
    families = THERE["famille"].where(THERE["famille"] != "Autre")
    with pytest.raises(ArgumentError, match="p6"):
        qpv_counts_by(QPV, THERE, families, radius_m=100, covered=COVERED)


def test_a_facility_near_two_qpv_counts_once_for_their_commune():
    communes = pd.DataFrame(index=pd.Index(["13055", "13001", "13028", "84089"], dtype="str"))
    totals = commune_figures(communes, QPV, THERE, radius_m=100, covered={*COVERED, "13028"})
    assert_result(totals["nb_qpv"], [2, 1, 0, 1], communes, dtype="int64")
    assert_result(totals["population_qpv"], [2500, 4000, np.nan, 1462], communes, dtype="float64")
    assert_result(totals["equipements_a_portee"], [4, 0, np.nan, np.nan], communes, dtype="float64")
    assert_result(totals["equipements_pour_1000_hab"], [1.6, 0, np.nan, np.nan], communes, dtype="float64")


def test_no_facilities():
    figures = qpv_figures(QPV, THERE.iloc[:0], radius_m=100, covered=COVERED)
    assert_result(figures["equipements_a_portee"], [0, 0, 0, np.nan], QPV, dtype="float64")


def test_categories_count_each_facility_once_and_only_covered_qpv():
    table = category_figures(QPV, THERE, THERE["famille"], radius_m=100, covered=COVERED)
    # Jeux: p1 and p2 in QN01, p4 near QN02; Nautisme: p3 near both; Autre: p6 in QN04, outside the source.
    assert table.index.tolist() == ["Autre", "Jeux", "Nautisme"]
    assert_result(table["equipements_dans"], [0, 2, 0], table, dtype="int64")
    assert_result(table["equipements_a_portee"], [0, 3, 1], table, dtype="int64")
    assert_result(table["qpv_avec"], [0, 2, 2], table, dtype="int64")
    assert_result(table["qpv_sans"], [3, 1, 1], table, dtype="int64")
    assert_result(table["habitants_sans"], [6500, 4000, 4000], table, dtype="float64")


def test_people_without_are_unknown_where_a_population_is():
    unknown = QPV.assign(population=[500.0, 2000.0, np.nan, 1462.0])
    table = category_figures(unknown, THERE, THERE["famille"], radius_m=100, covered=COVERED)
    assert_result(table["habitants_sans"], [np.nan, np.nan, np.nan], table, dtype="float64")
    table = category_figures(unknown, THERE, THERE["famille"], radius_m=1000, covered=COVERED)
    assert table.loc["Jeux", "habitants_sans"] == 0


def test_categories_of_nothing():
    assert category_figures(QPV, THERE.iloc[:0], THERE["famille"].iloc[:0], radius_m=1, covered=COVERED).empty


def test_objects_count_in_the_commune_that_they_name():
    towns = pd.DataFrame(index=pd.Index(["13001", "13055", "84089"], dtype="str"))
    objects = pd.DataFrame({"code_insee": ["13055", "13055", "13070", "84089"]})
    # 13070 is not asked about, and 84089 is outside the source.
    assert_result(in_communes(towns, objects, covered=COVERED), [0, 2, np.nan], towns, dtype="float64")
    with pytest.raises(ArgumentError, match="code_insee"):
        in_communes(towns, pd.DataFrame({"x": [1]}), covered=COVERED)
