"""What producers publish for a territory: where, and how their files become the one that a loader reads."""

import datetime as dt
import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from errors import SourceContentError, SourceFormatError
from loaders.formats.texts import count_rows, read_json
from loaders.territory import BikeNetwork, Territory

QPV_ADDRESS: Final = "https://www.data.gouv.fr/api/1/datasets/r/942d4ee8-8142-4556-8ea1-335537ce1119"
#: The national file rather than the API: one address that lasts, in the layout of the standard, with a date; the API
#: is served by a test machine, ten communes and one page at a time.
FRICHES_ADDRESS: Final = "https://www.data.gouv.fr/api/1/datasets/r/74feb3ed-5f9f-4ef8-8fab-b0128d569a99"
_GEO_API: Final = "https://geo.api.gouv.fr/communes"
_GEO_FIELDS: Final = "fields=code,nom,population&format=geojson&geometry=contour"
#: Never `data-es-equipement`, which holds the names, mails and telephones of who declared.
_SPORTS_API: Final = "https://equipements.sports.gouv.fr/api/explore/v2.1/catalog/datasets/data-es"
_SPORTS_FIELDS: Final = (
    "inst_numero,inst_nom,inst_adresse,inst_cp,new_code,new_name,equip_numero,equip_nom,equip_type_name,"
    "equip_type_famille,equip_coordonnees,equip_nature,equip_acc_libre,equip_service_date,equip_travaux_date,"
    "equip_prop_type,equip_gest_type,aps_name"
)
_EDUCATION_API: Final = (
    "https://data.education.gouv.fr/api/explore/v2.1/catalog/datasets/fr-en-annuaire-education"
)
_EDUCATION_FIELDS: Final = (
    "identifiant_de_l_etablissement,nom_etablissement,type_etablissement,statut_public_prive,code_commune,"
    "libelle_nature,appartenance_education_prioritaire,latitude,longitude,etat"
)
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


def epci_address(siren: str) -> str:
    """Give the address of the communes of an EPCI."""
    return f"{_GEO_API}?codeEpci={siren}&{_GEO_FIELDS}"


def parts_address(code: str) -> str:
    """Give the address of the arrondissements of a commune."""
    return f"{_GEO_API}?type=arrondissement-municipal&codeParent={code}&{_GEO_FIELDS}"


def stations_address(network: BikeNetwork) -> str:
    """Give the address of the stations of a network."""
    return f"{network.gbfs}/station_information.json"


def sports_address(territory: Territory) -> str:
    """Give the address of the sports facilities of a territory."""
    return f"{_SPORTS_API}/exports/geojson?limit=-1&select={_SPORTS_FIELDS}&where={_where('new_code', territory)}"


def commune_address(code: str) -> str:
    """Give the address of one commune."""
    return f"{_GEO_API}?code={code}&{_GEO_FIELDS}"


def sports_count_address(territory: Territory) -> str:
    """Give the address that counts the sports facilities of a territory."""
    return f"{_SPORTS_API}/records?limit=0&where={_where('new_code', territory)}"


def colleges_address(territory: Territory) -> str:
    """Give the address of the establishments of education of a territory."""
    return (
        f"{_EDUCATION_API}/exports/csv?delimiter=%3B&select={_EDUCATION_FIELDS}"
        f"&where={_where('code_commune', territory)}"
    )


def colleges_count_address(territory: Territory) -> str:
    """Give the address that counts the establishments of education of a territory."""
    return f"{_EDUCATION_API}/records?limit=0&where={_where('code_commune', territory)}"


def _where(field: str, territory: Territory) -> str:
    parts = [code for codes in territory.arrondissements.values() for code in codes]
    codes = ",".join(f'"{code}"' for code in [*territory.communes.index, *parts])
    return quote(f"{field} in ({codes})", safe="(),")


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
    return _counted(get(sports_address(territory)).path, get(sports_count_address(territory)).path)


def colleges(get: Get, territory: Territory, folder: Path) -> Gathered:
    """Gather the establishments of the annuaire de l'éducation in the territory, all those that the service counts."""
    del folder
    return _counted(get(colleges_address(territory)).path, get(colleges_count_address(territory)).path)


def _counted(path: Path, told: Path) -> Gathered:
    """Compare the rows of an export with what the service counts: an export may break without a word."""
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
