"""A server started for writing at its own machine, as sessions that come to it in different ways see it."""

import socket
from dataclasses import dataclass

import pytest

from benchmarks.served import Server
from benchmarks.sessions import Session
from server.local_machine import SWITCH
from tests.deploy.topology import Proxy


@dataclass
class Named:
    """The server under another name."""

    url: str


@pytest.fixture(scope="module")
def server():
    with Server(environment={SWITCH: "1"}) as running:
        yield running


def said(where, **options):
    with Session(where, page="methode", **options) as session:
        text = next(html for html in session.html if 'role="status"' in html)
    return text.replace("\u202f", " ").replace("\u00a0", " ").replace("&#39;", "'").replace("’", "'")


def test_a_person_at_the_machine_writes(server):
    assert "vous pouvez saisir et administrer" in said(server)


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "CF-Connecting-IP", "Via"])
def test_a_forwarded_session_only_reads(name, server):
    assert f"relais (en-tête {name})".lower() in said(server, headers={name: "127.0.0.1"}).lower()


def test_a_session_from_another_page_of_the_machine_only_reads(server):
    # Streamlit itself lets any origin of the machine in.
    assert "autre site" in said(server, origin="http://127.0.0.1:1")


def test_a_session_by_another_name_only_reads(server, monkeypatch):
    """A name that an attacker's DNS leads to the loopback: Streamlit lets it in, since host and origin agree."""
    answers = socket.getaddrinfo

    def lookup(host, *rest, **more):
        return answers("127.0.0.1" if host == "atlas.exemple" else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    assert "adresse locale" in said(Named(server.url.replace("127.0.0.1", "atlas.exemple")))


@pytest.fixture
def proxy(server, tmp_path):
    with Proxy(tmp_path, [server.port, server.port]) as running:
        yield running


def test_a_session_through_nginx_only_reads(proxy):
    assert "relais" in said(proxy, trust=proxy.trust)


def test_a_server_that_streamlit_started_only_reads():
    with Server("app.py", environment={SWITCH: "1"}) as running:
        assert "n'a pas été démarré par « python -m server »" in said(running)


@pytest.mark.soak
def test_a_server_that_other_machines_reach_only_reads():
    with Server(options={"server.address": "0.0.0.0"}, environment={SWITCH: "1"}) as running:
        assert "joignable d'autres machines" in said(running)
