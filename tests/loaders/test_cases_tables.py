"""Real tables read right: lists of places, codes, names, altitudes, mixed systems, archives and hidden rows."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
import shapely

from errors import SourceContentError
from loaders import own_layer
from loaders.brought import candidate_sites, gtfs, personnes_morales
from loaders.brought.opened import Choice, Position
from loaders.formats.shapes import geometry_of
from tests.loaders import own_files as files
from tests.loaders.gtfs_archives import ROUTES, STOP_TIMES, STOPS, TABLES, TRIPS, archive

CASES = Path(__file__).parent / "cases"
#: By the IGN's converter: 5.371 E 43.3065 N in Lambert-93.
PARVIS_M = (892_454.24, 6_248_149.33)


def found(name, raw=None, **choice):
    content = (CASES / name).read_bytes() if raw is None else raw if isinstance(raw, bytes) else raw.encode()
    guess = own_layer.look(name, content, Choice(**choice))
    return guess, own_layer.place(guess)


def sorts(layer):
    return {column.title: column.sort for column in layer.columns}


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("nom_adresse.csv", "Parvis"),
        ("geocode.csv", "A"),
        ("long.csv", "A"),
        ("base_adresse_locale.csv", "11 Rue de l'Essai Marseille"),
    ],
)
def test_a_list_of_places_is_read_with_all_its_columns(name, called):
    sites = candidate_sites.read(CASES / name)
    assert sites.frame["nom"].tolist() == [called]
    point = sites.frame.geometry.iloc[0]
    assert (point.x, point.y) == pytest.approx(PARVIS_M, abs=0.01)


def test_a_place_without_a_name_takes_its_address():
    sites = candidate_sites.read(
        b"libelle;adresse;x;y;lng;lat\n;3 rue B;1;2;5,371;43,3065\n;;1;2;5,371;43,3065\n",
        name="a.csv",
    )
    assert sites.frame["nom"].tolist() == ["3 rue B", "ligne 3"]


@pytest.mark.parametrize(
    ("name", "label"), [("nom_name.csv", "name"), ("nom_libgeo.zip", "libgeo"), ("nom_lib_qp.geojson", "lib_qp"), ("codes_insee.csv", "NOMRS")]
)  # fmt: skip
def test_objects_are_named_by_what_names_them(name, label):
    guess, layer = found(name)
    assert guess.choice.label == label
    assert layer.label == label.casefold()


def test_the_name_of_objects_is_filled_varied_and_chosen():
    rows = "nom;libelle;titre;lon;lat\n" + "".join(f"Ville;;T{at};5,37;43,3{at}\n" for at in range(5))
    guess, layer = found("a.csv", rows)
    assert (guess.choice.label, layer.label) == ("titre", "titre")
    assert found("a.csv", rows, label="nom")[1].label == "nom"
    assert found("a.csv", rows, label="absente")[1].label == "titre"


def test_codes_stay_texts():
    _, layer = found("codes_insee.csv")
    assert (sorts(layer)["DEPCOM"], sorts(layer)["DEP"], sorts(layer)["CAPACITE"]) == (
        "texte",
        "texte",
        "entier",
    )
    assert layer.frame["depcom"].tolist() == ["13201", "13202"]
    # Of the whole of Paris, outside of the territory.
    assert sorts(found("codes_depcom.csv")[1])["DEPCOM"] == "texte"
    heads = ("depcom", "CODGEO", "IRIS", "dep", "siret", "UAI", "Code commune", "insee_com")
    _, layer = found("a.csv", ";".join(heads) + ";lon;lat\n" + "13201;" * len(heads) + "5,37;43,30\n")
    assert {sorts(layer)[head] for head in heads} == {"texte"}


def test_a_code_that_a_spreadsheet_rounded_is_flagged():
    _, layer = found("a.csv", "siret;lon;lat\n1,30025E+13;5,37;43,30\n13002526500013;5,38;43,31\n")
    assert layer.faults()[["ligne", "faute", "valeur", "suite"]].to_numpy().tolist() == [
        [2, "code arrondi par un tableur (siret)", "1,30025E+13", "conservée"]
    ]
    assert layer.frame["siret"].tolist()[1] == "13002526500013"


def test_a_text_is_made_a_number_and_back():
    rows = "nom;code;lon;lat\nA;012;5,37;43,30\nB;x;5,38;43,31\n"
    _, layer = found("a.csv", rows, as_number=("code",))
    assert layer.frame["code"].iloc[0] == 12
    assert layer.faults()["faute"].tolist() == ["texte au lieu d'un nombre (code)"]
    assert found("a.csv", rows)[1].frame["code"].tolist() == ["012", "x"]
    assert found("a.csv", rows, as_number=("code",), as_text=("code",))[1].frame["code"].tolist() == [
        "012",
        "x",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "PointZ (892000 6247000 12)", "POINT ZM (892000 6247000 12 1)", "POINT M (892000 6247000 1)", "Point25D (892000 6247000 12)",
        "POINT Z (892000 6247000 nan)", "SRID=2154;POINTZ(892000 6247000 0)",
    ],
)  # fmt: skip
def test_altitudes_in_wkt_are_read(text):
    guess, layer = found("a.csv", f'nom;wkt\nA;"{text}"\nB;"{text}"\n')
    assert guess.choice.crs == "EPSG:2154"
    assert {(point.x, point.y) for point in layer.frame.geometry} == {(892000.0, 6247000.0)}


def test_the_altitudes_of_a_real_file():
    _, layer = found("pointz.csv")
    assert [(point.x, point.y) for point in layer.frame.geometry] == [
        (892000.0, 6247000.0),
        (893000.0, 6247000.0),
    ]
    _, layer = found("a.csv", "nom;wkt\nA;LineStringZ (892000 6247000 1, 893000 6247000)\n")
    assert layer.frame.geometry.iloc[0].equals(shapely.LineString([(892000, 6247000), (893000, 6247000)]))


@pytest.mark.parametrize(
    ("kind", "coordinates", "wkt"),
    [
        ("Point", [5, 43, None], "POINT (5 43)"),
        ("Point", [5, 43, 1, 2], "POINT (5 43)"),
        ("LineString", [[5, 43], [6, 44, 3]], "LINESTRING (5 43, 6 44)"),
        ("Polygon", [[[5, 43], [6, 43, 1], [6, 44], [5, 43]]], "POLYGON ((5 43, 6 43, 6 44, 5 43))"),
        ("MultiPoint", [[5, 43], [5, 44, None]], "MULTIPOINT ((5 43), (5 44))"),
    ],
)
def test_altitudes_in_geojson_are_left_out(kind, coordinates, wkt):
    assert geometry_of({"type": kind, "coordinates": coordinates}).wkt == wkt


def test_an_unreadable_position_is_not_blamed_on_the_system():
    with pytest.raises(SourceContentError, match="aucune position lisible"):
        found("a.csv", "nom;wkt\nA;ici\nB;là\n", position=Position(whole="wkt"))


def test_rows_of_another_system_are_set_aside_and_said():
    guess, layer = found("systemes_meles.csv")
    assert guess.choice.position == Position("coordxet", "coordyet")
    assert (layer.report.lignes_lues, layer.report.lignes_gardees) == (9, 5)
    assert set(layer.faults()["faute"]) == {
        "coordonnées d'un autre système que les autres lignes (Lambert-93, EPSG:2154)"
    }


@pytest.mark.parametrize("name", ["dgfip_2024.txt", "dgfip_groupe_seul.txt"])
def test_older_files_of_the_dgfip_give_their_landlords(name):
    reading = personnes_morales.read(CASES / name)
    assert sorted(reading.frame["adresse"]) == ["12 RUE DE L ESSAI", "14 RUE DE L ESSAI"]
    assert reading.counts["autres propriétaires"] == 1
    nobody = personnes_morales.read((CASES / name).read_bytes().replace(b";5;4140", b";9;4140"), name=name)
    assert any("Aucun bailleur reconnu" in note and "« 9 »" in note for note in nobody.notes)
    away = personnes_morales.read((CASES / name).read_bytes().replace(b"13;0;203", b"59;0;350"), name=name)
    assert any("hors du périmètre" in note for note in away.notes)


def test_a_damaged_row_of_the_dgfip_is_flagged_alone():
    raw = (CASES / "dgfip_2024.txt").read_bytes().decode("cp1252").replace(";14;", ";�;").encode()
    reading = personnes_morales.read(raw, name="a.txt")
    assert [(fault.ligne, fault.faute, fault.suite) for fault in reading.report.faults] == [
        (3, "caractère perdu ou mal lu", "conservée")
    ]
    assert reading.report.lignes_gardees == 3


def test_members_with_backslashes_are_read():
    assert sorted(gtfs.read(CASES / "gtfs_antislash.zip").frame["nom"]) == ["Noailles", "Vieux-Port"]
    guess = own_layer.look("classeur.xlsx", (CASES / "classeur_antislash.xlsx").read_bytes())
    assert (guess.kind, len(guess.cells)) == ("xlsx", 4)
    layer = files.shapefile()
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(layer)) as made, zipfile.ZipFile(buffer, "w") as out:
        for name in made.namelist():
            out.writestr(f"Export\\couches\\{name}", made.read(name))
            out.writestr(f"__MACOSX/Export/._{name}", b"x")
    guess, layer = found("a.zip", buffer.getvalue())
    assert guess.members == ("Export/couches/couche.shp",)
    assert list(layer.frame["nom"]) == ["Bassin", "Parc"]


def test_a_gtfs_keeps_its_stops_however_its_lines_are_written():
    expected = gtfs.read(archive(), name="a.zip").frame
    tables = {"stops": STOPS, "routes": ROUTES, "trips": TRIPS, "stop_times": STOP_TIMES}
    written = {
        "CR": {name: raw.replace(b"\n", b"\r") for name, raw in tables.items()},
        "UTF-16": {name: raw.decode().encode("utf-16") for name, raw in tables.items()},
        "UTF-16 sans marque": {name: raw.decode().encode("utf-16-le") for name, raw in tables.items()},
        "lignes courtes entre guillemets": {
            "stops": STOPS.replace(b",0,\n", b",0\n").replace(b"Castellane M1", b'"Castellane M1"')
        },
        "lignes courtes": {
            "stops": STOPS.replace(b",0,\n", b",0\n"),
            "stop_times": STOP_TIMES.replace(b",1\n", b"\n"),
        },
    }
    for way, changed in written.items():
        frame = gtfs.read(archive(**changed), name="a.zip").frame
        assert frame.drop(columns="geometry").equals(expected.drop(columns="geometry")), way
    mac = archive(
        {f"R/{name}": raw for name, raw in TABLES.items()} | {f"__MACOSX/R/._{name}": b"x" for name in TABLES}
    )
    assert len(gtfs.read(mac, name="a.zip").frame) == len(expected)


def test_hidden_rows_are_read_and_said():
    guess = own_layer.look("a.xlsx", (CASES / "lignes_masquees.xlsx").read_bytes())
    assert len(guess.cells) == 5
    assert any(note.replace("\u00a0", " ").startswith("2 lignes masquées") for note in guess.notes)
    book = openpyxl.load_workbook(
        io.BytesIO(files.workbook([["nom", "lon", "lat"], ["A", 5.37, 43.3], ["B", 5.38, 43.3]]))
    )
    book.active.row_dimensions[3].hidden = True
    buffer = io.BytesIO()
    book.save(buffer)
    assert any("ligne masquée" in note for note in found("a.xlsx", buffer.getvalue())[0].notes)
    assert not any(
        "masqué" in note
        for note in found("a.xlsx", files.workbook([["nom", "lon", "lat"], ["A", 5.37, 43.3]]))[0].notes
    )


@pytest.mark.parametrize(
    ("headings", "label"),
    [
        ("comm_nom;site_nom", "site_nom"),
        ("NOMCOM;NOMSITE", "NOMSITE"),
        ("nom_dep;Nom de l'établissement", "Nom de l'établissement"),
        ("libelle_commune;raison_sociale", "raison_sociale"),
        ("adresse;enseigne", "enseigne"),
        ("id;adresse", "adresse"),
    ],
)
def test_a_name_of_what_is_around_is_not_that_of_the_object(headings, label):
    rows = "".join(f"a{at};b{at};5,37;43,3{at}\n" for at in range(4))
    assert found("a.csv", f"{headings};lon;lat\n{rows}")[0].choice.label == label
