from pathlib import Path

import pytest
from starlette.applications import Starlette
from streamlit.web.server.starlette.starlette_auth_routes import create_auth_routes

from server import process, shell
from tests.server.apart import run_apart

PAGES = [folder.parent.name for folder in Path("pages").glob("*/page.py")]


@pytest.fixture
def asked(monkeypatch):
    """Ask a server that knows the addresses of pages alone, under a base path: the status, the headers and the text."""

    def ask(path, base=""):
        monkeypatch.setattr(process.st, "get_option", {"server.baseUrlPath": base}.__getitem__)
        app, sent = Starlette(routes=shell.routes("contenu")), []
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "headers": [],
            "query_string": b"commune=13055",
        }

        async def send(message):
            sent.append(message)

        run_apart(lambda: app(scope, None, send))
        headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return sent[0]["status"], headers, b"".join(part["body"] for part in sent[1:]).decode()

    return ask


@pytest.mark.parametrize("name", ["", "absente", *(name for name in PAGES if name != "accueil")])
def test_every_page_starts_in_french_and_styled(name, asked):
    status, headers, html = asked(f"/{name}")
    assert status == 200
    assert headers["content-type"] == "text/html; charset=utf-8"
    # A new version of the atlas has another page at the same address.
    assert headers["cache-control"] == "no-cache"
    assert '<html lang="fr">' in html
    assert "<title>Atlas des Possibles</title>" in html
    assert "besoin de JavaScript" in html
    assert 'href="#contenu">Aller au contenu</a>' in html
    for english in ("Streamlit</title>", "You need to enable", 'lang="en"', "AI\n"):
        assert english not in html


def test_what_streamlit_needs_is_kept(asked):
    html = asked("/carte")[2]
    assert html.count('<div id="root"></div>') == 1
    assert '<script type="module" crossorigin src="./static/js/index.' in html
    # The style sheet comes after Streamlit's and before the pages' own.
    order = [html.index(part) for part in ("./static/css/", ".atlas-constat", '<div id="root">')]
    assert order == sorted(order)


def test_styles_hide_the_controls_on_paper():
    paper = shell.page("contenu").split("@media print")[1]
    for control in ("stHeader", "stForm", "stDownloadButton", "stPagination", "stSelectbox", "stSlider"):
        assert control in paper


@pytest.mark.parametrize(
    "address",
    ["/favicon.png", "/_stcore/health", "/static/js/index.js", "/component/a/index.html", "/carte/a"],
)
def test_what_is_no_page_is_left_to_streamlit(address, asked):
    assert asked(address)[0] == 404


@pytest.mark.parametrize("path", [route.path for route in create_auth_routes("")])
def test_logins_are_left_to_streamlit(path, asked):
    assert asked(path)[0] == 404


def test_under_a_base_path(asked):
    assert asked("/ville/atlas/carte", base="/ville/atlas")[0] == 200
    assert asked("/ville/atlas/", base="ville/atlas/")[0] == 200
    assert asked("/carte", base="ville/atlas")[0] == 404


def test_another_version_of_streamlit_is_noticed(monkeypatch, tmp_path):
    (tmp_path / "index.html").write_text("<html><title>Streamlit</title></html>", encoding="utf-8")
    monkeypatch.setattr(shell.file_util, "get_static_dir", lambda: str(tmp_path))
    with pytest.raises(RuntimeError, match=r"server/shell\.py"):
        shell.routes("contenu")
