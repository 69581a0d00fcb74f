"""Figures of today's data that are known by heart: a refresh of the data changes them here, and nowhere else."""

import pytest
from shapely.geometry import Point

from benchmarks import siting
from geo.cycling import serving
from geo.proximity import nearest_distance
from geo.walking import qpv_figures
from loaders import bikes, catalogue, communes, friches, indicators, qpv, sports, transit
from tests import today
from tests.geo.test_siting_real_data import check
from tests.pages import driver
from tests.pages.driver import html, plain

#: Rows of the files as their producers publish them, counted by hand in those files.
READ = {
    "communes": 34, "arrondissements": 34, "indicateurs": 66, "qpv": 66, "velos": 223, "lignes": 130, "sncf": 41,
    "friches": 255, "sports": 2492, "social": 162,
}  # fmt: skip


def text(at):
    return plain(" ".join([html(at), *(metric.value for metric in at.metric)]))


def test_rows_of_the_producers():
    sources = catalogue.load()
    assert {source_id: sources[source_id].lignes_lues for source_id in READ} == READ
    assert sources["velos"].millesime == "2 mars 2026"
    assert sources["friches"].millesime == "10 mars 2024"
    assert sources["sports"].millesime == "fichier en circulation en 2016"


def test_communes():
    frame = communes.load()
    assert len(frame) == 16
    assert (frame["statut"] == "avec QPV").sum() == 14
    assert frame.index[frame["a_confirmer"]].tolist() == ["13028", "13041"]
    assert frame.loc["13055", "population"] == 886_040
    assert "13070" not in frame.index


def test_qpv():
    frame = qpv.load()
    assert len(frame) == 66
    assert frame["population"].sum() == sum(today.people().values()) == 312_529
    assert frame.index[frame["communes"].map(len) > 1].tolist() == ["QN01341I"]
    assert frame.loc["QN08406M", "communes"] == ["84089"]
    inside = frame["communes"].str[0] == "13055"
    assert (inside.sum(), frame.loc[inside, "population"].sum()) == (41, 243_471)
    assert ((~inside).sum(), frame.loc[~inside, "population"].sum()) == (25, 69_058)
    assert frame["population"].median() == today.median_people() == 2311
    known = {"QN01352M": 11_864, "QN01362I": 14_211, "QN08406M": 1462}
    assert frame.loc[list(known), "population"].to_dict() == known


def test_missing_figures_stay_missing():
    frame = indicators.load()
    missing = {
        "taux_pauvrete_60_pct": 8, "indice_jeunesse": 5, "part_etrangers_pct": 5, "part_menages_4_5_pers_pct": 4,
        "part_menages_6_pers_plus_pct": 4, "personnes_couvertes_caf": 3, "allocataires_caf": 3, "foyers_rsa": 3,
        "logements_sociaux": 2,
    }  # fmt: skip
    assert frame.isna().sum()[lambda counts: counts > 0].to_dict() == missing
    zeros = (frame == 0).sum()
    assert zeros[zeros > 0].to_dict() == {"part_menages_6_pers_plus_pct": 1}


def test_bikes():
    frame, quarters = bikes.load(), qpv.load()
    assert len(frame) == 223
    assert frame["is_virtual_station"].sum() == 4
    assert set(frame["code_insee"]) == {"13055"}
    # The readings of the definitions.
    distance_m = nearest_distance(quarters, serving(frame))
    assert [(distance_m <= radius_m).sum() for radius_m in (300, 500)] == [16, 20]
    walked = qpv_figures(quarters, frame, minutes=5, covered=catalogue.load()["velos"].communes)
    assert len(walked.concerned) == 118


def test_inhabitants_near_a_bike():
    served, reached = today.served(300)
    assert (served, today.share_served()) == (16, "46,7")
    assert reached == pytest.approx(113_727, abs=30)
    shown = text(driver.seen("velos"))
    assert "16 sur 41" in shown
    assert "243 471" in shown
    assert "20 sur 41" in text(driver.seen("velos", seuil="500"))


@pytest.mark.parametrize(
    ("step_m", "least", "objective"),
    [(50, 870, 33_830), pytest.param(20, 1_518, 33_897, marks=pytest.mark.bench)],
)
def test_sites_are_those_that_another_trial_proved_best(step_m, least, objective):
    """On whole cells of 20 m and its own points along the same lines."""
    layers = siting.case(step_m)
    assert len(layers.candidates) >= least
    sites = siting.propose(layers, layers.candidates)
    check(sites, layers.existing)
    # Ours lie up to half a step beside those and cells are cut by the outlines: 0.05 and 0.12 % apart.
    assert sites.attrs["objective"] == pytest.approx(objective, rel=0.002)


def test_friches():
    frame = friches.load()
    assert frame["site_statut"].value_counts().to_dict() == {
        "friche potentielle": 192, "friche sans projet": 39, "friche avec projet": 24,
    }  # fmt: skip
    assert frame["unite_fonciere_surface"].sum() / 1e4 == pytest.approx(1584.5, abs=0.1)


def test_land_of_the_brownfields():
    whole = driver.seen("foncier")
    assert {metric.label: plain(metric.value) for metric in whole.metric}["Surface vérifiée"] == "736,5 ha"
    shown = text(whole)
    for figure in ("1 584,5 ha", "1 107,3 ha", "1 158,8 ha", "43 %", "pour 40 (63 %)", "pour 37 (59 %)"):
        assert figure in shown
    rows = today.sites(checked=True, code_insee="13055")
    assert len(rows) == 33
    assert len(today.sites(checked=True, code_insee="13041")) == 3


def test_sports():
    frame, families = sports.load(), sports.load_families()
    assert (frame["famille"] == "autre").sum() == 23
    assert "84089" not in set(frame["code_insee"])
    assert set(frame["equip_type_name"]) - set(families.index) == {"Arènes", "Salle de billard", "Bowling"}


def test_lines_and_stations():
    lines = transit.load_lines()
    assert lines["mode"].value_counts().to_dict() == {"bhns": 5, "tram": 3, "metro": 2}
    stations = transit.load_railway_stations()
    assert len(stations) == 41
    # Gare Saint-Charles, read on an IGN map: 892.6 km east, 6,247.6 km north.
    place = stations.loc["87751008"].geometry
    assert place.distance(Point(892_850, 6_247_850)) < 500
