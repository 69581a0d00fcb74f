"""The tables that users bring, whatever their columns: encoding, separator, sheet and header are found out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal

import numpy as np
import pandas as pd

from errors import SourceFormatError
from loaders.brought import own_positions
from loaders.brought.own_guess import NO_HEADER, Choice, Guess
from loaders.brought.own_values import named
from loaders.formats.cells import read_numbers, restore
from loaders.formats.delimited import DELIMITERS, ENCODINGS, decoded, separator_of, split
from loaders.formats.grids import HEADER_LINES, Lines, check_columns, check_rows, table_under
from loaders.formats.workbooks import open_workbook

#: A line is of the table when it fills most of the columns.
_MOST_LINES: Final = 0.6
_SAMPLE_LINES: Final = 60
#: A heading may be a year.
_YEARS: Final = (1900, 2100)
_HALF: Final = 0.5
#: What a Mac writes beyond ASCII in a French text.
_FRENCH: Final = frozenset("éèêëàâäîïôöùûüçœæÉÈÊËÀÂÄÎÏÔÖÙÛÜÇŒÆ«»’‘“”…€°–—•\u00a0²³")


def open_table(path: Path, raw: bytes, kind: Literal["csv", "xlsx"], choice: Choice) -> Guess:
    """Open a table written as text, or a sheet of a workbook, and find the columns that hold the place of its rows."""
    notes: list[str] = []
    doubts: list[str] = []
    parts: tuple[str, ...] = ()
    if kind == "csv":
        text, encoding = _text(path, raw, choice.encoding)
        separator = choice.separator or separator_of(text, _agreement, lines=_SAMPLE_LINES)
        lines = split(path, text, separator)
        choice = replace(choice, encoding=encoding, separator=separator, part=None)
        called = DELIMITERS.get(separator, separator)
        notes.append(f"Encodage : {ENCODINGS[encoding]} ; séparateur : {called}.")
    else:
        part, parts, lines = _sheet(path, raw, choice.part)
        choice = replace(choice, encoding=None, separator=None, part=part or None)
    cells, miscut, header_line = _under_header(path, lines, choice.header_line, ragged=kind == "xlsx")
    if header_line == NO_HEADER:
        doubts.append("Aucune ligne de titres reconnue : les colonnes sont numérotées.")
    else:
        notes.append(f"Titres des colonnes : ligne {header_line}.")
    position, by_values = choice.position, False
    if position is None:
        position, by_values = own_positions.find(cells)
    choice = replace(choice, header_line=header_line, position=position)
    if position.columns:
        shapes, faults, stated = own_positions.place(cells, position, decimal=choice.decimal)
        notes.append(f"Position : {' et '.join(f'« {name} »' for name in position.columns)}.")
        if by_values:
            doubts.append(
                "Position reconnue d'après les seules valeurs des colonnes : vérifiez sur la carte."
            )
    else:
        shapes = pd.Series(np.full(len(cells), None, dtype=object), index=cells.index)
        faults, stated = pd.Series("", index=cells.index), None
        doubts.append("Aucune colonne de position reconnue : choisissez celles qui la donnent.")
    return Guess(
        path.name,
        kind,
        choice,
        cells,
        shapes,
        faults,
        stated,
        tuple(notes),
        tuple(doubts),
        parts,
        miscut=miscut,
    )


def _sheet(path: Path, raw: bytes, part: str | None) -> tuple[str, tuple[str, ...], Lines]:
    """Read a sheet, the fullest unless one is asked for; give its name, and those of all that hold something."""
    heads = {title: (sheet.head(), sheet) for title, sheet in open_workbook(path, raw).items()}
    sheets = {title: (sum(map(len, head)), sheet) for title, (head, sheet) in heads.items() if head}
    if not sheets:
        raise SourceFormatError(path, "classeur sans aucune cellule remplie", "choisir un classeur rempli")
    if part is None:
        part = max(sheets, key=lambda title: sheets[title][0])
    if part not in sheets:
        raise SourceFormatError(path, f"pas de feuille « {part} »", f"choisir parmi : {', '.join(sheets)}")
    return part, tuple(sheets), sheets[part][1].lines()


def _text(path: Path, raw: bytes, encoding: str | None) -> tuple[str, str]:
    if encoding is None and not raw.startswith((b"\xff\xfe", b"\xfe\xff")) and b"\x00" in raw[:200]:
        encoding = "utf-16"
    try:
        return decoded(path, raw, encoding=encoding)
    except SourceFormatError:
        if encoding is not None:
            raise
        text = raw.decode("mac_roman")
        beyond = {sign for sign in text if not sign.isascii()}
        if "\x00" in text or not beyond <= _FRENCH:
            raise
        return text, "mac_roman"


def _agreement(cut: Sequence[Sequence[str]]) -> int:
    """Tell how early a line has the width that most lines agree on: a heading holds no decimal comma."""
    lines = [line for line in cut if any(map(str.strip, line))]
    width, count = max(Counter(map(len, lines)).items(), key=lambda pair: pair[1], default=(0, 0))
    if width <= 1 or count < _MOST_LINES * len(lines):
        return -_SAMPLE_LINES
    return -next(at for at, line in enumerate(lines) if len(line) == width)


def _under_header(
    path: Path, lines: Lines, header_line: int | None, *, ragged: bool
) -> tuple[pd.DataFrame, dict[int, str], int]:
    if not lines:
        raise SourceFormatError(path, "aucune ligne remplie", "choisir un fichier rempli")
    start = _header(lines) if header_line is None else _rank(path, lines, header_line)
    body = lines[start + 1 :] if start is not None else lines
    if not body:
        raise SourceFormatError(path, "aucune ligne sous l'en-tête", "choisir un fichier rempli")
    check_rows(path, len(body))
    header = list(lines[start][1]) if start is not None else []
    if start is None or ragged:
        header += [""] * (max(len(cells) for _, cells in body) - len(header))
    # Separators at the end of every line make columns without heading nor value.
    last = max(at for _, cells in body for at, cell in enumerate(cells, 1) if cell.strip())
    while len(header) > last and not header[-1].strip():
        header.pop()
    if not header:
        raise SourceFormatError(path, "aucune colonne", "vérifier le séparateur et la ligne d'en-tête")
    check_columns(path, len(header))
    places = {name: place for place, name in enumerate(named(header))}
    cells, miscut = table_under(body, len(header), places, ragged=ragged)
    return cells.apply(restore), miscut, NO_HEADER if start is None else lines[start][0]


def _header(lines: Lines) -> int | None:
    """Find the rank of the first line that fills most columns with words, None if figures stand there."""
    words = [[cell for cell in cells if cell.strip()] for _, cells in lines[:HEADER_LINES]]
    least = _MOST_LINES * Counter(map(len, words)).most_common(1)[0][0]
    rank = next(at for at, filled in enumerate(words) if len(filled) >= least)
    figures = read_numbers(pd.Series(words[rank], dtype="str"))
    figures = figures.notna() & ~figures.between(*_YEARS)
    return None if figures.mean() >= _HALF else rank


def _rank(path: Path, lines: Lines, header_line: int) -> int | None:
    if header_line == NO_HEADER:
        return None
    for rank, (line, _) in enumerate(lines):
        if line == header_line:
            return rank
    raise SourceFormatError(
        path, f"la ligne {header_line} est vide", "choisir la ligne des titres de colonnes"
    )
