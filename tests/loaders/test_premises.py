"""What an inventory says once read, its template, and the fictitious inventory."""

import csv
import io
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from shapely.geometry import box

from errors import ArgumentError, AtlasError, SourceContentError
from exports import tables
from exports.context import Context
from facts.fields import Field
from loaders import fictional, premises, qpv
from loaders.brought import addresses, premises_template
from loaders.brought.premises_schema import BY_NAME, COLUMNS, FICTIONAL, OUTSIDE_QPV
from loaders.formats import cells
from loaders.formats.cells import FORMULA_SIGNS
from loaders.quality import MENDED, SET_ASIDE

DAMAGED = Path(__file__).parent / "damaged"
TODAY = pd.Timestamp("2026-11-24")


def read(name):
    return premises.read(DAMAGED / name, today=TODAY).frame


def made(*rows, head="id_local;adresse;lon;lat;usage;source;date_releve"):
    return "\r\n".join([head, *rows]).encode()


# What was written


def test_numbers():
    surfaces = read("nombres.csv")["surface_m2"]
    assert surfaces[["N1", "N2", "N3", "N4", "N5"]].tolist() == [80.5, 1234.5, 1234.5, 1234.5, 85.25]
    assert surfaces[["N6", "N7", "N8", "N9", "N10", "N11", "N12"]].isna().all()
    rents = read("loyers.csv")["loyer_m2_an"]
    assert rents[["N1", "N2", "N3"]].tolist() == [0, 95.5, 2000]
    assert rents[["N4", "N5", "N6"]].isna().all()


def test_dates():
    days = read("dates.csv")["date_releve"]
    february = pd.Timestamp("2026-02-01")
    assert days.drop("D4").tolist() == [pd.Timestamp("2026-01-15")] * 5
    assert days["D4"] == february


def test_floors():
    floors = read("etages.csv")["etage"]
    numbered = [f"E{rank}" for rank in range(1, 9)]
    assert floors[numbered].tolist() == [0, 0, 0, 0, 1, 2, -1, -1]
    assert floors[["E9", "E10", "E11"]].isna().all()


def test_lists_whatever_the_case_and_the_accents():
    names = ["usage", "statut", "etat_bati", "entree_plain_pied", "niveau_confiance"]
    rows = read("listes.csv")[names].to_numpy().tolist()
    assert rows == [
        ["vacant", "disponible", "bon", "oui", "élevé"],
        ["service public", "occupé", "dégradé", "non", "élevé"],
        ["commercial", "occupé", "dégradé", "oui", "faible"],
        ["inconnu"] * 5,
    ]


def test_typed_cells_of_a_workbook():
    frame = read("types.xlsx")
    assert frame["surface_m2"].tolist()[:2] == [80.125, 60.5]
    assert frame["surface_m2"].isna().tolist() == [False, False, True]
    assert frame["date_releve"].tolist() == [pd.Timestamp("2026-01-15")] * 3
    assert frame["adresse"].isna().tolist() == [False, False, True]


def test_cached_value_of_a_formula():
    assert read("formules_calculees.xlsx").loc["L1", "surface_m2"] == 80


def test_encodings_give_the_same_text():
    for name in ("windows1252.csv", "utf16.csv", "tabulations.csv", "titres_avant_entete.csv"):
        assert read(name)["adresse"].tolist() == ["1 rue Félix", "2 rue Élan"]


def test_apostrophes_of_our_exports_are_undone():
    frame = read("formules.csv")
    assert frame.loc["L3", ["adresse", "source"]].tolist() == ["=1+1 rue", "-R"]
    assert frame.loc["L5", "adresse"] == "'quai"


@pytest.mark.parametrize("sign", FORMULA_SIGNS)
def test_every_sign_that_our_exports_neutralise_is_undone(sign):
    source = premises.source_of(premises.read_fictional(), name="a.csv")
    frame = pd.DataFrame({"texte": [f"{sign}1"]}, index=pd.Index(["L1"], name="id"))
    written = tables.to_csv(frame, context=Context.of([source], subject="essai", place="essai"), plain=True)
    cell = list(csv.reader(io.StringIO(written.decode(), newline="")))[1][1]
    assert cell == f"'{sign}1"
    assert cells.restore(pd.Series([cell, f"'{cell}", "'quai", "plain"])).tolist() == [
        f"{sign}1", cell, "'quai", "plain",
    ]  # fmt: skip


@pytest.mark.parametrize("plain", [False, True])
def test_rows_of_our_own_export_are_read_back(plain):
    raw = made(
        "=1;'+33 rue;5,3795;43,3125;vacant;'=R;15/01/2026", 'L2;"a ; ""b""";5,048;43,406;vacant;R;16/01/2026'
    )
    first = premises.load(raw.replace(b"\n=1", b"\n'=1"), name="a.csv")
    degrees = first.to_crs(4326)
    written = first.assign(lon=degrees.geometry.x, lat=degrees.geometry.y)
    source = premises.source_of(premises.read(raw, name="a.csv"), name="a.csv")
    fields = [
        Field(column.name, column.title, {"date": "date", "nombre": "decimal", "degres": "decimal"}.get(column.kind, "texte"))
        for column in COLUMNS
        if column.name != "id_local"
    ]  # fmt: skip
    context = Context.of([source], subject="locaux", place="métropole")
    fields = [Field("id_local", "Identifiant du local", "texte"), *fields]
    again = premises.load(tables.to_csv(written, context=context, fields=fields, plain=plain), name="b.csv")
    assert again.index.tolist() == ["=1", "L2"]
    assert again["adresse"].tolist() == ["+33 rue", 'a ; "b"']
    assert again["source"].tolist() == ["=R", "R"]
    pd.testing.assert_frame_equal(
        pd.DataFrame(again.drop(columns="geometry")), pd.DataFrame(first.drop(columns="geometry"))
    )
    assert (again.distance(first) < 0.2).all()  # six decimals of a degree are 0.1 m


def test_nothing_is_embedded():
    frame = premises.load()
    assert frame.empty
    assert frame.crs.to_epsg() == 2154
    assert frame.index.name == "id_local"
    pd.testing.assert_series_equal(frame.dtypes, premises.load(premises.FICTIONAL_FILE).dtypes)


# Where it is


def squares():
    """Two QPV of 200 m and 100 m, 300 m apart, west of the point 5.3795, 43.3125 at most."""
    x, y = 893_124, 6_248_837
    shapes = {
        "QN00001A": box(x - 100, y - 100, x + 100, y + 100),
        "QN00002A": box(x + 400, y, x + 500, y + 100),
    }
    return gpd.GeoDataFrame(index=pd.Index(shapes, name="code_qp"), geometry=list(shapes.values()), crs=2154)


def test_code_is_that_of_the_point():
    raw = made(
        "A;QN00001A;5,3795;43,3125",
        "B;;5,3795;43,3125",
        "C;QN00002A;5,3795;43,3125",
        "D;hors QPV;5,3795;43,3125",
        "E;QN00001A;5,3995;43,3125",
        "F;;5,3995;43,3125",
        head="id_local;code_qp;lon;lat",
    )
    lines = raw.decode().split("\r\n")
    raw = "\r\n".join(
        line + (";usage;source;date_releve" if rank == 0 else ";vacant;R;15/01/2026")
        for rank, line in enumerate(lines)
    ).encode()
    reading = premises.read(raw, name="a.csv", zones=squares())
    assert reading.frame["code_qp"].to_dict() == {
        "A": "QN00001A", "B": "QN00001A", "C": "QN00001A", "D": "QN00001A", "F": OUTSIDE_QPV,
    }  # fmt: skip
    found = reading.faults()[["identifiant", "faute", "valeur", "suite"]]
    # C is 400 m from the second square; E is 0.02 degree, 1.6 km, east: 1.5 km from the first.
    assert found["identifiant"].tolist() == ["C", "E"]
    assert found["faute"].tolist() == ["hors du QPV déclaré", "loin du QPV déclaré"]
    assert found["suite"].tolist() == [MENDED, SET_ASIDE]
    assert found["valeur"][0] == "QN00002A déclaré, point à 400 m, QN00001A"


class Answer(NamedTuple):
    lon: float
    lat: float
    precise: bool = True


class Geocoder:
    """Answers from a table, and remembers what it was asked."""

    def __init__(self, answers):
        self.answers = answers
        self.asked = []

    def __call__(self, address):
        self.asked.append(address)
        answer = self.answers.get(address)
        if isinstance(answer, Exception):
            raise answer
        return answer


def by_address(*places):
    return made(
        *(f"L{rank};{place};;;vacant;R;15/01/2026" for rank, place in enumerate(places, 1)),
    )


def test_addresses_are_asked_once_each():
    geocode = Geocoder({"sûre": Answer(5.3795, 43.3125), "vague": Answer(5.3795, 43.3125, precise=False)})
    geocode.answers["à"] = ArgumentError("texte trop court")
    places = by_address("sûre", "vague", "nulle part", "", "sûre", "à", "sûre")
    reading = premises.read(places, name="a.csv", geocode=geocode)
    assert geocode.asked == ["sûre", "vague", "nulle part", "à"]
    assert reading.frame.index.tolist() == ["L1", "L5", "L7"]
    assert reading.frame["origine_position"].unique().tolist() == ["adresse géocodée, à vérifier"]
    assert reading.faults()["faute"].tolist() == [
        "adresse trop imprécise", "adresse introuvable", "ni coordonnées ni adresse", "adresse introuvable",
    ]  # fmt: skip
    assert reading.report.lignes_lues == 7


def test_coordinates_prevail_over_the_address():
    geocode = Geocoder({})
    raw = made("L1;1 rue;5,3795;43,3125;vacant;R;15/01/2026")
    frame = premises.load(raw, name="a.csv", geocode=geocode)
    assert geocode.asked == []
    assert frame["origine_position"].tolist() == ["coordonnées de l'inventaire"]


def test_service_away_is_not_asked_again():
    geocode = Geocoder({"a": Answer(5.3795, 43.3125), "b": AtlasError("le service ne répond pas")})
    reading = premises.read(by_address("a", "b", "c", "d"), name="a.csv", geocode=geocode)
    assert geocode.asked == ["a", "b"]
    assert reading.frame.index.tolist() == ["L1"]
    assert reading.faults()["faute"].tolist() == ["géocodage interrompu (le service ne répond pas)"] * 3
    assert reading.faults()["a_faire"].tolist() == ["recommencer plus tard, ou remplir lon et lat"] * 3


def test_no_more_addresses_than_stated(monkeypatch):
    monkeypatch.setattr(addresses, "MAX_ADDRESSES", 2)
    geocode = Geocoder({place: Answer(5.3795, 43.3125) for place in "abcd"})
    reading = premises.read(by_address(*"abcda"), name="a.csv", geocode=geocode)
    assert geocode.asked == ["a", "b"]
    assert reading.frame.index.tolist() == ["L1", "L2", "L5"]
    assert set(reading.faults()["faute"]) == {"adresse au-delà du nombre géocodé en une fois"}


# The template


@pytest.mark.parametrize("write", [premises_template.to_csv, premises_template.to_xlsx])
def test_template_is_an_inventory(write):
    reading = premises.read(write(), name="modele")
    assert reading.report.faults == []
    assert reading.frame.index.tolist() == ["EXEMPLE-001", "EXEMPLE-002"]
    assert (reading.frame["fictif"] == FICTIONAL).all()
    assert reading.rows.columns.tolist() == list(BY_NAME)
    # No example is left blank by a rule that does not read it.
    for column in COLUMNS:
        for example, (_, cell) in zip(column.examples, reading.rows[column.name].items(), strict=True):
            assert cell == example


@pytest.mark.parametrize("write", [premises_template.to_csv, premises_template.to_xlsx])
def test_blank_template_says_that_it_is_blank(write):
    with pytest.raises(AtlasError, match="aucune ligne de données"):
        premises.read(write(examples=False), name="modele")


def test_each_column_has_one_documented_line():
    lines = list(csv.reader(io.StringIO(premises_template.notes_to_csv().decode("utf-8-sig")), delimiter=";"))
    assert [line[0] for line in lines[1:]] == list(BY_NAME)
    assert all(all(cell for cell in line[:5]) for line in lines)
    sheet = openpyxl.load_workbook(io.BytesIO(premises_template.to_xlsx()))["Lisez-moi"]
    rows = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert rows == lines


def test_workbook_offers_the_values_that_are_read():
    sheet = openpyxl.load_workbook(io.BytesIO(premises_template.to_xlsx()))["Locaux"]
    offered = {
        str(rule.sqref).split("2:")[0]: rule.formula1 for rule in sheet.data_validations.dataValidation
    }
    letters = {cell.value: cell.column_letter for cell in sheet[1]}
    assert offered[letters["usage"]] == '"associatif,commercial,service public,vacant,stockage,inconnu"'
    assert set(offered) == {letters[column.name] for column in COLUMNS if column.choices}
    assert sheet.freeze_panes == "B2"


# What is invented


def test_fictitious_rows_are_known_without_their_column():
    assert read("fictif_sans_colonne.csv")["fictif"].to_dict() == {
        "F1": FICTIONAL,
        "F2": "non",
        "F3": FICTIONAL,
    }
    assert read("colonne_fictif.csv")["fictif"].to_dict() == {"F1": FICTIONAL, "F2": "non"}


def test_embedded_inventory_is_invented_and_says_so():
    assert premises.FICTIONAL_FILE.read_bytes() == fictional.make()
    reading = premises.read_fictional()
    frame = reading.frame
    assert len(frame) == 60
    assert reading.report.faults == []
    assert frame["code_qp"].nunique() == 20
    assert frame["code_qp"].isin(qpv.load().index).all()
    assert 0 < (frame["code_insee"] == "13055").sum() < 60
    assert frame["code_insee"].nunique() >= 4
    assert frame["bailleur"].str.fullmatch("Bailleur fictif [A-E]").all()
    for line in premises.FICTIONAL_FILE.read_text(encoding="utf-8-sig").splitlines()[1:]:
        assert line.endswith(";fictif")


def test_no_invented_row_enters_a_total():
    frame = read("fictif_sans_colonne.csv")
    assert premises.real(frame).index.tolist() == ["F2"]
    assert premises.real(premises.read_fictional().frame).empty


def test_no_invented_row_leaves_without_the_word():
    frame = premises.read_fictional().frame
    with pytest.raises(ArgumentError, match="fictif"):
        premises.check_marked(frame, ["adresse", "usage"])
    premises.check_marked(frame, ["adresse", "fictif"])
    premises.check_marked(read("types.xlsx"), ["adresse"])
    source = premises.source_of(premises.read_fictional(), name="locaux_fictifs.csv")
    written = tables.to_csv(frame, context=Context.of([source], subject="locaux", place="métropole"))
    rows = list(csv.reader(io.StringIO(written.decode("utf-8-sig")), delimiter=";"))
    assert all("fictif" in row for row in rows[1:])  # a cell of its own
    assert all(any("DONNÉES FICTIVES" in cell for cell in row) for row in rows[1:])


def test_inventory_that_should_be_invented_is_refused(tmp_path):
    path = tmp_path / "locaux_fictifs.csv"
    path.write_bytes(made("L1;1 rue;5,3795;43,3125;vacant;R;15/01/2026"))
    with pytest.raises(SourceContentError, match="pas marquées"):
        premises.read_fictional(path)


def test_imported_inventory_as_a_source():
    source = premises.source_of(
        premises.read(
            made(
                "L1;1 rue;5,3795;43,3125;vacant;Ville;15/01/2026",
                "L2;2 rue;5,0480;43,4060;vacant;Bailleur;03/02/2026",
                "L3;2 rue;5,0480;43,4060;squat;Autre;03/03/2026",
            ),
            name="a.csv",
        ),
        name="a.csv",
    )
    assert source.producteur == "Bailleur, Ville"
    assert source.millesime == "relevés du 15/01/2026 au 03/02/2026"
    assert source.communes == {"13055", "13056"}
    assert (source.lignes_lues, source.lignes_gardees, source.lignes_ecartees) == (3, 2, 1)
