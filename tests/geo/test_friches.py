"""Brownfields: the unchecked set apart, the same land counted once."""

import numpy as np
import pandas as pd
import pytest

from errors import ArgumentError
from geo.friches import (
    checked,
    commune_figures,
    identical_surface_m2,
    land_by_commune,
    land_by_qpv,
    land_units,
    merged,
    merged_surface_m2,
    site_distances,
)
from tests.geo.helpers import assert_result, line, points, square, zones

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
    figures = land_by_qpv(QPV, checked(FRICHES), radius_m=100, covered={"13055"})
    assert_result(figures["friches_dans"], [2, 0, np.nan], QPV, dtype="float64")
    assert_result(figures["friches_a_portee"], [3, 2, np.nan], QPV, dtype="float64")
    assert_result(figures["friches_lieux"], [1, 2, np.nan], QPV, dtype="float64")
    assert_result(figures["friches_surface_m2"], [8000, 3500, np.nan], QPV, dtype="float64")


def test_a_real_zero_is_a_zero():
    figures = land_by_qpv(QPV, checked(FRICHES), radius_m=100, covered={"13055", "13001"})
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


def test_land_of_any_status_around_each_qpv():
    figures = land_by_qpv(QPV, FRICHES, radius_m=100, covered={"13055"})
    # s3, unchecked, joins s1, s2 and s4 in QN01: one place still, of 8,000 m2.
    assert_result(figures["friches_dans"], [3, 0, np.nan], QPV, dtype="float64")
    assert_result(figures["friches_lieux"], [1, 2, np.nan], QPV, dtype="float64")
    assert_result(figures["friches_surface_m2"], [8000, 3500, np.nan], QPV, dtype="float64")


def test_land_of_each_commune():
    communes = pd.DataFrame(index=pd.Index(["13055", "13001", "13028", "84089"], dtype="str"))
    sites = FRICHES.assign(code_insee=["13055", "13055", "13055", "13001", "13055", "13070"])
    totals = land_by_commune(communes, sites, covered={"13055", "13001", "13028"})
    # s1, s2 and s3 share land, s5 stands alone; s4 shares the land of s1 from the other commune.
    assert_result(totals["friches"], [4, 1, 0, np.nan], communes, dtype="float64")
    assert_result(totals["friches_lieux"], [2, 1, 0, np.nan], communes, dtype="float64")
    assert_result(totals["friches_surface_m2"], [8500, 3000, 0, np.nan], communes, dtype="float64")


def test_one_row_per_land_unit():
    units = merged(FRICHES)
    assert units.index.tolist() == ["s1", "s5"]
    assert units["sites"].tolist() == [["s1", "s2", "s4", "s3", "s6"], ["s5"]]
    assert_result(units["surface_m2"], [8000, 500], units, dtype="float64")
    assert units.geometry["s1"].equals(FRICHES.geometry["s1"])
    assert units.crs == FRICHES.crs
    # Under a filter that hides s3, s6 no longer touches the others' land.
    assert merged(checked(FRICHES)).index.tolist() == ["s1", "s5", "s6"]
    assert merged(FRICHES.iloc[:0]).empty


def test_surfaces_of_land_units_add_up_to_the_total():
    for kept in (FRICHES, checked(FRICHES), FRICHES.iloc[2:], FRICHES.sample(frac=1, random_state=1)):
        assert merged(kept)["surface_m2"].sum() == merged_surface_m2(kept)


def test_a_unit_without_a_known_surface_has_none():
    unknown = FRICHES.assign(unite_fonciere_surface=[np.nan, 10.0, np.nan, np.nan, np.nan, np.nan])
    units = merged(unknown)
    assert units.loc["s1", "sites"][0] == "s2"
    assert_result(units["surface_m2"], [10, np.nan], units, dtype="float64")


def test_identical_lists_merge_less():
    # s1 and s2 have the same two parcels; s3, s4, s5 and s6 each have others.
    assert identical_surface_m2(FRICHES) == 8000 + 70 + 3000 + 500 + 1
    alone = FRICHES.assign(unite_fonciere_refcad=[["A", "B"], ["B", "A"], [], [], [], []])
    assert identical_surface_m2(alone) == FRICHES["unite_fonciere_surface"].sum()


def test_distances_of_sites():
    sites = FRICHES.assign(code_insee=["13055", "13055", "13055", "13055", "13001", "84089"])
    stations = points(
        (50, 60), (50, 50), (450, 80), index=["v2", "v1", "v3"], is_virtual_station=[False, True, None]
    )
    lines = zones(line((0, 150), (1000, 150)), line((200, 0), (200, 40)), index=["m1", "t1"])
    found = site_distances(
        sites, QPV, stations, lines, stations_covered={"13055"}, lines_covered={"13055", "13001"}
    )
    assert_result(found["distance_qpv_m"], [0, 0, 0, 100, 50, 3900], sites, dtype="float64")
    assert found["code_qp_proche"].tolist() == ["QN01", "QN01", "QN01", "QN01", "QN02", "QN03"]
    # The virtual station v1, on s1, serves nobody; 13001 and 84089 are not covered.
    assert_result(
        found["distance_station_m"], [10, 10, 10, np.hypot(150, 10), np.nan, np.nan], sites, dtype="float64"
    )
    assert found["station_id"].tolist()[:4] == ["v2"] * 4
    assert found["station_id"].isna().tolist() == [False] * 4 + [True] * 2
    assert_result(found["distance_ligne_m"], [100, 100, 90, 10, 100, np.nan], sites, dtype="float64")
    assert found["route_id"].tolist()[:5] == ["m1", "m1", "m1", "t1", "m1"]
