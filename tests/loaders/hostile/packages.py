"""GeoPackages made to harm: a SQLite file that does more than hold rows."""

import io
import sqlite3
import struct
from functools import cache

import geopandas as gpd
from shapely.geometry import Point

from tests.loaders.hostile import geometries

_HEAD = b"GP\x00\x01" + struct.pack("<i", 4326)
_ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n{}) SELECT i AS fid, {} AS nom, NULL AS geom FROM n"
_COUNTED = (
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('{0}', 'features', '{0}', 4326)",
    "INSERT INTO gpkg_geometry_columns VALUES ('{0}', 'geom', 'POINT', 4326, 0, 0)",
)


@cache
def package():
    stream = io.BytesIO()
    gpd.GeoDataFrame({"nom": ["a", "b"]}, geometry=[Point(5.4, 43.3), Point(5.05, 43.4)], crs=4326).to_file(
        stream, driver="GPKG", layer="lieux"
    )
    return stream.getvalue()


def altered(*statements, values=()):
    """Give a GeoPackage of two points after some statements, of which the ones with a "?" take the values."""
    base = sqlite3.connect(":memory:")
    base.deserialize(package())
    base.create_function("ST_IsEmpty", 1, lambda _value: 0)
    for name in ("MinX", "MaxX", "MinY", "MaxY"):
        base.create_function(f"ST_{name}", 1, lambda _value: 0.0)
    for statement in statements:
        base.execute(statement, values if "?" in statement else ())
    base.commit()
    content = base.serialize()
    base.close()
    return content


def schema_of(name, sql, kind="table"):
    """Write a thing of any kind into the file's own list, which no library checks before it obeys it."""
    return (
        "PRAGMA writable_schema = ON",
        f"INSERT INTO sqlite_master VALUES ('{kind}', '{name}', '{name}', 0, '{sql.replace(chr(39), chr(39) * 2)}')",
    )


def _endless(rng):
    bound = rng.choice(["", " WHERE i < 1000000000000", " WHERE i < 3000000"])
    return _ENDLESS.format(bound, rng.choice(["i", "hex(zeroblob(1000))", "randomblob(100000)"]))


def endless_view(rng):
    named = [line.format("sansfin") for line in _COUNTED]
    return altered(f"CREATE VIEW sansfin AS {_endless(rng)}", *named)


def only_an_endless_view(rng):
    return altered("ALTER TABLE lieux RENAME TO ailleurs", f"CREATE VIEW lieux AS {_endless(rng)}")


def virtual_table(rng):
    made = rng.choice([
        "CREATE VIRTUAL TABLE lieux USING rtree(fid, a, b, c, d)",
        "CREATE VIRTUAL TABLE lieux USING fts5(nom, geom)",
        "CREATE VIRTUAL TABLE lieux USING generate_series(1, 1000000000000)",
        "CREATE VIRTUAL TABLE lieux USING dbstat(main)",
        "CREATE VIRTUAL TABLE lieux USING csv('/etc/passwd')",
        "CREATE VIRTUAL TABLE lieux USING VirtualShape('/etc/passwd', 'UTF-8', 4326)",
        "CREATE\tVIRTUAL\nTABLE lieux USING nowhere(x)",
        "CREATE/**/VIRTUAL/**/TABLE lieux USING nowhere(x)",
    ])  # fmt: skip
    return altered("ALTER TABLE lieux RENAME TO ailleurs", *schema_of("lieux", made))


def trigger(rng):
    event = rng.choice(["INSERT", "UPDATE", "DELETE"])
    table = rng.choice(["lieux", "gpkg_contents", "gpkg_ogr_contents"])
    work = rng.choice([
        f"INSERT INTO {table} SELECT * FROM {table}",
        "DELETE FROM lieux",
        "SELECT randomblob(1000000000)",
        "SELECT load_extension('/tmp/x')",
    ])  # fmt: skip
    return altered("PRAGMA recursive_triggers = ON", *schema_of("t", f"CREATE TRIGGER t AFTER {event} ON {table} BEGIN {work}; END", "trigger"))  # fmt: skip


def nested_in_package(rng):
    blob = geometries.nested_wkb(rng)
    return altered("UPDATE lieux SET geom = ? WHERE nom = 'a'", values=(_HEAD + blob,))
