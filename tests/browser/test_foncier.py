"""Page foncier in the browser: sites that nobody checked, an inventory of premises on the map."""

import io

import openpyxl
import pytest

from loaders.brought import premises_template
from tests import dgfip, geocoding
from tests.browser.map_page import MapPage, plain

LOCAUX = "vue_foncier=Locaux+en+pied+d%27immeuble"


@pytest.fixture
def foncier(visit):
    """Open page foncier with a query."""
    return lambda query="", **options: MapPage(visit(f"/foncier?{query}", **options))


def metric(page, label):
    box = page.page.get_by_test_id("stMetric").filter(has_text=label)
    return plain(box.get_by_test_id("stMetricValue").inner_text())


def filled_template():
    """The template as a user fills it: two rows of their own in place of the examples."""
    book = openpyxl.load_workbook(io.BytesIO(premises_template.to_xlsx()))
    sheet = book["Locaux"]
    columns = [cell.value for cell in sheet[1]]
    for line, (name, lon, status) in enumerate((("A1", 5.3795, "disponible"), ("A2", 5.3905, "occupé")), 2):
        row = dict.fromkeys(columns) | {
            "id_local": name, "adresse": f"{line} rue du Relevé", "lon": lon, "lat": 43.3125, "bailleur": "Office",
            "usage": "vacant", "statut": status, "source": "Relevé", "date_releve": "15/01/2026", "surface_m2": 60,
        }  # fmt: skip
        for place, column in enumerate(columns, 1):
            sheet.cell(line, place).value = row[column]
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def give(page, name, content):
    page.page.locator("input[type=file]").first.set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )


def anew(page, act, text):
    """Do what brings another map, and wait until it is painted beside a text of its own."""
    act()
    page.page.get_by_text(text).first.wait_for()
    page.rest()


def take(page, name, content):
    anew(page, lambda: give(page, name, content), "2 lignes lues")


def take_away(page):
    button = page.page.get_by_role("button", name="Retirer l'inventaire")
    anew(page, button.click, "Aucun inventaire public")


def test_unchecked_sites_wait_for_a_click(foncier):
    page = foncier()
    page.repaint(lambda: page.toggle("Potentielles, non vérifiées"))
    lines = {text.split(" (")[0]: count for count, text in page.legend()["friches"]}
    assert lines["Friches potentielles, non vérifiées"] == 192
    assert metric(page, "Sites vérifiés") == "63"
    page.page.get_by_role("heading", name="Friches potentielles, non vérifiées").wait_for()


@pytest.mark.parametrize("size", ["bureau", "mobile"])
def test_the_filled_template_is_read_on_the_map(foncier, size):
    page = foncier(LOCAUX, size=size)
    take(page, "parc.xlsx", filled_template())
    assert page.drawn("locaux") == {"A1", "A2"}
    # The map is where the premises are, each shown by a sign of its own.
    assert [text.split(" (")[0] for _, text in page.legend()["locaux"]] == [
        "Locaux disponibles",
        "Locaux non disponibles ou de statut inconnu",
    ]
    x, y = page.point_of("locaux", "A1")
    page.page.mouse.move(x, y)
    page.frame.locator(".atlas-bulle").wait_for()
    said = page.tooltip()
    assert said[0] == "2 rue du Relevé"
    assert "parc.xlsx" in said[-1]
    assert page.page.locator(".atlas-fictif").count() == 0
    assert page.page.faults == []


def test_a_filter_sends_ids_and_removal_takes_the_points_away(foncier):
    page = foncier(LOCAUX)
    take(page, "parc.xlsx", filled_template())
    page.repaint(lambda: page.choose("Disponibilité", "Disponibles aujourd'hui"))
    assert page.drawn("locaux") == {"A1"}
    # Only what the filter changes has run: the heading, which stands elsewhere, says it in its own place.
    (finding,) = page.page.locator(".atlas-constat").all_inner_texts()
    assert plain(finding).startswith("1 local de l'inventaire importé « parc.xlsx » répond")
    assert "2 lignes lues" in plain(page.page.locator(".atlas-note").all_inner_texts()[0])
    held = "Object.keys(window.atlasFichiers).filter((name) => name.startsWith('session:')).length"
    assert page.page.evaluate(held) == 1
    take_away(page)
    assert "locaux" not in page.legend()
    assert page.page.evaluate(held) == 0


def test_another_inventory_replaces_the_first_under_the_same_ids(foncier):
    page = foncier(LOCAUX)
    take(page, "parc.xlsx", filled_template())
    moved = filled_template()
    book = openpyxl.load_workbook(io.BytesIO(moved))
    sheet = book["Locaux"]
    columns = [cell.value for cell in sheet[1]]
    sheet.cell(2, columns.index("adresse") + 1).value = "99 avenue Nouvelle"
    buffer = io.BytesIO()
    book.save(buffer)
    take_away(page)
    take(page, "autre.xlsx", buffer.getvalue())
    x, y = page.point_of("locaux", "A1")
    page.page.mouse.move(x, y)
    page.frame.locator(".atlas-bulle").wait_for()
    assert page.tooltip()[0] == "99 avenue Nouvelle"


def test_candidates_lie_beside_the_inventory_once_placed(foncier, geocoder):
    answers = {"12": (5.3795, 43.3125, 0.9), "14": (5.3905, 43.3125, 0.7)}

    def answer(text):
        lon, lat, score = answers[text.split()[0]]
        return [geocoding.answer(text, lon, lat, score=score)]

    geocoder.answers = answer
    page = foncier(LOCAUX)
    take(page, "parc.xlsx", filled_template())
    page.page.get_by_text("Chercher des pistes dans un fichier").click()
    page.page.locator("input[type=file]").nth(1).set_input_files(
        {
            "name": "PM_13.csv",
            "mimeType": "text/csv",
            "buffer": dgfip.file(("12", *dgfip.OFFICE), ("14", *dgfip.OFFICE)),
        }
    )
    button = page.page.get_by_role("button", name="Placer 2 adresses sur la carte")
    button.wait_for()
    anew(page, button.click, "Positions :")
    (candidate,) = page.drawn("pistes")
    assert page.drawn("locaux") == {"A1", "A2"}
    ((count, text),) = page.legend()["pistes"]
    assert (count, text.split(" (")[0]) == (1, "Pistes à vérifier")
    x, y = page.point_of("pistes", candidate)
    page.page.mouse.move(x, y)
    page.frame.locator(".atlas-bulle").wait_for()
    said = page.tooltip()
    assert said[0] == "12 RUE DE L ESSAI"
    assert "à vérifier" in said
    assert page.page.faults == []


def test_invented_premises_keep_their_banner_in_sight(foncier):
    page = foncier(LOCAUX)
    button = page.page.get_by_role("button", name="Essayer avec des données fictives")
    anew(page, button.click, "Locaux FICTIFS affichés")
    banner = page.page.locator(".atlas-fictif")
    assert banner.inner_text().startswith("DONNÉES FICTIVES")
    page.page.get_by_role("heading", name="Qualité de l'inventaire").scroll_into_view_if_needed()
    box = banner.bounding_box()
    assert 0 <= box["y"] < page.page.viewport_size["height"] / 2
    assert all("DONNÉES FICTIVES" in text for _, text in page.legend()["locaux"])
