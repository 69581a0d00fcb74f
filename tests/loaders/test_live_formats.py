"""The live file of a source and the extract of today give the same frame; what the live file alone knows is missing."""

import datetime as dt
import json
import os
import shutil

import geopandas as gpd
import pandas as pd
import pytest

from errors import SourceContentError, SourceFormatError
from geo.crs import LAMBERT93
from loaders import bikes, catalogue, colleges, communes, friches, qpv, sports
from loaders.build import STEPS, build, write_extract
from loaders.paths import DATA
from loaders.quality import SET_ASIDE
from tests.loaders import samples

#: 24 November 2026 at noon, as a file says it.
DOWNLOADED = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC).timestamp()


@pytest.fixture(autouse=True)
def _any_share(monkeypatch):
    for module in samples.MODULES:
        monkeypatch.setattr(module, "MAX_FAULTY_SHARE", 1.0)


def counts(reading):
    report = reading.report
    assert report.lignes_lues == report.lignes_gardees + report.lignes_ecartees
    return report.lignes_lues, report.lignes_gardees, report.lignes_ecartees


def aside(reading):
    return {fault.ligne: fault.faute for fault in reading.report.faults if fault.suite == SET_ASIDE}


def metres(lon, lat):
    return gpd.GeoSeries.from_xy([lon], [lat], crs=4326).to_crs(LAMBERT93).iloc[0]


def assert_same(left, right, *, within_m=0.01):
    """Compare frames: index, columns, types and values, and points within a centimetre."""
    assert list(left.index) == list(right.index)
    assert left.geometry.distance(right.geometry).max() <= within_m
    pd.testing.assert_frame_equal(
        pd.DataFrame(left.drop(columns="geometry")), pd.DataFrame(right.drop(columns="geometry"))
    )


def test_data_es(producers):
    path = producers / "sports" / "data-es.json"
    os.utime(path, (DOWNLOADED, DOWNLOADED))
    reading = sports.read(path)
    # Six rows: one in Paris, one without place.
    assert counts(reading) == (6, 4, 2)
    assert aside(reading) == {6: "coordonnées absentes"}
    assert list(reading.report.counted.values()) == [1]
    frame = reading.frame
    first = frame.loc["E999I132010001"]
    assert first[["nom", "installation", "acces_libre", "annee_service", "proprietaire", "code_insee"]].tolist() == [
        "TERRAIN FICTIF 1", "STADE FICTIF DES ESSAIS", "libre", 1978, "Commune", "13055",
    ]  # fmt: skip
    assert first["adresse"] == "1 RUE FICTIVE, 13003 Marseille 3e"
    assert first["geometry"].distance(metres(5.3755, 43.3125)) < 0.01
    assert frame.loc["E999I132010002", "acces_libre"] == "non libre"
    # 252,460,800 s after 1970: 1 January 1978. Unix seconds stand where a year is meant.
    assert frame.loc["E999I130560001", "annee_service"] == 1978
    unknown = frame.loc["E999I130010001", ["installation", "adresse", "acces_libre", "annee_service"]]
    assert unknown.isna().all()
    assert set(frame["vintage"]) == {"2026-11-24"}


def test_a_geojson_export_of_data_es_has_its_places_in_the_geometry(producers, tmp_path):
    """The service leaves the geometry's own field out of the properties."""
    live = producers / "sports" / "data-es.json"
    features = []
    for record in samples.document(live):
        place = record.pop("equip_coordonnees")
        point = place and {"type": "Point", "coordinates": [place["lon"], place["lat"]]}
        features.append({"type": "Feature", "geometry": point, "properties": record})
    path = tmp_path / "data-es.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    for file in (live, path):
        os.utime(file, (DOWNLOADED, DOWNLOADED))
    assert_same(sports.read(path).frame, sports.read(live).frame)
    assert counts(sports.read(path)) == (6, 4, 2)


def test_the_res_of_2016_has_the_columns_of_data_es_all_missing(producers):
    old = sports.read(producers / sports.PRODUCER_FILE).frame
    live = sports.read(producers / "sports" / "data-es.json").frame
    assert old.index.name == live.index.name == "equip_id"
    assert old.dtypes.to_dict() == live.dtypes.to_dict()
    assert old[sports.DETAILS].isna().all(axis=None)
    assert not live[sports.DETAILS].isna().all().any()


def test_same_facilities_from_both_formats_of_sports(producers, tmp_path):
    live = producers / "sports" / "data-es.json"
    kept = [record for record in samples.document(live) if record["equip_coordonnees"]]
    lines = ["ComInsee,ComLib,EquipementTypeLib,EquGpsX,EquGpsY"]
    for said in kept:
        code = "13055" if said["new_code"].startswith("132") else said["new_code"]
        place = said["equip_coordonnees"]
        lines.append(f"{code},x,{said['equip_type_name']},{place['lon']},{place['lat']}")
    path = tmp_path / "res.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    shared = ["equip_type_name", "famille", "code_insee", "x", "y"]
    tables = [
        frame.assign(x=frame.geometry.x.round(2), y=frame.geometry.y.round(2))[shared].sort_values(shared[3:])
        for frame in (sports.read(path).frame, sports.read(live).frame)
    ]
    assert tables[0].to_numpy().tolist() == tables[1].to_numpy().tolist()
    assert len(tables[0]) == 4


@pytest.mark.parametrize(
    ("module", "file"),
    [
        (sports, "sports/data-es.json"),
        (colleges, "colleges/fr-en-annuaire-education.json"),
        (friches, "friches/geofriches.geojson"),
        (friches, "friches/friches-surfaces.gpkg"),
        (bikes, "velos/station_information_3.0.json"),
    ],
)
def test_an_extract_of_a_live_file_gives_it_back(module, file, producers, tmp_path):
    first = module.read(producers / file).frame
    step = next(step for step in STEPS if step.source_id == module.SOURCE_ID)
    write_extract(first, tmp_path / "extrait.csv", renamed=step.renamed)
    assert_same(module.read(tmp_path / "extrait.csv").frame, first)


def test_friches_as_csv_geopackage_and_answers_of_the_api(producers, tmp_path):
    csv = friches.read(producers / friches.PRODUCER_FILE)
    gpkg = friches.read(producers / "friches" / "friches-surfaces.gpkg")
    assert_same(gpkg.frame, csv.frame)
    rows = samples.friches_rows(producers / friches.PRODUCER_FILE)
    shapes = gpd.read_file(producers / "friches" / "friches-surfaces.gpkg").to_crs(4326).geometry
    features = [
        {
            "type": "Feature",
            "properties": {k: None if v == "NA" else v for k, v in row.items() if not k.startswith("geom")}
            | {"unite_fonciere_refcad": str(row["unite_fonciere_refcad"].strip("{}").split(","))},
            "geometry": shape.__geo_interface__,
        }
        for row, shape in zip(rows.to_dict("records"), shapes, strict=True)
    ]
    path = tmp_path / "reponse.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "count": 5, "next": None, "features": features}))
    assert_same(friches.read(path).frame, csv.frame)


def test_summaries_of_the_api_leave_the_other_fields_missing(producers):
    reading = friches.read(producers / "friches" / "geofriches.geojson")
    assert counts(reading) == (4, 3, 1)
    frame = reading.frame
    assert frame.loc["13001_99901", "unite_fonciere_refcad"] == ["13001000HP0186", "13001000HP0187"]
    assert frame.loc["13055_99902", "site_type"] == "friche d'habitat"
    assert frame[["site_occupation", "site_actu_date", "urba_zone_lib"]].isna().all(axis=None)
    # The middle of a square of a thousandth of a degree.
    assert frame.loc["13055_99902", "geometry"].distance(metres(5.3755, 43.3325)) < 0.1


def test_an_answer_without_its_other_pages_is_refused(producers):
    path = producers / "friches" / "geofriches.geojson"
    document = samples.document(path)
    path.write_text(json.dumps(document | {"count": 260}), encoding="utf-8")
    with pytest.raises(SourceContentError, match="4 sites sur 260"):
        friches.read(path)


def test_national_csv_of_friches(producers, tmp_path):
    path = producers / friches.PRODUCER_FILE
    head, *_ = path.read_text(encoding="utf-8").splitlines(keepends=True)
    elsewhere = '"14258_1";' + ";".join(['"NA"'] * 17) + ';"14258";' + ";".join(['"NA"'] * 31) + "\n"
    national = tmp_path / "friches.csv"
    body = path.read_text(encoding="utf-8").removeprefix(head)
    national.write_text("\ufeff" + head + elsewhere * 300 + body + elsewhere * 700, encoding="utf-8")
    reading = friches.read(national)
    assert counts(reading) == (1005, 5, 1000)
    assert reading.report.counted == {"hors du périmètre de l'atlas (autre commune de France)": 1000}
    # Faults name the line of the file: the five sites come after 300 others.
    assert {fault.ligne for fault in reading.report.faults} == {304, 305, 306}
    assert_same(reading.frame, friches.read(path).frame)
    table = reading.report.frame()
    assert table.iloc[0][["ligne", "identifiant"]].tolist() == [0, "1\u202f000 lignes"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"Garage \"Renault\"", 'Garage "Renault"'),
        (r"\"Renault\" et \"Peugeot\"; à vendre", '"Renault" et "Peugeot"; à vendre'),
        (r"Ancien 'C:\dossier\'", r"Ancien 'C:\dossier\'"),
        ("fin \\", "fin \\"),
        ('Garage ""Renault""', 'Garage "Renault"'),
        ('deux\nlignes \\"A\\"\nsuite', 'deux\nlignes "A"\nsuite'),
    ],
)
def test_quotes_inside_cells_of_friches(written, read, producers):
    path = producers / friches.PRODUCER_FILE
    text = path.read_text(encoding="utf-8")
    assert '"Maison abandonnée "' in text
    path.write_text(text.replace('"Maison abandonnée "', f'"{written}"'), encoding="utf-8")
    assert friches.read(path).frame.loc["13001_15566", "site_nom"] == read


def test_gbfs_3(producers):
    reading = bikes.read(producers / "velos" / "station_information_3.0.json")
    assert reading.frame["name"].to_dict() == {"fictif-1": "Essais - Modèle", "fictif-2": "Éphémère fictive"}
    assert reading.frame["is_virtual_station"].to_dict() == {"fictif-1": False, "fictif-2": True}


def test_same_stations_from_every_format_of_gbfs(producers, tmp_path):
    first = producers / "velos" / "station_information.json"
    document = samples.document(first)
    for station in document["data"]["stations"]:
        station["name"] = [
            {"text": "autre", "language": "en"},
            {"text": station["name"], "language": "fr"},
        ]
    path = tmp_path / "trois.json"
    path.write_text(json.dumps(document | {"version": "3.0"}), encoding="utf-8")
    assert_same(bikes.read(path).frame, bikes.read(first).frame)


def test_archive_of_the_qpv(producers, tmp_path):
    archive = producers / "qpv" / "qpv2024.zip"
    assert_same(qpv.read(archive).frame, qpv.read(producers / qpv.PRODUCER_FILE).frame)
    empty = tmp_path / "vide.zip"
    samples.zip_qpv(b"{}", empty, member="GEOJSON/autre.geojson")
    with pytest.raises(SourceFormatError, match=rf"sans fichier unique « {samples.QPV_MEMBER} » \(0 trouvés"):
        qpv.read(empty)
    archive.write_bytes(archive.read_bytes()[:-100])
    with pytest.raises(SourceFormatError, match="archive ZIP tronquée"):
        qpv.read(archive)


def test_national_file_of_the_qpv_is_counted_not_listed(producers):
    path = producers / qpv.PRODUCER_FILE
    document = samples.document(path)
    foreign = next(f for f in document["features"] if f["properties"]["siren_epci"] != "200054807")
    for number in range(500):
        code = f"QN974{number:02d}I" if number < 100 else f"QN9{number:04d}M"
        # La Réunion: far outside the box of metropolitan France.
        corners = [[55.5, -21.1], [55.51, -21.1], [55.51, -21.09], [55.5, -21.1]]
        document["features"].append(
            {
                "type": "Feature",
                "properties": foreign["properties"] | {"code_qp": code},
                "geometry": {"type": "Polygon", "coordinates": [corners]}
                if number < 3
                else foreign["geometry"],
            }
        )
    path.write_text(json.dumps(document), encoding="utf-8")
    reading = qpv.read(path)
    assert counts(reading) == (504, 3, 501)
    assert reading.report.counted == {"hors du périmètre de l'atlas (autre EPCI)": 501}


def test_answers_of_geo_api_gouv_fr(producers):
    """The service says no level, and answers with the whole EPCI."""
    path = producers / communes.PRODUCER_FILE
    expected = communes.read(path).frame
    document = samples.document(path)
    for feature in document["features"]:
        del feature["properties"]["type_territoire"]
    town = [f for f in document["features"] if not f["properties"]["code"].startswith("132")]
    extra = json.loads(json.dumps(town[0]))
    extra["properties"] |= {"code": "13112", "nom": "Hors du contrat"}
    path.write_text(json.dumps(document | {"features": [*town, extra]}), encoding="utf-8")
    reading = communes.read(path)
    assert_same(reading.frame, expected, within_m=1e9)
    assert counts(reading) == (19, 18, 1)
    assert aside(reading) == {19: "hors du périmètre de l'atlas (autre commune)"}


def test_colleges(producers):
    path = producers / colleges.PRODUCER_FILE
    os.utime(path, (DOWNLOADED, DOWNLOADED))
    reading = colleges.read(path)
    assert counts(reading) == (10, 3, 7)
    assert aside(reading) == {
        4: "hors du périmètre de l'atlas (hors éducation prioritaire)",
        5: "hors du périmètre de l'atlas (section d'un collège)",
        6: "hors du périmètre de l'atlas (autre type d'établissement)",
        8: "hors du périmètre de l'atlas (établissement qui n'est pas ouvert)",
        10: "coordonnées absentes",
        11: "identifiant en double",
    }
    assert list(reading.report.counted.values()) == [1]
    frame = reading.frame
    assert frame["education_prioritaire"].to_dict() == {
        "9990001A": "REP+",
        "9990002B": "REP",
        "9990008H": "REP",
    }
    assert frame["code_insee"].to_dict() == {"9990001A": "13055", "9990002B": "13055", "9990008H": "13056"}
    assert set(frame["vintage"]) == {"2026-11-24"}


def test_colleges_as_csv_and_as_json(producers):
    files = [producers / colleges.PRODUCER_FILE, producers / "colleges" / "fr-en-annuaire-education.json"]
    for file in files:
        os.utime(file, (DOWNLOADED, DOWNLOADED))
    first, second = (colleges.read(file) for file in files)
    assert_same(second.frame, first.frame)
    assert counts(second) == counts(first) == (10, 3, 7)
    # The same rows, by line under a header and by rank in a list.
    assert aside(second) == {line - 1: fault for line, fault in aside(first).items()}


def test_colleges_are_none_until_they_are_downloaded(producers, tmp_path):
    empty = colleges.load()
    assert empty.empty
    assert empty.crs.to_epsg() == 2154
    live = colleges.read(producers / colleges.PRODUCER_FILE).frame
    assert list(empty.columns) == list(live.columns)
    assert empty.dtypes.to_dict() == live.dtypes.to_dict()
    assert empty.index.name == live.index.name


def test_colleges_are_built_where_their_file_is(producers, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    for name in ("sources.csv", "territoire.toml"):
        shutil.copy(DATA / name, data)
    build(producers, data_dir=data)
    source = catalogue.load(data / "sources.csv")["colleges"]
    assert (source.lignes_lues, source.lignes_gardees, source.lignes_ecartees) == (10, 3, 7)
    assert source.telechargee
    assert "13055" in source.communes
    assert len(colleges.read(data / "equipements" / "colleges.csv").frame) == 3
    before = catalogue.load()["colleges"]
    assert not before.telechargee
    assert not before.covers(["13055"])
