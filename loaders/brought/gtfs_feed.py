"""Who made a GTFS archive, and for which days it holds."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

import pandas as pd

from loaders.brought.gtfs_tables import AGENCY, FEED_INFO, Tables
from words.formats import date_courte

#: An archive of a region names dozens of networks.
FEW: Final = 3


@dataclass(frozen=True)
class Feed:
    """What an archive says of itself."""

    producers: tuple[str, ...]
    start: dt.date | None
    end: dt.date | None
    version: str

    @property
    def producer(self) -> str:
        """Name the producers in French, the first ones of many."""
        if not self.producers:
            return "producteur non précisé par l'archive"
        head = ", ".join(self.producers[:FEW])
        rest = len(self.producers) - FEW
        return head if rest <= 0 else f"{head} et {rest} autre{'s' if rest > 1 else ''}"

    @property
    def vintage(self) -> str:
        """Say in French for which days the archive holds."""
        first, last = (date_courte(day) if day else "" for day in (self.start, self.end))
        if first and last:
            return f"horaires du {first} au {last}"
        if first or last:
            return f"horaires à partir du {first}" if first else f"horaires jusqu'au {last}"
        named = f", version « {self.version} »" if self.version else ""
        return f"millésime non précisé par l'archive{named}"


def feed_of(tables: Tables) -> Feed:
    """Read what an archive says of itself."""
    info = tables.origin(FEED_INFO)
    names = _texts(tables.origin(AGENCY), "agency_name") or _texts(info, "feed_publisher_name")
    starts, ends = ([_day(text) for text in _texts(info, f"feed_{end}_date")] for end in ("start", "end"))
    return Feed(
        producers=tuple(names),
        start=min((day for day in starts if day), default=None),
        end=max((day for day in ends if day), default=None),
        version=", ".join(_texts(info, "feed_version")),
    )


def _texts(table: pd.DataFrame, column: str) -> list[str]:
    """Give the different texts of a column, in order."""
    return [text for text in dict.fromkeys(table[column]) if text] if column in table.columns else []


def _day(text: str) -> dt.date | None:
    try:
        return dt.datetime.strptime(text, "%Y%m%d").replace(tzinfo=dt.UTC).date()
    except ValueError:
        return None
