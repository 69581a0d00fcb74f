"""What is recorded: deployments of a project in a place, values of its success indicators.

Texts are stored as typed: escaping them is the business of what shows them.
"""

import datetime as dt
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, fields
from decimal import Decimal
from enum import StrEnum
from typing import Final

from tracking import _checks

#: Most characters of each text.
LENGTHS: Final[Mapping[str, int]] = {
    "id_projet": 80,
    "lieu": 200,
    "partenaire": 200,
    "note": 2_000,
    "indicateur": 400,
    "texte": 1_000,
    "unite": 60,
    "source": 300,
}


class Status(StrEnum):
    """How far a deployment is."""

    PLANNED = "envisagé"
    UNDER_WAY = "engagé"
    DONE = "réalisé"
    DROPPED = "abandonné"


#: What these say has begun.
_STARTED: Final = (Status.UNDER_WAY, Status.DONE)


class Scale(StrEnum):
    """Of what an indicator's value speaks."""

    COMMUNE = "commune"
    QPV = "qpv"
    WHOLE = "ensemble"


@dataclass(frozen=True, kw_only=True)
class DeploymentInput:
    """One deployment of a project, as an author enters it.

    Attributes
    ----------
    code_insee, code_qp
        Commune and QPV; at least one of them.
    lieu
        Name or address of the place, "" if there is none.
    lon, lat
        The place in degrees (WGS84), both or none.
    date_debut, date_fin
        First and last day. The first is needed once the deployment is under way or done.
    partenaire
        The partner in the lead, "" if not known.
    """

    id_projet: str
    statut: str
    code_insee: str | None = None
    code_qp: str | None = None
    lieu: str = ""
    lon: float | None = None
    lat: float | None = None
    date_debut: dt.date | None = None
    date_fin: dt.date | None = None
    partenaire: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class IndicatorInput:
    """One value of a success indicator, as an author enters it.

    Attributes
    ----------
    code
        INSEE code or code of the QPV; None for the whole.
    valeur
        The number, or None if the value is a text.
    texte
        The text, "" if the value is a number.
    unite
        Unit of the number, "" for a text.
    source
        Who counted, and where it can be checked.
    """

    id_projet: str
    indicateur: str
    periode_debut: dt.date
    periode_fin: dt.date
    echelle: str
    source: str
    code: str | None = None
    valeur: Decimal | None = None
    texte: str = ""
    unite: str = ""


Record = DeploymentInput | IndicatorInput


@dataclass(frozen=True)
class Standing:
    """A record as it stands.

    Attributes
    ----------
    author, written_at
        Who made that version ("personne effacée" if nobody knows any longer), and when.
    """

    record: Record
    version: int
    withdrawn: bool
    author: str
    written_at: dt.datetime


@dataclass(frozen=True)
class Nomenclature:
    """The projects and places that exist: records that name another are refused.

    Attributes
    ----------
    communes
        INSEE codes of the communes of the contrat.
    qpv
        Code of each QPV to the INSEE codes of its communes.
    """

    projets: Mapping[str, AbstractSet[str]] = field(default_factory=dict)
    communes: AbstractSet[str] = frozenset()
    qpv: Mapping[str, AbstractSet[str]] = field(default_factory=dict)


def field_names(kind: type[Record]) -> tuple[str, ...]:
    """Name the fields of a kind of record.

    Parameters
    ----------
    kind
        `DeploymentInput` or `IndicatorInput`.
    """
    return tuple(each.name for each in fields(kind))


def faults(
    record: Record, *, nomenclature: Nomenclature | None = None, today: dt.date | None = None
) -> dict[str, str]:
    """Gather every fault of a record.

    Parameters
    ----------
    nomenclature
        The projects and places that exist; without it only the form of their codes is checked.
    today
        Nothing was done after this day; today by default.

    Returns
    -------
    dict[str, str]
        Field to what is wrong with it, in French, without a full stop; empty if the record can be kept.
    """
    day = today or dt.datetime.now(tz=dt.UTC).date()
    if isinstance(record, DeploymentInput):
        found = _deployment_faults(record, today=day)
        places = {"code_insee": record.code_insee, "code_qp": record.code_qp}
    else:
        found = _indicator_faults(record, today=day)
        name = {Scale.COMMUNE: "code_insee", Scale.QPV: "code_qp"}.get(_scale(record.echelle) or Scale.WHOLE)
        places = {name: record.code} if name else {}
    if nomenclature is not None:
        for name, fault in _unknown(record, places, nomenclature).items():
            found.setdefault(name, fault)
    return found


def _deployment_faults(record: DeploymentInput, *, today: dt.date) -> dict[str, str]:
    found = _told({
        "id_projet": _project(record.id_projet),
        "statut": None if record.statut in tuple(Status) else "un statut parmi : " + ", ".join(Status),
        "code_insee": _optional_code(record.code_insee, "code_insee"),
        "code_qp": _optional_code(record.code_qp, "code_qp"),
        "lieu": _checks.text(record.lieu, most=LENGTHS["lieu"]),
        "date_debut": None if record.date_debut is None else _checks.day(record.date_debut),
        "date_fin": None if record.date_fin is None else _checks.day(record.date_fin),
        "partenaire": _checks.text(record.partenaire, most=LENGTHS["partenaire"]),
        "note": _checks.text(record.note, most=LENGTHS["note"], lines=True),
    })  # fmt: skip
    found |= _checks.point(record.lon, record.lat)
    if record.code_insee is None and record.code_qp is None:
        found["code_insee"] = "une commune ou un QPV au moins"
    if {"date_debut", "date_fin"} & found.keys():
        return found
    started = record.statut in _STARTED
    if record.date_debut is None:
        if started:
            found["date_debut"] = f"{_checks.TO_FILL} pour un déploiement {record.statut}"
    elif started and record.date_debut > today:
        found["date_debut"] = f"dans l'avenir, pour un déploiement {record.statut}"
    if record.date_fin is not None and record.date_debut is not None and record.date_fin < record.date_debut:
        found["date_fin"] = "avant la date de début"
    elif record.date_fin is not None and record.statut == Status.DONE and record.date_fin > today:
        found["date_fin"] = "dans l'avenir, pour un déploiement réalisé"
    return found


def _indicator_faults(record: IndicatorInput, *, today: dt.date) -> dict[str, str]:
    numeric = record.valeur is not None
    scale = _scale(record.echelle)
    found = _told({
        "id_projet": _project(record.id_projet),
        "indicateur": _checks.text(record.indicateur, most=LENGTHS["indicateur"], required=True),
        "periode_debut": _checks.day(record.periode_debut),
        "periode_fin": _checks.day(record.periode_fin),
        "echelle": None if scale else "une échelle parmi : " + ", ".join(Scale),
        "code": _place_code(scale, record.code),
        "valeur": _checks.number(record.valeur) if numeric else None,
        "texte": _checks.text(record.texte, most=LENGTHS["texte"], required=not numeric, lines=True),
        "unite": _checks.text(record.unite, most=LENGTHS["unite"], required=numeric),
        "source": _checks.text(record.source, most=LENGTHS["source"], required=True),
    })  # fmt: skip
    if numeric and record.texte:
        found.setdefault("texte", "un nombre ou un texte, pas les deux")
    if not {"periode_debut", "periode_fin"} & found.keys():
        if record.periode_debut > today:
            found["periode_debut"] = "dans l'avenir : une valeur se constate"
        if record.periode_fin < record.periode_debut:
            found["periode_fin"] = "avant le début de la période"
    return found


def _told(found: Mapping[str, str | None]) -> dict[str, str]:
    return {name: fault for name, fault in found.items() if fault is not None}


def _project(id_projet: object) -> str | None:
    return _checks.code(id_projet, _checks.ID_PROJET, "cites-educatives", most=LENGTHS["id_projet"])


def _optional_code(value: object, name: str) -> str | None:
    if value is None:
        return None
    if name == "code_insee":
        return _checks.code(value, _checks.CODE_INSEE, "13055")
    return _checks.code(value, _checks.CODE_QP, "QN01359I")


def _scale(echelle: object) -> Scale | None:
    return next((scale for scale in Scale if scale == echelle), None)


def _place_code(scale: Scale | None, value: object) -> str | None:
    if scale is None:
        return None
    if scale is Scale.WHOLE:
        return None if value is None else "aucun code pour l'ensemble du territoire"
    if value is None:
        return f"{_checks.TO_FILL} pour cette échelle"
    return _optional_code(value, "code_insee" if scale is Scale.COMMUNE else "code_qp")


def _unknown(record: Record, places: Mapping[str, str | None], nomenclature: Nomenclature) -> dict[str, str]:
    """Find the projects, indicators and places that do not exist; `places` is keyed as a deployment is."""
    found = {}
    insee, qp = places.get("code_insee"), places.get("code_qp")
    single = isinstance(record, IndicatorInput)
    if not _holds(nomenclature.projets, record.id_projet):
        found["id_projet"] = "projet inconnu"
    elif isinstance(record, IndicatorInput):
        known = nomenclature.projets[record.id_projet]
        if known and record.indicateur not in known:
            found["indicateur"] = "ce n'est pas un indicateur de ce projet"
    if insee is not None and not _holds(nomenclature.communes, insee):
        found["code" if single else "code_insee"] = "commune hors du contrat de ville"
    if qp is not None and not _holds(nomenclature.qpv, qp):
        found["code" if single else "code_qp"] = "QPV inconnu (codes de 2024)"
    elif qp is not None and insee is not None and insee not in nomenclature.qpv[qp]:
        found.setdefault("code_qp", "ce QPV n'est pas dans cette commune")
    return found


def _holds(known: AbstractSet[str] | Mapping[str, object], value: object) -> bool:
    return isinstance(value, str) and value in known
