"""The tables of the store, as the last migration leaves them.

Nothing is overwritten: a version is a row of its own, a trigger refuses to change or delete it, and the chain of
versions of a record is held by its keys, so that of two writers who start from the same version only one succeeds.
"""

import datetime as dt
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

METADATA: Final = sa.MetaData()
#: Where the migrations note how far they went.
SCHEMA_TABLE: Final = "suivi_schema"

#: What made a version.
ADDED: Final = "ajout"
CORRECTED: Final = "correction"
WITHDRAWN: Final = "retrait"
RESTORED: Final = "rétablissement"

ACCEPTED: Final = "accepté"
REFUSED: Final = "refusé"


class UtcTime(sa.TypeDecorator[dt.datetime]):
    """A time with its zone, kept in UTC: SQLite has no zones."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        """Give the time in UTC."""
        return None if value is None else value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        """Say that the time is in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class DecimalText(sa.TypeDecorator[Decimal]):
    """A decimal number with the digits that were typed: SQLite would make a binary fraction of it."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Write the number out."""
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        """Read the number back."""
        return None if value is None else Decimal(value)


#: The one table that says who the authors are; erasing a person empties its row and leaves the pseudonym.
PERSON: Final = sa.Table(
    "suivi_person",
    METADATA,
    sa.Column("author_id", sa.String(32), primary_key=True),
    sa.Column("issuer", sa.Text),
    sa.Column("subject", sa.Text),
    sa.Column("name", sa.Text),
    sa.Column("erased_at", UtcTime),
)
RECORD: Final = sa.Table(
    "suivi_record",
    METADATA,
    sa.Column("record_id", sa.String(32), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
)


def _versions(name: str, *columns: sa.Column[Any]) -> sa.Table:
    return sa.Table(
        name,
        METADATA,
        sa.Column("record_id", sa.ForeignKey(RECORD.c.record_id), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("previous", sa.Integer),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("author_id", sa.ForeignKey(PERSON.c.author_id), nullable=False),
        sa.Column("written_at", UtcTime, nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["record_id", "previous"], [f"{name}.record_id", f"{name}.version"]),
    )


DEPLOYMENT: Final = _versions(
    "suivi_deployment",
    sa.Column("id_projet", sa.Text, nullable=False),
    sa.Column("statut", sa.String(16), nullable=False),
    sa.Column("code_insee", sa.String(5)),
    sa.Column("code_qp", sa.String(8)),
    sa.Column("lieu", sa.Text, nullable=False),
    sa.Column("lon", sa.Double),
    sa.Column("lat", sa.Double),
    sa.Column("date_debut", sa.Date),
    sa.Column("date_fin", sa.Date),
    sa.Column("partenaire", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
)
INDICATOR: Final = _versions(
    "suivi_indicator",
    sa.Column("id_projet", sa.Text, nullable=False),
    sa.Column("indicateur", sa.Text, nullable=False),
    sa.Column("periode_debut", sa.Date, nullable=False),
    sa.Column("periode_fin", sa.Date, nullable=False),
    sa.Column("echelle", sa.String(16), nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("code", sa.String(8)),
    sa.Column("valeur", DecimalText),
    sa.Column("texte", sa.Text, nullable=False),
    sa.Column("unite", sa.Text, nullable=False),
)
#: Content refused in a conflict, as JSON: nobody loses what was typed.
DRAFT: Final = sa.Table(
    "suivi_draft",
    METADATA,
    sa.Column("draft_id", sa.String(32), primary_key=True),
    sa.Column("record_id", sa.ForeignKey(RECORD.c.record_id), nullable=False, index=True),
    sa.Column("based_on", sa.Integer, nullable=False),
    sa.Column("author_id", sa.ForeignKey(PERSON.c.author_id), nullable=False),
    sa.Column("request_id", sa.String(64), nullable=False),
    sa.Column("written_at", UtcTime, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.UniqueConstraint("author_id", "request_id", "record_id"),
)
#: Requests that were accepted, with what they gave: a form sent twice writes once.
REQUEST: Final = sa.Table(
    "suivi_request",
    METADATA,
    sa.Column("author_id", sa.ForeignKey(PERSON.c.author_id), primary_key=True),
    sa.Column("request_id", sa.String(64), primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("result", sa.Text, nullable=False),
    sa.Column("written_at", UtcTime, nullable=False),
)
#: Who asked for what and when, accepted or refused and why: no content. The limit of writes is counted here.
AUDIT: Final = sa.Table(
    "suivi_audit",
    METADATA,
    sa.Column("audit_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("written_at", UtcTime, nullable=False, index=True),
    sa.Column("author_id", sa.String(32), nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("record_id", sa.String(32)),
    sa.Column("changes", sa.Integer, nullable=False),
    sa.Column("outcome", sa.String(16), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Index("ix_suivi_audit_author", "author_id", "written_at"),
)
