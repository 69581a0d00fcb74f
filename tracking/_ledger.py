"""Who writes, how much, and what was answered: people, the limit of writes, the audit log."""

import datetime as dt
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tracking._schema import ACCEPTED, AUDIT, PERSON, REFUSED
from tracking.refusals import RateError, UnknownError

MINUTE: Final = dt.timedelta(minutes=1)
HOUR: Final = dt.timedelta(hours=1)
#: What the log says of a write refused for the author's pace.
TOO_FAST: Final = "limite d'écritures"
ERASED: Final = "personne effacée"
_ID: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Limits:
    """How much one author may write."""

    requests_per_minute: int = 60
    changes_per_hour: int = 5_000


def new_id() -> str:
    """Draw an identifier that says nothing."""
    return uuid.uuid4().hex


def is_id(text: object) -> bool:
    """Tell whether a text may be an identifier of the store."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def hold_author(connection: Connection, author: str) -> None:
    """Check that an author exists, and keep the author's other writes waiting until this one is over."""
    held = sa.select(PERSON.c.erased_at).where(PERSON.c.author_id == author).with_for_update(key_share=True)
    row = connection.execute(held).one_or_none() if is_id(author) else None
    if row is None or row.erased_at is not None:
        raise UnknownError("Auteur inconnu du suivi, ou effacé. À faire : se connecter de nouveau.")


def check_pace(
    connection: Connection, author: str, *, changes: int, now: dt.datetime, limits: Limits
) -> None:
    """Refuse a write that comes too soon after the others of the author, whatever the server they reached."""
    counted = (AUDIT.c.author_id == author) & (AUDIT.c.reason != TOO_FAST)
    times = sa.select(AUDIT.c.written_at).where(counted, AUDIT.c.written_at > now - MINUTE)
    recent = connection.scalars(times.order_by(AUDIT.c.written_at)).all()
    if len(recent) >= limits.requests_per_minute:
        _refuse(recent[len(recent) - limits.requests_per_minute] + MINUTE, now)
    if changes > limits.changes_per_hour:
        # No wait would help: the size of the batch is refused as a fault.
        return
    lately = (counted, AUDIT.c.outcome == ACCEPTED, AUDIT.c.written_at > now - HOUR)
    total = (
        connection.scalar(sa.select(sa.func.coalesce(sa.func.sum(AUDIT.c.changes), 0)).where(*lately)) or 0
    )
    if total + changes <= limits.changes_per_hour:
        return
    rows = sa.select(AUDIT.c.written_at, AUDIT.c.changes).where(*lately).order_by(AUDIT.c.written_at)
    free = now
    for row in connection.execute(rows):
        if total + changes <= limits.changes_per_hour:
            break
        total -= row.changes
        free = row.written_at + HOUR
    _refuse(free, now)


def note(
    connection: Connection,
    *,
    author: str,
    action: str,
    changes: int,
    now: dt.datetime,
    record_id: str | None = None,
    reason: str = "",
) -> None:
    """Log what was asked and answered: accepted if no reason is given, refused otherwise."""
    if reason == TOO_FAST and _told_lately(connection, author, now):
        return
    connection.execute(
        AUDIT.insert().values(
            written_at=now,
            author_id=author if is_id(author) else "",
            action=action,
            record_id=record_id if is_id(record_id) else None,
            changes=changes,
            outcome=REFUSED if reason else ACCEPTED,
            reason=reason,
        )
    )


def author_name() -> sa.ColumnElement[Any]:
    """Give the author's name of a row joined with the people."""
    return sa.func.coalesce(PERSON.c.name, sa.literal(ERASED)).label("author")


def known_person(connection: Connection, issuer: str, subject: str) -> Mapping[Any, Any] | None:
    """Find a person by the identity that the issuer vouches for."""
    found = sa.select(PERSON.c.author_id, PERSON.c.name).where(
        PERSON.c.issuer == issuer, PERSON.c.subject == subject
    )
    return connection.execute(found).mappings().one_or_none()


def _told_lately(connection: Connection, author: str, now: dt.datetime) -> bool:
    """Tell whether the log already has such a refusal within the minute, so that a flood does not fill it."""
    same = sa.select(sa.literal(1)).where(
        AUDIT.c.author_id == author, AUDIT.c.written_at > now - MINUTE, AUDIT.c.reason == TOO_FAST
    )
    return connection.execute(same.limit(1)).first() is not None


def _refuse(free: dt.datetime, now: dt.datetime) -> None:
    raise RateError(wait_s=max(1, -(-(free - now) // dt.timedelta(seconds=1))))
