"""What the server does once, before it answers the first visitor."""

import asyncio
import logging
import socket
import webbrowser
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import streamlit as st
from streamlit import App

_bound: set[str] = set()

#: Streamlit's logger that regrets, line by line, to be called outside a visit.
_NO_VISIT = "streamlit.runtime.scriptrunner_utils.script_run_context"


def prepared(
    declare_pages: Callable[[], object], warm_up: Callable[[], object]
) -> Callable[[App], AbstractAsyncContextManager[dict[str, Any] | None]]:
    """Give what the server runs at its start: maps' files and caches made, pages declared.

    Streamlit takes a folder named `pages` for a multipage app of its first kind until the pages are declared
    once: a deep link to a fresh server would then open on "Page not found".

    Returns
    -------
    Callable
        What `streamlit.App` takes as `lifespan`.
    """

    @asynccontextmanager
    async def lifespan(_app: App) -> AsyncIterator[None]:
        logger = logging.getLogger(_NO_VISIT)
        level = logger.level
        logger.setLevel(logging.ERROR)
        declare_pages()
        warm_up()
        logger.setLevel(level)
        loop = asyncio.get_running_loop()
        _prepare_sockets(loop)
        if not st.get_option("server.headless"):
            # Streamlit opens the browser itself for a script, and not for an app that has a start of its own.
            loop.run_in_executor(None, webbrowser.open, _address())
        yield

    return lifespan


def base_path() -> str:
    """Give the path that the app lives under.

    Returns
    -------
    str
        Empty at the root; otherwise with a slash before and none after.
    """
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    return f"/{base}" if base else ""


def _address() -> str:
    return f"http://{st.get_option('server.address')}:{st.get_option('server.port')}{base_path() or '/'}"


def bound_to() -> frozenset[str]:
    """Give the addresses that this process listens on, as its sockets have them and whatever its options say.

    Returns
    -------
    frozenset of str
        IP addresses, or the path of a Unix socket; empty if they could not be seen.
    """
    return frozenset(_bound)


def _prepare_sockets(loop: asyncio.AbstractEventLoop) -> None:
    """Make the sockets that the loop will listen on send small answers without waiting, and note their addresses.

    Streamlit makes its socket without naming TCP, so that asyncio leaves Nagle's algorithm on: each file and each
    message of a visit then waits for the browser's delayed acknowledgement, 40 ms. What a socket accepts takes
    over this option.
    """
    if not isinstance(loop, asyncio.BaseEventLoop):
        return  # uvloop sees to it itself
    create_server = loop.create_server

    async def create(*args: Any, sock: socket.socket | None = None, **options: Any) -> asyncio.Server:
        if sock is not None and sock.family in {socket.AF_INET, socket.AF_INET6}:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        served = await create_server(*args, sock=sock, **options)
        names = (listening.getsockname() for listening in served.sockets)
        _bound.update(str(name[0] if isinstance(name, tuple) else name) for name in names)
        return served

    loop.create_server = create  # type: ignore[method-assign]
