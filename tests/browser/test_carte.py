"""Page carte in a real browser: what is drawn is what is listed, and a link brings it back."""

import json
import re
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from benchmarks.served import Server
from loaders import friches, qpv, sports
from tests.browser.conftest import MAP, running, settled
from tests.browser.map_page import MapPage, plain

#: Streamlit-folium tells a click or a move a quarter of a second later.
HELD_MS = 600
EVERY_LAYER = "&".join(
    f"couches={quote(title)}"
    for title in (
        "Communes",
        "Arrondissements",
        "QPV 2024",
        "Métro, tramway et BHNS",
        "Équipements sportifs",
        "Équipements sociaux",
        "Friches",
        "Gares",
        "Stations levélo",
    )
)


@pytest.fixture
def carte(visit):
    """Open page carte with a query."""
    return lambda query="", **options: MapPage(visit(f"/carte?{query}", **options))


def test_map_legend_and_table_hold_the_same_rows(carte):
    page = carte(f"{EVERY_LAYER}&commune=13001&tableau={quote('Équipements sportifs')}")
    facilities = sports.load()
    expected = set(facilities.index[facilities["code_insee"] == "13001"])
    page.shows("sports", expected)
    assert page.counts()["sports"] == len(expected)
    assert page.rows().endswith(f"sur {len(expected)})")
    page.shows("qpv", {code for code, towns in qpv.load()["communes"].items() if "13001" in towns})


def test_change_of_commune(carte):
    page = carte(f"{EVERY_LAYER}&commune=13055")
    assert page.counts()["stations"] == 223
    page.repaint(lambda: page.choose("Commune", "Aix-en-Provence"))
    assert page.address()["commune"] == ["13001"]
    assert page.counts()["qpv"] == 4
    # Aix has a network of its own, which is not in the file: nothing is known, and nothing is not zero.
    (count, text), *others = page.legend()["stations"]
    assert (count, others) == (None, [])
    assert text == "Stations levélo (hors périmètre de la source)"
    page.repaint(lambda: page.choose("Commune", "Toutes les communes"))
    assert "commune" not in page.address()
    assert page.counts()["qpv"] == 66


def test_unchecked_brownfields_are_hidden_until_asked_for(carte):
    page = carte("commune=13055")
    sites = friches.load()
    here = sites[sites["code_insee"] == "13055"]
    checked = here[here["site_statut"] != "friche potentielle"]
    page.shows("friches", set(checked.index))
    page.page.get_by_text("Filtrer par type et par statut").click()
    page.repaint(lambda: page.toggle("Potentielles, non vérifiées"))
    page.shows("friches", set(here.index))
    assert any("non vérifiées" in text for _, text in page.legend()["friches"])
    # Closing the box forgets nothing, and a reload neither.
    with running(page.page):
        page.page.get_by_text("Filtrer par type et par statut").click()
    page.shows("friches", set(here.index))
    page.reload()
    page.shows("friches", set(here.index))


def test_click_on_a_qpv_shows_its_figures(carte):
    page = carte(f"commune=13001&couches={quote('QPV 2024')}")
    figures = qpv.load().loc["QN01315M"]
    assert figures["lib_qp"] == "Encagnane"
    page.repaint(lambda: page.page.mouse.click(*page.place_of("qpv", "QN01315M")))
    sheet = plain(page.page.locator(".atlas-quartier").inner_text())
    assert "Encagnane, Aix-en-Provence (QN01315M)" in sheet
    assert re.search(r"Habitants\s+4 539\b", sheet)
    assert int(figures["population"]) == 4539
    # levélo does not cover Aix.
    assert re.search(r"Stations levélo physiques à 300 m au plus\s+hors périmètre de la source", sheet)
    link = page.page.get_by_role("link", name=re.compile("Fiche officielle SIG Ville"))
    assert link.get_attribute("href") == "https://sig.ville.gouv.fr/territoire/QN01315M"
    assert page.address()["qpv"] == ["QN01315M"]
    page.reload()
    assert "Encagnane" in page.page.locator(".atlas-quartier").inner_text()


def test_missing_figure_is_said(carte):
    page = carte("qpv=QN01304I")
    sheet = plain(page.page.locator(".atlas-quartier").inner_text())
    assert re.search(r"Taux de pauvreté\s+non diffusé", sheet)
    x, y = page.place_of("qpv", "QN01304I")
    page.page.mouse.move(x - 2, y)
    page.page.mouse.move(x, y)
    lines = page.tooltip()
    assert lines[:2] == ["La Viste", "QPV 2024"]
    assert "non diffusé" in lines[lines.index("Taux de pauvreté") + 1]
    assert lines[-1].startswith("ANCT, géographie prioritaire 2024")


def test_surroundings_of_a_qpv(carte):
    page = carte(f"qpv=QN01315M&autour={quote('À 500 m au plus')}&{EVERY_LAYER}")
    quarter = qpv.load().geometry["QN01315M"]
    facilities = sports.load()
    page.shows("sports", set(facilities.index[facilities.distance(quarter) <= 500]))


def test_view_lives_in_the_address_and_runs_nothing(carte):
    page = carte("commune=13055")
    sent = []
    page.page.once("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.reload()
    page.page.wait_for_timeout(HELD_MS)
    asked = len(sent)
    assert asked
    before = page.view()
    x, y = page.on_page(300, 300)
    page.page.mouse.move(x, y)
    page.page.mouse.down()
    page.page.mouse.move(x + 90, y + 60, steps=6)
    page.page.mouse.up()
    page.rest()
    assert page.view()[1:] != before[1:]
    page.page.mouse.wheel(0, -400)
    page.frame.wait_for_function("(zoom) => window.map.getZoom() > zoom", arg=before[0])
    page.page.wait_for_timeout(HELD_MS)
    assert len(sent) == asked
    page.rest()
    view = page.view()
    zoom, lat, lng = (float(part) for part in page.address()["vue"][0].split("/"))
    assert (zoom, lat, lng) == pytest.approx(view, abs=1e-4)
    page.reload()
    assert page.view() == pytest.approx(view, abs=2e-3)
    assert page.address()["commune"] == ["13055"]


@pytest.mark.parametrize("base_path", ["", "ville/atlas"])
def test_link_brings_everything_back_on_a_fresh_server(base_path, arrive):
    with Server(options={"server.baseUrlPath": base_path}) as fresh:
        query = f"commune=13055&couches={quote('QPV 2024')}&couches=Gares&fond={quote('Sans fond')}&vue=13/43.3400/5.3600"
        page = MapPage(arrive(f"/carte?{query}", on=fresh))
        assert page.view() == pytest.approx([13, 43.34, 5.36], abs=1e-3)
        assert set(page.legend()) == {"qpv", "gares"}
        assert page.counts() == {"qpv": 41, "gares": 11}
        assert page.page.faults == []


def test_an_answer_that_comes_late_does_not_paint(carte):
    page = carte("commune=13055")
    held = []
    page.page.route(re.compile("friches-13001"), lambda route: held.append(route))
    with page.page.expect_request(re.compile("friches-13001")):
        page.choose("Commune", "Aix-en-Provence")
    page.repaint(lambda: page.choose("Commune", "Martigues"))
    late = page.drawn("friches")
    (route,) = held
    with page.page.expect_request_finished(lambda request: request == route.request):
        route.continue_()
    settled(page.page)
    page.shows("friches", late)
    sites = friches.load()
    assert {sites.loc[site, "code_insee"] for site in late} == {"13056"}


def test_a_layer_that_cannot_be_fetched_is_said(carte):
    page = carte("commune=13055")
    page.page.route(re.compile("gares-13001"), lambda route: route.abort())
    page.repaint(lambda: page.choose("Commune", "Aix-en-Provence"))
    text = page.frame.locator(".atlas-panne").inner_text()
    assert plain(text) == "Gares : la couche n'a pas pu être chargée"
    assert page.counts()["qpv"] == 4


def test_markup_in_a_property_is_shown_as_text(visit):
    """The data are changed on their way to the browser: a station's name runs a script if it is read as HTML."""
    name = '<img src=x onerror="window.top.atteint = 1"><b>Gare</b>'

    def poisoned(route):
        answer = route.fetch()
        collection = answer.json()
        for feature in collection["features"]:
            feature["properties"]["name"] = name
        route.fulfill(response=answer, body=json.dumps(collection))

    page = MapPage(visit(f"/carte?commune=13001&couches={quote('QPV 2024')}"))
    page.page.route(re.compile("gares-13001"), poisoned)
    page.repaint(lambda: page.toggle("Gares"))
    x, y = page.point_of("gares", "87751404")
    page.page.mouse.move(x - 3, y)
    page.page.mouse.move(x, y)
    assert page.tooltip()[0] == name
    settled(page.page)
    assert page.frame.locator(".atlas-bulle img, .atlas-bulle b").count() == 0
    assert page.page.evaluate("window.atteint") is None


def test_full_screen_with_the_keyboard(carte):
    page = carte()
    button = page.frame.get_by_role("button", name="Plein écran")
    button.focus()
    page.page.keyboard.press("Enter")
    page.frame.wait_for_function(
        "document.fullscreenElement && document.getElementById('map_div').clientHeight === window.innerHeight"
    )
    page.frame.get_by_role("button", name="Quitter le plein écran").focus()
    page.page.keyboard.press("Enter")
    page.frame.wait_for_function("document.fullscreenElement === null")


def test_frame_says_what_it_is_and_paper_keeps_map_legend_sources_and_date(carte):
    page = carte(f"commune=13055&fond={quote('Sans fond')}")
    expect(page.page.locator(MAP)).to_have_attribute("title", "Carte des quartiers prioritaires, Marseille")
    assert page.frame.evaluate("[document.documentElement.lang, document.title]") == [
        "fr",
        "Carte des quartiers prioritaires, Marseille",
    ]
    assert page.frame.locator(".leaflet-control-scale-line").inner_text().endswith("km")
    assert page.frame.get_by_role("button", name="Zoom avant").count() == 1
    paper = page.page.pdf(format="A4", print_background=True)
    # The map's canvas is an image of the page; the signs of the legend are 60 pixels wide.
    widths = [int(width) for width in re.findall(rb"/Width (\d+)", paper)]
    assert max(widths) > 600
    assert widths.count(60) >= 8
    page.page.emulate_media(media="print")
    assert page.page.locator(MAP).is_visible()
    assert page.frame.locator(".atlas-legende").is_visible()
    assert not page.frame.locator(".leaflet-control-zoom").is_visible()
    said = plain(page.page.locator(".atlas-papier-seul").inner_text())
    assert re.match(r"Établi le \d+(er)? \w+ \d{4}\. Commune : Marseille", said)
    assert page.page.locator(".atlas-sources").first.is_visible()
    assert not page.page.get_by_test_id("stPills").first.is_visible()
