"""A page of places before one is chosen: all of them on the map and in a list."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import geopandas as gpd
import streamlit as st

from facts.fields import Field
from facts.place_fields import INDICATORS, SURFACE
from facts.portraits import QUARTIER, Genre
from facts.snapshot import current
from maps.spec import Cadrage, MapSpec, ShownLayer
from ui import mapview, rows, sources, table

QPV_FIELDS: Final = (
    Field("lib_qp", "QPV", "texte"),
    Field("code_qp", "Code", "texte"),
    Field("lib_communes", "Commune", "texte"),
    *INDICATORS[:3],
    SURFACE,
)


def show(
    kind: Genre,
    places: gpd.GeoDataFrame,
    fields: Sequence[Field],
    *,
    title: str,
    caption: str,
    basemap: str,
    used: Sequence[str],
    on_click: Callable[[dict[str, Any]], None] | None = None,
) -> None:
    """Show all the places of a kind, each with a link to its page."""
    spec = MapSpec(
        titre=f"Carte des {title.lower()}",
        layers=[ShownLayer("communes"), ShownLayer("qpv")],
        basemap=basemap,
        cadrage=Cadrage.around(f"{kind}s", current().communes),
    )
    st.header("Carte", anchor=False)
    mapview.show(spec, key=f"carte-{kind}", on_click=on_click)
    table.show(
        places,
        fields,
        caption=caption,
        key=f"{kind}s",
        target=rows.TO_QPV if kind == QUARTIER else rows.TO_COMMUNE,
    )
    sources.note(*used)
