"""Portraits of real places, against counts made one object at a time."""

import math
import statistics

import pytest

from errors import ArgumentError
from facts import place_fields, portraits
from facts.fields import stated
from facts.frames import Frames
from facts.surroundings import SORTS
from words.formats import HORS_PERIMETRE


@pytest.fixture(scope="module")
def frames():
    return Frames.load()


@pytest.fixture(scope="module")
def of_qpv(frames):
    places = portraits.quartiers(frames)
    return lambda code: portraits.qpv_portrait(frames, code, places=places)


@pytest.fixture(scope="module")
def of_commune(frames):
    places = portraits.communes(frames)
    return lambda code: portraits.commune_portrait(frames, code, places=places)


def said(frames, portrait):
    return stated(portrait.row, portrait.fields, frames.sources).iloc[0]


def by_hand(outline, frame, radius_m):
    return sum(outline.distance(shape) <= radius_m for shape in frame.geometry)


@pytest.mark.parametrize("code", ["QN01352M", "QN01341I", "QN08406M"])
def test_counts_of_a_qpv(frames, of_qpv, code):
    portrait = of_qpv(code)
    outline = frames.qpv.geometry[code]
    checked = frames.friches[frames.friches["site_statut"] != "friche potentielle"]
    physical = frames.bikes[~frames.bikes["is_virtual_station"]]
    layers = {
        "friches": checked,
        "gares": frames.railway_stations,
        "stations": physical,
        "sports": frames.sports,
    }
    for key, frame in layers.items():
        counted = portrait.counts.loc[key, ["dans", "a_300_m", "a_500_m", "a_1000_m"]].tolist()
        if counted != [HORS_PERIMETRE] * 4:
            assert counted == [by_hand(outline, frame, radius_m) for radius_m in (0, 300, 500, 1000)]
    assert (portrait.counts.loc["stations", "dans"] == HORS_PERIMETRE) == (code == "QN08406M")


def test_objects_are_named_dated_and_sorted(of_qpv):
    objects = of_qpv("QN01352M").objects
    assert objects["distance_m"].is_monotonic_increasing
    assert objects["distance_m"].max() <= 1000
    assert objects["source"].str.contains(r"20\d\d").all()
    assert objects["quoi"].notna().all()
    assert set(objects["couche"]) == {*SORTS} - {"stations_virtuelles", "colleges"}
    assert objects.loc[objects["couche"] == "friches_potentielles", "quoi"].str.contains("non vérifiée").all()


def test_median_and_rank_by_hand(frames, of_qpv):
    standing = of_qpv("QN01352M").standing.loc["taux_pauvrete_60_pct"]
    known = sorted(
        (rate for rate in frames.qpv["taux_pauvrete_60_pct"] if not math.isnan(rate)), reverse=True
    )
    own = frames.qpv.loc["QN01352M", "taux_pauvrete_60_pct"]
    assert len(known) == 66 - 8
    assert standing.tolist() == [statistics.median(known), known.index(own) + 1, 58]


def test_figure_that_is_not_published_has_no_rank(frames, of_qpv):
    code = frames.qpv.index[frames.qpv["taux_pauvrete_60_pct"].isna()][0]
    portrait = of_qpv(code)
    assert said(frames, portrait)["taux_pauvrete_60_pct"] == "non diffusé"
    assert math.isnan(portrait.standing.loc["taux_pauvrete_60_pct", "rang"])


def test_two_communes(frames, of_qpv):
    portrait = of_qpv("QN01341I")
    assert (portrait.name, portrait.subtitle) == ("Les Escourtines", "Marseille, La Penne-sur-Huveaune")
    assert "comptés une fois, sous la première, Marseille" in portrait.notes[0]
    # Marseille's sources apply, and the nearest railway station is in the other commune.
    assert said(frames, portrait)["social_a_portee"] == 1
    assert portrait.nearest.loc["gares", "nom"] == "La Penne-sur-Huveaune"
    # 34 projects: 32 of the métropole, e-bikes for Marseille; the one for the 13th to 16th is elsewhere.
    assert portrait.projects["statut"].tolist() == ["localisé"] + ["métropolitain"] * 32
    assert portrait.projects.index[0] == "velos-electriques"


def test_project_of_arrondissements_reaches_its_qpv(of_qpv):
    listed = of_qpv("QN01352M").projects
    assert listed.loc["paej", "situation"] == "localisé, périmètre à confirmer"
    assert len(listed) == 34


def test_gardanne_has_no_qpv(frames, of_commune):
    portrait = of_commune("13041")
    values = said(frames, portrait)
    assert portrait.subtitle == "territoire à enjeux (à confirmer)"
    assert [values[column] for column in place_fields.OF_ITS_QPV] == ["sans objet"] * 4
    assert values["nb_qpv"] == 0
    assert values["stations"] == values["social"] == HORS_PERIMETRE
    # Counted in the extracts by the commune that each row names.
    checked = frames.friches[frames.friches["site_statut"] != "friche potentielle"]
    assert values["friches_verifiees"] == list(checked["code_insee"]).count("13041")
    assert values["sports"] == list(frames.sports["code_insee"]).count("13041")
    assert portrait.counts.loc["friches", "dans"] == values["friches_verifiees"] > 0
    assert portrait.projects.empty
    assert math.isnan(portrait.standing.loc["population_qpv", "rang"])
    assert portrait.standing.loc["population_qpv", "classes"] == 14


def test_pertuis_is_outside_several_sources(frames, of_commune):
    portrait = of_commune("84089")
    values = said(frames, portrait)
    beyond = ["stations", "part_habitants_a_portee", "sports", "sports_pour_1000_hab", "social"]
    assert [values[column] for column in beyond] == [HORS_PERIMETRE] * 5
    assert values["friches_verifiees"] == 0
    assert set(portrait.nearest.loc["stations"].drop(["titre", "source"])) == {HORS_PERIMETRE}
    assert portrait.nearest.loc["gares", ["nom", "dans"]].tolist() == ["Pertuis", 1]
    assert portrait.projects["statut"].tolist() == ["métropolitain"] * 32


def test_what_a_commune_holds_agrees_with_its_figures(frames, of_commune):
    for code in ("13055", "13005", "13041"):
        portrait = of_commune(code)
        values = said(frames, portrait)
        pairs = {"friches": "friches_verifiees"} | {
            key: key for key in ("gares", "sports", "social", "stations")
        }
        for key, column in pairs.items():
            assert portrait.counts.loc[key, "dans"] == values[column]


def test_threshold_moves_the_figures_and_their_titles(frames):
    portrait = portraits.qpv_portrait(frames, "QN01352M", radius_m=1000)
    assert said(frames, portrait)["friches_a_portee"] == portrait.counts.loc["friches", "a_1000_m"]
    titles = {field.column: field.title for field in portrait.fields}
    assert titles["sports_a_portee"] == "Équipements sportifs à 1\u202f000\u202fm au plus"


def test_every_figure_names_its_source(of_qpv, of_commune):
    for portrait in (of_qpv("QN01352M"), of_commune("13055")):
        given = {source.source_id for source in portrait.sources}
        assert all(field.source_id in given for field in portrait.fields)


def test_brownfields_are_split_by_what_was_checked(of_qpv):
    portrait = of_qpv("QN01352M")
    assert (portrait.friches["site_statut"] != "friche potentielle").all()
    assert (portrait.friches_potentielles["site_statut"] == "friche potentielle").all()
    assert len(portrait.friches) == portrait.counts.loc["friches", "a_1000_m"]
    assert portrait.friches["distance_m"].is_monotonic_increasing
    assert portrait.friches["lien"].iloc[0].endswith("?site=" + portrait.friches.index[0])


def test_unknown_places_are_refused(frames):
    with pytest.raises(ArgumentError, match="QPV inconnu : QP013001"):
        portraits.qpv_portrait(frames, "QP013001")
    with pytest.raises(ArgumentError, match="hors du contrat de ville : 75056"):
        portraits.commune_portrait(frames, "75056")
