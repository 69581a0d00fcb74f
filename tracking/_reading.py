"""What stands, what stood before, and what was answered, as frames; the content of a record as columns and as JSON."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tracking import _ledger, _schema
from tracking.records import DeploymentInput, IndicatorInput, Record, Standing, field_names
from tracking.refusals import UnknownError

TABLES: Final[Mapping[str, sa.Table]] = {"deployment": _schema.DEPLOYMENT, "indicator": _schema.INDICATOR}
KINDS: Final[Mapping[str, type[Record]]] = {"deployment": DeploymentInput, "indicator": IndicatorInput}
DATES: Final = ("date_debut", "date_fin", "periode_debut", "periode_fin")
DEGREES: Final = ("lon", "lat")
NUMBER: Final = "valeur"
TIMES: Final = ("written_at",)
COUNTS: Final = ("version", "based_on", "changes")
#: What every version says of itself.
VERSION_COLUMNS: Final = ("version", "action", "author", "author_id", "written_at")

#: The databases' integers go no further.
_MOST_VERSIONS: Final = 2**31 - 1


def name_of(kind: type[Record]) -> str:
    """Name a kind of record as the database does."""
    return next(name for name, known in KINDS.items() if known is kind)


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


def last_of(table: sa.Table) -> sa.ColumnElement[bool]:
    """Keep the last version of each record."""
    other = table.alias()
    latest = sa.select(sa.func.max(other.c.version)).where(other.c.record_id == table.c.record_id)
    return table.c.version == latest.scalar_subquery()


def with_author(table: sa.Table) -> sa.Select[Any]:
    """Select the rows of a table with the name of their author."""
    joined = table.join(_schema.PERSON, table.c.author_id == _schema.PERSON.c.author_id)
    return sa.select(table, _ledger.author_name()).select_from(joined)


def revision(connection: Connection) -> tuple[int, ...]:
    """Count what only grows: versions and people erased."""
    counts = [sa.select(sa.func.count()).select_from(table).scalar_subquery() for table in TABLES.values()]
    erased = sa.select(sa.func.count(_schema.PERSON.c.erased_at)).scalar_subquery()
    return tuple(connection.execute(sa.select(*counts, erased)).one())


def current(connection: Connection, kind: str, **wanted: str | None) -> pd.DataFrame:
    """Give the records that stand, withdrawn ones left out, sorted by identifier."""
    table = TABLES[kind]
    asked = with_author(table).where(last_of(table), table.c.action != _schema.WITHDRAWN)
    for name, value in wanted.items():
        if value is not None:
            asked = asked.where(table.c[name] == value)
    rows = connection.execute(asked.order_by(table.c.record_id)).mappings()
    columns = ["record_id", *field_names(KINDS[kind]), *VERSION_COLUMNS]
    return frame(rows, columns, index="record_id")


def standing(
    connection: Connection, kind: str, *, record_ids: Sequence[str] | None = None
) -> dict[str, Standing]:
    """Give the records as their last versions leave them, withdrawn ones included."""
    table = TABLES[kind]
    asked = with_author(table).where(last_of(table))
    if record_ids is not None:
        asked = asked.where(table.c.record_id.in_(record_ids))
    return {
        row["record_id"]: Standing(
            record_of(row, KINDS[kind]),
            row["version"],
            withdrawn=row["action"] == _schema.WITHDRAWN,
            author=row["author"],
            written_at=row["written_at"],
        )
        for row in connection.execute(asked.order_by(table.c.record_id)).mappings()
    }


def version(connection: Connection, record_id: str, number: int) -> Record:
    """Give the content of one version."""
    kind = kind_of(connection, record_id)
    table = TABLES[kind]
    asked = sa.select(table).where(table.c.record_id == record_id, table.c.version == number)
    plausible = isinstance(number, int) and 1 <= number <= _MOST_VERSIONS
    row = connection.execute(asked).mappings().one_or_none() if plausible else None
    if row is None:
        raise UnknownError(f"Fiche {record_id} : version inconnue. À faire : recharger la page.")
    return record_of(row, KINDS[kind])


def history(connection: Connection, record_id: str) -> pd.DataFrame:
    """Give every version of a record, in order."""
    kind = kind_of(connection, record_id)
    table = TABLES[kind]
    asked = with_author(table).where(table.c.record_id == record_id).order_by(table.c.version)
    columns = [*VERSION_COLUMNS, *field_names(KINDS[kind])]
    return frame(connection.execute(asked).mappings(), columns, index="version")


def drafts(connection: Connection, record_id: str) -> pd.DataFrame:
    """Give what was refused for a conflict on a record, in order of time."""
    kind = kind_of(connection, record_id)
    asked = with_author(_schema.DRAFT).where(_schema.DRAFT.c.record_id == record_id)
    rows = connection.execute(asked.order_by(_schema.DRAFT.c.written_at, _schema.DRAFT.c.draft_id)).mappings()
    columns = ["draft_id", "based_on", "author", "author_id", "written_at", *field_names(KINDS[kind])]
    told = [dict(row) | from_json(row["content"]) for row in rows]
    return frame(told, columns, index="draft_id")


def kind_of(connection: Connection, record_id: str) -> str:
    """Find the kind of a record."""
    asked = sa.select(_schema.RECORD.c.kind).where(_schema.RECORD.c.record_id == record_id)
    kind = connection.scalar(asked) if _ledger.is_id(record_id) else None
    if kind is None:
        raise UnknownError("Fiche inconnue du suivi. À faire : recharger la page.")
    return str(kind)


def audit(connection: Connection, *, since: dt.datetime | None, author_id: str | None) -> pd.DataFrame:
    """Give the log, the last lines first."""
    log = _schema.AUDIT
    joined = log.outerjoin(_schema.PERSON, log.c.author_id == _schema.PERSON.c.author_id)
    asked = sa.select(log, _ledger.author_name()).select_from(joined)
    if since is not None:
        asked = asked.where(log.c.written_at >= since)
    if author_id is not None:
        asked = asked.where(log.c.author_id == author_id)
    rows = connection.execute(asked.order_by(log.c.written_at.desc(), log.c.audit_id.desc())).mappings()
    columns = [
        "audit_id", "written_at", "author", "author_id", "action", "record_id", "changes", "outcome", "reason",
    ]  # fmt: skip
    return frame(rows, columns, index="audit_id")


def people(connection: Connection) -> pd.DataFrame:
    """Give the people who are known."""
    person = _schema.PERSON
    asked = sa.select(person.c.author_id, person.c.name).where(person.c.erased_at.is_(None))
    rows = connection.execute(asked.order_by(person.c.name, person.c.author_id)).mappings()
    return frame(rows, ["author_id", "name"], index="author_id")
