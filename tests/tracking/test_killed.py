"""The server killed at random points: every acknowledged write is there afterwards, and nothing is half written."""

import os
import signal
import time

import numpy as np
import pytest

from tests.tracking.samples import deployment
from tracking.store import open_store


def line_of(forker, command=""):
    if command:
        forker.stdin.write(f"{command}\n")
        forker.stdin.flush()
    return forker.stdout.readline().split()


def killed_writes(url, forker, *, writes, seed):
    """Let a server write, kill it anywhere, start another, until enough writes were acknowledged."""
    draw = np.random.default_rng(seed)
    acknowledged, kills = [], 0
    (child,) = line_of(forker, f"write {url} 0")
    while len(acknowledged) < writes:
        acknowledged += [line_of(forker) for _ in range(draw.integers(1, 40))]
        # The kill falls anywhere in the next write or the one after.
        time.sleep(draw.uniform(0, 0.01))
        os.kill(int(child), signal.SIGKILL)
        kills += 1
        line = line_of(forker, f"write {url} {kills}")
        while len(line) > 1:
            acknowledged.append(line)
            line = line_of(forker)
        (child,) = line
    os.kill(int(child), signal.SIGKILL)
    line = line_of(forker, "end")
    while line != ["end"]:
        acknowledged.append(line)
        line = line_of(forker)
    return acknowledged, kills + 1


def check(url, acknowledged, kills):
    store = open_store(url)
    standing = store.deployments()
    for record_id, version, mark in acknowledged:
        assert store.version(record_id, int(version)) == deployment(note=mark)
    last = {record_id: int(version) for record_id, version, _ in acknowledged}
    written = int(standing["version"].sum())
    # A write in hand when the server died may have been kept without being acknowledged: one for each kill.
    assert len(acknowledged) <= written <= len(acknowledged) + 2 * kills
    for record_id, version in last.items():
        told = store.history(record_id)
        assert told.index.tolist() == list(range(1, len(told) + 1))
        assert version <= len(told) <= version + 1
    # One line of log and one request for each write, in the same transaction.
    assert len(store.audit()) == written
    with store._base.reading() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    store.close()


def test_acknowledged_writes_survive_kills(url, forker):
    acknowledged, kills = killed_writes(url, forker, writes=60, seed=20261124)
    assert kills >= 2
    check(url, acknowledged, kills)


@pytest.mark.soak
def test_a_thousand_acknowledged_writes_survive_kills(url, forker):
    acknowledged, kills = killed_writes(url, forker, writes=1000, seed=7)
    assert kills >= 25
    check(url, acknowledged, kills)
