"""View "Locaux en pied d'immeuble": import, quality, filters, map, tables; what is public until then."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Final

import geopandas as gpd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from facts.snapshot import current
from geo.premises import FREE
from loaders import premises as inventories
from loaders.brought import addresses, premises_template
from loaders.brought.premises_schema import OUTSIDE_QPV
from maps.spec import MapSpec, SessionObjects
from pages.foncier import candidates_view, premises, public
from pages.foncier.premises import BANNER, Filters, Imported
from ui import choices, html, mapview, page, reading, rows
from ui.choices import Where
from ui.html import prose
from ui.page import fragment
from words import clock
from words.formats import entier

TITLE: Final = "Foncier : friches et locaux"
OBJECTS: Final = "locaux-carte"
_CSV: Final = "text/csv; charset=utf-8"
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_EXAMPLES: Final = "Deux lignes d'exemple, marquées fictives, à remplacer ; une feuille décrit chaque colonne"
#: What helps to write an inventory: label, key, name and kind of the file, what makes it, what it is.
TEMPLATES: Final = (
    ("Modèle à remplir (XLSX)", "modele-xlsx", "modele_inventaire_locaux.xlsx", _XLSX, premises_template.to_xlsx, _EXAMPLES),
    ("Modèle à remplir (CSV)", "modele-csv", "modele_inventaire_locaux.csv", _CSV, premises_template.to_csv, None),
    ("Notice des colonnes (CSV)", "modele-notice", "notice_inventaire_locaux.csv", _CSV, premises_template.notes_to_csv, None),
)  # fmt: skip
PUBLIC: Final = ("qpv", "indicateurs", "social")


def show(heading: DeltaGenerator) -> None:
    """Show the view."""
    banner = st.container(key="bandeau-fictif")
    _import()
    owned = premises.PARC.held()
    mapview.hand(*_handed(owned))
    # What a filter changes runs alone, in a fragment: the objects of the map are neither made nor sent again.
    if owned is None:
        _public(heading)
    else:
        if owned.fictional:
            with banner:
                html.show(
                    '<p class="atlas-fictif" role="note"><strong>{{ banner }}</strong>{{ said|t }}</p>',
                    banner=BANNER,
                    said=" : locaux inventés pour essayer la page. Aucun n’entre dans un total, chaque ligne exportée le dit.",
                )
        _inventory(heading, owned)


def _handed(owned: Imported | None) -> list[SessionObjects]:
    """Give the objects of the session that the map may show."""
    found = candidates_view.layers(candidates_view.of_session(Where()))
    own = [_objects(owned)] if owned else []
    return own + [layer.session for layer in found if layer.session is not None]


def _import() -> None:
    fault, owned = premises.PARC.fault(), premises.PARC.held()
    with st.expander("Importer un inventaire de locaux", expanded=owned is None, key="locaux-import"):
        st.caption(
            "Le fichier reste dans votre session : il n'est ni enregistré ni partagé, et disparaît avec elle. CSV, XLSX ou "
            f"GeoPackage, {premises.MAX_MB} Mo au plus. Les lignes que l'atlas ne peut pas placer sont écartées et listées."
        )
        with st.container(horizontal=True):
            for label, key, name, kind, make, said in TEMPLATES:
                st.download_button(
                    label, make, file_name=name, mime=kind, key=key, on_click="ignore", help=said
                )
        st.checkbox(
            "Placer par leur adresse les lignes sans coordonnées",
            key=premises.GEOCODE,
            help=f"Ces adresses, {addresses.MAX_ADDRESSES} au plus, sont envoyées au service d'adresses de l'IGN (data.geopf.fr) ; une "
            "réponse peu sûre laisse la ligne de côté, et chaque position trouvée est dite « à vérifier »",
        )
        st.file_uploader(
            "Inventaire de locaux (CSV, XLSX ou GeoPackage)",
            type=["csv", "xlsx", "gpkg"],
            key=premises.PARC.uploader_key(),
            on_change=premises.PARC.take,
            max_upload_size=premises.MAX_MB,
        )
        with st.container(horizontal=True):
            st.button(
                "Essayer avec des données fictives",
                key="locaux-fictifs",
                on_click=premises.take_fictional,
                help="Un petit inventaire inventé, sous un bandeau permanent",
            )
            st.button(
                "Retirer l'inventaire",
                key="locaux-retirer",
                on_click=premises.PARC.forget,
                disabled=owned is None,
            )
    if fault:
        st.error(prose(fault))


def _map(
    spec: MapSpec, here: Where, words: Mapping[str, str], *, key: str, subject: str, owned: Imported | None
) -> None:
    """Draw a map, with the candidates that have a position, and offer it as a file."""
    found = candidates_view.of_session(here)
    candidates = candidates_view.layers(found)
    own = [owned.source] if owned else []
    if found is not None and candidates:
        own.append(found.source)
    mapview.with_sources(
        replace(spec, layers=[*spec.layers, *candidates]),
        key=key,
        subject=subject,
        place=here.name,
        filters=words,
        used=PUBLIC if owned is None else ("qpv",),
        own=own,
        on_click=here.follow,
    )


def _ask(rows: gpd.GeoDataFrame) -> tuple[Filters, str]:
    """Ask for the filters on an inventory, and for the basemap."""
    with choices.row():
        here, basemap = choices.where(), choices.basemap()
        disponibilite = choices.one_of(
            premises.AVAILABILITIES, key="disponibilite", label="Disponibilité", none=premises.ANY
        )
    with choices.row("filtres-locaux"):
        # Names of landlords come from the user's file: they are not written into the address.
        landlords = sorted(rows["bailleur"].dropna().unique())
        values = {
            "bailleur": st.multiselect("Bailleurs", landlords, placeholder="Tous", key="bailleurs"),
            "usage": choices.several("Usages", premises.USAGES, key="usages"),
            "statut": choices.several("Statuts", premises.STATUTS, key="statuts-locaux"),
        }
    return Filters(here, values, disponibilite), basemap


@fragment
def _inventory(heading: DeltaGenerator, owned: Imported) -> None:
    filters, basemap = _ask(owned.rows)
    here, kept = filters.here, premises.select(owned.rows, filters)
    words = filters.described | ({"nature": BANNER} if owned.fictional else {})
    with heading:
        page.header(TITLE, premises.finding(kept, owned, today=clock.today()), words)
    _figures(kept, owned)

    st.header("Carte des locaux", anchor=False)
    subject = "locaux donnees fictives" if owned.fictional else "locaux en pied d'immeuble"
    spec = premises.spec(kept, owned, here, objects=_objects(owned), basemap=basemap)
    _map(spec, here, words, key="carte-locaux", subject=f"carte {subject}", owned=owned)
    about = partial(rows.about, [owned.source], place=here.name, filters=words)
    st.header("Les mêmes locaux en tableau", anchor=False)
    rows.show(
        kept,
        premises.marked(kept, premises.FIELDS),
        about(subject=subject),
        caption=f"{owned.mark}Locaux de l'inventaire importé, {here.name}",
        key="locaux-tableau",
        files_key="export-locaux",
    )
    _totals(kept, owned, here, words)
    _quality(owned)
    candidates_view.show(here)


def _objects(owned: Imported) -> SessionObjects:
    """Give the map's objects of the inventory, made once per inventory and kept in the session."""
    made: tuple[Imported, SessionObjects] | None = st.session_state.get(OBJECTS)
    if made is None or made[0] is not owned:
        made = st.session_state[OBJECTS] = (owned, premises.session_objects(owned))
    return made[1]


def _figures(kept: gpd.GeoDataFrame, owned: Imported) -> None:
    real = inventories.real(kept)
    shown = [("Locaux FICTIFS affichés", entier(len(kept) - len(real)))] if len(kept) > len(real) else []
    if not owned.fictional or len(real):
        shown += [
            ("Locaux affichés", entier(len(real))),
            ("Disponibles aujourd'hui", entier(int(real["disponibilite"].eq(FREE).sum()))),
            ("Dans un QPV", entier(int(real["code_qp"].ne(OUTSIDE_QPV).sum()))),
        ]
    html.figures(*shown)


def _totals(kept: gpd.GeoDataFrame, owned: Imported, here: Where, words: Mapping[str, str]) -> None:
    st.header("Totaux par QPV et par commune", anchor=False)
    if owned.fictional and inventories.real(kept).empty:
        html.note(
            "Aucun total : tous les locaux affichés sont fictifs, et un local fictif n’entre dans aucun total."
        )
        return
    st.caption(
        "Les locaux de l'inventaire qui répondent aux filtres, sans les fictifs. Hors des communes où l'inventaire liste un "
        "local, il ne dit rien : ce n'est pas un zéro."
    )
    about = partial(rows.about, [owned.source, "qpv"], place=here.name, filters=words)
    rows.show(
        premises.per_qpv(here.qpv, kept, owned.source),
        premises.QPV_FIELDS,
        about(subject="locaux par qpv"),
        caption="Locaux par QPV",
        key="locaux-qpv",
        target=rows.TO_QPV,
    )
    rows.show(
        premises.per_commune(here.communes, kept, owned.source),
        premises.TOWN_FIELDS,
        about(subject="locaux par commune"),
        caption="Locaux par commune",
        key="locaux-communes",
        target=rows.TO_COMMUNE,
    )


def _quality(owned: Imported) -> None:
    st.header("Qualité de l'inventaire", anchor=False)
    html.note(f"« {owned.name} » : {reading.counted(owned.source)}. {' '.join(owned.notes)}")
    if owned.faults.empty:
        html.note(reading.NOTHING)
        return
    about = partial(rows.about, [owned.source], place=owned.name)
    rows.show(
        owned.faults.rename_axis("numero"),
        reading.FAULTS,
        about(
            subject="locaux constats donnees fictives" if owned.fictional else "locaux constats",
            filters="constats de lecture",
        ),
        caption=f"{owned.mark}Ce qui a été trouvé, ligne par ligne",
        key="locaux-fautes",
    )
    context = about(subject="locaux lignes écartées", filters="lignes écartées")
    reading.set_aside(*premises.set_aside_of(owned), context, key="export-ecartees")


@fragment
def _public(heading: DeltaGenerator) -> None:
    source = current().sources["social"]
    with choices.row():
        here, basemap = choices.where(), choices.basemap()
    shown = public.per_qpv(here.qpv.loc[[here.found]] if here.found else here.qpv, current())
    social = current().layers["social"]
    if here.commune is not None:
        social = social[social["code_insee"] == here.commune]
    with heading:
        page.header(TITLE, public.finding(shown), here.described)

    st.header("Logements sociaux" if source.absente else "Logements et équipements sociaux", anchor=False)
    what = "des QPV" if source.absente else "des QPV et des équipements sociaux"
    drawn = public.spec(shown, social, here, titre=f"Carte {what}, {here.name}", basemap=basemap)
    _map(drawn, here, here.described, key="carte-social", subject=f"carte {what}", owned=None)
    if not source.absente:
        said = f"Équipements sociaux : {source.origine}. {source.limites}"
        st.caption(prose(said))
    about = partial(rows.about, place=here.name, filters=here.described)
    rows.show(
        shown,
        public.qpv_fields(source.millesime),
        about(PUBLIC, subject="logements sociaux par qpv"),
        caption=f"Logements sociaux par QPV, {here.name}",
        key="public-qpv",
        target=rows.TO_QPV,
    )
    rows.show(
        public.per_commune(here.communes, current()),
        public.town_fields(source.millesime),
        about(PUBLIC, subject="logements sociaux par commune"),
        caption=f"Logements sociaux par commune, {here.name}",
        key="public-communes",
        target=rows.TO_COMMUNE,
    )
    if not source.absente and (here.commune is None or source.covers([here.commune])):
        rows.show(
            social,
            public.SOCIAL_FIELDS,
            about([source], subject=f"équipements sociaux {source.millesime}"),
            caption=f"Équipements sociaux, {source.millesime}",
            key="public-social",
        )
    elif not source.absente:
        html.note(f"Équipements sociaux : {here.name} est hors périmètre de la source.")
    candidates_view.show(here)
