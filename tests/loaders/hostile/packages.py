"""GeoPackages made to harm: a SQLite file that does more than hold rows."""

import io
import sqlite3
import struct
from functools import cache

import geopandas as gpd
from shapely.geometry import Point

from tests.loaders.hostile import archives, geometries
from tests.loaders.hostile.texts import many, run

_HEAD = b"GP\x00\x01" + struct.pack("<i", 4326)
_ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n{}) SELECT i AS fid, {} AS nom, NULL AS geom FROM n"
_COUNTED = (
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('{0}', 'features', '{0}', 4326)",
    "INSERT INTO gpkg_geometry_columns VALUES ('{0}', 'geom', 'POINT', 4326, 0, 0)",
)
_SYSTEM_TABLES = (
    "gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys", "gpkg_extensions", "gpkg_ogr_contents", "gpkg_tile_matrix_set",
    "gpkg_metadata", "gpkg_metadata_reference", "gpkg_data_columns", "gpkg_data_column_constraints", "gpkgext_relations", "sqlite_sequence",
)  # fmt: skip


@cache
def package():
    stream = io.BytesIO()
    points = [Point(5.4, 43.3), Point(5.05, 43.4)]
    gpd.GeoDataFrame({"nom": ["a", "b"]}, geometry=points, crs=4326).to_file(
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


def listed(kind, name, sql):
    """Give what writes a thing into the file's own list, where no library checks it before it obeys."""
    told = sql.replace("'", "''")
    insert = f"INSERT INTO sqlite_master VALUES ('{kind}', '{name}', '{name}', 0, '{told}')"  # noqa: S608
    return ("PRAGMA writable_schema = ON", insert)


def _endless(rng):
    bound = rng.choice(["", " WHERE i < 1000000000000", " WHERE i < 3000000"])
    return _ENDLESS.format(bound, rng.choice(["i", "hex(zeroblob(1000))", "randomblob(100000)"]))


def endless_view(rng):
    named = [line.format("sansfin") for line in _COUNTED]
    return altered(f"CREATE VIEW sansfin AS {_endless(rng)}", *named)


def only_an_endless_view(rng):
    return altered("ALTER TABLE lieux RENAME TO ailleurs", f"CREATE VIEW lieux AS {_endless(rng)}")


def system_view(rng):
    """Make a view without end of a table that every reader of the format asks first."""
    table = rng.choice(_SYSTEM_TABLES[:-1])
    found = sqlite3.connect(":memory:")
    found.deserialize(package())
    columns = [row[1] for row in found.execute(f"PRAGMA table_info({table})")] or ["fid", "nom"]
    found.close()
    given = ", ".join(rng.choice(["i", "'features'", "'lieux'", "4326"]) + f" AS {name}" for name in columns)
    endless = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT {given} FROM n"  # noqa: S608
    return altered(
        "PRAGMA legacy_alter_table = ON", f"DROP TABLE IF EXISTS {table}", f"CREATE VIEW {table} AS {endless}"
    )


def virtual_table(rng):
    made = rng.choice([
        "CREATE VIRTUAL TABLE lieux USING rtree(fid, a, b, c, d)", "CREATE VIRTUAL TABLE lieux USING fts5(nom, geom)",
        "CREATE VIRTUAL TABLE lieux USING generate_series(1, 1000000000000)", "CREATE VIRTUAL TABLE lieux USING dbstat(main)",
        "CREATE VIRTUAL TABLE lieux USING csv('/etc/passwd')", "CREATE VIRTUAL TABLE lieux USING VirtualShape('/etc/passwd', 'UTF-8', 4326)",
        "CREATE\tVIRTUAL\nTABLE lieux USING nowhere(x)", "CREATE/**/VIRTUAL/**/TABLE lieux USING nowhere(x)",
        "CREATE VIRTUAL TABLE lieux USING ogr('/etc/passwd')", "CREATE VIRTUAL TABLE lieux USING VirtualOGR('/vsicurl/http://127.0.0.1:9/x')",
        "create virtual table if not exists lieux using fts3tokenize('simple')", "CREATE VIRTUAL TABLE lieux USING json_each('[1]')", "", "CREATE",
    ])  # fmt: skip
    return altered("ALTER TABLE lieux RENAME TO ailleurs", *listed("table", "lieux", made))


def trigger(rng):
    event, table = (
        rng.choice(["INSERT", "UPDATE", "DELETE"]),
        rng.choice(["lieux", "gpkg_contents", "gpkg_ogr_contents"]),
    )
    work = rng.choice([
        f"INSERT INTO {table} SELECT * FROM {table}", "DELETE FROM lieux", "SELECT randomblob(1000000000)",  # noqa: S608
        "SELECT load_extension('/tmp/x')", "SELECT ogr_datasource_load_layers('/etc/passwd')", "SELECT gdal_get_layer_pixel_value('/etc/passwd', 1, 'pixel', 1, 1)",
    ])  # fmt: skip
    return altered(
        "PRAGMA recursive_triggers = ON", f"CREATE TRIGGER sansfin AFTER {event} ON {table} BEGIN {work}; END"
    )


def dear_columns(rng):
    """Work out a column, an index or a check at each reading of a row."""
    dear = rng.choice([
        "hex(zeroblob(100000000))", "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n)", "randomblob(900000000)",
        "replace(hex(zeroblob(300000)), '0', hex(zeroblob(3000)))", "printf('%.*c', 900000000, 'x')", "load_extension('x')", "1 / 0", "abs(-9223372036854775807 - 1)",
        "ogr_geocode('a')", "instr(hex(zeroblob(20000000)), 'x')", "nom LIKE '%a%a%a%a%a%a%a%a%b'", "json_extract(nom, '$')",
    ])  # fmt: skip
    head = "CREATE TABLE lieux (fid INTEGER PRIMARY KEY, geom POINT, nom TEXT"
    made = rng.choice([
        f"{head}, cher AS ({dear}))", f"{head}, cher AS ({dear}) STORED)", f"{head} CHECK ({dear}))", f"{head} DEFAULT ({dear}), b TEXT)",
        f"{head} COLLATE nulle_part)", f"{head}) WITHOUT ROWID", f"{head}, " + ", ".join(f"c{rank} TEXT" for rank in range(many(rng, 3.3))) + ")",
    ])  # fmt: skip
    return altered(
        "PRAGMA writable_schema = ON", "UPDATE sqlite_master SET sql = ? WHERE name = 'lieux'", values=(made,)
    )


def odd_content(rng):
    """Say of the layer, of its system or of its columns what is not so, or at great length."""
    long = run(rng)
    statement, value = rng.choice([
        ("UPDATE gpkg_spatial_ref_sys SET definition = ? WHERE srs_id = 4326", archives.systems(rng)),
        ("UPDATE gpkg_spatial_ref_sys SET organization = ?", long), ("UPDATE gpkg_spatial_ref_sys SET organization_coordsys_id = ?", 2**62),
        ("UPDATE gpkg_geometry_columns SET geometry_type_name = ?", rng.choice(["TIN", "CURVEPOLYGON", long, "GEOMETRYCOLLECTION", None])),
        ("UPDATE gpkg_geometry_columns SET column_name = ?", rng.choice(["nom", "fid", long])), ("UPDATE gpkg_geometry_columns SET srs_id = ?", -1),
        ("UPDATE gpkg_geometry_columns SET table_name = ?", rng.choice(["sqlite_master", "gpkg_contents", "lieux; DROP TABLE lieux", long])),
        ("UPDATE gpkg_contents SET identifier = ?", long), ("UPDATE gpkg_contents SET data_type = ?", rng.choice(["attributes", "tiles", "2d-gridded-coverage", long])),
        ("UPDATE gpkg_contents SET min_x = ?", float("inf")), ("UPDATE gpkg_contents SET last_change = ?", long),
        ("UPDATE gpkg_ogr_contents SET feature_count = ?", rng.choice([0, -1, 2**62, 50_001, None])), ("UPDATE lieux SET nom = ?", long),
        ("UPDATE lieux SET nom = ?", bytes(many(rng, 6))), ("UPDATE lieux SET nom = ?", 2**63 - 1), ("UPDATE lieux SET geom = ?", rng.randbytes(many(rng, 4))),
        ("UPDATE lieux SET geom = ?", _HEAD + geometries.lying_wkb(rng)), ("UPDATE lieux SET geom = ?", b"GP\x00" + rng.randbytes(40)), ("UPDATE lieux SET fid = fid * ?", -(2**61)),
        ("INSERT INTO gpkg_extensions VALUES ('lieux', 'geom', ?, 'x', 'read-write')", long), ("INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES (?, 'features', 'x', 4326)", long),
    ])  # fmt: skip
    return altered(
        "PRAGMA ignore_check_constraints = ON", "PRAGMA foreign_keys = OFF", statement, values=(value,)
    )


def many_tables(rng):
    made = [f"CREATE TABLE t{rank} (fid INTEGER PRIMARY KEY, geom POINT)" for rank in range(many(rng, 2.7))]
    named = [line.format(f"t{rank}") for rank in range(len(made)) for line in _COUNTED]
    return altered(*made, *named)


def blank_geometry(rng):
    """Write a geometry whose parts hold nothing."""
    ring = struct.pack("<II8d", 1, 4, 5.3, 43.3, 5.4, 43.3, 5.4, 43.4, 5.3, 43.3)
    blank, full = struct.pack("<BII", 1, 3, 0), struct.pack("<BI", 1, 3) + ring
    parts = rng.choice(
        [
            [blank],
            [blank, full],
            [full, blank],
            [struct.pack("<BIII", 1, 3, 1, 0)],
            [full, struct.pack("<BIII", 1, 3, 1, 0)],
        ]
    )
    whole = struct.pack("<BII", 1, 6, len(parts)) + b"".join(parts)
    return altered(
        "UPDATE gpkg_geometry_columns SET geometry_type_name = 'GEOMETRY'",
        "UPDATE lieux SET geom = ? WHERE nom = 'a'",
        values=(_HEAD + whole,),
    )


def nested(rng):
    return altered("UPDATE lieux SET geom = ? WHERE nom = 'a'", values=(_HEAD + geometries.nested_wkb(rng),))


def damaged(rng):
    """Change the pages of a base, and its first bytes: size of a page, encoding, version, where the free ones are."""
    content = bytearray(package())
    if rng.random() < 0.5:
        at = rng.choice([16, 18, 20, 24, 28, 32, 36, 44, 52, 56, 60, 62, 68, 92, 96, 100, 103, 105])
        content[at : at + 2] = rng.randbytes(2)
    return archives.mutated(rng, bytes(content)) if rng.random() < 0.7 else bytes(content)
