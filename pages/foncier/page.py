"""Which land and which premises are there to use? The page of the projects on brownfields and on ground floors."""

from typing import Final

import streamlit as st

from pages.foncier import brownfields_view, premises_view
from ui import choices

FRICHES: Final = "friches"
LOCAUX: Final = "locaux"
VUES: Final = {FRICHES: "Friches", LOCAUX: "Locaux en pied d'immeuble"}


def show() -> None:
    heading = st.container()
    views = {FRICHES: brownfields_view.show, LOCAUX: premises_view.show}
    views[choices.view(VUES, key="vue_foncier")](heading)


show()
