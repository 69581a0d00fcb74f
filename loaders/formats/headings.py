"""Open the tables whose columns are known: their separator, sheet and header are those that name most of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from errors import SourceFormatError
from loaders.formats import uploads
from loaders.formats.delimited import DELIMITERS, ENCODINGS, decoded, separator_of, split
from loaders.formats.geopackages import read_geopackage
from loaders.formats.grids import HEADER_LINES, Lines, RawTable, check_rows, places_of, table_under
from loaders.formats.workbooks import open_workbook
from words.folding import fold

#: The sheet that the template fills; of several that have a header, it is the one read.
SHEET: Final = "Locaux"
#: Fewer headings than this may be a title that holds a common word.
FEWEST_HEADINGS: Final = 2


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What a kind of file is: its columns by heading, and what its user is told to do.

    Attributes
    ----------
    names
        Folded heading to column.
    units
        Whether a heading may say its unit in brackets.
    kinds, otherwise
        Formats that are read, and what is wrong with the others.
    smaller, filled, fill
        What to do about a file that is too large, is empty, or ends with its header.
    one_line
        What to do where no header is found.
    """

    names: Mapping[str, str]
    units: bool = False
    kinds: tuple[uploads.Format, ...] = ("csv", "xlsx", "gpkg")
    otherwise: tuple[str, str] = ("", "")
    max_bytes: int = uploads.MAX_BYTES
    smaller: str
    filled: str
    fill: str
    one_line: str

    def recognise(self, heading: str) -> str | None:
        """Give the column that a heading names, whatever its case and accents."""
        return self.names.get(" ".join(fold(heading.partition("(")[0] if self.units else heading)))


def folded(names: Mapping[str, str]) -> dict[str, str]:
    """Fold headings, which give columns."""
    return {" ".join(fold(heading)): column for heading, column in names.items()}


def open_known(source: Path | str | bytes, name: str | None, expected: Expected) -> tuple[Path, RawTable]:
    """Open the table of a file, and give the name by which messages call it."""
    path, raw = uploads.take(
        source, name, max_bytes=expected.max_bytes, smaller=expected.smaller, filled=expected.filled
    )
    kind = uploads.format_of(path, raw)
    if kind not in expected.kinds:
        raise SourceFormatError(path, *expected.otherwise)
    if kind == "gpkg":
        return path, read_geopackage(path, raw, expected.recognise)
    notes: list[str] = []
    lines = (_sheet if kind == "xlsx" else _text)(path, raw, expected, notes)
    return path, _table(path, lines, expected, notes, ragged=kind == "xlsx")


def _text(path: Path, raw: bytes, expected: Expected, notes: list[str]) -> Lines:
    text, encoding = decoded(path, raw)
    if encoding != "utf-8-sig":
        notes.append(f"Encodage reconnu : {ENCODINGS[encoding]}")
    delimiter = separator_of(text, lambda lines: _find(lines, expected)[1], lines=HEADER_LINES)
    if delimiter != ";":
        notes.append(f"Séparateur reconnu : {DELIMITERS[delimiter]}")
    return split(path, text, delimiter)


def _sheet(path: Path, raw: bytes, expected: Expected, notes: list[str]) -> Lines:
    sheets = open_workbook(path, raw)
    found = [title for title, sheet in sheets.items() if _find(sheet.head(), expected)[1]]
    if not found:
        raise SourceFormatError(path, "aucune feuille n'a d'en-tête reconnu", expected.one_line)
    chosen = found if len(found) == 1 else [title for title in found if title == SHEET]
    if not chosen:
        titles = ", ".join(f"« {title} »" for title in found)
        raise SourceFormatError(
            path, f"plusieurs feuilles ont un en-tête : {titles}", f"nommer « {SHEET} » celle à lire"
        )
    if len(sheets) > 1:
        notes.append(f"Feuille lue : {chosen[0]}")
    lines = sheets[chosen[0]].lines()
    check_rows(path, len(lines) - HEADER_LINES)
    return lines


def _find(lines: Sequence[Sequence[str]], expected: Expected) -> tuple[int, int]:
    """Find the line that names most columns, and how many it names."""
    counts = [len({expected.recognise(cell) for cell in cells} - {None}) for cells in lines]
    best = max(counts, default=0)
    return (counts.index(best), best) if best >= FEWEST_HEADINGS else (0, 0)


def _table(path: Path, lines: Lines, expected: Expected, notes: list[str], *, ragged: bool) -> RawTable:
    start, found = _find([cells for _, cells in lines[:HEADER_LINES]], expected)
    if not found:
        raise SourceFormatError(path, "aucune ligne d'en-tête reconnue", expected.one_line)
    if start:
        plural = "s" if start > 1 else ""
        notes.append(f"{start} ligne{plural} de titre avant l'en-tête, non lue{plural}")
    header, body = lines[start][1], lines[start + 1 :]
    if not body:
        raise SourceFormatError(path, "aucune ligne de données", expected.fill)
    check_rows(path, len(body))
    places = places_of(path, header, expected.recognise, notes)
    for place, heading in enumerate(header):
        if not heading.strip() and any(place < len(cells) and cells[place].strip() for _, cells in body):
            raise SourceFormatError(
                path,
                f"la colonne n° {place + 1} a des valeurs et pas de titre (cellules fusionnées ?)",
                "défusionner l'en-tête et donner un nom à chaque colonne",
            )
    cells, miscut = table_under(body, len(header), places, ragged=ragged)
    return RawTable(cells, notes, miscut)
