"""A server that is told to stop while a visitor is there."""

import signal

import pytest

from benchmarks.served import Server
from benchmarks.sessions import Session


@pytest.mark.parametrize(("told", "code"), [(signal.SIGTERM, -signal.SIGTERM), (signal.SIGINT, 0)])
def test_it_says_goodbye_and_ends(told, code):
    with Server() as running, Session(running, page="methode"):
        running._process.send_signal(told)
        assert running._process.wait(10) == code
        assert "Traceback" not in running.log
