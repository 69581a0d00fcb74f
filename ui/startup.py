"""What the app prepares once, before the first page: the maps' files, warm caches, a frozen heap; what surrounds every page."""

import gc
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from errors import AtlasError
from facts.naming import CONTRAT, TERRITORY
from facts.snapshot import current
from maps.builder import base_map, feature_group
from maps.files import Assets, Manifest, install, write_layers
from maps.layers import SESSION_LAYERS, of
from maps.spec import MapSpec, ShownLayer
from ui import html, presence
from ui.page import say_fault

STATIC_DIR: Final = Path(__file__).resolve().parent.parent / "static"


@dataclass(frozen=True)
class Ready:
    """What maps need, prepared for one version of the data.

    Attributes
    ----------
    scopes
        Source id to the INSEE codes of the communes that it covers.
    """

    assets: Assets
    manifest: Manifest
    notes: Mapping[str, str]
    scopes: Mapping[str, frozenset[str]]
    layer_ids: frozenset[str]


def ready() -> Ready:
    """Prepare the app, once per version of the data; afterwards this costs a look at the files' dates."""
    return _prepare(current().version)


@st.cache_resource(show_spinner="Préparation des cartes…", max_entries=2)
def _prepare(version: str) -> Ready:  # noqa: ARG001
    held = current()
    prepared = Ready(
        assets=install(STATIC_DIR),
        manifest=write_layers(held.layers, layers=of(held.sources), static_dir=STATIC_DIR),
        notes={source_id: source.origine for source_id, source in held.sources.items()},
        scopes={source_id: source.communes for source_id, source in held.sources.items()},
        layer_ids=frozenset(layer.layer_id for layer in (*of(held.sources), *SESSION_LAYERS)),
    )
    # The first map of a process compiles Folium's templates: not at the expense of the first user.
    base_map(prepared.assets, notes=prepared.notes).get_root().render()
    feature_group(MapSpec("", [ShownLayer("qpv")]), prepared.manifest, scopes=prepared.scopes)
    # What lives as long as the process need not be looked at again each time that garbage is collected.
    gc.collect()
    gc.freeze()
    return prepared


def run(page: StreamlitPage) -> None:
    """Run a page; a fault of the data is said in French, with its mend, in place of the figures."""
    try:
        ready()
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
