"""Every page, looked at once at each size: frame, accessibility, headings, width, outside hosts, keyboard, paper."""

import re
from itertools import pairwise, product
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import (
    MAP,
    PAGES,
    PAPER_ASIDE_PX,
    PAPER_PX,
    SIZES,
    WITH_MAP,
    check_sheets,
    drawn,
    go,
)

SERIOUS = {"serious", "critical"}
#: Views that a page does not show first.
VIEWS = ["velos?vue_velos=Implantation"]
TILES = re.compile(r"^https://data\.geopf\.fr/")


@pytest.fixture(
    scope="module",
    params=list(product([*PAGES, *VIEWS], SIZES)),
    ids=lambda seen: f"{seen[0] or 'accueil'}-{seen[1]}",
)
def seen(request, kept_page, server):
    """Give each page at each size, the same visit for all the tests that only look at it."""
    name, size = request.param
    return go(kept_page(size), f"{server.url}/{name}")


def test_keyboard_reaches_the_content(seen):
    seen.keyboard.press("Tab")
    assert seen.evaluate("document.activeElement.textContent") == "Aller au contenu"
    seen.keyboard.press("Enter")
    assert seen.evaluate("document.activeElement.tagName") == "H1"


def test_frame_is_whole(seen):
    assert seen.evaluate("document.documentElement.lang") == "fr"
    assert seen.title().endswith("Atlas des Possibles")
    assert seen.get_by_role("link", name="Sources et licences").count() == 1
    assert seen.locator("[data-testid=stException]").count() == 0
    assert seen.faults == []


def test_map_draws_though_outside_hosts_refuse(seen):
    maps = seen.locator(MAP).count()
    assert (maps > 0) == (urlsplit(seen.url).path.strip("/") in WITH_MAP)
    if maps:
        assert seen.asked
        assert drawn(seen)


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
    for hidden in ("stHeader", "stDownloadButton", "stSelectbox", "stSlider"):
        shown = seen.locator(f"[data-testid={hidden}]").evaluate_all(
            "nodes => nodes.filter((n) => n.checkVisibility()).length"
        )
        assert shown == 0, hidden
    assert not seen.locator("summary", has_text="Télécharger :").locator("visible=true").count()
    assert seen.locator("h1").is_visible()
    seen.emulate_media(media="screen")


def test_nothing_is_wider_than_paper(seen):
    screen = seen.viewport_size
    # A table of many columns lays the sheets on their side.
    on_its_side = seen.locator(".atlas-table thead th:nth-child(15)").count()
    width = int(PAPER_ASIDE_PX if on_its_side else PAPER_PX)
    seen.emulate_media(media="print")
    seen.set_viewport_size({"width": width, "height": 1000})
    # What overlaps the edge is not printed; the matrix has a wider paper of its own.
    wide = seen.evaluate(
        """(width) => [...document.querySelectorAll(".atlas-table, p, h1, h2, li, [data-testid=stMetric]")]
          .filter((part) => part.checkVisibility() && part.getBoundingClientRect().right > width + 1)
          .map((part) => part.outerHTML.slice(0, 80))""",
        width,
    )
    seen.emulate_media(media="screen")
    seen.set_viewport_size(screen)
    assert wide == []


def test_no_sheet_of_paper_ends_with_a_heading(seen):
    check_sheets(seen)
    seen.emulate_media(media="screen")
