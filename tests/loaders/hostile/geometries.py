"""Geometries and GeoJSON made to harm: nested without end, of absurd coordinates, dear to repair."""

import json
import math
import struct

from tests.loaders.hostile.archives import systems
from tests.loaders.hostile.texts import many, run

POINT = '{"type":"Point","coordinates":[5.4,43.3]}'
#: How a collection may begin in WKB: its kind alone, with the marks of PostGIS, of other dimensions, of curves.
_WKB_KINDS = (7, 7, 7, 1007, 2007, 3007, 7 | 0x80000000, 7 | 0x40000000, 6, 4, 9, 10, 12)
_WKT_STARTS = (
    "GEOMETRYCOLLECTION (", "GEOMETRYCOLLECTION(", "GeometryCollection Z (", "geometrycollection (POINT (5 43), ",
    "GEOMETRYCOLLECTION ((", "MULTIPOLYGON (", "GEOMETRYCOLLECTION M (", "COMPOUNDCURVE (", "MULTISURFACE (CURVEPOLYGON (",
)  # fmt: skip
#: Parts and holes that hold nothing, on which libraries end.
_BLANK = (
    "MULTIPOLYGON (EMPTY, {})", "MULTIPOLYGON ({}, EMPTY)", "MULTIPOLYGON (EMPTY)", "POLYGON ({}, EMPTY)", "POLYGON (EMPTY, {})",
    "MULTIPOINT (EMPTY, (5.4 43.3))", "MULTILINESTRING (EMPTY, (5.4 43.3, 5.5 43.3))", "GEOMETRYCOLLECTION (MULTIPOLYGON (EMPTY, {}), POINT EMPTY)",
    "POLYGON ((5.4 43.3, 5.4 43.3, 5.4 43.3, 5.4 43.3))", "LINESTRING (5.4 43.3, 5.4 43.3)", "LINESTRING (5.4 43.3)", "POLYGON ((5.4 43.3, 5.5 43.3, 5.4 43.3))",
    "GEOMETRYCOLLECTION (GEOMETRYCOLLECTION (EMPTY), LINESTRING EMPTY)", "MULTIPOLYGON (((5.3 43.3, 5.4 43.3, 5.4 43.4, 5.3 43.3), EMPTY), EMPTY)",
    "POINT (nan nan)", "POINT (1e999 43)", "POINT ZM (5.4 43.3 nan inf)", "TRIANGLE ((5.3 43.3, 5.4 43.3, 5.4 43.4, 5.3 43.3))", "TIN EMPTY",
)  # fmt: skip
_RING = "((5.3 43.3, 5.4 43.3, 5.4 43.4, 5.3 43.3))"


def nested_wkt(rng):
    deep, start = many(rng), rng.choice(_WKT_STARTS)
    end = rng.choice(["POINT (5.4 43.3)", "POINT EMPTY", "POLYGON ((0 0, 1 1, 1 0, 0 0))", ""])
    return start * deep + end + ")" * rng.choice([start.count("(") * deep, deep // 2, 0])


def nested_wkb(rng):
    heads = []
    for _ in range(rng.choice([1, 1, 3])):
        order = rng.choice("<>")
        heads.append(struct.pack(f"{order}BII", order == "<", rng.choice(_WKB_KINDS), 1))
    return b"".join(heads) * (many(rng) // len(heads) + 1) + struct.pack("<BIdd", 1, 1, 5.4, 43.3)


def lying_wkb(rng):
    """Write a geometry that claims more parts or vertices than it holds."""
    count, kind = (
        rng.choice([0, 1, 2**31 - 1, 2**32 - 1, 10**6]),
        rng.choice([*range(18), 1001, 2003, 3006, 0x20000003, 0xFFFFFFFF]),
    )
    body = (
        struct.pack("<BIdd", 1, 1, 5.4, 43.3) * many(rng, 3)
        if rng.random() < 0.7
        else rng.randbytes(many(rng, 3))
    )
    return struct.pack("<BII", 1, kind, count) + body


def blank_parts(rng):
    return rng.choice(_BLANK).format(_RING)


def nested_json(rng):
    deep = many(rng)
    kind = rng.choice(["GeometryCollection", "Polygon", "MultiPolygon", "Point"])
    if kind == "GeometryCollection":
        return '{"type":"GeometryCollection","geometries":[' * deep + POINT + "]}" * deep
    return f'{{"type":"{kind}","coordinates":{"[" * deep}5.4,43.3{"]" * deep}}}'


def feature(geometry=POINT, properties='{"nom":"a"}'):
    return f'{{"type":"Feature","properties":{properties},"geometry":{geometry}}}'


def collection(*features, more=""):
    return f'{{"type":"FeatureCollection",{more}"features":[{",".join(features)}]}}'.encode()


def one(geometry=POINT, properties='{"nom":"a"}'):
    return collection(feature(geometry, properties))


def nested_property(rng):
    deep = many(rng)
    start, end = rng.choice([("[", "]"), ('{"a":', "}"), ('[["x"],', "]")])
    return f'{{"b":0,"c":{start * deep}1{end * deep}}}'


def large_property(rng):
    size = many(rng, 5.5)
    value = rng.choice([
        json.dumps(["x"] * size), json.dumps("x" * size * 3), json.dumps({str(rank): rank for rank in range(size // 5)}), "9" * size,
        json.dumps(run(rng)), '"\\u0000' + "\\u0000" * size + '"', '"\\ud800"', '"\\ud83e\\udd8a' * 1 + '"', json.dumps([[0] * 9] * (size // 9)),
    ])  # fmt: skip
    return f'{{"nom":{value}}}'


def odd_json(rng):
    """Write what looks like a FeatureCollection: keys twice, other types, counts and links that lie, brackets alone."""
    size = many(rng, 5.3)
    more = rng.choice([
        f'"crs":{{"type":"name","properties":{{"name":{json.dumps(systems(rng))}}}}},', f'"crs":{nested_property(rng)},', '"crs":{"properties":[]},',
        f'"numberMatched":{"9" * (size % 4_000 + 1)},', f'"links":[{",".join(["{}"] * (size // 3 + 1))}],', '"features":1,', '"type":[],' * 9, '"next":"x",',
        f'"name":{json.dumps("x" * size)},', '"properties":{"count":1e999},', "\ufeff", "/* */", '"links":{"next":' + "[" * 500 + "]" * 500 + "},",
    ])  # fmt: skip
    features = rng.choice([
        [feature()] * (size // 20 + 1), ["null"] * (size // 9 + 1), ["[]"] * 9, [feature("null", "null")] * 9, [feature(POINT, "[1]")] * 2,
        [feature(POINT, "{" + ",".join(f'"c{rank}":1' for rank in range(size // 9 + 1)) + "}")], [feature(POINT, '{"a":1,"a":2,"A":3," a":4}')],
        [feature(POINT, f'{{"c{rank}":1}}') for rank in range(size // 40 + 1)], [feature(POINT, f"{{{json.dumps(run(rng))}:1}}")],
        [feature(f'{{"type":{rng.choice(["1", "null", "[]"])},"coordinates":1}}')], [feature('{"type":"Point","coordinates":["5.4","43.3"]}')],
        [feature('{"type":"Point","coordinates":[{},[]]}')], [feature('{"type":"Polygon","coordinates":[[[5,43],[5,44]],[],[[]]]}')], ["[" * size],
    ])  # fmt: skip
    whole = collection(*features, more=more)
    return rng.choice(
        [
            whole,
            whole,
            whole[:-2],
            whole.replace(b"},{", b"}\n{"),
            b"[" * size,
            b'{"a":' * size,
            b"[" + b"[]," * size + b"[]]",
        ]
    )


def by_lines(rng):
    line = rng.choice([feature(), feature("null"), "{}", feature() + ",", "[" * 900 + "]" * 900, ""])
    return ("\x1e" * rng.choice([0, 1]) + (feature() + "\n") * 2 + (line + "\n") * many(rng, 3.7)).encode()


def many_points(rng):
    place = rng.choice(
        ["[5.4,43.3]", "[5.4,43.3,1.5]", "[[5.4,43.3],[5.41,43.3]]", "[[[5,43],[5,44],[6,43],[5,43]]]"]
    )
    kind = {1: "MultiPoint", 2: "MultiLineString", 3: "MultiPolygon"}[len(place) - len(place.lstrip("["))]
    return f'{{"type":"{kind}","coordinates":[{",".join([place] * many(rng, 5.2))}]}}'


def copies(rng):
    """Write a multiple point beside a long text, which each of its points would repeat."""
    text = json.dumps("x" * many(rng, 5.5))
    points = ",".join(f"[5.4,43.{rank}]" for rank in range(10, 10 + many(rng, 5)))
    return one(f'{{"type":"MultiPoint","coordinates":[{points}]}}', f'{{"nom":{text}}}')


def tangled(rng):
    """Draw an outline that crosses itself at nearly each of its sides."""
    sides, turns = many(rng, 3.3) + 4, rng.choice([2, 3, 7, 50])
    ring = [
        (5.4 + 0.05 * math.cos(turns * rank) * (rank % 7 + 1), 43.3 + 0.05 * math.sin(turns * rank))
        for rank in range(sides)
    ]
    if rng.random() < 0.5:  # a comb that goes and comes back
        ring = [(5.3 + 0.1 * (rank % 2), 43.3 + rank / sides / 10) for rank in range(sides)]
        ring += [(5.3 + rank / sides / 10, 43.3 + 0.1 * (rank % 2)) for rank in range(sides)]
    return one(json.dumps({"type": "Polygon", "coordinates": [[*ring, ring[0]]]}))


def holes(rng):
    """Draw a surface of as many holes as it has room for, on each other or not."""
    count, step = many(rng, 4.5), rng.choice([0, 1e-5, 1e-3])
    rings = [[(5, 43), (6, 43), (6, 44), (5, 44), (5, 43)]]
    for rank in range(count):
        x, y = 5.1 + step * (rank % 300), 43.1 + step * (rank // 300)
        rings.append([(x, y), (x + 1e-6, y), (x, y + 1e-6), (x, y)])
    return one(json.dumps({"type": "Polygon", "coordinates": rings}))


def absurd(rng):
    """Draw where no place is, or where two places are one."""
    far = rng.choice(["1e308", "-1e308", "5e-324", "179.9999", "-180", "1e15", "90", "1e-300", "0"])
    near = rng.choice(["43.3", "1e308", "-90", "90.0000001", "5e-324"])
    return collection(*[
        feature(shape) for shape in (
            f'{{"type":"Point","coordinates":[{far},{near}]}}', POINT,
            f'{{"type":"LineString","coordinates":[[{far},{near}],[5.4,43.3],[{near},{far}]]}}',
            f'{{"type":"Polygon","coordinates":[[[{far},43],[5.4,{near}],[5.5,43.3],[{far},43]]]}}',
            f'{{"type":"MultiPoint","coordinates":[[{far},{near}],[5.4,43.3],[5.4,43.3]]}}',
        )
    ])  # fmt: skip
