"""Where are bike stations missing, and where could the next ones go? The mobility team's page."""

from typing import Final

import streamlit as st

from pages.velos import gaps, gaps_view, siting_view
from ui import choices, presence
from ui.page import fragment

MANQUES: Final = "manques"
IMPLANTATION: Final = "implantation"
VUES: Final = {MANQUES: "Manques", IMPLANTATION: "Implantation"}


@fragment
def show() -> None:
    heading = st.container()
    views = {MANQUES: gaps_view.show, IMPLANTATION: siting_view.show}
    views[choices.view(VUES, key="vue_velos")](heading)


if presence.has(gaps.NETWORK):
    show()
else:
    presence.say_absent(gaps_view.TITLE, gaps.NETWORK)
