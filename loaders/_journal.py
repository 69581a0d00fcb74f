"""Several files of a folder changed as one: at any moment, and after any crash, all of them are old or all new.

The new files are written beside, then named in a journal whose appearance is the one moment of the change; what follows
only puts them in their places, and whoever comes next goes on with it if it was cut short.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from filelock import AcquireReturnProxy, FileLock, Timeout

from errors import SourceContentError

#: What the atlas keeps for itself in a folder of data: hidden, so that no version of the data depends on it.
OWN: Final = ".actualisation"
_STAGE: Final = "ecriture"
_JOURNAL: Final = "journal.json"
_LOCK: Final = "ecriture.lock"
_RENEWAL_LOCK: Final = "actualisation.lock"
#: Putting files in their places takes milliseconds.
_PATIENCE_S: Final = 30.0


def own_folder(data_dir: Path) -> Path:
    """Give the folder that the atlas keeps for itself in a folder of data."""
    return data_dir / OWN


@contextmanager
def alone(data_dir: Path) -> Iterator[None]:
    """Keep out whoever else would renew the folder, and finish what a killed one began."""
    own = own_folder(data_dir)
    own.mkdir(parents=True, exist_ok=True)
    with FileLock(own / _RENEWAL_LOCK).acquire(timeout=0):
        finish(data_dir)
        yield


def replace_files(data_dir: Path, contents: Mapping[str, bytes | Path]) -> None:
    """Replace and make files as one."""
    folder = own_folder(data_dir)
    folder.mkdir(exist_ok=True)
    with _lock(data_dir):
        _finish(data_dir)
        stage = folder / _STAGE
        stage.mkdir()
        try:
            entries = [
                {"vers": name, "de": _staged(stage, str(rank), content)}
                for rank, (name, content) in enumerate(contents.items())
            ]
            draft = stage / "brouillon"
            _write(draft, json.dumps(entries).encode())
            _sync(stage)
        except BaseException:
            shutil.rmtree(stage, ignore_errors=True)
            raise
        draft.replace(stage / _JOURNAL)
        _sync(stage)
        _finish(data_dir)


@contextmanager
def replaced(path: Path) -> Iterator[Any]:
    """Write beside the file, then put in its place: a failure leaves the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            yield stream
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def finish(data_dir: Path) -> None:
    """Go on with a change that was cut short; where there is none this costs one look."""
    if (own_folder(data_dir) / _STAGE / _JOURNAL).exists():
        with _lock(data_dir):
            _finish(data_dir)


def sha256(path: Path) -> str:
    """Give the checksum of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _lock(data_dir: Path) -> AcquireReturnProxy[FileLock]:
    try:
        return FileLock(own_folder(data_dir) / _LOCK).acquire(timeout=_PATIENCE_S)
    except Timeout as error:
        raise SourceContentError(
            data_dir, "un autre programme écrit dans le dossier des données", "réessayer dans une minute"
        ) from error


def _staged(stage: Path, name: str, content: bytes | Path) -> str:
    target = stage / name
    if isinstance(content, Path):
        content.replace(target)
        _sync(target)
    else:
        _write(target, content)
    target.chmod(0o644)
    return name


def _finish(data_dir: Path) -> None:
    """Put the files of a journal in their places, or drop what never came to have one; under the lock."""
    stage = own_folder(data_dir) / _STAGE
    journal = stage / _JOURNAL
    if journal.exists():
        changed = set()
        for entry in json.loads(journal.read_bytes()):
            target = data_dir / entry["vers"]
            target.parent.mkdir(parents=True, exist_ok=True)
            changed.add(target.parent)
            if (stage / entry["de"]).exists():
                (stage / entry["de"]).replace(target)
        for folder in changed:
            _sync(folder)
        journal.unlink()
    if stage.exists():
        shutil.rmtree(stage)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _sync(path: Path) -> None:
    """Have the disk hold a file, or the names in a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
