"""What every test shares: one Chromium a process, since Playwright starts but once, and an empty follow-up."""

import os

import pytest
from xdist.scheduler import LoadScopeScheduling

from benchmarks import driven
from tests import components

MISSING = f"Chromium est absent : installer le paquet « chromium » ({driven.CHROMIUM}) pour jouer ces tests"
REQUIRED = os.environ.get("ATLAS_NAVIGATEUR") == "requis"
#: Modules whose tests share a server or a visit of their own.
TOGETHER = ("tests/browser/test_suivi.py", "tests/browser/test_traffic.py")


class ByVisit(LoadScopeScheduling):
    """Hands out whole modules, but those of the browser visit by visit: one of them alone would keep a worker busy."""

    def _split_scope(self, nodeid):
        module, _, name = nodeid.partition("::")
        if not module.startswith("tests/browser/") or module in TOGETHER:
            return module
        # The tests of one visit have its page and its size in common.
        return name.partition("[")[2] if module.endswith("test_every_page.py") else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return ByVisit(config, log) if config.getvalue("dist") == "loadscope" else None


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


@pytest.fixture(scope="session", autouse=True)
def _components_of_the_run():
    with pytest.MonkeyPatch.context() as patch:
        components.scan_once(patch.setattr)
        yield
