"""Surroundings and standing of one place, worked out by hand on a square of 100 m."""

import numpy as np
import pandas as pd
import pytest

from errors import ArgumentError, CrsError
from geo.places import around, count_by_distance, standing
from tests.geo.helpers import line, points, square, zones

PLACE = zones(square(0, 0, 100))
# Inside, on the outline, 300 m east of it, 500 m off its corner (300 and 400), 1,000 m north, 1,001 m north.
FACILITIES = points(
    (50, 50), (100, 50), (400, 50), (400, 500), (50, 1100), (50, 1101), index=["f", "e", "d", "c", "b", "a"]
)


def found(**options):
    return around(PLACE, {"sports": FACILITIES}, **{"radius_m": 1000} | options)


def test_distances_grow_and_run_from_the_outline():
    objects = found()
    assert objects["objet"].tolist() == ["e", "f", "d", "c", "b"]
    np.testing.assert_allclose(objects["distance_m"], [0, 0, 300, 500, 1000], atol=1e-9)
    assert objects.index.tolist() == [f"sports/{code}" for code in "efdcb"]
    assert objects.crs.to_epsg() == 2154
    assert objects.geometry["sports/c"].equals(FACILITIES.geometry["c"])


def test_layers_keep_their_order_at_equal_distances():
    lines = zones(line((-50, 50), (150, 50)), index=["z"])
    objects = around(PLACE, {"lignes": lines, "sports": FACILITIES}, radius_m=10)
    assert objects.index.tolist() == ["lignes/z", "sports/e", "sports/f"]
    swapped = around(PLACE, {"sports": FACILITIES, "lignes": lines}, radius_m=10)
    assert swapped.index.tolist() == ["sports/e", "sports/f", "lignes/z"]


def test_commune_holds_what_names_it_even_off_its_outline():
    named = FACILITIES.assign(code_insee=["13055", "13055", "13001", "13001", "13001", "13055"])
    objects = around(PLACE, {"sports": named}, radius_m=300, code_insee="13055")
    # "a" lies 1,001 m away and says that it is of the commune; "d" is at 300 m and of another.
    assert objects["distance_m"].to_dict() == pytest.approx(
        {"sports/a": 0, "sports/e": 0, "sports/f": 0, "sports/d": 300}
    )
    assert "sports/a" not in around(PLACE, {"sports": named}, radius_m=300).index


def test_counts_include_the_inside_and_the_very_distance():
    counts = count_by_distance(found(), ["sports", "social"])
    assert counts.loc["sports"].to_dict() == {"dans": 2, "a_300_m": 3, "a_500_m": 4, "a_1000_m": 5}
    assert counts.loc["social"].tolist() == [0, 0, 0, 0]
    assert all(kind == np.int64 for kind in counts.dtypes)


@pytest.mark.parametrize("layers", [{}, {"sports": FACILITIES.iloc[:0]}])
def test_nothing_around(layers):
    objects = around(PLACE, layers, radius_m=1000)
    assert objects.empty
    assert {"couche", "objet", "distance_m", "geometry"}.issubset(objects.columns)
    assert count_by_distance(objects, ["sports"]).loc["sports"].tolist() == [0, 0, 0, 0]


def test_two_places_or_degrees_are_refused():
    with pytest.raises(ArgumentError, match="un lieu et un seul"):
        around(zones(square(0, 0, 1), square(5, 5, 1)), {"sports": FACILITIES}, radius_m=10)
    with pytest.raises(CrsError):
        around(PLACE, {"sports": FACILITIES.to_crs(4326)}, radius_m=10)
    with pytest.raises(ArgumentError, match="rayon"):
        found(radius_m=-1)


def test_median_and_rank_leave_missing_values_out_and_share_the_best_rank():
    figures = pd.DataFrame(
        {"a": [10.0, 30.0, 30.0, np.nan, 50.0], "b": [np.nan, 1.0, 2.0, 3.0, 4.0], "c": [np.nan] * 5},
        index=list("vwxyz"),
    )
    table = standing(figures, "w")
    # a: 50, then the two 30 share rank 2; the median of 10, 30, 30, 50 is 30. b: 4, 3, 2, 1.
    assert table.loc["a"].tolist() == [30.0, 2.0, 4]
    assert table.loc["b"].tolist() == [2.5, 4.0, 4]
    assert table.loc["c", "classes"] == 0
    assert np.isnan(table.loc["c", ["mediane", "rang"]].to_numpy(float)).all()
    assert standing(figures, "v").loc["a", "rang"] == 4.0
    assert np.isnan(standing(figures, "y").loc["a", "rang"])


def test_unknown_place_has_no_standing():
    with pytest.raises(ArgumentError, match="lieu inconnu : q"):
        standing(pd.DataFrame({"a": [1.0]}, index=["v"]), "q")
