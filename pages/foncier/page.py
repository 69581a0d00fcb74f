"""Which land and which premises are there to use? The page of the projects on brownfields and on ground floors."""

from typing import Final

import streamlit as st

from pages.foncier import brownfields_view, premises_view

FRICHES: Final = "friches"
LOCAUX: Final = "locaux"
VUES: Final = {FRICHES: "Friches", LOCAUX: "Locaux en pied d'immeuble"}


def show() -> None:
    heading = st.container()
    vue = st.segmented_control(
        "Vue",
        list(VUES),
        format_func=VUES.__getitem__,
        default=FRICHES,
        required=True,
        key="vue_foncier",
        bind="query-params",
        label_visibility="collapsed",
    )
    views = {FRICHES: brownfields_view.show, LOCAUX: premises_view.show}
    views[vue](heading)


show()
