"""How to compare two ways of answering a question: interleaved, by the ratio of each round."""

import gc
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import geopandas as gpd
import numpy as np

# Rounds of a series, and series: a machine drifts by a factor of two within minutes. A question whose obvious way is
# slow gets one series, of as many rounds as fit in its time.
ROUNDS = 15
SERIES = 3
BUDGET_S = 20.0
FEWEST_ROUNDS = 2

# A ratio of this much shows in few rounds; if one alone takes longer than this, in that one.
PLAIN_RATIO = 5.0
PLAIN_ROUNDS = 5
PLAIN_BUDGET_S = 5.0

# A way to answer a question about points: one number per zone.
Way = Callable[[gpd.GeoDataFrame], Any]


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Parameters
    ----------
    question
        What is asked, with its sizes.
    obvious
        Median of the obvious way.
    better
        Median of this project's way.
    unit
        Unit of both: "ms", "KB", or "hab" for inhabitants.
    ratio
        Median of the ratios of each round; of several series, the worst.
    rounds
        How often both were measured, "3 x 15".
    """

    question: str
    obvious: float
    better: float
    unit: str
    ratio: float
    rounds: str


def compare(
    question: str,
    obvious: Way,
    better: Way,
    *,
    fresh: Callable[[], gpd.GeoDataFrame],
    tolerance: float = 0.0,
    clock: Callable[[], float] = time.perf_counter,
) -> Row:
    """Time two ways of answering a question, one after the other in each round.

    Parameters
    ----------
    question
        What is asked, with its sizes.
    obvious
        The obvious way.
    better
        This project's way.
    fresh
        Makes what both take, before each timing and outside it: nothing that one round has stored serves the next.
    tolerance
        How far the two answers may differ.
    clock
        Gives the seconds to compare: those of the wall, or `processor_s`.

    Returns
    -------
        The times and their ratio.

    Raises
    ------
    RuntimeError
        The two ways do not give the same answer.
    """
    (slow_ms, slow), (fast_ms, fast) = (_timed(way, fresh, clock) for way in (obvious, better))
    if not np.allclose(
        np.asarray(slow, dtype=float), np.asarray(fast, dtype=float), rtol=0, atol=tolerance, equal_nan=True
    ):
        raise RuntimeError(f"{question}: the two ways do not agree")
    rounds, series = _enough(slow_ms, fast_ms)
    runs = (
        [
            [(_timed(obvious, fresh, clock)[0], _timed(better, fresh, clock)[0]) for _ in range(rounds)]
            for _ in range(series)
        ]
        if rounds
        else [[(slow_ms, fast_ms)]]
    )
    flat = [pair for run in runs for pair in run]
    return Row(
        question,
        median(slow for slow, _ in flat),
        median(fast for _, fast in flat),
        "ms",
        min(median(slow / fast for slow, fast in run) for run in runs),
        f"{series} x {max(rounds, 1)}",
    )


def _enough(slow_ms: float, fast_ms: float) -> tuple[int, int]:
    """Give the rounds and series to come after a first one; no round if that one is enough."""
    spent_s = (slow_ms + fast_ms) / 1000
    if slow_ms >= PLAIN_RATIO * fast_ms:
        return min(PLAIN_ROUNDS, int(PLAIN_BUDGET_S / spent_s)), 1
    if spent_s * ROUNDS * SERIES <= BUDGET_S:
        return ROUNDS, SERIES
    return max(FEWEST_ROUNDS, min(ROUNDS, int(BUDGET_S / spent_s))), 1


def processor_s() -> float:
    """Give the processor time used so far, in seconds, by this process and by those it started and waited for."""
    return sum(os.times()[:4])


def peak_mb() -> float:
    """Give the peak of memory of this process alone, in megabytes.

    `ru_maxrss` would keep that of the process which started it.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def _timed(way: Way, fresh: Callable[[], gpd.GeoDataFrame], clock: Callable[[], float]) -> tuple[float, Any]:
    """Give the milliseconds that an answer took, and the answer."""
    argument = fresh()
    gc.disable()  # a collection that falls in one of the two is noise
    start = clock()
    answer = way(argument)
    taken_ms = (clock() - start) * 1000
    gc.enable()
    return taken_ms, answer
