"""One priority neighbourhood: its figures beside the others', what is around, which projects cover it."""

from html import escape
from typing import Any

import streamlit as st

from errors import AtlasError
from facts.fields import Field
from facts.place_fields import INDICATORS, SURFACE
from facts.portraits import QUARTIER
from facts.snapshot import current
from loaders.live import geocoder
from maps.spec import Cadrage, MapSpec, ShownLayer
from pages.quartier import address, own
from ui import choices, geocoding, mapview, page, place, sources, table
from words.formats import typographie

LIST_FIELDS = (
    Field("lib_qp", "QPV", "texte"),
    Field("code_qp", "Code", "texte"),
    Field("lib_communes", "Commune", "texte"),
    *INDICATORS[:3],
    SURFACE,
)


@st.fragment
def show() -> None:
    titles = choices.titles_of_qpv(current().qpv)
    heading = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom", key="filtres"):
        chosen = choices.one_of(titles, key="qpv", label="Quartier prioritaire", none="Choisir un quartier")
        radius_m = place.ask_distance()
        basemap = choices.basemap()
    show_address()
    if chosen is None:
        show_all(heading, basemap)
        return
    place.show(heading, QUARTIER, chosen, radius_m=radius_m, basemap=basemap)
    own.show(chosen, radius_m)


def show_all(heading: Any, basemap: str) -> None:
    quarters = current().qpv.sort_values("lib_qp")
    with heading:
        page.header(
            "Quartiers prioritaires",
            f"Choisissez l’un des {len(quarters)} quartiers prioritaires, dans la liste ou sur la carte, ou cherchez une adresse.",
        )
        page.on_paper({}, style=place.STYLE)
    west, south, east, north = (float(edge) for edge in current().communes.total_bounds)
    spec = MapSpec(
        titre="Carte des quartiers prioritaires",
        layers=[ShownLayer("communes"), ShownLayer("qpv")],
        basemap=basemap,
        cadrage=Cadrage("quartiers", (west, south, east, north)),
    )
    st.header("Carte", anchor=False)
    mapview.show(spec, key="carte-quartier", on_click=_choose)
    table.show(
        quarters,
        LIST_FIELDS,
        sources=current().sources,
        caption="Quartiers prioritaires",
        key="quartiers",
        target="quartier?qpv=",
    )
    sources.note("qpv", "indicateurs", "communes")


@st.fragment
def show_address() -> None:
    with st.expander("Quel quartier à cette adresse\u202f?", key="lieu-adresse"):
        with st.form("adresse", border=False):
            text = st.text_input(
                "Adresse",
                placeholder="Par exemple : 12 rue de la République et le nom de la commune",
                max_chars=geocoder.LONGEST,
                key="adresse-texte",
            )
            sent = st.form_submit_button("Chercher")
        st.caption(
            "Le texte saisi est envoyé au service d’adresses de l’IGN (data.geopf.fr) par le serveur de l’atlas. "
            "Il n’entre ni dans l’adresse de la page ni dans un fichier."
        )
        if sent:
            st.html(f'<div role="status">{_answered(text or "")}</div>')


def _answered(text: str) -> str:
    """Answer in HTML; whatever befalls the service is said, and the rest of the page stays."""
    try:
        found = geocoding.search(text)
        answer = address.answer(found, current().qpv, current().communes)
    except AtlasError as error:
        return f'<p class="atlas-note">{escape(typographie(f"Recherche impossible. {error}"))}</p>'
    link = ""
    if answer.code_qp is not None:
        name = str(current().qpv["lib_qp"][answer.code_qp])
        link = f' <a href="quartier?qpv={escape(answer.code_qp)}" target="_self">Ouvrir la page du quartier {escape(name)}</a>'
    return f"<p>{escape(typographie(answer.text))}{link}</p>"


def _choose(found: dict[str, Any]) -> None:
    if found["couche"] == "qpv":
        st.session_state["qpv"] = found["id"]


show()
