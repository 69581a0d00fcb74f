"""What a file is before it is read: its bytes, its format whatever its name says, the members of an archive.

Nothing is inflated before an archive was looked at, and its members are read in memory alone.
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Literal

from errors import ArgumentError, SourceContentError, SourceError, SourceFormatError, SourceMissingError

#: Far beyond `MAX_ROWS` rows of the inventory.
MAX_BYTES: Final = 60_000_000

Format = Literal["csv", "xlsx", "geojson", "gpkg", "shp"]
_OPEN_XML: Final = b"PK"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SQLITE: Final = b"SQLite format 3\x00"
#: First bytes of what is no inventory: what it is, and what to do.
_OTHERS: Final = (
    (b"\x1f\x8b", "fichier compressé (gzip)", "le décompresser"),
    (b"7z\xbc\xaf", "archive 7-Zip", "extraire le fichier de l'archive"),
    (b"Rar!", "archive RAR", "extraire le fichier de l'archive"),
    (b"%PDF", "document PDF", "demander le tableau d'origine (CSV, XLSX ou GeoPackage)"),
    (_OLE, "classeur d'un ancien format (.xls)", "l'enregistrer au format .xlsx"),
)
_LOCKED: Final = 1
#: What `zipfile`, and those who read a member, raise on what is damaged.
_DAMAGED: Final = (
    zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, RuntimeError, ValueError, OverflowError, csv.Error,
)  # fmt: skip


def called(source: Path | str | bytes | BinaryIO, name: str | None) -> Path:
    """Give the name by which messages call a file that is there."""
    if isinstance(source, Path | str):
        if not Path(source).is_file():
            raise SourceMissingError(source, "fichier introuvable", "vérifier le chemin")
        return Path(name or source)
    if not name:
        raise ArgumentError("Un fichier donné par son contenu doit avoir un nom")
    return Path(name)


def take(
    source: Path | str | bytes, name: str | None, *, max_bytes: int, smaller: str, filled: str
) -> tuple[Path, bytes]:
    """Give the bytes of a file and the name by which messages call it."""
    shown = called(source, name)
    size = len(source) if isinstance(source, bytes) else Path(source).stat().st_size
    if size > max_bytes:
        raise SourceContentError(
            shown, f"fichier de {size / 1e6:.0f} Mo, {max_bytes / 1e6:.0f} Mo au plus sont acceptés", smaller
        )
    raw = source if isinstance(source, bytes) else Path(source).read_bytes()
    if not raw.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise SourceFormatError(shown, "fichier vide", filled)
    return shown, raw


def format_of(path: Path, raw: bytes) -> Format:
    """Tell the format of a file; an archive is taken for a workbook, and is never a bare Shapefile."""
    if raw.startswith(_OPEN_XML):
        return "xlsx"
    if raw.startswith(_SQLITE):
        return "gpkg"
    if raw.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in raw:
        raise SourceFormatError(
            path, "classeur protégé par un mot de passe", "l'enregistrer sans mot de passe au format .xlsx"
        )
    for mark, kind, mend in _OTHERS:
        if raw.startswith(mark):
            raise SourceFormatError(path, kind, mend)
    # A GeoJSON by lines may mark the start of each one.
    start = raw[:1000].removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\x0b\x0c\x1e")
    if start.startswith(b"<"):
        raise SourceFormatError(
            path,
            "page web ou fichier XML à la place des données",
            "télécharger de nouveau le fichier, ou l'enregistrer en CSV, XLSX ou GeoPackage",
        )
    if start.startswith((b"{", b"[")):
        return "geojson"
    return "csv"


@dataclass(frozen=True)
class Limits:
    """What an archive may hold."""

    members: int
    inflated_bytes: int
    ratio: int


@contextmanager
def opened(path: Path, raw: bytes, fault: str, mend: str, *, why: bool = False) -> Iterator[zipfile.ZipFile]:
    """Open an archive, and tell what is damaged in it; `why` adds what the library says."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            yield archive
    except SourceError:
        raise
    except _DAMAGED as error:
        said = str(error).strip().split("\n", 1)[0] or type(error).__name__
        raise SourceFormatError(path, f"{fault} ({said})" if why else fault, mend) from error


def is_workbook(raw: bytes) -> bool:
    """Tell whether an archive is a workbook."""
    try:
        with opened(Path(), raw, "", "") as archive:
            return not {"xl/workbook.xml", "content.xml"}.isdisjoint(map(posix, archive.namelist()))
    except SourceFormatError:
        return False


def posix(name: str) -> str:
    """Give the name of a member as archives have it: some software of Windows writes backslashes."""
    return name.replace("\\", "/")


def is_added(name: str) -> bool:
    """Tell whether a member is one that systems add to archives by themselves."""
    parts = posix(name).split("/")
    return parts[-1].startswith(".") or "__MACOSX" in parts


def with_slashes(raw: bytes) -> bytes:
    """Write an archive of known size again, its members under the names that archives have."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as archive, zipfile.ZipFile(buffer, "w") as tidy:
        for member in archive.infolist():
            tidy.writestr(posix(member.filename), archive.read(member))
    return buffer.getvalue()


def check_members(
    path: Path,
    raw: bytes,
    *,
    limits: Limits,
    damaged: tuple[str, str],
    alone: str,
    read: Callable[[str], bool] = lambda _: True,
) -> list[zipfile.ZipInfo]:
    """Refuse an archive that is none, or that would fill the memory once inflated."""
    with opened(path, raw, *damaged) as archive:
        members = archive.infolist()
    wanted = [member for member in members if read(member.filename)]
    inflated = sum(member.file_size for member in wanted)
    # What an archive declares bounds what `zipfile` inflates: a member that lies is cut and fails its checksum.
    too_many = len(members) > limits.members
    if too_many or inflated > limits.inflated_bytes or inflated > limits.ratio * len(raw):
        raise SourceContentError(
            path,
            f"archive refusée : {len(members)} fichiers et {inflated / 1e6:.0f} Mo une fois décompressée, "
            f"pour {len(raw) / 1e6:.2f} Mo reçus",
            alone,
        )
    if any(member.flag_bits & _LOCKED for member in wanted):
        raise SourceFormatError(path, "archive protégée par un mot de passe", "retirer le mot de passe")
    return members
