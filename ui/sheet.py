"""One place's figures, one under the other, each with its source and vintage."""

from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd
import streamlit as st

from facts.fields import Field, present, stated
from loaders.catalogue import Source
from words.formats import figure, typographie
from words.missing import REASONS


def show(
    frame: pd.DataFrame, fields: Sequence[Field], *, sources: Mapping[str, Source], caption: str
) -> None:
    """Show the figures of one place.

    Parameters
    ----------
    fields
        The figures to show, in order.
    sources
        The catalogue, which says where each source applies.
    """
    st.html(to_html(frame, fields, sources=sources, caption=caption))


def to_html(
    frame: pd.DataFrame, fields: Sequence[Field], *, sources: Mapping[str, Source], caption: str
) -> str:
    """Write the figures of one place as a table of three columns: figure, value, source.

    Parameters
    ----------
    fields
        The figures to show, in order.
    sources
        The catalogue, which says where each source applies.
    """
    fields = present(fields, sources)
    values = stated(frame, fields, sources).iloc[0]
    lines = []
    for field in fields:
        text = figure(values[field.column], field.kind)
        source = sources[field.source_id] if field.source_id else None
        origin = f"{source.producteur}, {source.millesime}" if source else ""
        reason = ' class="raison"' if text in REASONS else ""
        note = f' title="{escape(typographie(field.help))}"' if field.help else ""
        lines.append(
            f'<tr><th scope="row"{note}>{escape(typographie(field.title))}</th><td{reason}>{escape(text)}</td>'
            f'<td class="long">{escape(typographie(origin))}</td></tr>'
        )
    return (
        f'<table class="atlas-table atlas-figures"><caption>{escape(typographie(caption))}</caption><thead><tr>'
        '<th scope="col">Donnée</th><th scope="col">Valeur</th><th scope="col">Source et millésime</th>'
        f"</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    )
