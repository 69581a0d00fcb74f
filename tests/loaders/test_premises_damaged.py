"""Damaged inventories: each ends in a clear message or in rows set aside one by one, and nothing is lost.

Files under `damaged/` bear the name of their fault; those that would be too large are made here.
"""

import io
import math
import random
import warnings
import zipfile
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
from shapely.geometry import MultiPoint, Point

from errors import (
    ArgumentError,
    AtlasError,
    SourceContentError,
    SourceCrsError,
    SourceError,
    SourceFormatError,
    SourceMissingError,
)
from loaders import premises, qpv
from loaders.apart import pool
from loaders.formats import grids, workbooks
from loaders.formats.grids import MAX_ROWS
from loaders.formats.uploads import MAX_BYTES
from loaders.formats.workbooks import MAX_INFLATED_BYTES, MAX_MEMBERS
from loaders.quality import KEPT, MENDED, SET_ASIDE

DAMAGED = Path(__file__).parent / "damaged"
TODAY = pd.Timestamp("2026-11-24")
TRIES = 25
HEADER = "id_local;adresse;lon;lat;surface_m2;usage;source;date_releve"
ROW = "1 rue;5,3795;43,3125;80;vacant;R;15/01/2026"
#: A sheet's part in a workbook whose only other parts are what Excel itself needs.
PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="Locaux" sheetId="1" r:id="r1"/></sheets></workbook>'
    ),
}


def archive(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return buffer.getvalue()


def workbook(lines):
    """Write a workbook of text cells by hand, part by part."""
    rows = "".join(
        "<row>"
        + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in line.split(";"))
        + "</row>"
        for line in lines
    )
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f'<dimension ref="A1:H{len(lines)}"/><sheetData>{rows}</sheetData></worksheet>'
    )
    return archive(PARTS | {"xl/worksheets/sheet1.xml": sheet})


def inventory(number):
    return [HEADER, *(f"L{rank};{ROW}" for rank in range(number))]


def layer(geometry=None, crs="EPSG:4326", **columns):
    values = {
        "id_local": ["L1", "L2"], "usage": ["vacant", "associatif"], "source": "R", "date_releve": "2026-01-15",
    }  # fmt: skip
    geometry = geometry or [Point(5.3795, 43.3125), Point(5.0480, 43.4060)]
    return gpd.GeoDataFrame(values | columns, geometry=geometry, crs=crs)


def geopackage(tmp_path, **layers):
    path = tmp_path / "inventaire.gpkg"
    for name, frame in layers.items():
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "'crs' was not provided")
            pyogrio.write_dataframe(frame, path, layer=name, driver="GPKG", append=path.exists())
    return path.read_bytes()


REFUSED = {
    "vide.csv": (SourceFormatError, "fichier vide"),
    "page_web.csv": (SourceFormatError, "page web"),
    "sans_entete.csv": (SourceFormatError, "aucune ligne d'en-tête reconnue"),
    "sans_entete.xlsx": (SourceFormatError, "aucune feuille n'a d'en-tête"),
    "entete_seul.csv": (SourceFormatError, "aucune ligne de données"),
    "entete_fusionne.csv": (SourceFormatError, "colonne n° 5 a des valeurs et pas de titre"),
    "entete_fusionne.xlsx": (SourceFormatError, "colonne n° 4 a des valeurs et pas de titre"),
    "entete_sur_deux_lignes.csv": (SourceFormatError, "colonne n° 4 a des valeurs et pas de titre"),
    "colonnes_absentes.csv": (SourceFormatError, "colonnes absentes : usage, date_releve"),
    "colonne_en_double.csv": (SourceFormatError, r"colonne en double : « Surface \(m²\) »"),
    "sans_position.csv": (SourceFormatError, r"colonne absente : lon et lat \(ou adresse\)"),
    "lon_sans_lat.csv": (SourceFormatError, "colonne absente : lat"),
    "coordonnees_inversees.csv": (SourceCrsError, "inversées"),
    "lambert93_dans_les_degres.csv": (SourceCrsError, "coordonnées en mètres"),
    "coordonnees_nulles.csv": (SourceCrsError, "hors de la France"),
    "accents_perdus.csv": (SourceFormatError, "accents perdus.*« Ã© », ligne 2"),
    "guillemet_ouvert.csv": (SourceFormatError, "ligne 3 illisible.*guillemets"),
    "geojson.csv": (SourceFormatError, "GeoJSON"),
    "document.pdf.csv": (SourceFormatError, "document PDF"),
    "compresse.csv": (SourceFormatError, "gzip"),
    "zip_renomme.xlsx": (SourceFormatError, "archive ZIP, pas un classeur"),
    "opendocument.xlsx": (SourceFormatError, "OpenDocument"),
    "mot_de_passe.xlsx": (SourceFormatError, "protégé par un mot de passe"),
    "ancien_format.xls": (SourceFormatError, r"ancien format \(\.xls\)"),
    "tronque.xlsx": (SourceFormatError, "tronqué ou endommagé"),
    "feuille_abimee.xlsx": (SourceFormatError, "classeur illisible"),
    "deux_feuilles.xlsx": (SourceFormatError, "« Nord », « Sud ».*nommer « Locaux »"),
}
#: Rows read, ids kept, faults as (line, fault, what was done), a word of the notes.
READ = {
    "windows1252.csv": (2, ["L1", "L2"], [], "Windows-1252"),
    "utf16.csv": (2, ["L1", "L2"], [], "UTF-16"),
    "utf16_sans_marque.csv": (2, ["L1", "L2"], [], "UTF-16"),
    "mac_roman.csv": (2, ["L1", "L2"], [], "Mac Roman"),
    "virgules.csv": (1, ["L1"], [], "virgule"),
    "tabulations.csv": (2, ["L1", "L2"], [], "tabulation"),
    "titres_avant_entete.csv": (2, ["L1", "L2"], [], "3 lignes de titre"),
    "titres_francais.csv": (1, ["L1"], [], r"non lues : Gardien \(nom\)"),
    "lignes_blanches.csv": (2, ["L1", "L2"], [], None),
    "types.xlsx": (3, ["L1", "L2", "L3"], [], "1 ligne de titre"),
    "deux_feuilles_dont_locaux.xlsx": (1, ["L1"], [], "Feuille lue : Locaux"),
    "formules_calculees.xlsx": (2, ["L1", "L2"], [], None),
    "formules_non_calculees.xlsx": (
        2, ["L2"], [(2, "formule sans valeur enregistrée (surface_m2)", SET_ASIDE)], "non lues : note",
    ),
    "erreurs_tableur.xlsx": (2, ["L1"], [(3, "erreur de tableur (usage)", SET_ASIDE)], None),
    "formules.csv": (5, ["L1", "L3", "L5"], [
        (3, "formule sans valeur enregistrée (adresse)", SET_ASIDE),
        (5, "erreur de tableur (surface_m2)", SET_ASIDE),
        (6, "nombre hors bornes (surface_m2)", MENDED),
    ], None),
    "identifiants_en_double.csv": (4, ["L1", "L2"], [
        (4, "identifiant en double", SET_ASIDE), (5, "identifiant absent", SET_ASIDE),
    ], None),
    "dates.csv": (13, ["D1", "D2", "D3", "D4", "D5", "D6"], [
        *((line, "date illisible (date_releve)", SET_ASIDE) for line in (8, 9, 10, 11)),
        *((line, "date hors bornes (date_releve)", SET_ASIDE) for line in (12, 13)),
        (14, "valeur absente (date_releve)", SET_ASIDE),
    ], None),
    "nombres.csv": (12, [f"N{rank}" for rank in range(1, 13)], [
        (7, "texte au lieu d'un nombre (surface_m2)", MENDED),
        *((line, "nombre hors bornes (surface_m2)", MENDED) for line in (8, 9, 10)),
        *((line, "texte au lieu d'un nombre (surface_m2)", MENDED) for line in (11, 13)),
    ], None),
    "loyers.csv": (6, [f"N{rank}" for rank in range(1, 7)], [
        *((line, "nombre hors bornes (loyer_m2_an)", MENDED) for line in (5, 6)),
        (7, "texte au lieu d'un nombre (loyer_m2_an)", MENDED),
    ], None),
    "etages.csv": (11, [f"E{rank}" for rank in range(1, 12)], [
        *((line, "local hors du rez-de-chaussée (etage)", KEPT) for line in (6, 7, 8, 9)),
        *((line, "étage illisible (etage)", MENDED) for line in (10, 11)),
    ], None),
    "listes.csv": (9, ["U1", "U2", "U3", "U4"], [
        (line, f"valeur inconnue ({name})", SET_ASIDE)
        for line, name in enumerate(["usage", "statut", "etat_bati", "entree_plain_pied", "niveau_confiance"], 6)
    ], None),
    "moitie_de_fichier.csv": (3, ["L1", "L2"], [(4, "ligne incomplète : 4 cellules au lieu de 8", SET_ASIDE)], None),
    "lignes_mal_decoupees.csv": (4, ["L1", "L4"], [
        (3, "ligne mal découpée : 9 cellules au lieu de 8", SET_ASIDE),
        (4, "ligne incomplète : 3 cellules au lieu de 8", SET_ASIDE),
    ], None),
    "positions.csv": (15, ["L1", "L2", "P1", "R0", "R1", "R2", "R3"], [
        (4, "coordonnées inversées", MENDED),
        (5, "coordonnées en mètres", SET_ASIDE),
        (6, "hors du périmètre de l'atlas", SET_ASIDE),
        (7, "adresse non géocodée", SET_ASIDE),
        (8, "ni coordonnées ni adresse", SET_ASIDE),
        (9, "coordonnées incomplètes", SET_ASIDE),
        (10, "texte au lieu d'un nombre (lon)", SET_ASIDE),
        (11, "hors du périmètre de l'atlas", SET_ASIDE),
        (12, "coordonnées hors de France", SET_ASIDE),
    ], None),
    "codes_qp.csv": (9, ["Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7", "Q9"], [
        (6, "code de QPV de 2015", MENDED),
        *((line, "code de QPV inconnu", MENDED) for line in (7, 8)),
        (9, "loin du QPV déclaré", SET_ASIDE),
    ], None),
    "valeurs_absentes.csv": (4, ["L1"], [
        (3, "valeur absente (source)", SET_ASIDE),
        (4, "valeur absente (date_releve)", SET_ASIDE),
        (5, "identifiant absent", SET_ASIDE),
    ], None),
    "rien_a_garder.csv": (2, [], [(line, "valeur inconnue (usage)", SET_ASIDE) for line in (2, 3)], None),
    "fictif_sans_colonne.csv": (3, ["F1", "F2", "F3"], [], None),
    "colonne_fictif.csv": (3, ["F1", "F2"], [(4, "valeur inconnue (fictif)", SET_ASIDE)], None),
}  # fmt: skip


def test_every_damaged_file_is_expected():
    assert {path.name for path in DAMAGED.iterdir()} == REFUSED.keys() | READ.keys()
    assert len(REFUSED) + len(READ) >= 30


@pytest.mark.parametrize("by_path", [True, False], ids=["chemin", "contenu"])
@pytest.mark.parametrize("name", REFUSED)
def test_file_is_refused(name, by_path):
    error, words = REFUSED[name]
    source = DAMAGED / name if by_path else (DAMAGED / name).read_bytes()
    with pytest.raises(error, match=words) as caught:
        premises.read(source, name=None if by_path else name, today=TODAY)
    assert isinstance(caught.value, SourceError)
    assert str(caught.value).startswith(f"{name} : ")
    assert "À faire : " in str(caught.value)


@pytest.mark.parametrize("name", READ)
def test_file_is_read_row_by_row(name):
    number, kept, faults, note = READ[name]
    reading = premises.read(DAMAGED / name, today=TODAY)
    found = reading.faults()
    assert list(found[["ligne", "faute", "suite"]].itertuples(index=False, name=None)) == faults
    assert reading.frame.index.tolist() == sorted(kept)
    assert (found["a_faire"].str.len() > 10).all()
    if note is None:
        assert reading.notes == ()
    else:
        assert pd.Series(reading.notes).str.contains(note).any()
    # Nothing is lost: every row of the file is kept or set aside, once, and can be given back.
    report = reading.report
    assert (report.lignes_lues, report.lignes_gardees) == (number, len(kept))
    assert report.lignes_lues == report.lignes_gardees + report.lignes_ecartees == len(reading.rows)
    aside = reading.set_aside()
    assert aside.index.is_unique
    assert aside.index.tolist() == sorted({line for line, _, result in faults if result == SET_ASIDE})
    ids = reading.rows.loc[reading.rows.index.difference(aside.index), "id_local"]
    assert sorted(ids) == sorted(kept)


def test_miscut_row_keeps_the_cells_that_have_no_column():
    aside = premises.read(DAMAGED / "lignes_mal_decoupees.csv").set_aside()
    assert aside.loc[3, "date_releve"] == "R ; 15/01/2026"
    assert aside.loc[3, "a_faire"] == "vérifier les séparateurs et les guillemets de la ligne"


def test_load_refuses_what_it_cannot_keep_at_all():
    with pytest.raises(SourceContentError, match=r"aucune des 2 lignes.*ligne 2, valeur inconnue \(usage\)"):
        premises.load(DAMAGED / "rien_a_garder.csv")


def test_mend_of_a_cell_says_what_it_may_hold():
    assert premises.Inventory.mend("valeur inconnue (usage)") == (
        "écrire une valeur parmi : associatif, commercial, service public, vacant, stockage, inconnu"
    )
    assert (
        premises.Inventory.mend("nombre hors bornes (surface_m2)")
        == "écrire un nombre de 1 à 20\u202f000 (m²)"
    )


def test_no_such_file(tmp_path):
    with pytest.raises(SourceMissingError, match="introuvable"):
        premises.read(tmp_path / "absent.csv")


def test_content_without_a_name():
    with pytest.raises(ArgumentError, match="doit avoir un nom"):
        premises.read(b"id_local")


def too_large():
    return b"a" * (MAX_BYTES + 1)


def too_many_lines():
    return "\n".join(inventory(200_000)).encode()


def bomb():
    return archive(PARTS | {"xl/worksheets/sheet1.xml": b"0" * (MAX_INFLATED_BYTES + 1)})


def small_bomb():
    return archive(PARTS | {"xl/worksheets/sheet1.xml": b"0" * 20_000_000})


def crowd():
    return archive(PARTS | {f"xl/media/{rank}": b"" for rank in range(MAX_MEMBERS)})


def locked():
    raw = bytearray(workbook(inventory(1)))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the flag in both headers of each member
        at = raw.find(mark)
        while at >= 0:
            raw[at + offset] |= 1
            at = raw.find(mark, at + 4)
    return bytes(raw)


def lying():
    """Declare fewer bytes than a member holds."""
    raw = bytearray(workbook(inventory(2_000)))
    at = raw.rfind(b"PK\x01\x02")
    raw[at + 24 : at + 28] = (100).to_bytes(4, "little")
    return bytes(raw)


@pytest.mark.parametrize(
    ("make", "name", "error", "words"),
    [
        (too_large, "a.csv", SourceContentError, "fichier de 60 Mo, 60 Mo au plus"),
        (too_many_lines, "a.csv", SourceContentError, "plus de 50\u202f000 lignes.*découper"),
        (bomb, "a.xlsx", SourceContentError, "archive refusée : 5 fichiers et 300 Mo"),
        (small_bomb, "a.xlsx", SourceContentError, "archive refusée : 5 fichiers et 20 Mo"),
        (crowd, "a.xlsx", SourceContentError, "archive refusée : 1004 fichiers"),
        (locked, "a.xlsx", SourceFormatError, "archive protégée par un mot de passe"),
        (lying, "a.xlsx", SourceFormatError, "classeur illisible"),
    ],
)
def test_too_large_or_hostile(make, name, error, words):
    with pytest.raises(error, match=words) as caught:
        premises.read(make(), name=name)
    assert isinstance(caught.value, AtlasError)


def test_workbook_of_too_many_rows(monkeypatch):
    for module in (grids, workbooks):
        monkeypatch.setattr(module, "MAX_ROWS", 500)
    with pytest.raises(SourceContentError, match=r"plus de 500 lignes.*découper"):
        premises.read(workbook(inventory(700)), name="a.xlsx")
    assert len(premises.read(workbook(inventory(500)), name="a.xlsx").rows) == 500


def sheet_of(*cells):
    """Write a workbook whose sheet has the rows of `inventory(3)`, then these cells."""
    with zipfile.ZipFile(io.BytesIO(workbook(inventory(3)))) as file:
        members = {name: file.read(name).decode() for name in file.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    members[sheet] = members[sheet].replace("</sheetData>", "".join(cells) + "</sheetData>")
    return archive(members)


def test_cells_far_apart_never_fill_the_memory():
    # Two cells of this file span 17 milliards of cells: a reader that makes room for them all takes 500 GB.
    corner = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    with pytest.raises(SourceFormatError, match="démesuré"):
        pool.run("locaux", "a.xlsx", sheet_of(corner), {"name": "a.xlsx", "ask": False, "answers": None})


def test_a_cell_far_below_is_a_row_like_another():
    reading = premises.read(sheet_of('<row r="900000"><c r="A900000"><v>7</v></c></row>'), name="a.xlsx")
    assert reading.rows.index.tolist() == [2, 3, 4, 900_000]
    assert reading.set_aside().index.tolist() == [900_000]


def test_a_cell_far_to_the_right_is_left_out():
    reading = premises.read(sheet_of('<row r="5"><c r="XFD5"><v>7</v></c></row>'), name="a.xlsx")
    assert reading.frame.index.tolist() == ["L0", "L1", "L2"]
    assert reading.faults().empty


def test_as_many_rows_as_stated_are_accepted():
    lines = "\n".join(inventory(MAX_ROWS)).encode()
    reading = premises.read(lines, name="a.csv")
    assert reading.report.lignes_gardees == MAX_ROWS


def test_workbook_made_by_hand_is_sound():
    assert premises.load(workbook(inventory(3)), name="a.xlsx").index.tolist() == ["L0", "L1", "L2"]


def test_size_that_a_workbook_states_is_not_believed():
    raw = workbook(inventory(3))
    with zipfile.ZipFile(io.BytesIO(raw)) as file:
        members = {name: file.read(name).decode() for name in file.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    members[sheet] = members[sheet].replace("A1:H4", "A1")
    assert len(premises.load(archive(members), name="a.xlsx")) == 3


def test_formulas_and_errors_beside_values():
    """What a workbook holds of a formula: its value, an empty text, nothing, its text at another cell, an error."""
    cells = (
        '<c r="E{0}"><f>40+{0}</f><v>4{0}</v></c>',
        '<c r="E{0}" t="str"><f>""</f><v></v></c>',
        '<c r="E{0}"><f>TODAY()</f><v></v></c>',
        "<c r='E{0}'><f t='shared' si='0'/></c>",
        '<c r="E{0}" t = "e"><f>1/0</f><v>#DIV/0!</v></c>',
    )
    text = '<c r="{1}{0}" t="inlineStr"><is><t>{2}</t></is></c>'
    rows = [
        f'<row r="{line}">'
        + "".join(text.format(line, *pair) for pair in (("A", f"M{line}"), ("B", "1 rue"), ("C", "5,3795"), ("D", "43,3125")))
        + cell.format(line)
        + "".join(text.format(line, *pair) for pair in (("F", "vacant"), ("G", "R"), ("H", "15/01/2026")))
        + "</row>"
        for line, cell in enumerate(cells, 5)
    ]  # fmt: skip
    reading = premises.read(sheet_of(*rows), name="a.xlsx")
    assert reading.rows.loc[5:, "surface_m2"].tolist() == [
        "45",
        "",
        "=TODAY()",
        "=(formule partagée)",
        "#DIV/0!",
    ]
    assert reading.frame.loc[["M5", "M6"], "surface_m2"].isna().tolist() == [False, True]
    assert list(reading.faults()[["ligne", "faute"]].itertuples(index=False, name=None)) == [
        (7, "formule sans valeur enregistrée (surface_m2)"),
        (8, "formule sans valeur enregistrée (surface_m2)"),
        (9, "erreur de tableur (surface_m2)"),
    ]


def test_formula_alone_at_the_end_of_a_row():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([*HEADER.split(";")])
    sheet.append(["L1", "1 rue", 5.3795, 43.3125, 80, "vacant", "R", "=TODAY()"])
    buffer = io.BytesIO()
    book.save(buffer)
    reading = premises.read(buffer.getvalue(), name="a.xlsx")
    assert reading.faults()["faute"].tolist() == ["formule sans valeur enregistrée (date_releve)"]
    assert reading.set_aside().loc[2, "date_releve"] == "=TODAY()"


@pytest.mark.parametrize(
    ("layers", "error", "words"),
    [
        (lambda: {"locaux": layer(crs=None)}, SourceCrsError, "ne déclare aucun système"),
        (
            lambda: {"locaux": layer([Point(5.3, 43.3).buffer(0.01), Point(5.4, 43.3).buffer(0.01)])},
            SourceFormatError,
            "« locaux » contient des géométries « Polygon », des points sont attendus",
        ),
        (
            lambda: {"nord": layer(), "sud": layer()},
            SourceFormatError,
            "2 couches géographiques : « nord », « sud ».*nommer « locaux »",
        ),
        (lambda: {"locaux": layer().iloc[:0]}, SourceFormatError, "aucune ligne de données"),
        (lambda: {"locaux": layer(crs="EPSG:2154")}, SourceCrsError, "incompatibles.*sont des degrés"),
        (
            lambda: {"locaux": layer([Point(893123, 6248836), Point(865955, 6258472)])},
            SourceCrsError,
            "incompatibles.*sont des mètres",
        ),
        (
            lambda: {"locaux": layer([Point(43.3125, 5.3795), Point(43.4060, 5.0480)])},
            SourceCrsError,
            "incompatibles.*inversés",
        ),
        (lambda: {"locaux": layer(USAGE_="vacant")}, SourceFormatError, "colonne en double"),
        (lambda: {"locaux": layer().drop(columns="usage")}, SourceFormatError, "colonne absente : usage"),
        (
            lambda: {"locaux": pd.DataFrame({"id_local": ["L1"]})},
            SourceFormatError,
            "aucune couche géographique",
        ),
    ],
    ids=[
        "sans système", "polygones", "deux couches", "vide", "degrés dits Lambert-93", "mètres dits degrés",
        "axes inversés", "colonne en double", "colonne absente", "sans géométrie",
    ],
)  # fmt: skip
def test_geopackage_at_fault(layers, error, words, tmp_path):
    raw = geopackage(tmp_path, **layers())
    with pytest.raises(error, match=words) as caught:
        premises.read(raw, name="inventaire.gpkg")
    assert str(caught.value).startswith("inventaire.gpkg : ")


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6])
def test_cut_geopackage(share, tmp_path):
    raw = geopackage(tmp_path, locaux=layer())
    with pytest.raises(SourceFormatError, match=r"GeoPackage illisible ou tronqué|aucune couche"):
        premises.read(raw[: int(len(raw) * share)], name="inventaire.gpkg")


def lambert93(lon, lat):
    """Project by the formulas and constants of the IGN's note NTG 71 (Lambert-93 on the GRS 80 ellipsoid)."""
    n, c, x_s, y_s, e = 0.7256077650, 11754255.426, 700_000.0, 12_655_612.050, 0.08181919106
    phi = math.radians(lat)
    isometric = math.log(math.tan(math.pi / 4 + phi / 2)) - e / 2 * math.log(
        (1 + e * math.sin(phi)) / (1 - e * math.sin(phi))
    )
    radius, angle = c * math.exp(-n * isometric), n * math.radians(lon - 3)
    return x_s + radius * math.sin(angle), y_s - radius * math.cos(angle)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:2154", "EPSG:3857"])
def test_geopackage_in_any_system(crs, tmp_path):
    frame = layer(surface_m2=[80.125, None], date_releve=pd.Timestamp("2026-01-15"), lon=[0.0, 0.0])
    raw = geopackage(tmp_path, autre=frame.to_crs(crs))
    found = premises.load(raw, name="inventaire.gpkg")
    expected = [lambert93(5.3795, 43.3125), lambert93(5.0480, 43.4060)]
    assert found.geometry.x.tolist() == pytest.approx([x for x, _ in expected], abs=0.01)
    assert found.geometry.y.tolist() == pytest.approx([y for _, y in expected], abs=0.01)
    assert found["surface_m2"].tolist()[0] == 80.125
    assert found["surface_m2"].isna().tolist() == [False, True]
    assert found["date_releve"].tolist() == [pd.Timestamp("2026-01-15")] * 2


def test_geopackage_row_by_row(tmp_path):
    shapes = [Point(5.3795, 43.3125).buffer(0.001), MultiPoint([(5.3795, 43.3125)])]
    frame = gpd.GeoDataFrame(
        pd.concat([layer(shapes), layer([None, Point(5.3795, 43.3125)])], ignore_index=True), crs="EPSG:4326"
    )
    frame["id_local"] = ["L1", "L2", "L3", "L4"]
    path = tmp_path / "inventaire.gpkg"
    pyogrio.write_dataframe(frame, path, layer="locaux", driver="GPKG", geometry_type="Unknown")
    reading = premises.read(path)
    assert list(reading.faults()[["ligne", "faute"]].itertuples(index=False, name=None)) == [
        (1, "géométrie autre qu'un point"),
        (3, "ni coordonnées ni adresse"),
    ]
    assert reading.frame.index.tolist() == ["L2", "L4"]


def mutated(raw, rng):
    """Change, drop and repeat some bytes."""
    changed = bytearray(raw)
    for _ in range(rng.choice([1, 3, 20])):
        at = rng.randrange(len(changed))
        match rng.randrange(4):
            case 0:
                changed[at] = rng.randrange(32, 127)
            case 1:
                del changed[at : at + rng.randrange(1, 50)]
            case 2:
                changed[at:at] = rng.choice(
                    [b";", b'"', b"\n", b"'", b"=", b"1e999", b"nan", b"-", b"9" * 20, b"\xff"]
                )
            case _:
                start = rng.randrange(len(changed))
                changed[at:at] = changed[start : start + 40]
    return bytes(changed)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "gpkg"])
def test_whatever_is_damaged_nothing_is_lost(kind, tmp_path):
    raw = {
        "csv": lambda: "\n".join(inventory(20)).encode(),
        "xlsx": lambda: workbook(inventory(5)),
        "gpkg": lambda: geopackage(tmp_path, locaux=layer()),
    }[kind]()
    rng = random.Random(kind)
    zones = qpv.read().frame
    read = 0
    for _ in range(TRIES):
        damaged = mutated(raw, rng)
        if kind == "xlsx" and rng.random() < 0.7:  # most damage done to the archive never reaches the sheet
            with zipfile.ZipFile(io.BytesIO(raw)) as file:
                members = {name: file.read(name) for name in file.namelist()}
            name = rng.choice(list(members))
            damaged = archive(members | {name: mutated(members[name], rng)})
        try:
            reading = premises.read(damaged, name="inventaire", zones=zones, today=TODAY)
        except AtlasError:
            continue
        read += 1
        assert (
            reading.report.lignes_lues == len(reading.rows) == len(reading.frame) + len(reading.set_aside())
        )
    assert 0 < read < TRIES
