"""Rules of the style sheet that rest on how Streamlit nests its parts: each still finds something on some page."""

import re

from benchmarks.served import ROOT
from tests.browser.conftest import menu

STYLE = (ROOT / "server" / "style.css").read_text("utf-8")
PAGES = ["/carte", "/quartier?qpv=QN01301M", "/projets", "/projets?projet=cites-educatives", "/donnees"]
#: A part by its name alone: tests/server/test_streamlit_parts.py looks for those in Streamlit's own scripts.
ALONE = re.compile(r'\[data-testid="\w+"\]')


def nested():
    """Give the selectors of the sheet that say how parts of Streamlit lie in each other."""
    rules = re.findall(r"([^{}]+)\{", re.sub(r"/\*.*?\*/", "", STYLE, flags=re.DOTALL))
    # A comma within brackets belongs to one selector.
    found = {part.strip() for rule in rules for part in re.split(r",(?![^()]*\))", rule)}
    return sorted(part for part in found if "data-testid" in part and not ALONE.fullmatch(part))


def unfound(selectors, page):
    return page.evaluate("(all) => all.filter((one) => !document.querySelector(one))", selectors)


def test_every_rule_finds_what_it_is_for(visit):
    left = [re.sub(r"::\w+", "", selector) for selector in nested()]
    assert len(left) > 20
    for address in PAGES:
        page = visit(address)
        if address == "/carte":
            menu(page, "QPV 2024").locator("summary").click()
            page.locator('[class*="st-key-"][class*="-fichiers"]').wait_for()
        left = unfound(left, page)
    page = visit("/foncier?vue_foncier=Locaux+en+pied+d%27immeuble")
    page.get_by_role("button", name="Essayer avec des données fictives").click()
    page.locator(".atlas-fictif").wait_for()
    assert unfound(left, page) == []
