"""The tables that users bring, whatever their columns: encoding, separator, sheet and header are found out."""

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pandas as pd

from errors import SourceContentError, SourceFormatError
from loaders.formats.cells import read_numbers, restore
from loaders.formats.delimited import DELIMITERS, decoded, split
from loaders.formats.grids import HEADER_LINES, check_rows, cut
from loaders.formats.workbooks import open_workbook

MAX_COLUMNS: Final = 200
#: The first line of the table is not a heading: columns are named by their rank.
NO_HEADER: Final = 0
#: A line is of the table when it fills most of the columns.
_MOST_LINES: Final = 0.6
_SAMPLE_LINES: Final = 60
#: A heading may be a year.
_YEARS: Final = (1900, 2100)
_HALF: Final = 0.5
#: What a Mac writes beyond ASCII in a French text.
_FRENCH: Final = frozenset("éèêëàâäîïôöùûüçœæÉÈÊËÀÂÄÎÏÔÖÙÛÜÇŒÆ«»’‘“”…€°–—•\u00a0²³")
_LINES = list[tuple[int, list[str]]]


@dataclass(frozen=True, eq=False)
class OwnTable:
    """A table as the file gives it, and how it was opened."""

    cells: pd.DataFrame
    miscut: dict[int, str] = field(default_factory=dict)
    encoding: str = ""
    separator: str = ""
    header_line: int = NO_HEADER
    part: str = ""
    parts: tuple[str, ...] = ()


def open_text(
    path: Path, raw: bytes, *, encoding: str | None, separator: str | None, header_line: int | None
) -> OwnTable:
    """Open a table written as text."""
    text, encoding = _text(path, raw, encoding)
    separator = separator or _separator(text)
    lines = split(path, text, separator)
    cells, miscut, header_line = _under_header(path, lines, header_line, ragged=False)
    return OwnTable(cells, miscut, encoding, separator, header_line)


def open_sheet(path: Path, raw: bytes, *, part: str | None, header_line: int | None) -> OwnTable:
    """Open a sheet of a workbook, in a process of its own."""
    sheets = {title: sheet for title, sheet in open_workbook(path, raw).items() if sheet.head()}
    if not sheets:
        raise SourceFormatError(path, "classeur sans aucune cellule remplie", "choisir un classeur rempli")
    if part is None:
        part = max(sheets, key=lambda title: sum(map(len, sheets[title].head())))
    if part not in sheets:
        raise SourceFormatError(path, f"pas de feuille « {part} »", f"choisir parmi : {', '.join(sheets)}")
    cells, miscut, header_line = _under_header(path, sheets[part].lines(), header_line, ragged=True)
    return OwnTable(cells, miscut, header_line=header_line, part=part, parts=tuple(sheets))


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


def _separator(text: str) -> str:
    head = list(itertools.islice(io.StringIO(text, newline=""), _SAMPLE_LINES))
    return max(DELIMITERS, key=lambda sign: _agreement(head, sign))


def _agreement(head: Sequence[str], delimiter: str) -> int:
    """Tell how early a line has the width that most lines agree on: a heading holds no decimal comma."""
    try:
        lines = [line for line in csv.reader(head, delimiter=delimiter) if any(map(str.strip, line))]
    except csv.Error:
        return -len(head)
    width, count = max(Counter(map(len, lines)).items(), key=lambda pair: pair[1], default=(0, 0))
    if width <= 1 or count < _MOST_LINES * len(lines):
        return -len(head)
    return -next(at for at, line in enumerate(lines) if len(line) == width)


def _under_header(
    path: Path, lines: _LINES, header_line: int | None, *, ragged: bool
) -> tuple[pd.DataFrame, dict[int, str], int]:
    if not lines:
        raise SourceFormatError(path, "aucune ligne remplie", "choisir un fichier rempli")
    start = _header(lines) if header_line is None else _rank(path, lines, header_line)
    body = lines[start + 1 :] if start is not None else lines
    if not body:
        raise SourceFormatError(path, "aucune ligne sous l'en-tête", "choisir un fichier rempli")
    check_rows(path, len(body))
    width = max(len(cells) for _, cells in body) if start is None or ragged else 0
    header = list(lines[start][1]) if start is not None else []
    header += [""] * (width - len(header))
    # Separators at the end of every line make columns without heading nor value.
    last = max(
        len(cells) - next((at for at, cell in enumerate(reversed(cells)) if cell.strip()), len(cells))
        for _, cells in body
    )
    while len(header) > last and not header[-1].strip():
        header.pop()
    if not header:
        raise SourceFormatError(path, "aucune colonne", "vérifier le séparateur et la ligne d'en-tête")
    if len(header) > MAX_COLUMNS:
        raise SourceContentError(
            path, f"{len(header)} colonnes, {MAX_COLUMNS} au plus sont acceptées", "retirer des colonnes"
        )
    rows, miscut = cut(body, len(header), ragged=ragged)
    index = pd.Index([line for line, _ in body], name="ligne")
    columns = zip(named(header), zip(*rows, strict=True), strict=False)
    cells = pd.DataFrame(
        {name: [cell.strip() for cell in column] for name, column in columns}, index=index, dtype="str"
    )
    return cells.apply(restore), miscut, NO_HEADER if start is None else lines[start][0]


def named(header: Sequence[str]) -> list[str]:
    """Give each column a heading of its own."""
    taken: set[str] = set()
    names = []
    for rank, cell in enumerate(header, 1):
        base = re.sub(r"\s+", " ", cell).strip() or f"colonne {rank}"
        name, copy = base, 1
        while name.casefold() in taken:
            copy += 1
            name = f"{base} ({copy})"
        taken.add(name.casefold())
        names.append(name)
    return names


def _header(lines: _LINES) -> int | None:
    """Find the rank of the first line that fills most columns with words, None if figures stand there."""
    head = lines[:HEADER_LINES]
    filled = [sum(bool(cell.strip()) for cell in cells) for _, cells in head]
    least = _MOST_LINES * Counter(filled).most_common(1)[0][0]
    rank = next(at for at, count in enumerate(filled) if count >= least)
    words = pd.Series([cell for cell in head[rank][1] if cell.strip()], dtype="str")
    figures = read_numbers(words)
    figures = figures.notna() & ~figures.between(*_YEARS)
    return None if figures.mean() >= _HALF else rank


def _rank(path: Path, lines: _LINES, header_line: int) -> int | None:
    if header_line == NO_HEADER:
        return None
    for rank, (line, _) in enumerate(lines):
        if line == header_line:
            return rank
    raise SourceFormatError(
        path, f"la ligne {header_line} est vide", "choisir la ligne des titres de colonnes"
    )
