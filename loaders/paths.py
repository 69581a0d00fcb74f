"""Where the data are, which version of them, and where what was fetched is kept."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from loaders._journal import finish

ROOT: Final = Path(__file__).resolve().parent.parent
#: Where a deployment names another folder of data: another territory, or data that `refresh` renews.
DATA_VARIABLE: Final = "ATLAS_DONNEES"
DATA: Final = Path(os.environ.get(DATA_VARIABLE) or ROOT / "data").absolute()
#: Where a deployment names another folder for what was fetched from services.
CACHE_VARIABLE: Final = "ATLAS_CACHE"


def within(extract: Path, data_dir: Path) -> Path:
    """Give the place of an extract in a folder of data, once a change that was cut short is finished there.

    Parameters
    ----------
    data_dir
        The folder, laid out as `DATA`.
    """
    finish(data_dir)
    return data_dir / extract.relative_to(DATA)


def reference(name: str) -> Path:
    """Give the place of a table that holds for every territory."""
    return reference_folder(name) / name


def reference_folder(name: str) -> Path:
    """Give the folder of a table that holds for every territory.

    Returns
    -------
    Path
        The territory's own where it has the table, else the project's.
    """
    return DATA if (DATA / name).is_file() else ROOT / "data"


def cache_folder() -> Path:
    """Give the folder for what was fetched from services and may be fetched again.

    Returns
    -------
    Path
        The one that the environment names, or `cache/` in the project; it may not exist yet.
    """
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named) if named else ROOT / "cache"


def stamp(*paths: Path) -> tuple[tuple[str, int, int], ...]:
    """Tell one version of some files from another without reading them.

    Parameters
    ----------
    *paths
        Files, or folders whose files all count but the hidden ones; one that does not exist counts as nothing.
    """
    files = [file for path in paths for file in (_shown(path) if path.is_dir() else [path])]
    seen = [(str(file), file.stat()) for file in sorted(set(files)) if file.is_file()]
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in seen)


def _shown(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith("."):
            continue
        if path.is_dir():
            yield from _shown(path)
        else:
            yield path
