"""Bring the schema up to the code's, forwards only, once, whatever the number of servers that start."""

import datetime as dt
import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from tracking._engine import Base
from tracking._schema import SCHEMA_TABLE
from tracking.refusals import StoreError

MIGRATIONS: Final = Path(__file__).resolve().parent / "migrations"
#: Number of the advisory lock that servers of PostgreSQL take.
_LOCK: Final = 7_316_202_430
#: Alembic keeps what it runs in its module: one thread at a time.
_ALEMBIC: Final = threading.Lock()


def migrate(base: Base, *, folder: Path = MIGRATIONS) -> Path | None:
    """Bring a database up to date, in one transaction that others wait for."""
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    copy = None
    with _ALEMBIC, base.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        current = _current(connection)
        if current == script.get_current_head():
            return None
        if current is None:
            _check_empty(connection)
        else:
            _check_known(current, script)
            if base.file is not None:
                copy = copy_sqlite(
                    base.file, base.file.parent / "sauvegardes", label=f"avant-migration-{current}"
                )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return copy


def known_versions(script: ScriptDirectory | None = None) -> set[str]:
    """Give the versions of the schema that the code knows."""
    return {each.revision for each in (script or ScriptDirectory(str(MIGRATIONS))).walk_revisions()}


def copy_sqlite(file: Path, folder: Path, *, label: str) -> Path:
    """Copy a SQLite file as it stands, while others use it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stamp = dt.datetime.now(tz=dt.UTC).strftime("%Y-%m-%dT%H%M%S.%fZ")
    copy = folder / f"{file.stem}-{stamp}-{label}.sqlite3"
    os.close(os.open(copy, os.O_CREAT | os.O_EXCL, 0o600))
    address = f"{file.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        # One file alone, without the journals that the original has beside it.
        target.execute("PRAGMA journal_mode = DELETE")
    return copy


def _current(connection: Connection) -> str | None:
    context = MigrationContext.configure(connection, opts={"version_table": SCHEMA_TABLE})
    return context.get_current_revision()


def _check_empty(connection: Connection) -> None:
    if any(name.startswith("suivi_") for name in sa.inspect(connection).get_table_names()):
        raise StoreError(
            "La base du suivi a des tables sans numéro de version. À faire : reprendre une sauvegarde, ou donner une "
            "base vide."
        )


def _check_known(current: str, script: ScriptDirectory) -> None:
    if current not in known_versions(script):
        raise StoreError(
            f"La base du suivi (version {current}) est plus récente que cet atlas (version "
            f"{script.get_current_head()}). À faire : mettre l'atlas à jour ; rien n'a été modifié."
        )
