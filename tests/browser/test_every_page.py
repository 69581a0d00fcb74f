"""Every page, as a visitor meets it: deep links, accessibility, no outside host, narrow screens, paper."""

import re
from itertools import pairwise, product

import pytest
from axe_playwright_python.sync_playwright import Axe

from benchmarks.served import Server
from tests.browser.conftest import MAP, OUTSIDE, SIZES, settled, visits

#: The home page is at the root; the others at their name.
PAGES = ["", "carte", "quartier", "commune", "velos", "foncier", "sport", "projets", "donnees", "methode"]
WITH_MAP = ["carte", "quartier", "commune", "velos", "foncier", "sport"]
SERIOUS = {"serious", "critical"}
#: Width of an A4 sheet upright within margins of 12 mm, in CSS pixels: 186 mm at 96 to the inch.
PAPER_PX = 186 / 25.4 * 96
TILES = re.compile(r"^https://data\.geopf\.fr/")


@pytest.mark.parametrize("name", PAGES)
def test_deep_link_on_a_fresh_server(name, visit):
    with Server() as fresh:
        page = visit(f"/{name}", on=fresh)
        assert page.locator("h1").count() == 1
        assert page.get_by_text("Page not found").count() == 0
        assert page.get_by_role("link", name="Vélos").count() >= 1
        assert page.evaluate("document.documentElement.lang") == "fr"
        assert page.title().endswith("Atlas des Possibles")
        assert page.get_by_role("link", name="Sources et licences").count() == 1
        assert page.locator("[data-testid=stException]").count() == 0
        assert page.faults == []


@pytest.fixture(
    scope="module",
    params=list(product(PAGES, SIZES)),
    ids=lambda seen: f"{seen[0] or 'accueil'}-{seen[1]}",
)
def seen(request, chromium, server):
    """Give each page at each size, the same visit for all the tests that only look at it."""
    name, size = request.param
    with visits(chromium, server) as opened:
        yield opened(f"/{name}", size=size)


def test_accessibility(seen):
    violations = Axe().run(seen).response["violations"]
    ours = [
        f"{violation['id']} ({violation['impact']}) : {violation['nodes'][0]['html'][:160]}"
        for violation in violations
        if violation["impact"] in SERIOUS
    ]
    assert ours == []


def test_headings_are_in_order(seen):
    levels = seen.evaluate(
        "[...document.querySelectorAll('h1, h2, h3, h4')].map((h) => Number(h.tagName[1]))"
    )
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_nothing_overflows_the_screen(seen):
    assert seen.evaluate("document.documentElement.scrollWidth") <= seen.viewport_size["width"]
    inner, outer = seen.locator("[data-testid=stMain]").evaluate(
        "(main) => [main.scrollWidth, main.clientWidth]"
    )
    assert inner <= outer


def test_only_tiles_come_from_outside(seen):
    assert [url for url in seen.asked if not TILES.match(url)] == []


def test_paper_has_no_menu_and_no_control(seen):
    seen.emulate_media(media="print")
    for hidden in ("stHeader", "stDownloadButton", "stPopover", "stSelectbox", "stSlider"):
        shown = seen.locator(f"[data-testid={hidden}]").evaluate_all(
            "nodes => nodes.filter((n) => n.checkVisibility()).length"
        )
        assert shown == 0, hidden
    assert seen.locator("h1").is_visible()
    seen.emulate_media(media="screen")


def test_nothing_is_wider_than_paper(seen):
    screen = seen.viewport_size
    seen.emulate_media(media="print")
    seen.set_viewport_size({"width": int(PAPER_PX), "height": 1000})
    # What overlaps the edge is not printed; the matrix has a wider paper of its own.
    wide = seen.evaluate(
        """(width) => [...document.querySelectorAll(".atlas-table, p, h1, h2, li, [data-testid=stMetric]")]
          .filter((part) => part.checkVisibility() && part.getBoundingClientRect().right > width + 1)
          .map((part) => part.outerHTML.slice(0, 80))""",
        int(PAPER_PX),
    )
    seen.emulate_media(media="screen")
    seen.set_viewport_size(screen)
    assert wide == []


def test_a_wide_map_is_whole_on_paper(visit):
    page = visit("/velos")
    page.set_viewport_size({"width": 1920, "height": 1080})
    painted(page)
    screen = page.locator(MAP).first.bounding_box()
    assert screen["width"] > PAPER_PX + 200
    page.pdf(format="A4")
    place = page.locator("[class*=st-key-][class*=-cadre]").first
    share, height = place.evaluate(
        "(place) => ['--papier', '--papier-haut'].map((name) => parseFloat(place.style.getPropertyValue(name)))"
    )
    assert share * screen["width"] == pytest.approx(PAPER_PX, abs=1)
    assert height == pytest.approx(share * screen["height"], abs=1)
    page.emulate_media(media="print")
    assert place.bounding_box()["height"] == pytest.approx(height, abs=1)
    assert page.locator(MAP).first.evaluate("(frame) => getComputedStyle(frame).transform") == (
        f"matrix({share:.6g}, 0, 0, {share:.6g}, 0, 0)"
    )


@pytest.mark.parametrize("name", WITH_MAP)
def test_map_draws_when_outside_hosts_hang(name, chromium, server):
    """Tiles that never answer: the outlines draw all the same."""
    context = chromium.new_context(viewport=SIZES["bureau"], locale="fr-FR")
    page = context.new_page()
    stalled = []
    # A route that is not answered is a request that hangs.
    context.route(OUTSIDE, lambda route: stalled.append(route))
    page.goto(f"{server.url}/{name}")
    page.wait_for_selector("h1")
    settled(page)
    painted(page)
    assert stalled
    assert drawn(page)
    for route in stalled:
        route.abort()
    context.unroute_all(behavior="ignoreErrors")
    context.close()


@pytest.mark.parametrize("name", WITH_MAP)
def test_map_draws_when_outside_hosts_refuse(name, visit):
    page = visit(f"/{name}")
    painted(page)
    assert page.asked
    assert drawn(page)


def painted(page):
    """Wait for the map, and a little more for the tiles that it asks."""
    page.frame_locator(MAP).first.locator("body[data-peint]").wait_for(state="attached")
    page.wait_for_timeout(500)


def drawn(page):
    """Say whether the map's canvas holds anything but one colour."""
    frame = page.frame_locator(MAP).first
    return frame.locator("canvas").first.evaluate(
        """(canvas) => {
          const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
          const seen = new Set();
          for (let at = 3; at < pixels.length; at += 4 * 97) seen.add(pixels[at - 3] + '-' + pixels[at - 2] + '-' + pixels[at]);
          return seen.size > 3;
        }"""
    )


@pytest.mark.parametrize("name", PAGES)
def test_keyboard_reaches_the_content(name, visit):
    page = visit(f"/{name}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Aller au contenu"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "H1"
