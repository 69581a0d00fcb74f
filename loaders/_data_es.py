"""The rows of Data ES, the live inventory of sports facilities, as its GeoJSON export gives them."""

import datetime as dt
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from geo.arrondissements import commune_of
from loaders.formats.texts import Layout, read_features, text_of

LAYOUT: Final = Layout(
    "Data ES, export GeoJSON",
    {
        "equip_numero": "equip_id",
        "equip_type_name": "equip_type_name",
        "new_code": "comm_insee",
        "equip_coordonnees": "place",
    },
    optional={
        "equip_nom": "nom",
        "inst_nom": "installation",
        "inst_adresse": "rue",
        "inst_cp": "code_postal",
        "new_name": "ville",
        "equip_acc_libre": "libre",
        "equip_service_date": "service",
        "equip_prop_type": "proprietaire",
        "equip_gest_type": "gestionnaire",
    },
)
#: What the flag of free access means; anything else is unknown.
ACCESS: Final[Mapping[str, str]] = {"true": "libre", "false": "non libre"}
_YEAR: Final = re.compile(r"(\d{4})(?:\.0)?(?:-\d{2}(?:-\d{2})?(?:T.*)?)?")
_SECONDS: Final = re.compile(r"-?\d{8,10}")
_COORDINATE: Final = re.compile(r'"(lon|lat)"\s*:\s*(-?[0-9.eE+-]+)')


@dataclass(frozen=True, eq=False)
class Facilities:
    """The rows of an export that name a commune of the territory."""

    rows: pd.DataFrame
    elsewhere: int


def read_facilities(path: Path, *, communes: Collection[str]) -> Facilities:
    """Read an export."""
    features, _ = read_features(path, [LAYOUT])
    known = frozenset(communes)
    rows, ranks = [], []
    for rank, feature in enumerate(features, start=1):
        code = commune_of(text_of(feature["comm_insee"]))
        if code in known:
            ranks.append(rank)
            rows.append(_row(feature, code))
    day = dt.datetime.fromtimestamp(path.stat().st_mtime, tz=dt.UTC).date().isoformat()
    columns = [
        "equip_id", "equip_type_name", "comm_insee", "nom", "installation", "adresse", "acces_libre",
        "annee_service", "proprietaire", "gestionnaire", "lon", "lat",
    ]  # fmt: skip
    frame = pd.DataFrame(
        rows, index=pd.Index(ranks, name="ligne", dtype="int64"), columns=columns, dtype="str"
    )
    return Facilities(frame.assign(vintage=day), len(features) - len(rows))


def _row(feature: Mapping[str, Any], code: str) -> dict[str, str]:
    lon, lat = _place(feature)
    town = " ".join(text for name in ("code_postal", "ville") if (text := text_of(feature[name])))
    street = text_of(feature["rue"])
    return {
        "equip_id": text_of(feature["equip_id"]),
        "equip_type_name": text_of(feature["equip_type_name"]),
        "comm_insee": code,
        "nom": text_of(feature["nom"]),
        "installation": text_of(feature["installation"]),
        "adresse": ", ".join(text for text in (street, town) if text) if street else "",
        "acces_libre": ACCESS.get(text_of(feature["libre"]).lower(), ""),
        "annee_service": _year(text_of(feature["service"])),
        "proprietaire": text_of(feature["proprietaire"]),
        "gestionnaire": text_of(feature["gestionnaire"]),
        "lon": lon,
        "lat": lat,
    }


def _place(feature: Mapping[str, Any]) -> tuple[str, str]:
    """Give the coordinates that the producer states, else those of the feature's point."""
    stated = feature["place"]
    if isinstance(stated, str):
        found = dict(_COORDINATE.findall(stated))
        if {"lon", "lat"} <= set(found):
            return found["lon"], found["lat"]
    geometry = feature["geometry"]
    pair = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if isinstance(pair, list) and len(pair) > 1 and not any(isinstance(part, list | dict) for part in pair):
        return text_of(pair[0]), text_of(pair[1])
    return "", ""


def _year(text: str) -> str:
    """Give the year of a date; some cells hold Unix seconds where a year is meant."""
    year = _YEAR.fullmatch(text)
    if year:
        return year[1]
    if _SECONDS.fullmatch(text):
        return str((dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=int(text))).year)
    return text
