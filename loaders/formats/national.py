"""Read a table or an archive of all of France, of which one territory is kept: nothing else is held in memory."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from errors import SourceFormatError
from loaders.formats import texts
from loaders.formats.texts import Layout
from loaders.formats.uploads import Limits, check_members, opened

#: Largest cell of a table: the outline of one site may hold thousands of vertices.
MAX_CELL: Final = 20_000_000
# The module's own limit is for the whole process: larger cells are the readers' business.
csv.field_size_limit(MAX_CELL)

_ARCHIVE: Final = b"PK\x03\x04"
_LIMITS: Final = Limits(members=200, inflated_bytes=300_000_000, ratio=100)
_DOWNLOAD_AGAIN: Final = "télécharger le fichier de nouveau"
_DAMAGED: Final = ("fichier binaire illisible : archive ZIP tronquée ou endommagée", _DOWNLOAD_AGAIN)
_ESCAPED: Final = re.compile(r'\\"')
_ENDS: Final = ("", "\n", "\r\n")


@dataclass(frozen=True, eq=False)
class Kept:
    """The rows kept of a table."""

    rows: pd.DataFrame
    layout: Layout
    elsewhere: int

    @property
    def read(self) -> int:
        """How many rows the file holds."""
        return len(self.rows) + self.elsewhere


def read_kept(
    path: Path,
    layouts: Sequence[Layout],
    *,
    keep: Callable[[Layout, Mapping[str, str]], bool],
    escaped: Layout | None = None,
) -> Kept:
    """Read the rows of a CSV file that answer to a question, line by line, or those of a JSON list."""
    if texts.is_json(path):
        return _kept_records(path, layouts, keep)
    texts.check_text_ends(path)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        try:
            return _kept(path, stream, layouts, keep, escaped)
        except UnicodeDecodeError as error:
            raise texts.decoding_error(path, error, encoding="utf-8") from error


def national_text(path: Path, member: str) -> str | None:
    """Give the text of a member of a ZIP archive, named in full: archives hold twins of it in other folders."""
    if not path.is_file():
        return None
    with path.open("rb") as stream:
        if stream.read(len(_ARCHIVE)) != _ARCHIVE:
            return None
    raw = path.read_bytes()

    def wanted(name: str) -> bool:
        return name == member

    members = check_members(
        path, raw, limits=_LIMITS, damaged=_DAMAGED, alone="extraire le fichier de l'archive", read=wanted
    )
    named = [item for item in members if wanted(item.filename)]
    if len(named) != 1:
        raise SourceFormatError(
            path,
            f"archive sans fichier unique « {member} » ({len(named)} trouvés)",
            "télécharger de nouveau l'archive, ou en extraire le fichier",
        )
    with opened(path, raw, *_DAMAGED) as archive:
        content = archive.read(named[0])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise texts.decoding_error(path, error, encoding="utf-8") from error


def _kept_records(
    path: Path, layouts: Sequence[Layout], keep: Callable[[Layout, Mapping[str, str]], bool]
) -> Kept:
    records, layout = texts.read_features(path, layouts)
    columns = list(layout.known.values())
    read = [{name: texts.text_of(record[name]) for name in columns} for record in records]
    rows = {rank: row for rank, row in enumerate(read, start=1) if keep(layout, row)}
    index = pd.Index(list(rows), name="ligne", dtype="int64")
    frame = pd.DataFrame(list(rows.values()), index=index, columns=columns, dtype="str")
    return Kept(frame, layout, len(read) - len(rows))


def _kept(
    path: Path,
    stream: io.TextIOWrapper,
    layouts: Sequence[Layout],
    keep: Callable[[Layout, Mapping[str, str]], bool],
    escaped: Layout | None,
) -> Kept:
    first = stream.readline()
    delimiter = max((layout.delimiter for layout in layouts), key=first.count)
    header = [name.strip() for name in next(texts.cells_of(path, [first], delimiter))[1]]
    layout = texts.check_layout(path, header, layouts)
    texts.check_unique(path, header)
    places = {ours: header.index(theirs) for theirs, ours in layout.known.items() if theirs in header}
    lines = _unescaped(stream, delimiter) if layout is escaped else iter(stream)
    numbers: list[int] = []
    rows: list[list[str]] = []
    elsewhere, last = 0, (0, 0)
    for number, cells in texts.cells_of(path, lines, delimiter, before=1):
        if last[1] and last[1] != len(header):
            raise texts.badly_cut(path, last, len(header), final=False)
        last = (number, len(cells))
        if len(cells) != len(header):
            continue
        row = {name: cells[at].strip() for name, at in places.items()}
        if keep(layout, row):
            numbers.append(number)
            rows.append([row.get(name, "") for name in layout.known.values()])
        else:
            elsewhere += 1
    if not last[1]:
        raise SourceFormatError(path, "aucune ligne de données", _DOWNLOAD_AGAIN)
    if last[1] != len(header):
        raise texts.badly_cut(path, last, len(header), final=True)
    index = pd.Index(numbers, name="ligne", dtype="int64")
    return Kept(
        pd.DataFrame(rows, index=index, columns=list(layout.known.values()), dtype="str"), layout, elsewhere
    )


def _unescaped(lines: Iterator[str], delimiter: str) -> Iterator[str]:
    r"""Double the quotes that the producer writes as ``\"``, whose backslashes are not doubled themselves."""
    held: str | None = None
    for line in lines:
        if held is not None:
            yield _doubled(held, line, delimiter)
        held = line
    if held is not None:
        yield _doubled(held, "", delimiter)


def _doubled(line: str, following: str, delimiter: str) -> str:
    if '\\"' not in line:
        return line

    def quote(found: re.Match[str]) -> str:
        rest = line[found.end() :]
        # A backslash that ends a cell: the next cell, or the next row, starts with its quote.
        closes = rest.startswith(delimiter + '"') or (rest in _ENDS and following[:1] in {"", '"'})
        doubled = rest.startswith('"') and not (rest[1:2] == delimiter or rest[1:] in _ENDS)
        return found[0] if closes or doubled else '""'

    return _ESCAPED.sub(quote, line)
