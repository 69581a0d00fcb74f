"""The store of the follow-up: one door for the pages, the exchange of tables and the command line."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Final

import pandas as pd
import sqlalchemy as sa
from sqlalchemy import exc

from tracking import _checks, _ledger, _reading, _schema, _writing
from tracking._engine import Base, address, migrate
from tracking.changes import Add, Change, Correct, Restore, Withdraw
from tracking.records import Nomenclature, Record, Standing
from tracking.refusals import RecordError, StoreError, UnknownError

Limits = _ledger.Limits
ERASED: Final = _ledger.ERASED
#: Most characters of an identity and of a name.
_IDENTITY: Final = 500
_NAME: Final = 200


def open_store(
    url: str | None = None, *, nomenclature: Nomenclature | None = None, limits: Limits | None = None
) -> "Store":
    """Open the database of the follow-up, made or brought up to date if needed.

    A SQLite file that holds something is copied into `sauvegardes/` beside it before its schema changes. Servers that
    start together wait for one another.

    Parameters
    ----------
    url
        Address of the database: that of `ATLAS_BASE` by default, else `suivi/suivi.sqlite3` in the project.
    nomenclature
        The projects and places that exist; without it only the form of codes is checked.

    Returns
    -------
    Store
        To be shared by all threads of the process.

    Raises
    ------
    StoreError
        If the database cannot be used, is newer than the code, or holds something else.
    """
    base = Base(address(url))
    try:
        migrate(base)
    except StoreError:
        base.close()
        raise
    return Store(base, nomenclature=nomenclature, limits=limits or Limits())


def _now() -> dt.datetime:
    return dt.datetime.now(tz=dt.UTC)


class Store:
    """Deployments, values of indicators, and their whole history. `open_store` makes it.

    Every method raises `StoreError` if the database cannot be used, and nothing is written then. Those that write
    take `author`, as `person` gives it, and `request_id`, drawn once for each form shown: 8 to 64 letters, digits or
    hyphens. A request sent again gives what it gave the first time and writes nothing more.

    Attributes
    ----------
    nomenclature
        The projects and places that exist, or None.
    """

    def __init__(
        self,
        base: Base,
        *,
        nomenclature: Nomenclature | None,
        limits: Limits,
        clock: Callable[[], dt.datetime] = _now,
    ) -> None:
        self._base = base
        self.nomenclature = nomenclature
        self._limits = limits
        self._clock = clock

    def close(self) -> None:
        """Close the connections; the store opens others if it is used again."""
        self._base.close()

    def person(self, issuer: str, subject: str, *, name: str) -> str:
        """Give the pseudonym of a person, drawn at the first visit; the name follows that of the last visit.

        Raises
        ------
        RecordError
            If one of them is empty, too long, or has control characters.
        """
        found = {
            "issuer": _checks.text(issuer, most=_IDENTITY, required=True),
            "subject": _checks.text(subject, most=_IDENTITY, required=True),
            "name": _checks.text(name, most=_NAME, required=True),
        }
        if faults := {field: fault for field, fault in found.items() if fault}:
            raise RecordError(faults)
        with self._base.reading() as connection:
            known = _ledger.known_person(connection, issuer, subject)
        if known and known["name"] == name:
            return str(known["author_id"])
        try:
            return self._named(issuer, subject, name)
        except exc.IntegrityError:
            # Another session of the same person came first.
            return self._named(issuer, subject, name)

    def _named(self, issuer: str, subject: str, name: str) -> str:
        person = _schema.PERSON
        with self._base.writing() as connection:
            known = _ledger.known_person(connection, issuer, subject)
            if known is not None:
                author = str(known["author_id"])
                connection.execute(person.update().where(person.c.author_id == author).values(name=name))
                return author
            author = _ledger.new_id()
            connection.execute(
                person.insert().values(author_id=author, issuer=issuer, subject=subject, name=name)
            )
            return author

    def people(self) -> pd.DataFrame:
        """List the people who are known.

        Returns
        -------
        DataFrame
            Indexed by `author_id`: `name`.
        """
        with self._base.reading() as connection:
            return _reading.people(connection)

    def erase_person(self, author_id: str) -> None:
        """Forget who an author is: the history keeps the pseudonym and says "personne effacée".

        Raises
        ------
        UnknownError
            If there is no such person, or no longer.
        """
        person = _schema.PERSON
        forget = person.update().where(person.c.author_id == author_id, person.c.erased_at.is_(None))
        with self._base.writing() as connection:
            done = connection.execute(
                forget.values(issuer=None, subject=None, name=None, erased_at=self._clock())
            )
            if not done.rowcount:
                raise UnknownError("Personne inconnue du suivi, ou déjà effacée.")

    def apply(self, changes: Iterable[Change], *, author: str, request_id: str) -> list[str]:
        """Write several changes, all or nothing.

        Parameters
        ----------
        changes
            At most 5,000, each record at most once.

        Returns
        -------
        list[str]
            The record of each change, in order.

        Raises
        ------
        RecordError
            If fields are at fault; all of them are named.
        ConflictError
            If somebody else changed a record meanwhile; corrections are kept as drafts.
        RateError
            If the author writes too much in a short time.
        ReplayError
            If the request was already accepted with another content.
        UnknownError
            If the author, a record or a version does not exist.
        """
        return _writing.write(
            self._base,
            tuple(changes),
            author=author,
            request_id=request_id,
            now=self._clock(),
            limits=self._limits,
            nomenclature=self.nomenclature,
        )

    def add(self, record: Record, *, author: str, request_id: str) -> str:
        """Record a deployment, or a value of a success indicator."""
        return self.apply([Add(record)], author=author, request_id=request_id)[0]

    def correct(self, record_id: str, record: Record, *, author: str, based_on: int, request_id: str) -> int:
        """Give a record a new version."""
        return self._changed(Correct(record_id, record, based_on), author, request_id)

    def withdraw(self, record_id: str, *, author: str, based_on: int, request_id: str) -> int:
        """Withdraw what should not have been recorded; `restore` undoes it."""
        return self._changed(Withdraw(record_id, based_on), author, request_id)

    def restore(self, record_id: str, version: int, *, author: str, based_on: int, request_id: str) -> int:
        """Bring a record back to an earlier version, by a new version equal to it."""
        return self._changed(Restore(record_id, version, based_on), author, request_id)

    add_deployment = add_indicator_value = add
    correct_deployment = correct_indicator_value = correct
    withdraw_deployment = withdraw_indicator_value = withdraw

    def _changed(self, change: Correct | Withdraw | Restore, author: str, request_id: str) -> int:
        self.apply([change], author=author, request_id=request_id)
        return change.based_on + 1

    def revision(self) -> tuple[int, ...]:
        """Tell how far the store has come, for caches: one cheap query."""
        with self._base.reading() as connection:
            return _reading.revision(connection)

    def deployments(
        self, *, id_projet: str | None = None, code_insee: str | None = None, code_qp: str | None = None
    ) -> pd.DataFrame:
        """Give the deployments that stand; withdrawn ones are left out.

        Parameters
        ----------
        id_projet, code_insee, code_qp
            Those of this project, commune or QPV alone. A deployment recorded for a QPV alone has no commune.

        Returns
        -------
        DataFrame
            Indexed by `record_id`: the fields of `DeploymentInput` (days as datetime64, degrees as float64), `version`,
            `action`, `author` (a name, or "personne effacée"), `author_id`, `written_at` (UTC).
        """
        with self._base.reading() as connection:
            return _reading.current(
                connection, "deployment", id_projet=id_projet, code_insee=code_insee, code_qp=code_qp
            )

    def indicator_values(
        self, *, id_projet: str | None = None, echelle: str | None = None, code: str | None = None
    ) -> pd.DataFrame:
        """Give the values of indicators that stand; withdrawn ones are left out.

        Returns
        -------
        DataFrame
            Indexed by `record_id`: the fields of `IndicatorInput` (`valeur` as Decimal or None), then as
            `deployments`.
        """
        with self._base.reading() as connection:
            return _reading.current(connection, "indicator", id_projet=id_projet, echelle=echelle, code=code)

    def record(self, record_id: str) -> Standing:
        """Give one record as it stands, withdrawn or not.

        Returns
        -------
        Standing
            Its content, which `dataclasses.replace` changes for a correction, and its version.

        Raises
        ------
        UnknownError
            If there is no such record.
        """
        with self._base.reading() as connection:
            kind = _reading.kind_of(connection, record_id)
            return _reading.standing(connection, kind, record_ids=[record_id])[record_id]

    def standing(self, kind: type[Record]) -> dict[str, Standing]:
        """Give all the records of a kind as they stand, withdrawn ones included.

        Parameters
        ----------
        kind
            `DeploymentInput` or `IndicatorInput`.

        Returns
        -------
        dict[str, Standing]
            By record's identifier, sorted.
        """
        with self._base.reading() as connection:
            return _reading.standing(connection, _reading.name_of(kind))

    def version(self, record_id: str, number: int) -> Record:
        """Give the content of a record at one of its versions.

        Raises
        ------
        UnknownError
            If there is no such record or version.
        """
        with self._base.reading() as connection:
            return _reading.version(connection, record_id, number)

    def history(self, record_id: str) -> pd.DataFrame:
        """Give every version of a record, withdrawals included.

        Returns
        -------
        DataFrame
            Indexed by `version`, from 1: `action` ("ajout", "correction", "retrait" or "rétablissement"), `author`,
            `author_id`, `written_at` (UTC), and the fields.

        Raises
        ------
        UnknownError
            If there is no such record.
        """
        with self._base.reading() as connection:
            return _reading.history(connection, record_id)

    def drafts(self, record_id: str) -> pd.DataFrame:
        """Give the corrections of a record that were refused because somebody else had come first.

        Returns
        -------
        DataFrame
            Indexed by `draft_id`, in order of time: `based_on`, `author`, `author_id`, `written_at`, and the fields.

        Raises
        ------
        UnknownError
            If there is no such record.
        """
        with self._base.reading() as connection:
            return _reading.drafts(connection, record_id)

    def audit(self, *, since: dt.datetime | None = None, author_id: str | None = None) -> pd.DataFrame:
        """Give the log of what was asked, the last lines first. It holds no content.

        Returns
        -------
        DataFrame
            Indexed by `audit_id`: `written_at` (UTC), `author`, `author_id`, `action`, `record_id`, `changes` (how many
            records), `outcome` ("accepté" or "refusé") and `reason`.
        """
        with self._base.reading() as connection:
            return _reading.audit(connection, since=since, author_id=author_id)

    def purge(self, before: dt.datetime) -> int:
        """Delete the lines of the log that are old enough. Records and their history stay.

        Parameters
        ----------
        before
            Lines before this time go; with its zone.
        """
        with self._base.writing() as connection:
            return connection.execute(
                sa.delete(_schema.AUDIT).where(_schema.AUDIT.c.written_at < before)
            ).rowcount
