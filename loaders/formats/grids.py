"""A table as a user's file gives it: lines of cells, a header to find among them, and rows cut as they should be."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from errors import SourceContentError, SourceFormatError
from words.formats import grouped

#: More rows than this are refused: an imported inventory lives in the memory of its user's session.
MAX_ROWS = 50_000
#: A header is looked for in the first lines alone.
HEADER_LINES = 20
#: Fewer headings than this may be a title that holds a common word.
FEWEST_HEADINGS = 2
MISCUT = "ligne mal découpée"
CUT_SHORT = "ligne incomplète"

#: Gives the column that a heading names, or None.
Recognise = Callable[[str], str | None]


@dataclass
class Grid:
    """Lines of cells, header and titles included."""

    lines: list[tuple[int, list[str]]]
    notes: list[str] = field(default_factory=list)
    ragged: bool = False


@dataclass(frozen=True)
class RawTable:
    """The rows of a file in the columns that were recognised, as text."""

    cells: pd.DataFrame
    notes: list[str]
    miscut: dict[int, str] = field(default_factory=dict)


def find_header(lines: Sequence[Sequence[str]], recognise: Recognise) -> tuple[int, int]:
    """Find the line that names most columns."""
    counts = [len({recognise(cell) for cell in cells} - {None}) for cells in lines]
    best = max(counts, default=0)
    return (counts.index(best), best) if best >= FEWEST_HEADINGS else (0, 0)


def to_table(path: Path, grid: Grid, recognise: Recognise) -> RawTable:
    """Give the rows under a header."""
    start, found = find_header([cells for _, cells in grid.lines[:HEADER_LINES]], recognise)
    if not found:
        raise SourceFormatError(
            path,
            "aucune ligne d'en-tête reconnue",
            "partir du modèle d'inventaire et garder les noms de ses colonnes sur une seule ligne",
        )
    header = grid.lines[start][1]
    body = grid.lines[start + 1 :]
    notes = list(grid.notes)
    if start:
        notes.append(
            f"{start} ligne{'s' if start > 1 else ''} de titre avant l'en-tête, non lue{'s' if start > 1 else ''}"
        )
    if not body:
        raise SourceFormatError(path, "aucune ligne de données", "remplir l'inventaire sous son en-tête")
    check_rows(path, len(body))
    places = _places(path, header, body, recognise, notes)
    rows, miscut = cut(body, len(header), ragged=grid.ragged)
    index = pd.Index([line for line, _ in body], name="ligne")
    data = {name: [cells[place].strip() for cells in rows] for name, place in places.items()}
    return RawTable(pd.DataFrame(data, index=index, dtype="str"), notes, miscut)


def cut(
    body: Sequence[tuple[int, list[str]]], width: int, *, ragged: bool
) -> tuple[list[list[str]], dict[int, str]]:
    """Give each line as many cells as the header has, and tell those that were not cut so."""
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
    return rows, miscut


def check_rows(path: Path, number: int) -> None:
    """Refuse a file of more rows than `MAX_ROWS`."""
    if number > MAX_ROWS:
        raise SourceContentError(
            path, f"plus de {grouped(MAX_ROWS)} lignes", "découper le fichier, par exemple par commune"
        )


def _places(
    path: Path,
    header: Sequence[str],
    body: Sequence[tuple[int, list[str]]],
    recognise: Recognise,
    notes: list[str],
) -> dict[str, int]:
    places: dict[str, int] = {}
    ignored = []
    for place, cell in enumerate(header):
        name = recognise(cell)
        if name in places:
            raise SourceFormatError(
                path, f"colonne en double : « {cell.strip()} »", "n'en garder qu'une, ou renommer l'autre"
            )
        if name:
            places[name] = place
        elif cell.strip():
            ignored.append(cell.strip())
        elif any(place < len(cells) and cells[place].strip() for _, cells in body):
            raise SourceFormatError(
                path,
                f"la colonne n° {place + 1} a des valeurs et pas de titre (cellules fusionnées ?)",
                "défusionner l'en-tête et donner un nom à chaque colonne",
            )
    if ignored:
        notes.append("Colonnes inconnues, non lues : " + ", ".join(ignored))
    return places
