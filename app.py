"""The frame of the atlas: page settings, navigation, footer."""

import logging
from typing import Final

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from streamlit import App
from streamlit.navigation.page import StreamlitPage

from errors import AtlasError
from server import process, shell
from server.bundles import FromMemory
from server.reconnection import WholeFirstRun
from ui.page import CONTENT_ID, ICON, say_fault

FAULT: AtlasError | None = None
try:
    from loaders.apart import pool
    from ui import presence, startup
except AtlasError as error:
    # What a territory is called is read while these are imported: the next visit imports them again.
    FAULT = error


#: Folder, title, and the source without which the page is not in the navigation; the first is the home page.
PAGES: Final = (
    ("accueil", "Accueil", None),
    ("carte", "Carte", None),
    ("quartier", "Quartier", None),
    ("commune", "Commune", None),
    ("velos", "Vélos", "velos"),
    ("foncier", "Foncier", None),
    ("sport", "Sport", "sports"),
    ("projets", "Projets", "projets"),
    ("suivi", "Suivi", "projets"),
    ("donnees", "Données", None),
    ("methode", "Méthode", None),
)


def navigation() -> StreamlitPage:
    """Declare the pages and give the one that the address names."""
    pages = [
        st.Page(
            f"pages/{folder}/page.py",
            title=title,
            url_path=folder if rank else None,
            default=not rank,
            visibility="visible" if FAULT or source_id is None else presence.visibility(source_id),
        )
        for rank, (folder, title, source_id) in enumerate(PAGES)
    ]
    return st.navigation(pages, position="top")


def warm_up() -> None:
    """Prepare what the first visitor needs; a fault of the data is for the pages to tell."""
    journal = logging.getLogger(__name__)
    try:
        if FAULT:
            raise FAULT
        pool.warm()
        for missing in pool.lacking():
            journal.warning("Fichiers des visiteurs lus sans une protection : %s", missing)
        startup.ready()
    except AtlasError as error:
        journal.warning("%s", error)


def run() -> None:
    """Run one visit's page in its frame."""
    page = navigation()
    # The icon is a local file: a symbol's name would make the browser ask an outside host for its picture.
    st.set_page_config(
        page_title=f"{page.title} · Atlas des Possibles", page_icon=ICON, layout="wide", menu_items={}
    )
    if FAULT:
        say_fault(FAULT)
        return
    startup.run(page)
    startup.footer()


async def stop_reading(request: Request) -> Response:
    """Stop the reading of a visitor's file, whose name only the visitor's page knows."""
    pool.cancel(request.path_params["token"])
    return Response(status_code=204)


# Streamlit runs this file for each visit, and imports it once as a module to start the server.
if __name__ == "__main__":
    run()
else:
    app = App(
        "app.py",
        lifespan=process.prepared(navigation, warm_up),
        routes=[
            *shell.routes(CONTENT_ID),
            Route(process.base_path() + "/_lecture/{token}", stop_reading, methods=["POST"]),
        ],
        middleware=[Middleware(FromMemory), Middleware(WholeFirstRun)],
    )
