"""Refreshes that a SIGKILL cuts short, or a disk that is full: the folder is whole, its files all old or all new."""

import json
import os
import random
import shutil
import subprocess
import sys
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from loaders import _journal, bikes, catalogue, friches, refresh
from loaders.paths import ROOT
from tests.loaders import live, played
from tests.loaders.folders import EMBEDDED, check_sums, check_whole, digests, linked

#: About as many as one refresh needs: the first make the file received, from 15 on the new ones are written beside,
#: 29 makes the change, from 31 on files take their places.
OPERATIONS = 50
LONGEST_S = 0.6


@pytest.fixture(scope="module")
def forks():
    """Give what kills refreshes, its imports paid once."""
    command = [sys.executable, "-m", "tests.loaders.killed"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "prêt\n"

        def run(**order):
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()
            return int(process.stdout.readline())

        yield run
        process.stdin.close()


def versions():
    """Two versions of each source, sent by turns."""
    stations, sites = live.stations(), live.sites()
    return {
        "velos": [live.gbfs(stations), live.gbfs(stations[10:])],
        "friches": [live.standard(sites), live.standard(sites[10:])],
    }


def whole_or_ten_less(rows, frame):
    return len(rows) - len(frame) in {0, 10}


@contextmanager
def producers():
    with played.service() as server:
        told = SimpleNamespace(server=server, turn=0, bodies=versions())
        server.answer = lambda path: told.bodies[live.source_of(path)][told.turn % 2]
        server.headers = {}
        yield told


def cut_short(forks, folder, *, times, seed, whole):
    """Kill so many refreshes, by turns of source, of version and of manner, and look at the folder after each."""
    chance = random.Random(seed)
    killed, seen = 0, set()
    with producers() as told:
        for turn in range(times):
            source_id = ("velos", "friches")[turn % 2]
            told.turn = turn // 2 + 1
            when = (
                {"after_s": chance.uniform(0, LONGEST_S)}
                if turn % 3 == 2
                else {"at": chance.randint(1, OPERATIONS)}
            )
            # Some transfers are still under way when the end comes.
            told.server.drip_s = 0.05 if turn % 6 == 2 else 0
            status = forks(data_dir=str(folder), url=told.server.url, source_id=source_id, **when)
            assert status in {-1, 0}, (turn, when)
            killed += status == -1
            stage = _journal.own_folder(folder) / "ecriture"
            seen.add("journal" if (stage / "journal.json").exists() else "sans" if stage.exists() else "")
            whole(folder)
            assert whole_or_ten_less(live.stations(), bikes.read(data_dir=folder).frame)
            assert whole_or_ten_less(live.sites(), friches.read(data_dir=folder).frame)
        # What was left behind holds nothing up.
        told.server.drip_s = 0
        for source_id in told.bodies:
            assert not refresh.refresh(source_id, data_dir=folder, url=told.server.url).refused
    check_whole(folder)
    assert sorted(path.name for path in _journal.own_folder(folder).iterdir()) == [
        "actualisation.lock",
        "ecriture.lock",
        "etat",
        "recu",
    ]
    return killed, seen


def test_killed_at_any_point_the_folder_is_whole(forks, tmp_path):
    folder = shutil.copytree(EMBEDDED, tmp_path / "data")
    killed, _ = cut_short(forks, folder, times=6, seed=7, whole=check_sums)
    assert killed >= 3


def test_killed_before_and_after_the_one_moment_of_the_change(forks, tmp_path):
    copy = shutil.copytree(EMBEDDED, tmp_path / "copie")
    old = catalogue.rows(copy / "sources.csv")["velos"]
    outcomes = []
    with producers() as told:
        told.turn = 1
        for at in (6, 20, 29, 31, 37, 43, 45):
            folder = linked(copy, tmp_path / f"data-{at}")
            status = forks(data_dir=str(folder), url=told.server.url, source_id="velos", at=at)
            check_sums(folder)
            changed = catalogue.rows(folder / "sources.csv")["velos"] != old
            assert (len(bikes.read(data_dir=folder).frame) == len(live.stations()) - 10) == changed
            if changed:
                assert (folder / ".precedent" / "velos" / "velos_stations.csv").read_bytes() == (
                    EMBEDDED / "transport" / "velos_stations.csv"
                ).read_bytes()
            outcomes.append((status, changed))
    # Some died before the change, some after it.
    assert (-1, False) in outcomes
    assert (-1, True) in outcomes


@pytest.mark.soak
def test_killed_two_hundred_times(forks, tmp_path):
    folder = shutil.copytree(EMBEDDED, tmp_path / "data")
    killed, seen = cut_short(forks, folder, times=200, seed=2026, whole=check_whole)
    assert killed >= 100
    assert "journal" in seen


@contextmanager
def small_disk(folder, size):
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    done = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"disque plein non essayé : {done.stderr.strip() or 'mount refusé'}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_changes_nothing(tmp_path):
    if os.geteuid():
        pytest.skip("disque plein non essayé : seul l'administrateur monte un petit disque")
    with small_disk(tmp_path / "disque", "12m"):
        folder = shutil.copytree(EMBEDDED, tmp_path / "disque" / "data")
        before = digests(folder)
        with producers() as told:
            told.turn = 1
            refusals = []
            for left in (300_000, 60_000, 0):
                free = shutil.disk_usage(folder).free
                filling = folder.parent / "plein"
                filling.write_bytes(b"0" * max(0, free - left))
                for source_id in told.bodies:
                    result = refresh.refresh(source_id, data_dir=folder, url=told.server.url)
                    refusals.append(result.reason)
                    if not result.refused:
                        refresh.revert(source_id, data_dir=folder)
                    check_sums(folder)
                filling.unlink()
        assert any("disque plein" in reason for reason in refusals)
        after = digests(folder)
        extracts = [name for name in before if name.endswith(("stations.csv", "friches.csv"))]
        assert {name: after[name] for name in extracts} == {name: before[name] for name in extracts}
