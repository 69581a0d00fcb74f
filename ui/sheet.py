"""One place's figures, one under the other, each with its source and vintage."""

from collections.abc import Mapping, Sequence

import pandas as pd

from facts.fields import Field, present, stated
from facts.standing import origin
from loaders.catalogue import Source
from ui import html
from words.formats import figure
from words.missing import REASONS


def show(
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
