"""The content of a record as columns, as JSON, and as frames."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

import pandas as pd
import sqlalchemy as sa

from tracking import _schema
from tracking.records import DeploymentInput, IndicatorInput, Record

TABLES: Final[Mapping[str, sa.Table]] = {
    "deployment": _schema.DEPLOYMENT,
    "indicator": _schema.INDICATOR,
}
KINDS: Final[Mapping[str, type[Record]]] = {"deployment": DeploymentInput, "indicator": IndicatorInput}
DATES: Final = ("date_debut", "date_fin", "periode_debut", "periode_fin")
DEGREES: Final = ("lon", "lat")
NUMBER: Final = "valeur"
TIMES: Final = ("written_at",)
COUNTS: Final = ("version", "based_on", "changes")


def name_of(kind: type[Record]) -> str:
    """Name a kind of record as the database does."""
    return next(name for name, known in KINDS.items() if known is kind)


def kind_of(record: Record) -> str:
    """Name the kind of a record as the database does."""
    return name_of(type(record))


def contents(record: Record) -> dict[str, Any]:
    """Give the fields of a record in plain types, which both drivers store alike."""
    return {each.name: _plain(getattr(record, each.name)) for each in fields(record)}


def record_of(row: Mapping[Any, Any], kind: type[Record]) -> Record:
    """Give back the record that a row or a content holds."""
    return kind(**{each.name: row[each.name] for each in fields(kind)})


def to_json(content: Mapping[str, Any]) -> str:
    """Write a content out."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)


def from_json(text: str) -> dict[str, Any]:
    """Read a content back."""
    content = json.loads(text)
    for name in DATES:
        if content.get(name):
            content[name] = dt.date.fromisoformat(content[name])
    if content.get(NUMBER):
        content[NUMBER] = Decimal(content[NUMBER])
    return dict(content)


def frame(rows: Iterable[Mapping[Any, Any]], columns: list[str], *, index: str | list[str]) -> pd.DataFrame:
    """Make a frame of rows, with the same types whatever the database and even without a row."""
    table = pd.DataFrame.from_records([dict(row) for row in rows], columns=columns)
    for name in columns:
        if name in DATES:
            table[name] = pd.to_datetime(table[name]).astype("datetime64[s]")
        elif name in TIMES:
            table[name] = pd.to_datetime(table[name], utc=True).astype("datetime64[us, UTC]")
        elif name in DEGREES:
            table[name] = table[name].astype("float64")
        elif name in COUNTS:
            table[name] = table[name].astype("int64")
        elif name == NUMBER:
            table[name] = table[name].astype(object)
        else:
            table[name] = table[name].astype("str")
    return table.set_index(index)


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, str):
        return str(value)
    return float(value) if isinstance(value, int | float) else value
