"""Have a visitor's file read in a process apart: at most two at a time, each within its limits, the others wait.

A reading that dies, hangs or grows is one `SourceError` for whoever asked; nothing else feels it.
"""

import atexit
import itertools
import json
import logging
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import errors
from errors import AtlasError, SourceError, SourceFormatError
from loaders.apart import sandbox, wire
from loaders.apart.jobs import RECORDS
from loaders.apart.sandbox import Limits
from loaders.paths import DATA_VARIABLE, ROOT

PLACES: Final = 2
MODULE = "loaders.apart.zygote"
LIMITS: Final = Limits()
#: How often whoever waits is told.
_BEAT_S: Final = 0.25
#: What the readers may know of the server: where the data of the territory are, and how a library finds its own.
_KEPT: Final = (DATA_VARIABLE, "LANG", "LC_ALL", "PATH", "PROJ_DATA", "TMPDIR", "TZ")
#: Each reading has a processor of its own.
_READERS: Final = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1") | {
    # The pool of Arrow's that is faster sets a gigabyte of addresses aside.
    "ARROW_DEFAULT_MEMORY_POOL": "system"
}
#: The longest code with which a process ends.
_CODE_BYTES: Final = 8
#: Messages are shown: no file writes more of one.
_LONGEST: Final = 1_000
#: Python says so, and a library that has no more aborts.
_OUT_OF_MEMORY: Final = (77, -6)
_OUT_OF_TIME: Final = -24
_SMALLER: Final = "le découper, ou n'y garder que les lignes et les colonnes utiles"
_ONCE_MORE: Final = "essayer de nouveau"
_CHOOSE_AGAIN: Final = "choisir de nouveau le fichier pour la reprendre"
_ANEW: Final = "l'enregistrer de nouveau, avec les seules lignes et colonnes utiles, ou en CSV"

_log = logging.getLogger(__name__)


class State(NamedTuple):
    """How a reading goes: how many are before it, and for how long it runs."""

    before: int
    running_s: float


class Pool:
    """The process that forks the readers, and the places that they take."""

    def __init__(self, places: int = PLACES) -> None:
        self._places = places
        self._queue: deque[int] = deque()
        self._running: set[int] = set()
        self._turn = threading.Condition()
        self._numbers = itertools.count(1)
        self._zygote: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._start = threading.Lock()
        self._known: set[str] = set()
        self._cancelled: set[str] = set()

    def warm(self) -> None:
        """Start the process that forks the readers, if it does not run."""
        with self._start:
            if self._zygote is not None and self._zygote.poll() is None:
                return
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                self._zygote = subprocess.Popen(  # noqa: S603  our own module
                    [sys.executable, "-m", MODULE, str(theirs.fileno())],
                    cwd=ROOT,
                    env=_READERS | {name: os.environ[name] for name in _KEPT if name in os.environ},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                )
            if self._control is not None:
                self._control.close()
            self._control = ours

    def close(self) -> None:
        """End that process, and the readings that run."""
        with self._start:
            if self._control is not None and self._zygote is not None:
                self._control.close()
                self._zygote.wait()
                self._control = self._zygote = None

    def run(
        self,
        job: str,
        name: str,
        content: bytes | memoryview,
        options: Mapping[str, Any],
        *,
        limits: Limits = LIMITS,
        tell: Callable[[State], None] = lambda _state: None,
        token: str = "",
    ) -> Any:
        """Have a file read.

        Parameters
        ----------
        job
            One of `JOBS`.
        name
            What the visitor calls the file.
        tell
            Called some four times a second, from this thread; what it raises ends the reading.
        token
            By which `cancel` ends it.

        Raises
        ------
        SourceError
            What the reader says of the file, or that it took too much memory or time.
        """
        number = next(self._numbers)
        self._known |= {token} - {""}

        def heard(state: State) -> None:
            if token in self._cancelled:
                raise SourceFormatError(name, "lecture annulée à votre demande", _CHOOSE_AGAIN)
            tell(state)

        try:
            self._wait_turn(number, heard)
            return self._ran(number, job, name, content, options, limits, heard)
        finally:
            self._cancelled.discard(token)
            self._known.discard(token)
            with self._turn:
                self._running.discard(number)
                if number in self._queue:
                    self._queue.remove(number)
                self._turn.notify_all()

    def cancel(self, token: str) -> None:
        """End the reading that bears a token; nothing if none does."""
        if token in self._known:
            self._cancelled.add(token)

    def _wait_turn(self, number: int, tell: Callable[[State], None]) -> None:
        with self._turn:
            self._queue.append(number)
        while True:
            with self._turn:
                before = self._queue.index(number)
                if before == 0 and len(self._running) < self._places:
                    self._queue.popleft()
                    self._running.add(number)
                    self._turn.notify_all()
                    return
                self._turn.wait(_BEAT_S)
                before = self._queue.index(number)
            tell(State(before + 1, 0.0))

    def _ran(self, number: int, job: str, name: str, content: bytes | memoryview, options: Mapping[str, Any], limits: Limits, tell: Callable[[State], None]) -> Any:  # fmt: skip
        self.warm()
        source, given, result = (os.memfd_create(what, os.MFD_CLOEXEC) for what in ("lu", "options", "rendu"))
        hears, says = os.pipe()
        files = [source, given, result, hears]
        try:
            _write(source, content)
            _write(given, wire.dump(dict(options)))
            asked = json.dumps({"job": job, "number": number, "limits": limits}).encode()
            try:
                assert self._control is not None  # noqa: S101  warmed
                socket.send_fds(self._control, [asked], [source, given, result, says])
            except OSError as error:
                raise SourceFormatError(name, "la lecture n'a pas pu commencer", _ONCE_MORE) from error
            finally:
                os.close(says)
            code = self._followed(hears, limits, tell)
            size = os.fstat(result).st_size
            if code == 0 and size <= limits.answer_bytes:
                return _answer(name, os.pread(result, size, 0))
            _log.warning("reading ended apart: job %s, %d bytes, code %s", job, len(content), code)
            raise SourceFormatError(name, *_why(code))
        finally:
            self._end(number)
            for file in files:
                os.close(file)

    def _followed(self, hears: int, limits: Limits, tell: Callable[[State], None]) -> int | None:
        """Wait for the end of a job: the code with which its process ended, None if nobody tells."""
        began = time.monotonic()
        watch = select.poll()
        watch.register(hears, select.POLLIN)
        while (running := time.monotonic() - began) < limits.clock_s:
            if watch.poll(_BEAT_S * 1_000):
                told = os.read(hears, _CODE_BYTES)
                return int(told) if told else None
            tell(State(0, running))
        return _OUT_OF_TIME

    def _end(self, number: int) -> None:
        if self._control is not None:
            try:
                self._control.send(json.dumps({"end": number}).encode())
            except OSError:
                _log.warning("the readers' process is gone")


def _write(file: int, content: bytes | memoryview) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(file, view) :]


def _answer(name: str, content: bytes) -> Any:
    try:
        kind, value = wire.load(content, RECORDS)
        if kind == "ok":
            return value
        if kind == "broken":
            _log.error("a reading failed: %.500r", value)
            raise SourceFormatError(name, *_why(None))
        error, *said = value
        kept = getattr(errors, error)
        if kind == "refused" and issubclass(kept, SourceError):
            raise kept(*(text[:_LONGEST] for text in said))
        if kind == "wrong" and issubclass(kept, AtlasError) and not issubclass(kept, SourceError):
            raise kept(said[0][:_LONGEST])
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        if isinstance(error, AtlasError):
            raise
        _log.exception("what a reading gave cannot be read")
    raise SourceFormatError(name, "la lecture n'a pas abouti", _ONCE_MORE)


def _why(code: int | None) -> tuple[str, str]:
    if code in _OUT_OF_MEMORY:
        return "il demande trop de mémoire pour être lu", _SMALLER
    if code in {_OUT_OF_TIME, -9}:
        return "sa lecture prend trop de temps", _SMALLER
    return "sa lecture s'est arrêtée d'un coup : il est endommagé ou démesuré", _ANEW


def lacking() -> list[str]:
    """Say in French which protection this system does not give to the readings."""
    return sandbox.lacking()


_shared: Final = Pool()
run: Final = _shared.run
warm: Final = _shared.warm
cancel: Final = _shared.cancel
atexit.register(_shared.close)
