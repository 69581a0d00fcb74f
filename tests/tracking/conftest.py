"""Empty databases of both kinds, and a store on each."""

import os
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.tracking.postgres import absence, running_postgres
from tracking import store as stores

REQUIRED = os.environ.get("ATLAS_POSTGRESQL") == "requis"
ROOT = Path(__file__).resolve().parents[2]


def pytest_collection_modifyitems(items):
    """Skip what needs PostgreSQL where there is none, unless the run requires it."""
    reason = None if REQUIRED else absence()
    for item in items if reason else ():
        if "tests/tracking/" in item.path.as_posix() and needs_postgres(item):
            item.add_marker(pytest.mark.skip(reason=reason))


def needs_postgres(item):
    parameters = getattr(item, "callspec", None)
    return "postgres_url" in item.fixturenames or bool(
        parameters and "postgresql" in parameters.params.values()
    )


@pytest.fixture(scope="session")
def postgres():
    """A server, and its address."""
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder, running_postgres(Path(folder)) as url:
        yield url


@pytest.fixture(scope="session")
def forker():
    """A process that has imported the store and forks servers of it at once: a start without the wait."""
    command = [sys.executable, "-m", "tests.tracking.forker"]
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        yield process
        process.stdin.close()


@pytest.fixture
def sqlite_url(tmp_path):
    return f"sqlite:///{tmp_path}/suivi/suivi.sqlite3"


@pytest.fixture
def postgres_url(postgres):
    """An empty database of its own, dropped at the end."""
    name = f"t{uuid.uuid4().hex}"
    server = sa.create_engine(
        sa.make_url(postgres).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with server.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    yield postgres.rpartition("/")[0] + f"/{name}"
    with server.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request):
    """An empty database of each kind."""
    return request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")


@pytest.fixture
def store(url):
    opened = stores.open_store(url)
    yield opened
    opened.close()


@pytest.fixture
def anne(store):
    return store.person("https://connexion.example", "anne", name="Anne Martin")


@pytest.fixture
def bruno(store):
    return store.person("https://connexion.example", "bruno", name="Bruno N’Diaye")
