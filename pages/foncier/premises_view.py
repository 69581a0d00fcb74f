"""View "Locaux en pied d'immeuble": import, quality, filters, map, tables; what is public until then."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import geopandas as gpd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from exports.context import Context
from facts.attribution import line
from facts.snapshot import current
from geo.premises import FREE
from geo.scope import in_scope
from loaders import premises as reading
from loaders.brought import addresses, premises_template
from loaders.brought.premises_schema import OUTSIDE_QPV
from maps.spec import MapSpec, SessionObjects
from pages.foncier import candidates_view, premises, public, session
from pages.foncier.premises import BANNER, Filters, Imported
from ui import choices, downloads, mapview, page, sources, table
from ui.markdown import plain
from words import clock, formats

TITLE: Final = "Foncier : friches et locaux"
OBJECTS: Final = "locaux-carte"
#: Where the rows of the totals lead.
QUARTIER: Final = "quartier?qpv="
COMMUNE: Final = "commune?commune="
PUBLIC: Final = ("qpv", "indicateurs", "social")


def show(heading: DeltaGenerator) -> None:
    """Show the view."""
    banner = st.container(key="bandeau-fictif")
    _import()
    owned = session.inventory()
    mapview.hand(*_handed(owned))
    # What a filter changes runs alone, in a fragment: the objects of the map are neither made nor sent again.
    if owned is None:
        _public(heading)
    else:
        if owned.fictional:
            banner.html(
                f'<p class="atlas-fictif" role="note"><strong>{BANNER}</strong> : locaux inventés pour essayer la page. '
                "Aucun n’entre dans un total, chaque ligne exportée le dit.</p>"
            )
        _inventory(heading, owned)


def _handed(owned: Imported | None) -> list[SessionObjects]:
    """Give the objects of the session that the map may show."""
    found = candidates_view.layers(candidates_view.of_session(Filters(commune=None, qpv=None)))
    own = [_objects(owned)] if owned else []
    return own + [layer.session for layer in found if layer.session is not None]


def _candidates(filters: Filters) -> None:
    # The filters on premises are not on candidates.
    places = Filters(commune=filters.commune, qpv=filters.qpv)
    candidates_view.show(candidates_view.of_session(places), places, place=_named(places))


def _import() -> None:
    fault, owned = st.session_state.get(session.FAULT), session.inventory()
    with st.expander("Importer un inventaire de locaux", expanded=owned is None, key="locaux-import"):
        st.caption(
            "Le fichier reste dans votre session : il n'est ni enregistré ni partagé, et disparaît avec elle. CSV, XLSX ou "
            f"GeoPackage, {session.MAX_MB} Mo au plus. Les lignes que l'atlas ne peut pas placer sont écartées et listées."
        )
        with st.container(horizontal=True):
            st.download_button(
                "Modèle à remplir (XLSX)",
                premises_template.to_xlsx,
                file_name="modele_inventaire_locaux.xlsx",
                mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                key="modele-xlsx",
                on_click="ignore",
                help="Deux lignes d'exemple, marquées fictives, à remplacer ; une feuille décrit chaque colonne",
            )
            st.download_button(
                "Modèle à remplir (CSV)",
                premises_template.to_csv,
                file_name="modele_inventaire_locaux.csv",
                mime="text/csv; charset=utf-8",
                key="modele-csv",
                on_click="ignore",
            )
            st.download_button(
                "Notice des colonnes (CSV)",
                premises_template.notes_to_csv,
                file_name="notice_inventaire_locaux.csv",
                mime="text/csv; charset=utf-8",
                key="modele-notice",
                on_click="ignore",
            )
        st.checkbox(
            "Placer par leur adresse les lignes sans coordonnées",
            key=session.GEOCODE,
            help=f"Ces adresses, {addresses.MAX_ADDRESSES} au plus, sont envoyées au service d'adresses de l'IGN (data.geopf.fr) ; une "
            "réponse peu sûre laisse la ligne de côté, et chaque position trouvée est dite « à vérifier »",
        )
        st.file_uploader(
            "Inventaire de locaux (CSV, XLSX ou GeoPackage)",
            type=["csv", "xlsx", "gpkg"],
            key=session.uploader_key(),
            on_change=session.take_upload,
            max_upload_size=session.MAX_MB,
        )
        with st.container(horizontal=True):
            st.button(
                "Essayer avec des données fictives",
                key="locaux-fictifs",
                on_click=session.take_fictional,
                help="Un petit inventaire inventé, sous un bandeau permanent",
            )
            st.button(
                "Retirer l'inventaire", key="locaux-retirer", on_click=session.forget, disabled=owned is None
            )
    if fault:
        st.error(plain(formats.typographie(fault)))


def _places(frame: gpd.GeoDataFrame, communes: Mapping[str, str]) -> tuple[str | None, str | None, str]:
    """Ask for the commune, the QPV and the basemap."""
    commune = choices.commune(communes)
    shown = frame if commune is None else frame[in_scope(frame["communes"], [commune])]
    return commune, choices.qpv(shown), choices.basemap()


def _named(filters: Filters) -> str:
    return current().commune_names[filters.commune] if filters.commune else current().everywhere


def _map(spec: MapSpec, filters: Filters, *, key: str, subject: str, owned: Imported | None = None) -> None:
    """Draw a map, with the candidates that have a position, and offer it as a file."""
    found = candidates_view.of_session(filters)
    candidates = candidates_view.layers(found)
    drawn = replace(spec, layers=[*spec.layers, *candidates])
    known = {code for shown in drawn.layers if shown.layer_id == "qpv" for code in shown.ids or ()}
    mapview.show(drawn, key=key, on_click=lambda clicked: _choose(clicked, known))
    own = [owned.source] if owned else []
    if found is not None and candidates:
        own.append(found.source)
    words = filters.described(current().commune_names, dict(current().qpv["lib_qp"]))
    if owned is not None and owned.fictional:
        words |= {"nature": BANNER}
    downloads.show_map(
        drawn, subject=subject, place=_named(filters), filters=words, key=f"{key}-html", own=own
    )
    sources.note(*PUBLIC if owned is None else ("qpv",))
    lines = "".join(f"<li>{formats.escaped(line(source, current().commune_names))}</li>" for source in own)
    if lines:
        st.html(f'<ul class="atlas-sources">{lines}</ul>')


@st.fragment
def _inventory(heading: DeltaGenerator, owned: Imported) -> None:
    names, qpv, rows = current().commune_names, current().qpv, owned.rows
    today = clock.today()
    with st.container(horizontal=True, vertical_alignment="bottom", key="filtres"):
        commune, chosen, basemap = _places(qpv, names)
        disponibilite = st.selectbox(
            "Disponibilité",
            [None, *premises.AVAILABILITIES],
            format_func=lambda value: premises.AVAILABILITIES[value] if value else premises.ANY,
            key="disponibilite",
            bind="query-params",
        )
    with st.container(horizontal=True, vertical_alignment="bottom", key="filtres-locaux"):
        # Names of landlords come from the user's file: they are not written into the address.
        bailleurs = st.multiselect(
            "Bailleurs", sorted(rows["bailleur"].dropna().unique()), placeholder="Tous", key="bailleurs"
        )
        usages = st.multiselect(
            "Usages", premises.USAGES, placeholder="Tous", key="usages", bind="query-params"
        )
        statuts = st.multiselect(
            "Statuts", premises.STATUTS, placeholder="Tous", key="statuts-locaux", bind="query-params"
        )
    filters = Filters(
        commune=commune,
        qpv=chosen,
        bailleurs=tuple(bailleurs),
        usages=tuple(usages),
        statuts=tuple(statuts),
        disponibilite=disponibilite,
    )
    kept = premises.select(rows, filters)
    words = filters.described(names, dict(qpv["lib_qp"])) | ({"nature": BANNER} if owned.fictional else {})
    place = _named(filters)
    with heading:
        page.header(TITLE, premises.finding(kept, owned, today=today))
        page.on_paper(words)
    _figures(kept, owned)

    st.header("Carte des locaux", anchor=False)
    shown = qpv if commune is None else qpv[[commune in codes for codes in qpv["communes"]]]
    subject = "locaux donnees fictives" if owned.fictional else "locaux en pied d'immeuble"
    _map(
        premises.spec(kept, owned, shown, filters=filters, objects=_objects(owned), basemap=basemap),
        filters,
        key="carte-locaux",
        subject=f"carte {subject}",
        owned=owned,
    )
    names_of_sources = current().sources | {owned.source.source_id: owned.source}

    st.header("Les mêmes locaux en tableau", anchor=False)
    mark = f"{BANNER}, " if owned.fictional else ""
    table.show(
        kept,
        premises.marked(kept, premises.FIELDS),
        sources=names_of_sources,
        caption=f"{mark}Locaux de l'inventaire importé, {place}",
        key="locaux-tableau",
    )
    context = Context.of([owned.source], filters=words, subject=subject, place=place)
    downloads.show(kept, premises.marked(kept, premises.FIELDS), context=context, key="export-locaux")
    _totals(kept, owned, shown, words, commune=commune)
    _quality(owned)
    _candidates(filters)


def _choose(found: dict[str, str], codes: set[str]) -> None:
    if found.get("couche") == "qpv" and found.get("id") in codes:
        st.session_state["qpv"] = found["id"]


def _objects(owned: Imported) -> SessionObjects:
    """Give the map's objects of the inventory, made once per inventory and kept in the session."""
    kept = st.session_state.get(OBJECTS)
    if not isinstance(kept, SessionObjects) or kept.version != owned.version:
        kept = st.session_state[OBJECTS] = premises.session_objects(owned)
    return kept


def _figures(kept: gpd.GeoDataFrame, owned: Imported) -> None:
    real = reading.real(kept)
    invented = len(kept) - len(real)
    with st.container(horizontal=True):
        if invented:
            st.metric("Locaux FICTIFS affichés", formats.entier(invented), border=True)
        if not owned.fictional or len(real):
            free = int(real["disponibilite"].eq(FREE).sum())
            inside = int(real["code_qp"].ne(OUTSIDE_QPV).sum())
            st.metric("Locaux affichés", formats.entier(len(real)), border=True)
            st.metric("Disponibles aujourd'hui", formats.entier(free), border=True)
            st.metric("Dans un QPV", formats.entier(inside), border=True)


def _totals(
    kept: gpd.GeoDataFrame,
    owned: Imported,
    qpv: gpd.GeoDataFrame,
    words: Mapping[str, str],
    *,
    commune: str | None,
) -> None:
    st.header("Totaux par QPV et par commune", anchor=False)
    if owned.fictional and reading.real(kept).empty:
        st.html(
            '<p class="atlas-note">Aucun total : tous les locaux affichés sont fictifs, et un local fictif n’entre dans aucun total.</p>'
        )
        return
    st.caption(
        "Les locaux de l'inventaire qui répondent aux filtres, sans les fictifs. Hors des communes où l'inventaire liste un "
        "local, il ne dit rien : ce n'est pas un zéro."
    )
    catalogue = current().sources | {owned.source.source_id: owned.source}
    used = [owned.source, catalogue["qpv"]]
    communes = current().communes if commune is None else current().communes.loc[[commune]]
    place = current().commune_names[commune] if commune else current().everywhere
    for frame, fields, title, key, target in (
        (premises.per_qpv(qpv, kept, owned.source), premises.QPV_FIELDS, "Locaux par QPV", "qpv", QUARTIER),
        (
            premises.per_commune(communes, kept, owned.source),
            premises.TOWN_FIELDS,
            "Locaux par commune",
            "communes",
            COMMUNE,
        ),
    ):
        table.show(frame, fields, sources=catalogue, caption=title, key=f"locaux-{key}", target=target)
        context = Context.of(used, filters=words, subject=title.lower(), place=place)
        downloads.show(frame, fields, context=context, key=f"export-locaux-{key}")


def _quality(owned: Imported) -> None:
    st.header("Qualité de l'inventaire", anchor=False)
    report = owned.source
    st.html(
        f'<p class="atlas-note">« {formats.escaped(owned.name)} » : {formats.pluriel(report.lignes_lues, "ligne lue", "lignes lues")} = '
        f"{formats.pluriel(report.lignes_gardees, 'gardée', 'gardées')} + {formats.pluriel(report.lignes_ecartees, 'écartée', 'écartées')}. "
        f"{formats.escaped(' '.join(owned.notes))}</p>"
    )
    mark = f"{BANNER}, " if owned.fictional else ""
    if owned.faults.empty:
        st.html('<p class="atlas-note">Rien à signaler : chaque ligne a été lue telle quelle.</p>')
        return
    table.show(
        owned.faults,
        premises.FAULT_FIELDS,
        sources={},
        caption=f"{mark}Ce qui a été trouvé, ligne par ligne",
        key="locaux-fautes",
    )
    subject = "locaux constats donnees fictives" if owned.fictional else "locaux constats"
    context = Context.of([owned.source], filters="constats de lecture", subject=subject, place=owned.name)
    downloads.show(
        owned.faults.rename_axis("numero"), premises.FAULT_FIELDS, context=context, key="export-locaux-fautes"
    )
    aside, fields = premises.set_aside_of(owned)
    if aside.empty:
        return
    st.caption("Les lignes écartées, telles que le fichier les donne, avec ce qu'il faut y corriger :")
    context = Context.of(
        [owned.source], filters="lignes écartées", subject="locaux lignes écartées", place=owned.name
    )
    downloads.show(aside, fields, context=context, key="export-ecartees")


@st.fragment
def _public(heading: DeltaGenerator) -> None:
    names, catalogue, qpv = current().commune_names, current().sources, current().qpv
    with st.container(horizontal=True, vertical_alignment="bottom", key="filtres"):
        commune, chosen, basemap = _places(qpv, names)
    filters = Filters(commune=commune, qpv=chosen)
    words = filters.described(names, dict(qpv["lib_qp"]))
    place = _named(filters)
    shown = qpv if commune is None else qpv[[commune in codes for codes in qpv["communes"]]]
    if chosen is not None and chosen in shown.index:
        shown = shown.loc[[chosen]]
    source = catalogue["social"]
    social = current().layers["social"]
    if commune is not None:
        social = social[social["code_insee"] == commune]
    with heading:
        page.header(TITLE, public.finding(_figured(shown)))
        page.on_paper(words)

    st.header("Logements sociaux" if source.absente else "Logements et équipements sociaux", anchor=False)
    rows = _figured(shown)
    communes = current().communes if commune is None else current().communes.loc[[commune]]
    what = "des QPV" if source.absente else "des QPV et des équipements sociaux"
    titre = f"Carte {what}, {place}"
    drawn = public.spec(rows, social, communes, filters=filters, titre=titre, basemap=basemap)
    _map(drawn, filters, key="carte-social", subject=f"carte {what}")
    if not source.absente:
        said = f"Équipements sociaux : {source.producteur}, {source.millesime}. {source.limites}"
        st.caption(plain(formats.typographie(said)))
    used = [catalogue[key] for key in PUBLIC]
    towns = public.per_commune(communes, _figured(qpv), current().layers["social"], source)
    for frame, fields, title, key, target in (
        (rows, public.qpv_fields(source.millesime), "Logements sociaux par QPV", "public-qpv", QUARTIER),
        (
            towns,
            public.town_fields(source.millesime),
            "Logements sociaux par commune",
            "public-communes",
            COMMUNE,
        ),
    ):
        table.show(frame, fields, sources=catalogue, caption=f"{title}, {place}", key=key, target=target)
        context = Context.of(used, filters=words, subject=title.lower(), place=place)
        downloads.show(frame, fields, context=context, key=f"export-{key}")
    if source.absente:
        pass
    elif commune is None or source.covers([commune]):
        title = f"Équipements sociaux, {source.millesime}"
        table.show(social, public.SOCIAL_FIELDS, sources=catalogue, caption=title, key="public-social")
        context = Context.of(
            [source], filters=words, subject=f"équipements sociaux {source.millesime}", place=place
        )
        downloads.show(social, public.SOCIAL_FIELDS, context=context, key="export-public-social")
    else:
        st.html(
            f'<p class="atlas-note">Équipements sociaux : {formats.escaped(place)} est hors périmètre de la source.</p>'
        )
    _candidates(filters)


def _figured(qpv: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    social = current().layers["social"]
    return public.per_qpv(qpv, current().indicators, social, current().sources["social"])
