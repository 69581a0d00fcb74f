"""The schema at start: made once, forwards only, after a copy, never on a newer or a foreign database."""

import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from tests.tracking.forker import SERVERS
from tests.tracking.samples import deployment, request
from tracking import _engine, _schema
from tracking._engine import Base, address
from tracking.refusals import StoreError
from tracking.store import open_store

NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.create_table("suivi_essai", sa.Column("n", sa.Integer, primary_key=True))
    {more}
"""


def migrations(folder, more="pass"):
    """The atlas's migrations and one more."""
    shutil.copytree(_engine.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "0002_next.py").write_text(NEXT.format(more=more), encoding="utf-8")
    return folder


def filled(url):
    store = open_store(url)
    author = store.person("i", "s", name="Anne")
    record_id = store.add_deployment(deployment(), author=author, request_id=request())
    store.close()
    return record_id


def tables(url):
    base = Base(address(url))
    with base.reading() as connection:
        names = set(sa.inspect(connection).get_table_names())
    base.close()
    return names


def test_the_migrations_make_the_tables_that_the_code_reads(store):
    with store._base.reading() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": _schema.SCHEMA_TABLE, "compare_type": True}
        )
        found = compare_metadata(context, _schema.METADATA)
    # Constraints and their names are the migrations' business; tables, columns and types are the code's.
    assert [each for each in found if isinstance(each, list) or each[0].endswith(("table", "column"))] == []


def test_the_embedded_database_is_its_owners_alone(sqlite_url):
    filled(sqlite_url)
    file = Path(sa.make_url(sqlite_url).database)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    store = open_store(sqlite_url)
    with store._base.reading() as connection:
        told = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    store.close()
    assert told == ["wal", 2, 1]  # 2: FULL


def test_a_copy_is_made_before_a_filled_database_changes(url, tmp_path):
    record_id = filled(url)
    base = Base(address(url))
    copy = _engine.migrate(base, folder=migrations(tmp_path / "next"))
    base.close()
    assert "suivi_essai" in tables(url)
    if base.file is None:
        assert copy is None
        return
    assert "avant-migration-0001" in copy.name
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as before:
        assert before.execute("SELECT record_id FROM suivi_record").fetchall() == [(record_id,)]
        assert not before.execute("SELECT 1 FROM sqlite_master WHERE name = 'suivi_essai'").fetchall()


def test_a_migration_that_fails_leaves_the_database_as_it_was(url, tmp_path):
    record_id = filled(url)
    base = Base(address(url))
    folder = migrations(tmp_path / "next", more='op.execute("SELECT * FROM absente")')
    with pytest.raises(StoreError):
        _engine.migrate(base, folder=folder)
    base.close()
    assert "suivi_essai" not in tables(url)
    store = open_store(url)
    assert list(store.deployments().index) == [record_id]
    store.close()


def test_a_newer_database_is_refused_and_left_alone(url, tmp_path):
    filled(url)
    base = Base(address(url))
    _engine.migrate(base, folder=migrations(tmp_path / "next"))
    with pytest.raises(StoreError, match=r"version 0002\) est plus récente.*mettre l'atlas à jour"):
        open_store(url)
    assert "suivi_essai" in tables(url)
    base.close()


def test_a_foreign_or_damaged_database_is_refused(url, tmp_path):
    base = Base(address(url))
    with base.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE suivi_person (name TEXT)")
    base.close()
    with pytest.raises(StoreError, match="sans numéro de version"):
        open_store(url)
    text = tmp_path / "texte.sqlite3"
    text.write_text("pas une base" * 1000, encoding="utf-8")
    with pytest.raises(StoreError, match="n'est pas un fichier SQLite"):
        open_store(f"sqlite:///{text}")
    assert text.read_text(encoding="utf-8").startswith("pas une base")
    (tmp_path / "fichier").touch()
    with pytest.raises(StoreError, match="droit d'y écrire"):
        open_store(f"sqlite:///{tmp_path}/fichier/suivi.sqlite3")


def test_servers_that_start_together_make_the_schema_once(url, forker):
    forker.stdin.write(f"open {url}\n")
    forker.stdin.flush()
    assert [forker.stdout.readline() for _ in range(SERVERS)] == ["0\n"] * SERVERS
