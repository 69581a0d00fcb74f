"""What a large inventory takes, as ratios against the obvious way; `make bench` prints the times."""

import gc

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
from tests.ratios import best

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


def ratio(obvious, better, small, raw):
    """How much longer the obvious way takes, with the same answer; the other's code is there after a small file."""
    zones = qpv.read().frame
    better(small, zones)
    fast, found = timed(better, raw, zones)
    slow, expected = timed(obvious, raw, zones)
    assert list(found) == list(expected)
    return slow / fast


def test_premises_are_read_4_times_faster_than_in_the_loop():
    small, raw = inventory(10), inventory(HALF)
    assert best(lambda: ratio(in_the_loop, read_at_once, small, raw), least=4) >= 4


def test_a_workbook_is_read_and_checked_faster_than_once_read_by_pandas():
    small, raw = workbook(inventory(10)), workbook(inventory(HALF))
    # The checks, the same for both, are more than half of the time that is left.
    assert best(lambda: ratio(workbook_by_pandas, workbook_at_once, small, raw), least=1.5) >= 1.5


def test_a_filter_of_20_000_premises_costs_a_third_of_everything_made_again():
    raw = inventory(MANY, fictif="non")

    def change():
        ((slow, fast),) = changes(raw, rounds=1)
        return slow / fast

    assert best(change, least=3) >= 3
