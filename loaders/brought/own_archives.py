"""The ZIP archives that users bring: a Shapefile, or one file of another format, read in memory alone."""

import io
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from errors import SourceFormatError
from loaders.brought.own_vectors import HELPING, NEEDED
from loaders.formats.archives import Limits, check_members

#: What an archive may hold; geometries shrink some 10 times.
LIMITS: Final = Limits(members=1_000, inflated_bytes=300_000_000, ratio=200)
_ALONE: Final = "mettre dans l'archive le seul fichier de la couche"
#: The formats that may lie in an archive, one file each.
_SINGLE: Final = (".geojson", ".json", ".gpkg", ".csv", ".txt", ".tsv", ".xlsx")


@dataclass(frozen=True)
class Found:
    """What an archive holds."""

    member: str
    members: tuple[str, ...]
    content: dict[str, bytes]


def is_workbook(raw: bytes) -> bool:
    """Tell whether an archive is a workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError):
        return False
    return "xl/workbook.xml" in names or "content.xml" in names


def open_archive(path: Path, raw: bytes, *, member: str | None) -> Found:
    """Take a layer out of an archive; nothing is written on the disk, whatever names its members bear."""
    listed = check_members(
        path,
        raw,
        limits=LIMITS,
        damaged=("archive ZIP tronquée ou endommagée", "refaire ou télécharger de nouveau l'archive"),
        alone=_ALONE,
    )
    names = [known.filename for known in listed if not known.is_dir() and not _is_hidden(known.filename)]
    shapefiles = _shapefiles(names)
    singles = {name: {"": name} for name in names if PurePosixPath(name).suffix.lower() in _SINGLE}
    layers = shapefiles | singles
    if not layers:
        raise SourceFormatError(
            path,
            "l'archive ne contient ni Shapefile, ni GeoJSON, ni GeoPackage, ni tableau",
            "y mettre les fichiers .shp, .shx, .dbf et .prj de la couche",
        )
    member = next(iter(layers)) if member is None else member
    if member not in layers:
        raise SourceFormatError(path, f"pas de couche « {member} »", f"choisir parmi : {', '.join(layers)}")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            content = {suffix: archive.read(name) for suffix, name in layers[member].items()}
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        ValueError,
        NotImplementedError,
        RuntimeError,
        OSError,
    ) as error:
        raise SourceFormatError(
            path, f"« {member} » est illisible dans l'archive", "refaire ou télécharger de nouveau l'archive"
        ) from error
    return Found(member, tuple(layers), content)


def _is_hidden(name: str) -> bool:
    """Tell what systems add to archives by themselves."""
    return PurePosixPath(name).name.startswith(".") or "__MACOSX" in PurePosixPath(name).parts


def _shapefiles(names: Sequence[str]) -> dict[str, dict[str, str]]:
    """Give the members of each Shapefile by extension, under its name."""
    stems: dict[str, dict[str, str]] = {}
    for name in names:
        suffix = PurePosixPath(name).suffix.lower()
        if suffix in NEEDED or suffix in HELPING:
            stems.setdefault(name[: -len(suffix)].casefold(), {}).setdefault(suffix, name)
    # A lone .dbf or .prj may belong to something else; a lone .shx does not.
    kept = [found for found in stems.values() if ".shp" in found or {".shx", ".dbf"} <= set(found)]
    return {
        PurePosixPath(next(iter(found.values()))).stem + ".shp"
        if ".shp" not in found
        else found[".shp"]: found
        for found in kept
    }
