"""The connection to the database, SQLite in one file or PostgreSQL, whose schema is brought up to the code's when it opens."""

import datetime as dt
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event, exc
from sqlalchemy.engine import URL, Connection

from tracking._schema import SCHEMA_TABLE
from tracking.refusals import StoreError

#: Where a deployment names another database than the embedded one.
BASE_VARIABLE: Final = "ATLAS_BASE"
DEFAULT_FILE: Final = Path(__file__).resolve().parent.parent / "suivi" / "suivi.sqlite3"
#: How long a writer waits for the others.
BUSY_TIMEOUT_S: Final = 20.0
CONNECT_TIMEOUT_S: Final = 5
#: What PostgreSQL says when a lock is not given in time, or two writers wait for one another.
_LOCKED: Final = ("55P03", "40P01")
_WRITING: Final = "atlas_writing"
_MEND: Final = "réessayer ; si cela dure, prévenir la personne qui tient le serveur"
MIGRATIONS: Final = Path(__file__).resolve().parent / "migrations"
#: Number of the advisory lock that servers of PostgreSQL take.
_LOCK: Final = 7_316_202_430
#: Alembic keeps what it runs in its module: one thread at a time.
_ALEMBIC: Final = threading.Lock()


def address(url: str | None) -> URL:
    """Read the address of the database."""
    given = url or os.environ.get(BASE_VARIABLE)
    try:
        parsed = sa.make_url(given) if given else URL.create("sqlite", database=str(DEFAULT_FILE))
    except exc.ArgumentError:
        # The address may hold a password: it is not repeated.
        parsed = None
    name = parsed.get_backend_name() if parsed else ""
    if parsed and name == "sqlite" and parsed.database and parsed.database != ":memory:":
        return parsed.set(drivername="sqlite")
    if parsed and name in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg")
    raise StoreError(
        f"Adresse de la base du suivi incomprise. À faire : donner dans {BASE_VARIABLE} une adresse "
        "« sqlite:////dossier/suivi.sqlite3 » ou « postgresql://utilisateur@serveur/base »."
    )


def sqlite_file(url: URL) -> Path | None:
    """Give the file of an address."""
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


class Base:
    """A database, its connections and its transactions."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.file = sqlite_file(url)
        if self.file is None:
            self.engine = sa.create_engine(
                url, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_TIMEOUT_S}
            )
            event.listen(self.engine, "begin", _begin_postgresql)
            return
        _private_file(self.file)
        self.engine = sa.create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S})
        event.listen(self.engine, "connect", _prepare_sqlite)
        event.listen(self.engine, "begin", _begin_sqlite)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that sees one state of the data."""
        with _told(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that writes; on SQLite it waits for the other writers first."""
        opened = self.engine.execution_options(**{_WRITING: True})
        with _told(), opened.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Close the connections."""
        self.engine.dispose()


def _private_file(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError(
            f"Fichier du suivi {path.name} : il ne peut pas être écrit dans son dossier ({error.strerror}). "
            f"À faire : donner au serveur le droit d'y écrire, ou un autre fichier dans {BASE_VARIABLE}."
        ) from error


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    # Transactions are opened by `_begin_sqlite`, not by the driver, which leaves tables' definitions outside of them.
    connection.isolation_level = None
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        connection.execute("PRAGMA journal_mode = WAL")
    # An acknowledged write is on the disk.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later would fail on another's write instead of waiting for it.
    writing = connection.get_execution_options().get(_WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get(_WRITING, False):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{BUSY_TIMEOUT_S:.0f}s'")


@contextmanager
def _told() -> Iterator[None]:
    """Say in French that the database cannot be used."""
    try:
        yield
    except exc.IntegrityError:
        raise
    except exc.DBAPIError as error:
        raise StoreError(f"La base du suivi {_fault(error.orig)}. À faire : {_MEND}.") from error
    except exc.TimeoutError as error:
        raise StoreError(f"La base du suivi est trop demandée. À faire : {_MEND}.") from error


def _fault(error: Any) -> str:
    busy = "est occupée par d'autres écritures"
    if not isinstance(error, sqlite3.Error):
        return busy if getattr(error, "sqlstate", None) in _LOCKED else "ne répond pas"
    return {
        "SQLITE_BUSY": busy,
        "SQLITE_NOTADB": "n'est pas un fichier SQLite, ou il est abîmé",
        "SQLITE_CORRUPT": "est abîmée : reprendre la dernière sauvegarde",
        "SQLITE_FULL": "n'a plus de place sur le disque",
        "SQLITE_READONLY": "ne peut pas être écrite",
    }.get(getattr(error, "sqlite_errorname", ""), "ne répond pas")


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


def read_only(file: Path) -> sqlite3.Connection:
    """Open a SQLite file that nothing is written into."""
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)


def copy_sqlite(file: Path, folder: Path, *, label: str) -> Path:
    """Copy a SQLite file as it stands, while others use it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stamp = dt.datetime.now(tz=dt.UTC).strftime("%Y-%m-%dT%H%M%S.%fZ")
    copy = folder / f"{file.stem}-{stamp}-{label}.sqlite3"
    os.close(os.open(copy, os.O_CREAT | os.O_EXCL, 0o600))
    with closing(read_only(file)) as source, closing(sqlite3.connect(copy)) as target:
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
