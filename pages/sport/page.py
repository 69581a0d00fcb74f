"""Which sports facilities lack where? The page of the project that renews local sports facilities."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import streamlit as st

from exports.context import Context
from facts.fields import Field
from facts.snapshot import current
from pages.sport import gaps
from ui import choices, downloads, mapview, page, presence, sheet, sources, table
from ui.markdown import plain
from words import formats
from words.constants import PROXIMITY_M

TITLE: Final = "Sport : quels équipements manquent, et où ?"
ALL_FAMILIES: Final = "Toutes les familles"
NEAR: Final = "À portée d'un QPV"
EVERYTHING: Final = "Tous"
ANY_ACCESS: Final = "Tous les accès"
USED: Final = (gaps.SOURCE, "qpv", "indicateurs")


@st.fragment
def show() -> None:
    names, catalogue = current().commune_names, current().sources
    source, qpv = catalogue[gaps.SOURCE], current().qpv
    inventory = current().layers["sports"]
    vintage, listed_fields = gaps.vintage_of(inventory), gaps.facility_fields(inventory)
    families = {name: name[:1].upper() + name[1:] for name in sorted(inventory["famille"].unique())}
    heading = st.container()

    with st.container(horizontal=True, vertical_alignment="bottom", key="filtres"):
        family = choices.one_of(families, key="famille", label="Famille d'équipements", none=ALL_FAMILIES)
        radius_m = st.slider(
            "Seuil de distance à vol d'oiseau (m)",
            100,
            1000,
            PROXIMITY_M,
            50,
            key="seuil",
            bind="query-params",
            width=320,
        )
        with_qpv = {code: name for code, name in names.items() if code in set(qpv["communes"].str[0])}
        commune = choices.commune(with_qpv)
        shown = qpv if commune is None else qpv[[commune in codes for codes in qpv["communes"]]]
        chosen = choices.qpv(shown)
        drawn = st.segmented_control(
            "Équipements affichés",
            [NEAR, EVERYTHING],
            default=NEAR,
            required=True,
            key="equipements",
            bind="query-params",
        )
        access = None
        if gaps.knows_access(inventory):
            access = choices.one_of(gaps.ACCESS, key="acces", label="Accès aux équipements", none=ANY_ACCESS)
        basemap = choices.basemap()

    facilities = gaps.of_access(inventory, access)
    kept = facilities if family is None else facilities[facilities["famille"] == family]
    rows = gaps.per_qpv(shown, facilities, family=family, radius_m=radius_m, source=source)
    listed = gaps.listed(kept, shown, radius_m=radius_m if drawn == NEAR else None, commune=commune)
    covered = rows[rows["couvert"]]
    place = names[commune] if commune else current().everywhere
    filters = {
        "famille": families[family] if family else "",
        "seuil": f"{radius_m} m à vol d'oiseau",
        "commune": names[commune] if commune else "",
        "accès": gaps.ACCESS[access] if access else "",
    }
    with heading:
        page.header(
            TITLE,
            gaps.finding(rows, family=family, radius_m=radius_m, vintage=vintage),
        )
        page.on_paper(filters)
    st.html(
        f'<p class="atlas-note">Tous les chiffres d’équipements de cette page datent de {vintage} '
        f"(recensement des équipements sportifs). {gaps.silent_about(inventory)}</p>"
    )
    if not covered.empty:
        _figures(covered, vintage, family=family)

    st.header("Carte des manques" if family else "Carte des familles absentes", anchor=False)
    titre = f"{families[family] if family else ALL_FAMILIES}, {radius_m} m à vol d'oiseau, {place}"
    plan = gaps.spec(
        rows,
        listed,
        family=family,
        commune=commune,
        chosen=chosen,
        titre=f"Carte des équipements sportifs : {titre}",
        basemap=basemap,
        adresse={
            "famille": [families[family]] if family else [],
            "commune": [commune] if commune else [],
            "qpv": [chosen] if chosen else [],
            "acces": [access] if access else [],
        },
    )
    mapview.show(plan, key="carte-sport", on_click=lambda found: _choose(found, set(shown.index)))
    downloads.show_map(
        plan, subject="carte des équipements sportifs", place=place, filters=filters, key="carte-sport-html"
    )
    sources.note(*USED)

    fields = gaps.qpv_fields(vintage, family=family is not None)
    if chosen is not None and chosen in rows.index:
        st.header(plain(str(rows.loc[chosen, "lib_qp"])), anchor=False)
        sheet.show(rows.loc[[chosen]], fields, sources=catalogue, caption="Le QPV choisi")

    _quarters(rows, fields, family=family, vintage=vintage)
    downloads.show(
        rows,
        fields,
        context=Context.of(
            [catalogue[key] for key in USED],
            filters=filters,
            subject="équipements sportifs par QPV",
            place=place,
        ),
        key="export-sport",
    )

    _families(shown, facilities, family=family, radius_m=radius_m, filters=filters, place=place)
    _facilities(listed, listed_fields, vintage, filters=filters | {"équipements": drawn}, place=place)
    _towns(kept, vintage, commune=commune, radius_m=radius_m, filters=filters, place=place)


def _families(
    shown: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    family: str | None,
    radius_m: int,
    filters: Mapping[str, str],
    place: str,
) -> None:
    catalogue, vintage = current().sources, gaps.vintage_of(facilities)
    source = catalogue[gaps.SOURCE]
    st.header("Par famille", anchor=False)
    st.caption(
        "Les familles sont un regroupement des types du recensement propre à l'atlas. Seuls les QPV que la source "
        "couvre sont comptés ; un équipement proche de deux QPV compte une fois."
    )
    by_family = gaps.per_family(shown, facilities, radius_m=radius_m, source=source)
    if family is not None:
        by_family = by_family.loc[[family]]
    if not any(source.covers(codes) for codes in shown["communes"]):
        by_family = by_family.iloc[:0]
    table.show(
        by_family,
        gaps.family_fields(vintage),
        sources=catalogue,
        caption=f"Familles d'équipements et QPV, {radius_m} m, {vintage}",
        key="familles",
    )
    downloads.show(
        by_family,
        gaps.family_fields(vintage),
        context=Context.of(
            [catalogue[key] for key in USED],
            filters=filters,
            subject="familles d'équipements sportifs",
            place=place,
        ),
        key="export-familles",
    )


def _facilities(
    listed: gpd.GeoDataFrame,
    fields: Sequence[Field],
    vintage: str,
    *,
    filters: Mapping[str, str],
    place: str,
) -> None:
    catalogue = current().sources
    st.header("Équipements affichés sur la carte", anchor=False)
    table.show(
        listed,
        fields,
        sources=catalogue,
        caption=f"Équipements sportifs, {vintage}, {place}",
        key="equipements-liste",
    )
    downloads.show(
        listed,
        fields,
        context=Context.of(
            [catalogue[key] for key in USED[:2]], filters=filters, subject="équipements sportifs", place=place
        ),
        key="export-equipements",
    )


def _towns(
    kept: gpd.GeoDataFrame,
    vintage: str,
    *,
    commune: str | None,
    radius_m: int,
    filters: Mapping[str, str],
    place: str,
) -> None:
    catalogue = current().sources
    st.header("Totaux par commune", anchor=False)
    totals = gaps.per_commune(
        current().communes, current().qpv, kept, radius_m=radius_m, source=catalogue[gaps.SOURCE]
    )
    if commune is not None:
        totals = totals.loc[[commune]]
    st.caption(
        "Sans objet dans une commune sans QPV. Un QPV sur deux communes est compté une fois, sous la première. "
        + formats.typographie(catalogue[gaps.SOURCE].limites)
    )
    fields = gaps.town_fields(vintage)
    caption = f"Équipements sportifs par commune, {radius_m} m, {vintage}"
    table.show(totals, fields, sources=catalogue, caption=caption, key="communes", target="commune?commune=")
    downloads.show(
        totals,
        fields,
        context=Context.of(
            [catalogue[key] for key in USED],
            filters=filters,
            subject="équipements sportifs par commune",
            place=place,
        ),
        key="export-communes",
    )


def _figures(covered: pd.DataFrame, vintage: str, *, family: str | None) -> None:
    count, people = covered["equipements_a_portee"], covered["population"].sum(skipna=False)
    without = covered[count == 0]
    with st.container(horizontal=True):
        title = "QPV sans cette famille à portée" if family else "QPV sans aucun équipement à portée"
        st.metric(f"{title}, {vintage}", f"{len(without)} sur {len(covered)}", border=True)
        st.metric(
            f"Habitants de ces QPV, sans équipement en {vintage}",
            formats.entier(without["population"].sum(skipna=False)),
            border=True,
        )
        st.metric("Habitants des QPV affichés", formats.entier(people), border=True)
        st.metric(
            f"Médiane des équipements à portée, {vintage}", formats.decimal(count.median()), border=True
        )


def _quarters(rows: pd.DataFrame, fields: Sequence[Field], *, family: str | None, vintage: str) -> None:
    """List the QPV without any facility apart from the others, and those about which the source says nothing."""
    catalogue = current().sources
    covered = rows[rows["couvert"]]
    lacking = covered[covered["equipements_a_portee"] == 0].sort_values("population", ascending=False)
    served = covered[covered["equipements_a_portee"] > 0]
    order = ["equipements_pour_1000_hab", "lib_qp"]
    of = f"de la famille « {family} » " if family else ""
    st.header("QPV sans équipement à portée", anchor=False)
    table.show(
        lacking,
        fields,
        sources=catalogue,
        caption=f"QPV sans aucun équipement {of}à portée, {vintage}",
        key="sans",
        target="quartier?qpv=",
    )
    st.header("QPV avec des équipements à portée", anchor=False)
    table.show(
        served.sort_values(order),
        fields,
        sources=catalogue,
        caption=f"QPV avec un équipement {of}à portée, {vintage}, du moins au mieux pourvu par habitant",
        key="avec",
        target="quartier?qpv=",
    )
    outside = rows[~rows["couvert"]]
    if not outside.empty:
        st.header("QPV hors périmètre de la source", anchor=False)
        table.show(
            outside,
            fields,
            sources=catalogue,
            caption="QPV dont le recensement ne dit rien",
            key="hors-source",
            target="quartier?qpv=",
        )


def _choose(found: dict[str, Any], codes: set[str]) -> None:
    if found.get("couche") == "qpv" and found.get("id") in codes:
        st.session_state["qpv"] = found["id"]


if presence.has(gaps.SOURCE):
    show()
else:
    presence.say_absent(TITLE, gaps.SOURCE)
