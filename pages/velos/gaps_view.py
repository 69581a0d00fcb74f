"""View "Manques": where e-bike stations are missing, around which QPV, in metres as the crow flies or in minutes on foot, never both in one ranking."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import geopandas as gpd
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from exports.context import Context
from facts.naming import BIKES
from facts.snapshot import current
from geo import cycling, walking
from geo.walking import Walking
from loaders.catalogue import Source
from loaders.live import isochrones
from loaders.live.isochrones import Isochrones
from loaders.paths import cache_folder, stamp
from pages.velos import gaps, service
from ui import choices, downloads, html, mapview, page, rows, table
from ui.choices import Where
from ui.html import plain, prose
from words import formats
from words.formats import entier, typographie

METRES: Final = "Distance"
MINUTES: Final = "Temps de marche"
ISOCHRONES_ID: Final = "isochrones"
_OUTCOME: Final = "isochrones-issue"
TITLE: Final = "Vélos : où manque-t-il des stations ?"


@dataclass(frozen=True, eq=False)
class Threshold:
    """A threshold in force and what the network brings within it.

    Attributes
    ----------
    figures
        One row per QPV, every figure by the same kind of threshold.
    said
        The threshold in words, such as "300 m à vol d'oiseau".
    radius_m
        Radius of the circles to draw, in metres; None with isochrones.
    own
        The isochrones as a source, if they are what is measured by.
    walked
        The walk measured and the isochrones known; None in metres.
    """

    figures: pd.DataFrame
    said: str
    radius_m: float | None
    note: str
    own: tuple[Source, ...] = ()
    walked: tuple[Walking, Isochrones] | None = None


def choose() -> Threshold:
    """Let the user choose the kind of threshold and its value."""
    kind = choices.segments("Seuil", [METRES, MINUTES], key="mesure")
    return _metres() if kind == METRES else _minutes()


def _metres() -> Threshold:
    radius_m = choices.metres()
    return Threshold(
        figures=current().bike_reach(radius_m),
        said=f"{radius_m} m à vol d'oiseau",
        radius_m=radius_m,
        note="Les distances sont à vol d'oiseau, depuis le contour du QPV ; une station virtuelle ne dessert personne.",
    )


def _minutes() -> Threshold:
    minutes = st.slider(
        "Seuil de temps de marche (min)",
        walking.LEAST_MINUTES,
        walking.MOST_MINUTES,
        walking.DEFAULT_MINUTES,
        key="minutes",
        bind="query-params",
        width=320,
    )
    speed = st.number_input(
        "Vitesse (m/min)",
        min_value=40,
        max_value=int(walking.FASTEST_M_PER_MIN),
        value=int(walking.SPEED_M_PER_MIN),
        step=5,
        key="vitesse",
        bind="query-params",
        width=130,
        help="80 m/min font 4,8 km/h. Ne sert qu'aux cercles, faute d'isochrones.",
    )
    detour = st.number_input(
        "Détour",
        min_value=1.0,
        max_value=2.0,
        value=walking.DETOUR,
        step=0.1,
        format="%.1f",
        key="detour",
        bind="query-params",
        width=130,
        help="Mètres marchés dans les rues pour un mètre à vol d'oiseau. Ne sert qu'aux cercles, faute d'isochrones.",
    )
    found, known = _walked(current().version, stamp(cache_folder()), minutes, speed, detour)
    if found.method == walking.ISOCHRONES:
        said = f"{minutes} min à pied, par les rues"
        note = "Le temps de marche suit les rues : isochrones de l'IGN, au départ de chaque station ; une station virtuelle ne dessert personne."
    else:
        said = f"{minutes} min à pied, par des cercles de {formats.entier(found.radius_m)} m"
        note = (
            f"Faute d'isochrones, le temps de marche est approché par des cercles : {minutes} min × {formats.entier(speed)} m/min ÷ "
            f"{formats.decimal(detour)} = {formats.entier(found.radius_m)} m à vol d'oiseau ; une station virtuelle ne dessert personne."
        )
    return Threshold(
        figures=found.figures,
        said=said,
        radius_m=found.radius_m,
        note=note,
        own=(_source_of(known),) if found.method == walking.ISOCHRONES else (),
        walked=(found, known),
    )


def offer_isochrones(within: Threshold) -> None:
    """Say whether isochrones or circles are shown, and let the user ask for what is missing; nothing in metres."""
    if within.walked is None:
        return
    found, known = within.walked
    if found.method == walking.ISOCHRONES:
        st.info(
            formats.typographie(
                f"Montré : isochrones de l'IGN pour les {formats.pluriel(len(found.concerned), 'station')} proches d'un QPV, "
                f"{_read_on(known)}. Leurs aires ne sont pas dessinées sur la carte."
            ),
            icon=":material/directions_walk:",
        )
        return
    st.info(
        formats.typographie(
            f"Montré : des cercles, et non des isochrones. Il en manque {formats.entier(len(found.missing))} sur "
            f"{formats.entier(len(found.concerned))} stations proches d'un QPV ; toutes sont nécessaires pour ne pas mêler les deux."
        ),
        icon=":material/directions_walk:",
    )
    if st.session_state.get(_OUTCOME):
        st.warning(prose(st.session_state[_OUTCOME]))
    label = f"Demander les isochrones à l'IGN ({formats.pluriel(len(found.missing), 'station')})"
    if st.button(
        label, key="isochrones", help="Quatre demandes par seconde au plus ; ce qui est reçu est gardé"
    ):
        _fetch(found)


def _fetch(found: Walking) -> None:
    stations = current().bikes.loc[list(found.concerned)]
    bar = st.progress(0.0)

    def told(done: int, total: int) -> None:
        bar.progress(done / max(total, 1), text=f"{formats.entier(done)} sur {formats.entier(total)}")

    answer = isochrones.fetch(
        stations, minutes=found.minutes, vintage=current().sources[gaps.NETWORK].millesime, on_progress=told
    )
    st.session_state[_OUTCOME] = _outcome(answer)
    st.rerun()


def _outcome(answer: Isochrones) -> str:
    """Say why isochrones are missing after a run, or nothing."""
    if not answer.missing:
        return ""
    reasons = "; ".join(dict.fromkeys(answer.failures.values()))
    why = answer.stopped or reasons or "raison inconnue"
    return (
        f"{isochrones.SERVICE} : {formats.pluriel(len(answer.missing), 'isochrone')} non obtenue{'s' if len(answer.missing) > 1 else ''} "
        f"({why}). Ce qui est reçu est gardé : une nouvelle demande reprendra où celle-ci s'est arrêtée."
    )


@st.cache_resource(show_spinner=False, max_entries=32)
def _walked(
    version: str,  # noqa: ARG001
    kept: tuple[tuple[str, int, int], ...],  # noqa: ARG001
    minutes: int,
    speed_m_per_min: float,
    detour: float,
) -> tuple[Walking, Isochrones]:
    network = current().sources[gaps.NETWORK]
    near = walking.concerned(current().qpv, current().bikes, minutes=minutes, covered=network.communes)
    known = isochrones.cached(near, minutes=minutes, vintage=network.millesime)
    found = walking.qpv_figures(
        current().qpv,
        current().bikes,
        minutes=minutes,
        covered=network.communes,
        isochrones=known.areas,
        speed_m_per_min=speed_m_per_min,
        detour=detour,
    )
    return found, known


def _read_on(known: Isochrones) -> str:
    days = known.areas["lu_le"].dt.tz_convert("Europe/Paris").dt.date
    first, last = days.min(), days.max()
    if first == last:
        return f"demandées le {formats.date(first)}"
    return f"demandées du {formats.date(first)} au {formats.date(last)}"


def _source_of(known: Isochrones) -> Source:
    networks = ", ".join(sorted({text for text in known.areas["reseau"] if text})) or "version non dite"
    network = current().sources[gaps.NETWORK]
    return Source(
        source_id=ISOCHRONES_ID,
        titre=f"Isochrones piétonnes autour des stations {BIKES}",
        producteur="IGN, Géoplateforme",
        millesime=f"{_read_on(known)}, réseau routier {networks}",
        date=known.areas["lu_le"].dt.tz_convert("Europe/Paris").max().date(),
        licence="Licence Ouverte 2.0",
        attribution="IGN, Géoplateforme (calcul d'isochrones sur la BD TOPO)",
        adresse=isochrones.BASE_URL,
        lignes_lues=len(known.areas),
        lignes_gardees=len(known.areas),
        limites="Temps de marche théorique, sans les pentes ni les traversées",
        communes=network.communes,
    )


def show(heading: DeltaGenerator) -> None:
    """Show the view."""
    with choices.row():
        within = choose()
        here = choices.where(choices.with_qpv())
        basemap = choices.basemap()

    gap_fields, other_fields, all_fields = gaps.IN_MINUTES if within.walked else gaps.IN_METRES
    shown = here.qpv.join(within.figures.loc[here.qpv.index])
    covered = shown[shown["couvert_par_le_reseau"]].sort_values("rang_manque")
    others = shown[~shown["couvert_par_le_reseau"]].sort_values("population", ascending=False)
    filters = {"seuil": within.said, "commune": here.town}
    with heading:
        page.header(TITLE, gaps.finding(shown, said=within.said), filters)

    offer_isochrones(within)
    if not covered.empty:
        _figures(covered)

    st.header("Carte des manques", anchor=False)
    mapview.with_sources(
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
        table.show_sheet(row, all_fields, sources=current().sources, caption="Le QPV choisi")

    transit = () if within.walked else ("lignes", "sncf")
    used = (gaps.NETWORK, "qpv", "indicateurs", *within.own, *transit)
    about = partial(rows.about, used, place=here.name, filters=filters)
    st.header("Manques classés", anchor=False)
    st.caption(
        "Classement selon le nombre d'habitants hors de portée, parmi les seuls QPV que le réseau couvre. "
        f"Les habitants sont répartis uniformément dans chaque QPV : c'est une estimation. {typographie(within.note)}"
    )
    table.show(
        covered,
        gap_fields,
        caption="QPV couverts par le réseau, du plus grand manque au plus petit",
        key="manques",
        target=rows.TO_QPV,
    )
    downloads.show(
        shown.sort_values(["rang_manque", "population"], ascending=[True, False]),
        all_fields,
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
            other_fields,
            caption=f"QPV hors périmètre de la source {BIKES}",
            key="hors-reseau",
            target=rows.TO_QPV,
        )
    _towns(within, here, about)
    service.show()


def _figures(covered: gpd.GeoDataFrame) -> None:
    served = int((covered["stations_a_portee"] > 0).sum())
    html.figures(
        ("QPV avec une station à portée", f"{served} sur {len(covered)}"),
        ("Habitants à portée (estimation)", entier(covered["habitants_a_portee"].sum())),
        ("Habitants hors de portée (estimation)", entier(covered["habitants_hors_portee"].sum())),
        ("Stations physiques du réseau", entier(len(cycling.serving(current().bikes)))),
    )


def _towns(within: Threshold, here: Where, about: Callable[..., Context]) -> None:
    st.header("Totaux par commune", anchor=False)
    communes, names, inhabited = current().communes, current().commune_names, choices.with_qpv()
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
