"""The buttons that take a page's rows away, with where they come from."""

from collections.abc import Sequence
from functools import partial

import geopandas as gpd
import pandas as pd
import streamlit as st

from exports.context import Context
from exports.fields import Field
from exports.tables import to_csv, to_geojson


def show(frame: pd.DataFrame, fields: Sequence[Field], *, context: Context, key: str) -> None:
    """Offer the rows as CSV for Excel, as plain CSV and, if they have a geometry, as GeoJSON.

    Parameters
    ----------
    frame
        The rows shown, all pages, indexed by the official id.
    fields
        The columns to write.
    context
        Where the rows come from and how they were filtered; it names the files.
    key
        Name of the buttons in the session, unique on their page.
    """
    kept = tuple(fields)
    empty = frame.empty
    with st.container(horizontal=True):
        st.download_button(
            "CSV pour Excel",
            partial(to_csv, frame, context=context, fields=kept),
            file_name=context.filename("csv"),
            mime="text/csv; charset=utf-8",
            key=f"{key}-csv-excel",
            help="Séparateur point-virgule, virgule décimale, titres en français",
            on_click="ignore",
            disabled=empty,
        )
        st.download_button(
            "CSV brut",
            partial(to_csv, frame, context=context, fields=kept, plain=True),
            file_name=context.filename("brut.csv"),
            mime="text/csv; charset=utf-8",
            key=f"{key}-csv",
            help="Séparateur virgule, point décimal, UTF-8, noms de colonnes techniques",
            on_click="ignore",
            disabled=empty,
        )
        if isinstance(frame, gpd.GeoDataFrame):
            st.download_button(
                "GeoJSON",
                partial(to_geojson, frame, context=context, fields=kept),
                file_name=context.filename("geojson"),
                mime="application/geo+json",
                key=f"{key}-geojson",
                help="Pour un logiciel de cartographie, coordonnées WGS 84",
                on_click="ignore",
                disabled=empty,
            )
