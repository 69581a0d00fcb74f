"""The switch that keeps everything on the machine: `ATLAS_HORS_LIGNE=1`."""

import os
from typing import Final

VARIABLE: Final = "ATLAS_HORS_LIGNE"
_OFF: Final = frozenset({"", "0", "non", "false"})


def is_offline() -> bool:
    """Tell whether nothing may leave the machine.

    Returns
    -------
    bool
        True if `ATLAS_HORS_LIGNE` is set to anything but 0 or non.
    """
    return os.environ.get(VARIABLE, "").strip().lower() not in _OFF
