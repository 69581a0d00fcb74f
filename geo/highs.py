"""The choice of sites as an integer programme: branch and bound on linear relaxations, which HiGHS solves.

The relaxation is nearly always whole here, or whole after a few branchings, and each starts from the basis of the one before. HiGHS's own search looks for an analytic centre first where the relaxation is not whole at once, which no option leaves out and no time limit stops: 40 sites among 2,150 candidates at 500 m took it 17 s of processor time for what takes 0.4 s so. SciPy brings the same solver in 113 MB; spopt's own model knows no spacing. So highspy: 8 MB, needs NumPy alone.

HiGHS has one pool of threads per thread that calls it, and refuses to run where that pool was started with another number of threads: `Relaxation` is called from a thread of its own.
"""

import heapq
import math
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import highspy
import numpy as np

from errors import SolverError
from geo.reach import Numbers, Positions, Reach

# What is left between a choice and its bound when it is proven, in inhabitants, and between a whole value and its
# number.
NOTHING = 1e-6

# One thread and a fixed seed: the same programme has the same answer each time.
OPTIONS: dict[str, bool | int | str] = {
    "output_flag": False,
    "threads": 1,
    "random_seed": 0,
    "solver": "simplex",
    "presolve": "off",
}


class OutOfTimeError(Exception):
    """The moment has come to stop."""


class Relaxation:
    """A programme whose columns are all from 0 to 1."""

    def __init__(self, model: highspy.HighsLp, *, until_s: float) -> None:
        self._solver = highspy.Highs()
        self._until_s = until_s
        self._fixed: Mapping[int, int] = {}
        for name, option in OPTIONS.items():
            _check(self._solver.setOptionValue(name, option), f"l'option {name}")
        _check(self._solver.passModel(model), "la lecture du programme")

    def best(self, fixed: Mapping[int, int]) -> tuple[Numbers, float] | None:
        """Give the best values of the columns and the objective, some of them fixed; None if there are none."""
        solver = self._solver
        for column in self._fixed.keys() - fixed.keys():
            _check(solver.changeColBounds(column, 0, 1), "le changement de bornes")
        for column, value in fixed.items() - self._fixed.items():
            _check(solver.changeColBounds(column, value, value), "le changement de bornes")
        self._fixed = fixed
        left_s = self._until_s - time.perf_counter()
        if left_s <= 0:
            raise OutOfTimeError
        # HiGHS counts the time of all runs of a programme together.
        limit_s = solver.getRunTime() + left_s
        _check(solver.setOptionValue("time_limit", limit_s), "l'option time_limit")
        _check(solver.run(), "le calcul")
        status, statuses = solver.getModelStatus(), highspy.HighsModelStatus
        if status == statuses.kTimeLimit:
            raise OutOfTimeError
        if status == statuses.kInfeasible:
            return None
        solution, information = solver.getSolution(), solver.getInfo()
        if status != statuses.kOptimal or not solution.value_valid or not information.valid:
            raise _failure(f"le calcul finit par « {solver.modelStatusToString(status)} »")
        return np.asarray(solution.col_value), information.objective_function_value


def _check(status: highspy.HighsStatus, step: str) -> None:
    if status == highspy.HighsStatus.kError:
        raise _failure(f"{step} est refusé")


def _failure(what: str) -> SolverError:
    return SolverError(
        f"le choix des sites n'a pas pu être calculé : HiGHS {highspy.Highs().version()}, {what}"
    )


@dataclass(frozen=True)
class Answer:
    """What the solver found.

    Attributes
    ----------
    chosen
        Positions of the candidates, growing.
    bound
        Value that no choice exceeds, but for what counts as nothing; infinite if none was found in time.
    """

    chosen: list[int]
    bound: float
    proven: bool


def best_cover(
    reach: Reach, cliques: Sequence[Sequence[int]], *, count: int, start: Sequence[int], time_limit_s: float
) -> Answer:
    """Choose the candidates that reach most inhabitants.

    Parameters
    ----------
    cliques
        Sets of candidates of which at most one may be chosen.
    start
        A choice to improve on.
    time_limit_s
        Seconds after which it stops.

    Returns
    -------
        The choice and what is known of it.

    Raises
    ------
    SolverError
        HiGHS fails.
    """
    until_s = time.perf_counter() + time_limit_s
    size, groups = reach.size, len(reach.people)
    # A group counts as reached, column `size + group`, no more than the sites that reach it.
    index = np.insert(reach.candidate, reach.start[1:], size + np.arange(groups))
    value = np.insert(np.ones(len(reach.candidate)), reach.start[1:], -1.0)
    model = _model(
        cost=np.concatenate([np.zeros(size), reach.people]),
        rows=(index, value, np.diff(reach.start) + 1),
        cliques=[*cliques, range(size)],
        count=count,
    )
    search = _Search(size, cliques, count, value=reach.reached, least_gain=NOTHING, until_s=until_s)
    return search.answer(model, start)


def most_sites(size: int, cliques: Sequence[Sequence[int]], *, count: int, time_limit_s: float) -> Answer:
    """Choose as many candidates as can stand together, up to a number.

    Parameters
    ----------
    cliques
        Sets of candidates of which at most one may be chosen.
    time_limit_s
        Seconds after which it stops.

    Returns
    -------
        The choice and what is known of it.

    Raises
    ------
    SolverError
        HiGHS fails.
    """
    until_s = time.perf_counter() + time_limit_s
    model = _model(
        cost=np.ones(size),
        rows=(np.empty(0, dtype=np.intp), np.empty(0), np.empty(0, dtype=np.intp)),
        cliques=[*cliques, range(size)],
        count=count,
    )
    search = _Search(size, cliques, count, value=len, least_gain=1 - NOTHING, until_s=until_s)
    return search.answer(model, [])


@dataclass(frozen=True)
class _Search:
    """Branch and bound among candidates, the node of the best bound first; a choice counts if it gains `least_gain`."""

    size: int
    cliques: Sequence[Sequence[int]]
    count: int
    value: Callable[[Sequence[int]], float]
    least_gain: float
    until_s: float

    def answer(self, model: highspy.HighsLp, start: Sequence[int]) -> Answer:
        """Search in a thread of its own, which has a pool of its own."""
        with ThreadPoolExecutor(1) as apart:
            return apart.submit(self._answer, model, start).result()

    def _answer(self, model: highspy.HighsLp, start: Sequence[int]) -> Answer:
        relaxation = Relaxation(model, until_s=self.until_s)
        chosen, best = list(start), self.value(start)
        # A node is the bound of the one that it comes from, negative, a number that tells equals apart, and what is fixed.
        nodes: list[tuple[float, int, dict[int, int]]] = [(-math.inf, 0, {})]
        made = 0
        while nodes and -nodes[0][0] > best + self.least_gain:
            _, _, fixed = nodes[0]
            try:
                solved = relaxation.best(fixed)
            except OutOfTimeError:
                return Answer(sorted(chosen), -nodes[0][0], proven=False)
            heapq.heappop(nodes)
            if solved is None or solved[1] <= best + self.least_gain:
                continue
            values, limit = solved[0][: self.size], solved[1]
            rounded = self._rounded(values)
            reached = self.value(rounded)
            if reached > best:
                chosen, best = rounded, reached
            split = np.abs(values - np.round(values))
            column = int(split.argmax())
            if split[column] > NOTHING:
                for value in (1, 0):
                    made += 1
                    heapq.heappush(nodes, (-limit, made, fixed | {column: value}))
        return Answer(sorted(chosen), best, proven=True)

    def _rounded(self, values: Numbers) -> list[int]:
        """Take the candidates of the largest values that can stand together."""
        taken: list[int] = []
        full: set[int] = set()
        of = self._cliques_of
        for site in np.argsort(-values, kind="stable").tolist():
            if len(taken) == self.count or values[site] <= NOTHING:
                break
            if full.isdisjoint(of[site]):
                taken.append(site)
                full.update(of[site])
        return taken

    @cached_property
    def _cliques_of(self) -> list[list[int]]:
        of: list[list[int]] = [[] for _ in range(self.size)]
        for clique, members in enumerate(self.cliques):
            for member in members:
                of[member].append(clique)
        return of


def _model(
    *, cost: Numbers, rows: tuple[Positions, Numbers, Positions], cliques: Sequence[Sequence[int]], count: int
) -> highspy.HighsLp:
    """Maximise the cost; `rows` add up to at least 0, `cliques` to at most 1, but the last one to `count`."""
    index, value, lengths = rows
    index = np.concatenate([index, *(np.asarray(clique, dtype=np.intp) for clique in cliques)])
    value = np.concatenate([value, np.ones(len(index) - len(value))])
    ends = np.cumsum([0, *lengths.tolist(), *map(len, cliques)])
    model = highspy.HighsLp()
    model.sense_ = highspy.ObjSense.kMaximize
    model.num_col_, model.num_row_ = len(cost), len(ends) - 1
    model.col_cost_, model.col_lower_, model.col_upper_ = cost, np.zeros(len(cost)), np.ones(len(cost))
    model.row_lower_ = np.concatenate([np.zeros(len(lengths)), np.full(len(cliques), -math.inf)])
    model.row_upper_ = np.concatenate([np.full(len(lengths), math.inf), np.ones(len(cliques) - 1), [count]])
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = ends, index, value
    return model
