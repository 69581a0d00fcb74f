"""What a territory does not have, or cannot be believed: its pages leave the navigation, and say why to who opens them all the same."""

from typing import Final, Literal

import streamlit as st

from errors import AtlasError
from facts.naming import TERRITORY
from facts.snapshot import current
from loaders import territory
from ui import html, page
from ui.html import prose

#: Source id to what `territoire.toml` lacks where it does not name it.
_UNNAMED: Final = {
    "velos": "ne nomme aucun réseau de vélos en libre-service (bloc [[velos]])",
    "projets": "ne nomme aucun dossier de projets (bloc [projets])",
}


def has(source_id: str) -> bool:
    """Tell whether the territory has a source."""
    return source_id in current().sources


def visibility(source_id: str) -> Literal["visible", "hidden"]:
    """Say whether the page of a source stands in the navigation.

    Returns
    -------
    str
        "hidden" where the territory does not have it; a fault of the data is for the page to tell.
    """
    try:
        return "visible" if has(source_id) else "hidden"
    except AtlasError:
        return "visible"


def say_refused() -> None:
    """Say on every page which sources it leaves out because their file is not believed."""
    for source in current().sources.refused:
        said = f"{source.titre} : rien n’en est montré ni compté, car son fichier est refusé. {source.refus}"
        st.warning(prose(said), icon=":material/warning:")


def say_absent(title: str, source_id: str) -> None:
    """Show, in place of a page or a view, why the territory has nothing for it."""
    unnamed = source_id in territory.load().unnamed
    if unnamed and source_id in _UNNAMED:
        why = f"Le fichier du territoire, territoire.toml, {_UNNAMED[source_id]}."
    elif current().sources[source_id].refus:
        why = "Le fichier de sa source est refusé."
    else:
        why = "Le catalogue des sources de ce territoire n’en contient aucune pour cette page."
    page.header(title, f"Rien à montrer ici pour {TERRITORY}. {why}")
    html.note("Rien n’y est compté ni mesuré : une absence de données n’est ni un zéro, ni un manque.")
    st.page_link("pages/donnees/page.py", label="Sources de l’atlas", icon=":material/arrow_forward:")
