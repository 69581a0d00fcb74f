"""Distances, counts and sums around squares worked out by hand."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from errors import ArgumentError, CrsError
from geo.proximity import count_within, nearest, nearest_distance, neighbours, pairs_within, sum_within
from tests.geo.helpers import assert_result, line, points, square, summed, zones

ONE = zones(square(0, 0, 100))

# Where a point stands about the square 0..100 x 0..100, and how far that is from its outline.
PLACES = {
    "in the middle": ((50, 50), 0.0),
    "on a side": ((100, 50), 0.0),
    "on a corner": ((0, 0), 0.0),
    "beside": ((130, 50), 30.0),
    "off a corner": ((130, 140), 50.0),
    "far": ((50, -900), 900.0),
}


@pytest.mark.parametrize(("place", "distance_m"), PLACES.values(), ids=PLACES)
def test_distance_to_one_point(place, distance_m):
    assert_result(nearest_distance(ONE, points(place)), [distance_m], ONE, dtype="float64")


@pytest.mark.parametrize(("place", "distance_m"), PLACES.values(), ids=PLACES)
def test_the_radius_is_included(place, distance_m):
    at_it = count_within(ONE, points(place), distance_m)
    assert_result(at_it, [1], ONE, dtype="int64")
    if distance_m:
        short_of_it = count_within(ONE, points(place), distance_m - 0.001)
        assert_result(short_of_it, [0], ONE, dtype="int64")


def test_the_nearest_of_several():
    there = points((400, 50), (130, 50), (-200, 50))
    assert_result(nearest_distance(ONE, there), [30.0], ONE, dtype="float64")
    assert nearest(ONE, there).loc["QN01"].tolist() == [30.0, "p2"]


def test_ties_go_to_the_first_id_whatever_the_order():
    for index in (["c", "a", "b"], ["a", "b", "c"], ["b", "c", "a"]):
        inside = points((20, 20), (50, 50), (80, 80), index=index)
        assert nearest(ONE, inside)["id"].tolist() == ["a"]
        at_30 = points((130, 50), (-30, 50), (50, 130), index=index)
        assert nearest(ONE, at_30)["id"].tolist() == ["a"]


def test_duplicate_places_count_each_and_give_one_row():
    twice = points((130, 50), (130, 50))
    assert_result(count_within(ONE, twice, 30), [2], ONE, dtype="int64")
    assert_result(nearest_distance(ONE, twice), [30.0], ONE, dtype="float64")
    assert len(nearest(ONE, twice)) == 1


def test_a_zone_in_two_parts_counts_a_point_once():
    both = zones(shapely.MultiPolygon([square(0, 0, 100), square(200, 0, 100)]))
    between = points((150, 50), (150, 50), (350, 50))
    assert_result(count_within(both, between, 50), [3], both, dtype="int64")
    assert_result(nearest_distance(both, points((180, 50))), [20.0], both, dtype="float64")


def test_a_hole_is_outside():
    outer = shapely.Polygon(square(0, 0, 100).exterior, [square(30, 30, 40).exterior])
    holed = zones(outer)
    assert_result(nearest_distance(holed, points((50, 50))), [20.0], holed, dtype="float64")


def test_the_result_keeps_the_order_of_the_zones():
    unsorted = zones(square(0, 0, 100), square(1000, 0, 100), square(500, 0, 100), index=["z", "a", "m"])
    there = points((150, 50))
    assert_result(nearest_distance(unsorted, there), [50.0, 850.0, 350.0], unsorted, dtype="float64")
    assert_result(count_within(unsorted, there, 350), [1, 0, 1], unsorted, dtype="int64")
    assert_result(
        summed(pairs_within(unsorted, there, 900), unsorted, 350), [1, 0, 1], unsorted, dtype="int64"
    )
    assert nearest(unsorted, there)["distance_m"].tolist() == [50.0, 850.0, 350.0]


def test_no_points_and_no_zones():
    nothing, nowhere = points(), zones()
    assert_result(nearest_distance(ONE, nothing), [np.nan], ONE, dtype="float64")
    assert_result(count_within(ONE, nothing, 300), [0], ONE, dtype="int64")
    assert_result(
        sum_within(ONE, nothing, 300, pd.Series(dtype=float, index=nothing.index)),
        [0.0],
        ONE,
        dtype="float64",
    )
    assert_result(summed(pairs_within(ONE, nothing, 300), ONE, 300), [0], ONE, dtype="int64")
    found = nearest(ONE, nothing)
    assert found["distance_m"].isna().all()
    assert found["id"].isna().all()
    for there in (nothing, points((0, 0))):
        assert_result(nearest_distance(nowhere, there), [], nowhere, dtype="float64")
        assert_result(count_within(nowhere, there, 300), [], nowhere, dtype="int64")
        assert nearest(nowhere, there).empty


def test_sums_of_docks():
    two = zones(square(0, 0, 100), square(500, 0, 100))
    there = points((50, 50), (300, 50), (900, 50), docks=[20, 30, 7])
    assert_result(sum_within(two, there, 200, there["docks"]), [50.0, 30.0], two, dtype="float64")
    pairs = pairs_within(two, there, 400)
    assert_result(summed(pairs, two, 200, there["docks"]), [50.0, 30.0], two, dtype="float64")
    assert_result(summed(pairs, two, 300, there["docks"]), [50.0, 37.0], two, dtype="float64")


def test_a_missing_value_makes_a_missing_sum_only_where_it_counts():
    two = zones(square(0, 0, 100), square(500, 0, 100))
    there = points((50, 50), (550, 50))
    docks = pd.Series([20, pd.NA], index=there.index, dtype="Int64")
    assert_result(sum_within(two, there, 10, docks), [20.0, np.nan], two, dtype="float64")


def test_values_of_other_points_are_refused():
    there = points((50, 50), (300, 50))
    with pytest.raises(ArgumentError, match="les mêmes"):
        sum_within(ONE, there, 200, pd.Series([1, 2], index=["p2", "p1"]))


def test_lines_are_targets_too():
    tram = gpd.GeoDataFrame(
        index=["T1", "T2"], geometry=[line((-50, 160), (200, 160)), line((400, 0), (400, 9))], crs=2154
    )
    assert_result(nearest_distance(ONE, tram), [60.0], ONE, dtype="float64")
    assert nearest(ONE, tram)["id"].tolist() == ["T1"]
    assert_result(count_within(ONE, tram, 300), [2], ONE, dtype="int64")
    through = gpd.GeoDataFrame(index=["T1"], geometry=[line((-50, 50), (200, 50))], crs=2154)
    assert_result(nearest_distance(ONE, through), [0.0], ONE, dtype="float64")


@pytest.mark.parametrize("radius_m", [0, 29.999, 30, 99, 100, 250])
def test_stored_pairs_answer_as_counting_does(radius_m):
    two = zones(square(0, 0, 100), square(150, 0, 100))
    there = points((130, 50), (50, 50), (-100, 50), (50, -250), (350, 50))
    docks = pd.Series([1.0, 2.0, 4.0, 8.0, 16.0], index=there.index)
    pairs = pairs_within(two, there, 250)
    counted, total = count_within(two, there, radius_m), sum_within(two, there, radius_m, docks)
    assert_result(summed(pairs, two, radius_m), counted, two, dtype="int64")
    assert_result(summed(pairs, two, radius_m, docks), total, two, dtype="float64")


def test_points_with_and_without_an_index_give_the_same_answers():
    rng = np.random.default_rng(20260302)
    # Some at the radius to the metre, on every side of the outermost zones.
    at_it = [(-300, 50), (50, -300), (50, 400), (2830, -1485), (2515, -1800), (2515, -1170)]
    places = [*at_it, *rng.uniform(-2000, 3000, (4000, 2)).round(1).tolist()]
    there = points(*places, docks=rng.integers(1, 30, len(places)))
    three = zones(square(0, 0, 100), square(700, 300, 250), square(2500, -1500, 30))
    within = np.array([shapely.distance(zone, there.geometry.array) <= 300 for zone in three.geometry])
    assert within[:, : len(at_it)].sum() == len(at_it)
    docks = within @ there["docks"].to_numpy()
    pairs = []
    for indexed in (False, True):
        fresh = points(*places)
        if indexed:
            assert fresh.sindex.size == len(places)
        assert fresh.has_sindex is indexed
        assert_result(count_within(three, fresh, 300), within.sum(axis=1), three, dtype="int64")
        assert_result(sum_within(three, fresh, 300, there["docks"]), docks, three, dtype="float64")
        pairs.append(neighbours(three, fresh, 300))
    np.testing.assert_array_equal(pairs[0], np.argwhere(within).T)
    np.testing.assert_array_equal(pairs[1], np.argwhere(within).T)


def test_a_line_is_within_with_and_without_an_index():
    tram = gpd.GeoSeries([line((-5000, 160), (9000, 160))], crs=2154)
    for _ in range(2):
        assert_result(count_within(ONE, tram, 60), [1], ONE, dtype="int64")
        assert tram.sindex.size == 1


def test_a_geometry_set_after_a_first_answer_is_looked_at_again():
    one, there = zones(square(0, 0, 100)), points((130, 50), (900, 50))
    assert there.sindex.size == len(there)
    assert count_within(one, there, 30).tolist() == [1]
    there.loc[there.index[1], "geometry"] = there.geometry.iloc[0]
    assert count_within(one, there, 30).tolist() == [2]
    there.loc[there.index[1], "geometry"] = None
    with pytest.raises(ArgumentError, match="absente"):
        count_within(one, there, 30)
    one.loc[one.index[0], "geometry"] = shapely.Polygon()
    with pytest.raises(ArgumentError, match="absente"):
        count_within(one, points((130, 50)), 30)


def test_series_of_geometries_are_layers():
    assert_result(count_within(ONE.geometry, points((130, 50)).geometry, 30), [1], ONE, dtype="int64")


def test_the_inputs_are_left_as_they_were():
    square_before, there = ONE.copy(), points((130, 50), docks=[3])
    before = there.copy()
    nearest(ONE, there)
    pairs_within(ONE, there, 300)
    pd.testing.assert_frame_equal(ONE, square_before)
    pd.testing.assert_frame_equal(there, before)


def degrees(*places):
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(*zip(*places, strict=True)), crs=4326)


BROKEN = {
    "no crs": (points((0, 0)).set_crs(None, allow_override=True), CrsError, "aucun système"),
    "degrees": (degrees((5.4, 43.3)), CrsError, "EPSG:4326"),
    "web mercator": (degrees((5.4, 43.3)).to_crs(3857), CrsError, "EPSG:3857"),
    "degrees labelled metres": (degrees((5.4, 43.3)).set_crs(2154, allow_override=True), CrsError, "degrés"),
    "one point in degrees": (
        gpd.GeoDataFrame(geometry=[shapely.Point(893_000, 6_247_000), shapely.Point(5.4, 43.3)], crs=2154),
        CrsError,
        "2\u202f000 km",
    ),
    "swapped axes": (
        gpd.GeoDataFrame(geometry=[shapely.Point(6_247_000, 893_000)], crs=2154),
        CrsError,
        "axes sont inversés",
    ),
    "infinite": (gpd.GeoDataFrame(geometry=[shapely.Point(np.inf, 0)], crs=2154), CrsError, "finis"),
    "no geometry": (gpd.GeoDataFrame(index=["p7"], geometry=[None], crs=2154), ArgumentError, "p7"),
    "empty geometry": (
        gpd.GeoDataFrame(index=["p8"], geometry=[shapely.Point()], crs=2154),
        ArgumentError,
        "p8",
    ),
    "not a layer": (pd.DataFrame({"lon": [5.4]}), ArgumentError, "DataFrame"),
}


@pytest.mark.parametrize(("broken", "error", "said"), BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize(
    "measure",
    [
        nearest_distance,
        nearest,
        lambda a, b: count_within(a, b, 300),
        lambda a, b: sum_within(a, b, 300, pd.Series(1.0, index=b.index)),
        lambda a, b: pairs_within(a, b, 300),
    ],
)
def test_points_that_cannot_be_measured(measure, broken, error, said):
    with pytest.raises(error, match=said):
        measure(ONE, broken)


@pytest.mark.parametrize(
    ("broken", "error", "said"),
    [
        (ONE.set_crs(None, allow_override=True), CrsError, "les zones .*aucun système"),
        (ONE.to_crs(4326), CrsError, "les zones .*EPSG:4326"),
        (ONE.to_crs(4326).set_crs(2154, allow_override=True), CrsError, "les zones .*degrés"),
        (zones(shapely.Polygon()), ArgumentError, "les zones .*QN01"),
        (zones(None), ArgumentError, "les zones .*QN01"),
    ],
)
def test_zones_that_cannot_be_measured(broken, error, said):
    with pytest.raises(error, match=said):
        nearest_distance(broken, points((0, 0)))


@pytest.mark.parametrize("radius_m", [-1, float("nan"), float("inf"), "300", True])
def test_a_radius_that_is_no_length(radius_m):
    there = points((0, 0))
    for measure in (count_within, pairs_within):
        with pytest.raises(ArgumentError, match="le rayon"):
            measure(ONE, there, radius_m)


def test_every_fault_is_said_at_once():
    with pytest.raises(ArgumentError, match=r"les zones .*QN01.*les points .*p8.*le rayon"):
        count_within(zones(None), BROKEN["empty geometry"][0], -5)


def test_repeated_ids_have_no_nearest():
    with pytest.raises(ArgumentError, match="double"):
        nearest(ONE, points((0, 0), (1, 1), index=["a", "a"]))


def test_a_point_near_the_origin_of_the_axes_is_no_degree():
    plain = gpd.GeoDataFrame(index=["QN01"], geometry=[shapely.box(0, 0, 100, 100)], crs=2154)
    side = gpd.GeoDataFrame(geometry=[shapely.Point(0, 50)], crs=2154)
    assert_result(count_within(plain, side, 0), [1], plain, dtype="int64")
