"""Page suivi in a real browser: recorded by keyboard, seen on the matrix, corrected, its history read, undone."""

import io

import pytest
from axe_playwright_python.sync_playwright import Axe
from pypdf import PdfReader

from benchmarks import served
from tests.browser.conftest import SIZES, go, new_page, running, settled

SERIOUS = {"serious", "critical"}
VIEWS = ["Agenda", "Indicateurs", "Saisie en nombre", "Importer, exporter"]


@pytest.fixture(scope="module")
def page(chromium, tmp_path_factory):
    """Give one visit to a server whose person may write."""
    folder = tmp_path_factory.mktemp("journal")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATLAS_BASE", f"sqlite:///{folder}/suivi.sqlite3")
        patch.setenv("ATLAS_SAISIE_LOCALE", "1")
        with served.Server() as server:
            page = go(new_page(chromium), f"{server.url}/suivi")
            yield page
            page.context.close()


def press(page, name, *, role="button"):
    page.get_by_role(role, name=name, exact=True).first.focus()
    with running(page):
        page.keyboard.press("Enter")


def choose(page, label, text):
    page.get_by_role("combobox", name=label).first.focus()
    page.keyboard.type(text)
    with running(page):
        page.keyboard.press("Enter")


def serious(page):
    return [
        f"{violation['id']} : {violation['nodes'][0]['html'][:160]}"
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in SERIOUS
    ]


def check(page):
    """Look at a view at both sizes."""
    for size in SIZES.values():
        page.set_viewport_size(size)
        settled(page)
        assert serious(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.set_viewport_size(SIZES["bureau"])


def test_a_deployment_recorded_by_keyboard_is_seen_corrected_and_undone(page):
    press(page, "Enregistrer un déploiement")
    choose(page, "Projet", "Point d'Accueil")
    choose(page, "Commune", "Vitrolles")
    page.get_by_role("textbox", name="Lieu").focus()
    page.keyboard.type("Maison <b>bleue</b>")
    with running(page):
        page.keyboard.press("Tab")
    check(page)
    press(page, "Enregistrer")
    page.get_by_text("Déploiement enregistré.").wait_for()
    page.get_by_role("cell", name="Maison <b>bleue</b>", exact=True).wait_for()

    page.get_by_role("link", name="Projets", exact=True).first.click()
    cell = page.locator('td[title^="Vitrolles"]', has=page.locator(".fait-envisage"))
    cell.wait_for()
    assert "□+" in cell.inner_text()
    assert "hors du périmètre du texte" in cell.get_attribute("title")
    settled(page)
    assert len(PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages) == 1

    page.go_back()
    page.get_by_role("heading", name="Les déploiements enregistrés").wait_for()
    settled(page)
    page.locator('a[href^="suivi?fiche="]').first.click()
    page.get_by_role("heading", name="La fiche").wait_for()
    settled(page)
    press(page, "Corriger")
    place = page.get_by_role("textbox", name="Lieu")
    place.fill("Maison verte")
    with running(page):
        place.press("Tab")
    press(page, "Enregistrer")
    page.get_by_text("Lieu : Maison <b>bleue</b> → Maison verte").wait_for()
    press(page, "Annuler la dernière modification")
    page.get_by_text("Lieu : Maison verte → Maison <b>bleue</b>").wait_for()
    check(page)
    assert page.faults == []


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_is_accessible_at_both_sizes(page, view):
    with running(page):
        page.get_by_role("radio", name=view).click()
    check(page)
    if view == VIEWS[-1]:
        assert page.get_by_role("button", name="Choisir un fichier").is_visible()
    assert page.faults == []
