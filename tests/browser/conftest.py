"""A Streamlit server and a Chromium for the tests that drive the real pages."""

import io
import re
from contextlib import contextmanager

import pytest
from pypdf import PdfReader
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks import driven, served
from tests import geocoding
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


#: Nothing of the app runs, is on its way or fades, and each map shows the last that it was asked.
_AT_REST = """() => {
  const app = document.querySelector('[data-testid="stApp"]');
  if (app?.dataset.testScriptState !== 'notRunning' || document.querySelector('[data-testid="stSkeleton"]')) return false;
  const moves = (effect) => effect && effect.getComputedTiming().endTime < Infinity;
  if (document.getAnimations().some((one) => one.playState === 'running' && moves(one.effect))) return false;
  return [...document.querySelectorAll('iframe[src*="streamlit_folium"]')].every((map) => {
    const { peint, demande } = map.contentDocument?.body?.dataset ?? {};
    return peint && peint === demande;
  });
}"""
_TWO_FRAMES = (
    "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
)


def pytest_collection_modifyitems(items):
    """Mark all of this folder, and skip it in one line where there is no browser."""
    for item in items:
        if "tests/browser/" not in item.path.as_posix():
            continue
        item.add_marker(pytest.mark.browser)
        if not driven.installed() and not REQUIRED:
            item.add_marker(pytest.mark.skip(reason=MISSING))


@pytest.fixture(scope="session")
def geocoder():
    """Play the IGN's geocoder: a test that asks it sets `answers`, a function of a text."""
    with geocoding.playing(lambda text: playing.answers(text)) as playing:
        yield playing


@pytest.fixture(scope="session")
def server(geocoder):
    """Give a server of the atlas, for the whole session of tests."""
    with served.Server(environment={"ATLAS_GEOCODEUR": geocoder.url}) as running:
        yield running


def new_page(chromium, size="bureau", **options):
    """Open an empty page as a new visitor.

    The page has three more attributes: `faults`, the errors of its scripts, `asked`, the outside addresses that it
    asked for, and `socket`, its way to the server.
    """
    context = chromium.new_context(viewport=SIZES[size], locale="fr-FR", **options)
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.faults, page.asked = [], []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("request", lambda request: OUTSIDE.match(request.url) and page.asked.append(request.url))
    page.on("websocket", lambda socket: setattr(page, "socket", socket))
    return page


def go(page, url):
    """Go to an address, and wait until its page is whole."""
    page.goto(url)
    page.wait_for_selector("h1")
    settled(page)
    return page


@pytest.fixture(scope="session")
def kept_page(chromium):
    """Give the one page of a size that stays open for the whole session: a second visit costs half of a first."""
    pages = {}

    def of(size):
        page = pages.get(size) or pages.setdefault(size, new_page(chromium, size))
        page.goto("about:blank")
        page.unroute_all()
        page.emulate_media(media="null")
        page.set_viewport_size(SIZES[size])
        page.faults, page.asked = [], []
        return page

    yield of
    for page in pages.values():
        page.context.close()


@pytest.fixture
def visit(kept_page, server):
    """Give a function that opens a page of the atlas, in place of what was open at that size."""
    return lambda path, *, on=None, size="bureau": go(kept_page(size), f"{(on or server).url}{path}")


@pytest.fixture
def arrive(chromium, server):
    """Give a function that opens a page of the atlas as a new visitor, who has nothing of it yet."""
    pages = []

    def opened(path, *, on=None, size="bureau"):
        pages.append(new_page(chromium, size))
        return go(pages[-1], f"{(on or server).url}{path}")

    yield opened
    for page in pages:
        page.context.close()


def settled(page):
    """Wait until the app has run to its end, its maps are painted and nothing fades any more."""
    page.wait_for_function(_AT_REST)
    # What the last run changed reaches the frames of maps within two frames.
    page.evaluate(_TWO_FRAMES)
    page.wait_for_function(_AT_REST)


@contextmanager
def running(page):
    """Do something that runs the app, and wait until it has run to its end."""
    with page.socket.expect_event("framereceived", _ends_a_run):
        yield
    settled(page)


def _ends_a_run(message):
    # The other messages are larger, or of another kind.
    said = ForwardMsg.FromString(message) if len(message) < 200 else ForwardMsg()
    return said.WhichOneof("type") == "script_finished" and said.script_finished != (
        ForwardMsg.FINISHED_EARLY_FOR_RERUN
    )


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
