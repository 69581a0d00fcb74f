"""From the files that producers publish to the one file of the territory that a loader reads."""

import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final

from errors import SourceContentError, SourceFormatError
from loaders.formats.texts import read_json, read_text
from loaders.live.publishers import (
    FRICHES_ADDRESS,
    QPV_ADDRESS,
    colleges_address,
    colleges_count_address,
    commune_address,
    epci_address,
    parts_address,
    sports_address,
    sports_count_address,
    stations_address,
)
from loaders.territory import Territory

_AGAIN: Final = "relancer l’actualisation"


@dataclass(frozen=True)
class Got:
    """One file of a producer, on disk."""

    path: Path
    last_modified: str


#: Fetches one address, or gives the same file again.
Get = Callable[[str], Got]


@dataclass(frozen=True)
class Gathered:
    """A file that a loader reads."""

    path: Path
    dated: dt.date | None = None


def communes(get: Get, territory: Territory, folder: Path) -> Gathered:
    """Gather the communes: those of the EPCI, then one by one those of another."""
    wanted = set(territory.communes.index)
    found: dict[str, Any] = {}
    for siren in territory.epci:
        found |= _of(wanted, get(epci_address(siren)).path)
    for code in sorted(wanted - set(found)):
        found |= _of({code}, get(commune_address(code)).path)
    return _collection(found.values(), folder)


def arrondissements(get: Get, territory: Territory, folder: Path) -> Gathered:
    """Gather the municipal arrondissements."""
    found: dict[str, Any] = {}
    for code, parts in territory.arrondissements.items():
        found |= _of(set(parts), get(parts_address(code)).path)
    return _collection(found.values(), folder)


def qpv(get: Get, territory: Territory, folder: Path) -> Gathered:
    """Gather the QPV of all of France."""
    del territory, folder
    return Gathered(get(QPV_ADDRESS).path)


def bikes(get: Get, territory: Territory, folder: Path) -> Gathered:
    """Gather the stations of the networks of shared bikes."""
    stations: list[Any] = []
    days = []
    for network in territory.velos:
        path = get(stations_address(network)).path
        document = read_json(path)
        data = document.get("data") if isinstance(document, dict) else None
        found = data.get("stations") if isinstance(data, dict) else None
        if not isinstance(found, list) or not found:
            raise SourceFormatError(path, f"aucune station de {network.nom} dans la réponse", _AGAIN)
        stations += [station | {"reseau": network.nom} for station in found if isinstance(station, dict)]
        updated = _moment(document.get("last_updated"))
        if updated is not None:
            days.append(updated)
    path = folder / "station_information.json"
    path.write_text(json.dumps({"data": {"stations": stations}}), encoding="utf-8")
    return Gathered(path, min(days, default=None))


def friches(get: Get, territory: Territory, folder: Path) -> Gathered:
    """Gather the brownfields of all of France."""
    del territory, folder
    got = get(FRICHES_ADDRESS)
    return Gathered(got.path, _day(got.last_modified))


def sports(get: Get, territory: Territory, folder: Path) -> Gathered:
    """Gather the sports facilities, all those that the service counts."""
    del folder
    path = get(sports_address(territory)).path
    _check_count(path, get(sports_count_address(territory)).path, lambda: len(_features(path)))
    return Gathered(path)


def colleges(get: Get, territory: Territory, folder: Path) -> Gathered:
    """Gather the establishments of the annuaire de l'éducation in the territory, all those that the service counts."""
    del folder
    path = get(colleges_address(territory)).path
    _check_count(path, get(colleges_count_address(territory)).path, lambda: _rows(path))
    return Gathered(path)


def _check_count(path: Path, told: Path, count: Callable[[], int]) -> None:
    """Compare the rows of an export with what the service counts: an export may break without a word."""
    if told == path:
        return  # one file was named in place of the service
    counted = read_json(told)
    total = counted.get("total_count") if isinstance(counted, dict) else None
    rows = count()
    if total != rows:
        raise SourceContentError(
            path, f"export incomplet : {rows} lignes reçues, {total} annoncées par le service", _AGAIN
        )


def _rows(path: Path) -> int:
    """Count the rows of a CSV export, header aside."""
    text = read_text(path)
    try:
        return sum(1 for cells in csv.reader(io.StringIO(text), delimiter=";") if cells) - 1
    except csv.Error as error:
        raise SourceFormatError(path, f"fichier illisible ou tronqué ({error})", _AGAIN) from error


def _features(path: Path) -> list[Any]:
    document = read_json(path)
    features = document.get("features") if isinstance(document, dict) else None
    if isinstance(document, dict) and document.get("type") == "Feature":
        features = [document]
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        raise SourceFormatError(path, "ce n'est pas une FeatureCollection GeoJSON", _AGAIN)
    return features


def _of(codes: Collection[str], path: Path) -> dict[str, Any]:
    """Give the features of these territories by code."""
    return {
        code: feature for feature in _features(path) if (code := str(_property(feature, "code"))) in codes
    }


def _property(feature: dict[str, Any], name: str) -> Any:
    return (feature.get("properties") or {}).get(name)


def _collection(features: Iterable[Any], folder: Path) -> Gathered:
    path = folder / "territoires.geojson"
    document = {"type": "FeatureCollection", "features": list(features)}
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return Gathered(path)


def _moment(updated: Any) -> dt.date | None:
    """Read the day of a GBFS answer: seconds in GBFS 2, text in GBFS 3."""
    try:
        if isinstance(updated, str):
            return dt.datetime.fromisoformat(updated).date()
        return dt.datetime.fromtimestamp(updated, dt.UTC).date()
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _day(last_modified: str) -> dt.date | None:
    try:
        return parsedate_to_datetime(last_modified).date()
    except ValueError:
        return None
