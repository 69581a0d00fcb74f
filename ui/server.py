"""What the server does once, before it answers the first visitor."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from streamlit import App

from ui import startup

#: Streamlit's logger that regrets, line by line, to be called outside a visit.
_NO_VISIT = "streamlit.runtime.scriptrunner_utils.script_run_context"


def prepared(
    declare_pages: Callable[[], object],
) -> Callable[[App], AbstractAsyncContextManager[dict[str, Any] | None]]:
    """Give what the server runs at its start: maps' files and caches made, pages declared.

    Streamlit takes a folder named `pages` for a multipage app of its first kind until the pages are declared
    once: a deep link to a fresh server would then open on "Page not found".

    Parameters
    ----------
    declare_pages
        Declares the pages; called outside any visit.

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
        startup.ready()
        logger.setLevel(level)
        yield

    return lifespan
