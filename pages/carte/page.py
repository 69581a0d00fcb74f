"""What is in and around the priority neighbourhoods? The planners' page."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import geopandas as gpd
import streamlit as st

from facts.snapshot import current
from maps.layers import get
from pages.carte import filters as asked
from pages.carte import own
from pages.carte import rows as shown
from ui import choices, downloads, html, mapview, own_layers, page, rows, sources, startup, table
from ui.choices import Where
from ui.page import fragment

TYPES_SEEN: Final = "carte-types"
#: Layers of places to the page that shows one of them.
PLACE_PAGES: Final[Mapping[str, str]] = {"qpv": rows.TO_QPV, "communes": rows.TO_COMMUNE}


@fragment
def show() -> None:
    version = current().version
    heading = st.container()
    filters = asked.ask(_offered(version), layers=_layers())
    here, words = filters.here, filters.described
    # The totals stand outside this fragment: they follow the filters on types alone.
    if st.session_state.setdefault(TYPES_SEEN, filters.types) != filters.types:
        st.session_state[TYPES_SEEN] = filters.types
        st.rerun()
    with heading:
        page.header("Carte des quartiers et de ce qui les entoure", _finding(version, here.commune))
    kept = _kept(version, filters)
    brought = own.ask(current().qpv, filters)
    page.on_paper(words, styles=[Path(__file__).with_name("page.css")])

    with st.container(key="carte-haut"):
        left, right = st.columns([0.68, 0.32], gap="medium")
        with left:
            with st.container(
                horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
            ):
                st.header("Carte", anchor=False, width="content")
                basemap = choices.basemap(label_shown=False)
            title = f"Carte des quartiers prioritaires, {here.name}"
            spec = shown.spec(_placed(version, here.commune), kept, filters, titre=title, basemap=basemap)
            spec = replace(spec, layers=[*spec.layers, *own.drawn(brought)])
            mapview.show(
                spec, key="carte", height=600, on_click=Where().follow, handed=bool(own_layers.held())
            )
            if spec.layers:
                downloads.show_map(
                    spec,
                    subject="carte des quartiers",
                    place=here.name,
                    filters=words | own.words(brought),
                    key="carte-html",
                    own=[one.held.source for one in brought],
                )
        with right:
            _neighbourhood(filters)
    sources.note(*(key for layer_id in kept for key in get(layer_id).source_ids))

    with st.container(key="carte-suite"):
        _table(kept, filters)
        own.show(brought, filters)


# What depends on the data and on one choice is worked out once per choice, and shared: never written into.


@st.cache_resource(show_spinner=False, max_entries=40)
def _placed(version: str, commune: str | None) -> Mapping[str, gpd.GeoDataFrame]:  # noqa: ARG001
    return shown.in_commune(current().layers, commune)


@st.cache_resource(show_spinner=False, max_entries=64)
def _kept(version: str, filters: asked.Filters) -> Mapping[str, gpd.GeoDataFrame]:
    return shown.select(_placed(version, filters.here.commune), filters)


@st.cache_resource(show_spinner=False, max_entries=2)
def _offered(version: str) -> Mapping[tuple[str, str], list[str]]:  # noqa: ARG001
    return asked.values_of_types(current().layers)


@st.cache_resource(show_spinner=False, max_entries=40)
def _finding(version: str, commune: str | None) -> str:  # noqa: ARG001
    return shown.finding(current(), commune)


@st.cache_resource(show_spinner=False, max_entries=40)
def _by_commune(version: str, types: asked.Types) -> gpd.GeoDataFrame:  # noqa: ARG001
    return shown.by_commune(current(), types)


def _layers() -> list[str]:
    present = startup.ready().layer_ids
    return [layer_id for layer_id in asked.TITLES if layer_id in present]


def _neighbourhood(filters: asked.Filters) -> None:
    st.header("Quartier choisi", anchor=False)
    if filters.here.chosen is None:
        html.note("Choisissez un quartier dans la liste, ou cliquez sur son contour.")
        return
    row, fields = shown.around(current(), filters, filters.here.chosen)
    st.html(shown.to_html(row, fields, sources=current().sources))


def _table(kept: Mapping[str, gpd.GeoDataFrame], filters: asked.Filters) -> None:
    st.header("Les mêmes lignes en tableau", anchor=False)
    if not kept:
        html.note("Aucune couche n’est affichée.")
        return
    listed = list(kept)
    layer_id = st.selectbox(
        "Couche à lister",
        listed,
        index=listed.index("qpv") if "qpv" in listed else 0,
        format_func=asked.TITLES.__getitem__,
        key="tableau",
        bind="query-params",
        width=320,
    )
    here, layer = filters.here, get(layer_id)
    fields = shown.fields_of(layer_id, current().layers[layer_id])
    source = current().sources[layer.source_id]
    if not source.telechargee:
        html.note(f"{layer.titre} : {source.silence}.")
        return
    if here.commune is not None and not source.covers([here.commune]):
        html.note(f"{layer.titre} : {here.name} est hors périmètre de la source.")
        return
    table.show(
        kept[layer_id],
        fields,
        caption=f"{layer.titre}, {here.name}",
        key="carte-tableau",
        target=PLACE_PAGES.get(layer_id, ""),
    )
    context = rows.about(layer.source_ids, filters=filters.described, subject=layer.titre, place=here.name)
    downloads.show(kept[layer_id], fields, context=context, key="carte-export", layer_id=layer_id)


@fragment
def show_totals() -> None:
    types: asked.Types = st.session_state[TYPES_SEEN]
    with st.container(key="carte-totaux"):
        st.header("Totaux par commune", anchor=False)
        st.caption(
            f"Les {current().everywhere}, selon les filtres par type ; les habitants d’un QPV à cheval sont comptés une fois."
        )
        rows.show(
            _by_commune(current().version, types),
            shown.TOTALS,
            rows.about(
                shown.TOTALS_SOURCES, filters=asked.described_types(types), subject="totaux par commune"
            ),
            caption="Totaux par commune",
            key="carte-totaux-table",
            files_key="carte-totaux-export",
        )
        sources.note(*shown.TOTALS_SOURCES)


# Outside the fragment that a filter runs again: the objects of the session are sent once.
mapview.hand(*(one.objects for one in own_layers.held()))
show()
show_totals()
