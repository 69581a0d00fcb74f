import gzip
import re
from pathlib import Path

import pytest
from streamlit import file_util

from server import bundles, process
from tests.server.apart import run_apart

STATIC = Path(file_util.get_static_dir(), "static")
SCRIPT = next((STATIC / "js").glob("index.*.js"))
FONT = next((STATIC / "media").glob("SourceSansVF-Upright*.woff2"))


@pytest.fixture
def asked(monkeypatch):
    """Ask for a path: the headers and the body, or None where the application behind answers."""

    def ask(path, *, accepted="", method="GET", base="", kind="http"):
        monkeypatch.setattr(process.st, "get_option", {"server.baseUrlPath": base}.__getitem__)
        sent = []

        async def behind(_scope, _receive, send):
            await send(None)

        async def send(message):
            sent.append(message)

        scope = {"type": kind, "method": method, "path": path}
        scope["headers"] = [(b"accept-encoding", accepted.encode())]
        run_apart(lambda: bundles.FromMemory(behind)(scope, None, send))
        if sent == [None]:
            return None
        start, body = sent
        assert start["status"] == 200
        headers = {name.decode(): value.decode() for name, value in start["headers"]}
        assert headers["content-length"] == str(len(body["body"]))
        return headers, body["body"]

    return ask


def test_the_name_of_a_file_changes_with_its_content():
    # What may be kept for ever must never be another file under the same name.
    for file in STATIC.rglob("*"):
        assert file.is_dir() or re.search(r"\.[\w-]{8}\.\w+$", file.name), file


def test_a_script_is_as_it_stands_on_the_disk(asked):
    headers, body = asked(f"/static/js/{SCRIPT.name}")
    assert body == SCRIPT.read_bytes()
    assert headers["content-type"] == "text/javascript"
    assert headers["cache-control"] == "public, immutable, max-age=31536000"
    assert headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in headers


def test_a_script_travels_compressed_where_the_browser_takes_it(asked):
    headers, body = asked(f"/static/js/{SCRIPT.name}", accepted="gzip, deflate, br")
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(body) == SCRIPT.read_bytes()
    assert len(body) < SCRIPT.stat().st_size / 2


def test_a_font_is_compressed_already(asked):
    headers, body = asked(f"/static/media/{FONT.name}", accepted="gzip")
    assert "content-encoding" not in headers
    assert headers["content-type"] == "font/woff2"
    assert body == FONT.read_bytes()


def test_under_a_base_path(asked):
    assert asked(f"/ville/atlas/static/js/{SCRIPT.name}", base="/ville/atlas") is not None
    assert asked(f"/static/js/{SCRIPT.name}", base="ville/atlas") is None


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/carte",
        "/static/",
        "/static/js",
        "/static/js/absent.js",
        "/static/../index.html",
        "/static/js/../../index.html",
        "/app/static/carte/a.js",
        f"/static//js/{SCRIPT.name}",
    ],
)
def test_all_else_goes_on(path, asked):
    assert asked(path) is None


def test_only_reading_is_answered(asked):
    assert asked(f"/static/js/{SCRIPT.name}", method="POST") is None
    assert asked(f"/static/js/{SCRIPT.name}", kind="websocket") is None
