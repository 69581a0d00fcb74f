"""Page sport in the browser: a family moves the map, the table and the address."""

import pytest

from tests.browser.map_page import MapPage, plain


@pytest.fixture
def sport(visit):
    """Open page sport with a query."""
    return lambda query="": MapPage(visit(f"/sport?{query}"))


def test_a_family_moves_map_table_and_address(sport):
    page = sport("commune=13055")
    everything = page.counts()["sports"]
    page.repaint(lambda: page.choose("Famille d'équipements", "Boules"))
    page.page.get_by_text("22 sur 41").wait_for()
    lines = {text.split(" (")[0]: count for count, text in page.legend()["qpv"]}
    assert lines["aucun équipement à portée"] == 22
    assert 0 < page.counts()["sports"] < everything
    assert page.address()["famille"] == ["Boules"]
    page.reload()
    page.page.get_by_text("22 sur 41").wait_for()
    listed = page.page.locator("table", has_text="QPV sans aucun équipement de la famille")
    assert listed.locator("tbody tr").count() == 22


def test_a_click_on_a_quarter_shows_its_figures(sport):
    page = sport("commune=13055&famille=boules")
    x, y = page.place_of("qpv", "QN01359I")
    page.repaint(lambda: page.page.mouse.click(x, y))
    page.page.get_by_role("heading", name="Kalliste La Granière La Solidarité").wait_for()
    figures = plain(page.page.locator(".atlas-figures").inner_text())
    assert "Équipements à portée, 2016\t0" in figures
    assert "QN01359I" in page.address()["qpv"][0]


def test_pertuis_is_outside_the_source(sport):
    page = sport("commune=84089")
    body = plain(page.page.locator("body").inner_text())
    assert "hors périmètre de la source" in body
    assert page.page.get_by_test_id("stMetric").count() == 0
