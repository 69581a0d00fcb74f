"""Geometries made to harm: nested without end, of absurd coordinates, dear to repair."""

import json
import struct

POINT = "POINT (5.4 43.3)"
SOUND = b"nom;lon;lat\na;5.3795;43.3125\nb;5.0480;43.4060\n"
#: How a collection may begin in WKB: its kind alone, with the marks of PostGIS, of other dimensions, of curves.
_WKB_KINDS = (7, 7, 7, 1007, 2007, 3007, 7 | 0x80000000, 7 | 0x40000000, 6, 4, 9, 10, 12)
_WKT_STARTS = (
    "GEOMETRYCOLLECTION (", "GEOMETRYCOLLECTION(", "GeometryCollection Z (", "geometrycollection (POINT (5 43), ",
    "GEOMETRYCOLLECTION ((", "MULTIPOLYGON (",
)  # fmt: skip


def depth(rng):
    """Draw a depth: as often some ten as some hundred thousand."""
    return int(10 ** rng.uniform(0, 5))


def nested_wkt(rng):
    deep, start = depth(rng), rng.choice(_WKT_STARTS)
    end = rng.choice([POINT, "POINT EMPTY", "POLYGON ((0 0, 1 1, 1 0, 0 0))", ""])
    return start * deep + end + ")" * rng.choice([start.count("(") * deep, deep // 2, 0])


def nested_wkb(rng):
    heads = [_wkb_head(rng.choice(_WKB_KINDS), rng.choice("<>")) for _ in range(rng.choice([1, 1, 3]))]
    return b"".join(heads) * (depth(rng) // len(heads) + 1) + struct.pack("<BIdd", 1, 1, 5.4, 43.3)


def _wkb_head(kind, order):
    return struct.pack(f"{order}BII", order == "<", kind, 1)


def nested_json(rng):
    deep = depth(rng)
    kind = rng.choice(["GeometryCollection", "Polygon", "MultiPolygon", "Point"])
    if kind == "GeometryCollection":
        start, end = '{"type":"GeometryCollection","geometries":[', "]}"
        return start * deep + '{"type":"Point","coordinates":[5.4,43.3]}' + end * deep
    return f'{{"type":"{kind}","coordinates":{"[" * deep}5.4,43.3{"]" * deep}}}'


def feature(geometry, properties='{"nom":"a"}'):
    return f'{{"type":"Feature","properties":{properties},"geometry":{geometry}}}'


def collection(*features):
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'.encode()


def nested_property(rng):
    deep = depth(rng)
    start, end = rng.choice([("[", "]"), ('{"a":', "}")])
    return json.dumps({"b": 0})[:-1] + f',"c":{start * deep}1{end * deep}}}'


def many_points(rng):
    place = rng.choice(
        ["[5.4,43.3]", "[5.4,43.3,1.5]", "[[5.4,43.3],[5.41,43.3]]", "[[[5,43],[5,44],[6,43],[5,43]]]"]
    )
    kind = {0: "MultiPoint", 1: "MultiLineString", 2: "MultiPolygon"}[len(place) - len(place.lstrip("[")) - 1]
    parts = ",".join([place] * int(10 ** rng.uniform(2, 5.3)))
    return f'{{"type":"{kind}","coordinates":[{parts}]}}'
