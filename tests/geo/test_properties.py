"""What holds for any points: no measure may depend on where, in what order or how many at once."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from shapely.affinity import translate

from geo.coverage import covered_share
from geo.proximity import count_within, nearest, nearest_distance, pairs_within, sum_within
from tests.geo.helpers import points, square, summed, zones

ZONES = zones(square(0, 0, 100), square(80, 50, 200), square(600, -300, 50))
places = st.tuples(st.integers(-800, 1200), st.integers(-800, 1200))
several = st.lists(places, max_size=30)
radii = st.integers(1, 700)


@given(several, places, radii)
def test_one_more_point_never_takes_anything_away(there, another, radius_m):
    fewer, more = points(*there), points(*there, another)
    assert (count_within(ZONES, more, radius_m) >= count_within(ZONES, fewer, radius_m)).all()
    assert (covered_share(ZONES, more, radius_m) >= covered_share(ZONES, fewer, radius_m) - 1e-9).all()
    assert (nearest_distance(ZONES, more) <= nearest_distance(ZONES, fewer).fillna(np.inf)).all()


@given(several, radii, st.integers(1, 300))
def test_a_longer_reach_never_takes_anything_away(there, radius_m, longer):
    stations = points(*there)
    assert (count_within(ZONES, stations, radius_m + longer) >= count_within(ZONES, stations, radius_m)).all()
    # The number of sides depends on the radius: an outline may cross the other's by a few centimetres.
    assert (
        covered_share(ZONES, stations, radius_m + longer) >= covered_share(ZONES, stations, radius_m) - 1e-4
    ).all()


@given(several, radii, st.integers(-90_000, 90_000), st.integers(-90_000, 90_000))
def test_moving_everything_changes_nothing(there, radius_m, dx, dy):
    stations = points(*there)
    moved_zones = ZONES.set_geometry([translate(shape, dx, dy) for shape in ZONES.geometry], crs=2154)
    moved = stations.set_geometry([translate(shape, dx, dy) for shape in stations.geometry], crs=2154)
    pd.testing.assert_series_equal(
        nearest_distance(moved_zones, moved), nearest_distance(ZONES, stations), rtol=0, atol=1e-6
    )
    pd.testing.assert_series_equal(
        count_within(moved_zones, moved, radius_m), count_within(ZONES, stations, radius_m)
    )
    pd.testing.assert_series_equal(
        covered_share(moved_zones, moved, radius_m),
        covered_share(ZONES, stations, radius_m),
        rtol=0,
        atol=1e-9,
    )


@given(several, radii, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(there, radius_m, random):
    stations = points(*there)
    names = list(stations.index)
    random.shuffle(names)
    shuffled, backwards = stations.loc[names], ZONES.iloc[::-1]
    pd.testing.assert_frame_equal(nearest(backwards, shuffled), nearest(ZONES, stations).iloc[::-1])
    pd.testing.assert_series_equal(
        covered_share(backwards, shuffled, radius_m),
        covered_share(ZONES, stations, radius_m).iloc[::-1],
        rtol=0,
        atol=1e-9,
    )


@given(several, radii)
def test_the_measures_agree_with_each_other(there, radius_m):
    stations = points(*there)
    ones = pd.Series(1.0, index=stations.index)
    count = count_within(ZONES, stations, radius_m)
    distance_m = nearest_distance(ZONES, stations)
    share = covered_share(ZONES, stations, radius_m)
    pairs = pairs_within(ZONES, stations, 700)
    pd.testing.assert_series_equal(summed(pairs, ZONES, radius_m), count)
    pd.testing.assert_series_equal(sum_within(ZONES, stations, radius_m, ones), count.astype(float))
    pd.testing.assert_series_equal(nearest(ZONES, stations)["distance_m"], distance_m, check_names=False)
    assert ((count > 0) == (distance_m <= radius_m + 1e-6)).all()
    assert share.between(0, 1).all()
    assert (share[count == 0] == 0).all()
    assert (share[distance_m < radius_m - 1] > 0).all()
