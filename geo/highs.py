"""The choice of sites as a mixed integer programme, given to HiGHS.

The linear relaxation is nearly always whole here, so presolve is what costs: the optimum among 990 and 2,350 candidates is proven in 0.7 and 1.8 s of processor time without it, in 2.0 and 5.0 s with it. Other libraries on 867 and 1,524 candidates, where this takes 0.4 and 1.2 s: SciPy's HiGHS 0.5 and 0.8 s, but it takes no start and is 113 MB; CBC through PuLP 2.0 s for each after 0.4 s of building; spopt's own model knows no spacing. So highspy: 8 MB, needs NumPy alone.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np

from geo.reach import Numbers, Positions, Reach

# What is left between a choice and its bound when it is proven, in inhabitants.
NOTHING = 1e-6

# One thread and a fixed seed: the same programme has the same answer each time.
OPTIONS: dict[str, bool | int | float | str] = {
    "output_flag": False,
    "threads": 1,
    "random_seed": 0,
    "presolve": "off",
    "mip_rel_gap": 0.0,
    "mip_abs_gap": NOTHING,
}


@dataclass(frozen=True)
class Answer:
    """What the solver found.

    Attributes
    ----------
    chosen
        Positions of the candidates, growing; empty if it found nothing in time.
    bound
        Value that no choice can exceed; infinite if none was found in time.
    """

    chosen: list[int]
    bound: float
    proven: bool


def best_cover(
    reach: Reach,
    cliques: Sequence[Sequence[int]],
    *,
    count: int,
    start: Sequence[int],
    time_limit_s: float,
) -> Answer:
    """Choose the candidates that reach most inhabitants.

    Parameters
    ----------
    cliques
        Sets of candidates of which at most one may be chosen.
    time_limit_s
        Seconds after which it stops, the overrun of one step aside.

    Returns
    -------
        The choice and what is known of it.
    """
    size, groups = reach.size, len(reach.people)
    # A group counts as reached, column `size + group`, no more than the sites that reach it.
    index = np.insert(reach.candidate, reach.start[1:], size + np.arange(groups))
    value = np.insert(np.ones(len(reach.candidate)), reach.start[1:], -1.0)
    lengths = np.diff(reach.start) + 1
    some = np.zeros(size)
    some[list(start)] = 1.0
    of_start = np.add.reduceat(some[reach.candidate], reach.start[:-1]) if groups else np.empty(0)
    return _solve(
        cost=np.concatenate([np.zeros(size), reach.people]),
        whole=size,
        rows=(index, value, lengths),
        cliques=[*cliques, range(size)],
        at_most=[*[1] * len(cliques), count],
        start=np.concatenate([some, np.minimum(of_start, 1.0)]),
        time_limit_s=time_limit_s,
    )


def most_sites(size: int, cliques: Sequence[Sequence[int]], *, time_limit_s: float) -> Answer:
    """Choose as many candidates as can stand together.

    Parameters
    ----------
    cliques
        Sets of candidates of which at most one may be chosen.
    time_limit_s
        Seconds after which it stops.

    Returns
    -------
        The choice and what is known of it.
    """
    return _solve(
        cost=np.ones(size),
        whole=size,
        rows=(np.empty(0, dtype=np.intp), np.empty(0), np.empty(0, dtype=np.intp)),
        cliques=cliques,
        at_most=[1] * len(cliques),
        start=np.zeros(size),
        time_limit_s=time_limit_s,
    )


def _solve(
    *,
    cost: Numbers,
    whole: int,
    rows: tuple[Positions, Numbers, Positions],
    cliques: Sequence[Sequence[int]],
    at_most: Sequence[float],
    start: Numbers,
    time_limit_s: float,
) -> Answer:
    """Maximise the cost; `rows` add up to at least 0, `cliques` to at most their number."""
    index, value, lengths = rows
    index = np.concatenate([index, *(np.asarray(clique, dtype=np.intp) for clique in cliques)])
    value = np.concatenate([value, np.ones(len(index) - len(value))])
    ends = np.cumsum([0, *lengths.tolist(), *map(len, cliques)])
    model = highspy.HighsLp()
    model.sense_ = highspy.ObjSense.kMaximize
    model.num_col_, model.num_row_ = len(cost), len(ends) - 1
    model.col_cost_, model.col_lower_, model.col_upper_ = cost, np.zeros(len(cost)), np.ones(len(cost))
    model.row_lower_ = np.concatenate([np.zeros(len(lengths)), np.full(len(cliques), -math.inf)])
    model.row_upper_ = np.concatenate([np.full(len(lengths), math.inf), np.asarray(at_most, dtype=float)])
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = ends, index, value
    kinds = highspy.HighsVarType
    model.integrality_ = [kinds.kInteger] * whole + [kinds.kContinuous] * (len(cost) - whole)
    solver = highspy.Highs()
    for name, option in (OPTIONS | {"time_limit": max(time_limit_s, 1e-3)}).items():
        solver.setOptionValue(name, option)
    solver.passModel(model)
    solution = highspy.HighsSolution()
    solution.col_value = start
    solver.setSolution(solution)
    solver.run()
    information = solver.getInfo()
    found = information.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = np.asarray(solver.getSolution().col_value)[:whole] if found else np.empty(0)
    limit = information.mip_dual_bound
    # Stopped before its first relaxation, it leaves the bound unset.
    known = math.isfinite(limit) and found and limit >= information.objective_function_value - NOTHING
    return Answer(
        chosen=np.flatnonzero(np.round(values) == 1).tolist(),
        bound=limit if known else math.inf,
        proven=solver.getModelStatus() == highspy.HighsModelStatus.kOptimal,
    )
