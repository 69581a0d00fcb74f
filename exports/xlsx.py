"""Rows as a workbook: typed columns, the reason of each missing cell, the sources on a sheet of their own.

Written with XlsxWriter: openpyxl writes too, but puts the hour into the file, cuts long texts without a word, takes
texts for formulas or errors, and is slower.
"""

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
import xlsxwriter

from errors import ArgumentError
from exports import _rows
from exports.context import Context
from facts.fields import Field
from loaders.formats.cells import neutralised
from words.formats import REASONS, Kind

DATA_SHEET: Final = "Données"
SOURCES_SHEET: Final = "Sources"
COLUMNS_SHEET: Final = "Colonnes"
#: Excel shows these with the separators of its own language.
FORMATS: Final[Mapping[Kind, str]] = {
    "texte": "@",
    "entier": "#,##0",
    "decimal": "#,##0.0##",
    "part": "0.0%",
    "pourcentage": "0.0%",
    "distance_m": '#,##0" m"',
    "surface_m2": '#,##0" m²"',
    "date": "dd/mm/yyyy",
}
#: Excel counts days from here; before, a date is a text.
FIRST_DAY: Final = dt.date(1900, 3, 1)
MAX_TEXT: Final = 32_767
#: How a cell ends that a workbook cannot hold whole.
CUT: Final = " […] (texte coupé à la longueur qu’Excel permet : le CSV le donne en entier)"
MAX_ROWS: Final = 1_048_575
MIN_WIDTH: Final = 9
MAX_WIDTH: Final = 50
#: Rows whose cells decide of the widths: beyond, measuring costs more than writing.
MEASURED_ROWS: Final = 500
A4: Final = 9
HEAD: Final = "titre"
_STYLES: Final[Mapping[str, Mapping[str, Any]]] = {
    HEAD: {
        "bold": True,
        "font_color": "#FFFFFF",
        "bg_color": "#1B4F8C",
        "text_wrap": True,
        "valign": "vcenter",
    },
    "sujet": {"bold": True, "font_size": 14},
    "nom": {"bold": True, "valign": "top"},
    "long": {"text_wrap": True, "valign": "top"},
    "raison": {"italic": True, "font_color": "#5B6470"},
    **{kind: {"num_format": number} for kind, number in FORMATS.items()},
}
#: What the sheet "Sources" says of each source, in order.
_ORIGIN: Final[Mapping[str, str]] = {
    "titre": "Source",
    "producteur": "Producteur",
    "millesime": "Millésime",
    "licence": "Licence",
    "attribution": "Attribution",
    "adresse": "Adresse",
    "communes": "Périmètre (codes Insee)",
    "limites": "Limites",
}


def to_xlsx(frame: pd.DataFrame, *, context: Context, fields: Sequence[Field] | None = None) -> bytes:
    """Write rows as a workbook of three sheets: the rows, their sources, what the columns mean.

    Parameters
    ----------
    frame
        Rows indexed by their official id; a geometry is left out.
    fields
        The columns to write, all of the frame's if None.

    Returns
    -------
    bytes
        The same for the same rows and context. Numbers are numbers, rounded as in a CSV, with a French format and
        their unit; shares, from 0 to 1 or in percent, are percentages; dates are dates; a missing cell gives its reason
        in words. Texts that a spreadsheet would run as a formula begin with an apostrophe.

    Raises
    ------
    ArgumentError
        If a field is not in the frame, its source not in the context, two columns would bear the same name, or a text
        or the rows are more than a workbook holds.
    """
    fields = _rows.written(frame, fields)
    _rows.refuse_twins([_rows.heading(field) for field in fields])
    if len(frame) > MAX_ROWS:
        raise ArgumentError(f"Un classeur Excel tient au plus {MAX_ROWS} lignes : prenez le CSV")
    rows = _rows.cells(frame, fields, context)
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties(
            {
                "title": f"{context.subject}, {context.place}",
                "author": context.producer,
                # Without it, the hour would be in the file.
                "created": dt.datetime.combine(context.date, dt.time()),
            }
        )
        styles = {name: book.add_format(dict(style)) for name, style in _STYLES.items()}
        _write_rows(book.add_worksheet(DATA_SHEET), rows, fields, styles)
        _write_sources(book.add_worksheet(SOURCES_SHEET), context, len(rows), styles)
        _write_columns(book.add_worksheet(COLUMNS_SHEET), fields, context, styles)
    return buffer.getvalue()


def _write_rows(sheet: Any, rows: pd.DataFrame, fields: Sequence[Field], styles: Mapping[str, Any]) -> None:
    for at, field in enumerate(fields):
        head = _rows.heading(field)
        shown = (_shown_length(value) for value in rows[field.column].iloc[:MEASURED_ROWS])
        longest = max([MIN_WIDTH, *shown, *map(len, head.split())])
        sheet.set_column(at, at, min(longest + 3, MAX_WIDTH))
        _write_text(sheet, 0, at, head, styles[HEAD])
    for line, values in enumerate(rows.itertuples(index=False, name=None), start=1):
        for at, (value, field) in enumerate(zip(values, fields, strict=True)):
            _write_cell(sheet, line, at, value, field, styles)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, len(rows), len(fields) - 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)


def _write_cell(sheet: Any, line: int, at: int, value: Any, field: Field, styles: Mapping[str, Any]) -> None:
    if isinstance(value, str):
        _write_text(sheet, line, at, value, styles["raison" if value in REASONS else "texte"])
    elif not isinstance(value, dt.date):
        number = value / 100 if field.kind == "pourcentage" else value
        sheet.write_number(line, at, number, styles[field.kind])
    elif value < FIRST_DAY:
        _write_text(sheet, line, at, _rows.french_date(value), styles["texte"])
    else:
        sheet.write_datetime(line, at, dt.datetime.combine(value, dt.time()), styles["date"])


def _write_sources(sheet: Any, context: Context, count: int, styles: Mapping[str, Any]) -> None:
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 100)
    _write_text(sheet, 0, 0, f"{context.subject}, {context.place}", styles["sujet"])
    criteria = [(name[:1].upper() + name[1:], value) for name, value in context.criteria]
    blocks: list[list[tuple[str, str]]] = [
        [
            ("Lignes", str(count)),
            ("Export du", _rows.french_date(context.date)),
            *(criteria or [("Filtres", context.filters)]),
        ]
    ]
    for origin in _rows.origins(context):
        texts = origin | {"communes": ", ".join(origin.get("communes", ()))}
        blocks.append([(title, texts[name]) for name, title in _ORIGIN.items() if texts.get(name)])
    line = 1
    for block in blocks:
        for name, value in block:
            _write_text(sheet, line, 0, name, styles["nom"])
            _write_text(sheet, line, 1, value, styles["long"])
            line += 1
        line += 1


def _write_columns(sheet: Any, fields: Sequence[Field], context: Context, styles: Mapping[str, Any]) -> None:
    heads = {
        "Colonne": 40,
        "Nom technique": 30,
        "Nature": 14,
        "Source": 40,
        "Millésime": 40,
        "Explication": 70,
    }
    for at, (head, width) in enumerate(heads.items()):
        sheet.set_column(at, at, width)
        _write_text(sheet, 0, at, head, styles[HEAD])
    sheet.freeze_panes(1, 0)
    known = {source.source_id: source for source in context.sources}
    for line, field in enumerate(fields, start=1):
        source = known[field.source_id] if field.source_id else None
        texts = (
            _rows.heading(field),
            field.column,
            field.kind,
            f"{source.titre}, {source.producteur}" if source else "",
            source.millesime if source else "",
            field.help,
        )
        for at, text in enumerate(texts):
            if text:
                _write_text(sheet, line, at, text, styles["long"])


def _write_text(sheet: Any, line: int, at: int, text: str, style: Any) -> None:
    kept = neutralised(text)
    if len(kept) > MAX_TEXT:
        kept = kept[: MAX_TEXT - len(CUT)] + CUT
    # As a text, whatever it looks like: a formula, a link or an error.
    sheet.write_string(line, at, kept, style)


def _shown_length(value: Any) -> int:
    if isinstance(value, str):
        return max(map(len, value.split("\n")))
    # Separators, a decimal and a unit beside the figures.
    return 10 if isinstance(value, dt.date) else len(f"{value:,.1f}") + 3
