"""The template of an inventory, to fill and import: made of the schema that reads it."""

import csv
import io
from typing import Any, Final

import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from loaders._workbooks import SHEET
from loaders.premises_schema import COLUMNS, Column

NOTES_SHEET: Final = "Lisez-moi"
_HEADINGS: Final = ("Colonne", "Titre", "Obligatoire", "Ce qu'elle contient", "Valeurs acceptées", "Exemple")
_WIDTHS: Final = (22, 24, 34, 60, 60, 34)
_LAST_ROW: Final = 1_048_576


def to_csv(*, examples: bool = True) -> bytes:
    """Write the template as CSV, as a French Excel opens it.

    Parameters
    ----------
    examples
        Write two rows of example, marked as fictitious: to be replaced.

    Returns
    -------
    bytes
        UTF-8 with its mark, semicolons, CRLF.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow(column.name for column in COLUMNS)
    if examples:
        writer.writerows(_examples())
    return buffer.getvalue().encode("utf-8-sig")


def notes_to_csv() -> bytes:
    """Write what each column holds as CSV: one line per column.

    Returns
    -------
    bytes
        UTF-8 with its mark, semicolons, CRLF.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow(_HEADINGS)
    writer.writerows(_documented(column) for column in COLUMNS)
    return buffer.getvalue().encode("utf-8-sig")


def to_xlsx(*, examples: bool = True) -> bytes:
    """Write the template as a workbook: a sheet to fill and a sheet that documents each column.

    Parameters
    ----------
    examples
        As `to_csv`.

    Returns
    -------
    bytes
        An XLSX workbook whose lists are offered in the cells.
    """
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = SHEET
    sheet.append([column.name for column in COLUMNS])
    for row in _examples() if examples else ():
        sheet.append(row)
    sheet.freeze_panes = "B2"
    for place, column in enumerate(COLUMNS, 1):
        _prepare(sheet, get_column_letter(place), column)
    notes = book.create_sheet(NOTES_SHEET)
    notes.append(_HEADINGS)
    for column in COLUMNS:
        notes.append(_documented(column))
    notes.freeze_panes = "A2"
    for place, width in enumerate(_WIDTHS, 1):
        notes.column_dimensions[get_column_letter(place)].width = width
    for row in notes.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for cell in (*sheet[1], *notes[1]):
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E3E3FD")
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _prepare(sheet: Any, letter: str, column: Column) -> None:
    """Set a column's width, keep what is typed in it as typed, and offer its list."""
    dimension = sheet.column_dimensions[letter]
    dimension.width = max(14, len(column.name) + 4)
    if column.kind == "texte":  # 01001 keeps its zero and 3-4 is no date
        dimension.number_format = "@"
    listed = ",".join(value for value, _ in column.choices)
    if listed:
        rule = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True, errorStyle="warning")
        rule.error = f"Écrire {column.rule}"
        sheet.add_data_validation(rule)
        rule.add(f"{letter}2:{letter}{_LAST_ROW}")


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
