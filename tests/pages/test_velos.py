"""Page vélos: figures that hold at every threshold, scope in words, empty results, links."""

import pytest

from loaders import bikes, qpv
from tests.pages import driver
from tests.pages.driver import html, plain, spec


def opened(**params):
    return driver.opened("velos", **params)


def metrics(at):
    return {metric.label: plain(metric.value) for metric in at.metric}


def exact_reach(radius_m):
    """Count by hand, one QPV at a time: served QPV, and inhabitants within reach by a fine buffer."""
    quarters = qpv.load()
    stations = bikes.load()
    physical = stations[~stations["is_virtual_station"]]
    served, reached = 0, 0.0
    for row in quarters.itertuples():
        if "13055" not in row.communes:
            continue
        served += bool((physical.distance(row.geometry) <= radius_m).any())
        discs = physical.buffer(radius_m, quad_segs=256).union_all()
        reached += row.population * row.geometry.intersection(discs).area / row.geometry.area
    return served, round(reached)


@pytest.mark.parametrize("radius_m", [300, 500])
def test_figures_of_the_network(radius_m):
    at = opened(seuil=str(radius_m))
    served, reached = exact_reach(radius_m)
    shown = metrics(at)
    assert shown["QPV avec une station à portée"] == f"{served} sur 41"
    assert abs(int(shown["Habitants à portée (estimation)"].replace(" ", "")) - reached) <= 60
    total = sum(
        int(shown[f"Habitants {where} (estimation)"].replace(" ", ""))
        for where in ("à portée", "hors de portée")
    )
    # 312,529 inhabitants of the QPV, less the 69,058 of the 25 QPV off the network.
    assert abs(total - 243_471) <= 1


def test_known_counts():
    assert metrics(opened())["QPV avec une station à portée"] == "16 sur 41"
    assert metrics(opened(seuil="500"))["QPV avec une station à portée"] == "20 sur 41"


def test_slider_moves_the_figures():
    at = opened()
    before = metrics(at)
    at.slider(key="seuil").set_value(1000).run()
    after = metrics(at)
    assert not at.exception
    assert after["Stations physiques du réseau"] == before["Stations physiques du réseau"] == "219"
    assert int(after["QPV avec une station à portée"].split()[0]) > 20
    assert spec(at)["couches"][-1]["rayon"] == 1000


@pytest.mark.parametrize("code", ["13005", "13001", "84089"])
def test_outside_the_network_there_is_no_gap(code):
    at = opened(commune=code)
    text = plain(html(at))
    assert not at.metric
    assert "hors périmètre de la source" in text
    assert "aucun manque ne peut être constaté" in text
    assert "Manques classés" not in [heading.value for heading in at.header] or "aucune ligne" in text


def test_gaps_are_ranked_by_inhabitants_out_of_reach():
    at = opened()
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
    at = opened(commune="13055", qpv="QN01352M", seuil="500")
    assert at.selectbox(key="qpv").value == "QN01352M"
    assert "Grand Saint Barthélémy" in [heading.value for heading in at.header]
    assert spec(at)["choix"] == [["qpv", "QN01352M"]]


def test_unknown_values_in_the_address_are_ignored():
    at = opened(commune="99999", qpv="<img src=x onerror=alert(1)>", seuil="abc")
    assert at.selectbox(key="commune").value is None
    assert at.slider(key="seuil").value == 300
    assert "onerror" not in html(at)


def test_two_commune_qpv_is_counted_once():
    at = opened(commune="13055")
    text = plain(html(at))
    assert "Les Escourtines" in text
    assert "243 471" in text


def test_distances_say_crow_flies():
    at = opened()
    words = plain(" ".join([*(caption.value for caption in at.caption), html(at)]))
    assert "à vol d'oiseau" in words
    assert "estimation" in words
