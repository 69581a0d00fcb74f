"""Page vélos: figures that hold at every threshold, scope in words, empty results, links."""

import pytest

from tests import today
from tests.pages import driver
from tests.pages.driver import html, plain, spec


def opened(**params):
    return driver.opened("velos", **params)


def seen(**params):
    return driver.seen("velos", **params)


def metrics(at):
    return {metric.label: plain(metric.value) for metric in at.metric}


@pytest.mark.parametrize("radius_m", [300, 500])
def test_figures_of_the_network(radius_m):
    at = seen(seuil=str(radius_m))
    served, reached = today.served(radius_m)
    shown = metrics(at)
    assert shown["QPV avec une station à portée"] == f"{served} sur 41"
    assert abs(int(shown["Habitants à portée (estimation)"].replace(" ", "")) - reached) <= 60
    total = sum(
        int(shown[f"Habitants {where} (estimation)"].replace(" ", ""))
        for where in ("à portée", "hors de portée")
    )
    assert abs(total - sum(today.people(today.MARSEILLE).values())) <= 1


def test_slider_moves_the_figures():
    at = opened()
    before = metrics(at)
    at.slider(key="seuil").set_value(1000).run()
    after = metrics(at)
    assert not at.exception
    number = str(len(today.stations()))
    assert after["Stations physiques du réseau"] == before["Stations physiques du réseau"] == number
    assert after["QPV avec une station à portée"] == f"{today.served(1000)[0]} sur 41"
    assert spec(at)["couches"][-1]["rayon"] == 1000


@pytest.mark.parametrize("code", ["13005", "13001", "84089"])
def test_outside_the_network_there_is_no_gap(code):
    at = seen(commune=code)
    text = plain(html(at))
    assert not at.metric
    assert "hors périmètre de la source" in text
    assert "aucun manque ne peut être constaté" in text
    assert "Manques classés" not in [heading.value for heading in at.header] or "aucune ligne" in text


def test_gaps_are_ranked_by_inhabitants_out_of_reach():
    at = seen()
    text = plain(html(at))
    ranking = text.split("du plus grand manque au plus petit")[1]
    positions = [
        ranking.index(name)
        for name in ("Cap Janet La Cabucelle Les Crottes", "Kalliste", "Saint Louis Campagne")
        if name in ranking
    ]
    assert positions == sorted(positions)
    assert "Port-de-Bouc" not in ranking.split("</table>")[0]


def test_link_to_a_qpv_by_code():
    at = seen(commune="13055", qpv="QN01352M", seuil="500")
    assert at.selectbox(key="qpv").value == "QN01352M"
    assert "Grand Saint Barthélémy" in [heading.value for heading in at.header]
    assert spec(at)["choix"] == [["qpv", "QN01352M"]]


def test_unknown_values_in_the_address_are_ignored():
    at = seen(commune="99999", qpv="<img src=x onerror=alert(1)>", seuil="abc")
    assert at.selectbox(key="commune").value is None
    assert at.slider(key="seuil").value == 300
    assert "onerror" not in html(at)


def test_two_commune_qpv_is_counted_once():
    at = seen(commune="13055")
    text = plain(html(at))
    assert "Les Escourtines" in text
    assert today.said(sum(today.people(today.MARSEILLE).values())) in text


def test_distances_say_crow_flies():
    at = seen()
    words = plain(" ".join([*(caption.value for caption in at.caption), html(at)]))
    assert "à vol d'oiseau" in words
    assert "estimation" in words
