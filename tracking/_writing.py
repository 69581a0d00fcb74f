"""One write: everything that was asked, or nothing, and a line of log either way."""

import datetime as dt
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import Connection

from errors import AtlasError
from tracking import _ledger, _schema, records
from tracking._engine import Base
from tracking._reading import TABLES, contents, name_of, to_json, version
from tracking._reading import standing as standing_of
from tracking.changes import Add, Change, Correct, Restore, Withdraw
from tracking.records import Nomenclature, Standing
from tracking.refusals import (
    Conflict,
    ConflictError,
    RateError,
    RecordError,
    ReplayError,
    StoreError,
    UnknownError,
)

ACTIONS: Final[Mapping[type[Change], str]] = {
    Add: _schema.ADDED,
    Correct: _schema.CORRECTED,
    Withdraw: _schema.WITHDRAWN,
    Restore: _schema.RESTORED,
}
#: Changes of one batch.
MOST_CHANGES: Final = 5_000
_REQUEST: Final = re.compile(r"[0-9A-Za-z_-]{8,64}")


def write(
    base: Base,
    changes: Sequence[Change],
    *,
    author: str,
    request_id: str,
    now: dt.datetime,
    limits: _ledger.Limits,
    nomenclature: Nomenclature | None,
) -> list[str]:
    """Write changes and give the records' identifiers, in order.

    A request that was already accepted gives what it gave, and writes nothing.
    """
    told: dict[str, Any] = {
        "author": author,
        "action": _summary(changes),
        "changes": len(changes),
        "now": now,
    }
    if len(changes) == 1 and not isinstance(changes[0], Add):
        told["record_id"] = changes[0].record_id
    try:
        with base.writing() as connection:
            _ledger.hold_author(connection, author)
            digest = _digest(changes)
            earlier = _earlier(connection, author, request_id, digest)
            if earlier is not None:
                return earlier
            _ledger.check_pace(connection, author, changes=len(changes), now=now, limits=limits)
            _check(
                changes,
                most=min(MOST_CHANGES, limits.changes_per_hour),
                nomenclature=nomenclature,
                today=now.date(),
            )
            ids = _written(connection, changes, author=author, now=now)
            connection.execute(
                _schema.REQUEST.insert().values(
                    author_id=author,
                    request_id=request_id,
                    digest=digest,
                    result=json.dumps(ids),
                    written_at=now,
                )
            )
            _ledger.note(connection, **told)
            return ids
    except exc.IntegrityError as error:
        raise StoreError(
            "La base du suivi refuse cet enregistrement, rien n'a été écrit. À faire : recharger la page et recommencer."
        ) from error
    except StoreError:
        raise
    except AtlasError as refusal:
        with base.writing() as connection:
            _ledger.note(connection, **told, reason=_reason(refusal))
            if isinstance(refusal, ConflictError):
                _keep_drafts(connection, changes, author=author, request_id=request_id, now=now)
        raise


def _summary(changes: Sequence[Change]) -> str:
    counts = Counter(ACTIONS[type(change)] for change in changes)
    return (
        next(iter(counts))
        if len(changes) == 1
        else ", ".join(f"{n} {name}" + "s" * (n > 1) for name, n in counts.items())
    )


def _reason(refusal: AtlasError) -> str:
    """Say why, without any content: names of fields, no value."""
    if isinstance(refusal, RecordError):
        names = list(refusal.faults)
        return "champs : " + ", ".join(names[:20]) + (" …" if len(names) > 20 else "")  # noqa: PLR2004
    reasons: dict[type[AtlasError], str] = {
        ConflictError: "conflit de versions",
        RateError: _ledger.TOO_FAST,
        ReplayError: "requête déjà utilisée",
        UnknownError: "fiche, version ou auteur inconnu",
    }
    return reasons.get(type(refusal), "refus")


def _digest(changes: Sequence[Change]) -> str:
    told = []
    for change in changes:
        plain = {name: value for name, value in vars(change).items() if name != "record"}
        if isinstance(change, Add | Correct):
            plain |= {"kind": name_of(type(change.record)), "record": contents(change.record)}
        told.append([type(change).__name__, to_json(plain)])
    return hashlib.sha256(json.dumps(told).encode("utf-8", "surrogatepass")).hexdigest()


def _earlier(connection: Connection, author: str, request_id: str, digest: str) -> list[str] | None:
    if not isinstance(request_id, str) or not _REQUEST.fullmatch(request_id):
        raise RecordError({"request_id": "identifiant de requête de 8 à 64 lettres, chiffres ou tirets"})
    asked = sa.select(_schema.REQUEST.c.digest, _schema.REQUEST.c.result).where(
        _schema.REQUEST.c.author_id == author, _schema.REQUEST.c.request_id == request_id
    )
    row = connection.execute(asked).one_or_none()
    if row is None:
        return None
    if row.digest != digest:
        raise ReplayError(
            "Cette saisie a déjà été enregistrée avec un autre contenu. À faire : recharger la page et recommencer."
        )
    return list(json.loads(row.result))


def _check(
    changes: Sequence[Change], *, most: int, nomenclature: Nomenclature | None, today: dt.date
) -> None:
    if not 1 <= len(changes) <= most:
        raise RecordError({"lot": f"de 1 à {most} lignes à la fois"})
    found = {}
    for rank, change in enumerate(changes, 1):
        if isinstance(change, Add | Correct):
            faults = records.faults(change.record, nomenclature=nomenclature, today=today)
            found.update({_named(name, rank, changes): fault for name, fault in faults.items()})
    seen = Counter(change.record_id for change in changes if not isinstance(change, Add))
    for rank, change in enumerate(changes, 1):
        if not isinstance(change, Add) and seen[change.record_id] > 1:
            found[_named("record_id", rank, changes)] = "la même fiche deux fois dans le lot"
    if found:
        raise RecordError(found)


def _named(field: str, rank: int, changes: Sequence[Change]) -> str:
    return field if len(changes) == 1 else f"{rank}.{field}"


@dataclass(frozen=True)
class _Planned:
    """What a change comes to, given what stands."""

    kind: str
    record_id: str
    previous: int | None
    content: Mapping[str, Any]
    conflict: Conflict | None = None
    fault: str | None = None


def _written(
    connection: Connection, changes: Sequence[Change], *, author: str, now: dt.datetime
) -> list[str]:
    kinds = _hold(connection, [change.record_id for change in changes if not isinstance(change, Add)])
    last: dict[str, Standing] = {}
    for kind in sorted(set(kinds.values())):
        ids = [record_id for record_id, its in kinds.items() if its == kind]
        last |= standing_of(connection, kind, record_ids=ids)
    planned = [_plan(connection, change, kinds, last) for change in changes]
    if conflicts := tuple(each.conflict for each in planned if each.conflict):
        raise ConflictError(conflicts)
    if faults := {
        _named("record_id", rank, changes): each.fault for rank, each in enumerate(planned, 1) if each.fault
    }:
        raise RecordError(faults)
    fresh = [{"record_id": each.record_id, "kind": each.kind} for each in planned if each.previous is None]
    if fresh:
        connection.execute(_schema.RECORD.insert(), fresh)
    for kind, table in TABLES.items():
        rows = [
            {
                "record_id": each.record_id,
                "version": (each.previous or 0) + 1,
                "previous": each.previous,
                "action": ACTIONS[type(change)],
                "author_id": author,
                "written_at": now,
                **each.content,
            }
            for change, each in zip(changes, planned, strict=True)
            if each.kind == kind
        ]
        if rows:
            connection.execute(table.insert(), rows)
    return [each.record_id for each in planned]


def _plan(
    connection: Connection, change: Change, kinds: Mapping[str, str], last: Mapping[str, Standing]
) -> _Planned:
    if isinstance(change, Add):
        return _Planned(name_of(type(change.record)), _ledger.new_id(), None, contents(change.record))
    kind, record_id, seen = kinds[change.record_id], change.record_id, change.based_on
    standing = last[record_id]
    if not isinstance(seen, int) or not 1 <= seen <= standing.version:
        raise UnknownError(f"Fiche {record_id} : version inconnue. À faire : recharger la page.")
    content = _wanted(connection, change, kind)
    if seen < standing.version:
        conflict = Conflict(
            record_id=record_id,
            based_on=seen,
            last=standing.version,
            author=standing.author,
            written_at=standing.written_at,
            withdrawn=standing.withdrawn,
            base=contents(version(connection, record_id, seen)),
            theirs=contents(standing.record),
            yours=content,
        )
        return _Planned(kind, record_id, seen, content, conflict=conflict)
    return _Planned(kind, record_id, seen, content, fault=_misplaced(change, standing))


def _hold(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """Give the kind of each record, and keep other writers of them waiting."""
    wanted = [record_id for record_id in ids if _ledger.is_id(record_id)]
    held = sa.select(_schema.RECORD).where(_schema.RECORD.c.record_id.in_(wanted))
    # Always in the same order, so that two batches never wait for one another.
    rows = connection.execute(held.order_by(_schema.RECORD.c.record_id).with_for_update()) if wanted else ()
    kinds = {row.record_id: row.kind for row in rows}
    if missing := [record_id for record_id in ids if record_id not in kinds]:
        shown = missing[0] if _ledger.is_id(missing[0]) else "(identifiant illisible)"
        raise UnknownError(f"Fiche {shown} : inconnue du suivi. À faire : recharger la page.")
    return kinds


def _wanted(connection: Connection, change: Correct | Withdraw | Restore, kind: str) -> dict[str, Any]:
    """Give the content that the author wants the record to have."""
    if isinstance(change, Correct):
        if name_of(type(change.record)) != kind:
            raise UnknownError(f"Fiche {change.record_id} : d'une autre sorte. À faire : recharger la page.")
        return contents(change.record)
    number = change.version if isinstance(change, Restore) else change.based_on
    return contents(version(connection, change.record_id, number))


def _misplaced(change: Correct | Withdraw | Restore, standing: Standing) -> str | None:
    """Say what keeps a change from making sense on the version that stands."""
    if isinstance(change, Restore):
        same = change.version == standing.version and not standing.withdrawn
        return "c'est déjà la version en cours" if same else None
    return "fiche retirée : la rétablir d'abord" if standing.withdrawn else None


def _keep_drafts(
    connection: Connection, changes: Iterable[Change], *, author: str, request_id: str, now: dt.datetime
) -> None:
    """Keep the corrections of a request refused for a conflict, once even if it is sent again."""
    draft = _schema.DRAFT
    kept = set(
        connection.scalars(
            sa.select(draft.c.record_id).where(draft.c.author_id == author, draft.c.request_id == request_id)
        )
    )
    rows = [
        {
            "draft_id": _ledger.new_id(),
            "record_id": change.record_id,
            "based_on": change.based_on,
            "author_id": author,
            "request_id": request_id,
            "written_at": now,
            "content": to_json(contents(change.record)),
        }
        for change in changes
        if isinstance(change, Correct) and change.record_id not in kept
    ]
    if rows:
        connection.execute(draft.insert(), rows)
