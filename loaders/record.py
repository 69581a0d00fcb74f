"""Files of a folder of data that were corrected by hand: read by their loaders, then recorded as they are."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from filelock import Timeout

from errors import ArgumentError, SourceContentError
from loaders import catalogue, checksums, premises, projects, quality, sports, territory
from loaders._contract import SOURCE_ID
from loaders._journal import alone, replace_files, sha256
from loaders.brought import landlords
from loaders.build import STEP_OF
from loaders.formats.texts import count_rows
from loaders.paths import DATA, within

#: How each table without a row in the catalogue is read; the catalogue comes first, for it says what the others are.
_READERS: Final[Mapping[str, Callable[[Path], Any]]] = {
    checksums.CATALOGUE: catalogue.load,
    checksums.TERRITORY: lambda path: territory.load(path.parent),
    checksums.QUALITY: quality.load,
    checksums.LANDLORDS: landlords.load,
    checksums.FICTIONAL: premises.read_fictional,
    checksums.FAMILIES: sports.load_families,
}


@dataclass(frozen=True)
class Recorded:
    """What was recorded: a source or a file, and its rows, None for a file that has none."""

    name: str
    rows: int | None


def record(names: Iterable[str] | None = None, *, data_dir: Path | str = DATA) -> list[Recorded]:
    """Record files as they are now: from then on, these are the ones that are believed.

    Parameters
    ----------
    names
        Sources of the catalogue, or files of the folder that have no row there; by default all.

    Returns
    -------
    list of Recorded
        In the order in which they were recorded: each is recorded alone, so that a fault leaves those before it.

    Raises
    ------
    ArgumentError
        If there is no such source or file.
    SourceError
        If a file is at fault, or sets rows aside.
    """
    folder = Path(data_dir).absolute()
    try:
        with alone(folder):
            return _recorded(names, folder)
    except Timeout as error:
        raise SourceContentError(folder, "une actualisation est en cours", "réessayer ensuite") from error


def _recorded(names: Iterable[str] | None, folder: Path) -> list[Recorded]:
    tables = [name for name in _READERS if (folder / name).is_file()]
    if names is None:
        for name in tables:
            _READERS[name](folder / name)
        replace_files(folder, checksums.sealed(folder, {}, afresh=True))
    rows = catalogue.rows(within(catalogue.CATALOGUE_FILE, folder))
    whole = {source_id: row for source_id, row in rows.items() if int(row["lignes_lues"])}
    asked = [*tables, *whole] if names is None else list(names)
    unknown = [name for name in asked if name not in tables and name not in whole]
    if unknown:
        raise ArgumentError(
            f"ni source, ni fichier à enregistrer : {', '.join(unknown)} ; connus : {', '.join([*whole, *tables])}"
        )
    return [
        _record_source(rows[name], folder) if name in whole else _record_table(name, folder) for name in asked
    ]


def _record_table(name: str, folder: Path) -> Recorded:
    _READERS[name](folder / name)
    replace_files(folder, checksums.sealed(folder, {}, anew=[name]))
    return Recorded(name, count_rows(folder / name) if name.endswith(".csv") else None)


def _record_source(row: dict[str, str], folder: Path) -> Recorded:
    source_id, path = row["source_id"], folder / row["fichier"]
    beside = [name for name, owner in checksums.BESIDE.items() if owner == source_id]
    if source_id == SOURCE_ID:
        kept = projects.check(path if path.is_dir() else path.parent, data_dir=folder)
        beside += [str(file.relative_to(folder)) for file in sorted(path.glob("*.csv"))]
    else:
        report = STEP_OF[source_id].read(data_dir=folder).report
        if report.lignes_ecartees:
            first = next(fault for fault in report.faults if fault.suite == quality.SET_ASIDE)
            raise SourceContentError(
                path,
                f"ligne {first.ligne} ({first.identifiant}) : {first.faute}, « {first.valeur} »",
                "corriger ou retirer la ligne : un extrait n'en a aucune à écarter",
            )
        kept = report.lignes_gardees
    said = row | {
        "lignes_lues": str(kept + int(row["lignes_ecartees"])),
        "lignes_gardees": str(kept),
        "empreinte": "" if path.is_dir() else sha256(path),
    }
    replace_files(folder, catalogue.rewritten(folder, said, anew=beside))
    return Recorded(source_id, kept)
