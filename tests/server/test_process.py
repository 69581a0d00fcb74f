import asyncio
import socket

import pytest

from server import process
from tests.server.apart import run_apart


def accepted_nodelay(*, prepare):
    """Tell whether a socket accepted on a Streamlit-like listening socket has TCP_NODELAY."""

    async def run():
        loop = asyncio.get_running_loop()
        if prepare:
            process._prepare_sockets(loop)
        listening = socket.socket(socket.AF_INET)  # as Streamlit makes it: no protocol named
        listening.bind(("127.0.0.1", 0))
        seen = loop.create_future()

        def talk(_reader, writer):
            accepted = writer.get_extra_info("socket")
            seen.set_result(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        served = await asyncio.start_server(talk, sock=listening)
        _, writer = await asyncio.open_connection(*listening.getsockname())
        answer = await seen
        writer.close()
        served.close()
        return bool(answer)

    return run_apart(run)


def test_what_the_server_accepts_answers_at_once():
    assert accepted_nodelay(prepare=True)


def test_without_it_small_answers_would_wait():
    # Once this fails, asyncio or Python names TCP by itself and the option can go.
    assert not accepted_nodelay(prepare=False)


def test_the_app_prepares_its_loop_before_it_listens():
    order = []

    async def run():
        loop = asyncio.get_running_loop()
        before = loop.create_server
        async with process.prepared(lambda: order.append("pages"), lambda: order.append("ready"))(None):
            return before is not loop.create_server

    assert run_apart(run)
    assert order == ["pages", "ready"]


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
