"""Copies of the database, coming back to one, and the command line that does it."""

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.tracking.postgres import programs
from tests.tracking.samples import deployment, request
from tracking import __main__ as command_line
from tracking import backup
from tracking.refusals import StoreError
from tracking.store import ERASED, open_store


def run(monkeypatch, capsys, *words):
    monkeypatch.setattr("sys.argv", ["tracking", *words])
    status = command_line.main()
    told = capsys.readouterr()
    return status, told.out.strip(), told.err.strip()


@pytest.fixture
def filled(sqlite_url):
    store = open_store(sqlite_url)
    author = store.person("i", "s", name="Anne")
    record_id = store.add_deployment(deployment(), author=author, request_id=request())
    yield store, author, record_id
    store.close()


def test_a_copy_brings_back_what_it_held_while_the_store_is_open(filled, sqlite_url, tmp_path):
    store, author, record_id = filled
    copy = backup.backup(sqlite_url, tmp_path / "copies")
    store.correct_deployment(
        record_id, deployment(lieu="Après"), author=author, based_on=1, request_id=request()
    )
    later = store.add_deployment(deployment(lieu="Plus tard"), author=author, request_id=request())
    kept = backup.restore(copy, sqlite_url)
    # The store that was open all along sees what came back, and goes on.
    assert store.deployments()["lieu"].to_dict() == {record_id: "École Kalliste"}
    store.correct_deployment(
        record_id, deployment(lieu="Repris"), author=author, based_on=1, request_id=request()
    )
    assert store.history(record_id)["lieu"].tolist() == ["École Kalliste", "Repris"]
    with store._base.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    # What stood before is kept, and can come back too.
    backup.restore(kept, sqlite_url)
    assert store.deployments()["lieu"].to_dict() == {record_id: "Après", later: "Plus tard"}


def test_a_person_erased_stays_erased(filled, sqlite_url, tmp_path):
    store, author, record_id = filled
    copy = backup.backup(sqlite_url, tmp_path / "copies")
    store.erase_person(author)
    backup.restore(copy, sqlite_url)
    assert store.history(record_id)["author"].tolist() == [ERASED]
    assert store.people().empty


def test_a_damaged_database_is_put_by(filled, sqlite_url, tmp_path):
    store, _, record_id = filled
    copy = backup.backup(sqlite_url, tmp_path / "copies")
    store.close()
    file = Path(sa.make_url(sqlite_url).database)
    file.write_bytes(b"abime" * 5000)
    kept = backup.restore(copy, sqlite_url)
    assert kept.read_bytes().startswith(b"abime")
    assert list(store.deployments().index) == [record_id]


def test_what_is_no_copy_is_refused_and_changes_nothing(filled, sqlite_url, tmp_path):
    store, _, record_id = filled
    copy = backup.backup(sqlite_url, tmp_path / "copies")
    text, other, newer, cut = (
        tmp_path / name for name in ("texte", "autre.sqlite3", "neuf.sqlite3", "coupe.sqlite3")
    )
    text.write_text("pas une base" * 500, encoding="utf-8")
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE t (n)")
    shutil.copy(copy, newer)
    with closing(sqlite3.connect(newer)) as connection:
        connection.execute("UPDATE suivi_schema SET version_num = '9999'")
        connection.commit()
    cut.write_bytes(copy.read_bytes()[:20_000])
    for file, told in (
        (tmp_path / "absent", "fichier absent"),
        (text, "pas une base SQLite"),
        (other, "pas une base du suivi"),
        (newer, "plus récent"),
        (cut, "abîmée"),
    ):
        with pytest.raises(StoreError, match=told):
            backup.restore(file, sqlite_url)
    assert list(store.deployments().index) == [record_id]
    with pytest.raises(StoreError, match="absente"):
        backup.backup(f"sqlite:///{tmp_path}/rien.sqlite3", tmp_path)
    with pytest.raises(StoreError, match="pg_dump"):
        backup.backup("postgresql://127.0.0.1/atlas", tmp_path)


def test_the_commands_of_the_readme(sqlite_url, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("ATLAS_BASE", sqlite_url)
    assert run(monkeypatch, capsys, "migrate") == (0, "La base est à jour.", "")
    store = open_store()
    author = store.person("i", "s", name="Anne")
    record_id = store.add_deployment(deployment(), author=author, request_id=request())
    status, told, _ = run(monkeypatch, capsys, "backup", str(tmp_path / "copies"))
    (copy,) = (tmp_path / "copies").iterdir()
    assert (status, told) == (0, f"Sauvegarde faite : {copy}")
    assert run(monkeypatch, capsys, "people") == (0, f"{author}  Anne", "")
    assert run(monkeypatch, capsys, "erase", author)[0] == 0
    assert store.history(record_id)["author"].tolist() == [ERASED]
    assert run(monkeypatch, capsys, "erase", author)[0] == 1
    assert run(monkeypatch, capsys, "purge", "--days", "1")[1] == "Lignes du journal supprimées : 0."
    assert run(monkeypatch, capsys, "purge", "--days", "0")[1] == "Lignes du journal supprimées : 1."
    status, told, _ = run(monkeypatch, capsys, "restore", str(copy))
    assert status == 0
    assert told.startswith("Base restaurée. L'état précédent est gardé dans ")
    status, _, told = run(monkeypatch, capsys, "restore", str(tmp_path))
    assert (status, "fichier absent" in told) == (1, True)
    store.close()


def test_postgresql_is_saved_and_restored_by_its_own_programs(postgres_url, tmp_path):
    store = open_store(postgres_url)
    author = store.person("i", "s", name="Anne")
    record_id = store.add_deployment(deployment(), author=author, request_id=request())
    dump = tmp_path / "suivi.dump"
    command = [programs() / "pg_dump", "--format=custom", f"--file={dump}", postgres_url]
    subprocess.run(command, check=True, timeout=60)
    store.correct_deployment(
        record_id, deployment(lieu="Après"), author=author, based_on=1, request_id=request()
    )
    options = ["--clean", "--if-exists", "--single-transaction", "--no-owner", f"--dbname={postgres_url}"]
    subprocess.run([programs() / "pg_restore", *options, dump], check=True, timeout=60)
    assert store.history(record_id)["lieu"].tolist() == ["École Kalliste"]
    store.correct_deployment(
        record_id, deployment(lieu="Repris"), author=author, based_on=1, request_id=request()
    )
    # The rules came back with the rows.
    with pytest.raises(StoreError), store._base.writing() as connection:
        connection.exec_driver_sql("DELETE FROM suivi_deployment")
    store.close()
