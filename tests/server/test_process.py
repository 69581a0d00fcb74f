import pytest

from server import process
from tests.server.apart import run_apart


def test_pages_are_declared_and_maps_made_before_the_first_visitor():
    order = []

    async def run():
        async with process.prepared(lambda: order.append("pages"), lambda: order.append("ready"))(None):
            order.append("open")

    run_apart(run)
    assert order == ["pages", "ready", "open"]


@pytest.mark.parametrize("headless", [True, False])
def test_the_browser_opens_unless_told_otherwise(headless, monkeypatch):
    options = {
        "server.headless": headless,
        "server.address": "127.0.0.1",
        "server.port": 8501,
        "server.baseUrlPath": "/atlas",
    }
    opened = []
    monkeypatch.setattr(process.st, "get_option", options.__getitem__)
    monkeypatch.setattr(process.webbrowser, "open", opened.append)

    async def run():
        async with process.prepared(lambda: None, lambda: None)(None):
            pass

    run_apart(run)
    assert opened == ([] if headless else ["http://127.0.0.1:8501/atlas"])
