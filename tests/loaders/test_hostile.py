"""Files made to harm: each ends in time, within the memory of its own process, and in words; the next file is read."""

import io
import json
import random
import sqlite3
import struct
import time
import zipfile
from functools import cache

import geopandas as gpd
import pytest
from shapely.geometry import Point

from errors import AtlasError
from loaders.apart import pool
from loaders.apart.sandbox import Limits
from loaders.brought.opened import Choice
from tests.loaders.test_premises_damaged import archive, inventory, sheet_of, workbook

SOUND = b"nom;lon;lat\na;5.3795;43.3125\nb;5.0480;43.4060\n"
#: Well above what the process needs to start, and below what a sound file of the largest size takes.
LIMITS = Limits(processor_s=10, clock_s=20.0)
DEEP = 30_000


def layer(name, content):
    return pool.run("couche", name, content, {"name": name, "choice": Choice()}, limits=LIMITS)


def premises(name, content):
    return pool.run("locaux", name, content, {"name": name, "ask": False, "answers": None}, limits=LIMITS)


def nested_wkt(deep):
    return "GEOMETRYCOLLECTION (" * deep + "POINT (5.4 43.3)" + ")" * deep


def nested_wkb(deep):
    head = struct.pack("<BII", 1, 7, 1)
    return (head * deep + struct.pack("<BIdd", 1, 1, 5.4, 43.3)).hex()


def in_table(cell):
    return f"nom;geom\na;{cell}\nb;POINT (5.4 43.3)\n".encode()


def in_workbook(cell):
    return workbook(["nom;geom", f"a;{cell[:30_000]}", "b;POINT (5.4 43.3)"])


def in_geojson(deep):
    start = '{"type":"GeometryCollection","geometries":[' * deep
    geometry = start + '{"type":"Point","coordinates":[5.4,43.3]}' + "]}" * deep
    feature = f'{{"type":"Feature","properties":{{"nom":"a"}},"geometry":{geometry}}}'
    return f'{{"type":"FeatureCollection","features":[{feature}]}}'.encode()


@cache
def package():
    stream = io.BytesIO()
    gpd.GeoDataFrame({"nom": ["a", "b"]}, geometry=[Point(5.4, 43.3), Point(5.05, 43.4)], crs=4326).to_file(
        stream, driver="GPKG", layer="lieux"
    )
    return stream.getvalue()


def altered(*statements, blob=None):
    base = sqlite3.connect(":memory:")
    base.deserialize(package())
    base.create_function("ST_IsEmpty", 1, lambda _value: 0)
    for name in ("MinX", "MaxX", "MinY", "MaxY"):
        base.create_function(f"ST_{name}", 1, lambda _value: 0.0)
    for statement in statements:
        base.execute(statement, () if "?" not in statement else (blob,))
    base.commit()
    content = base.serialize()
    base.close()
    return content


def endless_view():
    count = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000000) SELECT i AS fid, i AS nom, NULL AS geom FROM n"  # fmt: skip
    return altered(
        f"CREATE VIEW sansfin AS {count}",
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('sansfin', 'features', 'sansfin', 4326)",
        "INSERT INTO gpkg_geometry_columns VALUES ('sansfin', 'geom', 'POINT', 4326, 0, 0)",
    )


def only_an_endless_view():
    return altered(
        "ALTER TABLE lieux RENAME TO ailleurs",
        "CREATE VIEW lieux AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS fid, i AS nom, NULL AS geom FROM n",
    )


def nested_in_package(deep):
    head = b"GP\x00\x01" + struct.pack("<i", 4326)
    return altered("UPDATE lieux SET geom = ? WHERE nom = 'a'", blob=head + bytes.fromhex(nested_wkb(deep)))


def many_points():
    place = "[5.4,43.3],"
    points = place * 200_000
    feature = f'{{"type":"Feature","properties":{{}},"geometry":{{"type":"MultiPoint","coordinates":[{points[:-1]}]}}}}'
    return f'{{"type":"FeatureCollection","features":[{feature}]}}'.encode()


def shared_string():
    """Write a workbook of a few kilobytes whose every cell is one long shared string."""
    with zipfile.ZipFile(io.BytesIO(workbook(inventory(1)))) as file:
        members = {name: file.read(name).decode() for name in file.namelist()}
    rows = "".join(
        f'<row r="{r}">' + "".join('<c t="s"><v>0</v></c>' for _ in range(100)) + "</row>"
        for r in range(2, 500)
    )
    sheet = "xl/worksheets/sheet1.xml"
    members[sheet] = members[sheet].replace("</sheetData>", rows + "</sheetData>")
    members["xl/sharedStrings.xml"] = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>'
        + "x" * 32_000
        + "</t></si></sst>"
    )
    members["xl/_rels/workbook.xml.rels"] = members["xl/_rels/workbook.xml.rels"].replace(
        "</Relationships>",
        '<Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" '
        'Target="sharedStrings.xml"/></Relationships>',
    )
    return archive(members)


def many_members():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        for rank in range(20_000):
            file.writestr(f"{rank}.txt", b"")
    return stream.getvalue()


def one_property():
    point = {"type": "Point", "coordinates": [5.4, 43.3]}
    features = [{"type": "Feature", "properties": {"a": {"b": ["x"] * 800_000}}, "geometry": point}]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def spaces():
    return "\n".join([*inventory(2), f"L9;{' ' * 90_000};5.38;43.31;8;vacant;R;15/01/2026"]).encode()


HOSTILE = {
    "WKT emboîté": lambda: layer("a.csv", in_table(nested_wkt(DEEP))),
    "WKB emboîté": lambda: layer("a.csv", in_table(nested_wkb(DEEP))),
    "WKT emboîté, classeur": lambda: layer("a.xlsx", in_workbook(nested_wkt(1_300))),
    "GeoJSON emboîté": lambda: layer("a.geojson", in_geojson(DEEP)),
    "GeoPackage emboîté": lambda: layer("a.gpkg", nested_in_package(DEEP)),
    "vue sans fin": lambda: layer("a.gpkg", endless_view()),
    "vue sans fin seule": lambda: layer("a.gpkg", only_an_endless_view()),
    "espaces": lambda: layer("a.csv", in_table("5,4" + " " * 60_000 + "x")),
    "espaces, inventaire": lambda: premises("a.csv", spaces()),
    "nombre démesuré": lambda: layer(
        "a.csv", f"nom;lon;lat;n\na;5.3795;43.3125;{'9' * 400}\nb;5.04;43.4;1e999\n".encode()
    ),
    "points par centaines de milliers": lambda: layer("a.geojson", many_points()),
    "texte partagé": lambda: premises("a.xlsx", shared_string()),
    "propriété démesurée": lambda: layer("a.geojson", one_property()),
    "membres par milliers": lambda: layer("a.zip", many_members()),
    "cellule au loin": lambda: premises(
        "a.xlsx", sheet_of('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_it_ends_in_time_and_in_words_and_the_next_file_is_read(kind):
    began = time.monotonic()
    told = ""
    try:
        HOSTILE[kind]()
    except AtlasError as error:
        told = str(error)
    assert not told or " À faire : " in told
    # What reaches the limit is ended there: a busy machine takes a little longer to say so.
    assert time.monotonic() - began < LIMITS.clock_s + 5
    _, found, _ = layer("b.csv", SOUND)
    assert found.frame["nom"].tolist() == ["a", "b"]


@pytest.mark.parametrize("kind", ["vue sans fin", "nombre démesuré", "espaces"])
def test_what_is_sound_in_it_is_read(kind):
    _, found, _ = HOSTILE[kind]()
    assert len(found.frame) == {"vue sans fin": 2, "nombre démesuré": 2, "espaces": 1}[kind]
    if kind == "nombre démesuré":
        assert "inf" not in found.frame.drop(columns="geometry").astype(str).to_string()


def test_any_depth_of_nesting(subtests):
    rng = random.Random(7)
    for _ in range(5):
        deep = rng.choice([1, 50, 900, 5_000, 100_000])
        make = rng.choice([nested_wkt, nested_wkb])
        with subtests.test(deep=deep, kind=make.__name__):
            told = ""
            try:
                _, found, _ = layer("a.csv", in_table(make(deep)))
                assert 1 <= len(found.frame) <= 2
            except AtlasError as error:
                told = str(error)
            assert not told or " À faire : " in told
