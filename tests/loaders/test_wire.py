"""What passes from a process apart to the server comes back as it went, and whatever else it is, is refused."""

import json
import random
import struct

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from loaders.apart import wire
from loaders.quality import Fault, Report

LENGTH = struct.Struct("<Q")
CASES, SOAK_CASES = 150, 50_000
#: What a number, a name or a whole part of an answer becomes.
ODD = [
    0, 1, -1, 2**31, 2**63, 10**12, wire.MAX_CELLS, None, "", "x", [], {}, 1e308, True, "int64", "object", "str", "large_string",
    "list", "timestamp[ns]", "null", "geometry", "shapes", "EPSG:2154", "rows", "Fault", "frame",
]  # fmt: skip


def frame():
    shapes = shapely.from_wkt(
        [
            "POINT (1 2)", "POINT Z (1 2 3)", None, "POINT EMPTY", "POLYGON ((0 0, 4 0, 4 4, 0 0), (1 0.5, 2 0.5, 2 1, 1 0.5))",
            "MULTIPOLYGON EMPTY", "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))", "LINESTRING (0 0, 1 1)",
            "MULTIPOINT (0 0, 1 1)",
        ]
    )  # fmt: skip
    made = gpd.GeoDataFrame(
        {
            "texte": list("abcdéfghi"),
            "entier": pd.array([1, None, 2**60 + 1, *range(6)], dtype="Int64"),
            "jour": pd.to_datetime(["2026-01-15"] * 8 + [None]),
            "nombre": [np.nan, *range(8)],
            "objet": pd.Series(["a", None] * 4 + ["b"], dtype=object),
            "vrai": [True] * 8 + [False],
        },
        geometry=gpd.GeoSeries(shapes, crs=2154),
    )
    return made.set_axis(pd.Index(range(3, 12), name="ligne"))


def value():
    report = Report("couche", 9, pd.Series(["x"], index=[3]), faults=[Fault(3, "x", "faute", "v", "écartée")])
    return frame(), report, {"a": (1, None, frozenset({"é"}))}, frame().head(2), frame().geometry, b"abc"


def test_frames_and_records_come_back_as_they_went():
    went, report, said, short, places, blob = value()
    back, again, *others = wire.load(wire.dump((went, report, said, short, places, blob)), (Report, Fault))
    assert type(back) is gpd.GeoDataFrame
    pd.testing.assert_frame_equal(pd.DataFrame(back), pd.DataFrame(went))
    assert back.crs == "EPSG:2154"
    assert (shapely.to_wkb(back.geometry.array) == shapely.to_wkb(went.geometry.array)).all()
    assert again.faults == report.faults
    pd.testing.assert_series_equal(again.ids, report.ids)
    assert others[0] == said
    pd.testing.assert_frame_equal(pd.DataFrame(others[1]), pd.DataFrame(short))
    assert type(others[2]) is gpd.GeoSeries
    assert others[2].crs == "EPSG:2154"
    assert others[3] == blob


def test_a_part_of_a_frame_does_not_bring_the_whole():
    whole = pd.DataFrame({"texte": [f"ligne {rank}" for rank in range(50_000)]})
    assert len(wire.dump(whole.head(20))) < 2_000


@pytest.mark.parametrize("damage", [b"", b"\x00" * 40, b"\xff" * 40])
def test_what_is_no_value_is_refused(damage):
    with pytest.raises(ValueError, match=r"."):
        wire.load(damage, ())


def test_a_record_that_was_not_named_is_refused():
    with pytest.raises(ValueError, match="not a value"):
        wire.load(wire.dump(Fault(1, "", "", "", "")), (Report,))


@pytest.mark.parametrize(
    ("wkt", "words"),
    [
        ("MULTIPOLYGON (EMPTY, ((0 0, 1 0, 1 1, 0 0)))", "empty part"),
        ("POLYGON ((0 0, 9 0, 9 9, 0 0), EMPTY)", "too few vertices"),
    ],
)
def test_geometries_that_end_the_process_that_makes_them_are_refused(wkt, words):
    with pytest.raises(ValueError, match=words):
        wire.load(wire.dump(gpd.GeoSeries.from_wkt([wkt], crs=2154)), ())


def test_offsets_that_point_outside_are_refused():
    """Shapely trusts them: a reading that a file has taken over could have the server read elsewhere."""
    content = wire.dump(gpd.GeoSeries([shapely.box(0, 0, 1, 1)], crs=2154))
    # The five points of the outline are told as the end of its ring.
    told = np.array([0, 5], dtype="<i8").tobytes()
    assert content.count(told) == 1
    with pytest.raises(ValueError, match="offsets"):
        wire.load(content.replace(told, np.array([0, 5_000_000], dtype="<i8").tobytes()), ())


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (["frame", {"columns": [], "index": [None, "object", ["null", 10**12, [None], None]], "active": None}], "too many cells"),
        (["tuple", [["bytes", 0], ["bytes", 0]]], "serves twice"),
        (wire.MAX_HEAD_BYTES * " ", "plain values"),
    ],
)  # fmt: skip
def test_what_claims_more_than_it_gives_is_refused(head, words):
    with pytest.raises(ValueError, match=words):
        wire.load(joined([json.dumps(head).encode(), b"x" * 1_000]), ())


def parts_of(content):
    (count,) = LENGTH.unpack_from(content)
    parts, start = [], LENGTH.size * (count + 1)
    for rank in range(count):
        (length,) = LENGTH.unpack_from(content, LENGTH.size * (rank + 1))
        parts.append(content[start : start + length])
        start += length + -length % LENGTH.size
    return parts


def joined(parts):
    padded = b"".join(part + bytes(-len(part) % LENGTH.size) for part in parts)
    return b"".join(LENGTH.pack(length) for length in (len(parts), *map(len, parts))) + padded


def places(told, path=()):
    yield path
    steps = enumerate(told) if isinstance(told, list) else told.items() if isinstance(told, dict) else ()
    for step, inner in steps:
        yield from places(inner, (*path, step))


def at(told, path):
    for step in path:
        told = told[step]
    return told


def mutated(content, rng):
    """Change an answer in a place or a few: its bytes, the length of a part, what it says of them."""
    parts = parts_of(content)
    for _ in range(rng.choice([1, 1, 2, 5])):
        rank, way = rng.randrange(1, len(parts)), rng.choice(["bytes", "length", "told", "told", "told"])
        if way == "bytes" and parts[rank]:
            data = bytearray(parts[rank])
            for _ in range(rng.choice([1, 1, 8])):
                data[rng.randrange(len(data))] = rng.choice([0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)])
            parts[rank] = bytes(data)
        elif way == "length":
            parts[rank] = parts[rank][: rng.randrange(len(parts[rank]) + 1)] * rng.choice([1, 1, 30])
        else:
            told = json.loads(parts[0])
            known = list(places(told))
            *path, last = rng.choice(known[1:])
            at(told, path)[last] = json.loads(json.dumps(rng.choice([*ODD, at(told, rng.choice(known[1:]))])))
            parts[0] = json.dumps(told).encode()
    return joined(parts)


def check(cases):
    content, seen = wire.dump(value()), set()
    for seed in cases:
        try:
            wire.load(mutated(content, random.Random(seed)), (Report, Fault))
            seen.add("value")
        except ValueError:
            seen.add("refused")
    assert seen == {"value", "refused"}


@pytest.mark.filterwarnings("ignore")
def test_an_answer_changed_anywhere_is_a_value_or_is_refused():
    check(range(CASES))


@pytest.mark.soak
@pytest.mark.filterwarnings("ignore")
def test_an_answer_changed_anywhere_in_any_way():
    check(range(CASES, SOAK_CASES))
