"""What the app prepares once, before the first page: the maps' files, warm caches, a frozen heap."""

import gc
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import streamlit as st

from facts.snapshot import current
from maps.assets import Assets, install
from maps.builder import base_map, feature_group
from maps.files import Manifest, write_layers
from maps.layers import SESSION_LAYERS, of
from maps.spec import MapSpec, ShownLayer

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
        notes={
            source_id: f"{source.producteur}, {source.millesime}"
            for source_id, source in held.sources.items()
        },
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
