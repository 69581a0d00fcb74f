"""The process that waits with every reader loaded, and forks one of itself for each file: `python -m loaders.apart.zygote`.

It is started with the end of a socket and without the server's environment. A job is a message with four open files: what
is read, its options, where the result goes, and a pipe on which this process tells how the job's ended. The job runs in a
fork that `sandbox.enter` has shut, so that what a file does to its reader ends with it.
"""

import contextlib
import gc
import importlib
import json
import mmap
import os
import selectors
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import Any, Final

from errors import AtlasError, SourceError
from loaders.apart import sandbox, wire
from loaders.apart.jobs import JOBS, MODULES, RECORDS, warm
from loaders.paths import DATA, ROOT

OUT_OF_MEMORY: Final = 77
_MESSAGE_BYTES: Final = 1 << 16
_FILES: Final = 4


def main() -> None:
    """Serve the socket whose number is the argument, until its other end is closed."""
    control = socket.socket(fileno=int(sys.argv[1]))
    for module in MODULES:
        importlib.import_module(module)
    with contextlib.suppress(AtlasError):  # a damaged file of the data is told where it is used
        warm()
    # What libraries hold open (PROJ its base), they close by its number: a fork that closed it would lose another file.
    held = _open_files() - {control.fileno()}
    gc.freeze()
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    running: dict[int, tuple[int, int]] = {}
    with selectors.DefaultSelector() as ready:
        ready.register(control, selectors.EVENT_READ)
        ready.register(woken, selectors.EVENT_READ)
        while True:
            for key, _ in ready.select():
                if key.fileobj is control:
                    message, files, *_ = socket.recv_fds(control, _MESSAGE_BYTES, _FILES)
                    if not message:
                        return
                    _obey(json.loads(message), files, running, control, held)
                else:
                    os.read(woken, _MESSAGE_BYTES)
                    _reap(running)


def _obey(
    asked: dict[str, Any],
    files: list[int],
    running: dict[int, tuple[int, int]],
    control: socket.socket,
    held: frozenset[int],
) -> None:
    if "job" not in asked:
        for process, (number, _) in running.items():
            if number == asked["end"]:
                os.kill(process, signal.SIGKILL)
        return
    parent = os.getpid()
    process = os.fork()
    if process == 0:
        control.close()
        _work(asked, files, parent, held)
    *others, told = files
    for file in others:
        os.close(file)
    running[process] = (asked["number"], told)


def _reap(running: dict[int, tuple[int, int]]) -> None:
    while True:
        try:
            process, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if process == 0:
            return
        _, told = running.pop(process)
        # Whoever waited may be gone.
        with contextlib.suppress(BrokenPipeError):
            os.write(told, str(os.waitstatus_to_exitcode(status)).encode())
        os.close(told)


def _work(asked: dict[str, Any], files: list[int], parent: int, held: frozenset[int]) -> None:
    """Do a job, and end this process."""
    source, options, result, _ = files
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        sandbox.end_with_parent(parent)
        silence = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(silence, standard)
        # The pipes of the others, its own, of which the parent alone says how it ended, and what the parent waits with.
        for file in _open_files() - held - {0, 1, 2, source, options, result}:
            with contextlib.suppress(OSError):
                os.close(file)
        limits = sandbox.Limits(*asked["limits"])
        sandbox.enter(limits, readable={DATA, ROOT / "data"})
        said = _answered(asked["job"], source, options)
        code = OUT_OF_MEMORY if len(said) > limits.answer_bytes else _given(said, result)
    except MemoryError:
        code = OUT_OF_MEMORY
    except Exception as error:  # noqa: BLE001  told to the server's journal, without what the file holds
        *_, last = traceback.extract_tb(error.__traceback__)
        where = f"{type(error).__name__} in {last.name}, line {last.lineno} of {last.filename}"
        code = _given(wire.dump(("broken", where)), result)
    finally:
        os._exit(code)


def _answered(job: str, source: int, options: int) -> bytes:
    try:
        content = _whole(source)
        given = wire.load(_whole(options), RECORDS)
        return wire.dump(("ok", JOBS[job](content, **given)))
    except SourceError as error:
        return wire.dump(("refused", (type(error).__name__, str(error.path), error.fault, error.mend)))
    except AtlasError as error:
        return wire.dump(("wrong", (type(error).__name__, str(error))))


def _given(said: bytes, result: int) -> int:
    with os.fdopen(result, "wb") as stream:
        stream.write(said)
    return 0


def _open_files() -> frozenset[int]:
    # The list itself is one of them while it is read.
    return frozenset(int(file.name) for file in list(Path("/proc/self/fd").iterdir()) if file.is_symlink())


def _whole(file: int) -> bytes:
    size = os.fstat(file).st_size
    if not size:
        return b""
    with mmap.mmap(file, size, prot=mmap.PROT_READ) as mapped:
        return bytes(mapped)


if __name__ == "__main__":
    main()
