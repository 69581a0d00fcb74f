import csv
import io
from html import escape

import pytest

from facts.fields import Field
from loaders import catalogue, communes, quality
from pages.donnees import scopes
from tests import readback, today
from tests.pages.conftest import FORMATS, on_screen, plain

SOURCES = catalogue.load()
FAULTS = quality.load()
EVERY_COMMUNE = frozenset(communes.load().index)
#: A source may cover other communes besides.
PARTIAL = {
    key: source
    for key, source in SOURCES.items()
    if source.telechargee and not source.communes.issuperset(EVERY_COMMUNE)
}


def test_every_source_is_listed_with_what_must_be_shown(atlas):
    page = atlas.seen("donnees")
    rows = {row["Source"]: row for row in page.table("Catalogue des sources")}
    assert set(rows) == {source.titre.replace("’", "'") for source in SOURCES.values()}
    for source in SOURCES.values():
        row = rows[source.titre]
        assert row["Producteur"] == source.producteur
        assert row["Licence"] == source.licence
        numbers = [
            int(row[name].replace(" ", "")) for name in ("Lignes lues", "Lignes gardées", "Lignes écartées")
        ]
        assert numbers[0] == numbers[1] + numbers[2]
        assert f'<a href="{source.adresse.replace("&", "&amp;")}"' in page.html


def test_scopes_are_told_in_words(atlas):
    rows = {
        row["Source"]: row["Communes couvertes"]
        for row in atlas.seen("donnees").table("Catalogue des sources")
    }
    assert rows["Stations de vélos électriques levélo"] == "Marseille seulement"
    assert rows["Recensement des équipements sportifs (RES)"] == "15 communes sur 16, sans Pertuis"
    assert rows["Inventaire national des friches (Cartofriches)"] == "les 16 communes"


@pytest.mark.parametrize(
    ("commune", "source", "cell"),
    [
        ("Pertuis", "Recensement des équipements sportifs (RES)", "hors périmètre de la source"),
        ("Aubagne", "Recensement des équipements sportifs (RES)", "couverte"),
        ("Aubagne", "Stations de vélos électriques levélo", "hors périmètre de la source"),
        ("Aix-en-Provence", "Équipements sociaux de Marseille", "hors périmètre de la source"),
        ("Marseille", "Stations de vélos électriques levélo", "couverte"),
    ],
)
def test_each_commune_says_which_sources_cover_it(atlas, commune, source, cell):
    rows = {row["Commune"]: row for row in atlas.seen("donnees").table("Communes couvertes")}
    assert len(rows) == 16
    assert rows[commune][source] == cell


def test_what_lies_outside_is_counted(atlas):
    assert (
        f"Stations de vélos électriques levélo : 25 quartiers hors périmètre, soit {today.said(today.outside_people())} habitants"
        in atlas.seen("donnees").text
    )


def test_all_faults_are_listed(atlas):
    page = atlas.seen("donnees")
    assert any(f"sur {len(FAULTS)})" in caption for caption in page.tables)
    assert len(page.table("Constats de lecture")) == 50


def test_faults_come_before_rows_of_another_territory(atlas):
    rows = atlas.seen("donnees").table("Constats de lecture")
    assert not rows[0]["Constat"].startswith("hors du périmètre")


def test_filters_keep_the_right_rows(atlas):
    page = atlas("donnees")
    page.choose("source", "friches")
    rows = page.table("Constats de lecture")
    expected = FAULTS[FAULTS["source_id"] == "friches"]
    assert [row["Identifiant"] for row in rows] == list(expected["identifiant"])
    page.choose("suite", "corrigée")
    assert len(page.table("Constats de lecture")) == int((expected["suite"] == "corrigée").sum())


def test_nature_parts_faults_from_other_territories(atlas, taken):
    page = atlas("donnees")
    page.choose("source", "lignes")
    taken.clear()
    page.choose("nature", "Fautes du fichier")
    assert "aucune ligne ne répond à ces filtres" in page.text
    assert not [key for key in taken if key.startswith("fautes")]
    assert [key for key in taken if key.startswith("catalogue")]
    page.choose("nature", "Autre mode, échelon ou territoire")
    assert any(today.source("lignes")["lignes_ecartees"] in caption for caption in page.tables)


def test_set_aside_rows_are_as_many_as_the_catalogue_says():
    for source_id, source in SOURCES.items():
        lines = FAULTS[(FAULTS["source_id"] == source_id) & (FAULTS["suite"] == "écartée")]["ligne"]
        assert lines.nunique() == source.lignes_ecartees, source_id


def test_the_download_holds_the_filtered_rows_and_their_source(atlas, taken):
    page = atlas("donnees")
    page.choose("source", "friches")
    name, make = taken["fautes-csv"]
    rows = list(csv.DictReader(io.StringIO(make().decode(), newline="")))
    expected = FAULTS[FAULTS["source_id"] == "friches"]
    assert [(row["identifiant"], row["faute"]) for row in rows] == list(
        zip(expected["identifiant"], expected["faute"], strict=True)
    )
    assert {row["producteur"] for row in rows} == {"Cerema"}
    assert all(f"source : {SOURCES['friches'].titre}" in row["filtres"] for row in rows)
    assert name.startswith("atlas_qualite-des-donnees_friches_")


def test_the_catalogue_is_taken_away_whole(atlas):
    page, taken = atlas.with_files("donnees")
    shown = page.table("Catalogue des sources")
    name, make = taken["catalogue-csv"]
    assert name.startswith("atlas_catalogue-des-sources_16-communes_")
    rows = list(csv.DictReader(io.StringIO(make().decode(), newline="")))
    assert [row["source_id"] for row in rows] == list(SOURCES)
    for row, source, line in zip(rows, SOURCES.values(), shown, strict=True):
        assert row["titre"] == source.titre
        assert (row["producteur_source"], row["millesime_source"]) == (source.producteur, source.millesime)
        assert (row["licence_source"], row["attribution_source"]) == (source.licence, source.attribution)
        assert (row["limites"], row["adresse"]) == (source.limites, source.adresse)
        assert row["date_retenue"] == (source.date.isoformat() if source.date else "date non précisée")
        assert plain(row["age"]) == line["Âge"]
        assert int(row["lignes_lues"]) == source.lignes_lues
        # What the file itself comes from: all of the sources.
        assert all(source.producteur in row["producteur"] for source in SOURCES.values())
    assert "Pertuis" in next(row for row in rows if row["source_id"] == "sports")["hors_perimetre"]


@pytest.mark.parametrize("form", FORMATS)
def test_the_scopes_are_taken_away_as_on_screen(form, atlas):
    page, taken = atlas.with_files("donnees")
    shown = page.table("Communes couvertes")
    fields = scopes.fields(PARTIAL)
    name, make = taken[f"perimetre-{form}"]
    assert name.startswith("atlas_communes-couvertes-par-source_16-communes_")
    back = FORMATS[form](make(), fields, index="code_insee")
    assert on_screen(back, fields) == [list(row.values()) for row in shown]
    if form in {"geojson", "gpkg"}:
        areas = back.area / communes.load().area.loc[back.index]
        assert areas.between(0.9999, 1.0001).all()


def test_the_map_of_the_scopes_says_the_rows(atlas):
    page, taken = atlas.with_files("donnees")
    shown = page.table("Communes couvertes")
    name, make = taken["perimetre-carte"]
    assert name.endswith(".html")
    data = make()
    assert {key: len(ids) for key, ids in readback.from_html_map(data).items()} == {"communes": 16, "qpv": 66}
    fields = scopes.fields(PARTIAL)
    back = readback.rows_of_html_map(data, "communes", fields, index="code_insee")
    assert on_screen(back, fields) == [list(row.values()) for row in shown]
    text = data.decode()
    assert all(escape(source.titre) in text and source.licence in text for source in PARTIAL.values())


@pytest.mark.parametrize("form", ["xlsx", "csv-excel", "csv"])
def test_the_faults_are_taken_away_in_every_format(form, atlas):
    _, taken = atlas.with_files("donnees")
    columns = {"source": "Source", "identifiant": "Identifiant", "faute": "Constat"}
    back = FORMATS[form](
        taken[f"fautes-{form}"][1](), [Field(c, t, "texte") for c, t in columns.items()], index="numero"
    )
    assert back.index.is_unique
    assert len(back) == len(FAULTS)
