"""Copies of the follow-up, and coming back to one.

For PostgreSQL its own programs do it, while the atlas runs:
`pg_dump --format=custom --file=suivi.dump "$ATLAS_BASE"`, then
`pg_restore --clean --if-exists --single-transaction --no-owner --dbname="$ATLAS_BASE" suivi.dump`.
"""

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from tracking import _schema
from tracking._engine import Base, address, copy_sqlite, known_versions, migrate, read_only, sqlite_file
from tracking.refusals import StoreError


def backup(url: str | None, folder: Path) -> Path:
    """Copy a SQLite database into a file with the day and the time in its name, while the atlas runs.

    Parameters
    ----------
    url
        Address of the database; None as in `open_store`.
    folder
        Where the copy goes, made if needed. It holds people's names: keep it as closed as the database.

    Raises
    ------
    StoreError
        If the database is none of SQLite's, does not exist, or is damaged.
    """
    file = _file(url)
    if not file.is_file():
        raise StoreError(f"Base du suivi {file.name} : absente. À faire : vérifier l'adresse de la base.")
    try:
        copy = copy_sqlite(file, folder, label="sauvegarde")
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"Base du suivi {file.name} : elle ne se laisse pas copier ({error}). À faire : vérifier le dossier de "
            "destination et l'état de la base."
        ) from error
    _check(copy)
    return copy


def restore(file: Path, url: str | None) -> Path | None:
    """Bring a SQLite database back to a copy; people erased since the copy was made stay erased.

    What the database holds is copied beside it first, or moved there if it is damaged. The atlas may run meanwhile
    unless the database is damaged: it sees the one or the other state.

    Parameters
    ----------
    file
        A copy made by `backup`, or before a migration.
    url
        Address of the database; None as in `open_store`.

    Returns
    -------
    Path | None
        The copy of what the database held, None if it did not exist.

    Raises
    ------
    StoreError
        If the copy does not exist, is damaged or is no follow-up, if the database is none of SQLite's, or if the copy
        is newer than the code.
    """
    target = _file(url)
    _check(file)
    kept, erased = _put_by(target, url) if target.is_file() and target.stat().st_size else (None, [])
    base = Base(address(url))
    try:
        with closing(read_only(file)) as source, closing(sqlite3.connect(target)) as open_:
            source.backup(open_)
        migrate(base)
        person = _schema.PERSON
        with base.writing() as connection:
            for author_id, when in erased:
                forget = person.update().where(person.c.author_id == author_id, person.c.erased_at.is_(None))
                connection.execute(forget.values(issuer=None, subject=None, name=None, erased_at=when))
    finally:
        base.close()
    return kept


def _put_by(target: Path, url: str | None) -> tuple[Path, list[tuple[str, object]]]:
    """Keep what the database holds, and list the people erased."""
    folder = target.parent / "sauvegardes"
    try:
        erased = _erased(url)
        return copy_sqlite(target, folder, label="avant-restauration"), erased
    except (sqlite3.Error, StoreError):
        folder.mkdir(mode=0o700, exist_ok=True)
        stamp = dt.datetime.now(tz=dt.UTC).strftime("%Y-%m-%dT%H%M%SZ")
        aside = folder / f"{target.stem}-{stamp}-abimee.sqlite3"
        target.rename(aside)
        for journal in ("-wal", "-shm"):
            # Left there, they would be taken for those of the copy.
            beside = target.with_name(target.name + journal)
            if beside.exists():
                beside.rename(aside.with_name(aside.name + journal))
        return aside, []


def _file(url: str | None) -> Path:
    file = sqlite_file(address(url))
    if file is None:
        raise StoreError(
            "La base du suivi est sur PostgreSQL. À faire : pg_dump et pg_restore, comme docs/follow-up.md les donne."
        )
    return file


def _check(file: Path) -> None:
    """Refuse a copy that could not be used."""
    mend = "À faire : prendre une autre sauvegarde."
    if not file.is_file():
        raise StoreError(f"Sauvegarde {file.name} : fichier absent. {mend}")
    try:
        with closing(read_only(file)) as copy:
            sound = copy.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            tables = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            ours = _schema.SCHEMA_TABLE in tables
            versions = (
                {number for (number,) in copy.execute("SELECT version_num FROM suivi_schema")}
                if ours
                else set()
            )
    except sqlite3.Error as error:
        raise StoreError(
            f"Sauvegarde {file.name} : ce n'est pas une base SQLite, ou elle est abîmée. {mend}"
        ) from error
    if not sound:
        raise StoreError(f"Sauvegarde {file.name} : abîmée. {mend}")
    if not versions:
        raise StoreError(f"Sauvegarde {file.name} : ce n'est pas une base du suivi. {mend}")
    if not versions <= known_versions():
        raise StoreError(
            f"Sauvegarde {file.name} : d'un atlas plus récent que celui-ci. À faire : mettre l'atlas à jour."
        )


def _erased(url: str | None) -> list[tuple[str, object]]:
    base = Base(address(url))
    person = _schema.PERSON
    asked = sa.select(person.c.author_id, person.c.erased_at).where(person.c.erased_at.is_not(None))
    try:
        with base.reading() as connection:
            return [(row.author_id, row.erased_at) for row in connection.execute(asked)]
    finally:
        base.close()
