"""The columns of the tables that users take away and bring back, and how their cells are written and read."""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

from tracking.records import DeploymentInput, IndicatorInput, Record, Scale, Status

Form = Literal["texte", "code", "degres", "date", "nombre", "statut", "echelle"]

RECORD_ID: Final = "record_id"
VERSION: Final = "version"
#: What tells which record a row is, and which of its versions was taken away.
KEYS: Final[Mapping[str, str]] = {RECORD_ID: "Fiche", VERSION: "Version"}
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]0?0:00(?::00(?:\.0+)?)?)?")
_FRENCH: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_NUMBER: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_EITHER: Final = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")
_SPACES: Final = re.compile(r"[\s\u00a0\u202f]")


@dataclass(frozen=True)
class Column:
    """One column: the field, its French heading, the form of its cells, what to do about a cell at fault."""

    field: str
    heading: str
    form: Form
    mend: str


_DEGREES: Final = "écrire des degrés décimaux (WGS84), par exemple 5,3712 et 43,2965"
_DATE: Final = "écrire une date JJ/MM/AAAA ou AAAA-MM-JJ"
_PROJECT: Final = "reprendre l'identifiant du projet tel que l'atlas l'écrit"
COLUMNS: Final[Mapping[type[Record], tuple[Column, ...]]] = {
    DeploymentInput: (
        Column("id_projet", "Projet", "code", _PROJECT),
        Column("statut", "Statut", "statut", "écrire " + ", ".join(Status)),
        Column("code_insee", "Commune (code Insee)", "code", "écrire le code Insee de la commune, par exemple 13055"),
        Column("code_qp", "Code du QPV", "code", "écrire le code du QPV de 2024 (QN…), ou rien"),
        Column("lieu", "Lieu", "texte", "raccourcir ou retaper le texte"),
        Column("lon", "Longitude", "degres", _DEGREES),
        Column("lat", "Latitude", "degres", _DEGREES),
        Column("date_debut", "Date de début", "date", _DATE),
        Column("date_fin", "Date de fin", "date", _DATE),
        Column("partenaire", "Partenaire chef de file", "texte", "raccourcir ou retaper le texte"),
        Column("note", "Note", "texte", "raccourcir ou retaper le texte"),
    ),
    IndicatorInput: (
        Column("id_projet", "Projet", "code", _PROJECT),
        Column("indicateur", "Indicateur", "texte", "reprendre un indicateur de réussite du projet"),
        Column("periode_debut", "Début de la période", "date", _DATE),
        Column("periode_fin", "Fin de la période", "date", _DATE),
        Column("echelle", "Échelle", "echelle", "écrire " + ", ".join(Scale)),
        Column("code", "Code du territoire", "code", "écrire le code de la commune ou du QPV, rien pour l'ensemble"),
        Column("valeur", "Valeur", "nombre", "écrire un nombre, par exemple 1234,5"),
        Column("texte", "Constat", "texte", "remplir la valeur ou le constat, pas les deux"),
        Column("unite", "Unité", "texte", "écrire l'unité de la valeur"),
        Column("source", "Source", "texte", "écrire qui a compté, et où le vérifier"),
    ),
}  # fmt: skip


def bare(text: str) -> str:
    """Reduce a heading or a word to letters and digits without accents nor capitals."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(
        re.findall(r"[a-z0-9]+", "".join(sign for sign in plain if not unicodedata.combining(sign)))
    )


def written(value: Any) -> str:
    """Write the value of a field as a cell of text."""
    if value is None:
        return ""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f").replace(".", ",")
    return repr(value).replace(".", ",") if isinstance(value, float) else str(value)


def read(column: Column, cell: str) -> Any:
    """Read a cell, None for an empty one that is no text."""
    if column.form == "texte":
        return cell if cell.strip() else ""
    text = cell.strip()
    if not text and column.form not in {"statut", "echelle"}:
        return None
    return _READERS[column.form](text)


def same(one: Any, other: Any) -> bool:
    """Tell whether two values read alike: spreadsheets change the ends of lines and the zeros of numbers."""
    if isinstance(one, str) and isinstance(other, str):
        return one.replace("\r\n", "\n") == other.replace("\r\n", "\n")
    return bool(one == other)


def _word(text: str, words: type[Status] | type[Scale]) -> str:
    found = next((word for word in words if bare(word) == bare(text)), None)
    # What is none of the words is left to the record's own check.
    return text if found is None else found.value


def _day(text: str) -> dt.date:
    if found := _ISO.fullmatch(text):
        year, month, day = map(int, found.groups())
    elif found := _FRENCH.fullmatch(text):
        day, month, year = map(int, found.groups())
    else:
        raise ValueError("date illisible")
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise ValueError("jour qui n'existe pas") from None


def _number(text: str, *, ambiguous: bool = False) -> Decimal:
    bare_ = _SPACES.sub("", text)
    if not _NUMBER.fullmatch(bare_) or not bare_.isascii():
        raise ValueError("nombre illisible")
    if _EITHER.fullmatch(bare_) and not ambiguous:
        raise ValueError("nombre à double lecture (milliers ou décimales)")
    return Decimal(bare_.replace(",", "."))


_READERS: Final[Mapping[Form, Callable[[str], Any]]] = {
    "code": str,
    "degres": lambda text: float(_number(text, ambiguous=True)),
    "date": _day,
    "nombre": _number,
    "statut": lambda text: _word(text, Status),
    "echelle": lambda text: _word(text, Scale),
}
