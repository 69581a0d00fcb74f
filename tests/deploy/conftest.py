import os

import pytest

from benchmarks import driven
from tests.conftest import MISSING, REQUIRED
from tests.deploy import topology
from tests.tracking.postgres import absence


def pytest_collection_modifyitems(items):
    """Mark all of this folder, and skip, each in one line, what this machine has no program for, unless it must run."""
    lacking = {
        "proxy": "" if topology.REQUIRED else topology.missing(),
        "chromium": "" if REQUIRED or driven.installed() else MISSING,
        "base": "" if os.environ.get("ATLAS_POSTGRESQL") == "requis" else absence(),
    }
    for item in items:
        if "tests/deploy/" in item.path.as_posix():
            item.add_marker(pytest.mark.deploy)
            for fixture, reason in lacking.items():
                if reason and fixture in item.fixturenames:
                    item.add_marker(pytest.mark.skip(reason=reason))
