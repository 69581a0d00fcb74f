"""The one Chromium of a process of tests: Playwright starts but once in a process."""

import os

import pytest

from benchmarks import driven

MISSING = f"Chromium est absent : installer le paquet « chromium » ({driven.CHROMIUM}) pour jouer ces tests"
REQUIRED = os.environ.get("ATLAS_NAVIGATEUR") == "requis"


@pytest.fixture(scope="session")
def chromium():
    """Give a Chromium that reaches nothing but the loopback."""
    if not driven.installed():
        pytest.fail(MISSING)
    with driven.chromium() as browser:
        yield browser
