import geopandas as gpd
import pandas as pd
from shapely import Point, box

from maps.session_objects import points
from maps.spec import Cadrage, classed


def test_a_frame_holds_its_places_with_the_margin_on_each_side():
    places = gpd.GeoDataFrame(geometry=[box(0, 10, 100, 30), box(50, 0, 60, 5)], crs=2154)
    framed = Cadrage.around("ici", places, margin_m=7, impose=True)
    assert framed == Cadrage("ici", (-7.0, -7.0, 107.0, 37.0), souple=False, impose=True)


def test_a_class_begins_at_its_step_and_what_no_source_covers_is_in_the_last():
    figures = pd.Series({"a": 0.0, "b": 2.9, "c": 3.0, "d": 10.0, "e": None, "f": 10.0})
    covered = figures.index.to_series() != "f"
    assert classed(figures, (3, 6), covered=covered) == {"a": 0, "b": 0, "c": 1, "d": 2, "e": 0, "f": 3}
    assert classed(figures, (3, 6))["f"] == 2


def test_points_of_a_session_go_out_in_degrees_with_what_is_said_of_each():
    # 700 000, 6 600 000 is the origin of Lambert-93: 3° E, 46.5° N.
    places = gpd.GeoDataFrame(index=["un", "deux"], geometry=[Point(700000, 6600000)] * 2, crs=2154)
    made = points(places, {"nom": ["A", None], "prix": pd.Series([float("nan"), 2.0])}, note="hier")
    assert made.ids == ["un", "deux"]
    assert made.lon == [3.0, 3.0]
    assert made.lat == [46.5, 46.5]
    assert made.columns == {"nom": ["A", None], "prix": [None, 2.0]}
    same = points(places.copy(), {"nom": ["A", None], "prix": [None, 2.0]}, note="hier")
    assert same.version == made.version
    moved = places.set_geometry(gpd.GeoSeries([Point(700001, 6600000)] * 2, index=places.index, crs=2154))
    others = [
        points(moved, made.columns, note="hier"),
        points(places, {**made.columns, "nom": ["B", None]}, note="hier"),
        points(places, made.columns, note="aujourd'hui"),
    ]
    assert len({made.version, *(one.version for one in others)}) == 4
