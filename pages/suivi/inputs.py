"""What the form of a deployment holds: from widgets to a record, from a record to widgets."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from tracking.records import DeploymentInput, IndicatorInput, Record

#: Fields of a record in the order of the form; "point" is its longitude and its latitude.
TITLES: Final[Mapping[str, str]] = {
    "id_projet": "Projet",
    "code_qp": "QPV",
    "code_insee": "Commune",
    "statut": "Statut",
    "date_debut": "Date de début",
    "date_fin": "Date de fin",
    "lieu": "Lieu",
    "point": "Position",
    "partenaire": "Partenaire chef de file",
    "note": "Note",
}
#: Fields of both kinds of records, one by one.
ALL_TITLES: Final[Mapping[str, str]] = {
    **{name: title for name, title in TITLES.items() if name != "point"},
    "lon": "Longitude",
    "lat": "Latitude",
    "indicateur": "Indicateur",
    "periode_debut": "Début de la période",
    "periode_fin": "Fin de la période",
    "echelle": "Échelle",
    "code": "Territoire",
    "valeur": "Valeur",
    "texte": "Constat",
    "unite": "Unité",
    "source": "Source",
}
POINT_FAULT: Final = (
    "deux nombres en degrés attendus, latitude puis longitude, par exemple 43,29650 ; 5,36980"
)
#: "43.2965, 5.3698" as map sites give it, "43,2965 ; 5,3698" as the French write it.
_POINT: Final = re.compile(r"(-?\d{1,3}(?:[.,]\d+)?)\s*(?:[;/\s]|,\s)\s*(-?\d{1,3}(?:[.,]\d+)?)")


def parse_point(text: str) -> tuple[float, float] | None:
    """Read a point as users paste it.

    Parameters
    ----------
    text
        Latitude, then longitude, in degrees.

    Returns
    -------
    (float, float) or None
        Longitude and latitude; None if the text is not two numbers.
    """
    found = _POINT.fullmatch(text.strip())
    if not found:
        return None
    lat, lon = (float(number.replace(",", ".")) for number in found.groups())
    return lon, lat


def write_point(lon: float | None, lat: float | None) -> str:
    """Write a point as `parse_point` reads it.

    Parameters
    ----------
    lon, lat
        Degrees, None or NaN without a point.

    Returns
    -------
    str
        Such as "43,29650 ; 5,36980".
    """
    if lon is None or lat is None or pd.isna(lon) or pd.isna(lat):
        return ""
    return f"{lat:.6f} ; {lon:.6f}".replace(".", ",")


def record_of(values: Mapping[str, Any]) -> tuple[DeploymentInput, dict[str, str]]:
    """Make a record of what the form holds.

    Parameters
    ----------
    values
        Field of `TITLES` to the value of its widget.
    """
    faults = {} if values.get("id_projet") else {"id_projet": "à choisir dans la liste"}
    point = None
    if text := (values.get("point") or "").strip():
        point = parse_point(text)
        if point is None:
            faults["point"] = POINT_FAULT
    lon, lat = point or (None, None)
    record = DeploymentInput(
        id_projet=values.get("id_projet") or "",
        statut=values.get("statut") or "",
        code_insee=values.get("code_insee"),
        code_qp=values.get("code_qp"),
        lieu=(values.get("lieu") or "").strip(),
        lon=lon,
        lat=lat,
        date_debut=values.get("date_debut"),
        date_fin=values.get("date_fin"),
        partenaire=(values.get("partenaire") or "").strip(),
        note=(values.get("note") or "").strip(),
    )
    return record, faults


def values_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give what the widgets show of a record.

    Returns
    -------
    dict of str to Any
        By field of `TITLES`.
    """
    shown = {name: blank(row[name]) for name in TITLES if name != "point"}
    return {
        **{name: _plain(value) for name, value in shown.items()},
        "lieu": shown["lieu"] or "",
        "partenaire": shown["partenaire"] or None,
        "note": shown["note"] or "",
        "point": write_point(row["lon"], row["lat"]),
    }


def content_of(row: Mapping[str, Any]) -> Record:
    """Make the record of a row that the store gave, a deployment or a value of an indicator."""
    kind = DeploymentInput if "statut" in row else IndicatorInput
    values = {name: _plain(blank(row[name])) for name in kind.__dataclass_fields__}
    texts: dict[str, Any] = {
        name: values[name] or ""
        for name in ("lieu", "partenaire", "note", "texte", "unite")
        if name in values
    }
    return kind(**(values | texts))


def faults_by_widget(faults: Mapping[str, str]) -> dict[str, str]:
    """Give the faults of a record under the names of the form."""
    told: dict[str, str] = {}
    for name, fault in faults.items():
        told.setdefault("point" if name in {"lon", "lat"} else name, fault)
    return told


def blank(value: Any) -> Any:
    """Give None for what a frame writes as missing.

    Returns
    -------
    Any
        The value, or None.
    """
    return None if value is None or pd.isna(value) else value


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.date()
    return value
