"""Days and hours as people in metropolitan France live them, whatever the zone of the server."""

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo

PARIS: Final = ZoneInfo("Europe/Paris")


def local(when: dt.datetime) -> dt.datetime:
    """Give a moment in the time of Paris.

    Returns
    -------
    datetime
        The same moment.
    """
    return when.astimezone(PARIS)


def today() -> dt.date:
    """Give the day in Paris."""
    return dt.datetime.now(tz=PARIS).date()
