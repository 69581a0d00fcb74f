"""Where to put 20 stations: like cells merged, conflicts as cliques, no presolve; against one row per cell and per pair.

The QPV, the stations and the lines are the real ones of Marseille; reach and spacing are 300 m.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import geopandas as gpd
import highspy
import numpy as np
import numpy.typing as npt
import shapely

from benchmarks.measure import Row, compare
from geo.candidates import along_lines, gather
from geo.cycling import serving
from geo.demand import spread_population
from geo.highs import best_cover
from geo.reach import clique_cover, greedy
from geo.scope import in_scope
from geo.siting import Problem, prepare, propose_sites
from loaders import bikes, catalogue, communes, transit
from loaders import qpv as qpv_loader

COUNT = 20
REACH_M = 300.0
SPACING_M = 300.0

#: Metres between two candidates along the lines, and milliseconds that the whole call may take.
LIMITS_MS = {50: 3_000.0, 20: 5_000.0}


@dataclass(frozen=True)
class Case:
    """The layers of one question.

    Parameters
    ----------
    demand
        Inhabitants of the QPV that the network covers, on a grid of 20 m.
    candidates
        Places where a station could stand and would serve somebody new.
    existing
        The stations there are.
    """

    demand: gpd.GeoDataFrame
    candidates: gpd.GeoDataFrame
    existing: gpd.GeoDataFrame


@cache
def case(step_m: float) -> Case:
    """Set the question.

    Parameters
    ----------
    step_m
        Metres from one candidate to the next along the lines.

    Returns
    -------
        The layers; candidates that serve nobody new or stand too near a station are left out beforehand, so that the number that is printed is of those there is a choice of.
    """
    qpv, existing = qpv_loader.load(), serving(bikes.load())
    network = catalogue.load()["velos"].communes
    demand = spread_population(qpv[in_scope(qpv["communes"], network)])
    territory = communes.load().loc[sorted(network)]
    every = gather([along_lines(transit.load_lines(), step_m=step_m)], territory=territory)
    problem = prepare(demand, every, existing, radius_m=REACH_M, spacing_m=SPACING_M)
    return Case(demand, every.iloc[np.sort(problem.rows)], existing)


def propose(layers: Case, candidates: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Propose the sites as the atlas does.

    Parameters
    ----------
    layers
        Demand and stations.
    candidates
        Places to choose from.

    Returns
    -------
        As `propose_sites`.
    """
    return propose_sites(
        layers.demand,
        candidates,
        layers.existing,
        radius_m=REACH_M,
        count=COUNT,
        spacing_m=SPACING_M,
    )


def row_by_row(layers: Case, candidates: gpd.GeoDataFrame) -> list[float]:
    """State one variable per cell, one row per cell and one per pair too close, and leave the rest to HiGHS.

    Parameters
    ----------
    layers
        Demand and stations.
    candidates
        Places to choose from.

    Returns
    -------
        Inhabitants newly within reach.
    """
    cells, stations = np.asarray(layers.demand.geometry.array), layers.existing.union_all()
    unserved = shapely.distance(cells, stations) > REACH_M
    cells, people = cells[unserved], layers.demand["population"].to_numpy()[unserved]
    places = np.asarray(candidates.geometry.array)
    tree = shapely.STRtree(places)
    model = highspy.Highs()
    for name, value in {"output_flag": False, "threads": 1, "mip_rel_gap": 0.0}.items():
        model.setOptionValue(name, value)
    for rank in range(len(places)):
        model.addVar(0, 1)
        model.changeColIntegrality(rank, highspy.HighsVarType.kInteger)
    for cell, inhabitants in zip(cells, people, strict=True):
        near = tree.query(cell, predicate="dwithin", distance=REACH_M)
        model.addCol(inhabitants, 0, 1, 0, [], [])
        row = np.append(near, model.numVariables - 1)
        model.addRow(0, highspy.kHighsInf, len(row), row, np.append(np.ones(len(near)), -1.0))
    for pair in too_close(places):
        model.addRow(-highspy.kHighsInf, 1, 2, pair, np.ones(2))
    model.addRow(0, COUNT, len(places), np.arange(len(places)), np.ones(len(places)))
    model.changeObjectiveSense(highspy.ObjSense.kMaximize)
    model.run()
    return [model.getInfo().objective_function_value]


def too_close(places: npt.NDArray[np.object_]) -> npt.NDArray[np.intp]:
    """List the pairs of places nearer to one another than the spacing.

    Parameters
    ----------
    places
        Points in Lambert-93.

    Returns
    -------
        Two positions per pair, each pair once.
    """
    first, second = shapely.STRtree(places).query(places, predicate="dwithin", distance=SPACING_M)
    near = (first < second) & (shapely.distance(places[first], places[second]) < SPACING_M - 1e-6)
    return np.column_stack([first[near], second[near]])


def cliques_of_sets(conflicts: Sequence[npt.NDArray[np.intp]]) -> list[list[int]]:
    """Cover the pairs in conflict by cliques, the same way with Python's sets.

    Parameters
    ----------
    conflicts
        For each candidate, those too close to it.

    Returns
    -------
        The cliques.
    """
    near = [set(others.tolist()) for others in conflicts]
    uncovered = [set(others) for others in near]
    cliques = []
    for first in range(len(near)):
        while uncovered[first]:
            clique, common = [first], set(near[first])
            while common:
                member = min(common & uncovered[first] or common)
                clique.append(member)
                common &= near[member]
            for member in clique:
                uncovered[member] -= set(clique)
            cliques.append(sorted(clique))
    return cliques


def groups_by_table(layers: Case, candidates: gpd.GeoDataFrame) -> list[float]:
    """Measure from every cell to every candidate, and put like rows of the table together.

    Parameters
    ----------
    layers
        Demand and stations.
    candidates
        Places to choose from.

    Returns
    -------
        Number of groups, and inhabitants that can be reached.
    """
    cells, stations = np.asarray(layers.demand.geometry.array), layers.existing.union_all()
    unserved = shapely.distance(cells, stations) > REACH_M
    x, y = shapely.get_coordinates(cells[unserved]).T
    east, north = shapely.get_coordinates(np.asarray(candidates.geometry.array)).T
    near = np.hypot(x[:, None] - east, y[:, None] - north) <= REACH_M + 1e-6
    reached = near.any(axis=1)
    groups = np.unique(near[reached], axis=0)
    return [len(groups), float(layers.demand["population"].to_numpy()[unserved][reached].sum())]


def rows() -> Iterator[Row]:
    """Measure the whole call, its parts, and the usual step by step choice.

    Yields
    ------
    Row
        One line of the table.
    """
    for step_m, limit_ms in LIMITS_MS.items():
        layers = case(step_m)
        number = len(layers.candidates)
        whole = compare(
            f"20 sites of {number:,} candidates, proven best",
            lambda places, layers=layers: row_by_row(layers, places),
            lambda places, layers=layers: [propose(layers, places).attrs["objective"]],
            fresh=lambda layers=layers: layers.candidates.copy(deep=True),
            tolerance=0.01,
        )
        yield whole
        yield Row(
            f"the same, against its limit of {limit_ms / 1000:g} s",
            limit_ms,
            whole.better,
            "ms",
            limit_ms / whole.better,
            whole.rounds,
        )
        attrs = propose(layers, layers.candidates).attrs
        yield Row(
            "inhabitants: step by step choice, proven best",
            attrs["greedy_objective"],
            attrs["objective"],
            "hab",
            attrs["greedy_objective"] / attrs["objective"],
            "1",
        )
    yield from _parts(case(min(LIMITS_MS)))


def _parts(layers: Case) -> Iterator[Row]:
    """Compare the parts of the longest call with plain ways to do them."""
    problem = _prepared(layers, layers.candidates)
    cliques = clique_cover(problem.conflicts)
    pairs = [
        [first, second]
        for first, others in enumerate(problem.conflicts)
        for second in others.tolist()
        if first < second
    ]
    start_s = time.perf_counter()
    start, _ = greedy(problem.reach, problem.conflicts, count=COUNT)
    greedy_ms = (time.perf_counter() - start_s) * 1000
    yield compare(
        f"of which: reach, {len(problem.reach.people):,} groups; by a table",
        lambda places: groups_by_table(layers, places),
        lambda places: _groups(_prepared(layers, places)),
        fresh=lambda: layers.candidates.copy(deep=True),
        tolerance=1e-6,
    )
    yield compare(
        f"of which: {len(pairs):,} pairs as {len(cliques):,} cliques; by sets",
        lambda _: [len(cliques_of_sets(problem.conflicts))],
        lambda _: [len(clique_cover(problem.conflicts))],
        fresh=gpd.GeoDataFrame,
    )
    solved_ms = [_solved(problem, start, conflicts) for conflicts in (pairs, cliques)]
    yield Row("of which: HiGHS; a row for each pair", *solved_ms, "ms", solved_ms[0] / solved_ms[1], "1")
    yield Row(
        "of which: step by step choice; HiGHS", solved_ms[1], greedy_ms, "ms", solved_ms[1] / greedy_ms, "1"
    )


def _prepared(layers: Case, places: gpd.GeoDataFrame) -> Problem:
    return prepare(layers.demand, places, layers.existing, radius_m=REACH_M, spacing_m=SPACING_M)


def _groups(problem: Problem) -> list[float]:
    return [len(problem.reach.people), float(problem.reach.people.sum())]


def _solved(problem: Problem, start: Sequence[int], conflicts: Sequence[Sequence[int]]) -> float:
    """Give the milliseconds that building and solving the programme takes."""
    start_s = time.perf_counter()
    answer = best_cover(problem.reach, conflicts, count=COUNT, start=start, time_limit_s=60)
    taken_ms = (time.perf_counter() - start_s) * 1000
    if not answer.proven:
        raise RuntimeError("HiGHS proved nothing within a minute")
    return taken_ms
