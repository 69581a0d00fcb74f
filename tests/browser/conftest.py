"""A Streamlit server and a Chromium for the tests that drive the real pages."""

import io
import re
from contextlib import contextmanager

import pytest
from pypdf import PdfReader

from benchmarks import driven, served
from tests.conftest import MISSING, REQUIRED

SIZES = {"bureau": {"width": 1280, "height": 800}, "mobile": {"width": 390, "height": 844}}
#: The home page is at the root; the others at their name.
PAGES = [
    "",
    "carte",
    "quartier",
    "commune",
    "velos",
    "foncier",
    "sport",
    "projets",
    "suivi",
    "donnees",
    "methode",
]
WITH_MAP = ["carte", "quartier", "commune", "velos", "foncier", "sport"]
#: Width of an A4 sheet upright within margins of 12 mm, in CSS pixels: 186 mm at 96 to the inch.
PAPER_PX = 186 / 25.4 * 96
#: The same, on its side.
PAPER_ASIDE_PX = 273 / 25.4 * 96
OUTSIDE = re.compile(r"^https?://(?!127\.0\.0\.1[:/])")
MAP = 'iframe[src*="streamlit_folium"]'


def pytest_collection_modifyitems(items):
    """Mark all of this folder, and skip it in one line where there is no browser."""
    for item in items:
        if "tests/browser/" not in item.path.as_posix():
            continue
        item.add_marker(pytest.mark.browser)
        if not driven.installed() and not REQUIRED:
            item.add_marker(pytest.mark.skip(reason=MISSING))


@pytest.fixture(scope="session")
def server():
    """Give a server of the atlas, for the whole session of tests."""
    with served.Server() as running:
        yield running


@contextmanager
def visits(chromium, server):
    """Give a function that opens a page in a fresh context and waits until it is whole.

    The page it returns has two more attributes: `faults`, the errors of its scripts, and `asked`, the outside
    addresses that it asked for.
    """
    contexts = []

    def opened(path, *, on=None, size="bureau"):
        context = chromium.new_context(viewport=SIZES[size], locale="fr-FR")
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        page.faults, page.asked = [], []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("request", lambda request: OUTSIDE.match(request.url) and page.asked.append(request.url))
        page.goto(f"{(on or server).url}{path}")
        page.wait_for_selector("h1")
        settled(page)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def visit(chromium, server):
    """Give the function of `visits`, for one test."""
    with visits(chromium, server) as opened:
        yield opened


def settled(page):
    """Wait until the app has run to its end and its maps are painted."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', state="attached")
    for at in range(page.locator(MAP).count()):
        page.frame_locator(MAP).nth(at).locator("body[data-peint]").wait_for(state="attached")
    page.wait_for_function("() => !document.querySelector('[data-testid=stSkeleton]')")
    page.wait_for_timeout(300)


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


def menu(page, subject):
    """Give the menu of files of a subject."""
    return page.locator('[data-testid="stExpander"]').filter(
        has=page.locator("summary", has_text=f"Télécharger : {subject}")
    )


def check_sheets(page):
    """Print a page, and check that a heading stays with what it announces, a map with its legend, and the day is said."""
    headings = {squeezed(text) for text in page.locator("h2, h3").all_inner_texts()}
    page.emulate_media(media="print")
    document = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    for sheet in document.pages:
        # From top to bottom, unlike the order of the file.
        text = sheet.extract_text(extraction_mode="layout")
        lines = [squeezed(line) for line in text.splitlines() if line.strip()]
        assert lines[-1] not in headings
        if any(line.startswith("Carte") and line in headings for line in lines):
            assert "Légende" in sheet.extract_text()
    if page.locator(".atlas-papier-seul").count():
        assert "Établile" in squeezed(document.pages[0].extract_text())


def squeezed(text):
    """Give a text without its spaces, which a PDF may add or drop."""
    return "".join(text.split())
