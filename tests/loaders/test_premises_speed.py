"""What a large inventory takes, as ratios against the obvious way; `make bench` prints the times."""

import gc
from statistics import median

import pytest

from benchmarks.measure import processor_s
from benchmarks.premises import (
    MANY,
    changes,
    in_the_loop,
    inventory,
    read_at_once,
    workbook,
    workbook_at_once,
    workbook_by_pandas,
)
from loaders import qpv

pytestmark = pytest.mark.bench
#: The slow ways take seconds over all of `MANY`.
HALF = 10_000


def timed(way, *arguments):
    # What earlier tests left is not looked through again: it would weigh most on the fastest.
    gc.collect()
    gc.freeze()
    try:
        start = processor_s()
        answer = way(*arguments)
        return processor_s() - start, answer
    finally:
        gc.unfreeze()


def test_premises_are_read_4_times_faster_than_in_the_loop():
    raw, zones = inventory(HALF), qpv.read().frame
    read_at_once(inventory(10), zones)
    fast, found = timed(read_at_once, raw, zones)
    slow, expected = timed(in_the_loop, raw, zones)
    assert found.tolist() == expected
    assert slow / fast >= 4


def test_a_workbook_is_read_and_checked_faster_than_once_read_by_pandas():
    raw, zones = workbook(inventory(HALF)), qpv.read().frame
    workbook_at_once(workbook(inventory(10)), zones)
    fast, found = timed(workbook_at_once, raw, zones)
    slow, expected = timed(workbook_by_pandas, raw, zones)
    assert found.tolist() == expected.tolist()
    # The checks, the same for both, are more than half of the time that is left.
    assert slow / fast >= 1.5


def test_a_filter_of_20_000_premises_costs_a_third_of_everything_made_again():
    assert median(slow / fast for slow, fast in changes(inventory(MANY, fictif="non"), rounds=2)) >= 3
