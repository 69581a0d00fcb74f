"""Rows as CSV: for a French Excel, or plain."""

import csv
import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from exports import _rows
from exports.context import Context
from facts.fields import Field
from loaders.formats.formulas import neutralised
from words.kinds import Kind


def to_csv(
    frame: pd.DataFrame,
    *,
    context: Context,
    fields: Sequence[Field] | None = None,
    plain: bool = False,
) -> bytes:
    """Write rows as CSV, each with its id, its values and where they come from.

    Parameters
    ----------
    frame
        Rows indexed by their official id, which comes first; a geometry is left out.
    context
        Producer, vintage, licence, attribution, filters and date, repeated on each row so that one copied
        elsewhere keeps them.
    fields
        The columns to write, all of the frame's if None.
    plain
        False writes what a French Excel opens: semicolons, decimal commas, a byte order mark, French titles,
        shares in percent. True writes commas, decimal points, column names and shares from 0 to 1.

    Returns
    -------
    bytes
        UTF-8 text with CRLF line ends. A missing cell gives its reason in words. Texts that a spreadsheet would
        run as a formula begin with an apostrophe. Distances and areas have one decimal, shares and other
        numbers at most six.

    Raises
    ------
    ArgumentError
        If a field is not in the frame, its source not in the context, or two columns would bear the same name.
    """
    fields = _rows.written(frame, fields)
    columns = [*(field.column if plain else _rows.heading(field) for field in fields), *_rows.PROVENANCE]
    _rows.refuse_twins(columns)
    origin = [neutralised(value) for value in _rows.provenance(context).values()]
    rows = _rows.cells(frame, fields, context)
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter="," if plain else ";", lineterminator="\r\n")
    writer.writerow(neutralised(column) for column in columns)
    for row in rows.itertuples(index=False, name=None):
        cells = [_cell(value, field.kind, plain=plain) for value, field in zip(row, fields, strict=True)]
        writer.writerow([*cells, *origin])
    return buffer.getvalue().encode("utf-8" if plain else "utf-8-sig")


def _cell(value: Any, kind: Kind, *, plain: bool) -> str:
    if isinstance(value, str):
        return neutralised(value)
    if isinstance(value, dt.date):
        return value.isoformat() if plain else _rows.french_date(value)
    if kind == "part" and not plain:
        value = round(value * 100, _rows.DIGITS["pourcentage"])
    text = _number(value)
    return text if plain else text.replace(".", ",")


def _number(value: float) -> str:
    if isinstance(value, int):
        return str(value)
    # Fixed notation: a spreadsheet reads "1e-05" as text in some locales.
    return np.format_float_positional(value, trim="-")
