"""Read the XLSX workbooks that users have, once their archive is known to be one and to be of a bearable size.

The library that reads workbooks fast makes room for the whole rectangle between the first and the last cell: two
cells of a file of 2 KB may ask for 500 GB, which ends the process. It says nothing of errors of a spreadsheet, nor of
formulas whose value the workbook does not hold: both are read from the sheet's own XML.
"""

import datetime as dt
import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from xml.parsers import expat

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum

from errors import SourceFormatError
from loaders.formats.cells import cell_text
from loaders.formats.grids import HEADER_LINES, MAX_COLUMNS, MAX_ROWS, Lines
from loaders.formats.uploads import Limits, check_members, posix, with_slashes

MAX_MEMBERS = 1_000
MAX_INFLATED_BYTES = 300_000_000
#: A sheet of repeated cells shrinks some 50 times.
MAX_RATIO = 200
#: The lines of a sheet that hold something, by their number, each with its cells.
Filled = list[tuple[int, list[Any]]]
#: A formula whose text stands at another cell.
SHARED = "=(formule partagée)"
_CHUNK = 1 << 20
#: A start tag cut between two chunks is no longer than this.
_TAIL = 200
_MARKS = re.compile(rb"<(?:\w+:)?f[\s/>]|\st\s*=\s*[\"']e[\"']")
#: Every mark holds one of these, which are found ten times faster.
_HINTS = (b"<f", b":f", b"'e'", b'"e"')
#: What a damaged part, or one that is not where the workbook says, ends in.
_DAMAGED = (
    CalamineError,
    expat.ExpatError,
    zipfile.BadZipFile,
    zlib.error,
    KeyError,
    StopIteration,
    ValueError,
    OSError,
)


def open_workbook(path: Path, raw: bytes) -> dict[str, Filled]:
    """Read the lines that hold something of every sheet; refuse an archive that is no workbook, or would fill the memory."""
    members = check_members(
        path,
        raw,
        limits=Limits(MAX_MEMBERS, MAX_INFLATED_BYTES, MAX_RATIO),
        damaged=("classeur tronqué ou endommagé", "enregistrer ou télécharger de nouveau le classeur"),
        alone="enregistrer le tableau seul dans un nouveau classeur .xlsx ou en CSV",
    )
    names = [posix(member.filename) for member in members]
    if "xl/workbook.xml" not in names:
        kind = "classeur OpenDocument (.ods)" if "content.xml" in names else "archive ZIP"
        raise SourceFormatError(
            path,
            f"{kind}, pas un classeur Excel .xlsx",
            "enregistrer le tableau au format .xlsx, ou extraire le fichier de l'archive",
        )
    try:
        return dict(_sheets(_slashed(raw)))
    except _DAMAGED as error:
        raise SourceFormatError(
            path, "classeur illisible", "l'ouvrir et l'enregistrer de nouveau au format .xlsx, ou en CSV"
        ) from error


def _sheets(raw: bytes) -> Iterator[tuple[str, Filled]]:
    # One column, and one line, more tell a sheet that has too many.
    columns, most = MAX_COLUMNS + 1, MAX_ROWS + HEADER_LINES + 1
    with CalamineWorkbook.from_filelike(io.BytesIO(raw)) as book, zipfile.ZipFile(io.BytesIO(raw)) as archive:
        parts = _parts(archive)
        for known in book.sheets_metadata:
            if known.typ == SheetTypeEnum.WorkSheet:
                held = _unvalued(archive, parts[known.name], columns)
                lines = islice(_lines(book.get_sheet_by_name(known.name), held, columns), most)
                yield known.name, list(lines)


def hidden_lines(raw: bytes, title: str, lines: Filled) -> int:
    """Count the lines that a filter, or the author of a workbook that was opened, hides."""
    with zipfile.ZipFile(io.BytesIO(_slashed(raw))) as archive:
        part = _parts(archive)[title]
        with archive.open(part) as stream:
            tail = b""
            while chunk := stream.read(_CHUNK):
                if b"hidden" in tail + chunk:
                    break
                tail = chunk[-_TAIL:]
            else:
                return 0
        found: set[int] = set()
        line = 0

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal line
            if name.rpartition(":")[2] == "row":
                line = int(attributes.get("r", line + 1))
                if attributes.get("hidden") in {"1", "true"}:
                    found.add(line)

        parser = expat.ParserCreate()
        parser.StartElementHandler = start
        with archive.open(part) as stream:
            parser.ParseFile(stream)
    return sum(number in found for number, _ in lines)


def _slashed(raw: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        names = archive.namelist()
    return with_slashes(raw) if any("\\" in name for name in names) else raw


def texts(lines: Iterable[tuple[int, list[Any]]]) -> Lines:
    """Write the cells of lines as those of a text file."""
    return [(line, [cell_text(_plain(value)) for value in cells]) for line, cells in lines]


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    return str(value) if isinstance(value, dt.date | dt.time | dt.timedelta) else value


def _lines(
    sheet: CalamineSheet, held: dict[int, dict[int, str]], columns: int
) -> Iterator[tuple[int, list[Any]]]:
    """Give the lines of a sheet that hold something."""
    for line, row in enumerate(sheet.to_python(skip_empty_area=False), 1):
        yield from _line(line, row[:columns], held.pop(line, {}))
    for line in sorted(held):
        yield from _line(line, [], held[line])


def _line(line: int, cells: list[Any], held: dict[int, str]) -> Iterator[tuple[int, list[Any]]]:
    for place, text in held.items():
        cells += [""] * (place + 1 - len(cells))
        if cells[place] == "":
            cells[place] = text
    while cells and cells[-1] == "":
        cells.pop()
    if any(not isinstance(cell, str) or cell.strip() for cell in cells):
        yield line, cells


def _unvalued(archive: zipfile.ZipFile, part: str, columns: int) -> dict[int, dict[int, str]]:
    """Find the cells of a sheet that hold a formula without a value, or an error."""
    with archive.open(part) as stream:
        tail = b""
        while chunk := stream.read(_CHUNK):
            whole = tail + chunk
            if any(hint in whole for hint in _HINTS) and _MARKS.search(whole):
                break
            tail = chunk[-_TAIL:]
        else:
            return {}
    found = _Cells(columns)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = found.start
    parser.EndElementHandler = found.end
    parser.CharacterDataHandler = found.text
    with archive.open(part) as stream:
        parser.ParseFile(stream)
    return found.held


class _Cells:
    """What the parser of a sheet tells."""

    def __init__(self, columns: int) -> None:
        self.held: dict[int, dict[int, str]] = {}
        self.columns = columns
        self.line = 0
        self.place = -1
        self.kind = ""
        self.formula: str | None = None
        self.value = ""
        self.inside = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            letters = attributes.get("r", "").rstrip("0123456789")
            self.place = _rank(letters) if letters else self.place + 1
            self.kind = attributes.get("t", "")
            self.formula, self.value = None, ""
        elif name == "row":
            self.line = int(attributes.get("r", self.line + 1))
            self.place = -1
        elif name == "f":
            self.formula = ""
            self.inside = name
        elif name == "v":
            self.inside = name

    def text(self, text: str) -> None:
        if self.inside == "v":
            self.value += text
        elif self.inside == "f":
            self.formula = (self.formula or "") + text

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        self.inside = ""
        if name != "c" or not 0 <= self.place < self.columns:
            return
        # A formula that gives an empty text has a value.
        if self.kind == "e" and self.value:
            self.held.setdefault(self.line, {})[self.place] = self.value
        elif self.formula is not None and not self.value and self.kind != "str":
            self.held.setdefault(self.line, {})[self.place] = "=" + self.formula if self.formula else SHARED


def _rank(letters: str) -> int:
    rank = 0
    for letter in letters:
        rank = rank * 26 + ord(letter) - ord("A") + 1
    return rank - 1


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Give the member of each sheet."""
    targets = {
        link["Id"]: posixpath.normpath(posixpath.join("/xl", link["Target"]))[1:]
        for link in _elements(archive.read("xl/_rels/workbook.xml.rels"), "Relationship")
    }
    named = {}
    for sheet in _elements(archive.read("xl/workbook.xml"), "sheet"):
        # The prefix stands for one of two namespaces, of which the name alone counts.
        link = next(value for name, value in sheet.items() if name.endswith(":id"))
        named[sheet["name"]] = targets[link]
    return named


def _elements(content: bytes, wanted: str) -> list[dict[str, str]]:
    """Give the attributes of each element of a name."""
    found: list[dict[str, str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == wanted:
            found.append(attributes)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.Parse(content, True)
    return found
