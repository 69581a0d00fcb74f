"""Real geographic files that are not whole, or whose system or geometries are not what readers expect."""

import json
import sqlite3
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from errors import SourceCrsError, SourceFormatError
from loaders import own_layer, premises
from loaders.brought.opened import Choice
from tests.loaders import own_files as files

CASES = Path(__file__).parent / "cases"
POINT = {
    "type": "Feature",
    "properties": {"nom": "A"},
    "geometry": {"type": "Point", "coordinates": [5.37, 43.3]},
}


def looked(name, raw=None, **choice):
    content = (CASES / name).read_bytes() if raw is None else raw
    return own_layer.look(name, content, Choice(**choice))


def collection(**members):
    return json.dumps({"type": "FeatureCollection", "features": [POINT], **members}).encode()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("page_seule_wfs.geojson", "5 objets ici, et le service en annonce 8 123"),
        ("page_seule_ogcapi.geojson", "5 objets ici, et le service en annonce 1 240"),
        ("page_seule_arcgis.geojson", "5 objets ici, et le service dit avoir atteint sa limite"),
    ],
)
def test_a_file_that_says_that_it_is_not_whole_is_doubted(name, told):
    guess = looked(name)
    (doubt,) = guess.grave
    assert told in doubt.replace("\u202f", " ").replace("\u00a0", " ")
    assert doubt in guess.doubts


@pytest.mark.parametrize(
    ("members", "doubted"),
    [
        ({"numberMatched": 1, "totalFeatures": 1}, False),
        ({"numberMatched": "unknown", "count": 1}, False),
        ({"numberMatched": "12"}, True),
        ({"count": 30}, True),
        ({"exceededTransferLimit": True}, True),
        ({"exceededTransferLimit": False}, False),
        ({"links": [{"rel": "self", "href": "x"}]}, False),
        ({"links": [{"rel": "next", "href": "x"}]}, True),
        ({"links": {"next": "x"}}, True),
        ({"links": "rien", "properties": {"exceededTransferLimit": True}}, True),
        ({"numberMatched": True, "properties": None}, False),
    ],
)
def test_what_services_say_of_their_pages(members, doubted):
    assert bool(looked("a.geojson", collection(**members)).grave) is doubted


def test_a_geojson_by_lines_is_read_and_its_cut_end_is_said():
    line = json.dumps(POINT)
    for text in (f"{line}\n{line}\n", f"\x1e{line}\n\x1e{line}\n", f"{line}\r\n{line}"):
        layer = own_layer.place(looked("a.geojson", text.encode()))
        assert layer.rows["nom"].tolist() == ["A", "A"]
    with pytest.raises(SourceFormatError, match="dernière ligne tronquée"):
        looked("a.geojson", f"{line}\n{line}\n{line[:40]}".encode())


def test_a_geopackage_whose_last_writings_may_lie_elsewhere_is_doubted():
    guess = looked("mode_wal.gpkg")
    assert len(guess.grave) == 1
    assert "mode WAL" in guess.grave[0]
    assert looked("a.gpkg", files.geopackage()).grave == ()


def test_an_undefined_system_is_said_and_an_own_choice_wins():
    guess = looked("systeme_indefini.gpkg")
    assert guess.choice.crs == "EPSG:2154"
    assert any("inconnu ou local" in doubt for doubt in guess.doubts)
    assert looked("systeme_indefini.gpkg", crs="EPSG:3944").choice.crs == "EPSG:3944"
    with pytest.raises(SourceCrsError, match="inconnu ou local"):
        premises.read(CASES / "systeme_indefini.gpkg")


LOCAL = 'LOCAL_CS["Nonearth",LOCAL_DATUM["Unknown",0],UNIT["metre",1],AXIS["X",EAST],AXIS["Y",NORTH]]'


@pytest.mark.parametrize(
    ("prj", "doubt"),
    [
        (LOCAL, "inconnu ou local"),
        ('ENGCRS["plan",EDATUM["x"],CS[Cartesian,2],AXIS["x",east],AXIS["y",north],LENGTHUNIT["metre",1]]', "inconnu|illisible"),
        ("n'importe quoi", "illisible"),
        ("\xff\xfe".encode("latin-1").decode("latin-1"), "illisible"),
    ],
)  # fmt: skip
def test_a_prj_that_places_nothing_is_said(prj, doubt):
    guess = looked("couche.zip", with_prj(prj))
    assert any(doubt_part in told for told in guess.doubts for doubt_part in doubt.split("|"))
    assert guess.choice.crs == "EPSG:2154"
    assert not own_layer.place(guess).frame.empty


def with_prj(prj):
    import io
    import zipfile

    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(files.shapefile(files.frame(2154).iloc[2:]))) as made,
        zipfile.ZipFile(buffer, "w") as out,
    ):
        for name in made.namelist():
            out.writestr(name, prj.encode() if name.endswith(".prj") else made.read(name))
    return buffer.getvalue()


def test_a_prj_in_wkt2_is_read():
    import pyproj

    guess = looked("couche.zip", with_prj(pyproj.CRS("EPSG:2154").to_wkt("WKT2_2019")))
    assert (guess.choice.crs, guess.doubts) == ("EPSG:2154", ())


def test_a_choice_that_lands_far_from_france_is_doubted():
    guess = looked("a.geojson", files.geojson(files.frame(2154)), crs="EPSG:4326")
    assert guess.choice.crs == "EPSG:4326"
    assert any("hors de France" in doubt for doubt in guess.doubts)


def test_integers_beside_blanks_stay_exact(tmp_path):
    path = tmp_path / "a.gpkg"
    plain = files.frame().iloc[[0, 0]].assign(grand=[9007199254740993, 1])[["grand", "geometry"]]
    plain.to_file(path, layer="couche")
    with sqlite3.connect(path) as base:
        for name in [row[0] for row in base.execute("SELECT name FROM sqlite_master WHERE type='trigger'")]:
            base.execute(f'DROP TRIGGER "{name}"')
        base.execute("UPDATE couche SET grand = NULL WHERE fid = 2")
    base.close()
    guess = looked("a.gpkg", path.read_bytes())
    assert guess.cells["grand"].tolist() == ["9007199254740993", ""]


def test_geometries_that_no_plan_holds_go_alone(tmp_path):
    """Kinds of geometry by their numbers in the norm: 16 is a TIN, 8 a circular string, which is made of lines."""
    path = tmp_path / "a.gpkg"
    shapes = [
        shapely.LineString([(5.37, 43.3), (5.38, 43.31), (5.39, 43.3)]),
        None,
        shapely.Point(5.4, 43.31),
        shapely.Point(5.4, 43.31),
    ]
    gpd.GeoDataFrame({"nom": list("abcd")}, geometry=shapes, crs=4326).to_file(path, layer="couche")
    with sqlite3.connect(path) as base:
        for name in [row[0] for row in base.execute("SELECT name FROM sqlite_master WHERE type='trigger'")]:
            base.execute(f'DROP TRIGGER "{name}"')
        arc, tin = (
            bytes(base.execute("SELECT geom FROM couche WHERE fid = ?", (fid,)).fetchone()[0])
            for fid in (1, 4)
        )
        at = arc.index(b"\x01\x02\x00\x00\x00")
        base.execute("UPDATE couche SET geom = ? WHERE fid = 1", (arc[: at + 1] + b"\x08" + arc[at + 2 :],))
        triangle = (
            b"\x01\x11\0\0\0"
            + (1).to_bytes(4, "little")
            + shapely.to_wkb(shapely.box(5.4, 43.3, 5.41, 43.31))[9:]
        )
        header = tin[: tin.index(b"\x01\x01\x00\x00\x00")]
        base.execute(
            "UPDATE couche SET geom = ? WHERE fid = 4",
            (header + b"\x01\x10\0\0\0" + (1).to_bytes(4, "little") + triangle,),
        )
    base.close()
    layer = own_layer.place(looked("a.gpkg", path.read_bytes()))
    assert list(layer.frame["nom"]) == ["a", "c"]
    assert layer.frame["genre"].tolist() == ["ligne", "point"]
    assert layer.faults()[["ligne", "faute"]].to_numpy().tolist() == [
        [2, "position absente"],
        [4, "géométrie illisible (TIN)"],
    ]


def test_texts_of_a_geopackage_in_another_encoding_are_read_and_doubted(tmp_path):
    path = tmp_path / "a.gpkg"
    path.write_bytes(files.geopackage())
    with sqlite3.connect(path) as base:
        for name in [row[0] for row in base.execute("SELECT name FROM sqlite_master WHERE type='trigger'")]:
            base.execute(f'DROP TRIGGER "{name}"')
        base.execute(
            "UPDATE couche SET Nom = CAST(? AS TEXT) WHERE fid = 1", ("Médiathèque".encode("cp1252"),)
        )
        base.execute("UPDATE couche SET Nom = 'Forêt' WHERE fid = 2")
    base.close()
    guess = looked("a.gpkg", path.read_bytes())
    assert guess.cells["Nom"].tolist() == ["Médiathèque", "Forêt", "Bassin", "Parc"]
    assert guess.cells["surface"].tolist()[::2] == ["1.5", "250000"]
    assert any("Windows-1252" in doubt for doubt in guess.doubts)
