"""Page vélos in the browser: map, links, what lies outside the network."""

import pytest

from tests.browser.map_page import MapPage, plain


@pytest.fixture
def velos(visit):
    """Open page vélos with a query."""
    return lambda query="": MapPage(visit(f"/velos?{query}"))


def test_click_on_a_quarter_shows_its_figures(velos):
    page = velos("commune=13055")
    x, y = page.place_of("qpv", "QN01359I")
    page.repaint(lambda: page.page.mouse.click(x, y))
    page.page.get_by_role("heading", name="Kalliste La Granière La Solidarité").wait_for()
    # 7,263 inhabitants and the nearest station beyond 4 km: all of them are out of reach.
    figures = page.page.locator(".atlas-figures").inner_text()
    assert "Habitants hors de portée\t7 263" in plain(figures)
    assert "QN01359I" in page.address()["qpv"][0]


def test_link_by_code_survives_a_reload(velos):
    page = velos("commune=13055&qpv=QN01352M&seuil=500")
    for _ in range(2):
        page.page.get_by_role("heading", name="Grand Saint Barthélémy").wait_for()
        assert "QN01352M" in page.address()["qpv"][0]
        assert page.address()["seuil"] == ["500"]
        page.reload()


def test_choice_after_a_link_replaces_it(velos):
    page = velos("qpv=QN01352M")
    page.page.get_by_role("heading", name="Grand Saint Barthélémy").wait_for()
    page.repaint(lambda: page.choose("Quartier prioritaire", "Air Bel"))
    page.page.get_by_role("heading", name="Air Bel").wait_for()
    assert "QN01338I" in page.address()["qpv"][0]
    page.reload()
    page.page.get_by_role("heading", name="Air Bel").wait_for()


def test_outside_the_network(velos):
    page = velos("commune=84089")
    assert "hors périmètre de la source" in plain(page.page.locator("body").inner_text())
    assert "aucun manque ne peut être constaté" in plain(page.page.locator("body").inner_text())


def test_names_of_communes_stand_on_their_communes(velos):
    page = velos("commune=13055")
    page.frame.locator(".atlas-etiquette").nth(15).wait_for()
    offsets = page.frame.evaluate(
        """() => Object.values(window.map._layers).filter((l) => l instanceof L.Tooltip && l.options.permanent).map((l) => {
          const [box, frame] = [l.getElement().getBoundingClientRect(), window.map.getContainer().getBoundingClientRect()];
          const place = window.map.latLngToContainerPoint(l.getLatLng());
          return [box.x + box.width / 2 - frame.x - place.x, box.y + box.height / 2 - frame.y - place.y];
        })"""
    )
    assert len(offsets) == 16
    assert all(abs(x) < 12 and abs(y) < 12 for x, y in offsets)
