"""The speed that the README claims, as ratios against the obvious design and a blank page, in one run."""

from statistics import median

import pytest

from benchmarks import load, pages
from tests.ratios import best

ROUNDS = 3


@pytest.fixture(scope="module")
def designs(chromium):
    with pages.served.Server() as atlas, pages.served.obvious() as obvious:
        yield chromium, atlas, obvious


@pytest.mark.bench
def test_change_of_commune(designs):
    cpu = []

    def repaint():
        pairs = pages.changes(*designs, rounds=ROUNDS)
        cpu.append(sum(slow.cpu_ms for slow, _ in pairs) / sum(fast.cpu_ms for _, fast in pairs))
        return median(slow.repaint_ms / fast.repaint_ms for slow, fast in pairs)

    assert best(repaint, least=5) >= 5
    assert max(cpu) >= 15, cpu


@pytest.mark.bench
def test_new_session(designs):
    chromium, atlas, _ = designs
    with pages.blank_page() as blank:

        def starts():
            times = pages.session_starts(chromium, ("blank", blank), ("atlas", atlas), rounds=ROUNDS)
            return median(empty / painted for empty, painted in times)

        assert best(starts, least=1 / 2) >= 1 / 2


@pytest.mark.bench
def test_sessions_that_change_at_random_moments(designs):
    _, atlas, _ = designs
    seen = load.run(atlas, count=6, seconds=6, every_s=1)
    assert not seen.errors
    # Drawn beforehand: 6 sessions, 6 s, one change a second each on average.
    assert 24 <= len(seen.waited_s) <= 48
    assert seen.files > 0
    assert seen.growth(after_s=2) < 0.2


@pytest.mark.soak
def test_ten_sessions_at_once(designs):
    _, atlas, obvious = designs
    waited, memory_mb = pages.crowd(atlas, page="carte", query=pages.QUERY, rounds=4)
    slow, _ = pages.crowd(obvious, page="", query="", rounds=1)
    # The longest wait of each: every session is served at last.
    assert max(slow) / max(waited) >= 10
    assert memory_mb <= 5
