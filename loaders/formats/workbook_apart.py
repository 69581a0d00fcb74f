"""Read a workbook and write its lines as JSON: run as a script, in a process of its own, by `_workbooks`.

The library that reads workbooks fast makes room for the whole rectangle between the first and the last cell: two
cells of a file of 2 KB may ask for 500 GB, which ends the process. Here that process is not the server's, and its
memory and time are bounded. The library says nothing of errors of a spreadsheet, nor of formulas whose value the
workbook does not hold: both are read from the sheet's own XML.

It knows no other module of the project, so that it starts at once.
"""

import datetime as dt
import io
import json
import posixpath
import re
import sys
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum

#: A formula whose text stands at another cell.
SHARED = "=(formule partagée)"
_CHUNK = 1 << 20
#: A start tag cut between two chunks is no longer than this.
_TAIL = 200
_MARKS = re.compile(rb"<(?:\w+:)?f[\s/>]|\st\s*=\s*[\"']e[\"']")
#: Every mark holds one of these, which are found ten times faster.
_HINTS = (b"<f", b":f", b"'e'", b'"e"')
_MEGABYTE = 1 << 20


def bound(memory_mb: int, time_s: int) -> None:
    """Bound the memory and the processor time of this process, where the system can."""
    try:
        import resource  # noqa: PLC0415  not on every system
    except ImportError:
        return
    for limit, value in ((resource.RLIMIT_AS, memory_mb * _MEGABYTE), (resource.RLIMIT_CPU, time_s)):
        most = resource.getrlimit(limit)[1]
        resource.setrlimit(limit, (value if most == resource.RLIM_INFINITY else min(value, most), most))
    # Cut short, it leaves no image of a user's file.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def lines_of(
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


def unvalued(archive: zipfile.ZipFile, part: str, columns: int) -> dict[int, dict[int, str]]:
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


def parts_of(archive: zipfile.ZipFile) -> dict[str, str]:
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


def _plain(value: Any) -> str:
    return value.date().isoformat() if isinstance(value, dt.datetime) else str(value)


def main() -> None:
    """Write the name of each sheet, then its first lines and all its lines, each as a line of JSON."""
    head, most, columns, memory_mb, time_s = map(int, sys.argv[1:])
    bound(memory_mb, time_s)
    raw = sys.stdin.buffer.read()
    with CalamineWorkbook.from_filelike(io.BytesIO(raw)) as book, zipfile.ZipFile(io.BytesIO(raw)) as archive:
        parts = parts_of(archive)
        for known in book.sheets_metadata:
            if known.typ != SheetTypeEnum.WorkSheet:
                continue
            lines = []
            held = unvalued(archive, parts[known.name], columns)
            for line in lines_of(book.get_sheet_by_name(known.name), held, columns):
                lines.append(line)
                if len(lines) > most:
                    break
            for told in (known.name, lines[:head], lines):
                sys.stdout.write(json.dumps(told, default=_plain) + "\n")


if __name__ == "__main__":
    main()
