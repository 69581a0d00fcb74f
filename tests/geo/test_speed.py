"""Ratios against the obvious loops, interleaved; `make bench` prints the times."""

import time
from statistics import median

import geopandas as gpd
import pytest

from benchmarks.spatial import distance_in_the_loop, made_up, union_in_the_loop
from geo.coverage import covered_share
from geo.proximity import count_within, nearest_distance
from loaders import qpv as qpv_loader
from tests.ratios import best

pytestmark = pytest.mark.bench


@pytest.fixture(scope="module")
def qpv():
    return qpv_loader.load()


def ratio(obvious, better, points, *, least, rounds=1):
    """Best of up to three medians of the ratios of interleaved rounds, the index built anew in each."""

    def series():
        ratios = []
        for _ in range(rounds):
            fresh = [gpd.GeoDataFrame(geometry=points.geometry.copy(deep=True)) for _ in range(2)]
            start = time.perf_counter()
            obvious(fresh[0])
            middle = time.perf_counter()
            better(fresh[1])
            ratios.append((middle - start) / (time.perf_counter() - middle))
        return median(ratios)

    return best(series, least=least)


def test_counting_is_20_times_faster_than_measuring_every_pair(qpv):
    points = made_up(qpv, 3_500)
    found = ratio(
        lambda it: distance_in_the_loop(qpv, it, 500),
        lambda it: count_within(qpv, it, 500),
        points,
        least=20,
        rounds=3,
    )
    assert found >= 20


def test_shares_are_50_times_faster_than_uniting_every_circle(qpv):
    points = made_up(qpv[qpv["communes"].map(lambda codes: "13055" in codes)], 250)
    found = ratio(
        lambda it: union_in_the_loop(qpv, it, 300), lambda it: covered_share(qpv, it, 300), points, least=50
    )
    assert found >= 50


def test_the_nearest_of_many_is_50_times_faster_than_measuring_every_pair(qpv):
    points = made_up(qpv, 20_000)
    found = ratio(
        lambda it: [it.distance(zone).min() for zone in qpv.geometry],
        lambda it: nearest_distance(qpv, it),
        points,
        least=50,
    )
    assert found >= 50
