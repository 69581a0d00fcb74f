"""What pages show once the live files are there, and that today's show nothing of it."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from loaders import quality, sports
from loaders.paths import ROOT
from tests.loaders.conftest import PRODUCERS
from tests.pages import driver, live_visit
from tests.pages.conftest import Tables, plain


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """Give the HTML of pages over the made-up live files, read in a process of its own."""
    folder = tmp_path_factory.mktemp("direct")
    shutil.copytree(PRODUCERS, folder / "producteurs")
    share = quality.MAX_FAULTY_SHARE
    live_visit.make(folder / "data", folder / "producteurs")
    quality.MAX_FAULTY_SHARE = share
    done = subprocess.run(
        [sys.executable, "-m", "tests.pages.live_visit"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "ATLAS_DONNEES": str(folder / "data")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return json.loads(done.stdout)


def rows_of(html, start):
    (rows,) = [rows for caption, rows in Tables(html).tables.items() if plain(caption).startswith(start)]
    return [dict(zip(map(plain, rows[0]), map(plain, row), strict=True)) for row in rows[1:]]


def test_page_sport_shows_what_data_es_knows(live):
    page = live["sport"]
    rows = {row["Identifiant"]: row for row in rows_of(page["html"], "Équipements sportifs,")}
    assert len(rows) == 4
    first = rows["E999I132010001"]
    said = ("Équipement", "Installation", "Adresse", "Mise en service", "Accès", "Propriétaire", "Millésime")
    assert [first[name] for name in said[:6]] == [
        "TERRAIN FICTIF 1", "STADE FICTIF DES ESSAIS", "1 RUE FICTIVE, 13003 Marseille 3e", "1978", "libre", "Commune",
    ]  # fmt: skip
    assert rows["E999I130010001"]["Accès"] == rows["E999I130010001"]["Mise en service"] == "non diffusé"
    assert page["acces"]


def test_page_sport_keeps_free_access_alone(live):
    rows = rows_of(live["sport libre"]["html"], "Équipements sportifs,")
    assert [row["Identifiant"] for row in rows] == ["E999I132010001"]
    # The families whose facilities are all left out still lack: four are in the file, three without free access.
    families = {row["Famille"] for row in rows_of(live["sport libre"]["html"], "Familles d'équipements")}
    assert families == {row["Famille"] for row in rows_of(live["sport"]["html"], "Familles d'équipements")}
    assert len(families) == 4


def test_today_s_file_has_no_choice_of_access_and_no_empty_column():
    at = driver.seen("sport")
    assert "acces" not in {box.key for box in at.selectbox}
    heads = set(rows_of(driver.html(at), "Équipements sportifs,")[0])
    assert heads.isdisjoint(
        {"Équipement", "Installation", "Adresse", "Accès", "Propriétaire", "Gestionnaire"}
    )
    assert "Mise en service" in heads
    assert sports.load()[sports.DETAILS].isna().all(axis=None)


def test_page_carte_lists_the_colleges(live):
    rows = rows_of(live["carte"]["html"], "Collèges REP et REP+")
    assert {row["Code UAI"]: row["Réseau"] for row in rows} == {
        "9990001A": "REP+", "9990002B": "REP", "9990008H": "REP",
    }  # fmt: skip
    totals = {
        row["Commune"]: row["Collèges REP et REP+"]
        for row in rows_of(live["carte"]["html"], "Totaux par commune")
    }
    assert (totals["Marseille"], totals["Martigues"], totals["Pertuis"]) == ("2", "1", "0")


def test_page_carte_lists_the_names_of_sports_facilities(live):
    rows = rows_of(live["carte sports"]["html"], "Équipements sportifs")
    assert {row["Installation"] for row in rows} == {
        "STADE FICTIF DES ESSAIS",
        "PISCINE FICTIVE",
        "non diffusé",
    }


def test_until_they_are_downloaded_there_is_no_figure_of_colleges():
    at = driver.seen(
        "carte", couches=["Collèges REP et REP+"], tableau="Collèges REP et REP+", qpv="QN01352M"
    )
    text = driver.plain(driver.html(at))
    assert "Collèges REP et REP+ : source non encore téléchargée." in text
    layer = next(layer for layer in driver.spec(at)["couches"] if layer["id"] == "colleges")
    assert (layer["hors"], layer["raison"]) == (True, "source non encore téléchargée")
    totals = rows_of(driver.html(at), "Totaux par commune")
    assert {row["Collèges REP et REP+"] for row in totals} == {"source non encore téléchargée"}


def test_the_matrix_measures_the_colleges_once_they_are_downloaded(live):
    before = driver.plain(driver.html(driver.seen("projets")))
    assert "source non encore téléchargée" in before
    assert "source non encore téléchargée" not in driver.plain(live["projets"]["html"])


def test_a_qpv_has_its_nearest_college_once_they_are_downloaded(live):
    before, after = driver.html(driver.seen("quartier", qpv="QN01352M")), live["quartier"]["html"]
    (first,) = [
        row
        for caption, rows in Tables(before).tables.items()
        for row in rows
        if row[0].startswith("Collège REP ou REP+ le")
    ][:1]
    (second,) = [
        row
        for caption, rows in Tables(after).tables.items()
        for row in rows
        if row[0].startswith("Collège REP ou REP+ le")
    ][:1]
    assert first[1] == "source non encore téléchargée"
    assert plain(second[1]).endswith(" m")
