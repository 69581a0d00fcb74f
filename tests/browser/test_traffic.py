"""What a change sends and a pan runs, against the obvious design: counts, which a busy machine leaves alone."""

import pytest

from benchmarks import pages, served


@pytest.fixture(scope="module")
def designs(chromium, server):
    with served.obvious() as obvious:
        yield chromium, server, obvious


def test_bytes_of_a_first_change(designs):
    obvious_kb, atlas_kb = pages.first_changes(*designs)
    assert atlas_kb <= 100
    assert obvious_kb / atlas_kb >= 10


def test_pan_and_zoom_run_nothing(designs):
    chromium, atlas, obvious = designs
    assert pages.runs_per_pan(chromium, atlas, kind="atlas") == 0
    # The count sees what there is to see.
    assert pages.runs_per_pan(chromium, obvious, kind="obvious") >= 1
