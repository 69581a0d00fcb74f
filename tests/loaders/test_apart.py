"""What a visitor's file is read in: it can harm nothing but itself, and what it says comes back as it was."""

import ctypes
import os
import socket
import subprocess
import threading
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from errors import ArgumentError, SourceFormatError
from loaders.apart import pool, wire
from loaders.apart.sandbox import Limits
from loaders.quality import Fault, Report

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


MADE = {
    "tried": tried,
    "grown": grown,
    "spun": spun,
    "slept": lambda _content: time.sleep(60),
    "crashed": lambda _content: ctypes.string_at(0),
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


def frame():
    shapes = shapely.from_wkt(
        [
            "POINT (1 2)", "POINT Z (1 2 3)", None, "POINT EMPTY", "POLYGON ((0 0, 4 0, 4 4, 0 0), (1 0.5, 2 0.5, 2 1, 1 0.5))",
            "MULTIPOLYGON EMPTY", "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))", "LINESTRING (0 0, 1 1)",
            "MULTIPOINT (0 0, 1 1)",
        ]
    )  # fmt: skip
    made = gpd.GeoDataFrame(
        {
            "texte": list("abcdéfghi"),
            "entier": pd.array([1, None, 2**60 + 1, *range(6)], dtype="Int64"),
            "jour": pd.to_datetime(["2026-01-15"] * 8 + [None]),
            "nombre": [np.nan, *range(8)],
        },
        geometry=gpd.GeoSeries(shapes, crs=2154),
    )
    return made.set_axis(pd.Index(range(3, 12), name="ligne"))


def test_frames_and_records_come_back_as_they_went():
    went = frame()
    report = Report("couche", 9, pd.Series(["x"], index=[3]), faults=[Fault(3, "x", "faute", "v", "écartée")])
    back, again, said = wire.load(
        wire.dump((went, report, {"a": (1, None, frozenset({"é"}))})), (Report, Fault)
    )
    assert type(back) is gpd.GeoDataFrame
    pd.testing.assert_frame_equal(pd.DataFrame(back), pd.DataFrame(went))
    assert back.crs == "EPSG:2154"
    assert (shapely.to_wkb(back.geometry.array) == shapely.to_wkb(went.geometry.array)).all()
    assert again.faults == report.faults
    pd.testing.assert_series_equal(again.ids, report.ids)
    assert said == {"a": (1, None, frozenset({"é"}))}


@pytest.mark.parametrize("damage", [b"", b"\x00" * 40, b"\xff" * 40])
def test_what_is_no_value_is_refused(damage):
    with pytest.raises(ValueError, match=r"."):
        wire.load(damage, ())


def test_a_record_that_was_not_named_is_refused():
    with pytest.raises(ValueError, match="not a value"):
        wire.load(wire.dump(Fault(1, "", "", "", "")), (Report,))


def test_offsets_that_point_outside_are_refused():
    """Shapely trusts them: a reading that a file has taken over could have the server read elsewhere."""
    content = wire.dump(gpd.GeoSeries([shapely.box(0, 0, 1, 1)], crs=2154))
    # The five points of the outline are told as the end of its ring.
    told = np.array([0, 5], dtype="<i8").tobytes()
    assert content.count(told) == 1
    with pytest.raises(ValueError, match="offsets"):
        wire.load(content.replace(told, np.array([0, 5_000_000], dtype="<i8").tobytes()), ())


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
