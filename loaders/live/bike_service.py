"""The service of bike networks at this moment: what their stations can lend, asked at most once a minute by the process.

A station that is empty or closed for the moment is no gap in the network: nothing here enters a measure of coverage.
"""

import datetime as dt
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Condition
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from errors import ServiceBusyError, ServiceError
from loaders import territory
from loaders.live.http_session import check_address, get_json
from loaders.territory import BikeNetwork

#: Where a deployment names another address of the service, such as a relay of its own; for one network alone.
VARIABLE: Final = "ATLAS_GBFS"
LEAST_S: Final = 60.0
TIMEOUT_S: Final = 10.0
#: After so long an answer says nothing of the present.
STALE_S: Final = 900.0
SERVICE: Final = "Service temps réel des vélos"
#: What a station can do for who wants a bike now.
LENDING: Final = "vélos disponibles"
EMPTY: Final = "vide"
CLOSED: Final = "fermée"
UNKNOWN: Final = "inconnu"

#: Producer's field to our column and its type; the first is of GBFS 2, the second of GBFS 3.
FIELDS: Final = {
    "num_bikes_available": ("velos_disponibles", "Int64"),
    "num_vehicles_available": ("velos_disponibles", "Int64"),
    "num_docks_available": ("bornes_libres", "Int64"),
    **{name: (name, "boolean") for name in ("is_installed", "is_renting", "is_returning")},
    "last_reported": ("releve_le", "object"),
}
#: More than any station holds: the number is not believed.
MOST: Final = 500
#: An answer is not taken to hold for longer.
LONGEST_S: Final = 3600.0
#: A producer's clock may be ahead of ours by so much.
AHEAD: Final = dt.timedelta(minutes=10)
_FIRST: Final = dt.datetime(2010, 1, 1, tzinfo=dt.UTC)
_MEND: Final = "réessayer dans quelques minutes"


@dataclass(frozen=True, eq=False)
class Status:
    """One answer of the service."""

    frame: pd.DataFrame
    updated_at: dt.datetime | None
    ttl_s: float
    set_aside: int
    unread: int


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
        stations=gpd.GeoDataFrame(stations.join(told)), unknown=tuple(status.frame.index.difference(ids))
    )


def parse(document: object, *, now: dt.datetime) -> Status:
    """Read an answer."""
    stations = _stations(document)
    types = dict(FIELDS.values())
    readers = {"Int64": _count, "boolean": _switch}
    unread = 0
    rows: dict[str, dict[str, Any]] = {}
    for station in stations:
        name = _id(station)
        if not name or name in rows:
            continue
        given = dict.fromkeys(types) | {
            column: station[field] for field, (column, _) in FIELDS.items() if field in station
        }
        row = {
            column: readers[kind](given[column]) if kind in readers else _moment(given[column], now)
            for column, kind in types.items()
        }
        unread += sum(row[column] is None and value is not None for column, value in given.items())
        rows[name] = row | {"etat": _state(row)}
    types |= {"etat": "str"}
    index = pd.Index(list(rows), dtype="str", name="station_id")
    frame = pd.DataFrame(list(rows.values()), index=index, columns=list(types), dtype=object).astype(types)
    head = document if isinstance(document, Mapping) else {}
    return Status(
        frame=frame.assign(releve_le=pd.to_datetime(frame["releve_le"], utc=True)).sort_index(),
        updated_at=_moment(head.get("last_updated"), now),
        ttl_s=_validity_s(head.get("ttl")),
        set_aside=len(stations) - len(rows),
        unread=unread,
    )


def _stations(document: object) -> list[Any]:
    data = document.get("data") if isinstance(document, Mapping) else None
    stations = data.get("stations") if isinstance(data, Mapping) else None
    if not isinstance(stations, list):
        raise ServiceError(SERVICE, "réponse sans liste de stations", _MEND)
    counts = {field for field, (column, _) in FIELDS.items() if column == "velos_disponibles"}
    if not any(isinstance(station, Mapping) and counts & station.keys() for station in stations):
        raise ServiceError(
            SERVICE,
            "réponse sans nombre de vélos (champ num_bikes_available ou num_vehicles_available)",
            "vérifier que l’adresse est celle d’un flux station_status de GBFS 2 ou 3",
        )
    return stations


def _id(station: object) -> str:
    """Give the id as text: some producers write numbers."""
    value = station.get("station_id") if isinstance(station, Mapping) else None
    return str(value).strip() if isinstance(value, (str, int)) and not isinstance(value, bool) else ""


def _state(row: Mapping[str, Any]) -> str:
    if row["is_installed"] is False or row["is_renting"] is False:
        return CLOSED
    if row["velos_disponibles"] is None or row["is_renting"] is None:
        return UNKNOWN
    return LENDING if row["velos_disponibles"] > 0 else EMPTY


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _validity_s(value: Any) -> float:
    return float(min(value, LONGEST_S)) if _is_number(value) and value > 0 else 0.0


def _count(value: Any) -> int | None:
    believable = _is_number(value) and 0 <= value <= MOST and value == int(value)
    return int(value) if believable else None


def _switch(value: Any) -> bool | None:
    """Read a yes or no: `true` in GBFS 2, 1 in GBFS 1."""
    return bool(value) if isinstance(value, bool) or (_is_number(value) and value in {0, 1}) else None


def _moment(value: Any, now: dt.datetime) -> dt.datetime | None:
    """Read a moment: seconds in GBFS 2, a text with its offset from UTC in GBFS 3."""
    if isinstance(value, str):
        try:
            told = dt.datetime.fromisoformat(value)
        except ValueError:
            return None
        value = told.timestamp() if told.tzinfo else None
    if not _is_number(value):
        return None
    if not _FIRST.timestamp() <= value <= (now + AHEAD).timestamp():
        return None
    return dt.datetime.fromtimestamp(value, dt.UTC)
