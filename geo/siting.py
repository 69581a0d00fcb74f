"""Where the next stations should go: the most inhabitants within reach, the stations there are staying where they are.

This is the maximal covering location problem (Church and ReVelle, 1974) with the existing stations fixed and a least spacing, solved to a proven optimum; `geo.highs` says how, and why so.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from errors import ArgumentError
from geo._validate import check_columns, check_each, is_length
from geo.crs import Layer
from geo.cycling import physical
from geo.demand import inhabitants
from geo.highs import best_cover, most_sites
from geo.proximity import TOUCH_M, nearest_distance, neighbours
from geo.reach import Positions, Reach, bound, clique_cover, greedy, merge
from words.formats import metres

Flags = npt.NDArray[np.bool_]

# Bounds and sums are inhabitants: a thousandth of one is no gap.
NOBODY = 1e-3


@dataclass(frozen=True)
class Problem:
    """Candidates that may be chosen and would serve somebody new, and whom they reach.

    Attributes
    ----------
    reason
        Why there is no candidate, in French, or None.
    left_out
        QPV, or rows, without a known population.
    """

    rows: Positions
    reach: Reach
    conflicts: list[Positions]
    reason: str | None
    left_out: list[str]


def propose_sites(
    demand: gpd.GeoDataFrame,
    candidates: gpd.GeoDataFrame,
    existing: Layer,
    *,
    radius_m: float,
    count: int,
    spacing_m: float,
    time_limit_s: float = 30,
) -> gpd.GeoDataFrame:
    """Propose the new sites that bring most inhabitants within reach of a station, as the crow flies.

    Inhabitants already within reach of an existing station count for nobody. Figures are those of the points of `demand`: what is shown before and after is recomputed from areas by `geo.gains`.

    The answer depends neither on the order of the rows nor on the run: candidates are taken from west to east, then from south to north, then by id, and the solver has one thread and a fixed seed. Past the time limit alone it depends on the machine.

    Parameters
    ----------
    demand
        Points in Lambert-93 with `population` (inhabitants); with `code_qp`, those whose population is missing can be named. They are left out.
    candidates
        Points in Lambert-93 where a station could stand, indexed by a unique id. Of several at the same place the first by id counts.
    existing
        Points in Lambert-93: the stations there are. Those that `is_virtual_station` says are virtual, if it is there, serve nobody and keep nothing away.
    radius_m
        Reach of a station in metres, included.
    count
        How many sites to propose at most, 1 or more.
    spacing_m
        Least distance in metres from a new site to any station, old or new; exactly that is allowed.
    time_limit_s
        Seconds for the whole call, after which the best found is given with its gap.

    Returns
    -------
        Rows of `candidates` by rank, without sites whose inhabitants the others reach anyway: with `rank` (1 for the site that adds most, then for the one that adds most beside those before it), `population_gained` (inhabitants that it adds to those before it; they sum to the objective) and `population_alone` (inhabitants that it would add if it were alone). In `attrs`: `objective` (inhabitants newly within reach), `bound` (no choice reaches more), `gap` ((bound - objective) / objective, 0 when proven), `proven` (bool), `greedy_objective` (of the usual step by step choice), `reason` (in French, why there are fewer sites than asked, or None), `left_out` (codes of the QPV, or rows of `demand`, without a known population).

    Raises
    ------
    ArgumentError
        A column is missing, an id repeated, a geometry missing or no point, a population negative, or a number not what it should be.
    CrsError
        A layer is not in Lambert-93.
    SolverError
        The solver fails; that time runs out is no failure.
    """
    start_s = time.perf_counter()
    _check_numbers(radius_m=radius_m, count=count, spacing_m=spacing_m, time_limit_s=time_limit_s)
    problem = prepare(demand, candidates, existing, radius_m=radius_m, spacing_m=spacing_m)
    reach, conflicts = problem.reach, problem.conflicts
    taken, gains = greedy(reach, conflicts, count=count)
    chosen, limit = taken, bound(reach, taken, gains, count=count)
    proven = limit - sum(gains) <= NOBODY
    cliques = [] if proven and len(taken) == count else clique_cover(conflicts)
    left_s = time_limit_s - (time.perf_counter() - start_s)
    if not proven and left_s > 0:
        answer = best_cover(reach, cliques, count=count, start=taken, time_limit_s=left_s)
        limit, proven = min(limit, answer.bound), answer.proven
        chosen = max(taken, answer.chosen, key=reach.reached)
    useful = np.asarray(reach.without_useless(chosen), dtype=np.intp)
    ranked, margins = greedy(reach, conflicts, count=count, among=useful)
    objective = sum(margins)
    proven = proven or limit - objective <= NOBODY
    reason = problem.reason
    if reason is None and len(ranked) < count:
        left_s = time_limit_s - (time.perf_counter() - start_s)
        reason = _shortfall(
            reach, ranked, cliques, spacing_m=spacing_m, count=count, left_s=left_s if proven else 0.0
        )
    sites = candidates.iloc[problem.rows[ranked]].copy()
    sites["rank"] = np.arange(1, len(ranked) + 1)
    sites["population_gained"] = np.asarray(margins, dtype=float)
    sites["population_alone"] = reach.alone()[ranked]
    sites.attrs = {
        "objective": objective,
        "bound": objective if proven else limit,
        "gap": 0.0 if proven else (limit - objective) / objective,
        "proven": proven,
        "greedy_objective": float(sum(gains)),
        "reason": reason,
        "left_out": problem.left_out,
    }
    return sites


def greedy_curve(
    demand: gpd.GeoDataFrame,
    candidates: gpd.GeoDataFrame,
    existing: Layer,
    *,
    radius_m: float,
    most: int,
    spacing_m: float,
) -> pd.Series:
    """Give the inhabitants newly within reach against the number of stations, chosen one after the other.

    Each station is the one that adds most beside those before it: a lower bound of the optimum for each number, and at least 63 % of it without spacing (Nemhauser, Wolsey and Fisher, 1978).

    Returns
    -------
        Inhabitants (float) indexed by `stations`, from 0 to `most`, or to the last one that adds anybody.

    Raises
    ------
    CrsError
        A layer is not in Lambert-93.
    """
    _check_numbers(radius_m=radius_m, count=most, spacing_m=spacing_m, time_limit_s=1.0)
    problem = prepare(demand, candidates, existing, radius_m=radius_m, spacing_m=spacing_m)
    _, gains = greedy(problem.reach, problem.conflicts, count=most)
    return pd.Series(
        np.cumsum([0.0, *gains]),
        index=pd.RangeIndex(len(gains) + 1, name="stations"),
        name="population_gained",
    )


def _check(demand: gpd.GeoDataFrame, candidates: gpd.GeoDataFrame, existing: Layer) -> None:
    check_each({"la demande": demand, "les candidats": candidates, "les stations": existing})
    if not isinstance(demand, gpd.GeoDataFrame) or "population" not in demand.columns:
        raise ArgumentError("la demande : colonne(s) absente(s) : population")
    if not isinstance(candidates, gpd.GeoDataFrame):
        raise ArgumentError("les candidats : il faut un tableau avec des géométries")
    check_columns(candidates, "les candidats", ())


def _check_numbers(*, radius_m: float, count: int, spacing_m: float, time_limit_s: float) -> None:
    faults = [
        f"{name} doit être un nombre de mètres, positif ou nul : {value!r}"
        for name, value in (("le rayon", radius_m), ("l'écart entre stations", spacing_m))
        if not is_length(value)
    ]
    if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 1:
        faults.append(f"le nombre de sites doit être un entier, 1 ou plus : {count!r}")
    if not is_length(time_limit_s) or time_limit_s <= 0:
        faults.append(f"la durée de calcul doit être un nombre de secondes, positif : {time_limit_s!r}")
    if faults:
        raise ArgumentError(" ; ".join(faults))


def prepare(
    demand: gpd.GeoDataFrame,
    candidates: gpd.GeoDataFrame,
    existing: Layer,
    *,
    radius_m: float,
    spacing_m: float,
) -> Problem:
    """Keep of the layers what the choice is about, in an order that does not depend on the rows'.

    Returns
    -------
        The problem, without candidates if none can serve anybody new.

    Raises
    ------
    CrsError
        A layer is not in Lambert-93.
    """
    _check(demand, candidates, existing)
    stations = physical(existing)
    people = inhabitants(demand["population"], "la demande")
    names = demand["code_qp"] if "code_qp" in demand.columns else demand.index.to_series()
    left_out = sorted({str(name) for name in names[np.isnan(people)]})
    order = np.lexsort((people, demand.geometry.y, demand.geometry.x))
    cells, people = _taken(demand, order), people[order]
    rows = _order(candidates)
    places = _taken(candidates, rows)
    inhabited = people > 0  # NaN is not
    from_station_m = nearest_distance(cells, stations).to_numpy()
    unserved = inhabited & ~(from_station_m <= radius_m + TOUCH_M)
    allowed = ~(nearest_distance(places, stations).to_numpy() < spacing_m - TOUCH_M)
    cell, candidate = neighbours(_taken(cells, unserved), _taken(places, allowed), radius_m)
    useful, candidate = np.unique(candidate, return_inverse=True)
    rows = rows[allowed][useful]
    reach = merge(cell, candidate, people[unserved], len(rows))
    reason = None if len(rows) else _nowhere(inhabited, unserved, allowed, radius_m, spacing_m)
    conflicts = _conflicts(_taken(candidates, rows), spacing_m)
    return Problem(rows, reach, conflicts, reason, left_out)


def _taken(layer: Layer, rows: Positions | Flags) -> gpd.GeoSeries:
    return gpd.GeoSeries(np.asarray(layer.geometry.array, dtype=object)[rows], crs=layer.crs)


def _order(candidates: gpd.GeoDataFrame) -> Positions:
    """Order candidates by place, then by id, and keep the first of each place."""
    place = np.column_stack([candidates.geometry.x, candidates.geometry.y]).reshape(-1, 2)
    by_id = np.empty(len(candidates), dtype=np.intp)
    by_id[candidates.index.argsort()] = np.arange(len(candidates))
    order: Positions = np.lexsort((by_id, place[:, 1], place[:, 0]))
    repeated = (np.diff(place[order], axis=0) == 0).all(axis=1)
    first: Flags = np.concatenate([[True], ~repeated])[: len(order)]
    return order[first]


def _conflicts(places: gpd.GeoSeries, spacing_m: float) -> list[Positions]:
    first, second = neighbours(places, places, spacing_m)
    x, y = places.x.to_numpy(), places.y.to_numpy()
    near_m = np.hypot(x[first] - x[second], y[first] - y[second])
    pairs = (near_m < spacing_m - TOUCH_M) & (first != second)
    first, second = first[pairs], second[pairs]
    return np.split(second, np.searchsorted(first, np.arange(1, len(places)))) if len(places) else []


def _nowhere(inhabited: Flags, unserved: Flags, allowed: Flags, radius_m: float, spacing_m: float) -> str:
    """Say why no candidate can serve anybody new, from the cells that are inhabited and unserved, and the places allowed."""
    if not inhabited.any():
        return "aucun habitant à desservir : la demande est vide"
    if not len(allowed):
        return "aucun emplacement candidat"
    if not unserved.any():
        return f"tous les habitants ont déjà une station à {metres(radius_m)} au plus"
    if not allowed.any():
        return f"tous les emplacements candidats sont à moins de {metres(spacing_m)} d'une station existante"
    return (
        f"aucun emplacement candidat n'est à {metres(radius_m)} au plus d'habitants qui n'ont pas de station"
    )


def _shortfall(
    reach: Reach,
    ranked: Sequence[int],
    cliques: Sequence[Sequence[int]],
    *,
    spacing_m: float,
    count: int,
    left_s: float,
) -> str:
    """Say why there are fewer sites than asked; `left_s` is 0 if the choice is not proven."""
    sites = "un seul site" if len(ranked) == 1 else f"{len(ranked)} sites"
    if reach.reached(ranked) >= reach.people.sum() - NOBODY:
        return f"{sites} au lieu de {count} : tous les habitants que les candidats peuvent desservir le sont"
    if left_s <= 0:
        return f"{sites} au lieu de {count} : le calcul a été arrêté avant la preuve"
    most = most_sites(reach.size, cliques, count=count, time_limit_s=left_s)
    apart = f"à {metres(spacing_m)} au moins les uns des autres"
    more = f"en placer plus de {len(ranked)} ne desservirait pas plus d'habitants"
    if not most.proven or len(most.chosen) >= count:
        return f"{sites} au lieu de {count} : {apart}, {more}"
    if len(most.chosen) > len(ranked):
        return f"{sites} au lieu de {count} : {len(most.chosen)} au plus tiendraient {apart}, et {more}"
    return f"{sites} au lieu de {count} : il n'en tient pas davantage {apart}"
