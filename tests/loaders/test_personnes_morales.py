"""The DGFiP's file in its true layout, made up: every name, number and street is invented.

The SIREN are those that the check digit allows among numbers that begin with zeros, which nobody bears.
"""

import io
import tracemalloc

import pandas as pd
import pytest

from errors import ArgumentError, AtlasError, SourceContentError, SourceFormatError, SourceMissingError
from loaders.brought import dgfip_layout, landlords, personnes_morales
from loaders.brought.addresses import FROM_ADDRESS
from loaders.brought.personnes_morales import COLUMNS, FROM_GROUP, FROM_LIST, SITUATIONS

OFFICE, COMPANY, OTHER = "000000018", "000000026", "000000034"
LISTED = pd.DataFrame({"siren": [COMPANY], "denomination": ["SA fictive"], "source": ["essai"]}).set_index(
    "siren"
)
#: Live files say which part of the record a column belongs to.
GROUPS = (
    ["(Champ géographique)"] * 4 + ["(Références cadastrales)"] * 3 + ["(Identification du local)"] * 4
    + ["(Adresse du local)"] * 6 + ["(Propriétaire(s) du local)"] * 7
)  # fmt: skip


def row(
    *, commune="055", town="MARSEILLE", prefix="215", plan="0012", door="01001", level="00", number="0012", repeat="",
    way=("RUE", "DE L'ESSAI"), siren=OFFICE, group="5 - Office HLM", name="OFFICE FICTIF", right="P",
):  # fmt: skip
    cells = [
        "13", "0", commune, town, prefix, "AB", plan, "A", "01", level, door, number, repeat, "01234", "1234", *way,
        right, "PBBBBB", siren, group, "4140", "OPH", name,
    ]  # fmt: skip
    return ";".join(cells)


def file(*rows, encoding="cp1252", header=None):
    head = header or ";".join(f"{name} {group}" for name, group in zip(COLUMNS, GROUPS, strict=True))
    return ("\r\n".join([head, *rows]) + "\r\n").encode(encoding)


def read(*rows, **options):
    encoding = options.pop("encoding", "cp1252")
    header = options.pop("header", None)
    return personnes_morales.read(
        file(*rows, encoding=encoding, header=header), name="PM_13.txt", **{"known": LISTED, **options}
    )


def test_layout_is_that_of_the_producer():
    assert len(COLUMNS) == 24
    assert row().count(";") == 23


def test_addresses_are_grouped_and_counted():
    reading = read(
        row(door="01001", level="00"),
        row(door="01002", level="00"),
        row(door="01003", level="03"),
        row(door="01004", level="81"),
        row(door="01004", level="81", right="U"),  # the same local under a second right
        row(door="02001", level="00", number="14"),
        row(door="03001", level="02", number="16"),
        row(door="04001", level="81", number="18"),
        row(siren=OTHER, group="4 - Etat", name="AUTRE"),
        row(commune="999", town="AILLEURS"),
        millesime="situation 2025",
    )
    frame = reading.frame
    assert frame["adresse"].tolist() == ["12 RUE DE L'ESSAI", "14 RUE DE L'ESSAI"]
    first = frame.iloc[0]
    assert first[["nb_locaux", "nb_rdc", "nb_niveaux_lus"]].tolist() == [4, 2, 3]
    assert first["part_niveaux_lus"] == 0.75
    assert first["verification"] == "à vérifier"
    assert "codage non documenté" in first["lecture"]
    assert first[["code_insee", "commune", "millesime"]].tolist() == ["13055", "MARSEILLE", "situation 2025"]
    assert reading.counts == {
        "bailleurs": 8,
        "autres propriétaires": 1,
        "hors du périmètre": 1,
        "écartées": 0,
    }
    assert reading.addresses == dict(zip(SITUATIONS, (2, 1, 1), strict=True))
    assert reading.report.lignes_lues == sum(reading.counts.values()) == 10


def test_landlords_of_the_list_and_of_the_group():
    frame = read(
        row(door="1"),
        row(door="2", siren=COMPANY, group="6 - SEM", name="NOM DU FICHIER"),
        row(door="1", siren=COMPANY, group="6 - SEM", name="NOM DU FICHIER"),
        row(number="99", siren=COMPANY, group="6 - SEM"),
    ).frame
    assert frame["bailleurs"].tolist() == [["OFFICE FICTIF", "SA fictive"], ["SA fictive"]]
    assert frame["sirens"].tolist() == [[OFFICE, COMPANY], [COMPANY]]
    assert frame["origine_bailleur"].tolist() == [f"{FROM_GROUP} ; {FROM_LIST}", FROM_LIST]
    assert frame["nb_locaux"].tolist() == [2, 1]


def test_without_list_the_group_alone():
    rows = [row(), row(number="99", siren=COMPANY, group="6 - SEM")]
    assert landlords.load().empty
    reading = personnes_morales.read(file(*rows), name="PM_13.txt")
    assert reading.frame["sirens"].tolist() == [[OFFICE]]
    assert reading.counts["autres propriétaires"] == 1


def test_prefix_is_part_of_the_parcel():
    frame = read(row(prefix="215"), row(prefix="216")).frame
    assert frame["nb_locaux"].tolist() == [2]


def test_arrondissements_are_marseille():
    frame = read(row(commune="203", town="MARSEILLE 3E"), row(commune="215", town="MARSEILLE 15E")).frame
    assert frame["code_insee"].tolist() == ["13055", "13055"]
    assert frame["commune"].tolist() == ["MARSEILLE 3E", "MARSEILLE 15E"]


@pytest.mark.parametrize(
    ("number", "repeat", "expected"),
    [("0012", "B", "12 bis RUE DE L'ESSAI"), ("12", "t", "12 ter RUE DE L'ESSAI"), ("", "", "RUE DE L'ESSAI"), ("7", "E", "7 E RUE DE L'ESSAI")],
)  # fmt: skip
def test_address_as_it_is_written(number, repeat, expected):
    assert read(row(number=number, repeat=repeat)).frame["adresse"].tolist() == [expected]


@pytest.mark.parametrize(
    ("level", "situation"),
    [("00", 0), ("0", 0), ("01", 1), ("50", 1), ("51", 2), ("81", 2), ("", 2), ("RC", 2), ("-1", 2)],
)
def test_levels(level, situation):
    assert read(row(level=level)).addresses[SITUATIONS[situation]] == 1


@pytest.mark.parametrize(
    ("encoding", "town", "told"),
    [
        ("cp1252", "CŒUR D’ÎLE", "CP1252"),
        ("iso8859-15", "CŒUR D'ÎLE", "ISO8859-15"),
        ("utf-8", "CŒUR D’ÎLE", "UTF-8"),
        ("utf-8-sig", "CŒUR D’ÎLE", "UTF-8"),
    ],
)
def test_encodings(encoding, town, told):
    reading = read(row(town=town), encoding=encoding)
    assert reading.frame["commune"].tolist() == [town]
    assert reading.notes == (f"Encodage reconnu : {told}",)


def test_encoding_told_by_a_late_byte():
    rows = [row(siren=OTHER, group="4 - Etat", name="AUTRE")] * 20_000
    assert len(file(*rows)) > 2 << 20
    assert read(*rows, row(town="CŒUR"), encoding="iso8859-15").frame["commune"].tolist() == ["CŒUR"]


def test_bare_header_is_read_too():
    assert len(read(row(), header=";".join(COLUMNS)).frame) == 1


def test_open_file_is_read(tmp_path):
    path = tmp_path / "PM_13.txt"
    path.write_bytes(file(row()))
    with path.open("rb") as stream:
        assert len(personnes_morales.read(stream, name="a", known=LISTED).frame) == 1
    assert len(personnes_morales.read(path, known=LISTED).frame) == 1
    assert len(personnes_morales.read(io.BytesIO(path.read_bytes()), name="a", known=LISTED).frame) == 1


def test_rows_at_fault_are_set_aside_without_their_owner():
    reading = read(
        row(),
        row(siren=""),
        row(siren="U12345678"),
        row(way=("", "")),
        row() + ";de trop",
        "13;0;055",
        '"' + row(number="13"),  # a quote that never closes takes its own line alone
        row(number="15", town='"MARSEILLE; EST"'),
    )
    found = reading.report.frame()
    assert list(found[["ligne", "faute"]].itertuples(index=False, name=None)) == [
        (3, "bailleur sans numéro SIREN"),
        (4, "bailleur sans numéro SIREN"),
        (5, "adresse absente"),
        (6, "ligne mal découpée : 25 champs au lieu de 24"),
        (7, "ligne mal découpée : 3 champs au lieu de 24"),
        (8, "ligne mal découpée : 1 champs au lieu de 24"),
    ]
    assert not found["valeur"].str.contains("FICTIF").any()
    assert reading.counts == {
        "bailleurs": 2,
        "autres propriétaires": 0,
        "hors du périmètre": 0,
        "écartées": 6,
    }
    assert reading.frame["commune"].tolist() == ["MARSEILLE", "MARSEILLE; EST"]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "fichier vide"),
        (b"PK\x03\x04", "archive compressée"),
        (b"<html></html>", "page web"),
        (b"id_local;usage\r\nL1;vacant\r\n", "colonnes absentes : Département, Code Direction"),
        (file(header=";".join([*COLUMNS[1:], COLUMNS[0]])), "autre ordre"),
        (file(header=";".join([*COLUMNS, "en trop"])), "25 colonnes au lieu de 24"),
        (file(), "aucune ligne de données"),
        (file(*["13;0"] * 1_002), "plus de 1000 lignes fautives"),
    ],
)
def test_not_the_file(raw, words):
    with pytest.raises(SourceFormatError, match=words) as caught:
        personnes_morales.read(raw, name="PM_13.txt", known=LISTED)
    assert str(caught.value).startswith("PM_13.txt : ")
    assert isinstance(caught.value, AtlasError)


def test_too_many_rows(monkeypatch):
    monkeypatch.setattr(personnes_morales, "MAX_ROWS", 3)
    with pytest.raises(SourceContentError, match="plus de 3 lignes"):
        read(*[row()] * 4)


def test_wrong_calls(tmp_path):
    with pytest.raises(SourceMissingError):
        personnes_morales.read(tmp_path / "absent.csv")
    with pytest.raises(ArgumentError, match="nom"):
        personnes_morales.read(b"a")
    with pytest.raises(ArgumentError, match="millésime"):
        read(row(), millesime=" ")


def test_vintage_that_is_not_given_is_said_to_be_missing():
    reading = read(row())
    assert reading.frame["millesime"].tolist() == ["millésime non précisé"]
    source = personnes_morales.source_of(reading, name="PM_13.txt")
    assert source.millesime == "millésime non précisé"
    assert source.communes == {"13055"}
    assert (source.lignes_lues, source.lignes_gardees, source.lignes_ecartees) == (1, 1, 0)


def test_ids_do_not_depend_on_the_order():
    rows = [row(number=str(number), way=("AV", name)) for number in (1, 2) for name in ("DE L'ÉTÉ", "DU PRÉ")]
    first, second = read(*rows).frame, read(*reversed(rows)).frame
    assert first.index.is_unique
    assert first.index.tolist() == second.index.tolist()
    assert first.index[0] == "PM-13-055-1-0-av-de-l-ete"


def test_memory_grows_with_the_landlords_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(dgfip_layout, "_CHUNK", 1 << 16)
    path = tmp_path / "PM_13.txt"
    other = row(siren=OTHER, group="4 - Etat", name="AUTRE") + "\r\n"
    path.write_bytes(file(row()) + (other * 20_000).encode("cp1252"))
    assert path.stat().st_size > 2_000_000
    tracemalloc.start()
    reading = personnes_morales.read(path, known=LISTED)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert reading.counts["autres propriétaires"] == 20_000
    assert peak < 500_000


class Answer:
    def __init__(self, lon, lat, precise):
        self.lon, self.lat, self.precise = lon, lat, precise


def test_candidates_are_placed_on_request():
    frame = read(
        row(number="1"),
        row(number="2"),
        row(number="3"),
        row(number="4", commune="056", town="MARTIGUES"),
        row(number="5"),
        row(number="6"),
    ).frame
    answers = {
        "1 RUE DE L'ESSAI MARSEILLE": Answer(5.3795, 43.3125, precise=True),
        "2 RUE DE L'ESSAI MARSEILLE": Answer(5.3795, 43.3125, precise=False),
        "4 RUE DE L'ESSAI MARTIGUES": Answer(5.0480, 43.4060, precise=True),
        # A street of the same name, in Martigues and then in Toulon.
        "5 RUE DE L'ESSAI MARSEILLE": Answer(5.0480, 43.4060, precise=True),
        "6 RUE DE L'ESSAI MARSEILLE": Answer(5.9300, 43.1250, precise=True),
    }
    placed = personnes_morales.place(frame, answers.get)
    assert placed.index.tolist() == frame.index.tolist()
    assert placed["position"].tolist() == [
        FROM_ADDRESS,
        "adresse trop imprécise",
        "adresse introuvable",
        "adresse trouvée dans une autre commune",
        "hors du périmètre de l'atlas",
        FROM_ADDRESS,
    ]
    assert placed["code_qp"].fillna("").tolist() == ["QN01332M", "", "", "", "", "hors QPV"]
    assert placed["code_insee"].tolist() == ["13055"] * 5 + ["13056"]
    assert placed.geometry.notna().tolist() == [True, False, False, False, False, True]
    assert placed["verification"].tolist() == ["à vérifier"] * 6
    assert placed.crs.to_epsg() == 2154


def test_no_candidate_is_found():
    placed = personnes_morales.place(read(row()).frame, lambda _: None)
    assert placed["position"].tolist() == ["adresse introuvable"]
    assert placed.geometry.isna().all()
    assert placed.crs.to_epsg() == 2154


@pytest.mark.parametrize(
    ("siren", "valid"),
    [(OFFICE, True), ("000000019", False), ("00000001", False), ("0000000I8", False), ("٠٠٠٠٠٠٠١٨", False)],
)
def test_siren(siren, valid):
    assert landlords.is_siren(siren) is valid


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (["123,Nom,Annuaire"], "ligne 2 : « 123 » n'est pas un SIREN"),
        ([f"{OFFICE},,Annuaire", f"{COMPANY},Nom,"], "ligne 2 : denomination vide ; ligne 3 : source vide"),
        ([f"{OFFICE},A,B", f"{OFFICE},A,B"], f"ligne 3 : SIREN {OFFICE} en double"),
    ],
)
def test_list_of_landlords_at_fault(rows, words, tmp_path):
    path = tmp_path / "bailleurs.csv"
    path.write_text("\n".join(["siren,denomination,source", *rows]), encoding="utf-8")
    with pytest.raises(SourceContentError, match=words):
        landlords.load(path)


def test_list_of_landlords(tmp_path):
    path = tmp_path / "bailleurs.csv"
    path.write_text(
        f"siren,denomination,source\n{COMPANY},B,Annuaire\n{OFFICE},A,Annuaire\n", encoding="utf-8"
    )
    frame = landlords.load(path)
    assert frame.index.tolist() == [OFFICE, COMPANY]
    assert frame["denomination"].tolist() == ["A", "B"]
