"""Sessions without a browser: they speak to a Streamlit server as its page does, many at the same moment."""

import re
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Final, Self

import requests
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from benchmarks.served import Server

TIMEOUT_S: Final = 120.0
#: Names of the files of layers in a message to the page.
_LAYER_FILE: Final = re.compile(rb"couches/[A-Za-z0-9_.-]+\.json")
_DONE: Final = frozenset({ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY})


class Session:
    """One session of an app, from its first run to its end.

    Parameters
    ----------
    server
        The server.
    page
        Name of the page, "" for the only one.
    query
        Query string of the address, without its question mark.
    """

    def __init__(self, server: Server, *, page: str, query: str) -> None:
        self._server, self._page, self._query = server, page, query
        self._choice = ("", "")
        self._options: list[str] = []
        self._named: set[str] = set()
        self._fetched: set[str] = set()

    @property
    def options(self) -> list[str]:
        """Communes that the page offers."""
        return list(self._options)

    def __enter__(self) -> Self:
        """Connect and run the page once."""
        address = self._server.url.replace("http://", "ws://") + "/_stcore/stream"
        origin = Origin(self._server.url)
        self._stack = ExitStack()
        self._socket = self._stack.enter_context(
            connect(address, subprotocols=[Subprotocol("streamlit")], max_size=None, origin=origin)
        )
        self._run(BackMsg())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave."""
        self._stack.close()

    def choose(self, place: str) -> float:
        """Change the commune.

        Parameters
        ----------
        place
            Name of the commune.

        Returns
        -------
        float
            Seconds from the request to the end of the answer.
        """
        if place not in self._options:
            raise RuntimeError(f"{place} is no choice of the page")
        message = BackMsg()
        widget, fragment = self._choice
        message.rerun_script.fragment_id = fragment
        state = message.rerun_script.widget_states.widgets.add()
        state.id, state.string_value = widget, place
        start = time.perf_counter()
        self._run(message)
        return time.perf_counter() - start

    def fetch(self) -> int:
        """Fetch the layer files that the page has named and this session has not fetched yet, as its browser would.

        Returns
        -------
        int
            Number of files fetched.
        """
        wanted = sorted(self._named - self._fetched)
        for name in wanted:
            requests.get(f"{self._server.url}/app/static/{name}", timeout=TIMEOUT_S).raise_for_status()
        self._fetched.update(wanted)
        return len(wanted)

    def _run(self, message: BackMsg) -> None:
        message.rerun_script.page_name = self._page
        message.rerun_script.query_string = self._query
        self._socket.send(message.SerializeToString())
        while True:
            raw = self._socket.recv(timeout=TIMEOUT_S, decode=False)
            self._named.update(name.decode() for name in _LAYER_FILE.findall(raw))
            answer = ForwardMsg()
            answer.ParseFromString(raw)
            kind = answer.WhichOneof("type")
            if kind == "delta" and answer.delta.new_element.WhichOneof("type") == "exception":
                raise RuntimeError(answer.delta.new_element.exception.message)
            if kind == "delta" and answer.delta.new_element.selectbox.label == "Commune":
                self._choice = (answer.delta.new_element.selectbox.id, answer.delta.fragment_id)
                self._options = list(answer.delta.new_element.selectbox.options)
            if kind == "script_finished" and answer.script_finished in _DONE:
                return


def at_once(sessions: Sequence[Session], place: str) -> list[float]:
    """Change the commune of every session at the same moment.

    Parameters
    ----------
    sessions
        Open sessions.
    place
        Name of the commune.

    Returns
    -------
    list of float
        Seconds that each waited.
    """
    barrier = threading.Barrier(len(sessions))
    waited = [float("nan")] * len(sessions)

    def change(at: int) -> None:
        barrier.wait()
        waited[at] = sessions[at].choose(place)

    threads = [threading.Thread(target=change, args=(at,)) for at in range(len(sessions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return waited
