"""The drawn map: places worked out by hand on squares, what is seen and counted, names that cannot become markup."""

import re
import xml.etree.ElementTree as ET

import geopandas as gpd
import pytest
from shapely.geometry import LineString, Point, box

from errors import ArgumentError, CrsError
from exports.vector_map import Drawn, Ring, draw
from maps.spec import Classe

X, Y = 893_000.0, 6_247_000.0
SVG = "{http://www.w3.org/2000/svg}"
#: 2,500 m and 4 % on each side are 2,700 m: on 270 points, 10 m each.
BOUNDS = (X, Y, X + 2_500, Y + 2_500)
SIZE = (270.0, 270.0)


def frame(shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=2154, index=[f"o{at}" for at in range(len(shapes))])


def stations(places, virtual=None):
    virtual = [False] * len(places) if virtual is None else virtual
    return Drawn("stations", frame([Point(*place) for place in places], is_virtual_station=virtual))


def towns(shapes, names, *, labels=True):
    return Drawn(
        "communes", frame(shapes, nom=names, statut_affiche=["avec QPV"] * len(names)), labels=labels
    )


def quarters(shapes, names=None, **options):
    return Drawn("qpv", frame(shapes, lib_qp=names or ["Q"] * len(shapes)), **options)


def made(*drawn, bounds=BOUNDS, size=SIZE, **options):
    return draw(drawn, bounds=bounds, size_pt=size, **options)


def nodes(drawn, name):
    return ET.fromstring(drawn.svg).iter(f"{SVG}{name}")  # noqa: S314


def paths(drawn):
    return [node.attrib for node in nodes(drawn, "path")]


def labels(drawn):
    """The names on the map: what is written with a white edge."""
    texts = nodes(drawn, "text")
    return {node.text: node.attrib for node in texts if "paint-order" in node.attrib}


def numbers(data):
    return [float(value) for value in re.findall(r"-?\d+\.?\d*", data)]


def test_a_square_lies_where_the_hand_puts_it():
    # 250 m east and 500 m north of the corner, which is 100 m, 10 points, off both edges; y goes down.
    drawn = made(quarters([box(X + 250, Y + 500, X + 750, Y + 1_500)]))
    (square,) = [path for path in paths(drawn) if path.get("fill") == "#B34700"]
    corners = numbers(square["d"])
    assert {(x, y) for x, y in zip(corners[::2], corners[1::2], strict=True)} == {
        (35.0, 210.0),
        (85.0, 210.0),
        (85.0, 110.0),
        (35.0, 110.0),
    }


def test_a_symbol_stands_on_its_point():
    drawn = made(stations([(X, Y)]))
    (circle,) = [path for path in paths(drawn) if "a2.70" in path["d"]]
    assert numbers(circle["d"])[:2] == [10.0 - 2.7, 260.0]


def test_the_shape_of_the_page_is_filled_without_bending_the_map():
    # Twice as wide as high: the height decides, 2,700 m on 135 points, 20 m each.
    drawn = made(stations([(X + 1_250, Y + 1_250)]), size=(270.0, 135.0))
    (circle,) = [path for path in paths(drawn) if "a2.70" in path["d"]]
    assert numbers(circle["d"])[:2] == [135.0 - 2.7, 67.5]
    assert drawn.scale_text == "1\u202fkm"


def test_the_bar_has_a_round_length():
    # A quarter of the width is 675 m: 500 m, 50 points.
    drawn = made(stations([(X, Y)]))
    assert drawn.scale_text == "500\u202fm"
    (bar,) = [path for path in paths(drawn) if re.fullmatch(r"M8 \d+V\d+H[\d.]+V\d+", path["d"])]
    assert float(re.search(r"H([\d.]+)", bar["d"])[1]) == 58.0


def test_a_small_place_is_shown_with_its_surroundings():
    # At least 1,200 m wide: with 4 % on each side, 1,296 m on 270 points.
    drawn = made(stations([(X, Y)]), bounds=(X, Y, X, Y))
    assert drawn.scale_text == "200\u202fm"


def test_the_legend_counts_what_is_seen():
    off = (X - 5_000, Y)
    drawn = made(stations([(X, Y), (X + 10, Y), off, (X + 50, Y)], [False, False, False, True]))
    assert [entry.text for entry in drawn.legend] == ["Stations levélo (2)", "Stations levélo virtuelles (1)"]


def test_what_is_not_seen_has_no_line_in_the_legend():
    drawn = made(stations([(X - 9_000, Y)]), quarters([box(X - 9_000, Y, X - 8_900, Y + 100)]), towns([], []))
    assert drawn.legend == ()


def test_a_virtual_station_is_hollow():
    drawn = made(stations([(X, Y), (X + 100, Y)], [False, True]))
    fills = [node.attrib["fill"] for node in nodes(drawn, "g")]
    assert fills == ["#00795C", "#FFFFFF"]


def test_layers_are_painted_in_the_order_of_the_registry():
    drawn = made(
        stations([(X, Y)]),
        quarters([box(X, Y, X + 900, Y + 900)]),
        towns([box(X, Y, X + 2_000, Y + 2_000)], ["A"]),
    )
    assert [entry.text for entry in drawn.legend] == ["Communes avec QPV", "QPV 2024", "Stations levélo (1)"]


def test_lines_keep_the_dashes_of_the_registry():
    rails = frame(
        [LineString([(X, Y), (X + 500, Y)])] * 2, route_short_name=["M1", "T1"], mode=["metro", "tram"]
    )
    drawn = made(Drawn("lignes", rails))
    strokes = [path for path in paths(drawn) if path.get("stroke") == "#00609C"]
    assert [path.get("stroke-dasharray") for path in strokes] == [None, "4.5 2"]


def test_classes_are_shaded_and_hatched():
    classes = (Classe("Touchés", "#B34700"), Classe("Autres", "#6A7482", motif="hachures"))
    shapes = [box(X, Y, X + 300, Y + 300), box(X + 500, Y, X + 800, Y + 300)]
    drawn = made(quarters(shapes, classes=classes, classed={"o0": 0, "o1": 1}))
    assert [entry.text for entry in drawn.legend] == ["Touchés", "Autres"]
    assert drawn.svg.count("<pattern") == 1
    assert [path["fill"] for path in paths(drawn) if path.get("fill-rule")] == ["#B34700", "url(#h6A7482)"]


def test_a_hole_stays_a_hole():
    pierced = box(X, Y, X + 900, Y + 900) - box(X + 300, Y + 300, X + 600, Y + 600)
    (path,) = [path for path in paths(made(quarters([pierced]))) if path.get("fill") == "#B34700"]
    assert path["d"].count("M") == 2
    assert path["fill-rule"] == "evenodd"


def test_distances_are_drawn_and_named():
    ring = gpd.GeoSeries([Point(X + 1_000, Y + 1_000).buffer(300)], crs=2154)
    wide = gpd.GeoSeries([Point(X + 1_000, Y + 1_000).buffer(1_000)], crs=2154)
    drawn = made(stations([(X, Y)]), rings=[Ring(ring, 300), Ring(wide, 1_000)])
    assert drawn.legend[-1].text == "Distances au contour : 300\u202fm, 1\u202fkm"


def test_what_is_chosen_is_set_off_over_the_layers():
    square = gpd.GeoSeries([box(X, Y, X + 500, Y + 500)], crs=2154)
    drawn = made(quarters([box(X, Y, X + 500, Y + 500)]), chosen=square)
    thick = [path for path in paths(drawn) if path.get("stroke-width") == "1.3"]
    assert [path["fill"] for path in thick] == ["none"]


def test_a_name_cannot_become_markup():
    name = '</text><script>alert("&")</script>'
    drawn = made(towns([box(X, Y, X + 2_500, Y + 2_500)], [name]))
    assert list(labels(drawn)) == [name]
    assert "<script" not in drawn.svg


def test_names_neither_cross_nor_leave_the_map():
    half = [box(X, Y, X + 2_400, Y + 1_200), box(X, Y + 20, X + 2_400, Y + 1_220)]
    edge = [box(X - 4_000, Y + 2_000, X + 100, Y + 2_400)]
    drawn = made(towns(half + edge, ["Dessous", "Dessus", "Sur le bord"]))
    assert len({"Dessous", "Dessus"} & set(labels(drawn))) == 1
    # The middle of what is seen is 5 points from the edge; half the name takes 0.26 x 6.5 x 11 signs.
    assert float(labels(drawn)["Sur le bord"]["x"]) >= 0.26 * 6.5 * 11


def test_names_are_written_only_where_asked():
    assert not labels(made(towns([box(X, Y, X + 2_500, Y + 2_500)], ["A"], labels=False)))


@pytest.mark.parametrize("bounds", [(X + 1, Y, X, Y), (X, Y + 1, X, Y), (float("nan"), Y, X, Y)])
def test_bounds_that_are_no_box_are_refused(bounds):
    with pytest.raises(ArgumentError, match="Emprise de carte inutilisable"):
        made(stations([(X, Y)]), bounds=bounds)


def test_degrees_are_refused():
    degrees = gpd.GeoDataFrame({"is_virtual_station": [False]}, geometry=[Point(5.4, 43.3)], crs=4326)
    with pytest.raises(CrsError, match="stations"):
        made(Drawn("stations", degrees))
