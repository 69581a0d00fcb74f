"""What a visitor's file is read in: it can harm nothing but itself, and what it says comes back as it was."""

import ctypes
import fcntl
import os
import resource
import signal
import socket
import struct
import subprocess
import threading
import time
from pathlib import Path

import pytest

from errors import ArgumentError, SourceFormatError
from loaders.apart import pool, wire
from loaders.apart.sandbox import Limits

SHORT = Limits(processor_s=1, clock_s=3.0)


def tried(content):
    """Try what a reading must not be able to do: what each attempt ended in."""
    found = {}
    attempts = {
        "socket": socket.socket,
        "connect": lambda: socket.create_connection(("127.0.0.1", 9)),
        "program": lambda: subprocess.run(["/bin/true"], check=True),
        "exec": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606
        "fork": os.fork,
        "kill": lambda: os.kill(os.getppid(), 0),
        "signal by a file": lambda: fcntl.fcntl(0, fcntl.F_SETOWN, os.getppid()),
        "signal by a handle": lambda: signal.pidfd_send_signal(os.pidfd_open(os.getppid()), 0),
        "slow another": lambda: os.setpriority(os.PRIO_PROCESS, os.getppid(), 19),
        "limit another": lambda: resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (1, 1)),
        "memory that no limit counts": lambda: os.memfd_create("x"),
        "secret": Path("/etc/passwd").read_text,
        "project": (Path(wire.__file__).parents[2] / "pyproject.toml").read_text,
        "listing": lambda: list(Path("/tmp").iterdir()),
        "write": lambda: Path("/tmp/atlas-essai").write_text("x"),
        "environment": lambda: os.environ["ATLAS_ESSAI_SECRET"],
        "environment of the parent": lambda: Path(f"/proc/{os.getppid()}/environ").read_text(),
        "gigabytes": lambda: bytearray(1_600_000_000),
    }
    for name, attempt in attempts.items():
        try:
            attempt()
        except (OSError, MemoryError, KeyError) as error:
            found[name] = type(error).__name__
        else:
            found[name] = "done"
    try:
        found["open files"] = sorted(str(file.readlink()) for file in Path("/proc/self/fd").iterdir())
    except OSError as error:
        found["open files"] = type(error).__name__
    thread = threading.Thread(target=found.__setitem__, args=("thread", "done"))
    thread.start()
    thread.join()
    found["read"] = bytes(content)
    return found


def grown(_content):
    kept = []
    while True:
        kept.append(bytearray(50_000_000))


def spun(_content):
    while True:
        pass


def refused(_content):
    raise SourceFormatError("a/b.csv", "vide", "le remplir")


def answer_file():
    """Find where a reading answers, as code that has taken it over would."""
    return next(file for file in range(3, 100) if "rendu" in str(Path(f"/proc/self/fd/{file}").readlink()))


def evil(content):
    """Answer by itself, and end as if all were well."""
    file = answer_file()
    os.write(file, content)
    if content == b"endless":
        try:
            while True:
                os.write(file, bytes(1_000_000))
        except OSError:
            os.ftruncate(file, 3)
            try:
                os.ftruncate(file, 1 << 40)
            except OSError:
                os._exit(0)
            os._exit(9)
    os._exit(0)


MADE = {
    "evil": evil,
    "tried": tried,
    "grown": grown,
    "spun": spun,
    "slept": lambda _content: time.sleep(60),
    "crashed": lambda _content: ctypes.string_at(0),
    "broken": lambda _content: {}["absent"],
    "nested": lambda _content: {"a": object()},
    "refused": refused,
    "echo": lambda content, **options: (len(content), options),
}


@pytest.fixture(scope="module")
def readers():
    """Give a pool whose jobs are those of this file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATLAS_ESSAI_SECRET", "secret")
        patch.setattr(pool, "MODULE", "tests.loaders.apart_made")
        found = pool.Pool()
        found.warm()
        yield found
        found.close()


def test_a_reading_can_do_nothing_but_read(readers):
    found = readers.run("tried", "a.csv", b"abc", {})
    assert found.pop("read") == b"abc"
    assert found.pop("thread") == "done"
    files = found.pop("open files")
    assert not [name for name in files if name.startswith("socket:") or "sqlite" in name], files
    assert "done" not in found.values(), found
    assert found["environment"] == "KeyError"
    assert found["gigabytes"] == "MemoryError"


@pytest.mark.parametrize(
    ("job", "words"),
    [
        ("broken", "sa lecture s'est arrêtée d'un coup"),
        ("grown", "il demande trop de mémoire pour être lu"),
        ("spun", "sa lecture prend trop de temps"),
        ("slept", "sa lecture prend trop de temps"),
        ("crashed", "sa lecture s'est arrêtée d'un coup"),
        ("nested", "sa lecture s'est arrêtée d'un coup"),
        ("refused", "vide. À faire : le remplir"),
    ],
)
def test_however_a_reading_ends_it_is_a_message_and_the_next_is_read(job, words, readers):
    with pytest.raises(SourceFormatError, match=words):
        readers.run(job, "a.csv", b"abc", {}, limits=pool.LIMITS if job == "grown" else SHORT)
    assert readers.run("echo", "a.csv", b"abcd", {"a": ("é", None)}) == (4, {"a": ("é", None)})


@pytest.mark.parametrize(
    "content",
    [b"", b"endless", b"\x00" * 40, struct.pack("<3Q", 1, 1 << 62, 0), wire.dump("ok"), wire.dump(("ok", 1, 2)),
     wire.dump(("refused", ("SystemExit", "a", "b", "c"))), wire.dump(("refused", ("SourceFormatError", ["a"])))],
    ids=["nothing", "endless", "zeros", "a length", "no pair", "a triple", "another error", "no texts"],
)  # fmt: skip
def test_whatever_a_reading_that_was_taken_over_answers_it_is_a_message(content, readers):
    short = Limits(answer_bytes=5_000_000)
    with pytest.raises(SourceFormatError, match=r"n'a pas abouti|s'est arrêtée"):
        readers.run("evil", "a.csv", content, {}, limits=short)
    assert readers.run("echo", "a.csv", b"abc", {}) == (3, {})


def test_a_message_of_a_reading_is_short(readers):
    answer = wire.dump(("refused", ("SourceFormatError", "a.csv", "x" * 1_000_000, "y" * 1_000_000)))
    with pytest.raises(SourceFormatError) as told:
        readers.run("evil", "a.csv", answer, {})
    assert len(str(told.value)) < 3_000


def test_two_at_a_time_and_who_waits_is_told_its_rank(readers):
    told = {rank: [] for rank in range(4)}

    def wait(rank):
        with pytest.raises(SourceFormatError, match="trop de temps"):
            readers.run("slept", "a.csv", b"", {}, limits=Limits(clock_s=0.6), tell=told[rank].append)

    threads = [threading.Thread(target=wait, args=(rank,)) for rank in told]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    waited = sorted(max((state.before for state in states), default=0) for states in told.values())
    assert waited[:2] == [0, 0]
    assert waited[2] >= 1
    assert waited[3] == 2


def test_who_leaves_ends_the_reading(readers):
    def leave(state):
        if state.running_s:
            raise ArgumentError("gone")

    began = time.monotonic()
    with pytest.raises(ArgumentError):
        readers.run("slept", "a.csv", b"", {}, tell=leave)
    # Both places are free at once.
    for _ in range(2):
        readers.run("echo", "a.csv", b"", {})
    assert time.monotonic() - began < 5


def test_the_process_of_the_readers_is_started_again(readers):
    readers._zygote.kill()
    readers._zygote.wait()
    assert readers.run("echo", "a.csv", b"abc", {}) == (3, {})
