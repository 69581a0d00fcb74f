"""A visitor brings a layer, looks at it, adds it, finds it on the map, filters it, and reads it around a QPV."""

from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import settled
from tests.browser.map_page import MapPage, plain
from tests.loaders import own_files as files

SERIOUS = {"serious", "critical"}
CSV = (
    "Nom;Type;lon;lat\n<img src=x onerror=alert(1)>;crèche;5,22;43,55\nDeux;jardin;5,60;43,40\nTrois;jardin;;\n"
).encode("cp1252")


def serious(page):
    settled(page)  # what a run leaves behind has faded away
    found = Axe().run(page).response["violations"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in SERIOUS]


def give(page, name, content):
    page.locator("input[type=file]").first.set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    page.get_by_role("button", name="Ajouter à l’atlas").wait_for()
    settled(page)


def add(page):
    page.get_by_label("D’où viennent").fill("Mairie")
    page.get_by_label("De quand").fill("mars 2026")
    page.get_by_role("button", name="Ajouter à l’atlas").click()
    page.get_by_text("est dans l’atlas").wait_for()
    settled(page)


def follow(page, link, heading):
    page.get_by_role("link", name=link, exact=True).first.click()
    page.get_by_role("heading", name=heading).first.wait_for()
    settled(page)
    return MapPage(page)


def test_a_layer_from_the_file_to_the_quarter(visit):
    page = visit("/donnees")
    give(page, "lieux.csv", CSV)
    assert serious(page) == []
    add(page)
    give(page, "parcs.geojson", files.geojson())
    add(page)

    opened = follow(page, "Carte", "Carte des quartiers et de ce qui les entoure")
    assert opened.drawn("couche1") == {"2", "3"}
    assert opened.drawn("couche2") == {"1", "2", "3", "4"}
    assert [text.split(" (")[0] for _, text in opened.legend()["couche2"]] == [
        "parcs : points", "parcs : lignes", "parcs : surfaces",
    ]  # fmt: skip
    x, y = opened.point_of("couche1", "2")
    page.mouse.move(x, y)
    opened.frame.locator(".atlas-bulle").wait_for()
    said = opened.tooltip()
    assert said[0] == "<img src=x onerror=alert(1)>"
    assert "crèche" in said
    assert "non vérifiée" in said[-1]

    # Hidden, then shown again without being sent again; a filter sends names.
    opened.repaint(lambda: opened.toggle("lieux"))
    assert "couche1" not in opened.legend()
    opened.repaint(lambda: opened.toggle("lieux"))
    assert opened.drawn("couche1") == {"2", "3"}
    page.get_by_text("Filtrer vos couches par leurs colonnes").click()
    opened.choose("Colonnes de « lieux »", "Type")
    opened.close_list()
    opened.repaint(lambda: opened.choose("Type", "jardin"))
    assert opened.drawn("couche1") == {"3"}
    opened.close_list()
    assert serious(page) == []

    opened = follow(page, "Quartier", "Quartiers prioritaires")
    opened.choose("Quartier prioritaire", "Grand Saint Barthélémy")
    page.get_by_role("heading", name="Vos couches importées").wait_for()
    settled(page)
    table = plain(page.locator("table", has_text="Vos couches dans le quartier").inner_text())
    assert "lieux" in table
    assert "Mairie (source indiquée par l'utilisateur)" in table
    assert page.faults == []


def test_a_reading_is_told_and_stopped(visit, tmp_path):
    page = visit("/donnees")
    # A million and a half of points take some seconds, then too much memory.
    points = ",".join(["[5.4,43.3]"] * 1_500_000)
    geometry = f'{{"type":"MultiPoint","coordinates":[{points}]}}'
    feature = f'{{"type":"Feature","properties":{{}},"geometry":{geometry}}}'
    path = tmp_path / "points.geojson"
    path.write_text(f'{{"type":"FeatureCollection","features":[{feature}]}}', encoding="utf-8")
    page.locator("input[type=file]").first.set_input_files(path)
    page.get_by_role("status").filter(has_text="Lecture de « points.geojson » depuis").wait_for()
    page.get_by_role("button", name="Annuler la lecture").click()
    page.get_by_text("lecture annulée à votre demande").wait_for()
    settled(page)
    assert page.get_by_role("button", name="Annuler la lecture").count() == 0
    assert page.faults == []
