"""Files taken away: the menu by keyboard, the standalone map opened from a disk without any network."""

import re

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe

from exports.context import Context
from exports.html_map import to_html_map
from facts.snapshot import current
from loaders import catalogue
from maps.layers import get
from maps.spec import Cadrage, MapSpec, ShownLayer
from tests.browser.conftest import MAP, SIZES, menu, settled
from tests.browser.map_page import plain
from words.formats import figure

SERIOUS = {"serious", "critical"}
SOURCES = catalogue.load()
NOTES = {key: f"{source.producteur}, {source.millesime}" for key, source in SOURCES.items()}
PIRATE = "</script><script>window.pirate = 1</script><img src=x onerror='window.pirate = 2'>"


@pytest.fixture
def opened(chromium, tmp_path):
    """Give a function that opens bytes as a file, in a browser where every request is refused."""
    contexts = []

    def opening(data, *, size="bureau"):
        path = tmp_path / "carte.html"
        path.write_bytes(data)
        context = chromium.new_context(viewport=SIZES[size], locale="fr-FR", offline=True)
        contexts.append(context)
        page = context.new_page()
        page.faults, page.asked = [], []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("console", lambda said: said.type == "error" and page.faults.append(said.text))
        page.on("request", lambda request: page.asked.append(request.url))
        context.route(re.compile(r"^(?!file:)"), lambda route: route.abort())
        page.goto(path.as_uri())
        page.locator("body[data-peint]").wait_for(state="attached")
        page.own = path.as_uri()
        return page

    yield opening
    for context in contexts:
        context.close()


def carte(*layer_ids, frames=None, **changes):
    spec = MapSpec(
        "Carte d’essai",
        [ShownLayer(layer_id) for layer_id in layer_ids],
        cadrage=Cadrage("a", (885000, 6240000, 905000, 6260000)),
        **changes,
    )
    used = [SOURCES[key] for layer_id in layer_ids for key in get(layer_id).source_ids]
    context = Context.of(used, filters={"commune": "toutes"}, subject="carte", place="Marseille")
    return to_html_map(spec, frames or current().layers, context=context, notes=NOTES)


LAYER_IDS = (
    "communes",
    "arrondissements",
    "qpv",
    "lignes",
    "sports",
    "social",
    "friches",
    "gares",
    "stations",
)


@pytest.mark.parametrize("size", SIZES)
def test_the_map_opens_from_a_disk_without_network(size, opened):
    page = opened(carte(*LAYER_IDS), size=size)
    assert page.faults == []
    assert page.asked == [page.own]
    assert page.locator("h1").inner_text() == "Carte d’essai"
    counts = page.evaluate(
        """() => [...document.querySelectorAll('.atlas-legende li')].reduce(
          (all, li) => ({ ...all, [li.dataset.couche]: (all[li.dataset.couche] || 0) + Number(li.dataset.compte) }), {})"""
    )
    assert counts == {
        "communes": 16,
        "arrondissements": 16,
        "qpv": 66,
        "lignes": 10,
        "sports": 2463,
        "social": 162,
        "friches": 255,
        "gares": 41,
        "stations": 223,
    }
    assert page.locator(".leaflet-control-scale").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]
    # The canvas holds the outlines, the lines and the symbols of the territory, in their colours.
    colours = page.locator("canvas.leaflet-zoom-animated").evaluate(
        """(canvas) => {
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height), seen = {};
          for (let at = 0; at < data.length; at += 4) {
            const colour = [...data.slice(at, at + 4)].join();
            seen[colour] = (seen[colour] || 0) + 1;
          }
          return seen;
        }"""
    )
    for colour in ("179,71,0", "0,96,156", "133,100,4", "86,65,154", "168,36,110", "0,121,92"):
        assert colours.get(f"{colour},255", 0) > 20, colour
    text = plain(page.locator("footer").inner_text())
    for key in {key for layer_id in LAYER_IDS for key in get(layer_id).source_ids}:
        assert plain(SOURCES[key].millesime) in text
        assert SOURCES[key].licence in text
    violations = Axe().run(page).response["violations"]
    assert [found["id"] for found in violations if found["impact"] in SERIOUS] == []


def test_no_text_of_the_data_runs(opened):
    stations = current().layers["stations"]
    stations = stations.assign(name=PIRATE)
    page = opened(carte("communes", "stations", frames=current().layers | {"stations": stations}))
    assert page.faults == []
    at = page.evaluate(
        """() => {
          const cloud = Object.values(window.map._layers).find((layer) => layer._all);
          const point = window.map.latLngToContainerPoint(cloud._all.at(-1).latlng);
          const box = window.map.getContainer().getBoundingClientRect();
          return [box.x + point.x, box.y + point.y];
        }"""
    )
    page.mouse.click(*at)
    bubble = page.locator(".atlas-bulle")
    bubble.wait_for()
    assert bubble.locator("strong").inner_text() == PIRATE
    assert bubble.locator("img, script").count() == 0
    assert "2 mars 2026" in plain(bubble.inner_text())
    assert page.evaluate("window.pirate") is None
    # Even markup that got in would not run: the page's policy refuses it.
    page.evaluate("(text) => { document.querySelector('footer').innerHTML += text; }", PIRATE)
    page.evaluate(
        """() => { const image = document.querySelector('footer img');
          return image.complete || new Promise((done) => image.addEventListener('error', done)); }"""
    )
    assert page.evaluate("window.pirate") is None


def test_the_map_fits_its_sheet_of_paper(opened):
    page = opened(carte("communes", "qpv"))
    size = page.evaluate("[window.map.getSize().x, window.map.getSize().y]")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 703, "height": 1000})
    box = page.locator("#map_div").bounding_box()
    share = 703 / size[0]
    assert box["width"] == pytest.approx(703, abs=2)
    assert box["height"] == pytest.approx(size[1] * share, abs=3)


def unfaded(page):
    """Wait until nothing fades in any more: meanwhile its texts are pale."""
    page.evaluate("() => Promise.allSettled(document.getAnimations().map((one) => one.finished))")


def focused(page):
    """The text of what has the focus."""
    return plain(page.evaluate("document.activeElement.textContent").strip())


@pytest.mark.parametrize("size", SIZES)
def test_the_objects_of_a_map_are_reached_with_the_keyboard_alone(size, opened):
    page = opened(carte(*LAYER_IDS), size=size)
    parts = page.locator("#objets > details")
    assert [plain(text) for text in parts.locator("summary").all_inner_texts()] == [
        f"{get(layer_id).titre} ({count})".replace("’", "'")
        for layer_id, count in zip(
            LAYER_IDS, ["16", "16", "66", "10", "2 463", "162", "255", "41", "223"], strict=True
        )
    ]
    # Nothing is made before a part is opened.
    assert page.locator(".objets li").count() == 0
    page.locator('#objets details[data-couche="qpv"] summary').focus()
    page.keyboard.press("Enter")
    page.locator(".objets li").first.wait_for()
    names = [plain(text) for text in page.locator(".objets li strong").all_inner_texts()]
    quarters = current().layers["qpv"]
    assert sorted(names) == sorted(plain(name) for name in quarters["lib_qp"])
    assert names[0] == "Air Bel"
    page.keyboard.press("Tab")
    assert focused(page) == "Air Bel, Marseille"
    page.keyboard.press("Enter")
    bubble = page.get_by_role("dialog", name="Air Bel")
    bubble.wait_for()
    assert bubble.evaluate("(node) => node === document.activeElement")
    said = plain(bubble.inner_text())
    row = quarters[quarters["lib_qp"] == "Air Bel"].iloc[0]
    assert f"{row['taux_pauvrete_60_pct']:.1f}".replace(".", ",") in said
    assert "Insee" in said
    # The whole bubble is on the screen, over the place itself.
    box = bubble.bounding_box()
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= SIZES[size]["width"]
    assert box["y"] + box["height"] <= SIZES[size]["height"]
    west, south, east, north = quarters.loc[[row.name]].to_crs(4326).total_bounds
    lon, lat = page.evaluate("[window.map.getCenter().lng, window.map.getCenter().lat]")
    assert west - 0.01 < lon < east + 0.01
    assert south - 0.01 < lat < north + 0.01
    unfaded(page)
    violations = Axe().run(page).response["violations"]
    assert [found["id"] for found in violations if found["impact"] in SERIOUS] == []
    page.keyboard.press("Tab")
    assert focused(page) == "Fermer"
    page.keyboard.press("Escape")
    bubble.wait_for(state="detached")
    assert focused(page) == "Air Bel, Marseille"
    assert page.faults == []
    assert page.asked == [page.own]


def test_a_long_list_is_filtered_and_read_to_its_end(opened):
    page = opened(carte("communes", "sports"))
    part = page.locator('#objets details[data-couche="sports"]')
    part.locator("summary").click()
    status = part.get_by_role("status")
    assert plain(status.inner_text()) == "500 objets listés sur 2 463"
    part.get_by_role("button", name="500 de plus").click()
    assert plain(status.inner_text()) == "1 000 objets listés sur 2 463"
    assert (
        page.evaluate("[...document.querySelectorAll('.objets li button')].indexOf(document.activeElement)")
        == 500
    )
    sports = current().layers["sports"]
    wanted = sports[
        sports["equip_type_name"].str.contains("tennis", case=False) & sports["commune"].eq("Aubagne")
    ]
    part.get_by_role("searchbox").fill("AUBAGNE Ténnis")
    assert plain(status.inner_text()) == f"{len(wanted)} objets listés sur {len(wanted)}"
    assert sorted(part.locator("li strong").all_inner_texts()) == sorted(wanted["equip_type_name"])
    # A filter that takes away the button that opened a bubble leaves the focus in the list.
    part.locator("li button").first.click()
    page.get_by_role("dialog").wait_for()
    part.get_by_role("searchbox").fill("zzz")
    assert plain(status.inner_text()) == "Aucun objet ne répond à ce filtre"
    page.keyboard.press("Escape")
    assert focused(page).startswith("Équipements sportifs")


def test_the_open_lists_are_printed_as_text(opened):
    page = opened(carte("communes", "gares"))
    page.emulate_media(media="print")
    assert not page.get_by_role("heading", name="Objets de la carte").is_visible()
    page.emulate_media(media="screen")
    page.locator('#objets details[data-couche="gares"] summary').click()
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 703, "height": 1000})
    assert page.get_by_role("heading", name="Objets de la carte").is_visible()
    assert page.locator(".objets li strong").count() == 41
    assert page.locator(".objets li strong").last.is_visible()
    assert not page.locator('#objets details[data-couche="communes"]').is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 703


NUMBERS = [0, 0.04, 0.0423, 0.05, 0.0951, 0.0999, 0.1, 0.149, 1, 12.36, 1234.56, 0.00067, 1e-6, 4e-7]


def test_the_map_writes_figures_as_the_pages_do(opened):
    page = opened(carte("communes"))
    for kind in ("decimal", "part", "pourcentage", "surface_m2", "entier"):
        said = page.evaluate(
            "([values, kind]) => values.map((value) => window.atlasTexts.format(value, kind))",
            [NUMBERS, kind],
        )
        assert said == [figure(value, kind) for value in NUMBERS], kind
    words = ["hors périmètre de la source", "sans objet", "2026-03-01"]
    for kind, day in (("entier", words[2]), ("date", "1er mars 2026"), ("texte", words[2])):
        said = page.evaluate(
            "([values, kind]) => values.map((value) => window.atlasTexts.format(value, kind))", [words, kind]
        )
        assert said == [*words[:2], day]


def test_the_menu_works_with_the_keyboard_alone(visit, tmp_path):
    page = visit("/velos?commune=13055")
    files = menu(page, "manques vélos")
    files.locator("summary").focus()
    # Closed, its buttons are passed by.
    page.keyboard.press("Tab")
    assert not files.evaluate("(node) => node.contains(document.activeElement)")
    page.keyboard.press("Shift+Tab")
    assert focused(page).endswith("Télécharger : manques vélos")
    page.keyboard.press("Enter")
    files.get_by_role("button", name="Excel (XLSX)").wait_for()
    settled(page)
    violations = Axe().run(page, context='[class*="st-key-export-velos-menu"]').response["violations"]
    assert [found["id"] for found in violations if found["impact"] in SERIOUS] == []
    page.keyboard.press("Tab")
    assert focused(page) == "Excel (XLSX)"
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert re.fullmatch(r"atlas_manques-velos_marseille_[\d-]{10}\.xlsx", download.value.suggested_filename)
    path = tmp_path / "lu.xlsx"
    download.value.save_as(path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Données", "Sources", "Colonnes"]
    # A heading and the 41 QPV of Marseille.
    assert book["Données"].max_row == 42
    for label in ("CSV pour Excel", "CSV brut", "GeoPackage", "GeoJSON"):
        page.keyboard.press("Tab")
        assert focused(page) == label
    page.keyboard.press("Tab")
    assert not files.evaluate("(node) => node.contains(document.activeElement)")


@pytest.mark.parametrize(
    "path", ["carte?commune=13055", "velos?commune=13055", "projets?projet=velos-electriques"]
)
def test_the_map_of_a_page_is_taken_away_as_it_stands(path, visit, opened, tmp_path):
    page = visit(f"/{path}")
    legend = page.frame_locator(MAP).locator(".atlas-legende li").all_text_contents()
    with page.expect_download() as download:
        page.get_by_role("button", name="Télécharger la carte (HTML)").click()
    taken = tmp_path / "prise.html"
    download.value.save_as(taken)
    alone = opened(taken.read_bytes())
    assert alone.faults == []
    assert alone.locator(".atlas-legende li").all_text_contents() == legend
    assert len(legend) >= 4
