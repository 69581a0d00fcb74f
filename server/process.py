"""What the server does once, before it answers the first visitor."""

import asyncio
import logging
import webbrowser
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import streamlit as st
from streamlit import App

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
        if not st.get_option("server.headless"):
            # Streamlit opens the browser itself for a script, and not for an app that has a start of its own.
            asyncio.get_running_loop().run_in_executor(None, webbrowser.open, _address())
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
