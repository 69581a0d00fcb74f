"""Read the XLSX workbooks that users have, once their archive is known to be one and to be of a bearable size."""

import datetime as dt
import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from errors import SourceContentError, SourceFormatError
from loaders._cells import number_text
from loaders._grids import HEADER_LINES, MAX_ROWS, Grid, Recognise, check_rows, find_header

#: The sheet that the template fills; of several that have a header, it is the one read.
SHEET = "Locaux"
MAX_MEMBERS = 1_000
MAX_INFLATED_BYTES = 300_000_000
#: A sheet of repeated cells shrinks some 50 times.
MAX_RATIO = 200
MAX_COLUMNS = 200
_CHUNK = 1 << 20
#: What openpyxl and the libraries below it raise on a workbook that is damaged within.
_UNREADABLE = (
    InvalidFileException, zipfile.BadZipFile, zlib.error, RuntimeError, ArithmeticError, LookupError, ValueError, TypeError,
    AttributeError, EOFError, OSError, ET.ParseError,
)  # fmt: skip
_FORMULA_MARKS = (b"<f>", b"<f ")


def check_archive(path: Path, raw: bytes) -> list[str]:
    """Refuse an archive that is no workbook, or that would fill the memory once inflated.

    Parameters
    ----------
    path
        The file, for messages.
    raw
        Its bytes; no member is inflated.

    Returns
    -------
    list of str
        Names of the members.

    Raises
    ------
    SourceFormatError
        If the archive is damaged, locked or no XLSX workbook.
    SourceContentError
        If it has too many members, or they would inflate too much.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError) as error:
        raise SourceFormatError(
            path, "classeur tronqué ou endommagé", "enregistrer ou télécharger de nouveau le classeur"
        ) from error
    names = [member.filename for member in members]
    inflated = sum(member.file_size for member in members)
    # What an archive declares bounds what `zipfile` inflates: a member that lies is cut and fails its checksum.
    if len(members) > MAX_MEMBERS or inflated > MAX_INFLATED_BYTES or inflated > MAX_RATIO * len(raw):
        raise SourceContentError(
            path,
            f"archive refusée : {len(members)} fichiers et {inflated / 1e6:.0f} Mo une fois décompressée, "
            f"pour {len(raw) / 1e6:.2f} Mo reçus",
            "enregistrer l'inventaire seul dans un nouveau classeur .xlsx ou en CSV",
        )
    if any(member.flag_bits & 1 for member in members):
        raise SourceFormatError(path, "archive protégée par un mot de passe", "retirer le mot de passe")
    if "xl/workbook.xml" not in names:
        kind = "classeur OpenDocument (.ods)" if "content.xml" in names else "archive ZIP"
        raise SourceFormatError(
            path,
            f"{kind}, pas un classeur Excel .xlsx",
            "enregistrer l'inventaire au format .xlsx, ou extraire le fichier de l'archive",
        )
    return names


def read_workbook(path: Path, raw: bytes, recognise: Recognise) -> Grid:
    """Read the lines of the sheet that holds the inventory.

    Parameters
    ----------
    path
        The file, for messages.
    raw
        Its bytes.
    recognise
        Gives the column that a heading names: the sheet is the one named `SHEET`, or the only one with a header.

    Returns
    -------
    Grid
        The lines that hold something: dates as YYYY-MM-DD, numbers with a decimal point, a formula whose value the
        workbook does not hold as the formula itself.

    Raises
    ------
    SourceFormatError, SourceContentError
        As `check_archive`, or if the workbook cannot be read, no sheet has a header or several have one.
    """
    names = check_archive(path, raw)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that openpyxl leaves out
            sheet, lines, several = _sheet(path, raw, recognise)
            if _has_formulas(raw, names):
                _put_formulas(raw, sheet, lines)
    except (SourceFormatError, SourceContentError):
        raise
    except _UNREADABLE as error:
        raise SourceFormatError(
            path, "classeur illisible", "l'ouvrir et l'enregistrer de nouveau au format .xlsx, ou en CSV"
        ) from error
    return Grid(
        [(line, [_text(value) for value in cells]) for line, cells in lines],
        [f"Feuille lue : {sheet}"] if several else [],
        ragged=True,
    )


def _sheet(path: Path, raw: bytes, recognise: Recognise) -> tuple[str, list[tuple[int, list[Any]]], bool]:
    book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    try:
        found = []
        for sheet in book.worksheets:
            head = [[_text(value) for value in cells] for _, cells in _rows(sheet, HEADER_LINES)]
            if find_header(head, recognise)[1]:
                found.append(sheet)
        if not found:
            raise SourceFormatError(
                path,
                "aucune feuille n'a d'en-tête reconnu",
                "partir du modèle d'inventaire et garder les noms de ses colonnes sur une seule ligne",
            )
        chosen = found if len(found) == 1 else [sheet for sheet in found if sheet.title == SHEET]
        if not chosen:
            titles = ", ".join(f"« {sheet.title} »" for sheet in found)
            raise SourceFormatError(
                path, f"plusieurs feuilles ont un en-tête : {titles}", f"nommer « {SHEET} » celle à lire"
            )
        lines = []
        for line, cells in _rows(chosen[0], None):
            lines.append((line, cells))
            if len(lines) > MAX_ROWS + HEADER_LINES:
                check_rows(path, len(lines) - HEADER_LINES)
        return chosen[0].title, lines, len(book.worksheets) > 1
    finally:
        book.close()


def _rows(sheet: Any, last: int | None) -> Iterator[tuple[int, list[Any]]]:
    sheet.reset_dimensions()  # some writers state a size that is not the sheet's
    for line, cells in enumerate(sheet.iter_rows(max_row=last, max_col=MAX_COLUMNS, values_only=True), 1):
        values = list(cells)
        while values and values[-1] in {None, ""}:
            values.pop()
        if any(value is not None and str(value).strip() for value in values):
            yield line, values


def _has_formulas(raw: bytes, names: list[str]) -> bool:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        for name in names:
            if not name.startswith("xl/worksheets/"):
                continue
            with archive.open(name) as stream:
                tail = b""
                while chunk := stream.read(_CHUNK):
                    if any(mark in tail + chunk for mark in _FORMULA_MARKS):
                        return True
                    tail = chunk[-2:]
    return False


def _put_formulas(raw: bytes, title: str, lines: list[tuple[int, list[Any]]]) -> None:
    """Put the formula itself where the workbook does not hold its value."""
    book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=False)
    try:
        by_line = dict(lines)
        for line, cells in _rows(book[title], None):
            known = by_line.get(line, [])
            for place, value in enumerate(cells):
                written = str(getattr(value, "text", value))
                if not written.startswith("="):
                    continue
                if place >= len(known):
                    known.extend([None] * (place + 1 - len(known)))
                if known[place] is None:
                    known[place] = written
            if line not in by_line:
                by_line[line] = known
        lines[:] = sorted((line, cells) for line, cells in by_line.items() if cells)
    finally:
        book.close()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, (int, float)):
        return number_text(value)
    return str(value)
