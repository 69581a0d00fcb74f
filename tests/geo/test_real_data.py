"""The figures of the 66 QPV, against plain arithmetic on the same coordinates."""

import numpy as np
import pytest

from geo.coverage import covered_share
from geo.cycling import commune_figures, qpv_figures, serving, transit_distances
from geo.facilities import commune_figures as facility_totals
from geo.friches import checked, identical_surface_m2, land_units, merged_surface_m2
from geo.population import inhabitants_by_commune
from geo.proximity import count_within, nearest, nearest_distance, pairs_within, sum_within
from geo.scope import in_scope
from loaders import bikes, catalogue, communes, friches, sports, transit
from loaders import qpv as qpv_loader
from tests import today
from tests.geo import slow
from tests.geo.helpers import assert_result, summed


@pytest.fixture(scope="module")
def qpv():
    return qpv_loader.load()


@pytest.fixture(scope="module")
def stations():
    return serving(bikes.load())


@pytest.fixture(scope="module")
def metres(qpv, stations):
    """Distance of every QPV to every station by plain arithmetic."""
    return slow.distances(qpv, stations)


@pytest.fixture(scope="module")
def network():
    return catalogue.load()["velos"].communes


def test_distances(qpv, stations, metres):
    assert_result(nearest_distance(qpv, stations), metres.min(axis=1), qpv, dtype="float64", abs_tol=1e-6)
    # The first id among the nearest, to a micrometre.
    near = metres <= metres.min(axis=1, keepdims=True) + 1e-6
    first = [min(stations.index[row]) for row in near]
    assert nearest(qpv, stations)["id"].tolist() == first


@pytest.mark.parametrize("radius_m", [0, 100, 300, 500, 1000])
def test_counts_and_docks(qpv, stations, metres, radius_m):
    within = metres <= radius_m
    docks = stations["capacity"].to_numpy(dtype=float)
    assert_result(count_within(qpv, stations, radius_m), within.sum(axis=1), qpv, dtype="int64")
    assert_result(
        sum_within(qpv, stations, radius_m, stations["capacity"]), within @ docks, qpv, dtype="float64"
    )
    pairs = pairs_within(qpv, stations, 1000)
    assert_result(summed(pairs, qpv, radius_m), within.sum(axis=1), qpv, dtype="int64")


@pytest.mark.parametrize("radius_m", [100, 300, 500, 1000])
def test_shares_of_area_to_a_tenth_of_a_point(qpv, stations, metres, radius_m):
    centres = np.column_stack([stations.geometry.x, stations.geometry.y])
    expected = [
        slow.share(outline, centres[row <= radius_m].tolist(), radius_m, step_m=2.0)
        for outline, row in zip(qpv.geometry, metres, strict=True)
    ]
    result = covered_share(qpv, stations, radius_m)
    # The strips of 2 m err by some hundredths of a point themselves; the promise is a tenth.
    assert_result(result, expected, qpv, dtype="float64", abs_tol=5e-4)


def test_shares_by_many_facilities(qpv):
    there = sports.load()
    some = qpv.iloc[::11]
    centres = np.column_stack([there.geometry.x, there.geometry.y])
    expected = [
        slow.share(
            outline, centres[np.hypot(*(centres - outline.centroid.coords[0]).T) < 3000], 300, step_m=2.0
        )
        for outline in some.geometry
    ]
    assert_result(covered_share(some, there, 300), expected, some, dtype="float64", abs_tol=5e-4)


def test_lines(qpv):
    lines, gares = transit.load_lines(), transit.load_railway_stations()
    covered = catalogue.load()["lignes"].communes
    found = transit_distances(qpv, lines, gares, lines_covered=covered)
    step_m = 10.0
    places = slow.course(lines, step_m)
    inside = qpv[in_scope(qpv["communes"], covered)]
    assert found.loc[~found.index.isin(inside.index), "distance_ligne_m"].isna().all()
    for code, outline in inside.geometry.items():
        sampled = slow.nearest_of(places, outline)
        # A sample every 10 m is never nearer than the line, and at most 5 m along it from its nearest place.
        assert -1e-6 <= sampled - found.loc[code, "distance_ligne_m"] <= step_m / 2, code
    by_rail = slow.distances(qpv, gares)
    assert_result(found["distance_gare_m"], by_rail.min(axis=1), qpv, dtype="float64", abs_tol=1e-6)
    assert found["gare_proche"].tolist() == gares["name"].iloc[by_rail.argmin(axis=1)].tolist()


def test_outside_the_network_nothing_is_said(qpv, network):
    figures = qpv_figures(qpv, bikes.load(), radius_m=300, covered=network)
    outside = figures[~figures["couvert_par_le_reseau"]]
    assert set(outside.index) == set(today.people()) - set(today.people(today.MARSEILLE))
    assert qpv.loc[outside.index, "population"].sum() == today.outside_people()
    assert outside.drop(columns="couvert_par_le_reseau").isna().all(axis=None)
    inside = figures[figures["couvert_par_le_reseau"]]
    assert inside.notna().all(axis=None)
    assert sorted(inside["rang_manque"]) == list(range(1, len(inside) + 1))
    assert inside.sort_values("rang_manque")["habitants_hors_portee"].is_monotonic_decreasing


def test_inhabitants_are_counted_once(qpv, network):
    sixteen = communes.load()
    totals = inhabitants_by_commune(sixteen, qpv)
    assert totals["population_qpv"].sum() == sum(today.people().values())
    assert totals["nb_qpv"].sum() == 66
    assert (totals["nb_qpv"] > 0).sum() == 14
    figures = qpv_figures(qpv, bikes.load(), radius_m=300, covered=network)
    by_commune = commune_figures(sixteen, qpv, figures)
    marseille = qpv["communes"].map(lambda codes: codes[0] == "13055")
    assert marseille["QN01341I"]
    assert by_commune.loc["13055", "population_qpv"] == qpv.loc[marseille, "population"].sum()
    assert by_commune.loc["13055", "qpv_desservis"] == today.served(300)[0]
    assert by_commune["habitants_a_portee"].drop("13055").isna().all()


def test_sports_facilities_per_commune(qpv):
    there, sixteen = sports.load(), communes.load()
    covered = catalogue.load()["sports"].communes
    totals = facility_totals(sixteen, qpv, there, radius_m=300, covered=covered)
    within = slow.distances(qpv.loc[qpv["lib_communes"] == "Aubagne"], there) <= 300
    assert totals.loc["13005", "equipements_a_portee"] == within.any(axis=0).sum()
    assert np.isnan(totals.loc["84089", "equipements_a_portee"])


def test_land_of_the_brownfields():
    sites = friches.load()
    surface, parcels = sites["unite_fonciere_surface"], sites["unite_fonciere_refcad"]
    # Merging only those whose lists are the same to the letter still counts nested land twice.
    assert identical_surface_m2(sites) == pytest.approx(surface.groupby(parcels.map(tuple)).max().sum())
    groups = slow.land(parcels)
    merged = sum(surface[list(names)].max() for names in groups)
    assert merged_surface_m2(sites) == pytest.approx(merged)
    units = land_units(parcels)
    assert {frozenset(units.index[units == name]) for name in units.unique()} == set(map(frozenset, groups))
    assert len(sites) - len(checked(sites)) == len(today.sites(checked=False))
