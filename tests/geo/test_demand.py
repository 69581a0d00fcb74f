"""Inhabitants on a grid: squares whose cells are counted by hand."""

import numpy as np
import pytest
import shapely

from errors import ArgumentError, CrsError
from geo.demand import spread_population
from tests.geo.helpers import X, Y, line, points, square, zones

# The origin of these tests lies on the grids of 10 and 20 m.
assert X % 20 == Y % 20 == 0


def places(frame):
    return [(x - X, y - Y) for x, y in shapely.get_coordinates(frame.geometry.array)]


def test_whole_cells_share_evenly():
    cells = spread_population(zones(square(0, 0, 40), population=[800]), cell_m=20)
    assert places(cells) == [(10, 10), (10, 30), (30, 10), (30, 30)]
    assert cells["population"].tolist() == [200.0] * 4
    assert cells["code_qp"].tolist() == ["QN01"] * 4
    assert cells.crs == 2154
    assert cells.attrs["left_out"] == []


def test_a_cut_cell_counts_for_its_part_at_the_middle_of_it():
    # 30 m wide from 10 m on: half a cell, then a whole one, for each of two rows; the upper row is half cut.
    outline = shapely.box(X + 10, Y, X + 40, Y + 30)
    cells = spread_population(zones(outline, population=[900.0]))
    assert places(cells) == [(15, 10), (15, 25), (30, 10), (30, 25)]
    assert cells["population"].tolist() == pytest.approx([200, 100, 400, 200])


def test_a_qpv_smaller_than_a_cell_has_a_cell():
    cells = spread_population(zones(square(3, 5, 4), population=[70]))
    assert places(cells) == [(5, 7)]
    assert cells["population"].tolist() == [70]


def test_each_qpv_adds_up_to_its_population_whatever_the_cells():
    hole = shapely.Polygon(square(7, 3, 173).exterior, [square(50, 50, 33).exterior])
    two = shapely.MultiPolygon([square(500, 0, 55), square(700, 11, 8)])
    slope = shapely.Polygon([(X, Y + 900), (X + 333, Y + 977), (X + 12, Y + 1100)])
    qpv = zones(hole, two, slope, population=[1234.0, 1.0, 0.0])
    for cell_m in (5, 20, 37.5, 400):
        cells = spread_population(qpv, cell_m=cell_m)
        sums = cells.groupby("code_qp", sort=False)["population"].sum()
        assert list(sums.index) == ["QN01", "QN02", "QN03"]
        assert sums.to_numpy() == pytest.approx([1234, 1, 0])
        # Even over the area: the middle of the inhabitants is the middle of the outline.
        first = cells[cells["code_qp"] == "QN01"]
        assert np.average(first.geometry.x, weights=first["population"]) == pytest.approx(hole.centroid.x)
        assert np.average(first.geometry.y, weights=first["population"]) == pytest.approx(hole.centroid.y)


def test_the_grid_does_not_depend_on_the_other_qpv():
    one, other = square(3, 5, 95), square(301, 77, 64)
    both = spread_population(zones(one, other, population=[10.0, 20.0]))
    alone = spread_population(zones(other, index=["QN02"], population=[20.0]))
    assert places(both[both["code_qp"] == "QN02"]) == places(alone)


def test_a_missing_population_is_left_out_and_named():
    cells = spread_population(zones(square(0, 0, 20), square(50, 0, 20), population=[np.nan, 5.0]))
    assert cells["code_qp"].tolist() == ["QN02"] * len(cells)
    assert cells["population"].sum() == pytest.approx(5)
    assert cells.attrs["left_out"] == ["QN01"]


def test_nobody_and_nothing():
    unknown = spread_population(zones(square(0, 0, 20), population=[np.nan]))
    assert unknown.empty
    assert unknown.crs == 2154
    assert spread_population(zones(population=[])).empty


@pytest.mark.parametrize(
    ("qpv", "cell_m", "error", "said"),
    [
        (zones(square(0, 0, 20)), 20, ArgumentError, "population"),
        (zones(square(0, 0, 20), population=[-1]), 20, ArgumentError, "négative.*QN01"),
        (zones(square(0, 0, 20), population=[1]), 0, ArgumentError, "le côté"),
        (zones(square(0, 0, 20), population=[1]), -5, ArgumentError, "le côté"),
        (zones(square(0, 0, 20_000), population=[1]), 1, ArgumentError, "trop petites"),
        (zones(line((0, 0), (9, 9)), population=[1]), 20, ArgumentError, "pas des polygones"),
        (points((0, 0), population=[1]), 20, ArgumentError, "pas des polygones"),
        (zones(square(0, 0, 20), population=[1]).to_crs(4326), 20, CrsError, "EPSG:4326"),
    ],
)
def test_what_cannot_be_spread(qpv, cell_m, error, said):
    with pytest.raises(error, match=said):
        spread_population(qpv, cell_m=cell_m)
