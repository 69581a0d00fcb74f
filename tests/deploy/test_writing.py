"""Writes through nginx, by two servers, into one PostgreSQL: who may, as whom, and what the other server then shows."""

import json
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from benchmarks.served import Server
from benchmarks.sessions import Session
from tests.deploy.identity_provider import COOKIE_SECRET, PEOPLE, Provider
from tests.deploy.topology import Proxy
from tests.tracking.postgres import running_postgres
from tracking.store import open_store


@pytest.fixture(scope="module")
def base():
    """Run a PostgreSQL: as another account, which pytest's own folders keep out."""
    with tempfile.TemporaryDirectory() as folder, running_postgres(Path(folder)) as address:
        yield address


@pytest.fixture(scope="module")
def proxy(tmp_path_factory, base):
    folder = tmp_path_factory.mktemp("saisie")
    with ExitStack() as stack:
        running = Proxy(folder, [])
        # The secrets name a provider; no login is made here, and nobody asks it anything.
        secrets = Provider().secrets(folder / "secrets.toml", atlas=running.url)
        running.servers = [
            stack.enter_context(
                Server(
                    "tests/deploy/writer.py",
                    options={"secrets.files": str(secrets)},
                    environment={"ATLAS_BASE": base},
                )
            )
            for _ in range(2)
        ]
        running.ports = [server.port for server in running.servers]
        stack.enter_context(running)
        running.store = open_store(base)
        stack.callback(running.store.close)
        yield running


def press(proxy, person, *, server):
    """Press the button of the page as one of the provider's people, or as a visitor, on one of the servers."""
    xsrf = proxy.get("/_stcore/health").cookies["_streamlit_xsrf"]
    cookies = {"_streamlit_xsrf": xsrf, "atlas_serveur": server}
    if person:
        claims = {
            "origin": proxy.url,
            "is_logged_in": True,
            "iss": "https://identite.exemple.fr",
            "sub": person,
            "iat": int(time.time()),
            **PEOPLE[person],
        }
        cookies["_streamlit_user"] = create_signed_value(
            COOKIE_SECRET, "_streamlit_user", json.dumps(claims)
        ).decode()
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    with Session(proxy, page="", headers=headers, xsrf=xsrf, trust=proxy.trust) as session:
        session.press("Saisir")
        return session.html[-1].replace("\u00a0", " ")


def authors(proxy):
    return list(proxy.store.deployments()["author"])


@pytest.mark.parametrize(
    ("person", "words"),
    [
        ("", "Pour saisir, connectez-vous"),
        ("inconnu", "n&#x27;est pas dans la liste"),
        ("douteux", "n&#x27;a pas vérifié"),
    ],
)
def test_who_presses_the_button_without_the_right_writes_nothing(person, words, proxy):
    before = authors(proxy)
    said = press(proxy, person, server="1")
    assert "Refusé" in said
    assert words in said
    assert authors(proxy) == before
    assert "Inconnu" not in set(proxy.store.people()["name"])


def test_one_person_is_one_author_on_every_server_and_when_one_dies(proxy):
    before = authors(proxy)
    first, second = press(proxy, "agent", server="1"), press(proxy, "agent", server="2")
    assert "Écrit par" in first
    assert first == second
    assert press(proxy, "chef", server="2") != first
    proxy.servers[0].kill()
    assert press(proxy, "agent", server="1") == first
    written = authors(proxy)[len(before) :]
    assert sorted(written) == ["Agent d'exemple"] * 3 + ["Cheffe d'exemple"]
    # The pseudonym says nothing of the person, and no address is kept.
    kept = proxy.store.people().reset_index().to_csv() + proxy.store.audit().reset_index().to_csv()
    assert "@" not in kept
