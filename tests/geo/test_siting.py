"""Where the next stations go: cases with a known best, every choice tried by a slow way, and what cannot be answered."""

import re
from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from errors import ArgumentError, CrsError
from geo.siting import propose_sites
from tests.geo import slow
from tests.geo.helpers import line, points, zones

# Four places of one street, 100 m from one to the next. A candidate between two reaches both, exactly at its reach of 50 m.
STREET = points((0, 0), (100, 0), (200, 0), (300, 0), population=[4.0, 5.0, 5.0, 4.0], code_qp=["QN1"] * 4)
WEST, MIDDLE, EAST = (50, 0), (150, 0), (250, 0)
THREE = points(WEST, MIDDLE, EAST, index=["west", "middle", "east"], place=["W", "M", "E"])
NONE = points()


def propose(demand=STREET, candidates=THREE, existing=NONE, **options):
    return propose_sites(
        demand, candidates, existing, **({"radius_m": 50, "count": 2, "spacing_m": 0} | options)
    )


def test_the_best_choice_beats_the_step_by_step_one():
    # Step by step takes the middle (10), then 4 on one side: 14. The two sides together reach all 18.
    sites = propose()
    assert list(sites.index) == ["west", "east"]
    assert sites["rank"].tolist() == [1, 2]
    assert sites["place"].tolist() == ["W", "E"]
    assert sites["population_gained"].tolist() == [9, 9]
    assert sites["population_alone"].tolist() == [9, 9]
    assert sites.attrs["objective"] == 18
    assert sites.attrs["greedy_objective"] == 14
    assert sites.attrs["gap"] == 0
    assert sites.attrs["proven"]
    assert sites.attrs["reason"] is None
    assert sites.crs == 2154


def test_ranks_count_what_a_site_adds_to_those_before_it():
    sites = propose(count=3)
    # All three: west and east reach everything, the middle adds nobody and is not proposed.
    assert list(sites.index) == ["west", "east"]
    four = points(WEST, MIDDLE, EAST, (400, 0), index=["a", "b", "c", "d"])
    demand = pd.concat([STREET, points((400, 0), index=["far"], population=[1.0], code_qp=["QN2"])])
    sites = propose(demand, four.loc[["a", "b", "d"]], count=3)
    assert list(sites.index) == ["b", "a", "d"]
    assert sites["population_gained"].tolist() == [10, 4, 1]
    assert sites["population_alone"].tolist() == [10, 9, 1]


def test_stations_that_are_there_stay_and_serve():
    # A station on the first place serves it: the west brings only the second.
    sites = propose(existing=points((0, 0)), count=1)
    assert list(sites.index) == ["middle"]
    assert sites.attrs["objective"] == 10
    assert propose(existing=points((50, 0)), count=1).attrs["objective"] == 9  # the middle would bring 5


def test_virtual_stations_serve_nobody_and_keep_nothing_away():
    flags = pd.array([True, pd.NA], dtype="boolean")
    stations = points(EAST, (50, 500), is_virtual_station=flags)
    assert propose(existing=stations, spacing_m=200).attrs["objective"] == 18
    assert propose(existing=stations.assign(is_virtual_station=False), spacing_m=0).attrs["objective"] == 9


@pytest.mark.parametrize(
    ("spacing_m", "objective", "chosen"),
    [
        (100, 18, ["west", "east"]),
        (200, 18, ["west", "east"]),  # exactly the spacing is allowed
        (200.001, 10, ["middle"]),  # of the three only one can stand, the middle is the best
    ],
)
def test_the_spacing_between_new_sites(spacing_m, objective, chosen):
    sites = propose(spacing_m=spacing_m)
    assert sites.attrs["objective"] == objective
    assert list(sites.index) == chosen


@pytest.mark.parametrize(("spacing_m", "chosen"), [(250, ["east"]), (250.001, ["middle"])])
def test_the_spacing_from_the_stations_there_are(spacing_m, chosen):
    # The station stands 250 m from the east, 350 m from the middle; the east would reach more.
    demand = STREET.assign(population=[0.0, 1.0, 5.0, 4.0])
    sites = propose(demand, existing=points((500, 0)), count=1, spacing_m=spacing_m)
    assert list(sites.index) == chosen


def on_a_lattice(rng, number):
    """Draw places on a lattice of 10 m, so that distances of exactly the reach and the spacing occur."""
    return [(int(x) * 10, int(y) * 10) for x, y in rng.integers(0, 30, (number, 2))]


@pytest.mark.parametrize("seed", range(40))
def test_no_other_choice_is_better(seed):
    rng = np.random.default_rng(seed)
    demand = points(*on_a_lattice(rng, 40), population=rng.integers(0, 30, 40).astype(float))
    candidates = points(*on_a_lattice(rng, 11), index=[f"c{rank}" for rank in rng.permutation(11)])
    existing = points(*on_a_lattice(rng, int(rng.integers(0, 3))))
    options = {
        "radius_m": float(rng.choice([30, 50, 80])),
        "spacing_m": float(rng.choice([0, 50, 100, 150])),
        "count": int(rng.integers(1, 6)),
    }
    sites = propose_sites(demand, candidates, existing, **options)
    expected = slow.best_sites(demand, candidates, existing, **options)
    assert sites.attrs["proven"]
    assert sites.attrs["objective"] == pytest.approx(expected, abs=1e-6)
    assert sites.attrs["greedy_objective"] <= expected + 1e-6
    # What is proposed reaches what it says, no more and no less, and keeps its distances.
    assert sites["population_gained"].sum() == pytest.approx(expected, abs=1e-6)
    assert slow.best_sites(
        demand, sites, existing, **options | {"count": len(sites)}
    ) == pytest.approx(expected, abs=1e-6)  # fmt: skip
    assert (sites["population_gained"] > 0).all()
    assert sites["population_gained"].is_monotonic_decreasing
    assert (sites["population_alone"] >= sites["population_gained"] - 1e-9).all()
    assert len(sites) <= options["count"]
    assert (sites.attrs["reason"] is None) == (len(sites) == options["count"])


def test_the_order_of_the_rows_changes_nothing():
    # A lattice of equal places has many best choices.
    lattice = [(100 * x, 100 * y) for x in range(7) for y in range(7)]
    demand = points(*lattice, population=[1.0] * 49)
    candidates = points(*lattice, index=[f"c{rank:02d}" for rank in range(49)])
    existing = points((0, 0), (600, 600))
    options = {"radius_m": 100, "count": 6, "spacing_m": 150}
    first = propose_sites(demand, candidates, existing, **options)
    for seed in range(5):
        again = propose_sites(
            demand.sample(frac=1, random_state=seed),
            candidates.sample(frac=1, random_state=seed + 1),
            existing.iloc[::-1],
            **options,
        )
        pd.testing.assert_frame_equal(again, first)
        assert again.attrs == first.attrs


def test_several_users_at_once_get_the_same_answers():
    rng = np.random.default_rng(5)
    demand = points(*on_a_lattice(rng, 200), population=rng.uniform(1, 30, 200))
    candidates = points(*on_a_lattice(rng, 60))
    options = {"radius_m": 40, "count": 8, "spacing_m": 45}
    alone = propose_sites(demand, candidates, NONE, **options)
    assert alone.attrs["greedy_objective"] < alone.attrs["objective"]  # so the solver has had a say
    with ThreadPoolExecutor(4) as users:
        asked = [users.submit(propose_sites, demand, candidates, NONE, **options) for _ in range(8)]
        for answer in asked:
            pd.testing.assert_frame_equal(answer.result(), alone)


def test_of_several_candidates_at_one_place_the_first_by_id():
    twice = points(MIDDLE, WEST, MIDDLE, index=["z", "b", "a"])
    assert list(propose(candidates=twice, count=1).index) == ["a"]


def test_what_is_given_is_not_touched():
    demand, candidates = STREET.copy(), THREE.copy()
    propose(demand, candidates)
    pd.testing.assert_frame_equal(demand, STREET)
    pd.testing.assert_frame_equal(candidates, THREE)
    assert candidates.attrs == {}


def test_a_missing_population_is_left_out_and_named():
    demand = STREET.assign(population=[np.nan, 5.0, 5.0, np.nan], code_qp=["QN9", "QN1", "QN1", "QN8"])
    sites = propose(demand, count=1)
    assert list(sites.index) == ["middle"]
    assert sites.attrs["objective"] == 10
    assert sites.attrs["left_out"] == ["QN8", "QN9"]
    assert propose(demand.drop(columns="code_qp")).attrs["left_out"] == ["p1", "p4"]
    assert propose().attrs["left_out"] == []


FAR = points((0, 5000), index=["far"], population=[3.0])


@pytest.mark.parametrize(
    ("layers", "options", "said"),
    [
        ({"demand": points(population=[])}, {}, "aucun habitant à desservir"),
        ({"demand": STREET.assign(population=0.0)}, {}, "aucun habitant à desservir"),
        ({"demand": STREET.assign(population=np.nan)}, {}, "aucun habitant à desservir"),
        ({"candidates": points()}, {}, "aucun emplacement candidat"),
        ({"existing": points((100, 0), (200, 0))}, {"radius_m": 100}, "tous les habitants ont déjà"),
        (
            {"existing": points((150, 10))},
            {"spacing_m": 1500},
            r"à moins de 1\s500\sm d'une station existante",
        ),
        ({"demand": FAR}, {}, r"n'est à 50\sm au plus d'habitants"),
    ],
)
def test_nothing_to_propose_says_why(layers, options, said):
    sites = propose(**layers, **options)
    assert sites.empty
    assert {"rank", "population_gained", "population_alone"} <= set(sites.columns)
    assert sites.attrs["objective"] == sites.attrs["gap"] == sites.attrs["greedy_objective"] == 0
    assert sites.attrs["proven"]
    assert re.search(said, sites.attrs["reason"])


def test_fewer_sites_than_asked_say_why():
    assert propose(count=3).attrs["reason"] == (
        "2 sites au lieu de 3 : tous les habitants que les candidats peuvent desservir le sont"
    )
    # One of the three can stand.
    assert propose(spacing_m=201).attrs["reason"] == (
        "un seul site au lieu de 2 : il n'en tient pas davantage à 201\u202fm au moins les uns des autres"
    )
    # The two sides would fit, but the middle alone reaches more.
    best_alone = points((0, 0), (0, 10), (-100, 0), (100, 0), population=[9.0, 9.0, 1.0, 1.0])
    three = points((-100, 0), (0, 5), (100, 0), index=["l", "m", "r"])
    sites = propose(best_alone, three, radius_m=20, count=2, spacing_m=150)
    assert list(sites.index) == ["m"]
    assert sites.attrs["reason"].startswith("un seul site au lieu de 2 : à 150")
    assert "ne desservirait pas plus d'habitants" in sites.attrs["reason"]
    sites = propose(best_alone, three, radius_m=20, count=3, spacing_m=150)
    assert sites.attrs["reason"].startswith("un seul site au lieu de 3 : 2 au plus tiendraient à 150")


@pytest.mark.parametrize(
    ("layers", "options", "error", "said"),
    [
        ({}, {"radius_m": -1}, ArgumentError, "le rayon"),
        ({}, {"radius_m": np.nan}, ArgumentError, "le rayon"),
        ({}, {"spacing_m": -0.1}, ArgumentError, "l'écart"),
        ({}, {"spacing_m": "300"}, ArgumentError, "l'écart"),
        ({}, {"count": 0}, ArgumentError, "le nombre de sites"),
        ({}, {"count": 2.0}, ArgumentError, "le nombre de sites"),
        ({}, {"count": True}, ArgumentError, "le nombre de sites"),
        ({}, {"time_limit_s": 0}, ArgumentError, "la durée"),
        ({}, {"radius_m": -1, "count": 0}, ArgumentError, "le rayon.*le nombre de sites"),
        ({"demand": STREET.drop(columns="population")}, {}, ArgumentError, "la demande.*population"),
        ({"demand": STREET.geometry}, {}, ArgumentError, "la demande.*population"),
        ({"demand": STREET.assign(population=-1.0)}, {}, ArgumentError, "la demande.*négative.*p1"),
        ({"demand": STREET.assign(population=np.inf)}, {}, ArgumentError, "la demande.*infinie"),
        ({"demand": STREET.assign(population="x")}, {}, ArgumentError, "la demande.*un nombre"),
        ({"demand": pd.DataFrame({"population": [1]})}, {}, ArgumentError, "la demande.*couche"),
        ({"candidates": THREE.geometry}, {}, ArgumentError, "les candidats"),
        ({"candidates": pd.concat([THREE, THREE])}, {}, ArgumentError, "les candidats.*en double.*west"),
        ({"candidates": zones(line((0, 0), (9, 9)))}, {}, ArgumentError, "les candidats.*pas des points"),
        ({"existing": zones(shapely.Point())}, {}, ArgumentError, "les stations.*absente"),
        ({"demand": STREET.to_crs(4326)}, {}, CrsError, "la demande.*EPSG:4326"),
        ({"candidates": THREE.to_crs(3857)}, {}, CrsError, "les candidats.*EPSG:3857"),
        ({"existing": points((0, 0)).set_crs(None, allow_override=True)}, {}, CrsError, "les stations"),
        (
            {"candidates": gpd.GeoDataFrame(geometry=[shapely.Point(5.4, 43.3)], crs=2154)},
            {},
            CrsError,
            "les candidats.*degrés",
        ),
    ],
)
def test_what_cannot_be_asked(layers, options, error, said):
    with pytest.raises(error, match=said):
        propose(**layers, **options)
