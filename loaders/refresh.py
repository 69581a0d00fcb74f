"""Fetch the official sources of a folder of data again, or put their versions of before back."""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from errors import ArgumentError, AtlasError
from loaders import checksums, territory
from loaders._journal import alone, own_folder, replace_files
from loaders.live.download import Patience
from loaders.live.register import BY_HAND, OFFICIAL, official
from loaders.live.renewal import (
    CHANGED,
    NOT_FETCHED,
    RECEIVED,
    REFUSED,
    UNCHANGED,
    Attempt,
    Changes,
    Progress,
    RefreshResult,
    Renewal,
    compare,
    current,
    has_previous,
    last_attempt,
    put_back,
    reason,
)
from loaders.paths import DATA

__all__ = [
    "BY_HAND",
    "CHANGED",
    "NOT_FETCHED",
    "REFUSED",
    "UNCHANGED",
    "Attempt",
    "Changes",
    "Patience",
    "RefreshResult",
    "has_previous",
    "last_attempt",
    "refresh",
    "refresh_all",
    "refreshable",
    "revert",
]


def refreshable(data_dir: Path = DATA) -> list[str]:
    """Name the sources that can be fetched for the territory of a folder.

    Returns
    -------
    list of str
        In the order in which they depend on one another.

    Raises
    ------
    SourceError
        If the file of the territory is missing or at fault.
    """
    place = territory.load(data_dir)
    return [source.source_id for source in OFFICIAL if source.concerns(place)]


def refresh(
    source_id: str,
    *,
    data_dir: Path | str = DATA,
    url: str | None = None,
    accept_loss: bool = False,
    on_progress: Progress | None = None,
    patience: Patience | None = None,
) -> RefreshResult:
    """Fetch one source again.

    Parameters
    ----------
    data_dir
        Folder of the data; it holds `territoire.toml` at least.
    url
        Another address: a host alone stands for the producers' hosts, their paths kept; with a path, it is the file
        itself, in a layout that the loader reads. Plain HTTP will do on this machine, but not in production.
    accept_loss
        Accept a version that lost more rows than the source's share.
    on_progress
        Called as bytes come.

    Returns
    -------
    RefreshResult
        Whatever is wrong with the source, the network or the disk is a refusal with its reason: the data stay as
        they were.

    Raises
    ------
    ArgumentError
        If there is no such source.
    SourceError
        If the file of the territory is missing, at fault, or not the one that was recorded.
    """
    (result,) = refresh_all(
        [source_id],
        data_dir=data_dir,
        url=url,
        accept_loss=accept_loss,
        on_progress=on_progress,
        patience=patience,
    )
    return result


def refresh_all(
    source_ids: Iterable[str] | None = None,
    *,
    data_dir: Path | str = DATA,
    url: str | None = None,
    accept_loss: bool = False,
    on_progress: Progress | None = None,
    patience: Patience | None = None,
) -> Iterator[RefreshResult]:
    """Fetch several sources again, one after the other; the failure of one touches no other.

    Parameters
    ----------
    source_ids
        The sources; by default all those that concern the territory, then those that say why they are not fetched.
    """
    folder = Path(data_dir).absolute()
    place = territory.load(folder)
    checksums.check(checksums.TERRITORY, folder)
    names = [*refreshable(folder), *BY_HAND] if source_ids is None else list(source_ids)
    unknown = [name for name in names if official(name) is None and name not in BY_HAND]
    if unknown:
        known = ", ".join([source.source_id for source in OFFICIAL] + list(BY_HAND))
        raise ArgumentError(f"source inconnue : {', '.join(unknown)} ; sources connues : {known}")
    try:
        with alone(folder):
            # What a killed one received.
            shutil.rmtree(own_folder(folder) / RECEIVED, ignore_errors=True)
            for name in names:
                source = official(name)
                if source is None:
                    yield RefreshResult(name, NOT_FETCHED, BY_HAND[name])
                elif not source.concerns(place):
                    yield RefreshResult(name, NOT_FETCHED, "sans objet pour ce territoire")
                else:
                    run = Renewal(source, folder, url, accept_loss, on_progress, patience)
                    yield run.result()
    except OSError as error:
        yield from (RefreshResult(name, REFUSED, reason(error)) for name in names)


def revert(source_id: str, *, data_dir: Path | str = DATA) -> RefreshResult:
    """Put the version of before the last change back; the present one is then the one of before.

    Raises
    ------
    ArgumentError
        If there is no such source.
    """
    folder = Path(data_dir).absolute()
    source = official(source_id)
    if source is None:
        raise ArgumentError(f"source inconnue ou jamais actualisée : {source_id}")
    try:
        with alone(folder):
            if not has_previous(source_id, data_dir=folder):
                return RefreshResult(source_id, REFUSED, "aucune version précédente n’est gardée")
            old = current(source_id, folder)
            replace_files(folder, put_back(source, folder))
            changes = compare(old, current(source_id, folder))
            return RefreshResult(source_id, CHANGED, "", changes)
    except (AtlasError, OSError) as error:
        return RefreshResult(source_id, REFUSED, reason(error))
