"""The frame of the atlas: page settings, navigation, footer."""

import logging
from typing import Literal

import streamlit as st
from starlette.middleware import Middleware
from streamlit import App
from streamlit.navigation.page import StreamlitPage

from errors import AtlasError
from server import process, shell
from server.bundles import FromMemory
from server.reconnection import WholeFirstRun
from ui.page import CONTENT_ID, ICON, say_fault

FAULT: AtlasError | None = None
try:
    from ui import presence, startup
except AtlasError as error:
    # What a territory is called is read while these are imported: the next visit imports them again.
    FAULT = error


def navigation() -> StreamlitPage:
    """Declare the pages and give the one that the address names."""
    return st.navigation(
        [
            st.Page("pages/accueil/page.py", title="Accueil", default=True),
            st.Page("pages/carte/page.py", url_path="carte", title="Carte"),
            st.Page("pages/quartier/page.py", url_path="quartier", title="Quartier"),
            st.Page("pages/commune/page.py", url_path="commune", title="Commune"),
            st.Page(
                "pages/velos/page.py",
                url_path="velos",
                title="Vélos",
                visibility=visibility("velos"),
            ),
            st.Page("pages/foncier/page.py", url_path="foncier", title="Foncier"),
            st.Page(
                "pages/sport/page.py",
                url_path="sport",
                title="Sport",
                visibility=visibility("sports"),
            ),
            st.Page(
                "pages/projets/page.py",
                url_path="projets",
                title="Projets",
                visibility=visibility("projets"),
            ),
            st.Page(
                "pages/suivi/page.py",
                url_path="suivi",
                title="Suivi",
                visibility=visibility("projets"),
            ),
            st.Page("pages/donnees/page.py", url_path="donnees", title="Données"),
            st.Page("pages/methode/page.py", url_path="methode", title="Méthode"),
        ],
        position="top",
    )


def visibility(source_id: str) -> Literal["visible", "hidden"]:
    """Say whether the page of a source stands in the navigation."""
    return "visible" if FAULT else presence.visibility(source_id)


def warm_up() -> None:
    """Prepare what the first visitor needs; a fault of the data is for the pages to tell."""
    try:
        if FAULT:
            raise FAULT
        startup.ready()
    except AtlasError as error:
        logging.getLogger(__name__).warning("%s", error)


def run() -> None:
    """Run one visit's page in its frame."""
    page = navigation()
    # The icon is a local file: a symbol's name would make the browser ask an outside host for its picture.
    st.set_page_config(
        page_title=f"{page.title} · Atlas des Possibles",
        page_icon=ICON,
        layout="wide",
        menu_items={},
    )
    if FAULT:
        say_fault(FAULT)
        return
    startup.run(page)
    startup.footer()


# Streamlit runs this file for each visit, and imports it once as a module to start the server.
if __name__ == "__main__":
    run()
else:
    app = App(
        "app.py",
        lifespan=process.prepared(navigation, warm_up),
        routes=shell.routes(CONTENT_ID),
        middleware=[Middleware(FromMemory), Middleware(WholeFirstRun)],
    )
