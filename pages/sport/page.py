"""Which sports facilities lack where? The page of the project that renews local sports facilities."""

from functools import partial
from typing import Final

import geopandas as gpd
import pandas as pd
import streamlit as st

from facts.fields import Field
from facts.snapshot import current
from pages.sport import census, gaps
from pages.sport.gaps import Choice, Gaps
from ui import choices, downloads, html, mapview, page, presence, rows, table
from ui.html import plain
from ui.page import fragment
from words import formats

TITLE: Final = "Sport : quels équipements manquent, et où ?"
ALL_FAMILIES: Final = "Toutes les familles"
NEAR: Final = "À portée d'un QPV"
EVERYTHING: Final = "Tous"
ANY_ACCESS: Final = "Tous les accès"
USED: Final = (gaps.SOURCE, "qpv", "indicateurs")


@fragment
def show() -> None:
    inventory = current().layers["sports"]
    vintage = census.vintage_of(inventory)
    families = {name: name[:1].upper() + name[1:] for name in sorted(inventory["famille"].unique())}
    heading = st.container()
    with choices.row():
        family = choices.one_of(families, key="famille", label="Famille d'équipements", none=ALL_FAMILIES)
        radius_m = choices.metres()
        here = choices.where(choices.with_qpv())
        drawn = choices.segments("Équipements affichés", [NEAR, EVERYTHING], key="equipements")
        access = None
        if census.knows_access(inventory):
            access = choices.one_of(
                census.ACCESS, key="acces", label="Accès aux équipements", none=ANY_ACCESS
            )
        basemap = choices.basemap()

    found = _measured(current().version, Choice(here.commune, family, radius_m, access, drawn == NEAR))
    title = families[family] if family else ALL_FAMILIES
    filters = {
        "famille": families[family] if family else "",
        "seuil": f"{radius_m} m à vol d'oiseau",
        "commune": here.town,
        "accès": census.ACCESS[access] if access else "",
    }
    with heading:
        page.header(TITLE, gaps.finding(found.qpv, family=family, radius_m=radius_m, vintage=vintage))
        page.on_paper(filters)
    html.note(
        f"Tous les chiffres d’équipements de cette page datent de {vintage} (recensement des équipements sportifs). "
        f"{census.silent_about(inventory)}"
    )
    _figures(found.qpv[found.qpv["couvert"]], vintage, family=family)

    st.header("Carte des manques" if family else "Carte des familles absentes", anchor=False)
    mapview.with_sources(
        gaps.spec(
            found,
            here,
            family=family is not None,
            titre=f"Carte des équipements sportifs : {title}, {radius_m} m à vol d'oiseau, {here.name}",
            basemap=basemap,
            adresse={
                "famille": [title] if family else [],
                **here.address,
                "acces": [access] if access else [],
            },
        ),
        key="carte-sport",
        subject="carte des équipements sportifs",
        place=here.name,
        filters=filters,
        used=USED,
        on_click=here.follow,
    )
    fields = gaps.qpv_fields(vintage, family=family is not None)
    if here.found:
        row = found.qpv.loc[[here.found]]
        st.header(plain(str(row["lib_qp"].iloc[0])), anchor=False)
        table.show_sheet(row, fields, sources=current().sources, caption="Le QPV choisi")
    _quarters(found.qpv, fields, family=family, vintage=vintage)

    about = partial(rows.about, place=here.name, filters=filters)
    downloads.show(
        found.qpv, fields, context=about(USED, subject="équipements sportifs par QPV"), key="export-sport"
    )
    st.header("Par famille", anchor=False)
    st.caption(
        "Les familles sont un regroupement des types du recensement propre à l'atlas. Seuls les QPV que la source "
        "couvre sont comptés ; un équipement proche de deux QPV compte une fois."
    )
    rows.show(
        found.families,
        gaps.family_fields(vintage),
        about(USED, subject="familles d'équipements sportifs"),
        caption=f"Familles d'équipements et QPV, {radius_m} m, {vintage}",
        key="familles",
    )
    st.header("Équipements affichés sur la carte", anchor=False)
    rows.show(
        found.facilities,
        census.fields(inventory),
        about(USED[:2], subject="équipements sportifs", filters=filters | {"équipements": drawn}),
        caption=f"Équipements sportifs, {vintage}, {here.name}",
        key="equipements-liste",
        files_key="export-equipements",
    )
    st.header("Totaux par commune", anchor=False)
    st.caption(
        "Sans objet dans une commune sans QPV. Un QPV sur deux communes est compté une fois, sous la première. "
        + formats.typographie(current().sources[gaps.SOURCE].limites)
    )
    rows.show(
        found.communes,
        gaps.town_fields(vintage),
        about(USED, subject="équipements sportifs par commune"),
        caption=f"Équipements sportifs par commune, {radius_m} m, {vintage}",
        key="communes",
        target=rows.TO_COMMUNE,
    )


# What the basemap and the QPV chosen leave as it is; shared: never written into.
@st.cache_resource(show_spinner=False, max_entries=32)
def _measured(version: str, choice: Choice) -> Gaps:  # noqa: ARG001
    return gaps.measured(current(), choice)


def _figures(covered: pd.DataFrame, vintage: str, *, family: str | None) -> None:
    if covered.empty:
        return
    count = covered["equipements_a_portee"]
    without = covered[count == 0]
    title = "QPV sans cette famille à portée" if family else "QPV sans aucun équipement à portée"
    html.figures(
        (f"{title}, {vintage}", f"{len(without)} sur {len(covered)}"),
        (
            f"Habitants de ces QPV, sans équipement en {vintage}",
            formats.entier(without["population"].sum(skipna=False)),
        ),
        ("Habitants des QPV affichés", formats.entier(covered["population"].sum(skipna=False))),
        (f"Médiane des équipements à portée, {vintage}", formats.decimal(count.median())),
    )


def _quarters(qpv: gpd.GeoDataFrame, fields: tuple[Field, ...], *, family: str | None, vintage: str) -> None:
    """List the QPV without any facility apart from the others, and those about which the source says nothing."""
    covered, outside = qpv[qpv["couvert"]], qpv[~qpv["couvert"]]
    lacking = covered[covered["equipements_a_portee"] == 0].sort_values("population", ascending=False)
    served = covered[covered["equipements_a_portee"] > 0].sort_values(["equipements_pour_1000_hab", "lib_qp"])
    of = f"de la famille « {family} » " if family else ""
    parts = [
        (
            "sans",
            "QPV sans équipement à portée",
            f"QPV sans aucun équipement {of}à portée, {vintage}",
            lacking,
        ),
        (
            "avec",
            "QPV avec des équipements à portée",
            f"QPV avec un équipement {of}à portée, {vintage}, du moins au mieux pourvu par habitant",
            served,
        ),
    ]
    if not outside.empty:
        title = "QPV hors périmètre de la source"
        parts.append(("hors-source", title, "QPV dont le recensement ne dit rien", outside))
    for key, title, caption, frame in parts:
        st.header(title, anchor=False)
        table.show(frame, fields, caption=caption, key=key, target=rows.TO_QPV)


if presence.has(gaps.SOURCE):
    show()
else:
    presence.say_absent(TITLE, gaps.SOURCE)
