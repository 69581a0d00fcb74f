"""Scripts and styles: all local, under names that follow their content."""

from pathlib import Path

from xstatic.pkg import leaflet

from maps.assets import STATIC_FROM_FRAME, install


def test_installed_files_are_those_of_the_package(tmp_path):
    assets = install(tmp_path)
    assert [name.split("-")[0] for name in assets.scripts] == ["carte/leaflet", "carte/atlas"]
    assert [name.split("-")[0] for name in assets.styles] == ["carte/leaflet", "carte/atlas"]
    assert (tmp_path / assets.scripts[0]).read_bytes() == (Path(leaflet.BASE_DIR) / "leaflet.js").read_bytes()
    assert install(tmp_path) == assets


def test_addresses_are_relative():
    assert STATIC_FROM_FRAME.startswith("../")


def test_no_text_of_the_data_becomes_markup():
    source = Path("maps/atlas.js").read_text(encoding="utf-8")
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert way not in source
