"""A table as a user's file gives it: text cut by separators into lines of cells, of which one is the header."""

import csv
import io
import itertools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pandas as pd

from errors import SourceContentError, SourceFormatError
from words.formats import grouped

#: More rows than this are refused: an imported inventory lives in the memory of its user's session.
MAX_ROWS = 50_000
MAX_COLUMNS: Final = 200
#: A header is looked for in the first lines alone.
HEADER_LINES: Final = 20
MISCUT: Final = "ligne mal découpée"
CUT_SHORT: Final = "ligne incomplète"

#: Lines that hold something, each with its number in the file.
Lines = list[tuple[int, list[str]]]
DELIMITERS = {";": "point-virgule", ",": "virgule", "\t": "tabulation", "|": "barre verticale"}


def separator_of(text: str, score: Callable[[list[list[str]]], int], *, lines: int) -> str:
    """Find the separator that cuts the first lines of a text best."""
    head = list(itertools.islice(io.StringIO(text, newline=""), lines))

    def scored(delimiter: str) -> int:
        try:
            return score(list(csv.reader(head, delimiter=delimiter)))
        except csv.Error:
            return score([])

    return max(DELIMITERS, key=scored)


def split(path: Path, text: str, delimiter: str) -> Lines:
    """Cut a text into lines of cells."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: Lines = []
    start = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append((start, cells))
                check_rows(path, len(lines) - HEADER_LINES)
            start = reader.line_num + 1
    except csv.Error as error:
        raise SourceFormatError(
            path,
            f"ligne {start} illisible ou fichier tronqué : des guillemets ne sont pas refermés",
            "vérifier cette ligne, ou exporter de nouveau le fichier entier",
        ) from error
    return lines


def table_under(
    body: Lines, width: int, places: Mapping[str, int], *, ragged: bool
) -> tuple[pd.DataFrame, dict[int, str]]:
    """Give the columns that stand at some places of the rows, each row cut as a header of that width.

    `ragged` rows may end before the header: spreadsheets do not write the empty cells at their end.
    """
    miscut = {}
    rows = []
    for line, cells in body:
        extra = [cell for cell in cells[width:] if cell.strip()]
        if extra or (len(cells) < width and not ragged):
            miscut[line] = f"{MISCUT if extra else CUT_SHORT} : {len(cells)} cellules au lieu de {width}"
        if extra:  # nothing is lost
            rows.append([*cells[: width - 1], " ; ".join([cells[width - 1], *extra])])
        else:
            rows.append(cells if len(cells) >= width else cells + [""] * (width - len(cells)))
    index = pd.Index([line for line, _ in body], name="ligne")
    data = {name: [cells[place].strip() for cells in rows] for name, place in places.items()}
    return pd.DataFrame(data, index=index, dtype="str"), miscut


def check_rows(path: Path, number: int) -> None:
    """Refuse a file of more rows than `MAX_ROWS`."""
    if number > MAX_ROWS:
        raise SourceContentError(
            path, f"plus de {grouped(MAX_ROWS)} lignes", "découper le fichier, par exemple par commune"
        )


def check_columns(path: Path, number: int) -> None:
    """Refuse a file of more columns than `MAX_COLUMNS`."""
    if number > MAX_COLUMNS:
        raise SourceContentError(
            path, f"{number} colonnes, {MAX_COLUMNS} au plus sont acceptées", "retirer des colonnes"
        )
