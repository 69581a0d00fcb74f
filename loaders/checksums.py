"""Whether the files of a folder of data are those that were recorded: one that was cut is refused, never half believed.

An extract is known by its row of `sources.csv`; every other file that the atlas reads, by `empreintes.csv`.
"""

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

import pandas as pd

from errors import SourceContentError, SourceError, SourceFormatError, SourceMissingError
from loaders._journal import sha256
from loaders.formats.texts import count_rows, read_csv
from loaders.paths import DATA, reference_folder, stamp, within
from words.formats import entier

FILE_NAME: Final = "empreintes.csv"
COLUMNS: Final = ["fichier", "empreinte"]
CATALOGUE: Final = "sources.csv"
QUALITY: Final = "qualite.csv"
TERRITORY: Final = "territoire.toml"
#: What every folder of data has beside its extracts.
TABLES: Final = (QUALITY, CATALOGUE, TERRITORY)
#: Tables that complete a source, or that are read on request; a folder may lack them.
LANDLORDS: Final = "equipements/bailleurs.csv"
FICTIONAL: Final = "equipements/locaux_fictifs.csv"
FAMILIES: Final = "equipements/sports_familles.csv"
BESIDE: Final[Mapping[str, str]] = {LANDLORDS: "", FICTIONAL: "", FAMILIES: "sports"}
_CHANGED: Final = "fichier incomplet, ou modifié depuis qu'il a été enregistré"


def mend(name: str) -> str:
    """Say what to do about a file that is not the one that was recorded.

    Parameters
    ----------
    name
        What the command records: a source, or a file of the folder.
    """
    return (
        "remettre la version d'avant ou l'actualiser ; s'il a été corrigé à la main, l'enregistrer : "
        f"python -m loaders record {name}".rstrip()
    )


def of(path: Path) -> str:
    """Give the SHA-256 of a file, read once per version."""
    return _of(*stamp(path))


@lru_cache(maxsize=256)
def _of(version: tuple[str, int, int]) -> str:
    return sha256(Path(version[0]))


def check_extract(path: Path, *, checksum: str, rows: int, source_id: str) -> None:
    """Refuse an extract that is not the one that the catalogue describes.

    Parameters
    ----------
    checksum
        What the catalogue says of the file; where it is blank, the rows are counted.

    Raises
    ------
    SourceError
        If the file is missing, or differs from what was recorded.
    """
    if not path.exists():
        raise SourceMissingError(path, "fichier introuvable", mend(source_id))
    if checksum and of(path) == checksum:
        return
    try:
        found = count_rows(path)
    except SourceError as error:
        raise SourceFormatError(path, error.fault, mend(source_id)) from error
    if found != rows:
        fault = f"fichier incomplet ou modifié : {entier(found)} lignes, {entier(rows)} enregistrées"
        raise SourceContentError(path, fault, mend(source_id))
    if checksum:
        raise SourceContentError(path, _CHANGED, mend(source_id))


def check(name: str, data_dir: Path = DATA, *, recorded_by: str = "") -> None:
    """Refuse a file without a row in the catalogue that is not the one that was recorded.

    Parameters
    ----------
    name
        The file, relative to the folder; one that was never recorded is believed.
    recorded_by
        The source whose record holds this file; by default it has its own.

    Raises
    ------
    SourceError
        If the file is missing, or differs from what was recorded.
    """
    recorded = read(data_dir)
    path = data_dir / name
    if name not in recorded:
        return
    if not path.is_file():
        raise SourceMissingError(path, "fichier introuvable", mend(recorded_by or name))
    if of(path) != recorded[name]:
        raise SourceContentError(path, _CHANGED, mend(recorded_by or name))


def check_reference(name: str, *, recorded_by: str = "") -> None:
    """Refuse a table that holds for every territory and is not the one that was recorded."""
    check(name, reference_folder(name), recorded_by=recorded_by)


def read(data_dir: Path = DATA) -> dict[str, str]:
    """Give what was recorded of the files that have no row in the catalogue.

    Returns
    -------
    dict of str to str
        Checksum by file; none in a folder where nothing was recorded yet.

    Raises
    ------
    SourceError
        If the file of checksums is itself damaged.
    """
    path = within(DATA / FILE_NAME, data_dir)
    return dict(_read(*stamp(path))) if path.is_file() else {}


@lru_cache(maxsize=8)
def _read(version: tuple[str, int, int]) -> tuple[tuple[str, str], ...]:
    path = Path(version[0])
    frame = read_csv(path, columns=COLUMNS)
    found = dict(zip(frame["fichier"], frame["empreinte"], strict=True))
    if TERRITORY not in found:  # it is written last
        raise SourceContentError(
            path,
            f"fichier incomplet : « {TERRITORY} » n'y est pas",
            "remettre le fichier d'avant, ou vérifier les fichiers et les enregistrer : python -m loaders record",
        )
    return tuple(found.items())


def sealed(
    data_dir: Path, contents: Mapping[str, bytes | Path], *, anew: Iterable[str] = (), afresh: bool = False
) -> dict[str, bytes | Path]:
    """Add to the files that are about to be written what is to be recorded of those without a row.

    Parameters
    ----------
    anew
        Files to record as they are now.
    afresh
        Forget what was recorded before, which may be damaged.
    """
    known = {} if afresh else read(data_dir)
    if not known:
        anew = [*anew, *TABLES, *BESIDE]
    known |= {name: sha256(data_dir / name) for name in anew if (data_dir / name).is_file()}
    for name, content in contents.items():
        if name in TABLES and isinstance(content, bytes):
            known[name] = hashlib.sha256(content).hexdigest()
    names = sorted(known, key=lambda name: (name == TERRITORY, name))
    table = pd.DataFrame([(name, known[name]) for name in names], columns=COLUMNS)
    return {**contents, FILE_NAME: table.to_csv(index=False, lineterminator="\n").encode()}
