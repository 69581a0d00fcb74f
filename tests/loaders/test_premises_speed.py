"""What a large inventory takes, as ratios against the obvious way; `make bench` prints the times."""

import time
from statistics import median

import pytest

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
#: The slow ways take seconds over all of them.
FEWER, HALF = 5_000, 10_000


def timed(way, *arguments):
    start = time.perf_counter()
    answer = way(*arguments)
    return time.perf_counter() - start, answer


def test_premises_are_read_4_times_faster_than_in_the_loop():
    raw, zones = inventory(FEWER), qpv.read().frame
    read_at_once(inventory(10), zones)
    fast, found = timed(read_at_once, raw, zones)
    slow, expected = timed(in_the_loop, raw, zones)
    assert found.tolist() == expected
    assert slow / fast >= 4


def test_a_workbook_is_read_twice_as_fast_as_by_pandas():
    raw, zones = workbook(inventory(HALF)), qpv.read().frame
    workbook_at_once(workbook(inventory(10)), zones)
    fast, found = timed(workbook_at_once, raw, zones)
    slow, expected = timed(workbook_by_pandas, raw, zones)
    assert found.tolist() == expected.tolist()
    assert slow / fast >= 2


def test_a_filter_of_20_000_premises_costs_a_third_of_everything_made_again():
    assert median(slow / fast for slow, fast in changes(inventory(MANY, fictif="non"), rounds=2)) >= 3
