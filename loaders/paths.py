"""Where the data are, and where what was fetched is kept."""

import os
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
