import asyncio
import socket

import pytest

from server import listening
from tests.server.apart import run_apart


@pytest.fixture(autouse=True)
def nothing_noted(monkeypatch):
    monkeypatch.setattr(listening, "_bound", set())


def accepted_nodelay(made):
    """Tell whether what a server accepts on a socket has TCP_NODELAY."""

    async def run():
        seen = asyncio.get_running_loop().create_future()

        def talk(_reader, writer):
            accepted = writer.get_extra_info("socket")
            seen.set_result(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        served = await asyncio.start_server(talk, sock=made)
        _, writer = await asyncio.open_connection(*made.getsockname())
        answer = await seen
        writer.close()
        served.close()
        return bool(answer)

    return run_apart(run)


def test_what_is_accepted_answers_at_once():
    assert accepted_nodelay(listening.listen("127.0.0.1", 0))


def test_without_it_small_answers_would_wait():
    # Once this fails, asyncio or Python names TCP by itself and the option can go.
    assert not accepted_nodelay(socket.create_server(("127.0.0.1", 0)))


@pytest.mark.parametrize(
    ("address", "noted"), [("localhost", "127.0.0.1"), ("0.0.0.0", "0.0.0.0"), ("::1", "::1"), ("::", "::")]
)
def test_the_address_noted_is_the_sockets_own(address, noted):
    assert listening.bound_to() == frozenset()
    with listening.listen(address, 0):
        assert listening.bound_to() == {noted}


def test_a_port_that_is_taken_is_no_address_of_ours():
    with socket.create_server(("127.0.0.1", 0)) as other:
        with pytest.raises(OSError, match="in use"):
            listening.listen("127.0.0.1", other.getsockname()[1])
        assert listening.bound_to() == frozenset()
