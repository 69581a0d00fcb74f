"""Every page, as a visitor comes to it: deep links on a fresh server, outside hosts away, keyboard, paper."""

import pytest

from benchmarks.served import Server
from tests.browser.conftest import MAP, OUTSIDE, PAGES, PAPER_PX, SIZES, WITH_MAP, settled


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
