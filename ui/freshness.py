"""How old the data of a source are today, in words."""

import datetime as dt
from typing import Final

from loaders.catalogue import Source
from ui.formats import pluriel

OLD_YEARS: Final = 5
#: An age reads in months below it, in years from it on.
IN_MONTHS: Final = 24
UNKNOWN: Final = "date non précisée"


def today() -> dt.date:
    """Give the server's day.

    Returns
    -------
    date
        In the server's time zone.
    """
    return dt.datetime.now(tz=dt.UTC).astimezone().date()


def months(source: Source, *, on: dt.date) -> int | None:
    """Count the full months between a source's vintage and a day.

    Parameters
    ----------
    source
        The source.
    on
        The day from which its age is seen.

    Returns
    -------
    int | None
        Months, or None if the producer gives no date.
    """
    if source.date is None:
        return None
    count = (on.year - source.date.year) * 12 + on.month - source.date.month
    return max(0, count - (on.day < source.date.day))


def age(source: Source, *, on: dt.date) -> str:
    """Say how old a source is.

    Parameters
    ----------
    source
        The source.
    on
        The day from which its age is seen.

    Returns
    -------
    str
        Such as "moins d'un mois", "8 mois", "2 ans" or "date non précisée".
    """
    count = months(source, on=on)
    if count is None:
        return UNKNOWN
    if count == 0:
        return "moins d'un mois"
    if count < IN_MONTHS:
        return pluriel(count, "mois", "mois")
    return pluriel(count // 12, "an")


def is_old(source: Source, *, on: dt.date) -> bool:
    """Say whether a source is so old that a reader must be warned in words.

    Parameters
    ----------
    source
        The source.
    on
        The day from which its age is seen.

    Returns
    -------
    bool
        True from `OLD_YEARS` years on; a source without a date is not called old but undated.
    """
    count = months(source, on=on)
    return count is not None and count >= 12 * OLD_YEARS


def label(source: Source, *, on: dt.date) -> str:
    """Say how old a source is, and warn in words if it is old.

    Parameters
    ----------
    source
        The source.
    on
        The day from which its age is seen.

    Returns
    -------
    str
        Such as "8 mois" or "10 ans (donnée ancienne)".
    """
    return age(source, on=on) + (" (donnée ancienne)" if is_old(source, on=on) else "")
