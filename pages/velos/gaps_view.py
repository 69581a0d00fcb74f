"""View "Manques": where e-bike stations are missing, around which QPV."""

from collections.abc import Mapping, Sequence
from typing import Final

import geopandas as gpd
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from exports.context import Context
from facts.naming import BIKES
from facts.snapshot import current
from geo import cycling
from loaders.catalogue import Source
from pages.velos import gaps, service, threshold
from pages.velos.threshold import Threshold
from ui import choices, downloads, mapview, page, sheet, sources, table
from ui.markdown import plain
from words import formats

TITLE: Final = "Vélos : où manque-t-il des stations ?"


def show(heading: DeltaGenerator) -> None:
    """Show the view."""
    names = current().commune_names
    catalogue = current().sources
    qpv = current().qpv
    with st.container(horizontal=True, vertical_alignment="bottom", key="filtres"):
        within = threshold.choose()
        with_qpv = {code: name for code, name in names.items() if code in set(qpv["communes"].str[0])}
        commune = choices.commune(with_qpv)
        shown = qpv if commune is None else qpv[[commune in codes for codes in qpv["communes"]]]
        chosen = choices.qpv(shown)
        basemap = choices.basemap()

    figures = within.figures
    catalogue |= within.sources
    rows = shown.join(figures.loc[shown.index])
    covered = rows[rows["couvert_par_le_reseau"]].sort_values("rang_manque")
    others = rows[~rows["couvert_par_le_reseau"]].sort_values("population", ascending=False)
    filters = {
        "seuil": within.said,
        "commune": names[commune] if commune else "",
    }
    with heading:
        page.header(TITLE, gaps.finding(rows, said=within.said))
        page.on_paper(filters)

    threshold.offer_isochrones(within)
    if not covered.empty:
        _metrics(covered)

    st.header("Carte des manques", anchor=False)
    spec = gaps.spec(
        rows,
        said=within.said,
        radius_m=within.radius_m,
        commune=commune,
        chosen=chosen,
        basemap=basemap,
    )
    mapview.show(spec, key="carte-velos", on_click=lambda found: _choose(found, set(shown.index)))
    place = names[commune] if commune else current().everywhere
    downloads.show_map(
        spec, subject="carte des manques vélos", place=place, filters=filters, key="carte-velos-html"
    )
    sources.note("qpv", gaps.NETWORK, "lignes", "sncf")

    if chosen is not None and chosen in rows.index:
        st.header(plain(str(rows.loc[chosen, "lib_qp"])), anchor=False)
        sheet.show(rows.loc[[chosen]], within.all_fields, sources=catalogue, caption="Le QPV choisi")

    used = [catalogue[key] for key in (gaps.NETWORK, "qpv", "indicateurs", *within.sources)]
    if within.all_fields is gaps.ALL_FIELDS:
        used += [catalogue[key] for key in ("lignes", "sncf")]

    st.header("Manques classés", anchor=False)
    st.caption(
        "Classement selon le nombre d'habitants hors de portée, parmi les seuls QPV que le réseau couvre. "
        f"Les habitants sont répartis uniformément dans chaque QPV : c'est une estimation. {formats.typographie(within.note)}"
    )
    table.show(
        covered,
        within.gap_fields,
        sources=catalogue,
        caption="QPV couverts par le réseau, du plus grand manque au plus petit",
        key="manques",
        target="quartier?qpv=",
    )
    downloads.show(
        rows.sort_values(["rang_manque", "population"], ascending=[True, False]),
        within.all_fields,
        context=Context.of(used, filters=filters, subject="manques vélos", place=place),
        key="export-velos",
    )

    if not others.empty:
        _off_network(others, within, catalogue)
    _towns(within, commune, with_qpv, used=used, filters=filters)
    service.show()


def _metrics(covered: pd.DataFrame) -> None:
    with st.container(horizontal=True):
        served = int((covered["stations_a_portee"] > 0).sum())
        st.metric("QPV avec une station à portée", f"{served} sur {len(covered)}", border=True)
        st.metric(
            "Habitants à portée (estimation)",
            formats.entier(covered["habitants_a_portee"].sum()),
            border=True,
        )
        st.metric(
            "Habitants hors de portée (estimation)",
            formats.entier(covered["habitants_hors_portee"].sum()),
            border=True,
        )
        st.metric(
            "Stations physiques du réseau",
            formats.entier(int((~current().bikes["is_virtual_station"]).sum())),
            border=True,
        )


def _choose(found: dict[str, str], codes: set[str]) -> None:
    if found.get("couche") == "qpv" and found.get("id") in codes:
        st.session_state["qpv"] = found["id"]


def _off_network(others: gpd.GeoDataFrame, within: Threshold, catalogue: Mapping[str, Source]) -> None:
    st.header("QPV que le réseau ne couvre pas", anchor=False)
    st.caption(
        f"Le fichier {BIKES} ne dit rien de ces communes, dont certaines ont leur propre réseau : "
        "l'absence de station y est inconnue, ce n'est pas un manque."
    )
    table.show(
        others,
        within.other_fields,
        sources=catalogue,
        caption=f"QPV hors périmètre de la source {BIKES}",
        key="hors-reseau",
        target="quartier?qpv=",
    )


def _towns(
    within: Threshold,
    commune: str | None,
    with_qpv: Mapping[str, str],
    *,
    used: Sequence[Source],
    filters: Mapping[str, str],
) -> None:
    st.header("Totaux par commune", anchor=False)
    communes, names = current().communes, current().commune_names
    totals = communes[["nom"]].join(cycling.commune_figures(communes, current().qpv, within.figures))
    totals = totals.loc[list(with_qpv) if commune is None else [commune]].sort_values("nom")
    without = [name for code, name in names.items() if code not in with_qpv]
    void = f"Sans objet à {' et '.join(without)} : aucun QPV. " if without else ""
    st.caption(f"{void}Un QPV sur deux communes est compté une fois, sous la première.")
    table.show(
        totals,
        gaps.TOWN_FIELDS,
        sources=current().sources,
        caption=f"Portée des stations à {within.said}, par commune",
        key="communes",
        target="commune?commune=",
    )
    downloads.show(
        totals,
        gaps.TOWN_FIELDS,
        context=Context.of(
            used,
            filters=filters,
            subject="portée vélos par commune",
            place=names[commune] if commune else current().everywhere,
        ),
        key="export-communes",
    )
