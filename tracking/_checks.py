"""What a field may hold. Each check gives a fault in French without a full stop, or None."""

import datetime as dt
import re
import unicodedata
from decimal import Decimal
from typing import Final

from words.constants import FRANCE
from words.formats import grouped

#: No deployment or period lies outside.
FIRST_DAY: Final = dt.date(2000, 1, 1)
LAST_DAY: Final = dt.date(2050, 12, 31)
#: Metropolitan France in degrees: longitudes, latitudes.
#: A value has no more digits in all, nor more decimals.
DIGITS: Final = 18
DECIMALS: Final = 6
ID_PROJET: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
CODE_INSEE: Final = re.compile(r"\d[0-9AB]\d{3}")
CODE_QP: Final = re.compile(r"QN\d{5}[0-9A-Z]")
TO_FILL: Final = "à remplir"
#: They reorder what follows on the screen.
_BIDIRECTIONAL: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def text(value: object, *, most: int, required: bool = False, lines: bool = False) -> str | None:
    """Check a free text."""
    if not isinstance(value, str):
        return "texte attendu"
    if len(value) > most:
        return f"{grouped(most)} caractères au plus ({grouped(len(value))} reçus)"
    for sign in value:
        if lines and sign in "\r\n":
            continue
        if unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"} or sign in _BIDIRECTIONAL:
            return f"caractère de contrôle interdit (U+{ord(sign):04X})"
    return TO_FILL if required and not value.strip() else None


def code(value: object, pattern: re.Pattern[str], example: str, *, most: int = 20) -> str | None:
    """Check a code or an identifier."""
    # `\d` takes the digits of every script.
    if isinstance(value, str) and value.isascii() and len(value) <= most and pattern.fullmatch(value):
        return None
    return f"code attendu, par exemple {example}"


def day(value: object) -> str | None:
    """Check a day."""
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        return "jour du calendrier attendu"
    if not FIRST_DAY <= value <= LAST_DAY:
        return f"jour attendu entre {FIRST_DAY.year} et {LAST_DAY.year}"
    return None


def point(lon: object, lat: object) -> dict[str, str]:
    """Check a point in degrees."""
    if lon is None and lat is None:
        return {}
    if lon is None or lat is None:
        return {"lon" if lon is None else "lat": "longitude et latitude vont ensemble"}
    found = {}
    for name, value, (low, high) in (("lon", lon, FRANCE[::2]), ("lat", lat, FRANCE[1::2])):
        if isinstance(value, bool) or not isinstance(value, int | float):
            found[name] = "degrés décimaux attendus"
        elif not low <= value <= high:
            found[name] = "hors de France métropolitaine (degrés, longitude puis latitude)"
    return found


def number(value: object) -> str | None:
    """Check a value of an indicator."""
    if not isinstance(value, Decimal) or not value.is_finite():
        return "nombre attendu"
    _, digits, exponent = value.as_tuple()
    if (
        not isinstance(exponent, int)
        or not -DECIMALS <= exponent <= DIGITS
        or len(digits) + max(exponent, 0) > DIGITS
    ):
        return f"{DIGITS} chiffres au plus, dont {DECIMALS} décimales au plus"
    return None
