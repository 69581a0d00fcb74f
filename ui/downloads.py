"""The menus that take a page's rows or its map away, with where they come from."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple

import geopandas as gpd
import pandas as pd
import streamlit as st

from exports.context import Context
from exports.html_map import Figures, to_html_map
from exports.qgis import layer_of
from exports.tables import to_csv, to_geojson, to_gpkg, to_xlsx
from facts.fields import Field, present
from facts.snapshot import current
from loaders.catalogue import Source
from maps.spec import MapSpec
from ui import startup
from ui.html import prose
from words.formats import pluriel, typographie

#: How the names of menus and of their lists of files end: the page's style knows them by it.
MENU: Final = "menu"
FILES: Final = "fichiers"
SHEET_HELP: Final = (
    "PDF balisé, lisible par un lecteur d'écran ; il porte ses sources, leurs millésimes et la date du jour"
)
HTML: Final = "text/html; charset=utf-8"


class _Form(NamedTuple):
    """A form that rows take as a file: its name, how keys and files end, what it is for, what makes it."""

    label: str
    key: str
    ending: str
    mime: str
    said: str
    make: Callable[..., bytes]


def show(
    frame: pd.DataFrame,
    fields: Sequence[Field],
    *,
    context: Context,
    key: str,
    layer_id: str | None = None,
    drawn: MapSpec | None = None,
) -> None:
    """Offer the rows in one part that opens: Excel, CSV and, if they have a geometry, GeoPackage and GeoJSON.

    Its buttons follow it in the page, so that they follow it with the keyboard too.

    Parameters
    ----------
    frame
        The rows shown, all pages, indexed by the official id.
    fields
        The columns to write.
    layer_id
        The layer of the maps whose style the rows take; None finds it by their id.
    drawn
        The map of these rows, for rows that have no map on the page; None offers none.
    """
    kept = present(fields, current().sources)
    # Menus of one page are told apart by their names, for those who do not see what stands above.
    label = prose(f"Télécharger : {context.subject}")
    with st.expander(label, key=f"{key}-{MENU}", icon=":material/download:", on_change="rerun") as menu:
        # Half of a page's parts were those of menus that nobody had opened.
        if not menu.open:
            return
        if frame.empty:
            st.caption("Aucune ligne ne répond à ces filtres : rien à télécharger.")
            return
        st.caption(
            typographie(f"{pluriel(len(frame), 'ligne')}, {context.place}. Chaque fichier dit ses sources.")
        )
        with st.container(key=f"{key}-{FILES}"):
            for form in _forms(frame, layer_id, drawn):
                # Made at the click, without running the page again.
                with st.container(gap=None):
                    st.download_button(
                        form.label,
                        partial(form.make, frame, context=context, fields=kept),
                        file_name=context.filename(form.ending),
                        mime=form.mime,
                        key=f"{key}-{form.key}",
                        on_click="ignore",
                        width="stretch",
                    )
                    st.caption(typographie(form.said))


def _forms(frame: pd.DataFrame, layer_id: str | None, drawn: MapSpec | None) -> list[_Form]:
    """List the forms that rows can take: tables, and where they have a place, layers and a map."""
    forms = [
        _Form(
            "Excel (XLSX)",
            "xlsx",
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "Nombres, dates et pourcentages prêts à calculer, une feuille pour les sources",
            to_xlsx,
        ),
        _Form(
            "CSV pour Excel",
            "csv-excel",
            "csv",
            "text/csv; charset=utf-8",
            "Séparateur point-virgule, virgule décimale, titres en français",
            to_csv,
        ),
        _Form(
            "CSV brut",
            "csv",
            "brut.csv",
            "text/csv; charset=utf-8",
            "Séparateur virgule, point décimal, noms de colonnes techniques",
            partial(to_csv, plain=True),
        ),
    ]
    if not isinstance(frame, gpd.GeoDataFrame):
        return forms
    forms += [
        _Form(
            "GeoPackage",
            "gpkg",
            "gpkg",
            "application/geopackage+sqlite3",
            "Pour QGIS, Lambert-93, avec le style de la carte et une table des sources",
            partial(to_gpkg, layer_id=layer_id),
        ),
        _Form(
            "GeoJSON",
            "geojson",
            "geojson",
            "application/geo+json",
            "Pour un autre logiciel de cartographie, WGS\u00a084",
            to_geojson,
        ),
    ]
    if drawn is not None:
        forms.append(
            _Form(
                "Carte (HTML)",
                "carte",
                "html",
                HTML,
                "Un seul fichier, qui s’ouvre dans un navigateur, sans réseau ; chaque objet dit sa ligne",
                partial(_map_of_rows, drawn, layer_id=layer_id),
            )
        )
    return forms


def show_map(
    spec: MapSpec,
    *,
    subject: str,
    place: str,
    filters: Mapping[str, str],
    key: str,
    source_ids: Sequence[str] = (),
    own: Sequence[Source] = (),
) -> None:
    """Offer the map as a page that opens without network.

    Parameters
    ----------
    subject, place
        What it is about and where, in a few words; they name the file.
    """
    ready = startup.ready()
    spec = spec.of(ready.layer_ids)
    catalogue = current().sources.beside(own)
    context = Context.of(
        [catalogue[source_id] for source_id in [*source_ids, *_source_ids(spec)]],
        filters=filters,
        subject=subject,
        place=place,
    )
    st.download_button(
        "Télécharger la carte (HTML)",
        partial(to_html_map, spec, current().layers, context=context, notes=ready.notes),
        file_name=context.filename("html"),
        mime=HTML,
        key=key,
        help=typographie("Un seul fichier, qui s’ouvre dans un navigateur, sans réseau ni fond de carte"),
        on_click="ignore",
    )


def sheet(label: str, make: Callable[[], bytes], *, subject: str, place: str) -> None:
    """Offer a sheet; what it is about and where, in a few words, names its file."""
    context = Context.of([current().sources["qpv"]], subject=subject, place=place)
    st.download_button(
        label,
        make,
        file_name=context.filename("pdf"),
        mime="application/pdf",
        key="fiche-pdf",
        help=SHEET_HELP,
        on_click="ignore",
        icon=":material/picture_as_pdf:",
    )


def _map_of_rows(
    spec: MapSpec, frame: gpd.GeoDataFrame, *, context: Context, fields: Sequence[Field], layer_id: str | None
) -> bytes:
    """Make the map of rows whose objects say what the rows say."""
    ready, catalogue = startup.ready(), current().sources
    spec = spec.of(ready.layer_ids)
    whole = Context.of(
        [*context.sources, *(catalogue[source_id] for source_id in _source_ids(spec))],
        filters=dict(context.criteria) or context.filters,
        subject=context.subject,
        place=context.place,
        date=context.date,
    )
    layer = layer_of(frame, layer_id)
    figures = {layer.layer_id: Figures(frame, fields)} if layer else {}
    return to_html_map(spec, current().layers, context=whole, notes=ready.notes, figures=figures)


def _source_ids(spec: MapSpec) -> list[str]:
    return [source_id for shown in spec.layers for source_id in shown.layer.source_ids]
