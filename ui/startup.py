"""What the app prepares once, before the first page: the maps' files, warm caches, a frozen heap."""

import gc
import hashlib
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd
import streamlit as st

from geo.arrondissements import commune_of
from geo.attachment import zones_of
from loaders.paths import DATA
from maps.assets import Assets, install
from maps.builder import base_map, feature_group
from maps.files import Manifest, write_layers
from maps.layers import SESSION_LAYERS, of
from maps.spec import MapSpec, ShownLayer
from ui import data

OFF_COMMUNES: Final = "hors des communes du contrat"
LOOK_EVERY_S: Final = 1.0
STATIC_DIR: Final = Path(__file__).resolve().parent.parent / "static"


_seen: list[tuple[float, str]] = []


@dataclass(frozen=True)
class Ready:
    """What maps need, prepared for one version of the data.

    Attributes
    ----------
    scopes
        Source id to the INSEE codes of the communes that it covers.
    frames
        Layer id to frame, as `frames` gives them. Shared: never written into.
    """

    assets: Assets
    manifest: Manifest
    notes: Mapping[str, str]
    scopes: Mapping[str, frozenset[str]]
    frames: Mapping[str, gpd.GeoDataFrame]
    layer_ids: frozenset[str]


def ready() -> Ready:
    """Prepare the app, once per version of the data; afterwards this costs a look at the files' dates."""
    return _prepare(version())


def version() -> str:
    """Tell the version of the data, for caches; files are looked at once a second at most."""
    now = time.monotonic()
    if not _seen or now - _seen[0][0] > LOOK_EVERY_S:
        _seen[:] = [(now, hashlib.sha256(repr(data.stamp(DATA)).encode()).hexdigest())]
    return _seen[0][1]


@st.cache_resource(show_spinner="Préparation des cartes…", max_entries=2)
def _prepare(version: str) -> Ready:  # noqa: ARG001
    sources, layers = data.sources(), frames()
    prepared = Ready(
        assets=install(STATIC_DIR),
        manifest=write_layers(layers, layers=of(sources), static_dir=STATIC_DIR),
        notes={
            source_id: f"{source.producteur}, {source.millesime}" for source_id, source in sources.items()
        },
        scopes={source_id: source.communes for source_id, source in sources.items()},
        frames=layers,
        layer_ids=frozenset(layer.layer_id for layer in (*of(sources), *SESSION_LAYERS)),
    )
    # The first map of a process compiles Folium's templates: not at the expense of the first user.
    base_map(prepared.assets, notes=prepared.notes).get_root().render()
    feature_group(MapSpec("", [ShownLayer("qpv")]), prepared.manifest, scopes=prepared.scopes)
    # What lives as long as the process need not be looked at again each time that garbage is collected.
    gc.collect()
    gc.freeze()
    return prepared


def frames() -> dict[str, gpd.GeoDataFrame]:
    """Give the frame of each layer of the maps.

    Returns
    -------
    dict of str to GeoDataFrame
        By layer id, without rows where the territory lacks the source; with the columns that the registry names, `communes` (list of the INSEE codes where the object
        lies, among those of the contrat) and `commune` (their names, for users).
    """
    communes, lines = data.communes(), data.lines()
    doubt = communes["a_confirmer"].map({True: " (à confirmer)", False: ""})
    placed: dict[str, tuple[gpd.GeoDataFrame, Iterable[Sequence[str]]]] = {
        "communes": (
            communes.assign(statut_affiche=communes["statut"] + doubt),
            [[code] for code in communes.index],
        ),
        "arrondissements": (
            data.arrondissements(),
            [[commune_of(code)] for code in data.arrondissements().index],
        ),
        "qpv": (data.qpv(), data.qpv()["communes"]),
        "lignes": (lines, zones_of(lines, communes)),
    }
    for layer_id, load in {
        "sports": data.sports,
        "social": data.social,
        "colleges": data.colleges,
        "friches": data.friches,
        "gares": data.gares,
        "stations": data.bikes,
    }.items():
        placed[layer_id] = (load(), [[code] for code in load()["code_insee"]])
    names = communes["nom"]
    result = {}
    for layer_id, (frame, codes) in placed.items():
        inside = [[code for code in row if code in names.index] for row in codes]
        said = [", ".join(names[row]) or OFF_COMMUNES for row in inside]
        result[layer_id] = frame.assign(
            communes=pd.Series(inside, index=frame.index, dtype=object), commune=said
        )
    return result
