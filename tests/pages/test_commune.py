"""Page commune: a commune without QPV, one outside several sources, the largest, and none chosen."""

import pytest

from loaders import communes, friches
from tests import today
from tests.pages import driver
from tests.pages.driver import html, plain, spec
from tests.pages.test_quartier import figures, table


def opened(**params):
    return driver.opened("commune", **params)


def seen(**params):
    return driver.seen("commune", **params)


def test_gardanne_has_no_qpv():
    at = seen(commune="13041")
    text, shown = plain(html(at)), figures(at)
    assert plain(at.title[0].value).replace("\\", "") == "Gardanne, territoire à enjeux (à confirmer)"
    assert "elle n'a aucun QPV" in text
    assert shown["QPV"][0] == "0"
    assert shown["Habitants des QPV"][::2] == ["sans objet", "sans rang"]
    assert shown["Stations levélo physiques"] == [
        "hors périmètre de la source",
        "sans comparaison",
        "sans rang",
    ]
    frame = friches.load()
    own = frame[(frame["code_insee"] == "13041") & (frame["site_statut"] != "friche potentielle")]
    assert shown["Friches vérifiées"][0] == str(len(own))
    assert len(table(at, "Friches vérifiées à 300 m au plus")) - 1 == len(own) > 0
    assert "Sans objet : les projets agissent" in text
    assert "QPV à Gardanne : aucune ligne" in text


def test_pertuis_is_outside_several_sources():
    at = seen(commune="84089")
    shown = figures(at)
    for title in ("Stations levélo physiques", "Équipements sportifs", "Équipements sociaux"):
        assert shown[title][0] == "hors périmètre de la source"
    assert shown["Friches vérifiées"][0] == "0"
    layers = {layer["id"]: layer["hors"] for layer in spec(at)["couches"]}
    assert layers["sports"]
    assert layers["stations"]
    assert not layers["gares"]
    assert [row[1] for row in table(at, "Projets dont le périmètre couvre")[1:]] == ["métropolitain"] * 32


def test_marseille_alone_in_a_source_has_no_comparison():
    at = seen(commune="13055")
    shown = figures(at)
    assert shown["Stations levélo physiques"] == [
        str(len(today.stations())),
        "sans comparaison",
        "sans comparaison",
    ]
    assert shown["Habitants des QPV"][0] == today.said(sum(today.people(today.MARSEILLE).values()))
    assert shown["Habitants des QPV"][2] == "1er sur 14"
    assert len(table(at, "QPV à Marseille")) - 1 == 41
    assert 'href="quartier?qpv=QN01352M"' in html(at)


@pytest.mark.parametrize("code", communes.load().index)
def test_every_commune_opens(code):
    at = seen(commune=code, distance="1\u202f000\u202fm")
    assert at.segmented_control(key="distance").value == 1000
    # The heading, and one line per figure.
    assert len(figures(at)) == 15
    assert figures(at)["Collèges REP et REP+"][0] == "source non encore téléchargée"


def test_without_a_choice_all_are_listed():
    at = seen()
    assert len(table(at, "Communes du contrat de ville")) - 1 == 16
    assert 'href="commune?commune=84089"' in html(at)
