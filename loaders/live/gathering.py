"""What producers publish for a territory: where, and how their files become the one that a loader reads."""

import datetime as dt
import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from errors import SourceContentError, SourceFormatError
from loaders import colleges, sports
from loaders.formats.texts import Layout, count_rows, read_json
from loaders.territory import BikeNetwork, Territory

QPV_ADDRESS: Final = "https://www.data.gouv.fr/api/1/datasets/r/942d4ee8-8142-4556-8ea1-335537ce1119"
#: The national file rather than the API: one address that lasts, in the layout of the standard, with a date; the API
#: is served by a test machine, ten communes and one page at a time.
FRICHES_ADDRESS: Final = "https://www.data.gouv.fr/api/1/datasets/r/74feb3ed-5f9f-4ef8-8fab-b0128d569a99"
_GEO_API: Final = "https://geo.api.gouv.fr/communes"
_GEO_FIELDS: Final = "fields=code,nom,population&format=geojson&geometry=contour"
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


#: Fetches all that a source has of a territory, and puts it together in a folder.
Gather = Callable[[Get, Territory, Path], Gathered]


@dataclass(frozen=True)
class Export:
    """A table of an Explore (Opendatasoft) service, of which one territory is asked for.

    As JSON, for a GeoJSON export leaves the geometry's own field out of the properties. A field that the service
    renamed fails the whole question: only those that the loader reads are asked for.
    """

    dataset: str
    layout: Layout
    code: str

    def address(self, territory: Territory) -> str:
        """Give the address of the rows of a territory."""
        fields = ",".join(self.layout.known)
        return f"{self.dataset}/exports/json?limit=-1&select={fields}&where={self._where(territory)}"

    def gather(self, get: Get, territory: Territory, _folder: Path) -> Gathered:
        """Gather the rows, all those that the service counts: an export may break without a word."""
        path = get(self.address(territory)).path
        told = get(f"{self.dataset}/records?limit=0&where={self._where(territory)}").path
        if told == path:
            return Gathered(path)  # one file was named in place of the service
        counted = read_json(told)
        total = counted.get("total_count") if isinstance(counted, dict) else None
        rows = count_rows(path)
        if total != rows:
            raise SourceContentError(
                path, f"export incomplet : {rows} lignes reçues, {total} annoncées par le service", _AGAIN
            )
        return Gathered(path)

    def _where(self, territory: Territory) -> str:
        parts = [code for codes in territory.arrondissements.values() for code in codes]
        codes = ",".join(f'"{code}"' for code in [*territory.communes.index, *parts])
        return quote(f"{self.code} in ({codes})", safe="(),")


SPORTS: Final = Export(
    #: Never `data-es-equipement`, which holds the names, mails and telephones of who declared.
    "https://equipements.sports.gouv.fr/api/explore/v2.1/catalog/datasets/data-es",
    sports.DATA_ES,
    code="new_code",
)
COLLEGES: Final = Export(
    "https://data.education.gouv.fr/api/explore/v2.1/catalog/datasets/fr-en-annuaire-education",
    colleges.ANNUAIRE,
    code="code_commune",
)


def whole(address: str) -> Gather:
    """Give what gathers a file of all of France."""

    def gather(get: Get, _territory: Territory, _folder: Path) -> Gathered:
        got = get(address)
        return Gathered(got.path, _day(got.last_modified))

    return gather


def geo_address(**asked: str) -> str:
    """Give the address of some communes or arrondissements."""
    return f"{_GEO_API}?{urlencode(asked)}&{_GEO_FIELDS}"


def parts_address(code: str) -> str:
    """Give the address of the arrondissements of a commune."""
    return geo_address(type="arrondissement-municipal", codeParent=code)


def stations_address(network: BikeNetwork) -> str:
    """Give the address of the stations of a network."""
    return f"{network.gbfs}/station_information.json"


def communes(get: Get, territory: Territory, folder: Path) -> Gathered:
    """Gather the communes: those of the EPCI, then one by one those of another."""
    wanted = set(territory.communes.index)
    found: dict[str, Any] = {}
    for siren in territory.epci:
        found |= _of(wanted, get(geo_address(codeEpci=siren)).path)
    for code in sorted(wanted - set(found)):
        found |= _of({code}, get(geo_address(code=code)).path)
    return _collection(found.values(), folder)


def arrondissements(get: Get, territory: Territory, folder: Path) -> Gathered:
    """Gather the municipal arrondissements."""
    found: dict[str, Any] = {}
    for code, parts in territory.arrondissements.items():
        found |= _of(set(parts), get(parts_address(code)).path)
    return _collection(found.values(), folder)


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
    named = {str((feature.get("properties") or {}).get("code")): feature for feature in _features(path)}
    return {code: feature for code, feature in named.items() if code in codes}


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
