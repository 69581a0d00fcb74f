"""Twenty writers at once: no update is lost, none is written over, each request counts once."""

import threading
from collections import Counter
from dataclasses import replace

import pytest

from tests.tracking.samples import UNLIMITED, deployment, request
from tracking.refusals import ConflictError
from tracking.store import open_store

WRITERS = 20
#: A note holds 2,000 characters: the oldest marks leave it.
MOST = 1500


def together(work):
    """Run `work(rank)` in as many threads as there are writers, from the same moment on."""
    gate, failures = threading.Barrier(WRITERS), []

    def run(rank):
        gate.wait()
        try:
            work(rank)
        except Exception as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=run, args=(rank,)) for rank in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def append_together(url, *, marks):
    """Each writer, through a store of its own, adds marks to the note of one record; a conflict is taken up again."""
    first = open_store(url, limits=UNLIMITED)
    authors = [first.person("i", str(rank), name=f"Auteur {rank}") for rank in range(WRITERS)]
    record_id = first.add_deployment(deployment(note=""), author=authors[0], request_id=request())
    conflicts = Counter()

    def work(rank):
        store = open_store(url, limits=UNLIMITED)
        for count in range(marks):
            while True:
                seen = store.record(record_id)
                note = f"{seen.record.note} {rank}-{count}"[-MOST:]
                try:
                    store.correct_deployment(
                        record_id, replace(seen.record, note=note), author=authors[rank],
                        based_on=seen.version, request_id=request(),
                    )  # fmt: skip
                except ConflictError:
                    conflicts[rank] += 1
                else:
                    break
        store.close()

    together(work)
    told = first.history(record_id)
    assert told.index.tolist() == list(range(1, WRITERS * marks + 2))
    # Each version adds exactly one mark to the one before, and each mark is added once.
    added = []
    for before, after in zip(told["note"], told["note"][1:], strict=False):
        mark = after.rpartition(" ")[2]
        assert after == f"{before} {mark}"[-MOST:]
        added.append(mark)
    assert Counter(added) == {f"{rank}-{count}": 1 for rank in range(WRITERS) for count in range(marks)}
    # Whoever came second kept a draft.
    assert len(first.drafts(record_id)) == conflicts.total() > 0
    first.close()


def test_twenty_writers_lose_nothing(url):
    append_together(url, marks=1)


@pytest.mark.soak
def test_twenty_writers_lose_nothing_for_long(url):
    append_together(url, marks=25)


def test_a_form_sent_twenty_times_at_once_writes_once(url):
    store = open_store(url)
    author, form, ids = store.person("i", "s", name="Anne"), request(), []

    def work(_):
        ids.append(store.add_deployment(deployment(), author=author, request_id=form))

    together(work)
    assert len(set(ids)) == 1
    assert store.deployments().index.tolist() == ids[:1]
    store.close()


def test_a_person_met_twenty_times_at_once_is_one(url):
    store, ids = open_store(url), []
    together(lambda _: ids.append(store.person("i", "s", name="Anne")))
    assert store.people().index.tolist() == ids[:1]
    store.close()
