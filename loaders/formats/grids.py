"""A table as a user's file gives it: lines of cells, of which one is the header, and rows cut as it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
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

#: Gives the column that a heading names, or None.
Recognise = Callable[[str], str | None]
#: Lines that hold something, each with its number in the file.
Lines = list[tuple[int, list[str]]]


@dataclass(frozen=True)
class RawTable:
    """The rows of a file as text, indexed by line, and what is wrong with those that are not cut as the header."""

    cells: pd.DataFrame
    notes: list[str]
    miscut: dict[int, str] = field(default_factory=dict)


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


def places_of(path: Path, header: Sequence[str], recognise: Recognise, notes: list[str]) -> dict[str, int]:
    """Give the place of each column that a header names, and note the headings that are not known."""
    places: dict[str, int] = {}
    for place, heading in enumerate(header):
        name = recognise(heading)
        if name in places:
            raise SourceFormatError(
                path, f"colonne en double : « {heading.strip()} »", "n'en garder qu'une, ou renommer l'autre"
            )
        if name:
            places[name] = place
    ignored = [cell.strip() for at, cell in enumerate(header) if cell.strip() and at not in places.values()]
    if ignored:
        notes.append("Colonnes inconnues, non lues : " + ", ".join(ignored))
    return places


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
