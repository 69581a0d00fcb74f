"""What becomes of the solver's statuses: its failures are errors, and the other users of HiGHS change nothing."""

import subprocess
import sys
import time

import highspy
import numpy as np
import pytest

from errors import AtlasError, SolverError
from geo.highs import Relaxation, most_sites

# Another user of HiGHS starts the pool of the main thread with other threads than ours.
OTHER_USER = """
import highspy
import numpy as np
from errors import SolverError
from geo.highs import Relaxation
from tests.geo.test_siting import propose
from tests.geo.test_solver import programme

def other(threads):
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", threads)
    solver.addVar(0, 1)
    solver.changeColIntegrality(0, highspy.HighsVarType.kInteger)
    return solver.run()

assert other({first}) == highspy.HighsStatus.kOk
for _ in range(2):
    sites = propose()
    print(sites.attrs["objective"], sites.attrs["proven"], sorted(sites.index))
    assert other({first}) == highspy.HighsStatus.kOk  # nor do we change anything for it
try:
    Relaxation(programme(), until_s=float("inf")).best({{}})
except SolverError as error:
    print(error)
"""


def programme():
    """Two columns of which at most one: the second is worth 2, the first 1."""
    model = highspy.HighsLp()
    model.sense_ = highspy.ObjSense.kMaximize
    model.num_col_, model.num_row_ = 2, 1
    model.col_cost_, model.col_lower_, model.col_upper_ = np.array([1.0, 2.0]), np.zeros(2), np.ones(2)
    model.row_lower_, model.row_upper_ = np.array([-np.inf]), np.ones(1)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_ = np.array([0, 2]), np.array([0, 1])
    model.a_matrix_.value_ = np.ones(2)
    return model


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_another_user_of_highs_changes_nothing(threads):
    run = subprocess.run(
        [sys.executable, "-c", OTHER_USER.format(first=threads)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    said = [text for text in run.stdout.splitlines() if "HiGHS" not in text and "third-party" not in text]
    assert said == ["18.0 True ['east', 'west']"] * 2
    # In the other user's own thread the pool is refused, and that is said.
    assert ("le calcul est refusé" in run.stdout) == (threads != 1)


def test_bounds_are_fixed_and_freed_again():
    relaxation = Relaxation(programme(), until_s=time.perf_counter() + 60)
    for fixed, expected in (({}, 2), ({1: 0}, 1), ({0: 1}, 1), ({0: 1, 1: 1}, None), ({}, 2)):
        solved = relaxation.best(fixed)
        assert (solved and solved[1]) == expected


@pytest.mark.parametrize(("index", "value"), [(7, 1.0), (1, np.inf)])
def test_a_programme_that_highs_refuses_is_an_error(index, value):
    model = programme()
    model.a_matrix_.index_ = np.array([0, index])
    model.a_matrix_.value_ = np.array([1.0, value])
    with pytest.raises(SolverError, match="lecture du programme est refusé") as caught:
        Relaxation(model, until_s=np.inf)
    assert isinstance(caught.value, AtlasError)
    assert isinstance(caught.value, RuntimeError)


def test_an_answer_that_is_no_optimum_is_an_error():
    model = programme()
    model.col_upper_, model.row_upper_ = np.full(2, np.inf), np.array([np.inf])
    with pytest.raises(SolverError, match="le calcul finit par « Unbounded »"):
        Relaxation(model, until_s=np.inf).best({})


def test_of_a_ring_every_other_one_can_stand():
    # Nine in a ring, each in conflict with the next: four can stand, though halves of all make four and a half.
    ring = [sorted((place, (place + 1) % 9)) for place in range(9)]
    most = most_sites(9, ring, count=9, time_limit_s=60)
    assert (len(most.chosen), most.bound, most.proven) == (4, 4, True)
    assert len(most_sites(9, ring, count=3, time_limit_s=60).chosen) == 3
    stopped = most_sites(9, ring, count=9, time_limit_s=1e-9)
    assert (stopped.chosen, stopped.bound, stopped.proven) == ([], np.inf, False)
