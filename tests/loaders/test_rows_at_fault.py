"""A faulty row goes to the report; rows read are rows kept and rows set aside."""

import json

import pytest

from errors import SourceContentError
from loaders import bikes, friches, indicators, qpv, quality, sports, transit
from loaders.quality import KEPT, MENDED, SET_ASIDE
from tests import today


def faults(reading):
    return [(fault.ligne, fault.faute, fault.suite) for fault in reading.report.faults]


@pytest.fixture
def _any_share(monkeypatch):
    for module in (quality, qpv):
        monkeypatch.setattr(module, "MAX_FAULTY_SHARE", 1.0)


@pytest.mark.usefixtures("_any_share")
def test_sports_sample(producers):
    reading = sports.read(producers / sports.PRODUCER_FILE)
    # Line 5 has no coordinates, 6 has its axes exchanged, 7 and 8 are dive sites between 50 and 200 m off the
    # coast, 9 says Marseille and lies beyond Aubagne, 10 and 11 say Salon-de-Provence and lie in Martigues.
    assert faults(reading) == [
        (5, "coordonnées absentes", SET_ASIDE),
        (6, "coordonnées inversées", MENDED),
        (10, "hors de sa commune", MENDED),
        (11, "hors de sa commune", MENDED),
        (7, "hors de sa commune", KEPT),
        (8, "hors de sa commune", KEPT),
        (9, "hors de sa commune", SET_ASIDE),
    ]
    assert (reading.report.lignes_lues, reading.report.lignes_gardees, reading.report.lignes_ecartees) == (
        11,
        9,
        2,
    )
    frame = reading.frame
    assert list(frame["code_insee"].value_counts().sort_index().items()) == [
        ("13001", 4),
        ("13055", 3),
        ("13056", 2),
    ]
    assert frame.loc[frame["equip_type_name"] == "Bowling", "famille"].tolist() == ["autre"]
    assert frame["vintage"].unique().tolist() == ["2016"]


def test_more_than_the_stated_share_is_refused(producers):
    with pytest.raises(SourceContentError, match=r"7 lignes fautives sur 11 \(au plus 10% sont admises\)"):
        sports.read(producers / sports.PRODUCER_FILE)


@pytest.mark.usefixtures("_any_share")
def test_ids_do_not_depend_on_the_order_of_the_rows(producers):
    path = producers / sports.PRODUCER_FILE
    first = sports.read(path).frame
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([header, *reversed(lines)]) + "\n", encoding="utf-8")
    second = sports.read(path).frame
    assert first.index.tolist() == second.index.tolist()
    assert first["equip_type_name"].tolist() == second["equip_type_name"].tolist()


def test_two_courts_of_one_place_are_two_facilities():
    frame = sports.load()
    assert frame.index.is_unique
    assert frame.index.str.endswith("-2").sum() > 0


@pytest.mark.usefixtures("_any_share")
def test_bikes(producers):
    path = producers / bikes.PRODUCER_FILE
    lines = path.read_text(encoding="utf-8").splitlines()
    lines += [
        lines[1],
        "vide,Sans place,,,20,False",
        "loin,Beaucoup,5.37,43.30,9999,False",
        "mot,Mot,5.37,43.30,vingt,False",
    ]
    lines += ["paris,À Paris,2.35,48.85,20,False", ",Sans nom,5.37,43.30,20,False"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    reading = bikes.read(path)
    first = len(lines) - 6 + 1
    assert sorted(faults(reading)) == sorted([
        (first, "identifiant en double", SET_ASIDE),
        (first + 1, "coordonnées absentes", SET_ASIDE),
        (first + 2, "nombre hors bornes (capacity)", MENDED),
        (first + 3, "texte au lieu d'un nombre (capacity)", MENDED),
        (first + 4, "hors du périmètre de l'atlas", SET_ASIDE),
        (first + 5, "identifiant absent", SET_ASIDE),
    ])  # fmt: skip
    assert reading.frame["capacity"].isna().sum() == 2
    assert reading.report.lignes_lues == len(lines) - 1
    assert len(reading.frame) == reading.report.lignes_gardees


def test_blank_flag_is_a_physical_station(producers):
    frame = bikes.load(producers / bikes.PRODUCER_FILE)
    assert frame["is_virtual_station"].to_dict()["st_d3j3df2ikq2c7380ej80"] is False
    assert frame["is_virtual_station"].sum() == 1


@pytest.mark.usefixtures("_any_share")
def test_friches(producers):
    reading = friches.read(producers / friches.PRODUCER_FILE)
    assert faults(reading) == [
        (4, "hors de sa commune", MENDED),
        (6, "hors de sa commune", MENDED),
        (5, "hors de sa commune", KEPT),
    ]
    frame = reading.frame
    assert frame["code_insee"].to_dict() == {
        "13001_15566": "13001", "13001_15598": "13001", "13028_24983": "13055", "13041_12265": "13041", "13055_14147": "13106",
    }  # fmt: skip
    assert frame.loc["13001_15566", "unite_fonciere_refcad"] == [
        "13001000HP0186",
        "13001000HP0187",
        "13001000HP0189",
    ]
    assert frame["activite_libelle"].isna()["13001_15566"]


@pytest.mark.usefixtures("_any_share")
def test_friches_variants_of_the_live_file(producers):
    path = producers / friches.PRODUCER_FILE
    text = path.read_text(encoding="utf-8")
    text = text.replace('"2022-10-10";"2022-10-10"', '"2022-10-10";"1665360000"', 1)
    text = text.replace('"2022-10-10";"2022-10-10"', '"2022-10-10";"hier"', 1)
    text = text.replace('"Maison abandonnée ";"inconnu"', '"Maison abandonnée ";"friche d’habitat"')
    path.write_text("\ufeff" + text, encoding="utf-8")
    reading = friches.read(path)
    row = reading.frame.loc["13001_15566"]
    assert (row["site_actu_date"], row["site_type"]) == ("2022-10-10", "friche d'habitat")
    assert (3, "date illisible (site_actu_date)", MENDED) in faults(reading)


@pytest.mark.usefixtures("_any_share")
def test_unknown_status_is_set_aside(producers):
    path = producers / friches.PRODUCER_FILE
    text = path.read_text(encoding="utf-8").replace('"friche sans projet"', '"friche rêvée"', 1)
    path.write_text(text, encoding="utf-8")
    reading = friches.read(path)
    assert ("statut inconnu", SET_ASIDE) in [(faute, suite) for _, faute, suite in faults(reading)]
    assert reading.report.lignes_gardees == len(reading.frame) == 4


@pytest.mark.usefixtures("_any_share")
def test_indicators(producers):
    path = producers / indicators.PRODUCER_FILE
    text = path.read_text(encoding="utf-8").replace(",38.5,55.0,", ",138.5,secret,")
    path.write_text(text, encoding="utf-8")
    reading = indicators.read(path)
    assert faults(reading) == [
        (2, "nombre hors bornes (taux_emploi_pct)", MENDED),
        (2, "texte au lieu d'un nombre (taux_pauvrete_60_pct)", MENDED),
    ]
    row = reading.frame.loc["QN01301M"]
    assert row[["taux_emploi_pct", "taux_pauvrete_60_pct"]].isna().all()
    assert row["population"] == 1112
    assert reading.report.lignes_ecartees == 0


@pytest.mark.usefixtures("_any_share")
def test_crossed_outline_is_repaired_whole(producers):
    path = producers / qpv.PRODUCER_FILE
    document = json.loads(path.read_text(encoding="utf-8"))
    # Two triangles that meet at a point, each half of a square of 0.01 degree: `buffer(0)` would keep one.
    document["features"][0]["geometry"] = {
        "type": "Polygon",
        "coordinates": [[[5.22, 43.40], [5.23, 43.41], [5.23, 43.40], [5.22, 43.41], [5.22, 43.40]]],
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    reading = qpv.read(path)
    repaired = reading.frame.loc["QN01301M"].geometry
    assert repaired.is_valid
    assert repaired.geom_type == "MultiPolygon"
    assert len(repaired.geoms) == 2
    # A degree of latitude is 111.1 km and a degree of longitude 80.8 km at 43.4 degrees north.
    assert repaired.area == pytest.approx(2 * 0.5 * 808 * 555.5, rel=0.01)
    assert ("contour réparé", MENDED) in [(faute, suite) for _, faute, suite in faults(reading)]


def test_other_territories_are_set_aside_and_counted(producers):
    reading = qpv.read(producers / qpv.PRODUCER_FILE)
    assert reading.frame.index.tolist() == ["QN01301M", "QN01341I", "QN08406M"]
    assert faults(reading) == [(4, "hors du périmètre de l'atlas (autre EPCI)", SET_ASIDE)]
    assert reading.frame.loc["QN01341I", "communes"] == ["13055", "13070"]


def test_only_structuring_lines_are_kept(producers):
    reading = transit.read_lines(producers / transit.LINES_PRODUCER_FILE)
    assert sorted(reading.frame["route_short_name"]) == ["B2", "M1", "T3"]
    assert reading.report.lignes_ecartees == 2


def test_commune_of_a_railway_station_is_that_of_its_point(producers):
    frame = transit.load_railway_stations(producers / transit.RAILWAY_PRODUCER_FILE)
    # The producer says 13011 for La Barasse, a station of the 11th arrondissement of Marseille.
    assert dict(zip(frame["name"], frame["code_insee"], strict=True)) == {
        "Gardanne": "13041", "La Barasse": "13055", "La Penne-sur-Huveaune": "13070", "Marseille Saint-Charles": "13055",
        "Pertuis": "84089", "Sénas": "",
    }  # fmt: skip


def test_figures_are_missing_where_there_are_none(producers):
    frame = qpv.load(producers / qpv.PRODUCER_FILE)
    assert frame.loc["QN01301M", "population"] == today.people()["QN01301M"]
    assert frame["indice_jeunesse"].isna()["QN01301M"]
