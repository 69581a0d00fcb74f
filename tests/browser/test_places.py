"""The planners' way to one place: choose it, read its number, compare, reload; and the search of an address."""

import re
from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe

from loaders import qpv
from tests import geocoding
from tests.browser.conftest import check_sheets, settled
from tests.browser.map_page import MapPage, plain


def cells(page, title):
    """The cells of the row of key figures that bears a title."""
    row = page.locator(".st-key-lieu-haut tr", has=page.get_by_role("rowheader", name=title, exact=True))
    return [plain(text) for text in row.locator("td").all_inner_texts()]


def test_choose_read_compare_reload(visit):
    opened = MapPage(visit("/quartier"))
    page = opened.page
    # The list of all gives way to one place, and its map with it.
    opened.choose("Quartier prioritaire", "Grand Saint Barthélémy")
    page.get_by_role("heading", name="Grand Saint Barthélémy (Marseille)").wait_for()
    page.locator(".st-key-lieu-haut").wait_for()
    settled(page)
    opened.repaint(lambda: opened.toggle("500\u202fm"))
    picker = page.get_by_role("combobox", name="Jusqu’à 3 autres lieux")
    picker.click()
    picker.fill("Air Bel")
    page.get_by_role("option", name=re.compile("^Air Bel")).first.click()
    opened.close_list()
    page.locator("caption", has_text="Comparaison").wait_for()

    def state():
        shown = cells(page, "Équipements sportifs à 500\u202fm au plus")
        compared = plain(page.get_by_role("table", name=re.compile("^Comparaison")).inner_text())
        return cells(page, "Habitants"), shown, compared, opened.counts()

    before = state()
    assert before[0] == ["11 864", "2 311", "4e sur 66"]
    # By hand: facilities at most 500 m from the outline.
    assert before[1][0] == "44"
    assert before[3]["sports"] == 44
    opened.rest()
    opened.reload()
    page.locator("caption", has_text="Comparaison").wait_for()
    assert state() == before
    assert page.faults == []


def test_click_on_another_quarter_opens_it(visit):
    opened = MapPage(visit("/quartier?qpv=QN01352M"))
    # A neighbour that the map shows whole.
    x, y = opened.place_of("qpv", "QN01342I")
    opened.repaint(lambda: opened.page.mouse.click(x, y))
    opened.page.get_by_role("heading", name="Malpassé Corot (Marseille)").wait_for()
    assert "QN01342I" in opened.address()["qpv"][0]
    opened.reload()
    opened.page.get_by_role("heading", name="Malpassé Corot (Marseille)").wait_for()


@pytest.mark.parametrize(
    "path", ["/carte?qpv=QN01352M", "/velos?commune=13055", "/quartier", "/commune?commune=13055"]
)
def test_other_pages_lead_to_a_quarter(visit, path):
    page = visit(path)
    link = page.locator('a[href*="quartier?qpv=QN01352M"]')
    if not link.count():
        page.get_by_role("button", name="2", exact=True).first.click()
        link.first.wait_for()
    link.first.click()
    page.get_by_role("heading", name="Grand Saint Barthélémy (Marseille)").wait_for()


@pytest.mark.parametrize("size", ["bureau", "mobile"])
def test_comparison_is_accessible_and_fits(visit, size):
    page = visit("/quartier?qpv=QN01352M&avec=Air+Bel,+Marseille+(QN01338I)", size=size)
    page.locator(".atlas-barres figure").first.wait_for()
    serious = [
        violation["id"]
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in {"serious", "critical"}
    ]
    assert serious == []
    inner, outer = page.locator("[data-testid=stMain]").evaluate(
        "(main) => [main.scrollWidth, main.clientWidth]"
    )
    assert inner <= outer
    widths = page.evaluate(
        """() => [...document.querySelectorAll('.atlas-barres figure')].map((figure) =>
          [...figure.querySelectorAll('.piste')].map((track) => {
            const bar = track.querySelector('.barre');
            return bar ? Math.round(100 * bar.getBoundingClientRect().width / track.getBoundingClientRect().width) : 0;
          }))"""
    )
    # Inhabitants: 11,864, 5,508 and the median, 2,311.
    assert widths[0] == [100, 46, 19]


def test_a_place_on_paper(visit):
    page = visit("/commune?commune=13055")
    check_sheets(page)
    # What stands beside each other on the screen does not lie over each other on paper.
    boxes = page.evaluate(
        """() => ['.st-key-lieu-haut table', '.st-key-lieu-haut iframe', '.atlas-sources'].map((name) => {
          const box = document.querySelector(name).getBoundingClientRect();
          return [box.top, box.bottom];
        })"""
    )
    assert all(above[1] <= below[0] for above, below in pairwise(boxes))


def test_address_by_keyboard(visit, geocoder):
    """Any text is answered by a point inside Grand Saint Barthélémy."""
    point = qpv.load().to_crs(4326).geometry["QN01352M"].representative_point()
    geocoder.answers = lambda _: [geocoding.answer("3 Rue Essai 13014 Marseille", point.x, point.y)]
    geocoder.asked.clear()
    page = visit("/quartier")
    page.get_by_text("Quel quartier à cette adresse").click()
    page.get_by_label("Adresse", exact=True).fill("3 rue essai")
    page.keyboard.press("Enter")
    page.get_by_text("est dans le QPV Grand Saint Barthélémy (QN01352M)").wait_for()
    assert "essai" not in page.url
    assert geocoder.asked == ["/geocodage/search?q=3+rue+essai&limit=5&autocomplete=0"]
    page.get_by_role("link", name="Ouvrir la page du quartier Grand Saint Barthélémy").click()
    page.get_by_role("heading", name="Grand Saint Barthélémy (Marseille)").wait_for()
