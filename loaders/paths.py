"""Where the embedded extracts are, and where what was fetched is kept."""

import os
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
DATA: Final = ROOT / "data"
#: Where a deployment names another folder for what was fetched from services.
CACHE_VARIABLE: Final = "ATLAS_CACHE"


def cache_folder() -> Path:
    """Give the folder for what was fetched from services and may be fetched again.

    Returns
    -------
    Path
        The one that the environment names, or `cache/` in the project; it may not exist yet.
    """
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named) if named else ROOT / "cache"
