"""How old the data of a source are today, in words."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

import pandas as pd

from loaders.catalogue import Source
from words.formats import date, pluriel

OLD_YEARS: Final = 5
#: An age reads in months below it, in years from it on.
IN_MONTHS: Final = 24
UNKNOWN: Final = "date non précisée"
#: A source that its producer sent, or confirmed, so lately is live.
LIVE_DAYS: Final = 1
LIVE: Final = "en direct"
CACHED: Final = "en cache"
EMBEDDED: Final = "embarquée"
WAITING: Final = "non téléchargée"
REFUSED: Final = "fichier refusé"


def months(source: Source, *, on: dt.date) -> int | None:
    """Count the full months between a source's vintage and a day.

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

    Returns
    -------
    bool
        True from `OLD_YEARS` years on; a source without a date is not called old but undated.
    """
    count = months(source, on=on)
    return count is not None and count >= 12 * OLD_YEARS


def label(source: Source, *, on: dt.date) -> str:
    """Say how old a source is, and warn in words if it is old.

    Returns
    -------
    str
        Such as "8 mois" or "10 ans (donnée ancienne)".
    """
    return age(source, on=on) + (" (donnée ancienne)" if is_old(source, on=on) else "")


def listed(sources: Mapping[str, Source], *, on: dt.date) -> pd.DataFrame:
    """Give a row per source, by id: what the catalogue says of it, and its age in words.

    In files, `producteur`, `millesime`, `licence` and `attribution` are those of the file's own sources: these columns
    end with `_source`.
    """
    said = pd.DataFrame([vars(source) | {"age": label(source, on=on)} for source in sources.values()])
    own = ("producteur", "millesime", "licence", "attribution")
    return (
        said.drop(columns="communes")
        .set_index("source_id")
        .rename(columns={name: f"{name}_source" for name in own})
    )


def state(source: Source, *, on: dt.date) -> str:
    """Say whether a source is live, cached or delivered with the atlas.

    Returns
    -------
    str
        `LIVE` a day at most after its producer sent or confirmed it, `CACHED` later, `EMBEDDED` if it never did,
        `WAITING` if there is no row at all, or `REFUSED`.
    """
    if source.refus:
        return REFUSED
    if source.telecharge_le is None:
        return EMBEDDED if source.telechargee else WAITING
    return LIVE if (on - source.telecharge_le).days <= LIVE_DAYS else CACHED


def origin(source: Source, *, on: dt.date) -> str:
    """Say of a source its state, and since when.

    Returns
    -------
    str
        Such as "en direct, vérifiée le 24 novembre 2026" or "embarquée avec l'atlas".
    """
    said = state(source, on=on)
    if source.refus:
        return said
    if source.telecharge_le is None:
        return f"{said} avec l'atlas" if source.telechargee else said
    return f"{said}, vérifiée le {date(source.telecharge_le)}"
