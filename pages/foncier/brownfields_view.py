"""View "Friches" of the page: filters, figures, map, tables, files."""

from typing import Final

import geopandas as gpd
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from exports.context import Context
from facts.attribution import scope
from facts.fields import Field
from facts.naming import BIKES
from facts.snapshot import current
from geo.friches import checked, identical_surface_m2, merged, merged_surface_m2
from pages.foncier import brownfields
from pages.foncier.brownfields import STATUTS, TYPES, Filters
from ui import choices, downloads, mapview, page, presence, sources, table
from words.constants import PROXIMITY_M, UNCHECKED
from words.formats import entier, escaped, part, pluriel, surface

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


@st.fragment
def _show(heading: DeltaGenerator) -> None:
    names, catalogue = current().commune_names, current().sources
    source, version = catalogue[brownfields.SOURCE], current().version
    sites = _sites(version)
    filters, maille, basemap = _ask(sites)
    kept = brownfields.select(sites, filters)
    verified, potential = checked(kept), brownfields.unchecked(kept)
    with_unchecked = UNCHECKED in filters.statuts
    place = names[filters.commune] if filters.commune else current().everywhere
    words = filters.described(names)
    with heading:
        page.header(
            TITLE,
            brownfields.finding(kept, filters, vintage=source.millesime, place=place),
        )
        page.on_paper(words)
    # Held together: one line more or less above the map would make the page load the map again.
    with st.container():
        _figures(verified, potential, with_unchecked=with_unchecked, vintage=source.millesime)
        _out_of_reach(sites, filters)

    communes, qpv = current().communes, current().qpv
    if filters.commune is not None:
        communes = communes.loc[[filters.commune]]
        qpv = qpv[[filters.commune in codes for codes in qpv["communes"]]]
    st.header("Carte des friches", anchor=False)
    drawn = brownfields.spec(
        kept,
        qpv,
        communes,
        filters,
        titre=f"Carte des friches, {place}",
        basemap=basemap,
        adresse={"commune": [filters.commune] if filters.commune else []},
    )
    mapview.show(drawn, key="carte-foncier")
    downloads.show_map(
        drawn, subject="carte des friches", place=place, filters=words, key="carte-foncier-html"
    )
    sources.note(*USED)

    used = [catalogue[key] for key in USED[:2]]
    st.header("Les mêmes friches en tableau", anchor=False)
    st.caption(
        "Les sites qui partagent une parcelle cadastrale, directement ou par un autre site, forment une unité foncière. "
        f"{CONTOURS} Distances à vol d'oiseau ; la distance à une ligne n'est pas la distance à un arrêt."
    )
    _rows(verified, filters, maille, "vérifiées", key="verifiees")
    if with_unchecked:
        st.subheader("Friches potentielles, non vérifiées par le Cerema", anchor=False)
        _rows(potential, filters, maille, "potentielles non vérifiées", key="potentielles")

    st.header("Totaux par commune", anchor=False)
    st.caption(
        "Une unité foncière dont les sites sont dans deux communes compte dans chacune : ces totaux ne s'additionnent pas. "
        "0 veut dire que l'inventaire couvre la commune et n'y liste rien qui réponde aux filtres."
    )
    fields = brownfields.total_fields((Field("nom", "Commune", "texte"),), unchecked=with_unchecked)
    totals = brownfields.per_commune(communes, kept, source)
    caption = f"Friches par commune, {source.millesime}"
    table.show(totals, fields, sources=catalogue, caption=caption, key="communes", target="commune?commune=")
    downloads.show(
        totals,
        fields,
        context=Context.of(used[:1], filters=words, subject="friches par commune", place=place),
        key="export-communes",
    )

    st.header("Totaux par QPV", anchor=False)
    st.caption(
        f"Dans le QPV ou à {entier(filters.radius_m)} m au plus de son contour, à vol d'oiseau. Une friche proche de deux "
        "QPV compte pour chacun : ces chiffres ne s'additionnent pas."
    )
    head = (
        Field("lib_qp", "QPV", "texte"),
        Field("code_qp", "Code", "texte"),
        Field("lib_communes", "Commune", "texte"),
    )
    fields = brownfields.total_fields(head, unchecked=with_unchecked)
    per_qpv = brownfields.per_qpv(qpv, kept, radius_m=filters.radius_m, source=source)
    caption = f"Friches à portée de chaque QPV, {entier(filters.radius_m)} m, {source.millesime}"
    table.show(per_qpv, fields, sources=catalogue, caption=caption, key="quartiers", target="quartier?qpv=")
    downloads.show(
        per_qpv,
        fields,
        context=Context.of(used, filters=words, subject="friches par QPV", place=place),
        key="export-quartiers",
    )
    _how_surfaces_add_up(version, source.millesime)


@st.cache_resource(show_spinner=False, max_entries=2)
def _sites(version: str) -> gpd.GeoDataFrame:  # noqa: ARG001
    friches = current().layers["friches"]
    return brownfields.prepared(friches, current().qpv, current().bikes, current().lines, current().sources)


def _ask(sites: gpd.GeoDataFrame) -> tuple[Filters, str, str]:
    with st.container(horizontal=True, vertical_alignment="bottom", key="filtres"):
        commune = choices.commune(current().commune_names)
        where = st.selectbox(
            "Lieu",
            [brownfields.EVERYWHERE, brownfields.INSIDE, brownfields.WITHIN],
            key="lieu",
            bind="query-params",
        )
        radius_m = st.slider(
            "Seuil de distance à un QPV, à vol d'oiseau (m)",
            100,
            1000,
            PROXIMITY_M,
            50,
            key="seuil",
            bind="query-params",
            width=320,
        )
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
    maille = st.segmented_control(
        "Lignes du tableau",
        [BY_UNIT, BY_SITE],
        default=BY_UNIT,
        required=True,
        key="maille",
        bind="query-params",
    )
    offered = brownfields.offered(sites)
    asked = {"site_type": "types", "sol_pollution_existe": "pollutions", "urba_zone_type": "zonages"}
    limits = ("surface", "station", "ligne")
    opened = any(name in st.query_params for name in (*asked.values(), *limits))
    with st.expander(
        "Filtrer par type, pollution, zonage, surface et transports", expanded=opened, key="friches-details"
    ):
        types = {
            column: st.multiselect(
                TYPES[column],
                values,
                format_func=_zone if column == "urba_zone_type" else str,
                placeholder="Tous",
                key=asked[column],
                bind="query-params",
            )
            for column, values in offered.items()
        }
        with st.container(horizontal=True, vertical_alignment="bottom"):
            surface_m2 = st.selectbox(
                "Surface",
                SURFACES_M2,
                format_func=lambda value: f"Au moins {surface(value)}" if value else "Toutes",
                key="surface",
                bind="query-params",
            )
            station_m = _distance("velos", f"Distance à une station {BIKES}", key="station")
            line_m = _distance(
                "lignes",
                "Distance à une ligne de métro, tramway ou BHNS",
                key="ligne",
                said="Jusqu'à la ligne, pas jusqu'à un arrêt. ",
            )
    filters = Filters(
        commune=commune,
        where=where,
        radius_m=radius_m,
        statuts=tuple(statuts),
        types=tuple((column, tuple(values)) for column, values in types.items() if values),
        surface_m2=surface_m2 or None,
        station_m=station_m or None,
        line_m=line_m or None,
    )
    return filters, maille, basemap


def _distance(source_id: str, label: str, *, key: str, said: str = "") -> int:
    """Ask for a largest distance, if the territory has the source; any without it."""
    source = current().sources[source_id]
    if source.absente:
        return ANY
    covered = scope(source, current().commune_names)
    return st.selectbox(
        label,
        DISTANCES_M,
        format_func=_at_most,
        key=key,
        bind="query-params",
        help=f"{said}La source couvre : {covered}",
    )


def _zone(value: str) -> str:
    return brownfields.ZONES.get(value, value)


def _at_most(value: int) -> str:
    return f"Au plus {entier(value)} m" if value else "Toutes"


def _figures(
    verified: gpd.GeoDataFrame, potential: gpd.GeoDataFrame, *, with_unchecked: bool, vintage: str
) -> None:
    with st.container(horizontal=True):
        st.metric(
            "Sites vérifiés",
            entier(len(verified)),
            border=True,
            help="Ceux que le Cerema dit friches avec ou sans projet ; les friches potentielles n'ont pas été vérifiées",
        )
        st.metric(
            "Unités foncières vérifiées",
            entier(len(merged(verified))),
            border=True,
            help="Les sites qui partagent une parcelle cadastrale, directement ou par un autre site, n'en font qu'une",
        )
        st.metric("Surface vérifiée", surface(merged_surface_m2(verified)), border=True)
        if with_unchecked:
            st.metric("Sites potentiels, non vérifiés", entier(len(potential)), border=True)
            st.metric("Surface potentielle, non vérifiée", surface(merged_surface_m2(potential)), border=True)
    if verified.empty and potential.empty:
        return
    if not verified.empty and not potential.empty:
        both_m2 = merged_surface_m2(gpd.GeoDataFrame(pd.concat([verified, potential])))
        shared_m2 = merged_surface_m2(verified) + merged_surface_m2(potential) - both_m2
        _note(
            f"Les surfaces vérifiée et potentielle ne s'additionnent pas : elles ont {surface(shared_m2)} en commun, et font "
            f"ensemble {surface(both_m2)}."
        )
    shown = len(verified) + len(potential)
    unknown = {
        title: int(
            (verified[column] == brownfields.UNKNOWN).sum() + (potential[column] == brownfields.UNKNOWN).sum()
        )
        for title, column in (("le type", "site_type"), ("la pollution du sol", "sol_pollution_existe"))
    }
    said = " et ".join(
        f"{title} est « inconnu » pour {entier(count)} ({part(count / shown, digits=0)})"
        for title, count in unknown.items()
    )
    _note(
        f"Sur {pluriel(shown, 'site affiché', 'sites affichés')}, {said}, selon l'inventaire du {vintage} lui-même."
    )


def _out_of_reach(sites: gpd.GeoDataFrame, filters: Filters) -> None:
    """Say how many sites a filter on distance hides because their commune is outside its source."""
    if filters.station_m is None and filters.line_m is None:
        return
    bare = Filters(**{**vars(filters), "station_m": None, "line_m": None})
    before = brownfields.select(sites, bare)
    hidden = (filters.station_m is not None) & before["distance_station_m"].isna() | (
        filters.line_m is not None
    ) & before["distance_ligne_m"].isna()
    if hidden.any():
        _note(
            f"{pluriel(int(hidden.sum()), 'site est', 'sites sont')} hors périmètre "
            "des sources de transport : la distance y est inconnue et ces filtres ne les retiennent pas."
        )


def _rows(sites: gpd.GeoDataFrame, filters: Filters, maille: str, which: str, *, key: str) -> None:
    names, catalogue = current().commune_names, current().sources
    place = names[filters.commune] if filters.commune else current().everywhere
    frame, fields, title = (
        (brownfields.by_unit(sites), brownfields.UNIT_FIELDS, "Unités foncières")
        if maille == BY_UNIT
        else (sites, brownfields.SITE_FIELDS, "Sites")
    )
    table.show(
        frame, fields, sources=catalogue, caption=f"{title}, friches {which}, {place}", key=f"friches-{key}"
    )
    context = Context.of(
        [catalogue[source_id] for source_id in USED],
        filters=filters.described(names),
        subject=f"friches {which} {maille.lower()}",
        place=place,
    )
    written = brownfields.UNIT_FILE_FIELDS if maille == BY_UNIT else fields
    downloads.show(frame, written, context=context, key=f"export-{key}")


def _how_surfaces_add_up(version: str, vintage: str) -> None:
    raw_m2, merged_m2, identical_m2 = _surfaces(version)
    _note(
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


def _note(text: str) -> None:
    st.html(f'<p class="atlas-note">{escaped(text)}</p>')
