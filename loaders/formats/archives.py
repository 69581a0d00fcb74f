"""Look at a ZIP archive before anything in it is inflated."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from errors import SourceContentError, SourceFormatError

_LOCKED = 1


@dataclass(frozen=True)
class Limits:
    """What an archive may hold."""

    members: int
    inflated_bytes: int
    ratio: int


def check_members(
    path: Path,
    raw: bytes,
    *,
    limits: Limits,
    damaged: tuple[str, str],
    alone: str,
    read: Callable[[str], bool] | None = None,
) -> list[zipfile.ZipInfo]:
    """Refuse an archive that is none, or that would fill the memory once inflated."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError) as error:
        raise SourceFormatError(path, *damaged) from error
    wanted = [member for member in members if read is None or read(member.filename)]
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
