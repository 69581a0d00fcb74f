"""Where the figures of a page come from, from when, and where they apply."""

import datetime as dt
from functools import lru_cache
from html import escape

import streamlit as st

from facts.attribution import line
from facts.snapshot import current
from loaders.catalogue import Source
from ui import freshness
from words import clock
from words.formats import typographie


def note(*source_ids: str) -> None:
    """Write one line per source under a map or a table.

    Parameters
    ----------
    *source_ids
        Ids of the catalogue, in the order to show.

    Raises
    ------
    KeyError
        If the catalogue does not hold one of them: nothing is shown without its source.
    """
    sources, names = current().sources, current().commune_names
    today = clock.today()
    used = [sources[source_id] for source_id in dict.fromkeys(source_ids) if not sources[source_id].absente]
    items = "".join(_item(source, tuple(names.items()), today) for source in used)
    st.html(f'<ul class="atlas-sources">{items}</ul>')


@lru_cache(maxsize=128)
def _item(source: Source, names: tuple[tuple[str, str], ...], today: dt.date) -> str:
    said = f"{line(source, dict(names))}{typographie(f' ; donnée {freshness.origin(source, on=today)}')}"
    return f"<li>{escape(said)}</li>"
