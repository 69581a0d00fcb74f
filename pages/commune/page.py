"""One commune of the contrat de ville: its figures beside the others', its QPV, what it holds, its projects."""

from typing import Any

import streamlit as st

from facts.fields import Field
from facts.place_fields import INDICATORS, SURFACE
from facts.portraits import COMMUNE
from facts.snapshot import current
from maps.spec import Cadrage, MapSpec, ShownLayer
from ui import choices, mapview, page, place, sources, table

LIST_FIELDS = (
    Field("nom", "Commune", "texte"),
    Field("code_insee", "Code Insee", "texte"),
    Field("statut", "Statut", "texte"),
    Field("a_confirmer", "Statut à confirmer", "texte"),
    Field("population", "Habitants", "entier", "communes"),
)
QPV_FIELDS = (
    Field("lib_qp", "QPV", "texte"),
    Field("code_qp", "Code", "texte"),
    Field("lib_communes", "Commune", "texte"),
    *INDICATORS[:3],
    SURFACE,
)


@st.fragment
def show() -> None:
    names = dict(sorted(current().commune_names.items(), key=lambda item: item[1]))
    heading = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom", key="filtres"):
        chosen = choices.one_of(names, key="commune", label="Commune", none="Choisir une commune")
        radius_m = place.ask_distance()
        basemap = choices.basemap()
    if chosen is None:
        show_all(heading, basemap)
        return
    portrait = place.show(heading, COMMUNE, chosen, radius_m=radius_m, basemap=basemap)
    show_quarters(chosen, portrait.name)


def show_all(heading: Any, basemap: str) -> None:
    towns = current().communes.sort_values("nom")
    with heading:
        page.header("Communes", f"Choisissez l’une des {len(towns)} communes du contrat de ville.")
        page.on_paper({}, style=place.STYLE)
    west, south, east, north = (float(edge) for edge in towns.total_bounds)
    spec = MapSpec(
        titre="Carte des communes",
        layers=[ShownLayer("communes"), ShownLayer("qpv")],
        basemap=basemap,
        cadrage=Cadrage("communes", (west, south, east, north)),
    )
    st.header("Carte", anchor=False)
    mapview.show(spec, key="carte-commune")
    table.show(
        towns,
        LIST_FIELDS,
        sources=current().sources,
        caption="Communes du contrat de ville",
        key="communes",
        target="commune?commune=",
    )
    sources.note("communes", "qpv")


def show_quarters(code: str, name: str) -> None:
    st.header("Ses quartiers prioritaires", anchor=False)
    quarters = current().qpv
    quarters = quarters[[code in codes for codes in quarters["communes"]]].sort_values("lib_qp")
    table.show(
        quarters,
        QPV_FIELDS,
        sources=current().sources,
        caption=f"QPV à {name}",
        key="qpv-commune",
        target="quartier?qpv=",
    )


show()
