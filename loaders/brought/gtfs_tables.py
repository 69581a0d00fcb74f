"""The tables of a GTFS archive: small ones that are read whole, two that are read in pieces; and the modes of its lines.

A mode is what the type of a line says, and for BHNS what its name or the user says.
"""

import csv
import io
import logging
import zipfile
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

import pandas as pd

from errors import ArgumentError, SourceContentError, SourceFormatError
from loaders.formats.texts import Layout, absent_columns, table_of
from loaders.formats.uploads import Limits, check_members, is_added, opened, posix
from words.folding import fold

_LOG: Final = logging.getLogger(__name__)

STOPS: Final = "stops.txt"
ROUTES: Final = "routes.txt"
TRIPS: Final = "trips.txt"
STOP_TIMES: Final = "stop_times.txt"
#: Who runs the network, and who made the archive, for which days.
AGENCY: Final = "agency.txt"
FEED_INFO: Final = "feed_info.txt"
#: Columns that each table must have.
COLUMNS: Final = {
    STOPS: ("stop_id", "stop_name", "stop_lat", "stop_lon"),
    ROUTES: ("route_id", "route_type"),
    TRIPS: ("route_id", "trip_id"),
    STOP_TIMES: ("trip_id", "stop_id"),
}
#: Rows of a table that are in memory at once.
CHUNK_ROWS: Final = 200_000
#: Largest size of each table, once inflated.
MAX_TABLE_BYTES: Final = {
    STOPS: 50_000_000,
    ROUTES: 20_000_000,
    TRIPS: 200_000_000,
    STOP_TIMES: 2_000_000_000,
    AGENCY: 1_000_000,
    FEED_INFO: 1_000_000,
}
LIMITS: Final = Limits(members=1_000, inflated_bytes=sum(MAX_TABLE_BYTES.values()), ratio=200)
_HEADER_BYTES: Final = 65_536
_UTF16_BYTES: Final = 200
_AGAIN: Final = "télécharger de nouveau l'archive GTFS auprès de l'exploitant"
_DAMAGED: Final = ("archive tronquée ou endommagée", _AGAIN)

METRO: Final = "metro"
TRAM: Final = "tram"
BHNS: Final = "bhns"
BUS: Final = "bus"
#: In the order in which they are told.
MODES: Final = (METRO, TRAM, BHNS, BUS)

#: Types of the GTFS reference, then those of its extension (hierarchical vehicle types), to modes. Others are left
#: out: trains, boats, cable cars, and the buses that carry not everybody (705 to 716 apart from 705, night, and 716).
TYPES: Final = (
    dict.fromkeys((1, *range(400, 405)), METRO)
    | dict.fromkeys((0, *range(900, 907)), TRAM)
    | dict.fromkeys((3, 11, 200, 204, 208, 209, *range(700, 706), 716, 800), BUS)
)
#: Words by which a bus line says that it is a BHNS.
_WORDS: Final = ("bhns", "tcsp")
_PHRASE: Final = "haut niveau de service"
#: The numbers of some networks: B1, B3A. Elsewhere they may be those of ordinary buses.
_NUMBER: Final = r"B[1-9][AB]?"


class Tables:
    """The tables of one archive."""

    def __init__(self, path: Path, raw: bytes) -> None:
        if not raw.startswith(b"PK"):
            kind = "page web" if raw[:1000].lstrip().startswith(b"<") else "fichier d'un autre format"
            raise SourceFormatError(path, f"{kind}, pas une archive ZIP", _AGAIN)
        self.path = path
        self._raw = raw
        members = check_members(
            path,
            raw,
            limits=LIMITS,
            damaged=_DAMAGED,
            alone="n'y laisser que les fichiers du GTFS",
            read=lambda name: _table(name) in MAX_TABLE_BYTES,
        )
        self._members = self._found(members)
        self.encoding = "utf-8-sig"

    def origin(self, table: str) -> pd.DataFrame:
        """Read a table that says where the archive comes from."""
        if table not in self._members:
            return pd.DataFrame()
        try:
            return self.whole(table)
        except SourceFormatError as error:
            # Stops and lines do not depend on it: what it would say is then not said.
            _LOG.warning("%s", error)
            return pd.DataFrame()

    def pieces(self, table: str) -> Iterator[pd.DataFrame]:
        """Read the needed columns of a table, some rows at a time."""
        with self._opened(table) as archive:
            with archive.open(self._members[table]) as stream:
                start = stream.read(_HEADER_BYTES)
            encoding = self._utf16(start) or self.encoding
            places = self._places(table, start.decode(encoding, errors="replace"))
            with archive.open(self._members[table]) as stream:
                reader = pd.read_csv(
                    stream,
                    usecols=sorted(places.values()),
                    header=0,
                    index_col=False,  # of rows longer than the header, the last cells are left out
                    dtype="str",
                    na_filter=False,
                    skipinitialspace=True,
                    chunksize=CHUNK_ROWS,
                    encoding=encoding,
                    encoding_errors="replace",
                )
                for piece in reader:
                    piece.columns = sorted(places, key=lambda name: places[name])
                    # A row may end before its last columns.
                    yield piece.apply(lambda cells: cells.fillna("").str.strip())

    def _found(self, members: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
        found: dict[str, zipfile.ZipInfo] = {}
        for member in members:
            table = _table(member.filename)
            if table not in MAX_TABLE_BYTES:
                continue
            if table in found:
                raise SourceContentError(
                    self.path, f"plusieurs fichiers {table} dans l'archive", "donner une archive par réseau"
                )
            if member.file_size > MAX_TABLE_BYTES[table]:
                raise SourceContentError(
                    self.path,
                    f"{table} fait {member.file_size / 1e6:.0f} Mo une fois décompressé, {MAX_TABLE_BYTES[table] / 1e6:.0f} Mo au plus sont acceptés",
                    "demander un GTFS limité au réseau local",
                )
            found[table] = member
        absent = [table for table in COLUMNS if table not in found]
        if absent:
            what = "archive incomplète" if len(absent) < len(COLUMNS) else "cette archive n'est pas un GTFS"
            raise SourceFormatError(self.path, f"{what}, il manque : {', '.join(absent)}", _AGAIN)
        return found

    def whole(self, table: str) -> pd.DataFrame:
        """Read all of a table."""
        with self._opened(table) as archive:
            content = archive.read(self._members[table])
        try:
            text = content.decode(self._utf16(content) or self.encoding)
        except UnicodeDecodeError:
            # The format asks for UTF-8; some producers keep the encoding of their spreadsheet.
            self.encoding = "cp1252"
            text = content.decode(self.encoding, errors="replace")
        if not text.strip():
            raise SourceFormatError(self._shown(table), "fichier vide", _AGAIN)
        return table_of(
            self._shown(table), _filled(text), Layout("GTFS", {name: name for name in COLUMNS.get(table, ())})
        )

    def _opened(self, table: str) -> AbstractContextManager[zipfile.ZipFile]:
        return opened(self._shown(table), self._raw, "fichier illisible ou tronqué", _AGAIN, why=True)

    def _utf16(self, start: bytes) -> str:
        """Name the encoding of a table in UTF-16, "" for any other."""
        if start.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "utf-16"
        if b"\x00" not in start[:_UTF16_BYTES]:
            return ""
        return "utf-16-le" if start[1:2] == b"\x00" else "utf-16-be"

    def _places(self, table: str, start: str) -> dict[str, int]:
        """Find the needed columns in a header."""
        line = next(iter(start.removeprefix("\ufeff").splitlines()), "")
        names = next(csv.reader([line.strip()]), [])
        names = [name.strip() for name in names]
        absent = [f"« {name} »" for name in COLUMNS[table] if name not in names]
        if absent:
            raise absent_columns(self._shown(table), absent, "fournir un fichier au format « GTFS »")
        return {name: names.index(name) for name in COLUMNS[table]}

    def _shown(self, table: str) -> Path:
        return Path(f"{self.path.name}, fichier {table}")


def _filled(text: str) -> str:
    """Complete the rows that end before their last columns; a last one without its end of line was cut."""
    text = text.removeprefix("\ufeff")
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        return text
    width = len(rows[0]) if rows else 0
    if not text.endswith(("\n", "\r")) or all(not row or len(row) >= width for row in rows):
        return text
    whole = io.StringIO()
    csv.writer(whole, lineterminator="\n").writerows(row + [""] * (width - len(row)) for row in rows if row)
    return whole.getvalue()


def _table(name: str) -> str:
    """Give the table that a member holds: archives may have folders, and Apple's copies of each file."""
    return "" if is_added(name) else posix(name).rsplit("/", 1)[-1].lower()


def with_modes(routes: pd.DataFrame, *, bhns: Collection[str] | None) -> pd.DataFrame:
    """Give lines their mode and the name by which they are told."""
    table = routes.reindex(
        columns=["route_id", "route_type", "route_short_name", "route_long_name", "route_desc"], fill_value=""
    )
    table = table[(table["route_id"] != "") & ~table["route_id"].duplicated()].set_index("route_id")
    short, long = table["route_short_name"], table["route_long_name"]
    line = short.where(short != "", long)
    line = line.where(line != "", table.index.to_series())
    mode = pd.to_numeric(table["route_type"], errors="coerce").map(TYPES).fillna("").astype("str")
    bus = mode == BUS
    if bhns is None:
        told = (short + " " + long + " " + table["route_desc"]).map(_says_bhns).astype(bool)
        numbered = short.str.fullmatch(_NUMBER).astype(bool)
    else:
        wanted = _collection(bhns)
        told = table.index.to_series().isin(wanted) | line.isin(wanted)
        numbered = pd.Series(data=False, index=table.index)
        lost = wanted - set(table.index[bus]) - set(line[bus])
        if lost:
            raise ArgumentError(f"lignes de bus inconnues, données comme BHNS : {', '.join(sorted(lost))}")
    mode = mode.where(~(bus & (told | numbered)), BHNS)
    return pd.DataFrame({"ligne": line, "mode": mode, "bhns_par_numero": bus & numbered & ~told})


def _says_bhns(names: str) -> bool:
    words = fold(names)
    return any(word in words for word in _WORDS) or _PHRASE in " ".join(words)


def _collection(names: Collection[str]) -> set[str]:
    if isinstance(names, str):
        raise ArgumentError(f"il faut une collection de lignes, pas le texte {names!r}")
    return set(names)
