"""Page sport: gaps by family, thresholds, scope in words, vintage on every figure, empty results."""

import pytest

from loaders import qpv, sports
from tests.pages import driver
from tests.pages.conftest import Tables
from tests.pages.driver import html, plain, spec

FAMILY = "boules"


def opened(**params):
    return driver.opened("sport", **params)


def seen(**params):
    return driver.seen("sport", **params)


def metrics(at):
    return {metric.label: plain(metric.value) for metric in at.metric}


def table(at, start):
    """The rows of the one table whose caption starts so, as dicts by heading."""
    (rows,) = [rows for caption, rows in Tables(html(at)).tables.items() if plain(caption).startswith(start)]
    return [dict(zip(map(plain, rows[0]), map(plain, row), strict=True)) for row in rows[1:]]


def without(family, radius_m):
    """Codes of the QPV that the source covers and that have none within reach, one distance at a time."""
    facilities = sports.load()
    kept = facilities[facilities["famille"] == family]
    return {
        row.Index
        for row in qpv.load().itertuples()
        if row.communes != ["84089"] and kept.distance(row.geometry).min() > radius_m
    }


@pytest.mark.parametrize(("family", "radius_m"), [("boules", 300), ("salles multisports", 500)])
def test_qpv_without_a_family_are_listed_as_such(family, radius_m):
    at = seen(famille=family, seuil=str(radius_m))
    expected = without(family, radius_m)
    assert 0 < len(expected) < 50
    rows = table(at, "QPV sans aucun équipement de la famille")
    assert {row["Code"] for row in rows} == expected
    assert all(row["Équipements à portée, 2016"] == "0" for row in rows)
    assert metrics(at)["QPV sans cette famille à portée, 2016"] == f"{len(expected)} sur 65"
    people = qpv.load().loc[sorted(expected), "population"].sum()
    assert metrics(at)["Habitants de ces QPV, sans équipement en 2016"].replace(" ", "") == str(int(people))


def test_the_chosen_qpv_reads_its_figures():
    at = seen(famille=FAMILY, qpv="QN01359I", seuil="1000")
    facilities = sports.load()
    kept = facilities[facilities["famille"] == FAMILY]
    quarter = qpv.load().loc["QN01359I"]
    distances = kept.distance(quarter.geometry)
    (figures,) = [rows for caption, rows in Tables(html(at)).tables.items() if "Le QPV choisi" in caption]
    said = {plain(row[0]): plain(row[1]) for row in figures}
    within = int((distances <= 1000).sum())
    assert said["Équipements dans le QPV, 2016"] == str(int((distances == 0).sum()))
    assert said["Équipements à portée, 2016"] == str(within)
    rate = f"{within * 1000 / quarter.population:.1f}".replace(".", ",")
    assert said["À portée pour 1 000 hab., 2016"] == rate
    assert spec(at)["choix"] == [["qpv", "QN01359I"]]


def test_the_slider_moves_the_gaps():
    at = opened(famille=FAMILY)
    before = metrics(at)["QPV sans cette famille à portée, 2016"]
    at.slider(key="seuil").set_value(1000).run()
    assert not at.exception
    assert metrics(at)["QPV sans cette famille à portée, 2016"] == f"{len(without(FAMILY, 1000))} sur 65"
    assert int(before.split()[0]) == len(without(FAMILY, 300))


def test_the_family_filter_moves_table_map_and_address():
    at = opened()
    assert len(table(at, "Familles d'équipements")) == 18
    at.selectbox(key="famille").set_value("tir").run()
    assert not at.exception
    assert [row["Famille"] for row in table(at, "Familles d'équipements")] == ["tir"]
    drawn = next(layer for layer in spec(at)["couches"] if layer["id"] == "sports")
    listed = table(at, "Équipements sportifs, 2016")
    assert {row["Famille"] for row in listed} == {"tir"}
    assert set(drawn["ids"]) == {row["Identifiant"] for row in listed}
    assert spec(at)["adresse"]["famille"] == ["Tir"]


def test_families_of_all_qpv_agree_with_each_page():
    rows = {row["Famille"]: row for row in table(seen(), "Familles d'équipements")}
    for family in ("boules", "golf", "bassins de natation"):
        assert rows[family]["QPV sans, 2016"] == str(len(without(family, 300)))


def test_every_facility_says_its_vintage_and_that_its_age_is_unknown():
    rows = table(seen(), "Équipements sportifs, 2016")
    assert rows
    assert all(row["Mise en service"] == "non diffusé" and row["Millésime"] == "2016" for row in rows)
    at = seen(famille=FAMILY)
    assert "L'âge des équipements est non diffusé" in plain(html(at))
    figures = [label for label in metrics(at) if "Habitants des QPV affichés" not in label]
    assert figures
    assert all(label.endswith("2016") for label in figures)


def test_pertuis_is_outside_the_source():
    at = seen(commune="84089")
    assert not at.metric
    text = plain(html(at))
    assert "hors périmètre de la source" in text
    (row,) = table(at, "QPV dont le recensement ne dit rien")
    assert row["Équipements à portée, 2016"] == "hors périmètre de la source"
    assert row["Habitants"] != "hors périmètre de la source"
    (town,) = table(at, "Équipements sportifs par commune")
    assert town["Équipements de la commune, 2016"] == "hors périmètre de la source"
    assert "aucune ligne ne répond" in text


def test_a_commune_filters_qpv_facilities_and_totals():
    at = seen(commune="13005", equipements="Tous")
    listed = table(at, "Équipements sportifs, 2016")
    facilities = sports.load()
    assert len(listed) == min(50, (facilities["code_insee"] == "13005").sum())
    assert {row["Commune"] for row in listed} == {"Aubagne"}
    (town,) = table(at, "Équipements sportifs par commune")
    assert town["Équipements de la commune, 2016"] == str((facilities["code_insee"] == "13005").sum())


def test_gardanne_has_facilities_but_no_qpv_to_count_for():
    rows = {row["Commune"]: row for row in table(seen(), "Équipements sportifs par commune")}
    assert len(rows) == 16
    assert rows["Gardanne"]["Équipements de la commune, 2016"] not in {"0", "non diffusé"}
    assert rows["Gardanne"]["QPV"] == "0"
    assert rows["Gardanne"]["À portée de ses QPV, 2016"] == "sans objet"
    assert rows["Gardanne"]["Habitants des QPV"] == "sans objet"


def test_unknown_values_in_the_address_are_ignored():
    at = seen(famille="<img src=x onerror=alert(1)>", seuil="abc", commune="99999")
    assert at.selectbox(key="famille").value is None
    assert at.slider(key="seuil").value == 300
    assert "onerror" not in html(at)
