"""Archives made to harm, and the members of a Shapefile: sizes, names and counts that lie."""

import io
import struct
import zipfile
from functools import cache

from tests.loaders.hostile.texts import many
from tests.loaders.own_files import shapefile
from tests.loaders.test_premises_damaged import archive

_CSV = b"nom;lon;lat\na;5.38;43.31\n"
_NAMES = ("a.csv", "a.geojson", "a.gpkg", "a.shp", "a.xlsx", "xl/workbook.xml", "content.xml", "stops.txt")
#: Where the header of a member in the directory says how it is packed: flags, method, sizes, length of its name, place.
_FIELDS = {"flags": (8, "<H"), "method": (10, "<H"), "crc": (16, "<I"), "packed": (20, "<I"), "size": (24, "<I"), "name": (28, "<H"), "extra": (30, "<H"), "kind": (38, "<I"), "place": (42, "<I")}  # fmt: skip


def many_members(rng):
    stream, number = io.BytesIO(), many(rng, 4)
    name = rng.choice(
        [
            "{}.txt",
            "{}.csv",
            "dossier/" * 50 + "{}.shp",
            "stops{}.txt",
            "xl/worksheets/sheet{}.xml",
            "../{}.gpkg",
        ]
    )
    with zipfile.ZipFile(stream, "w") as file:
        for rank in range(number):
            file.writestr(name.format(rank), b"")
    return stream.getvalue()


def bomb(rng):
    filled = rng.choice(["0", "a;", " ", "[", "\n", '{"a":', "\x00"]) * many(rng, 6.5)
    return archive({rng.choice(_NAMES): filled})


def names(rng):
    odd = rng.choice([
        "../" * 200 + "a.csv", "/etc/passwd.csv", "C:\\a.csv", "a\\b\\c.csv", "x" * 65_000 + ".csv", "é" * 20_000 + ".csv",
        "a\x01.csv", "con.csv", ".csv", "a.csv/", "__MACOSX/a.csv", "<img src=x onerror=alert(1)>.csv", "\u202egpj.csv", "=1+1.csv",
    ])  # fmt: skip
    return archive(
        {odd: _CSV.decode(), odd + "2.csv": "nom;lon;lat\n"}
        | {f"{rank}{odd[-60_000:]}": "" for rank in range(rng.choice([0, 20, 300]))}
    )


def lying(rng):
    """Change what a directory says of a member."""
    content = bytearray(archive({rng.choice(_NAMES): _CSV.decode() * many(rng, 4), "b.csv": _CSV.decode()}))
    start = content.index(b"PK\x01\x02")
    for _ in range(rng.choice([1, 1, 3])):
        at, kind = _FIELDS[rng.choice(list(_FIELDS))]
        value = rng.choice(
            [0, 1, 8, 9, 12, 14, 95, 99, 0xFFFF, 0xFFFFFFFF, 0xA1FF0000, rng.randrange(70_000)]
        )
        struct.pack_into(kind, content, start + at, value & (0xFFFF if kind == "<H" else 0xFFFFFFFF))
    return bytes(content)


def overlapping(rng):
    """Have many members of the directory be one and the same packed bytes."""
    one = archive({"a0.csv": _CSV.decode() + "a;5.38;43.31\n" * many(rng, 5)})
    start, end = one.index(b"PK\x01\x02"), one.index(b"PK\x05\x06")
    count = many(rng, 3.5)
    entries = one[start:end] * count
    return (
        one[:start]
        + entries
        + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count & 0xFFFF, count & 0xFFFF, len(entries), start, 0)
    )


def mutated(rng, content):
    """Change some bytes of a file, cut it, or repeat a piece of it."""
    data = bytearray(content)
    for _ in range(rng.choice([1, 4, 40])):
        data[rng.randrange(len(data))] = rng.choice([0, 0xFF, 0x7F, rng.randrange(256)])
    at = rng.randrange(len(data))
    return bytes(rng.choice([data, data, data[:at], data[:at] + data[at // 2 :], data[:at] * 2]))


@cache
def _shapefile():
    with zipfile.ZipFile(io.BytesIO(shapefile())) as file:
        return {name.rpartition(".")[2]: file.read(name) for name in file.namelist()}


def _zipped(**members):
    return archive({f"couche.{suffix}": content for suffix, content in members.items()})


def shapes(rng):
    """Change the numbers of a Shapefile: counts of parts and of vertices, lengths, extents, kinds."""
    members = dict(_shapefile())
    data = bytearray(members[which := rng.choice(["shp", "shp", "shx"])])
    for _ in range(rng.choice([1, 2, 6])):
        at = rng.randrange(0, len(data) - 8, 4)
        order, value = (
            rng.choice("<>"),
            rng.choice([0, 1, -1, 5, 31, 2**31 - 1, -(2**31), 10**8, rng.randrange(1_000)]),
        )
        struct.pack_into(f"{order}i", data, at, value)
        if rng.random() < 0.3:
            struct.pack_into("<d", data, at, rng.choice([float("nan"), float("inf"), 1e308, -1e308, 5e-324]))
    return _zipped(**members | {which: bytes(data)})


def attributes(rng):
    """Change the header of a DBF: how many rows it has, where they start, how wide a column is; and its encoding."""
    members = dict(_shapefile())
    data = bytearray(members["dbf"])
    for _ in range(rng.choice([1, 2, 6])):
        at, kind = rng.choice(
            [(4, "<I"), (8, "<H"), (10, "<H"), (29, "<B"), (32 + 11, "<B"), (32 + 16, "<B"), (64 + 16, "<B")]
        )
        value = rng.choice([0, 1, 2, 31, 32, 255, 65_535, 2**31, 2**32 - 1])
        struct.pack_into(kind, data, at, value & {"<I": 0xFFFFFFFF, "<H": 0xFFFF, "<B": 0xFF}[kind])
    cpg = rng.choice([
        "UTF-8", "hex", "rot13", "zlib", "bz2", "base64", "idna", "punycode", "undefined", "unicode_escape", "utf-7", "mbcs", "x" * 70_000,
        "9" * 5_000, "LDID/" + "8" * 5_000, "", "\x00", "ISO-8859-" + "1" * 500, "utf-16", "raw_unicode_escape", "uu", "quopri",
    ])  # fmt: skip
    return _zipped(**members | {"dbf": bytes(data), "cpg": cpg})


def system(rng):
    """State a coordinate system that is long, nested, unknown, or asks for other files."""
    return _zipped(**_shapefile() | {"prj": systems(rng)})


def systems(rng):
    deep = many(rng, 4.5)
    return rng.choice([
        "PROJCS[" * deep + '"a"' + "]" * deep, 'GEOGCS["' + "x" * deep * 10 + '"]', "[" * deep * 10, 'PROJCS["a",' * deep,
        "COMPOUNDCRS[" + '"a",' * deep + "]", "BOUNDCRS[SOURCECRS[" * (deep // 10) + "]" * deep, "+proj=pipeline " + "+step +proj=merc " * deep,
        "+proj=longlat +nadgrids=" + "/etc/passwd," * deep, "+init=" + "a" * deep, "+proj=utm +zone=" + "9" * deep,
        "+proj=tmerc +lon_0=nan +k=1e999 +x_0=1e999", "+proj=pipeline +step +proj=hgridshift +grids=http://127.0.0.1:9/x",
        '{"type":' * deep + "1" + "}" * deep, "urn:ogc:def:crs,crs:EPSG::2154" * deep, "EPSG:" + "9" * deep, "EPSG:-1", "IGNF:LAMB93", "\x00",
        'LOCAL_CS["x"]', 'ENGCRS["' + "é" * deep + '"]', "<gml:ProjectedCRS>" * deep, "@" + "a" * deep, "../" * deep + "etc/passwd",
    ])  # fmt: skip


def damaged_shapefile(rng):
    members = dict(_shapefile())
    which = rng.choice(list(members))
    return _zipped(**members | {which: mutated(rng, members[which])})
