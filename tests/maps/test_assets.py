"""Scripts and styles: all local, under names that follow their content."""

from pathlib import Path

import pytest
from xstatic.pkg import leaflet

from maps.files import SCRIPTS, STATIC_FROM_FRAME, install


def test_one_script_and_one_style_hold_leaflet_then_the_atlas(tmp_path):
    assets = install(tmp_path)
    for name, suffix in ((assets.script, ".js"), (assets.style, ".css")):
        served = (tmp_path / name).read_text(encoding="utf-8")
        assert name.startswith("carte/carte-")
        assert served.startswith((Path(leaflet.BASE_DIR) / f"leaflet{suffix}").read_text(encoding="utf-8"))
        assert served.endswith(Path(f"maps/atlas/atlas{suffix}").read_text(encoding="utf-8"))
    assert install(tmp_path) == assets


def test_addresses_are_relative():
    assert STATIC_FROM_FRAME.startswith("../")


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_text_of_the_data_becomes_markup(name):
    source = Path("maps/atlas", name).read_text(encoding="utf-8")
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert way not in source
