"""Kinds of values, why one is missing, and numbers, dates and plurals as French readers write them, on top of Babel."""

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping, Sized
from decimal import Decimal
from functools import lru_cache
from numbers import Integral, Real
from typing import Any, Final, Literal, get_args

from babel import Locale
from babel.dates import format_date, get_month_names
from babel.numbers import format_decimal

from words import clock

#: What a column may hold.
Kind = Literal["texte", "entier", "decimal", "part", "pourcentage", "distance_m", "surface_m2", "date"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
NUMBERS: Final[frozenset[Kind]] = frozenset(KINDS) - {"texte", "date"}
UNITS: Final[dict[Kind, str]] = {"part": "%", "pourcentage": "%", "distance_m": "m", "surface_m2": "ha"}
#: Why there is no figure, in the words that every page, sheet and file uses.
NON_DIFFUSE: Final = "non diffusé"
HORS_PERIMETRE: Final = "hors périmètre de la source"
NON_TELECHARGEE: Final = "source non encore téléchargée"
NON_LUE: Final = "fichier de la source refusé"
REASONS: Final = frozenset({HORS_PERIMETRE, NON_DIFFUSE, NON_TELECHARGEE, NON_LUE})
FRENCH: Final = Locale.parse("fr_FR")
#: Names of the months, by their number.
MONTHS: Final[Mapping[int, str]] = get_month_names("wide", locale=FRENCH)
NARROW: Final = "\u202f"
BROAD: Final = "\u00a0"
M2_PER_HA: Final = 10_000
#: From here on a distance reads in kilometres.
FAR_M: Final = 10_000
#: What files round to 0 reads as 0 everywhere.
LEAST: Final = 1e-6


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


def decimal(value: float | None, *, digits: int = 1) -> str:
    """Write a number with a decimal comma.

    Parameters
    ----------
    value
        The number; None and NaN read "non diffusé".
    digits
        How many decimals, always written. A value too small for them has two significant digits instead, so that only
        a zero reads as 0; below a millionth, which no file keeps either, it reads as 0.

    Returns
    -------
    str
        Such as "1 234,5" or "0,042", with narrow no-break spaces.
    """
    if value is None or is_missing(value):
        return NON_DIFFUSE
    return _decimal(value, digits)


def grouped(number: float | Decimal) -> str:
    """Write a number with the digits that it has.

    Returns
    -------
    str
        Such as "1 234,5", with narrow no-break spaces and a decimal comma.
    """
    exact = number if isinstance(number, Decimal) else Decimal(str(number)).normalize()
    whole, _, rest = f"{exact:,f}".partition(".")
    return whole.replace(",", NARROW) + (f",{rest}" if rest else "")


def metres(length_m: float) -> str:
    """Write a threshold, in metres whatever its size."""
    return f"{grouped(length_m)}{NARROW}m"


def moment(when: dt.datetime) -> str:
    """Write a day and an hour, in the time of Paris.

    Returns
    -------
    str
        Such as "2 mars 2026 à 14 h 05", the hour on one line.
    """
    local = clock.local(when)
    return f"{date(local.date())} à {local.hour}{NARROW}h{NARROW}{local.minute:02d}"


def entier(value: float | None) -> str:
    """Write a number without decimals, a count for instance.

    Parameters
    ----------
    value
        The number; None and NaN read "non diffusé".
    """
    return decimal(value, digits=0)


def part(value: float | None, *, digits: int = 1) -> str:
    """Write a share from 0 to 1 in percent.

    Parameters
    ----------
    value
        The share; None and NaN read "non diffusé".
    """
    return pourcentage(None if value is None else value * 100, digits=digits)


def pourcentage(value: float | None, *, digits: int = 1) -> str:
    """Write a number that is already in percent.

    Parameters
    ----------
    value
        The percentage; None and NaN read "non diffusé".
    """
    return _with_unit(decimal(value, digits=digits), "%")


def distance(value: float | None) -> str:
    """Write a distance in metres, or in kilometres from 10 km on.

    Parameters
    ----------
    value
        Metres; None and NaN read "non diffusé".

    Returns
    -------
    str
        Such as "1 234 m" or "12,3 km".
    """
    if value is not None and not is_missing(value) and abs(value) >= FAR_M:
        return _with_unit(decimal(value / 1000), "km")
    return _with_unit(entier(value), "m")


def surface(value: float | None) -> str:
    """Write an area in hectares.

    Parameters
    ----------
    value
        Square metres; None and NaN read "non diffusé".

    Returns
    -------
    str
        Such as "12,3 ha"; two decimals below one hectare.
    """
    return _with_unit(_hectares(value), "ha")


def date(value: dt.date | None) -> str:
    """Write a day in full.

    Parameters
    ----------
    value
        The day; None reads "non diffusé".
    """
    if value is None or is_missing(value):
        return NON_DIFFUSE
    text: str = format_date(value, format="d MMMM y", locale=FRENCH)
    return re.sub(r"^1 ", "1er ", text)


def date_courte(value: dt.date) -> str:
    """Write a day in figures, such as "02/03/2026"."""
    return value.strftime("%d/%m/%Y")


def pluriel(count: float, singular: str, plural: str | None = None) -> str:
    """Write a count and its noun, which agrees from 2 on.

    Parameters
    ----------
    singular
        The noun for 0 and 1.
    plural
        The noun from 2 on, the singular and an "s" if None.
    """
    noun = singular if FRENCH.plural_form(abs(count)) == "one" else plural or f"{singular}s"
    return f"{entier(count)}{BROAD}{noun}"


def figure(value: Any, kind: Kind) -> str:
    """Write a stated value with its unit.

    Parameters
    ----------
    value
        A number, a date, a text, or the reason why there is none.

    Returns
    -------
    str
        The French text; a missing value reads "non diffusé", never 0.
    """
    if kind == "distance_m" and not isinstance(value, str):
        return distance(value)
    text = cell(value, kind)
    return text if isinstance(value, str) or is_missing(value) else _with_unit(text, UNITS.get(kind, ""))


def cell(value: Any, kind: Kind) -> str:
    """Write a stated value without its unit, for a column whose heading gives it.

    Parameters
    ----------
    value
        A number, a date, a text, or the reason why there is none.

    Returns
    -------
    str
        The French text; a missing value reads "non diffusé", never 0.
    """
    if is_missing(value) or isinstance(value, str):
        return value if isinstance(value, str) and value else NON_DIFFUSE
    write = _WRITERS.get(kind, str)
    return write(value)


@lru_cache(maxsize=4_096)
def typographie(text: str) -> str:
    """Put no-break spaces where French typography wants them.

    Parameters
    ----------
    text
        French prose with plain spaces; not for addresses nor code.

    Returns
    -------
    str
        Narrow spaces before ; ! ? %, between a number and its unit and in thousands, broad ones before : and inside guillemets.
    """
    text = re.sub(r"(?<=\d) (?=(?:k?m|m²|ha|min)(?!\w)|\d{3}(?!\d))", NARROW, text)
    # What looks behind keeps a run of spaces from being looked at again from each of its spaces.
    text = re.sub(r"(?<![ \u00a0\u202f])[ \u00a0\u202f]+([;!?%])", NARROW + r"\1", text)
    text = re.sub(r"(?<![ \u00a0\u202f])[ \u00a0\u202f]+([:»])", BROAD + r"\1", text)
    return re.sub(r"«[ \u00a0\u202f]*", "«" + BROAD, text)


# Babel takes some 20 microseconds a number, and a page shows the same hundreds at each change of a filter.
@lru_cache(maxsize=16_384)
def _decimal(value: float, digits: int) -> str:
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    if digits and LEAST <= abs(value) < 10**-digits:
        # Babel's own pattern of significant digits, "@#", writes 0.0999 as 0,01.
        kept = Decimal(f"{value:.1e}").normalize()
        pattern = "0." + "0" * -int(kept.as_tuple().exponent)
    text: str = format_decimal(value, format=pattern, locale=FRENCH)
    # Rounding -0.04 to one decimal must not leave a minus sign on a zero.
    return text[1:] if text.startswith("-") and not text.strip("-0,") else text


def _hectares(value: float | None) -> str:
    if value is None or is_missing(value):
        return NON_DIFFUSE
    hectares = value / M2_PER_HA
    return decimal(hectares, digits=2 if abs(hectares) < 1 else 1)


def _with_unit(text: str, unit: str) -> str:
    return text if not unit or text in REASONS else f"{text}{NARROW}{unit}"


_WRITERS: Final[dict[Kind, Callable[[Any], str]]] = {
    "entier": entier,
    "distance_m": entier,
    "decimal": decimal,
    "pourcentage": decimal,
    "part": lambda value: decimal(value * 100),
    "surface_m2": _hectares,
    "date": date,
}
