"""Brownfields: the unchecked set apart, the same land counted once."""

import numpy as np
import pandas as pd
import pytest

from errors import ArgumentError
from geo.friches import checked, commune_figures, land_units, merged_surface_m2, qpv_figures
from tests.geo.helpers import assert_result, points, square, zones

QPV = zones(
    square(0, 0, 100),
    square(300, 0, 100),
    square(1000, 0, 100),
    communes=[["13055", "13070"], ["13055"], ["13001"]],
    population=[500.0, 2000.0, 4000.0],
)
FRICHES = points(
    (50, 50),  # in QN01
    (50, 50),  # the same place under another programme
    (60, 60),  # in QN01, not checked
    (200, 50),  # halfway between QN01 and QN02: part of the land of the first
    (450, 50),  # near QN02
    (5000, 0),  # near no QPV
    index=["s1", "s2", "s3", "s4", "s5", "s6"],
    site_statut=[
        "friche avec projet", "friche sans projet", "friche potentielle",
        "friche sans projet", "friche sans projet", "friche sans projet",
    ],
    unite_fonciere_surface=[8000.0, 8000.0, 70.0, 3000.0, 500.0, 1.0],
    unite_fonciere_refcad=[["A1", "A2"], ["A1", "A2"], ["A2", "B9"], ["A2"], [], ["B9"]],
)  # fmt: skip


def test_the_unchecked_are_set_apart():
    assert checked(FRICHES).index.tolist() == ["s1", "s2", "s4", "s5", "s6"]


def test_sites_that_share_a_parcel_are_one_place():
    parcels = pd.Series(
        [["A"], ["B", "C"], [], ["C", "D"], ["D", "A"], [], ["Z"]],
        index=["s5", "s2", "s3", "s4", "s1", "s0", "s9"],
    )
    assert land_units(parcels).tolist() == ["s1", "s1", "s3", "s1", "s1", "s0", "s9"]
    assert land_units(parcels).index.tolist() == parcels.index.tolist()
    assert land_units(parcels.iloc[:0]).empty


def test_the_order_of_the_rows_does_not_change_the_places():
    for seed in range(10):
        shuffled = FRICHES["unite_fonciere_refcad"].sample(frac=1, random_state=seed)
        assert land_units(shuffled).sort_index().tolist() == ["s1", "s1", "s1", "s1", "s5", "s1"]


def test_shared_land_is_counted_once():
    assert merged_surface_m2(FRICHES) == 8500.0  # s3 links s6 to the rest
    assert merged_surface_m2(checked(FRICHES)) == 8501.0  # without it, s6 stands alone
    assert merged_surface_m2(FRICHES.iloc[:0]) == 0.0


def test_an_unknown_surface_makes_an_unknown_total():
    unknown = FRICHES.assign(unite_fonciere_surface=[8000.0, np.nan, 70.0, 3000.0, np.nan, 1.0])
    assert np.isnan(merged_surface_m2(unknown))
    assert merged_surface_m2(unknown.drop(index="s5")) == 8000.0


def test_per_qpv():
    figures = qpv_figures(QPV, FRICHES, radius_m=100, covered={"13055"})
    assert_result(figures["friches_dans"], [2, 0, np.nan], QPV, dtype="float64")
    assert_result(figures["friches_a_portee"], [3, 2, np.nan], QPV, dtype="float64")
    assert_result(figures["friches_lieux"], [1, 2, np.nan], QPV, dtype="float64")
    assert_result(figures["friches_surface_m2"], [8000, 3500, np.nan], QPV, dtype="float64")


def test_a_real_zero_is_a_zero():
    figures = qpv_figures(QPV, FRICHES, radius_m=100, covered={"13055", "13001"})
    assert figures.loc["QN03"].tolist() == [0, 0, 0, 0]


def test_per_commune_each_site_once():
    communes = pd.DataFrame(index=pd.Index(["13055", "13001", "13028", "84089"], dtype="str"))
    totals = commune_figures(communes, QPV, FRICHES, radius_m=100, covered={"13055", "13001", "13028"})
    assert_result(totals["friches_a_portee"], [4, 0, np.nan, np.nan], communes, dtype="float64")
    assert_result(totals["friches_lieux"], [2, 0, np.nan, np.nan], communes, dtype="float64")
    assert_result(totals["friches_surface_m2"], [8500, 0, np.nan, np.nan], communes, dtype="float64")
    outside = commune_figures(communes, QPV, FRICHES, radius_m=100, covered={"13055"})
    assert outside.loc["13001"].isna().all()


def test_a_missing_column_is_named():
    with pytest.raises(ArgumentError, match="site_statut"):
        checked(FRICHES.drop(columns="site_statut"))
    with pytest.raises(ArgumentError, match="unite_fonciere_surface"):
        merged_surface_m2(FRICHES.drop(columns="unite_fonciere_surface"))
