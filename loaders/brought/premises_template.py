"""The template of an inventory, to fill and import: made of the schema that reads it."""

import csv
import io
from collections.abc import Sequence
from typing import Any, Final

import xlsxwriter

from loaders.brought.premises_schema import COLUMNS, Column
from loaders.brought.schemas import SHEET

NOTES_SHEET: Final = "Lisez-moi"
_HEADINGS: Final = ("Colonne", "Titre", "Obligatoire", "Ce qu'elle contient", "Valeurs acceptées", "Exemple")
_WIDTHS: Final = (22, 24, 34, 60, 60, 34)
_LAST_ROW: Final = 1_048_575


def to_csv(*, examples: bool = True) -> bytes:
    """Write the template as CSV, as a French Excel opens it.

    Parameters
    ----------
    examples
        Write two rows of example, marked as fictitious: to be replaced.
    """
    return _csv([column.name for column in COLUMNS], _examples() if examples else [])


def notes_to_csv() -> bytes:
    """Write what each column holds as CSV: one line per column."""
    return _csv(_HEADINGS, [_documented(column) for column in COLUMNS])


def to_xlsx(*, examples: bool = True) -> bytes:
    """Write the template as a workbook: a sheet to fill and a sheet that documents each column."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        head = book.add_format({"bold": True, "bg_color": "#E3E3FD"})
        # 01001 keeps its zero and 3-4 is no date.
        typed = book.add_format({"num_format": "@"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(SHEET)
        sheet.freeze_panes(1, 1)
        for place, column in enumerate(COLUMNS):
            _prepare(sheet, place, column, typed)
        _write(sheet, 0, [column.name for column in COLUMNS], head)
        for line, row in enumerate(_examples() if examples else (), 1):
            for place, (text, column) in enumerate(zip(row, COLUMNS, strict=True)):
                sheet.write_string(line, place, text, typed if column.kind == "texte" else None)
        notes = book.add_worksheet(NOTES_SHEET)
        notes.freeze_panes(1, 0)
        for place, width in enumerate(_WIDTHS):
            notes.set_column(place, place, width)
        _write(notes, 0, _HEADINGS, head)
        for line, column in enumerate(COLUMNS, 1):
            _write(notes, line, _documented(column), wrapped)
    return buffer.getvalue()


def _csv(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";", lineterminator="\r\n").writerows([header, *rows])
    return buffer.getvalue().encode("utf-8-sig")


def _write(sheet: Any, line: int, texts: Sequence[str], style: Any) -> None:
    for place, text in enumerate(texts):
        sheet.write_string(line, place, text, style)


def _prepare(sheet: Any, place: int, column: Column, typed: Any) -> None:
    """Set a column's width, keep what is typed in it as typed, and offer its list."""
    sheet.set_column(place, place, max(14, len(column.name) + 4), typed if column.kind == "texte" else None)
    if column.choices:
        rule = {
            "validate": "list",
            "source": [value for value, _ in column.choices],
            "error_type": "warning",
            "error_message": f"Écrire {column.rule}",
        }
        sheet.data_validation(1, place, _LAST_ROW, place, rule)


def _examples() -> list[list[str]]:
    return [list(row) for row in zip(*(column.examples for column in COLUMNS), strict=True)]


def _documented(column: Column) -> tuple[str, ...]:
    needed = "non"
    if column.filled:
        needed = "oui, dans chaque ligne"
    elif column.required:
        needed = "oui"
    elif column.name in {"lon", "lat", "adresse"}:
        needed = "lon et lat, ou adresse"
    rule = column.rule[0].upper() + column.rule[1:]
    return (column.name, column.title, needed, column.help, rule, column.examples[0])
