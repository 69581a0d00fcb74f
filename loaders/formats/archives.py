"""Look at a ZIP archive before anything in it is inflated, and read its members in memory alone."""

import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from errors import SourceContentError, SourceError, SourceFormatError

_LOCKED: Final = 1
#: What `zipfile`, and those who read a member, raise on what is damaged.
_DAMAGED: Final = (
    zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, RuntimeError, ValueError, OverflowError, csv.Error,
)  # fmt: skip


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
            return not {"xl/workbook.xml", "content.xml"}.isdisjoint(archive.namelist())
    except SourceFormatError:
        return False


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
