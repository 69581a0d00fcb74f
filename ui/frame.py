"""What surrounds every page: errors in French, what is left out, the footer."""

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from errors import AtlasError
from facts.naming import CONTRAT, TERRITORY
from ui import html, presence, startup
from ui.page import say_fault


def run(page: StreamlitPage) -> None:
    """Run a page; a fault of the data is said in French, with its mend, in place of the figures."""
    try:
        startup.ready()
        presence.say_refused()
        page.run()
    except AtlasError as error:
        say_fault(error)


def footer() -> None:
    """Close the page with what binds every figure on it."""
    st.divider()
    html.note(
        f"Atlas des Possibles, {CONTRAT}, {TERRITORY}. Données ouvertes, chacune avec son producteur, son millésime et sa licence."
    )
    with st.container(horizontal=True):
        st.page_link("pages/donnees/page.py", label="Sources et licences")
        st.page_link("pages/methode/page.py", label="Méthode, mentions légales, accessibilité")
