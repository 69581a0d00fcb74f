"""View "Friches" of the page: filters, figures, map, tables, files."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import geopandas as gpd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from facts.fields import Field
from facts.naming import BIKES, scope
from facts.place_fields import QPV
from facts.snapshot import current
from geo.friches import checked, identical_surface_m2, merged, merged_surface_m2
from pages.foncier import brownfields
from pages.foncier.brownfields import STATUTS, TYPES, Filters
from ui import choices, downloads, html, mapview, page, presence, rows, table
from ui.choices import Where
from ui.page import fragment
from words.constants import UNCHECKED
from words.formats import entier, part, pluriel, surface

TITLE: Final = "Foncier : friches et locaux"
BY_UNIT: Final = "Par unité foncière"
BY_SITE: Final = "Par site"
ANY: Final = 0
SURFACES_M2: Final = (ANY, 1_000, 5_000, 10_000, 50_000)
DISTANCES_M: Final = (ANY, 300, 500, 1_000, 2_000)
USED: Final = (brownfields.SOURCE, "qpv", "velos", "lignes")
CONTOURS: Final = "Un site est un point dans l'inventaire, quelle que soit son étendue."


def show(heading: DeltaGenerator) -> None:
    """Show the view, or why the territory has nothing for it."""
    if presence.has(brownfields.SOURCE):
        _show(heading)
        return
    with heading:
        presence.say_absent(TITLE, brownfields.SOURCE)


@fragment
def _show(heading: DeltaGenerator) -> None:
    source, version = current().sources[brownfields.SOURCE], current().version
    vintage, sites = source.millesime, _sites(version)
    filters, maille, basemap = _ask(sites)
    here, words, radius_m = filters.here, filters.described, filters.radius_m
    kept = brownfields.select(sites, filters)
    with_unchecked = UNCHECKED in filters.statuts
    with heading:
        page.header(TITLE, brownfields.finding(kept, filters, vintage=vintage), words)
    # Held together: one line more or less above the map would make the page load the map again.
    with st.container():
        _figures(kept, with_unchecked=with_unchecked, vintage=vintage)
        _out_of_reach(sites, filters)

    st.header("Carte des friches", anchor=False)
    mapview.with_sources(
        brownfields.spec(kept, here, basemap=basemap),
        key="carte-foncier",
        subject="carte des friches",
        place=here.name,
        filters=words,
        used=USED,
    )
    about = partial(rows.about, place=here.name, filters=words)
    st.header("Les mêmes friches en tableau", anchor=False)
    st.caption(
        "Les sites qui partagent une parcelle cadastrale, directement ou par un autre site, forment une unité foncière. "
        f"{CONTOURS} Distances à vol d'oiseau ; la distance à une ligne n'est pas la distance à un arrêt."
    )
    _rows(checked(kept), filters, maille, "vérifiées", key="verifiees")
    if with_unchecked:
        st.subheader("Friches potentielles, non vérifiées par le Cerema", anchor=False)
        _rows(brownfields.unchecked(kept), filters, maille, "potentielles non vérifiées", key="potentielles")

    st.header("Totaux par commune", anchor=False)
    st.caption(
        "Une unité foncière dont les sites sont dans deux communes compte dans chacune : ces totaux ne s'additionnent pas. "
        "0 veut dire que l'inventaire couvre la commune et n'y liste rien qui réponde aux filtres."
    )
    rows.show(
        brownfields.per_commune(here.communes, kept, source),
        brownfields.total_fields((Field("nom", "Commune", "texte"),), unchecked=with_unchecked),
        about(USED[:1], subject="friches par commune"),
        caption=f"Friches par commune, {vintage}",
        key="communes",
        target=rows.TO_COMMUNE,
    )
    st.header("Totaux par QPV", anchor=False)
    st.caption(
        f"Dans le QPV ou à {entier(radius_m)} m au plus de son contour, à vol d'oiseau. Une friche proche de deux "
        "QPV compte pour chacun : ces chiffres ne s'additionnent pas."
    )
    rows.show(
        brownfields.per_qpv(here.qpv, kept, radius_m=radius_m, source=source),
        brownfields.total_fields(QPV, unchecked=with_unchecked),
        about(USED[:2], subject="friches par QPV"),
        caption=f"Friches à portée de chaque QPV, {entier(radius_m)} m, {vintage}",
        key="quartiers",
        target=rows.TO_QPV,
    )
    _how_surfaces_add_up(version, vintage)


@st.cache_resource(show_spinner=False, max_entries=2)
def _sites(version: str) -> gpd.GeoDataFrame:  # noqa: ARG001
    return brownfields.prepared(current())


def _ask(sites: gpd.GeoDataFrame) -> tuple[Filters, str, str]:
    with choices.row():
        here = Where(choices.commune(current().commune_names))
        lieu = st.selectbox(
            "Lieu",
            [brownfields.EVERYWHERE, brownfields.INSIDE, brownfields.WITHIN],
            key="lieu",
            bind="query-params",
        )
        radius_m = choices.metres("Seuil de distance à un QPV, à vol d'oiseau (m)")
        basemap = choices.basemap()
    known = [statut for statut in STATUTS if statut in set(sites["site_statut"])]
    statuts = st.pills(
        "Statuts des friches",
        known,
        selection_mode="multi",
        format_func=STATUTS.__getitem__,
        default=[statut for statut in known if statut != UNCHECKED],
        key="statuts",
        bind="query-params",
        help="Le Cerema n'a pas vérifié les friches potentielles : elles sont masquées par défaut et listées à part",
    )
    maille = choices.segments("Lignes du tableau", [BY_UNIT, BY_SITE], key="maille")
    offered = brownfields.offered(sites)
    asked = {"site_type": "types", "sol_pollution_existe": "pollutions", "urba_zone_type": "zonages"}
    limits = ("surface", "station", "ligne")
    opened = any(name in st.query_params for name in (*asked.values(), *limits))
    with st.expander(
        "Filtrer par type, pollution, zonage, surface et transports", expanded=opened, key="friches-details"
    ):
        types = {
            column: choices.several(
                TYPES[column],
                {value: brownfields.ZONES.get(value, value) for value in values},
                key=asked[column],
            )
            for column, values in offered.items()
        }
        with choices.row(None):
            surface_m2 = _limit("Surface", SURFACES_M2, lambda m2: f"Au moins {surface(m2)}", key="surface")
            distances = {
                "distance_station_m": _distance("velos", f"Distance à une station {BIKES}", key="station"),
                "distance_ligne_m": _distance(
                    "lignes",
                    "Distance à une ligne de métro, tramway ou BHNS",
                    key="ligne",
                    said="Jusqu'à la ligne, pas jusqu'à un arrêt. ",
                ),
            }
    filters = Filters(
        here=here,
        lieu=lieu,
        radius_m=radius_m,
        statuts=tuple(statuts),
        types={column: values for column, values in types.items() if values},
        limits_m={column: limit_m for column, limit_m in distances.items() if limit_m},
        surface_m2=surface_m2,
    )
    return filters, maille, basemap


def _distance(source_id: str, label: str, *, key: str, said: str = "") -> int | None:
    """Ask for a largest distance, if the territory has the source; none without it."""
    source = current().sources[source_id]
    if source.absente:
        return None
    covered = scope(source, current().commune_names)
    help_ = f"{said}La source couvre : {covered}"
    return _limit(label, DISTANCES_M, lambda metres: f"Au plus {entier(metres)} m", key=key, said=help_)


def _limit(
    label: str, values: Sequence[int], told: Callable[[int], str], *, key: str, said: str | None = None
) -> int | None:
    """Ask for a limit, `ANY` for none."""
    return (
        st.selectbox(
            label,
            values,
            format_func=lambda value: told(value) if value else "Toutes",
            key=key,
            bind="query-params",
            help=said,
        )
        or None
    )


def _figures(kept: gpd.GeoDataFrame, *, with_unchecked: bool, vintage: str) -> None:
    verified, potential = checked(kept), brownfields.unchecked(kept)
    shown = [
        (
            "Sites vérifiés",
            entier(len(verified)),
            "Ceux que le Cerema dit friches avec ou sans projet ; les friches potentielles n'ont pas été vérifiées",
        ),
        (
            "Unités foncières vérifiées",
            entier(len(merged(verified))),
            "Les sites qui partagent une parcelle cadastrale, directement ou par un autre site, n'en font qu'une",
        ),
        ("Surface vérifiée", surface(merged_surface_m2(verified))),
    ]
    if with_unchecked:
        shown += [
            ("Sites potentiels, non vérifiés", entier(len(potential))),
            ("Surface potentielle, non vérifiée", surface(merged_surface_m2(potential))),
        ]
    html.figures(*shown)
    if kept.empty:
        return
    if not verified.empty and not potential.empty:
        both_m2 = merged_surface_m2(kept)
        shared_m2 = merged_surface_m2(verified) + merged_surface_m2(potential) - both_m2
        html.note(
            f"Les surfaces vérifiée et potentielle ne s'additionnent pas : elles ont {surface(shared_m2)} en commun, et font "
            f"ensemble {surface(both_m2)}."
        )
    unknown = {
        title: int((kept[column] == brownfields.UNKNOWN).sum())
        for title, column in (("le type", "site_type"), ("la pollution du sol", "sol_pollution_existe"))
    }
    said = " et ".join(
        f"{title} est « inconnu » pour {entier(count)} ({part(count / len(kept), digits=0)})"
        for title, count in unknown.items()
    )
    html.note(
        f"Sur {pluriel(len(kept), 'site affiché', 'sites affichés')}, {said}, selon l'inventaire du {vintage} lui-même."
    )


def _out_of_reach(sites: gpd.GeoDataFrame, filters: Filters) -> None:
    """Say how many sites a filter on distance hides because their commune is outside its source."""
    if not filters.limits_m:
        return
    before = brownfields.select(sites, replace(filters, limits_m={}))
    hidden = before[list(filters.limits_m)].isna().any(axis="columns")
    if hidden.any():
        html.note(
            f"{pluriel(int(hidden.sum()), 'site est', 'sites sont')} hors périmètre "
            "des sources de transport : la distance y est inconnue et ces filtres ne les retiennent pas."
        )


def _rows(sites: gpd.GeoDataFrame, filters: Filters, maille: str, which: str, *, key: str) -> None:
    frame, title = sites, "Sites"
    fields: tuple[Field, ...] = brownfields.SITE_FIELDS
    written: tuple[Field, ...] = fields
    if maille == BY_UNIT:
        frame, title = brownfields.by_unit(sites), "Unités foncières"
        fields, written = brownfields.UNIT_FIELDS, brownfields.UNIT_FILE_FIELDS
    place = filters.here.name
    table.show(frame, fields, caption=f"{title}, friches {which}, {place}", key=f"friches-{key}")
    subject = f"friches {which} {maille.lower()}"
    context = rows.about(USED, subject=subject, place=place, filters=filters.described)
    downloads.show(frame, written, context=context, key=f"export-{key}")


def _how_surfaces_add_up(version: str, vintage: str) -> None:
    raw_m2, merged_m2, identical_m2 = _surfaces(version)
    html.note(
        f"Surfaces de tout l'inventaire du {vintage}, friches potentielles comprises : additionnées site par site, elles "
        f"feraient {surface(raw_m2)}, soit {part(raw_m2 / merged_m2 - 1, digits=0)} de trop. L'atlas fusionne les sites dès qu'ils "
        f"partagent une parcelle et compte chaque groupe pour sa plus grande surface : {surface(merged_m2)}. C'est une borne basse, "
        f"car l'inventaire ne donne pas la surface de chaque parcelle ; en ne fusionnant que les sites aux listes de parcelles identiques, on "
        f"aurait {surface(identical_m2)}."
    )


@st.cache_resource(show_spinner=False, max_entries=2)
def _surfaces(version: str) -> tuple[float, float, float]:
    sites = _sites(version)
    total = float(sites["unite_fonciere_surface"].sum(skipna=False))
    return total, merged_surface_m2(sites), identical_surface_m2(sites)
