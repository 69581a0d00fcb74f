"""One linear programme in HiGHS, solved again and again under other bounds, each status that HiGHS gives read.

HiGHS has one pool of threads per thread that calls it, and refuses to run where that pool was started with another number of threads: whoever uses this calls it from a thread of its own.
"""

import time
from collections.abc import Mapping

import highspy
import numpy as np

from errors import SolverError
from geo.reach import Numbers

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
