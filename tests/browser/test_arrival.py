"""A visitor's arrival: a deep link on a fresh server, tiles that never answer, a wide map on paper."""

import pytest

from benchmarks.served import Server
from tests.browser.conftest import MAP, OUTSIDE, PAGES, PAPER_PX, WITH_MAP, drawn, go, new_page, settled


def some(names, *kept):
    """Leave all but a few to the long counts: each costs a server or a wait, and the pages share one frame."""
    return [name if name in kept else pytest.param(name, marks=pytest.mark.soak) for name in names]


@pytest.mark.parametrize("name", some(PAGES, "velos", "methode"))
def test_deep_link_on_a_fresh_server(name, arrive):
    # As `make app` starts it; a browser that does nothing stands in for the one that Streamlit opens.
    with Server(options={"server.headless": "false"}, environment={"BROWSER": "true"}) as fresh:
        page = arrive(f"/{name}", on=fresh)
        assert page.locator("h1").count() == 1
        assert page.get_by_text("Page not found").count() == 0
        assert page.get_by_role("link", name="Vélos").count() >= 1
        assert page.get_by_role("link", name="Sources et licences").count() == 1
        # No offer to developers covers the page, and none comes a little later.
        page.wait_for_timeout(1_500)
        assert page.get_by_role("button", name="Install").count() == 0
        # One page alone names it, to say which of its words stay in English.
        assert ("Streamlit" in page.locator("body").inner_text()) == (name == "methode")


def test_a_wide_map_is_whole_on_paper(visit):
    page = visit("/velos")
    page.set_viewport_size({"width": 1920, "height": 1080})
    settled(page)
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


@pytest.mark.parametrize("name", some(WITH_MAP, "carte"))
def test_map_draws_when_outside_hosts_hang(name, chromium, server):
    """Tiles that never answer: the outlines draw all the same."""
    page, stalled = new_page(chromium), []
    # A route that is not answered is a request that hangs.
    page.route(OUTSIDE, lambda route: stalled.append(route))
    go(page, f"{server.url}/{name}")
    assert stalled
    assert drawn(page)
    for route in stalled:
        route.abort()
    page.unroute_all(behavior="ignoreErrors")
    page.context.close()
