"""What surrounds every page: the icon, errors in French, the footer."""

from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from errors import AtlasError
from facts.naming import CONTRAT, TERRITORY
from ui import html, startup

ICON: Final = str(Path(__file__).with_name("icon.svg"))


def run(page: StreamlitPage) -> None:
    """Run a page; a fault of the data is said in French, with its mend, in place of the figures."""
    try:
        startup.ready()
        page.run()
    except AtlasError as error:
        st.error(f"Cette page ne peut pas être affichée.\n\n{error}", icon=":material/error:")


def footer() -> None:
    """Close the page with what binds every figure on it."""
    st.divider()
    html.note(
        f"Atlas des Possibles, {CONTRAT}, {TERRITORY}. Données ouvertes, chacune avec son producteur, son millésime et sa licence."
    )
    with st.container(horizontal=True):
        st.page_link("pages/donnees/page.py", label="Sources et licences")
        st.page_link("pages/methode/page.py", label="Méthode, mentions légales, accessibilité")
