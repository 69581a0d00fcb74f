"""View "Manques": where e-bike stations are missing, around which QPV."""

from collections.abc import Callable
from functools import partial
from typing import Final

import geopandas as gpd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from exports.context import Context
from facts.naming import BIKES
from facts.snapshot import current
from geo import cycling
from pages.velos import gaps, service, threshold
from pages.velos.threshold import Threshold
from ui import choices, downloads, figures, page, plan, rows, sheet, table, where
from ui.markdown import plain
from ui.where import Where
from words.formats import entier, typographie

TITLE: Final = "Vélos : où manque-t-il des stations ?"


def show(heading: DeltaGenerator) -> None:
    """Show the view."""
    with choices.row():
        within = threshold.choose()
        here = where.ask(where.with_qpv())
        basemap = choices.basemap()

    shown = here.qpv.join(within.figures.loc[here.qpv.index])
    covered = shown[shown["couvert_par_le_reseau"]].sort_values("rang_manque")
    others = shown[~shown["couvert_par_le_reseau"]].sort_values("population", ascending=False)
    filters = {"seuil": within.said, "commune": here.town}
    with heading:
        page.header(TITLE, gaps.finding(shown, said=within.said))
        page.on_paper(filters)

    threshold.offer_isochrones(within)
    if not covered.empty:
        _figures(covered)

    st.header("Carte des manques", anchor=False)
    plan.show(
        gaps.spec(shown, here, said=within.said, radius_m=within.radius_m, basemap=basemap),
        key="carte-velos",
        subject="carte des manques vélos",
        place=here.name,
        filters=filters,
        used=("qpv", gaps.NETWORK, "lignes", "sncf"),
        on_click=here.follow,
    )
    if here.found:
        row = shown.loc[[here.found]]
        st.header(plain(str(row["lib_qp"].iloc[0])), anchor=False)
        sheet.show(row, within.all_fields, sources=current().sources, caption="Le QPV choisi")

    transit = () if within.walked else ("lignes", "sncf")
    used = (gaps.NETWORK, "qpv", "indicateurs", *within.sources.values(), *transit)
    about = partial(rows.about, used, place=here.name, filters=filters)
    st.header("Manques classés", anchor=False)
    st.caption(
        "Classement selon le nombre d'habitants hors de portée, parmi les seuls QPV que le réseau couvre. "
        f"Les habitants sont répartis uniformément dans chaque QPV : c'est une estimation. {typographie(within.note)}"
    )
    table.show(
        covered,
        within.gap_fields,
        caption="QPV couverts par le réseau, du plus grand manque au plus petit",
        key="manques",
        target=rows.TO_QPV,
    )
    downloads.show(
        shown.sort_values(["rang_manque", "population"], ascending=[True, False]),
        within.all_fields,
        context=about(subject="manques vélos"),
        key="export-velos",
    )
    if not others.empty:
        st.header("QPV que le réseau ne couvre pas", anchor=False)
        st.caption(
            f"Le fichier {BIKES} ne dit rien de ces communes, dont certaines ont leur propre réseau : "
            "l'absence de station y est inconnue, ce n'est pas un manque."
        )
        table.show(
            others,
            within.other_fields,
            caption=f"QPV hors périmètre de la source {BIKES}",
            key="hors-reseau",
            target=rows.TO_QPV,
        )
    _towns(within, here, about)
    service.show()


def _figures(covered: gpd.GeoDataFrame) -> None:
    served = int((covered["stations_a_portee"] > 0).sum())
    figures.show(
        ("QPV avec une station à portée", f"{served} sur {len(covered)}"),
        ("Habitants à portée (estimation)", entier(covered["habitants_a_portee"].sum())),
        ("Habitants hors de portée (estimation)", entier(covered["habitants_hors_portee"].sum())),
        ("Stations physiques du réseau", entier(len(cycling.serving(current().bikes)))),
    )


def _towns(within: Threshold, here: Where, about: Callable[..., Context]) -> None:
    st.header("Totaux par commune", anchor=False)
    communes, names, inhabited = current().communes, current().commune_names, where.with_qpv()
    totals = communes[["nom"]].join(cycling.commune_figures(communes, current().qpv, within.figures))
    totals = totals.loc[[here.commune] if here.commune else list(inhabited)].sort_values("nom")
    without = [name for code, name in names.items() if code not in inhabited]
    void = f"Sans objet à {' et '.join(without)} : aucun QPV. " if without else ""
    st.caption(f"{void}Un QPV sur deux communes est compté une fois, sous la première.")
    rows.show(
        totals,
        gaps.TOWN_FIELDS,
        about(subject="portée vélos par commune"),
        caption=f"Portée des stations à {within.said}, par commune",
        key="communes",
        target=rows.TO_COMMUNE,
    )
