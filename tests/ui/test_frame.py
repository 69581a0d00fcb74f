from streamlit.testing.v1 import AppTest

from errors import SourceMissingError
from facts.snapshot import current
from loaders.paths import stamp
from ui import startup


def failing(page):
    from ui import startup

    startup.run(page)


class Page:
    """Stands for a page of the navigation, which fails as a broken extract would make it."""

    def run(self):
        raise SourceMissingError("data/qpv/qpv.geojson", "le fichier manque", "relancer la construction")


def test_a_fault_of_the_data_is_told_in_french(monkeypatch):
    monkeypatch.setattr(startup, "ready", lambda: None)
    at = AppTest.from_function(failing, args=(Page(),)).run()
    assert not at.exception
    assert "qpv.geojson : le fichier manque. À faire : relancer la construction." in at.error[0].value


def test_a_fault_of_the_start_is_told_as_well(monkeypatch):
    def broken():
        raise SourceMissingError("data/sources.csv", "le fichier manque", "le rétablir")

    monkeypatch.setattr(startup, "ready", broken)
    at = AppTest.from_function(failing, args=(Page(),)).run()
    assert "sources.csv : le fichier manque" in at.error[0].value


def test_a_new_version_of_a_file_is_seen(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("a", encoding="utf-8")
    first = stamp(file)
    assert stamp(file) == first
    file.write_text("ab", encoding="utf-8")
    assert stamp(file) != first
    assert stamp(tmp_path) == stamp(file)
    assert stamp(tmp_path / "absent.csv") == ()


def test_frames_are_read_once():
    assert current().qpv is current().qpv
    assert current().commune_names["13055"] == "Marseille"
    assert len(current().qpv) == 66
