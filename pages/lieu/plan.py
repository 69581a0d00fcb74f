"""The map of one place and of what is listed around it."""

from collections.abc import Sequence
from typing import Any, Final

import geopandas as gpd
import streamlit as st

from facts.portraits import QUARTIER
from facts.surroundings import SORTS
from geo.proximity import TOUCH_M
from maps.spec import Cadrage, MapSpec, ShownLayer
from pages.lieu.asked import Asked

#: Around a commune, what the map shows beyond its outline, in metres.
COMMUNE_MARGIN_M: Final = 300


def near(asked: Asked) -> gpd.GeoDataFrame:
    """Keep the objects of a portrait that the user asks for."""
    objects = asked.portrait.objects
    within = objects["distance_m"] <= asked.radius_m + TOUCH_M
    return objects[within & objects["couche"].isin(asked.natures)]


def spec(asked: Asked, objects: gpd.GeoDataFrame, *, beside: Sequence[ShownLayer] = ()) -> MapSpec:
    """Describe the map of a place and of what `near` gives around it."""
    portrait, is_qpv = asked.portrait, asked.portrait.kind == QUARTIER
    towns = list(portrait.row["communes"].iloc[0])
    by_layer: dict[str, list[str]] = {SORTS[key].layer_id: [] for key in asked.natures}
    for key, ids in objects.groupby("couche")["objet"]:
        by_layer[SORTS[str(key)].layer_id] += list(ids)
    return MapSpec(
        titre=f"Carte : {portrait.name}, {asked.reach}",
        layers=[
            ShownLayer("communes"),
            ShownLayer("qpv"),
            *beside,
            # Without any object the layer is asked for the place's own communes, where the legend says 0 or "hors périmètre".
            *(
                ShownLayer(layer_id, communes=None if ids else towns, ids=ids)
                for layer_id, ids in by_layer.items()
            ),
        ],
        basemap=asked.basemap,
        chosen=[("qpv" if is_qpv else "communes", portrait.code)],
        cadrage=Cadrage.around(
            f"{portrait.code}-{asked.radius_m}",
            portrait.row,
            margin_m=asked.radius_m if is_qpv else COMMUNE_MARGIN_M,
        ),
        adresse={"qpv" if is_qpv else "commune": [portrait.code]},
    )


def choose_qpv(found: dict[str, Any]) -> None:
    """Open the QPV whose outline was clicked."""
    if found["couche"] == "qpv":
        st.session_state["qpv"] = found["id"]
