"""The buttons that give PDF sheets: on each view, under a name that says what they give, and what they give."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest

from exports import sheets
from tests.exports.reading_pdf import reader, text_of
from tests.pages import driver
from ui import downloads


def today():
    """Give the day in Paris, asked when it is compared: a run may go past midnight."""
    return dt.datetime.now(tz=ZoneInfo("Europe/Paris")).date().isoformat()


@pytest.fixture
def offered(monkeypatch):
    """Record what the buttons would give, without making it."""
    given = []

    monkeypatch.setattr(
        downloads.st,
        "download_button",
        lambda label, make, **options: given.append((label, make, options)),
    )
    return given


def only(given, label):
    (found,) = [(make, options) for name, make, options in given if name == label]
    return found


def test_a_project_offers_its_sheet(offered):
    driver.opened("projets", vue_projets="Fiche d'un projet", projet="velos-electriques")
    make, options = only(offered, "Fiche PDF")
    assert options["file_name"] == f"atlas_fiche-projet_velos-electriques_{today()}.pdf"
    assert options["mime"] == "application/pdf"
    assert "Implantation de stations de vélos électriques" in text_of(make())


def test_no_project_chosen_offers_no_sheet(offered):
    driver.opened("projets", vue_projets="Fiche d'un projet")
    assert not [label for label, _, _ in offered if "PDF" in label]


def test_the_matrix_is_offered_as_it_is_filtered(offered):
    driver.opened("projets", commune="Marseille", mesure="true")
    make, options = only(offered, "Matrice A3 (PDF)")
    assert options["file_name"] == f"atlas_matrice-projets-et-communes_marseille_{today()}.pdf"
    text = text_of(make())
    assert "Situation de 5 projets dans 1 commune" in text
    assert "Filtres : commune : Marseille ; projets : avec une couche mesurée." in text
    assert "Aubagne" not in text


def test_the_matrix_of_one_orientation_has_its_projects_alone(offered):
    at = driver.opened("projets")
    orientation = next(box for box in at.selectbox if box.key == "orientation")
    chosen = orientation.options[-1]
    offered.clear()
    orientation.select(chosen).run()
    make, _ = only(offered, "Matrice A3 (PDF)")
    text = text_of(make())
    shown = int(re.search(r"Situation de (\d+) projets? dans 16 communes", text)[1])
    assert 0 < shown < 34
    assert f"orientation : {chosen}" in text


def test_a_quartier_offers_its_sheet_at_its_distance(offered):
    driver.opened("quartier", qpv="QN01362I", distance="500\u202fm")
    make, options = only(offered, "Fiche PDF")
    assert options["file_name"].startswith(
        "atlas_fiche-quartier_cap-janet-la-cabucelle-les-crottes-qn01362i_"
    )
    assert "Seuil : 500 m à vol d'oiseau." in text_of(make())


def test_a_commune_offers_its_sheet(offered):
    driver.opened("commune", commune="13041")
    make, options = only(offered, "Fiche PDF")
    assert options["file_name"] == f"atlas_fiche-commune_gardanne-13041_{today()}.pdf"
    assert "Gardanne" in text_of(make())


def test_nothing_is_made_before_it_is_asked_for(monkeypatch):
    def refuse(*_args, **_options):
        pytest.fail("a sheet was composed by showing the page")

    for name in ("project_sheet", "matrix_sheet", "qpv_sheet", "commune_sheet"):
        monkeypatch.setattr(sheets, name, refuse)
    for page, params in {
        "projets": {"projet": "paej"},
        "quartier": {"qpv": "QN01362I"},
        "commune": {"commune": "13055"},
    }.items():
        at = driver.opened(page, **params)
        assert "Fiche PDF" in [button.label for button in at.get("download_button")]


def test_a_sheet_made_today_says_so(offered):
    driver.opened("projets", vue_projets="Fiche d'un projet", projet="paej")
    make, _ = only(offered, "Fiche PDF")
    assert reader(make()).metadata["/CreationDate"].startswith(f"D:{today().replace('-', '')}")
