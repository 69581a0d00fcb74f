"""A user's layer: what is guessed of each format, what is corrected, which rows are set aside."""

import json

import numpy as np
import pandas as pd
import pytest
import shapely

from errors import AtlasError, SourceContentError, SourceCrsError, SourceFormatError
from loaders import own_layer
from loaders.brought.opened import NO_HEADER, Choice, Position
from loaders.formats import grids, systems
from tests.loaders import own_files as files

#: By the IGN's converter: 5.37 E 43.30 N in Lambert-93, to the centimetre.
PLACE_M = (892_394.78, 6_247_424.65)


def read(content, name="couche.csv", **choice):
    raw = content if isinstance(content, bytes) else content.encode()
    return own_layer.place(own_layer.look(name, raw, Choice(**choice)))


def look(content, name="couche.csv", **choice):
    raw = content if isinstance(content, bytes) else content.encode()
    return own_layer.look(name, raw, Choice(**choice))


def faults(layer):
    """Line, fault and result of each finding."""
    found = layer.faults()
    return list(zip(found["ligne"], found["faute"], found["suite"], strict=True))


def test_a_french_csv_is_read_without_a_word():
    guess = look(files.CSV.encode("cp1252"))
    assert guess.doubts == ()
    assert (guess.kind, guess.choice.encoding, guess.choice.separator) == ("csv", "cp1252", ";")
    assert guess.choice.position == Position("Longitude", "Latitude")
    assert (guess.choice.crs, guess.choice.swapped) == ("EPSG:4326", False)
    layer = own_layer.place(guess)
    sorts = {column.title: column.sort for column in layer.columns}
    assert sorts == {
        "Nom": "texte", "Type": "texte", "Surface": "decimal", "Ouverture": "date", "Code postal": "texte",
        "Longitude": "texte", "Latitude": "texte",
    }  # fmt: skip
    frame = layer.frame
    assert frame.crs == "EPSG:2154"
    assert list(frame.index) == ["2", "3", "4"]
    assert frame["surface"].tolist()[:2] == [12.5, 1200.0]
    assert np.isnan(frame["surface"].iloc[2])
    assert list(frame["ouverture"].dt.strftime("%d/%m/%Y"))[:2] == ["01/02/2024", "31/01/2024"]
    assert frame["code_postal"].iloc[0] == "01000"
    assert (frame.geometry.x.iloc[0], frame.geometry.y.iloc[0]) == pytest.approx(PLACE_M, abs=0.01)
    assert faults(layer) == []
    assert (layer.label, layer.located) == ("nom", ("longitude", "latitude"))


@pytest.mark.parametrize(
    ("content", "name", "kind", "crs"),
    [
        (files.geojson(), "a.geojson", "geojson", "EPSG:4326"),
        (files.geojson(files.frame(2154)), "a.json", "geojson", "EPSG:2154"),
        (files.geopackage(), "a.gpkg", "gpkg", "EPSG:4326"),
        (files.geopackage(files.frame(3944)), "a.gpkg", "gpkg", "EPSG:3944"),
        (files.zipped(dossier__geojson=files.geojson()), "a.zip", "geojson", "EPSG:4326"),
        (files.zipped(couche__gpkg=files.geopackage()), "a.zip", "gpkg", "EPSG:4326"),
    ],
)  # fmt: skip
def test_geographic_files_keep_each_kind_and_say_what_they_mend(content, name, kind, crs):
    guess = look(content, name)
    assert (guess.kind, guess.choice.crs, guess.doubts) == (kind, crs, ())
    layer = own_layer.place(guess)
    assert list(layer.frame["genre"]) == ["point", "ligne", "surface", "surface"]
    assert not layer.frame.geometry.has_z.any()
    assert layer.frame.geometry.is_valid.all()
    first = layer.frame.geometry.iloc[0]
    assert (first.x, first.y) == pytest.approx(PLACE_M, abs=0.01)
    assert faults(layer) == [(4, "contour réparé", "corrigée")]
    assert [(column.name, column.sort) for column in layer.columns] == [
        ("nom", "texte"), ("code", "texte"), ("surface", "decimal"), ("ouvert", "date"),
    ]  # fmt: skip
    # By hand: half of a box of 0.02 by 0.01 degree at 43.315 N, 1,620 m by 1,111 m.
    assert layer.frame.geometry.iloc[3].area == pytest.approx(900_000, rel=0.01)


@pytest.mark.parametrize("folder", ["", "dossier/", "../../etc/", "/racine/", "C:\\temp\\"])
def test_a_shapefile_is_read_wherever_its_members_say_they_lie(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    layer = read(files.shapefile(folder=folder), "couche.zip")
    assert list(layer.frame["nom"]) == ["Bassin", "Parc"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("member", "fault"),
    [
        (".shx", "n'a pas son fichier .shx"),
        (".dbf", "n'a pas son fichier .dbf"),
        (".shp", "n'a pas son fichier .shp"),
    ],
)
def test_a_shapefile_without_a_member_says_which(member, fault):
    with pytest.raises(SourceFormatError, match=fault):
        look(files.shapefile(without={member}), "couche.zip")


def test_a_shapefile_without_prj_nor_cpg_is_guessed_and_said():
    layer = files.frame(3944).iloc[2:].assign(Nom=["Château d'eau", "Forêt"])
    guess = look(files.shapefile(layer, without={".prj", ".cpg"}, encoding="cp1252"), "couche.zip")
    assert guess.choice.crs == "EPSG:3944"
    assert any("Pas de fichier .prj" in note for note in guess.notes)
    assert any("Windows-1252" in note for note in guess.notes)
    assert list(own_layer.place(guess).frame["nom"]) == ["Château d'eau", "Forêt"]
    # The .cpg prevails where there is one.
    assert list(read(files.shapefile(layer, encoding="utf-8"), "couche.zip").frame["nom"]) == [
        "Château d'eau",
        "Forêt",
    ]


def test_geometries_in_cells_are_of_one_kind_each():
    layer = read(files.WKT)
    assert list(layer.frame["genre"]) == ["surface", "ligne", "point", "point", "ligne"]
    assert list(layer.frame.index) == ["2", "3", "4.1", "4.2", "5"]
    assert faults(layer) == [
        (2, "contour réparé", "corrigée"),
        (4, "points multiples, séparés", "conservée"),
        (5, "géométrie mêlée, dont une partie est laissée", "corrigée"),
        (6, "géométrie sans longueur ni surface", "écartée"),
    ]
    # By hand: the two triangles of a bow-tie in a square of 100 m.
    assert layer.frame.geometry.iloc[0].area == pytest.approx(5000)
    assert (layer.report.lignes_lues, layer.report.lignes_gardees) == (5, 4)


def test_a_number_beyond_all_bounds_in_a_cell_is_a_fault_of_its_row():
    layer = read(files.WKT.replace("2;LINESTRING(893000", "2;LINESTRING(8930E47000"))
    assert next(fault for fault in faults(layer) if fault[0] == 3)[2] == "écartée"
    assert (layer.report.lignes_lues, layer.report.lignes_gardees) == (5, 3)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("43.30, 5.37", PLACE_M),
        ("43,30 5,37", PLACE_M),
        ("[5.37; 43.30]", PLACE_M),
        ("(43.30 5.37)", PLACE_M),
        ("POINT (5.37 43.30)", PLACE_M),
        ("SRID=4326;POINT(5.37 43.30)", PLACE_M),
        ('{""type"":""Point"",""coordinates"":[5.37,43.30]}', PLACE_M),
        (shapely.Point(5.37, 43.30).wkb_hex, PLACE_M),
    ],
)
def test_one_column_may_hold_the_whole_position(cell, expected):
    layer = read(f'nom;geo_point_2d\nA;"{cell}"\nB;"{cell}"\n')
    point = layer.frame.geometry.iloc[0]
    assert (point.x, point.y) == pytest.approx(expected, abs=0.01)


def test_columns_without_a_telling_name_are_found_by_their_values():
    guess = look("a;b;c\nx;6247424,65;892394,78\ny;6247500;892500\n")
    assert guess.choice.position == Position("c", "b")
    assert guess.choice.crs == "EPSG:2154"
    assert any("d'après les seules valeurs" in doubt for doubt in guess.doubts)


def test_a_file_without_position_says_so_and_waits_for_the_user():
    guess = look("nom;valeur\nA;12\nB;13\n")
    assert any("Aucune colonne de position" in doubt for doubt in guess.doubts)
    with pytest.raises(SourceContentError, match="aucune colonne de position"):
        own_layer.place(guess)


def test_a_file_whose_places_no_system_explains_says_so_and_waits():
    guess = look("nom;x;y\nA;12000000;-8\nB;13000000;-9\n")
    assert any("Aucun système connu" in doubt for doubt in guess.doubts)
    with pytest.raises(SourceCrsError, match="système des coordonnées"):
        own_layer.place(guess)
    layer = read("nom;x;y\nA;12000000;-8\nB;13000000;-9\n", crs="EPSG:2154")
    assert layer.frame.empty
    assert {fault for _, fault, _ in faults(layer)} == {"hors de France métropolitaine"}


def test_a_system_that_the_file_states_wrongly_is_doubted():
    wrong = files.frame(2154).set_crs(3944, allow_override=True)
    guess = look(files.geopackage(wrong), "a.gpkg")
    assert guess.choice.crs == "EPSG:2154"
    assert any("annonce" in doubt and "CC44" in doubt for doubt in guess.doubts)


def test_metres_in_a_geojson_without_crs_are_not_taken_for_degrees():
    document = json.loads(files.geojson(files.frame(2154)))
    del document["crs"]
    guess = look(json.dumps(document), "a.geojson")
    assert guess.choice.crs == "EPSG:2154"
    assert guess.doubts


def test_an_ambiguous_system_is_said_and_left_to_the_user():
    # Far to the west of the territory, UTM 30 and 31 both put these in France.
    guess = look("nom;x;y\nA;550000;5200000\nB;560000;5210000\n")
    assert len({fit.crs for fit in guess.systems}) > 1
    assert any("plusieurs systèmes" in doubt for doubt in guess.doubts)
    assert systems.title(guess.choice.crs)
    other = next(fit.crs for fit in guess.systems if fit.crs != guess.choice.crs)
    assert read("nom;x;y\nA;550000;5200000\nB;560000;5210000\n", crs=other).frame.geometry.iloc[0].distance(
        own_layer.place(guess).frame.geometry.iloc[0]
    ) > 100_000  # fmt: skip


def test_every_row_set_aside_says_its_line_its_value_and_the_mend():
    rows = (
        "Nom;Valeur;lon;lat\n"
        "A;1;5,37;43,30\n"
        "B;2;;\n"
        "C;3;cinq;43,3\n"
        "D;4;2,35;48,85;de trop\n"
        "E;5;5,38\n"
        "F;6;-60;14,6\n"
        "G;sept;5,37;43,31\n"
        "H;#REF!;5,37;43,32\n" + "".join(f"I{rank};8;5,37;43,33\n" for rank in range(20))
    )
    layer = read(rows)
    assert faults(layer) == [
        (3, "position absente", "écartée"),
        (4, "position illisible", "écartée"),
        (5, "ligne mal découpée : 5 cellules au lieu de 4", "écartée"),
        (6, "ligne incomplète : 3 cellules au lieu de 4", "écartée"),
        (7, "hors de France métropolitaine", "écartée"),
        (8, "texte au lieu d'un nombre (Valeur)", "corrigée"),
        (9, "erreur de tableur (Valeur)", "corrigée"),
    ]
    assert layer.report.lignes_lues == 28
    assert layer.report.lignes_gardees == len(layer.frame) == 23
    found = layer.faults().set_index("ligne")
    assert found["valeur"][4] == "cinq ; 43,3"
    assert found["valeur"][8] == "sept"
    assert (found["a_faire"].str.len() > 10).all()
    aside = layer.set_aside()
    assert list(aside.index) == [3, 4, 5, 6, 7]
    assert aside.loc[5, "nom"] == "D"
    assert aside.loc[5, "lat"] == "48,85 ; de trop"


def test_titles_above_the_header_and_no_header_at_all():
    guess = look("Export du 3 mars,,\n,,\nnom,lon,lat\nA,5.37,43.30\nB,5.38,43.31\n")
    assert guess.choice.header_line == 3
    assert len(own_layer.place(guess).frame) == 2
    guess = look("A;5,37;43,30\nB;5,38;43,31\n")
    assert guess.choice.header_line == NO_HEADER
    assert any("numérotées" in doubt for doubt in guess.doubts)
    assert len(own_layer.place(guess).frame) == 2


def test_the_user_prevails_over_every_guess():
    text = "nom;a;b;lon;lat\nA;1.234;7;892394,78;6247424,65\nB;2.345;8;892500;6247500\n"
    layer = read(text, decimal=",", as_text=("b",))
    assert layer.frame["a"].tolist() == [1234.0, 2345.0]
    assert layer.frame["b"].tolist() == ["7", "8"]
    assert read(text).frame["a"].tolist() == [1.234, 2.345]
    swapped = read("nom;x;y\nA;43.30;5.37\n", swapped=True, position=Position("x", "y"), crs="EPSG:4326")
    point = swapped.frame.geometry.iloc[0]
    assert (point.x, point.y) == pytest.approx(PLACE_M, abs=0.01)
    assert list(read("é;lon;lat\nà;5.37;43.3\n".encode("cp850"), encoding="cp850").frame["e"]) == ["à"]
    assert read("Nom|lon|lat\nA;B|5.37|43.3\n", separator="|").frame["nom"].tolist() == ["A;B"]


def test_a_workbook_is_read_in_the_sheet_that_holds_most():
    rows = [
        ["Nom", "Jour", "Longitude", "Latitude"],
        ["A", "=1+1", 5.37, 43.30],
        ["B", "<b>x</b>", 5.38, 43.31],
    ]
    guess = look(files.workbook(rows, before=("Notice",)), "a.xlsx")
    assert (guess.kind, guess.choice.part, guess.parts) == ("xlsx", "Lieux", ("Notice", "Lieux"))
    frame = own_layer.place(guess).frame
    assert len(frame) == 2
    assert frame["jour"].tolist() == ["=1+1", "<b>x</b>"]


def test_a_geopackage_of_several_layers_offers_them(tmp_path):
    path = tmp_path / "a.gpkg"
    files.frame().iloc[:1].to_file(path, layer="points")
    files.frame().iloc[2:].to_file(path, layer="parcs")
    guess = look(path.read_bytes(), "a.gpkg")
    assert guess.parts == ("points", "parcs")
    assert len(read(path.read_bytes(), "a.gpkg", part="parcs").frame) == 2


def test_names_of_columns_suit_every_format():
    names = "Producteur;producteur;Fid;geom;=somme;Nom;Nom;2024;lon;lat"
    layer = read(f"{names}\n{'x;' * 8}5.37;43.3\n")
    columns = [column.name for column in layer.columns]
    assert columns == [
        "producteur_2", "producteur_2_2", "fid_2", "geom_2", "somme", "nom", "nom_2", "c_2024", "lon", "lat",
    ]  # fmt: skip
    assert len({column.title.casefold() for column in layer.columns}) == len(columns)
    assert not any(column.title.startswith("=") for column in layer.columns)


BAD = {
    "vide.csv": (b"", SourceFormatError, "vide"),
    "un.pdf": (b"%PDF-1.7", SourceFormatError, "PDF"),
    "page.csv": (b"<html><body>404</body></html>", SourceFormatError, "page web"),
    "tronque.geojson": (files.geojson()[:-40], SourceFormatError, "tronqué|JSON"),
    "vide.geojson": (b'{"type":"FeatureCollection","features":[]}', SourceFormatError, "aucun objet"),
    "topo.json": (b'{"type":"Topology","objects":{}}', SourceFormatError, "TopoJSON"),
    "profond.geojson": (b"[" * 100_000, SourceFormatError, "imbriqué|JSON"),
    "tronque.gpkg": (files.geopackage()[:5000], SourceFormatError, "GeoPackage"),
    "tronque.zip": (files.shapefile()[:300], SourceFormatError, "archive|ZIP"),
    "autre.zip": (files.zipped(photo__png=b"x"), SourceFormatError, "ni Shapefile"),
    "bombe.zip": (files.zipped(a__geojson=b" " * 50_000_000), SourceContentError, "refusée"),
    "marque.csv": (b"\xff\xfe \x00", SourceFormatError, "vide|aucune ligne"),
    "titres.csv": (b"nom;lon;lat\n", SourceFormatError, "aucune ligne"),
    "guillemet.csv": (b'nom;lon;lat\n"A;5;43\n', SourceFormatError, "guillemets"),
    "colonnes.csv": (";".join(f"c{i}" for i in range(201)).encode() + b"\n" + b"1;" * 200 + b"1\n", SourceContentError, "201 colonnes"),
    "gros.csv": (b" " * (own_layer.MAX_BYTES + 1), SourceContentError, "60 Mo au plus"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_used_names_itself_and_the_mend(name):
    content, error, fault = BAD[name]
    with pytest.raises(error, match=fault) as raised:
        read(content, name)
    assert str(raised.value).startswith(name)
    assert "À faire : " in str(raised.value)


def test_too_many_rows_and_vertices_are_refused(monkeypatch):
    monkeypatch.setattr(grids, "MAX_ROWS", 2)
    with pytest.raises(SourceContentError, match="plus de 2 lignes"):
        look(files.CSV)
    with pytest.raises(SourceContentError, match="plus de 2 lignes"):
        look(files.geojson(), "a.geojson")
    monkeypatch.undo()
    monkeypatch.setattr(own_layer, "MAX_VERTICES", 10)
    with pytest.raises(SourceContentError, match="13 sommets, 10 au plus"):
        look(files.geojson(), "a.geojson")


def test_a_feature_that_is_broken_goes_alone():
    document = json.loads(files.geojson())
    document["features"][1]["geometry"] = {"type": "LineString", "coordinates": [[5.4]]}
    document["features"][2]["geometry"] = None
    document["features"].append("texte")
    layer = read(json.dumps(document), "a.geojson")
    assert faults(layer) == [
        (2, "géométrie illisible", "écartée"),
        (3, "position absente", "écartée"),
        (4, "contour réparé", "corrigée"),
        (5, "position absente", "écartée"),
    ]


def test_the_source_says_who_says_so():
    layer = read(files.CSV)
    source = own_layer.source_of(
        layer, source_id="couche1", name="a.csv", title="Lieux", origin="Mairie", vintage="mars 2026"
    )
    assert source.producteur == "Mairie (source indiquée par l'utilisateur)"
    assert "non vérifiée" in source.attribution
    assert source.communes == frozenset()
    assert (source.lignes_lues, source.lignes_ecartees) == (3, 0)


def test_an_hour_is_not_lost():
    layer = read("nom;debut;lon;lat\nA;2024-01-02 14:30;5.37;43.3\nB;2024-01-03 00:00;5.38;43.3\n")
    assert layer.frame["debut"].tolist() == ["2024-01-02 14:30", "2024-01-03 00:00"]
    stamps = files.frame().assign(debut=pd.to_datetime(["2024-01-02 14:30"] * 4))
    assert read(files.geopackage(stamps), "a.gpkg").frame["debut"].iloc[0].startswith("2024-01-02T14:30")


def test_every_error_is_one_of_the_project():
    with pytest.raises(AtlasError):
        look(b"\x81\x8d\x8f\x90" * 30)


def test_an_outline_that_does_not_close_goes_alone():
    square = files.frame().iloc[[2, 0]]
    wkb = shapely.to_wkb(shapely.force_2d(square.geometry.iloc[0]))
    raw = files.geopackage(square)
    assert raw.count(wkb) == 1
    layer = read(raw.replace(wkb, wkb[:-16] + shapely.to_wkb(shapely.Point(5.0, 43.0))[-16:]), "a.gpkg")
    assert faults(layer) == [(1, "géométrie illisible", "écartée")]
    assert list(layer.frame["nom"]) == ["Fontaine"]
