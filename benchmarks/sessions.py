"""Sessions without a browser: they speak to a Streamlit server as its page does, many at the same moment."""

import re
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Final, Protocol, Self

import requests
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

TIMEOUT_S: Final = 120.0
#: Names of the files of layers in a message to the page.
_LAYER_FILE: Final = re.compile(rb"couches/[A-Za-z0-9_.-]+\.json")
_DONE: Final = frozenset({ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY})


class Served(Protocol):
    """What answers at an address."""

    @property
    def url(self) -> str:
        """Address of the app, without a final slash."""


class Session:
    """One session of an app, from its first run to its end.

    Parameters
    ----------
    server
        The server, or what stands before it.
    page
        Name of the page, "" for the only one.
    query
        Query string of the address, without its question mark.
    headers
        Headers beside those of every session.
    xsrf
        The token that a browser reads from its cookie: without it Streamlit looks at no login.
    origin
        The site that the session comes from; None for the server's own.
    trust
        The certificates to trust, for an address in https.
    """

    def __init__(
        self,
        server: Served,
        *,
        page: str,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        xsrf: str = "",
        origin: str | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._url, self._page, self._query = server.url, page, query
        self._headers, self._trust = dict(headers or {}), trust
        self._subprotocols = [Subprotocol(text) for text in ("streamlit", xsrf) if text]
        self._origin = Origin(self._url if origin is None else origin)
        self._choice = ("", "")
        self._options: list[str] = []
        self._named: set[str] = set()
        self._fetched: set[str] = set()
        self._buttons: dict[str, str] = {}
        #: What the last run has written as HTML, in the order of its messages.
        self.html: list[str] = []
        #: What the answer to the opening of the connection said, by header.
        self.answered: Sequence[tuple[str, str]] = ()

    @property
    def options(self) -> list[str]:
        """Communes that the page offers."""
        return list(self._options)

    def __enter__(self) -> Self:
        """Connect and run the page once."""
        self._stack = ExitStack()
        self._socket = self._stack.enter_context(
            connect(
                self._url.replace("http", "ws", 1) + "/_stcore/stream",
                subprotocols=self._subprotocols,
                max_size=None,
                origin=self._origin,
                additional_headers=self._headers,
                ssl=self._trust,
                proxy=None,
            )
        )
        if self._socket.response is not None:
            self.answered = list(self._socket.response.headers.raw_items())
        self._run(BackMsg())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave."""
        self._stack.close()

    @property
    def choices(self) -> list[str]:
        """The communes that the page offers."""
        return self._options

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
            requests.get(f"{self._url}/app/static/{name}", timeout=TIMEOUT_S).raise_for_status()
        self._fetched.update(wanted)
        return len(wanted)

    def press(self, label: str) -> None:
        """Press a button, and wait until the page has run.

        Parameters
        ----------
        label
            What is written on it.
        """
        message = BackMsg()
        state = message.rerun_script.widget_states.widgets.add()
        state.id, state.trigger_value = self._buttons[label], True
        self._run(message)

    def _run(self, message: BackMsg) -> None:
        self.html.clear()
        message.rerun_script.page_name = self._page
        message.rerun_script.query_string = self._query
        self._socket.send(message.SerializeToString())
        while True:
            raw = self._socket.recv(timeout=TIMEOUT_S, decode=False)
            self._named.update(name.decode() for name in _LAYER_FILE.findall(raw))
            answer = ForwardMsg()
            answer.ParseFromString(raw)
            kind = answer.WhichOneof("type")
            if kind == "delta" and answer.delta.new_element.WhichOneof("type") == "html":
                self.html.append(answer.delta.new_element.html.body)
            if kind == "delta" and answer.delta.new_element.WhichOneof("type") == "button":
                button = answer.delta.new_element.button
                self._buttons[button.label] = button.id
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
