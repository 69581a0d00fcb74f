"""What is in and around the priority neighbourhoods? The planners' page."""

from collections.abc import Mapping
from dataclasses import replace
from html import escape
from typing import Any, Final

import geopandas as gpd
import streamlit as st

from exports.context import Context
from facts.snapshot import current
from maps.layers import get
from pages.carte import fiche, own, totals
from pages.carte import filters as asked
from pages.carte import rows as shown
from ui import choices, downloads, mapview, own_layers, page, sources, startup, table

TYPES_SEEN: Final = "carte-types"
#: Layers of places to the page that shows one of them.
PLACE_PAGES: Final[Mapping[str, str]] = {"qpv": "quartier?qpv=", "communes": "commune?commune="}
STYLE: Final = """
.atlas-quartier caption { position: static; }
.atlas-quartier tbody th { min-width: 0; }
.atlas-quartier td.nombre.raison { min-width: 0; }
/* What is off the screen is laid out and painted when it comes near: the map comes first. */
.st-key-carte-suite, .st-key-carte-totaux { content-visibility: auto; contain-intrinsic-size: auto 60rem; }
@media print {
  .st-key-carte-suite, .st-key-carte-totaux { display: none !important; }
}
"""


@st.fragment
def show() -> None:
    frames, names = current().layers, current().commune_names
    version = current().version
    heading = st.container()
    filters = asked.ask(
        lambda commune: _quarters(version, commune), names, _offered(version), layers=_layers()
    )
    # The totals stand outside this fragment: they follow the filters on types alone.
    if st.session_state.setdefault(TYPES_SEEN, filters.types) != filters.types:
        st.session_state[TYPES_SEEN] = filters.types
        st.rerun()
    with heading:
        page.header("Carte des quartiers et de ce qui les entoure", _finding(version, filters.commune))
    kept = _kept(version, filters)
    brought = own.ask(frames["qpv"], filters)
    words = filters.described(names, dict(frames["qpv"]["lib_qp"]))
    page.on_paper(words, style=STYLE)
    place = names[filters.commune] if filters.commune else current().everywhere

    with st.container(key="carte-haut"):
        left, right = st.columns([0.68, 0.32], gap="medium")
        with left:
            with st.container(
                horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
            ):
                st.header("Carte", anchor=False, width="content")
                basemap = choices.basemap(label_shown=False)
            title = f"Carte des quartiers prioritaires, {place}"
            spec = shown.spec(_placed(version, filters.commune), kept, filters, titre=title, basemap=basemap)
            spec = replace(spec, layers=[*spec.layers, *own.drawn(brought)])
            mapview.show(spec, key="carte", height=600, on_click=_choose, handed=bool(own_layers.held()))
            if spec.layers:
                downloads.show_map(
                    spec,
                    subject="carte des quartiers",
                    place=place,
                    filters=words | own.words(brought),
                    key="carte-html",
                    own=[one.held.source for one in brought],
                )
        with right:
            _neighbourhood(frames, filters)
    origins = dict.fromkeys(key for layer_id in kept for key in get(layer_id).source_ids)
    sources.note(*origins)

    with st.container(key="carte-suite"):
        _table(kept, filters, words, place)
        own.show(brought, _placed(version, filters.commune)["qpv"], words, place)


# What depends on the data and on one choice is worked out once per choice, and shared: never written into.


@st.cache_resource(show_spinner=False, max_entries=40)
def _placed(version: str, commune: str | None) -> Mapping[str, gpd.GeoDataFrame]:  # noqa: ARG001
    return shown.in_commune(current().layers, commune)


@st.cache_resource(show_spinner=False, max_entries=64)
def _kept(version: str, filters: asked.Filters) -> Mapping[str, gpd.GeoDataFrame]:
    return shown.select(_placed(version, filters.commune), filters)


@st.cache_resource(show_spinner=False, max_entries=40)
def _quarters(version: str, commune: str | None) -> dict[str, str]:
    return choices.titles_of_qpv(_placed(version, commune)["qpv"])


@st.cache_resource(show_spinner=False, max_entries=2)
def _offered(version: str) -> Mapping[tuple[str, str], list[str]]:  # noqa: ARG001
    return asked.values_of_types(current().layers)


@st.cache_resource(show_spinner=False, max_entries=40)
def _finding(version: str, commune: str | None) -> str:  # noqa: ARG001
    return totals.finding(current().layers, commune)


@st.cache_resource(show_spinner=False, max_entries=40)
def _by_commune(version: str, types: asked.Types) -> gpd.GeoDataFrame:  # noqa: ARG001
    return totals.by_commune(current().layers, types, current().sources)


def _layers() -> list[str]:
    present = startup.ready().layer_ids
    return [layer_id for layer_id in asked.TITLES if layer_id in present]


def _choose(found: dict[str, Any]) -> None:
    if found["couche"] == "qpv":
        st.session_state["qpv"] = found["id"]


def _neighbourhood(frames: Mapping[str, gpd.GeoDataFrame], filters: asked.Filters) -> None:
    st.header("Quartier choisi", anchor=False)
    if filters.qpv is None:
        st.html('<p class="atlas-note">Choisissez un quartier dans la liste, ou cliquez sur son contour.</p>')
        return
    catalogue = current().sources
    row, fields = fiche.around(frames, filters, filters.qpv, catalogue)
    st.html(fiche.to_html(row, fields, sources=catalogue))


def _table(
    kept: Mapping[str, gpd.GeoDataFrame], filters: asked.Filters, words: Mapping[str, str], place: str
) -> None:
    st.header("Les mêmes lignes en tableau", anchor=False)
    if not kept:
        st.html('<p class="atlas-note">Aucune couche n’est affichée.</p>')
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
    layer, catalogue = get(layer_id), current().sources
    frame = kept[layer_id]
    fields = shown.fields_of(layer_id, current().layers[layer_id])
    source = catalogue[layer.source_id]
    if not source.telechargee:
        st.html(f'<p class="atlas-note">{escape(layer.titre)} : {source.silence}.</p>')
        return
    if filters.commune is not None and not source.covers([filters.commune]):
        st.html(f'<p class="atlas-note">{escape(layer.titre)} : {place} est hors périmètre de la source.</p>')
        return
    table.show(
        frame,
        fields,
        sources=catalogue,
        caption=f"{layer.titre}, {place}",
        key="carte-tableau",
        target=PLACE_PAGES.get(layer_id, ""),
    )
    context = Context.of(
        [catalogue[key] for key in layer.source_ids], filters=words, subject=layer.titre, place=place
    )
    downloads.show(frame, fields, context=context, key="carte-export", layer_id=layer_id)


@st.fragment
def show_totals() -> None:
    types: asked.Types = st.session_state[TYPES_SEEN]
    catalogue = current().sources
    frame = _by_commune(current().version, types)
    with st.container(key="carte-totaux"):
        st.header("Totaux par commune", anchor=False)
        st.caption(
            f"Les {current().everywhere}, selon les filtres par type ; les habitants d’un QPV à cheval sont comptés une fois."
        )
        table.show(
            frame, totals.FIELDS, sources=catalogue, caption="Totaux par commune", key="carte-totaux-table"
        )
        context = Context.of(
            [catalogue[key] for key in totals.SOURCES],
            filters=asked.described_types(types),
            subject="totaux par commune",
            place=current().everywhere,
        )
        downloads.show(frame, totals.FIELDS, context=context, key="carte-totaux-export")
        sources.note(*totals.SOURCES)


# Outside the fragment that a filter runs again: the objects of the session are sent once.
mapview.hand(*(one.objects for one in own_layers.held()))
show()
show_totals()
