"""Inhabitants counted once, and rates over them."""

import numpy as np
import pandas as pd
import pytest

from errors import ArgumentError
from geo.population import counted_under, inhabitants_by_commune, per_1000
from tests.geo.helpers import assert_result

COMMUNES = pd.DataFrame(index=pd.Index(["13001", "13028", "13055", "13070"], dtype="str"))


def quartiers(populations, communes):
    return pd.DataFrame(
        {"population": populations, "communes": communes},
        index=[f"QN{number}" for number in range(len(populations))],
    )


def test_a_qpv_on_two_communes_is_counted_under_the_first():
    qpv = quartiers([1000.0, 200.0, 30.0], [["13055", "13070"], ["13055"], ["13001"]])
    assert counted_under(qpv["communes"]).tolist() == ["13055", "13055", "13001"]
    totals = inhabitants_by_commune(COMMUNES, qpv)
    assert_result(totals["nb_qpv"], [1, 0, 2, 0], COMMUNES, dtype="int64")
    assert_result(totals["population_qpv"], [30, np.nan, 1200, np.nan], COMMUNES, dtype="float64")


def test_a_missing_population_makes_a_missing_total_not_a_smaller_one():
    qpv = quartiers([1000.0, np.nan, 30.0], [["13055"], ["13055"], ["13001"]])
    totals = inhabitants_by_commune(COMMUNES, qpv)
    assert_result(totals["population_qpv"], [30, np.nan, np.nan, np.nan], COMMUNES, dtype="float64")


def test_a_qpv_of_another_commune_is_left_out():
    totals = inhabitants_by_commune(COMMUNES, quartiers([50.0], [["84089"]]))
    assert totals["nb_qpv"].sum() == 0
    assert totals["population_qpv"].isna().all()


def test_faults_are_named():
    with pytest.raises(ArgumentError, match="QN0"):
        counted_under(quartiers([1.0], [[]])["communes"])
    with pytest.raises(ArgumentError, match="population"):
        inhabitants_by_commune(COMMUNES, quartiers([1.0], [["13055"]]).drop(columns="population"))
    with pytest.raises(ArgumentError, match="13055"):
        inhabitants_by_commune(pd.DataFrame(index=["13055", "13055"]), quartiers([1.0], [["13055"]]))


def test_rates():
    counts = pd.Series([3, 0, 2, 1], index=list("abcd"))
    population = pd.Series([1500.0, 1000.0, 0.0, np.nan], index=list("abcd"))
    assert_result(per_1000(counts, population), [2.0, 0.0, np.nan, np.nan], counts, dtype="float64")
