"""Why there is no figure, in the words that every page, sheet and file uses."""

import math
from collections.abc import Sized
from numbers import Integral, Real
from typing import Any, Final

NON_DIFFUSE: Final = "non diffusé"
HORS_PERIMETRE: Final = "hors périmètre de la source"
NON_TELECHARGEE: Final = "source non encore téléchargée"
NON_LUE: Final = "fichier de la source refusé"
REASONS: Final = frozenset({HORS_PERIMETRE, NON_DIFFUSE, NON_TELECHARGEE, NON_LUE})


def is_missing(value: Any) -> bool:
    """Say whether a cell holds nothing: None, NaN, NaT, pandas' NA, blank text or an empty list; 0 and False are values."""
    if value is None:
        return True
    if isinstance(value, Sized):
        return not (value.strip() if isinstance(value, str) else len(value))
    if isinstance(value, Real):
        return not isinstance(value, Integral) and not math.isfinite(value)
    try:
        return not value == value  # noqa: PLR0124, SIM201 - NaT differs from itself
    except TypeError:
        return True  # pandas' NA answers neither yes nor no
