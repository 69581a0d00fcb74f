"""Filters on the columns of a layer that a visitor brings: values, range of numbers or days, words."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import pandas as pd
import streamlit as st

from loaders.own_layer import Column
from ui import choices
from ui.markdown import plain
from ui.own_layers import Held
from words.folding import fold
from words.formats import date, decimal

#: A column of more distinct texts is searched, not listed.
MOST_VALUES: Final = 60


@dataclass(frozen=True)
class Condition:
    """A filter on one column.

    Attributes
    ----------
    low, high
        Least and greatest number or day kept, None for no limit.
    words
        Text that the cell must hold, whatever the case and the accents; "" for no such limit.
    """

    column: Column
    values: tuple[str, ...] = ()
    low: float | dt.date | None = None
    high: float | dt.date | None = None
    words: str = ""

    @property
    def is_set(self) -> bool:
        """Whether it limits anything."""
        return bool(self.values or self.words) or self.low is not None or self.high is not None

    def mask(self, rows: gpd.GeoDataFrame) -> pd.Series:
        """Tell which rows answer to it.

        Parameters
        ----------
        rows
            Objects with the column.

        Returns
        -------
        Series
            False where the cell is empty.
        """
        cells = rows[self.column.name]
        kept = cells.notna()
        if self.values:
            kept &= cells.isin(self.values)
        if self.words:
            wanted = " ".join(fold(self.words))
            kept &= cells.map(lambda text: isinstance(text, str) and wanted in " ".join(fold(text))).astype(
                bool
            )
        if self.low is not None:
            kept &= cells >= _bound(self.low)
        if self.high is not None:
            kept &= cells <= _bound(self.high)
        return kept

    def said(self) -> str:
        """Say the filter in words."""
        parts = [", ".join(self.values)] if self.values else []
        parts += [f"contient « {self.words} »"] if self.words else []
        parts += [f"à partir de {_spoken(self.low)}"] if self.low is not None else []
        parts += [f"jusqu’à {_spoken(self.high)}"] if self.high is not None else []
        return " ; ".join(parts)


def select(rows: gpd.GeoDataFrame, conditions: Sequence[Condition]) -> gpd.GeoDataFrame:
    """Keep the objects that answer to all the filters."""
    for condition in conditions:
        if condition.is_set:
            rows = rows[condition.mask(rows)]
    return rows


def described(conditions: Sequence[Condition]) -> dict[str, str]:
    """Say the filters in words, for files and paper.

    Returns
    -------
    dict of str to str
        Title of the column to value, those in force only.
    """
    return {condition.column.title: condition.said() for condition in conditions if condition.is_set}


def ask(one: Held) -> tuple[Condition, ...]:
    """Ask by which columns a layer is filtered, and how.

    Returns
    -------
    tuple of Condition
        One per column chosen; nothing of it goes into the address.
    """
    columns = {column.name: column for column in one.own.columns if one.rows[column.name].notna().any()}
    if not columns:
        return ()
    chosen = st.multiselect(
        plain(f"Colonnes de « {one.title} » par lesquelles filtrer"),
        list(columns),
        format_func=lambda name: columns[name].title,
        placeholder="Aucune",
        key=f"{one.layer_id}-{one.objects.version}-colonnes",
        help="Un objet dont la case est vide est masqué dès que sa colonne est filtrée",
    )
    return tuple(_ask(one, columns[name]) for name in chosen)


def _ask(one: Held, column: Column) -> Condition:
    key, cells = f"{one.layer_id}-{one.objects.version}-{column.name}", one.rows[column.name].dropna()
    title = plain(column.title)
    if column.sort == "texte":
        values = cells.unique()
        if len(values) > MOST_VALUES:
            words = st.text_input(f"{title} : contient", key=key)
            return Condition(column, words=(words or "").strip())
        return Condition(
            column,
            values=tuple(st.multiselect(title, sorted(values), placeholder="Toutes les valeurs", key=key)),
        )
    with choices.row(None):
        if column.sort == "date":
            first, last = cells.min().date(), cells.max().date()
            dates = [
                st.date_input(
                    f"{title} : {way}",
                    value=None,
                    min_value=first,
                    max_value=last,
                    format="DD/MM/YYYY",
                    key=f"{key}-{way}",
                )
                for way in ("à partir du", "jusqu’au")
            ]
            low_day, high_day = (day if isinstance(day, dt.date) else None for day in dates)
            return Condition(column, low=low_day, high=high_day)
        bounds = (float(cells.min()), float(cells.max()))
        low, high = (
            st.number_input(
                f"{title} : {way}", value=None, placeholder=f"{edge:g}".replace(".", ","), key=f"{key}-{way}"
            )
            for way, edge in zip(("à partir de", "jusqu’à"), bounds, strict=True)
        )
    return Condition(column, low=low, high=high)


def _bound(limit: float | dt.date) -> float | pd.Timestamp:
    return pd.Timestamp(limit) if isinstance(limit, dt.date) else limit


def _spoken(limit: float | dt.date) -> str:
    return date(limit) if isinstance(limit, dt.date) else decimal(limit)
