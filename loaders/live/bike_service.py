"""The service of bike networks at this moment: what their stations can lend, asked at most once a minute by the process.

A station that is empty or closed for the moment is no gap in the network: nothing here enters a measure of coverage.
"""

import datetime as dt
import os
import time
from dataclasses import dataclass
from threading import Condition
from typing import Final

import geopandas as gpd
import pandas as pd

from errors import ServiceBusyError, ServiceError
from loaders import territory
from loaders.live.http_session import check_address, get_json
from loaders.live.station_status import CLOSED, EMPTY, LENDING, SERVICE, STATES, UNKNOWN, Status, parse
from loaders.territory import BikeNetwork

__all__ = [
    "CLOSED",
    "EMPTY",
    "LENDING",
    "STATES",
    "UNKNOWN",
    "Joined",
    "Live",
    "Status",
    "address",
    "join",
    "now",
]

#: Where a deployment names another address of the service, such as a relay of its own; for one network alone.
VARIABLE: Final = "ATLAS_GBFS"
LEAST_S: Final = 60.0
TIMEOUT_S: Final = 10.0
#: After so long an answer says nothing of the present.
STALE_S: Final = 900.0


@dataclass(frozen=True, eq=False)
class Live:
    """What is known of the service now.

    Attributes
    ----------
    status
        The last good answer; None if there was none since the server started.
    fault
        Why the last attempt failed, in French; "" if it did not.
    """

    status: Status | None = None
    read_at: dt.datetime | None = None
    fault: str = ""
    tried_at: dt.datetime | None = None

    def is_stale(self, at: dt.datetime) -> bool:
        """Tell whether the last good answer is too old to speak of the present.

        Returns
        -------
        bool
            True 15 minutes after it was read, or after the producer made it; true without a reading.
        """
        if self.status is None or self.read_at is None:
            return True
        oldest = min(self.read_at, self.status.updated_at or self.read_at)
        return (at - oldest).total_seconds() > STALE_S


@dataclass(frozen=True, eq=False)
class Joined:
    """The stations with their state, and what the two sides do not share."""

    stations: gpd.GeoDataFrame
    unknown: tuple[str, ...]


class Feed:
    """One address, asked by one session at a time and for all of them.

    Parameters
    ----------
    base_url
        Address of the GBFS files, without `/station_status.json`.

    Raises
    ------
    ArgumentError
        If the address is not in HTTPS.
    """

    def __init__(self, base_url: str) -> None:
        self.url = base_url.rstrip("/") + "/station_status.json"
        check_address(self.url, service=SERVICE, loopback=True)
        self._changed = Condition()
        self._live = Live()
        self._next = float("-inf")
        self._asking = False

    def now(self) -> Live:
        """Give what is known, asking the service if a minute has passed since the last attempt.

        While one session asks, the others get the last reading; they wait only if there is none.
        """
        with self._changed:
            if self._asking and self._live.tried_at is None:
                self._changed.wait_for(lambda: not self._asking, timeout=2 * TIMEOUT_S)
            if self._asking or time.monotonic() < self._next:
                return self._live
            self._asking = True
        live, wait_s = self._live, LEAST_S
        try:
            live, wait_s = self._ask(self._live)
        finally:
            with self._changed:
                self._live, self._next = live, time.monotonic() + wait_s
                self._asking = False
                self._changed.notify_all()
        return live

    def _ask(self, before: Live) -> tuple[Live, float]:
        try:
            document = get_json(self.url, params={}, service=SERVICE, timeout_s=TIMEOUT_S, loopback=True)
            read_at = dt.datetime.now(dt.UTC)
            status = parse(document, now=read_at)
        except ServiceError as error:
            wait_s = error.wait_s if isinstance(error, ServiceBusyError) else LEAST_S
            failed = Live(before.status, before.read_at, error.fault, dt.datetime.now(dt.UTC))
            return failed, max(LEAST_S, wait_s)
        return Live(status, read_at, "", read_at), max(LEAST_S, status.ttl_s)


_feeds: dict[str, Feed] = {}


def address(network: BikeNetwork) -> str:
    """Give the address of a network's GBFS files.

    Returns
    -------
    str
        That of the environment (`ATLAS_GBFS`) where the territory has one network, else the one of `territoire.toml`.
    """
    named = os.environ.get(VARIABLE) if len(territory.load().velos) == 1 else None
    return named or network.gbfs


def now(*, base_url: str | None = None) -> Live:
    """Give the state of a service, whatever the number of sessions that ask.

    Parameters
    ----------
    base_url
        Address of the GBFS files; by default that of the territory's first network, as `address` gives it.

    Returns
    -------
    Live
        The last good reading, with the time when it was read; asked anew after a minute at the earliest, or after the time that the producer gives. Without network it holds a fault and no status, or an older one.

    Raises
    ------
    ArgumentError
        If the address is not in HTTPS.
    """
    url = base_url or address(territory.load().velos[0])
    return _feeds.setdefault(url, Feed(url)).now()


def join(stations: gpd.GeoDataFrame, status: Status) -> Joined:
    """Give stations their state."""
    ids = pd.Index([str(name) for name in stations.index], dtype="str")
    told = status.frame.reindex(ids)
    told["etat"] = told["etat"].fillna(UNKNOWN).astype("str")
    told.index = stations.index
    return Joined(
        stations=gpd.GeoDataFrame(stations.join(told)),
        unknown=tuple(status.frame.index.difference(ids)),
    )
