"""Shares of area worked out by hand with circles, half circles and lenses."""

from math import acos, pi, sqrt

import geopandas as gpd
import pytest
import shapely

from errors import ArgumentError, CrsError
from geo.coverage import covered_share
from tests.geo.helpers import X, Y, assert_result, line, points, square, zones

ONE = zones(square(0, 0, 100))

# One hundredth of a point of share, what the docstring promises.
HUNDREDTH = 1e-4


def cap(radius, distance):
    """Area of the part of a circle beyond a straight line."""
    return radius**2 * acos(distance / radius) - distance * sqrt(radius**2 - distance**2)


# Points, radius, covered area of the square 0..100 x 0..100.
BY_HAND = {
    "circle inside": ([(50, 50)], 30, pi * 900),
    "half circle on a side": ([(0, 50)], 30, pi * 900 / 2),
    "quarter circle on a corner": ([(0, 0)], 30, pi * 900 / 4),
    "cap from outside": ([(-20, 50)], 30, cap(30, 20)),
    "circle cut by a side": ([(20, 50)], 30, pi * 900 - cap(30, 20)),
    "touching from outside": ([(-30, 50)], 30, 0),
    "too far": ([(-31, 50)], 30, 0),
    "two apart": ([(25, 50), (75, 50)], 20, 2 * pi * 400),
    "two that overlap": ([(35, 50), (65, 50)], 30, 2 * pi * 900 - 2 * cap(30, 15)),
    "the same place twice": ([(50, 50), (50, 50)], 30, pi * 900),
    "one covers all": ([(50, 50)], 71, 10_000),
    "one far away covers all": ([(600, 50)], 603, 10_000),
    "the corners stay out": ([(50, 50)], 60, pi * 3600 - 4 * cap(60, 50)),
    "four cover all together": ([(25, 25), (75, 25), (25, 75), (75, 75)], 36, 10_000),
    "nothing at radius 0": ([(50, 50), (20, 20), (20, 20), (0, 0), (100, 50)], 0, 0),
}


@pytest.mark.parametrize(("places", "radius_m", "area_m2"), BY_HAND.values(), ids=BY_HAND)
def test_squares_by_hand(places, radius_m, area_m2):
    result = covered_share(ONE, points(*places), radius_m)
    assert_result(result, [area_m2 / 10_000], ONE, dtype="float64", abs_tol=HUNDREDTH)


@pytest.mark.parametrize("radius_m", [10, 100, 300, 500, 1000, 5000])
@pytest.mark.parametrize(("where", "part"), [((0.5, 0.5), 1), ((0, 0.5), 1 / 2), ((0, 0), 1 / 4)])
def test_a_circle_has_the_area_of_a_circle_at_any_size(radius_m, where, part):
    side = 3 * radius_m
    zone = zones(square(0, 0, side))
    result = covered_share(zone, points((where[0] * side, where[1] * side)), radius_m)
    assert_result(result, [part * pi * radius_m**2 / side**2], zone, dtype="float64", abs_tol=1e-8)


@pytest.mark.parametrize("radius_m", [100, 300, 500, 1000])
@pytest.mark.parametrize("offset_m", [-60, -17.3, 0.1, 33, 80])
def test_a_small_zone_across_the_edge_of_a_circle(radius_m, offset_m):
    # A square of 5 ha, the size of the smallest QPV, which the edge of the circle crosses by a hundred metres or two.
    side = sqrt(50_000)
    zone = zones(square(-side / 2, radius_m + offset_m, side))
    half = side / 2

    def below(x):  # integral of sqrt(r² - x²), the height of the circle
        return (x * sqrt(radius_m**2 - x**2) + radius_m**2 * (pi / 2 - acos(x / radius_m))) / 2

    low = radius_m + offset_m
    if low >= radius_m:
        expected = 0.0
    else:
        width = min(half, sqrt(radius_m**2 - low**2))
        expected = 2 * (below(width) - low * width) / 50_000
    result = covered_share(zone, points((0, 0)), radius_m)
    assert_result(result, [expected], zone, dtype="float64", abs_tol=HUNDREDTH)


def test_many_circles_cover_step_by_step():
    # A 7 x 7 lattice, so several batches: the circles do not touch.
    lattice = [(100 * i + 50, 100 * j + 50) for i in range(7) for j in range(7)]
    zone = zones(square(0, 0, 700))
    result = covered_share(zone, points(*lattice), 40)
    assert_result(result, [49 * pi * 1600 / 490_000], zone, dtype="float64", abs_tol=1e-8)


def test_a_zone_in_two_parts():
    both = zones(shapely.MultiPolygon([square(0, 0, 100), square(500, 0, 300)]))
    result = covered_share(both, points((50, 50)), 71)
    assert_result(result, [10_000 / 100_000], both, dtype="float64")


def test_a_hole_is_not_counted():
    ring = zones(shapely.Polygon(square(0, 0, 100).exterior, [square(40, 40, 20).exterior]))
    result = covered_share(ring, points((50, 50)), 30)
    assert_result(result, [(pi * 900 - 400) / 9600], ring, dtype="float64", abs_tol=HUNDREDTH)


def test_several_zones_in_their_own_order():
    three = zones(square(0, 0, 100), square(1000, 0, 100), square(100, 0, 100), index=["z", "a", "m"])
    result = covered_share(three, points((100, 50)), 30)
    half = pi * 900 / 2 / 10_000
    assert_result(result, [half, 0, half], three, dtype="float64", abs_tol=1e-8)


def test_no_points_and_no_zones():
    assert_result(covered_share(ONE, points(), 300), [0], ONE, dtype="float64")
    nowhere = zones()
    assert_result(covered_share(nowhere, points((0, 0)), 300), [], nowhere, dtype="float64")


# Its two wings differ, so that its area is not 0: only its validity tells.
BOW_TIE = shapely.Polygon([(X, Y), (X + 100, Y + 100), (X + 100, Y), (X, Y + 300)])
FLAT = shapely.Polygon([(X, Y), (X + 100, Y), (X + 50, Y)])


@pytest.mark.parametrize(
    ("layer", "targets", "radius_m", "error", "said"),
    [
        (zones(BOW_TIE), points((0, 0)), 300, ArgumentError, "1 contour.* invalide.*QN01"),
        (zones(FLAT), points((0, 0)), 300, ArgumentError, "sans surface.*QN01"),
        (zones(line((0, 0), (1, 1))), points((0, 0)), 300, ArgumentError, "pas des polygones"),
        (ONE, zones(line((0, 0), (1, 1))), 300, ArgumentError, "pas des points"),
        (ONE, points((0, 0)), -1, ArgumentError, "le rayon"),
        (ONE, zones(shapely.Point()), 300, ArgumentError, "absente"),
        (ONE.to_crs(4326), points((0, 0)), 300, CrsError, "EPSG:4326"),
        (ONE, points((0, 0)).to_crs(3857), 300, CrsError, "EPSG:3857"),
        (
            ONE,
            gpd.GeoDataFrame(geometry=[shapely.Point(5.4, 43.3)], crs=2154),
            300,
            CrsError,
            "degrés",
        ),
    ],
)
def test_what_has_no_share(layer, targets, radius_m, error, said):
    with pytest.raises(error, match=said):
        covered_share(layer, targets, radius_m)
