"""Page projets in a real browser: one sheet of A3, links inside the matrix, accessibility of every view."""

import io
import unicodedata
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from pypdf import PdfReader

from loaders import projects
from tests.browser.conftest import settled

A3_LANDSCAPE_PT = (1190.6, 841.9)
VIEWS = ["?projet=paej", "?commune=13055", f"?vue_projets={quote('Gouvernance et boîte à outils')}"]


def words(text):
    """Give a text without its spaces, hyphens and ligatures, which a PDF may add or drop."""
    return "".join(unicodedata.normalize("NFKC", text).split()).replace("-", "").replace("\u2010", "")


def test_matrix_is_one_sheet_of_a3(visit):
    page = visit("/projets")
    document = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    assert len(document.pages) == 1
    (sheet,) = document.pages
    size = (float(sheet.mediabox.width), float(sheet.mediabox.height))
    assert size == pytest.approx(A3_LANDSCAPE_PT, abs=2)
    text = words(sheet.extract_text())
    for title in projects.load()["titre"]:
        assert words(title) in text, title
    for said in (
        "46,7%",
        "Vitrolles",
        "Établi le",
        "non concerné",
        "couvre : 15 communes sur 16, sans Pertuis",
    ):
        assert words(said) in text, said


def test_only_the_matrix_asks_for_a3(visit):
    page = visit("/projets")
    page.get_by_role("radio", name="Gouvernance").click()
    page.get_by_role("heading", name="Travaux de la gouvernance").wait_for()
    settled(page)
    document = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    assert float(document.pages[0].mediabox.width) == pytest.approx(595, abs=2)


def test_heads_stay_while_the_matrix_scrolls(visit):
    page = visit("/projets", size="mobile")
    frame = page.get_by_role("region", name="Projets et communes")
    before = page.get_by_role("columnheader", name="Projet", exact=True).bounding_box()
    frame.focus()
    frame.evaluate("node => { node.scrollTop = 400; node.scrollLeft = 300; }")
    after = page.get_by_role("columnheader", name="Projet", exact=True).bounding_box()
    assert after["x"] == pytest.approx(before["x"], abs=2)
    top = frame.bounding_box()["y"]
    assert top - 1 <= after["y"] <= top + 3
    name = page.get_by_role("columnheader", name="Vitrolles").bounding_box()
    assert name["y"] == pytest.approx(after["y"], abs=2)


def test_a_title_opens_its_sheet_and_a_reload_keeps_it(visit):
    page = visit("/projets")
    page.get_by_role("link", name="Implantation de stations de vélos").click()
    heading = page.get_by_role("heading", name="Implantation de stations de vélos")
    heading.wait_for()
    settled(page)
    page.reload()
    heading.wait_for()
    settled(page)
    assert page.get_by_text("« à l'échelle de Marseille »").is_visible()


@pytest.mark.parametrize("query", VIEWS)
@pytest.mark.parametrize("size", ["bureau", "mobile"])
def test_views_are_accessible(query, size, visit):
    page = visit(f"/projets{query}", size=size)
    assert page.faults == []
    serious = [
        f"{violation['id']} : {violation['nodes'][0]['html'][:160]}"
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in {"serious", "critical"}
    ]
    assert serious == []
    levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3')].map((h) => Number(h.tagName[1]))")
    assert levels[:2] == [1, 2]
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
