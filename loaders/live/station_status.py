"""Read a GBFS 2.x `station_status` answer: what each station can lend now; what it does not say is missing, never 0."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from errors import ServiceError

SERVICE: Final = "Service temps réel des vélos"
#: What a station can do for who wants a bike now.
LENDING: Final = "vélos disponibles"
EMPTY: Final = "vide"
CLOSED: Final = "fermée"
UNKNOWN: Final = "inconnu"
STATES: Final = (LENDING, EMPTY, CLOSED, UNKNOWN)

#: Producer's field to ours.
COUNTS: Final = {"num_bikes_available": "velos_disponibles", "num_docks_available": "bornes_libres"}
SWITCHES: Final = ("is_installed", "is_renting", "is_returning")
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


def parse(document: object, *, now: dt.datetime) -> Status:
    """Read an answer."""
    stations = _stations(document)
    unread = 0
    rows: dict[str, dict[str, Any]] = {}
    for station in stations:
        name = _id(station)
        if not name or name in rows:
            continue
        row: dict[str, Any] = {}
        for field, column in COUNTS.items():
            row[column] = _count(station.get(field))
            unread += row[column] is None and station.get(field) is not None
        for field in SWITCHES:
            row[field] = _switch(station.get(field))
            unread += row[field] is None and station.get(field) is not None
        row["releve_le"] = _moment(station.get("last_reported"), now)
        unread += row["releve_le"] is None and station.get("last_reported") is not None
        row["etat"] = _state(row)
        rows[name] = row
    head = document if isinstance(document, Mapping) else {}
    return Status(
        frame=_frame(rows),
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
    if not any(isinstance(station, Mapping) and "num_bikes_available" in station for station in stations):
        raise ServiceError(
            SERVICE,
            "réponse sans nombre de vélos (champ num_bikes_available)",
            "vérifier que l’adresse est celle d’un flux station_status de GBFS 2",
        )
    return stations


def _frame(rows: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    index = pd.Index(list(rows), dtype="str", name="station_id")
    values = {
        name: pd.Series([row[name] for row in rows.values()], index=index, dtype=object)
        for name in (*COUNTS.values(), *SWITCHES, "releve_le", "etat")
    }
    frame = pd.DataFrame(values, index=index).astype(
        dict.fromkeys(COUNTS.values(), "Int64") | dict.fromkeys(SWITCHES, "boolean") | {"etat": "str"}
    )
    frame["releve_le"] = pd.to_datetime(values["releve_le"], utc=True)
    return frame.sort_index()


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
    if not _is_number(value):
        return None
    if not _FIRST.timestamp() <= value <= (now + AHEAD).timestamp():
        return None
    return dt.datetime.fromtimestamp(value, dt.UTC)
