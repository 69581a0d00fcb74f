"""What every test shares: one Chromium a process, since Playwright starts but once, and an empty follow-up."""

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


@pytest.fixture(scope="session", autouse=True)
def _base_of_the_run(tmp_path_factory):
    """Give the pages, and the servers that tests start, an empty follow-up: never that of the machine."""
    folder = tmp_path_factory.mktemp("suivi")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATLAS_BASE", f"sqlite:///{folder}/suivi.sqlite3")
        yield
