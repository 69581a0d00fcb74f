"""Places where a station could stand, on lines and around stations laid by hand."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from errors import ArgumentError, CrsError
from geo.candidates import (
    BROWNFIELD,
    IMPORTED,
    LINE,
    RAILWAY,
    along_lines,
    around_stations,
    gather,
    imported,
    near_qpv,
)
from tests.geo.helpers import X, Y, line, points, square, zones


def lines(*courses, index=None, names=None):
    index = index or [f"L{rank}" for rank in range(1, len(courses) + 1)]
    names = names or [f"M{rank}" for rank in range(1, len(courses) + 1)]
    return gpd.GeoDataFrame({"route_short_name": names}, index=index, geometry=list(courses), crs=2154)


def places(frame):
    return [(round(x - X, 6), round(y - Y, 6)) for x, y in shapely.get_coordinates(frame.geometry.array)]


def test_along_a_line_with_both_ends():
    course = line((0, 0), (100, 0), (100, 20))
    along = along_lines(lines(course))
    assert places(along) == [(0, 0), (50, 0), (100, 0), (100, 20)]
    assert list(along.index) == [f"ligne:L1:1:{number}" for number in range(4)]
    assert along["kind"].tolist() == [LINE] * 4
    assert along["place"].tolist() == ["M1"] * 4
    assert along["source_id"].tolist() == ["L1"] * 4
    # A length that is a multiple of the step has its end once.
    assert places(along_lines(lines(line((0, 0), (100, 0))), step_m=25))[-2:] == [(75, 0), (100, 0)]


def test_both_directions_give_the_same_places():
    there, back = line((0, 0), (120, 0)), line((120, 0), (0, 0))
    both = along_lines(lines(there, back))
    assert places(both) == [(0, 0), (50, 0), (100, 0), (120, 0)] * 2
    merged = gather([both], territory=zones(square(-10, -10, 500)))
    assert len(merged) == 4
    assert merged["place"].tolist() == ["M1, M2"] * 4


def test_stretches_are_joined_and_the_rows_order_changes_nothing():
    pieces = shapely.MultiLineString(
        [line((60, 0), (130, 0)), line((0, 0), (60, 0)), line((0, 500), (20, 500))]
    )
    along = along_lines(lines(pieces, line((0, 900), (10, 900))))
    assert places(along) == [
        (0, 0), (50, 0), (100, 0), (130, 0), (0, 500), (20, 500), (0, 900), (10, 900),
    ]  # fmt: skip
    backwards = along_lines(lines(pieces, line((0, 900), (10, 900))).iloc[::-1])
    pd.testing.assert_frame_equal(backwards, along)


def test_around_a_station():
    around = around_stations(points((0, 0), index=["87"], name=["Arenc"]), distance_m=100, step_m=50)
    # The lattice of 5 x 5 without its corners and what lies beyond 100 m: 13 points, four of them exactly at 100 m.
    expected = {(50 * x, 50 * y) for x in range(-2, 3) for y in range(-2, 3) if np.hypot(x, y) <= 2}
    assert len(expected) == 13
    assert set(places(around)) == expected
    assert around["kind"].unique().tolist() == [RAILWAY]
    assert around.loc["gare:87:0:0", "place"] == "Arenc"
    assert places(around.loc[["gare:87:-2:0"]]) == [(-100, 0)]
    assert places(around_stations(points((3, 4), name=["A"]), distance_m=0)) == [(3, 4)]


def test_sites_near_a_qpv():
    sites = points((150, 50), (50, 50), (201, 50), index=["b", "a", "c"], nom=["Docks", None, "Loin"])
    near = near_qpv(sites, zones(square(0, 0, 100)), distance_m=50, kind=BROWNFIELD, names=sites["nom"])
    assert list(near.index) == ["friche:a", "friche:b"]  # 50 m is within
    assert near["source_id"].tolist() == ["a", "b"]
    assert near["place"].isna().tolist() == [True, False]
    nowhere = near_qpv(sites, zones(), distance_m=50, kind=BROWNFIELD, names=sites["nom"])
    assert nowhere.empty


def test_a_list_of_the_user():
    own = points((0, 0), (9, 9), index=["2", "1"], nom=["Gymnase", "Mairie"])
    taken = imported(own, names=own["nom"])
    assert list(taken.index) == ["liste importée:1", "liste importée:2"]
    assert taken["kind"].unique().tolist() == [IMPORTED]
    assert taken["place"].tolist() == ["Mairie", "Gymnase"]


def test_each_place_once_the_first_source_before_the_next():
    first = imported(points((0, 0), (500, 0), index=["a", "b"]), names=pd.Series({"a": "A", "b": None}))
    second = along_lines(lines(line((0.5, 0), (500.9, 0))), step_m=1000)
    both = gather([first, second], territory=zones(square(-10, -10, 600)))
    assert list(both.index) == ["liste importée:a", "liste importée:b"]
    assert both["place"].tolist() == ["A, M1", "M1"]
    assert both.attrs == {"outside": 0, "merged": 2}
    assert len(gather([first, second], territory=zones(square(-10, -10, 600)), merge_m=0)) == 4
    other = gather([second, first], territory=zones(square(-10, -10, 600)))
    assert other["kind"].tolist() == [LINE, LINE]


def test_a_chain_of_neighbours_is_not_one_place():
    # 0.8 m from one to the next: the third is 1.6 m from the first.
    chain = points((0, 0), (0.8, 0), (1.6, 0), index=["a", "b", "c"])
    taken = gather([imported(chain, names=chain.index.to_series())], territory=zones(square(-9, -9, 20)))
    assert taken["place"].tolist() == ["a, b", "c"]


def test_only_where_the_network_applies():
    every = along_lines(lines(line((0, 0), (500, 0))), step_m=100)
    # The border counts as inside.
    inside = gather([every], territory=zones(square(0, -50, 200), index=["13055"]))
    assert places(inside) == [(0, 0), (100, 0), (200, 0)]
    assert inside.attrs == {"outside": 3, "merged": 0}
    assert gather([every], territory=zones()).empty
    assert gather([], territory=zones(square(0, 0, 9))).empty
    assert list(gather([], territory=zones()).columns) == ["kind", "place", "source_id", "geometry"]


ONE = lines(line((0, 0), (100, 0)))
GARE = points((0, 0), name=["Arenc"])


@pytest.mark.parametrize(
    ("ask", "error", "said"),
    [
        (lambda: along_lines(ONE, step_m=0), ArgumentError, "le pas"),
        (lambda: along_lines(ONE, step_m=np.inf), ArgumentError, "le pas"),
        (lambda: along_lines(ONE, step_m=1e-6), ArgumentError, "trop de candidats"),
        (lambda: along_lines(ONE.drop(columns="route_short_name")), ArgumentError, "route_short_name"),
        (lambda: along_lines(pd.concat([ONE, ONE])), ArgumentError, "en double.*L1"),
        (lambda: along_lines(points((0, 0), route_short_name=["M1"])), ArgumentError, "pas des lignes"),
        (lambda: along_lines(ONE.to_crs(4326)), CrsError, "EPSG:4326"),
        (lambda: around_stations(GARE, distance_m=-1), ArgumentError, "la distance"),
        (lambda: around_stations(GARE, distance_m=100, step_m=-1), ArgumentError, "le pas"),
        (lambda: around_stations(GARE, distance_m=1e6), ArgumentError, "trop de candidats"),
        (lambda: around_stations(GARE.drop(columns="name"), distance_m=1), ArgumentError, "name"),
        (
            lambda: near_qpv(GARE, zones(), distance_m=np.nan, kind=BROWNFIELD, names=GARE["name"]),
            ArgumentError,
            "la distance",
        ),
        (lambda: imported(zones(square(0, 0, 9)), names=pd.Series()), ArgumentError, "pas des points"),
        (lambda: gather([along_lines(ONE)] * 2, territory=zones()), ArgumentError, "en double"),
        (lambda: gather([], territory=zones(), merge_m=-1), ArgumentError, "la distance"),
    ],
)
def test_what_cannot_be_asked(ask, error, said):
    with pytest.raises(error, match=said):
        ask()
