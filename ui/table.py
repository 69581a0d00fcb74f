"""The rows of a page as a table that any reader can use: headings, reasons in words, sort, pages.

The table is plain HTML and not `st.dataframe`: the latter draws on a canvas that does not print, sorts French
numbers as text, and carries a toolbar in English whose download forgets where the rows come from.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, urlsplit

import pandas as pd
import streamlit as st
from markupsafe import Markup

from facts.fields import Field, heading, present, stated, values_of
from facts.snapshot import current
from facts.standing import origin
from loaders.catalogue import Source
from ui import html
from words.folding import fold
from words.formats import NUMBERS, REASONS, cell, entier, figure, is_missing, pluriel

PAGE_ROWS: Final = 50
LONG_TEXT: Final = 60
GIVEN_ORDER: Final = "Ordre proposé"
RISING: Final = "Croissant"
FALLING: Final = "Décroissant"


def show(
    frame: pd.DataFrame,
    fields: Sequence[Field],
    *,
    sources: Mapping[str, Source] | None = None,
    caption: str,
    key: str,
    target: str = "",
) -> None:
    """Show the rows fifty at a time, sorted over all of them, every missing figure with its reason.

    Parameters
    ----------
    frame
        All the rows, in the order to show unless the user sorts them.
    fields
        The columns to show; the first names the row.
    sources
        The catalogue, which says where each source applies, None for the data's own; columns of a source that the
        territory lacks are left out.
    caption
        What the rows are, in French: the table's title for every reader, screen readers included.
    """
    if frame.empty:
        html.note(f"{caption} : aucune ligne ne répond à ces filtres.")
        return
    catalogue = current().sources if sources is None else sources
    _pages(frame, present(fields, catalogue), catalogue, caption, key, target)


@st.fragment
def _pages(
    frame: pd.DataFrame,
    fields: tuple[Field, ...],
    sources: Mapping[str, Source],
    caption: str,
    key: str,
    target: str,
) -> None:
    rows = _sorted_by_user(frame, fields, key)
    slot = st.container()
    first = 0
    if len(rows) > PAGE_ROWS:
        # Other rows, or another order, start again at the first page.
        digest = int(pd.util.hash_pandas_object(pd.Index(rows.index), index=False).cumsum().sum())
        page = st.pagination(-(-len(rows) // PAGE_ROWS), key=f"{key}-page-{digest:x}")
        first = (page - 1) * PAGE_ROWS
    slot.html(
        to_html(
            rows.iloc[first : first + PAGE_ROWS],
            fields,
            sources=sources,
            caption=_counted(caption, first, len(rows)),
            target=target,
        )
    )


def ordered(frame: pd.DataFrame, column: str, *, falling: bool = False) -> pd.DataFrame:
    """Sort rows as a French reader would, those without a value last either way.

    Parameters
    ----------
    column
        The column to sort by: numbers by size, texts without regard to accents and capitals.

    Returns
    -------
    pd.DataFrame
        The same rows in another order; equal ones keep theirs.
    """
    positions = range(len(frame))
    keys = [_sort_key(value) for value in values_of(frame, column)]
    if not all(key is None or isinstance(key, list) for key in keys):
        # Among figures, words such as "sans objet" are no value to rank.
        keys = [None if isinstance(key, list) else key for key in keys]
    full = sorted((at for at in positions if keys[at] is not None), key=lambda at: keys[at], reverse=falling)
    return frame.iloc[[*full, *(at for at in positions if keys[at] is None)]]


def to_html(
    frame: pd.DataFrame,
    fields: Sequence[Field],
    *,
    sources: Mapping[str, Source],
    caption: str,
    target: str = "",
) -> Markup:
    """Write a table that screen readers, keyboards and printers understand.

    Parameters
    ----------
    fields
        The columns; the first names the row.
    sources
        The catalogue, which says where each source applies.
    target
        Address of a page of the atlas that takes a row's id, such as "quartier?qpv=": each row's name then links to
        its own; "" for no link.
    """
    fields = present(fields, sources)
    rows = stated(frame, fields, sources)
    links = {field.column for field in fields[1:] if rows[field.column].map(_is_link).any()}
    lines = []
    for label, *values in rows.itertuples(name=None):
        name, *texts = (cell(value, field.kind) for value, field in zip(values, fields, strict=True))
        cells = [
            (
                text,
                _classes(field, text, link=field.column in links),
                urlsplit(text).netloc if _is_link(text) else "",
            )
            for text, field in zip(texts, fields[1:], strict=True)
        ]
        address = target + quote(str(label)) if target else ""
        lines.append((address, name, _classes(fields[0], name), cells))
    return html.html(
        "table.jinja",
        title=caption,
        heads=[(field, _classes(field, "", link=field.column in links)) for field in fields],
        heading=heading,
        lines=lines,
    )


def show_whole(frame: pd.DataFrame, fields: Sequence[Field], *, caption: str, target: str = "") -> None:
    """Show rows all at once and as they come; the parameters are those of `show`."""
    st.html(to_html(frame, fields, sources=current().sources, caption=caption, target=target))


def _sorted_by_user(frame: pd.DataFrame, fields: Sequence[Field], key: str) -> pd.DataFrame:
    titles = {field.title: field for field in fields}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by = st.selectbox("Trier par", [GIVEN_ORDER, *titles], key=f"{key}-tri", width=320)
        if by not in titles:
            return frame
        way = st.segmented_control(
            "Ordre", [RISING, FALLING], default=RISING, required=True, key=f"{key}-ordre"
        )
    return ordered(frame, titles[by].column, falling=way == FALLING)


def _sort_key(value: Any) -> Any:
    if is_missing(value) or (isinstance(value, str) and value in REASONS):
        return None
    if isinstance(value, (list, tuple)):
        value = " ; ".join(map(str, value))
    if isinstance(value, str):
        return fold(value)
    return value


def _counted(caption: str, first: int, count: int) -> str:
    if count <= PAGE_ROWS:
        return f"{caption} ({pluriel(count, 'ligne')})"
    last = min(first + PAGE_ROWS, count)
    return f"{caption} (lignes {entier(first + 1)} à {entier(last)} sur {entier(count)})"


def _classes(field: Field, text: str, *, link: bool = False) -> str:
    names = ["lien"] if link else []
    if field.kind in NUMBERS:
        names.append("nombre")
    if text in REASONS:
        names.append("raison")
    if len(text) > LONG_TEXT:
        names.append("long")
    return " ".join(names)


def _is_link(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("https://")


def show_sheet(
    frame: pd.DataFrame, fields: Sequence[Field], *, sources: Mapping[str, Source], caption: str
) -> None:
    """Show the figures of one place as a table of three columns: figure, value, source.

    Parameters
    ----------
    fields
        The figures to show, in order.
    sources
        The catalogue, which says where each source applies.
    """
    fields = present(fields, sources)
    values = stated(frame, fields, sources).iloc[0]
    texts = [figure(values[field.column], field.kind) for field in fields]
    html.show(
        "sheet.jinja",
        title=caption,
        lines=[
            (field, text, text in REASONS, origin(field, sources))
            for field, text in zip(fields, texts, strict=True)
        ],
    )
