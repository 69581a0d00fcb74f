import csv
import io

import pytest

from loaders import catalogue, quality
from ui import downloads

SOURCES = catalogue.load()
FAULTS = quality.load()


def test_every_source_is_listed_with_what_must_be_shown(atlas):
    page = atlas("donnees")
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
        row["Source"]: row["Communes couvertes"] for row in atlas("donnees").table("Catalogue des sources")
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
    rows = {row["Commune"]: row for row in atlas("donnees").table("Communes couvertes")}
    assert len(rows) == 16
    assert rows[commune][source] == cell


def test_what_lies_outside_is_counted(atlas):
    assert (
        "Stations de vélos électriques levélo : 25 quartiers hors périmètre, soit 69 058 habitants"
        in atlas("donnees").text
    )


def test_all_faults_are_listed(atlas):
    page = atlas("donnees")
    assert any(f"sur {len(FAULTS)})" in caption for caption in page.tables)
    assert len(page.table("Constats de lecture")) == 50


def test_faults_come_before_rows_of_another_territory(atlas):
    rows = atlas("donnees").table("Constats de lecture")
    assert not rows[0]["Constat"].startswith("hors du périmètre")


def test_filters_keep_the_right_rows(atlas):
    page = atlas("donnees")
    page.choose("source", "friches")
    rows = page.table("Constats de lecture")
    expected = FAULTS[FAULTS["source_id"] == "friches"]
    assert [row["Identifiant"] for row in rows] == list(expected["identifiant"])
    page.choose("suite", "corrigée")
    assert len(page.table("Constats de lecture")) == int((expected["suite"] == "corrigée").sum())


def test_nature_parts_faults_from_other_territories(atlas):
    page = atlas("donnees")
    page.choose("source", "rtm")
    page.choose("nature", "Fautes du fichier")
    assert "aucune ligne ne répond à ces filtres" in page.text
    assert not [button for button in page.at.get("download_button") if button.label.startswith("CSV")]
    page.choose("nature", "Autre mode, échelon ou territoire")
    assert any("120" in caption for caption in page.tables)


def test_set_aside_rows_are_as_many_as_the_catalogue_says():
    for source_id, source in SOURCES.items():
        lines = FAULTS[(FAULTS["source_id"] == source_id) & (FAULTS["suite"] == "écartée")]["ligne"]
        assert lines.nunique() == source.lignes_ecartees, source_id


def test_the_download_holds_the_filtered_rows_and_their_source(atlas, monkeypatch):
    taken = {}

    def record(label, data, *, file_name, **_options):
        taken[label] = (file_name, data)

    monkeypatch.setattr(downloads.st, "download_button", record)
    page = atlas("donnees")
    page.choose("source", "friches")
    name, make = taken["CSV brut"]
    rows = list(csv.DictReader(io.StringIO(make().decode(), newline="")))
    expected = FAULTS[FAULTS["source_id"] == "friches"]
    assert [(row["identifiant"], row["faute"]) for row in rows] == list(
        zip(expected["identifiant"], expected["faute"], strict=True)
    )
    assert {row["producteur"] for row in rows} == {"Cerema"}
    assert all(f"source : {SOURCES['friches'].titre}" in row["filtres"] for row in rows)
    assert name.startswith("atlas_qualite-des-donnees_friches_")
    catalogue_name, whole = taken["Catalogue complet (CSV)"]
    assert catalogue_name.endswith(".csv")
    assert whole().decode("utf-8-sig").startswith("source_id,titre,producteur")
