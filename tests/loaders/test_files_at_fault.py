"""Every file that is wrong as a whole is refused by an error that names it, its fault and the mend."""

import csv
import io
import json
import re

import pytest

from errors import (
    AtlasError,
    SourceContentError,
    SourceCrsError,
    SourceError,
    SourceFormatError,
    SourceMissingError,
)
from tests.loaders import samples
from tests.loaders.samples import TEXTS as READERS

IN_DEGREES = [name for name in READERS if name != "indicateurs"]


@pytest.fixture(autouse=True)
def _any_share(monkeypatch):
    """Let small samples hold more faulty rows than a real file may."""
    for module in samples.MODULES:
        monkeypatch.setattr(module, "MAX_FAULTY_SHARE", 1.0)


def damage(path, fault):
    """Damage a file in place."""
    raw = path.read_bytes()
    if fault == "absent":
        path.unlink()
    elif fault == "vide":
        path.write_bytes(b" \n")
    elif fault == "archive":
        path.write_bytes(b"PK\x03\x04" + raw)
    elif fault == "page d'erreur":
        path.write_text("<!DOCTYPE html><html><body>503 Service Unavailable</body></html>", encoding="utf-8")
    elif fault == "export interrompu":
        path.write_bytes(
            raw[: len(raw) // 2] + b"\nStreaming interrupted due to the following error: timeout"
        )
    elif fault == "encodage":
        path.write_bytes(raw.decode("utf-8").replace("e", "é", 3).encode("cp1252"))
    elif fault == "tronqué":
        path.write_bytes(raw[: len(raw) - 60])


@pytest.mark.parametrize("name", READERS)
def test_sample_is_read(name, producers):
    read, file = READERS[name]
    reading = read(producers / file)
    assert reading.report.lignes_lues == reading.report.lignes_gardees + reading.report.lignes_ecartees
    assert len(reading.frame) == reading.report.lignes_gardees > 0
    assert reading.frame.index.is_unique
    assert reading.frame.index.is_monotonic_increasing


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        ("absent", SourceMissingError, "introuvable"),
        ("vide", SourceFormatError, "vide"),
        ("archive", SourceFormatError, "binaire"),
        ("page d'erreur", SourceFormatError, "page web"),
        ("export interrompu", SourceFormatError, "interrompu"),
        ("encodage", SourceFormatError, "encodage"),
        ("tronqué", SourceFormatError, "tronqué|JSON"),
    ],
)
@pytest.mark.parametrize("name", READERS)
def test_damaged_file(name, fault, error, words, producers):
    read, file = READERS[name]
    damage(producers / file, fault)
    with pytest.raises(error, match=words) as caught:
        read(producers / file)
    assert isinstance(caught.value, AtlasError)
    assert isinstance(caught.value, SourceError)
    assert isinstance(caught.value, (ValueError, FileNotFoundError))
    assert (producers / file).name in str(caught.value)
    assert "À faire" in str(caught.value)


@pytest.mark.parametrize("name", READERS)
def test_missing_column(name, producers):
    read, file = READERS[name]
    path = producers / file
    column = {
        "communes": "population", "arrondissements": "population", "indicateurs": "taux_emploi_pct",
        "qpv": "lib_qp", "velos": "capacity", "velos-gbfs": "lat", "lignes": "mode", "sncf": "uic",
        "friches": "site_statut", "sports": "EquipementTypeLib", "social": "Categorie", "velos-gbfs3": "lat",
        "friches-api": "site_statut", "sports-data-es": "equip_type_name", "colleges": "statut_public_prive",
        "colleges-json": "statut_public_prive",
    }[name]  # fmt: skip
    path.write_text(
        path.read_text(encoding="utf-8").replace(f'"{column}"', '"x"').replace(column, "x"), encoding="utf-8"
    )
    with pytest.raises(SourceFormatError, match=rf"(colonne|champ)s? absente?s?.*{column}"):
        read(path)


@pytest.mark.parametrize("name", ["communes", "arrondissements", "qpv", "lignes"])
@pytest.mark.parametrize(
    ("crs", "words"),
    [
        (None, "aucun système"),
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2154"}}, "EPSG::2154"),
    ],
)
def test_stated_crs_is_not_degrees(name, crs, words, producers):
    read, file = READERS[name]
    document = json.loads((producers / file).read_text(encoding="utf-8"))
    (producers / file).write_text(json.dumps(document | {"crs": crs}), encoding="utf-8")
    with pytest.raises(SourceCrsError, match=words):
        read(producers / file)


@pytest.mark.parametrize("name", IN_DEGREES)
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda lon, lat: (lat, lon), "inversées"),
        (lambda lon, lat: (890_000 + lon, 6_250_000 + lat), "mètres"),
        (lambda lon, lat: (lon + 50, lat), "hors de la France"),
    ],
    ids=["inversées", "mètres", "ailleurs"],
)
def test_coordinates_wrong_as_a_whole(name, change, words, producers):
    read, file = READERS[name]
    path = producers / file
    if path.suffix == ".geojson":
        document = json.loads(path.read_text(encoding="utf-8"))
        for feature in document["features"]:
            if feature["geometry"]:
                feature["geometry"]["coordinates"] = _each(feature["geometry"]["coordinates"], change)
        path.write_text(json.dumps(document), encoding="utf-8")
    elif path.suffix == ".json":
        document = json.loads(path.read_text(encoding="utf-8"))
        for x, y, place in _places(document):
            if place[x] is not None:
                place[x], place[y] = change(place[x], place[y])
        path.write_text(json.dumps(document), encoding="utf-8")
    else:
        path.write_text(_csv_with(path.read_text(encoding="utf-8"), change), encoding="utf-8")
    with pytest.raises(SourceCrsError, match=words):
        read(path)


def _places(document):
    """Give what holds each position of an answer, with the names of its axes."""
    if isinstance(document, dict):
        return [("lon", "lat", station) for station in document["data"]["stations"]]
    if "longitude" in document[0]:
        return [("longitude", "latitude", record) for record in document]
    return [("lon", "lat", record["equip_coordonnees"]) for record in document if record["equip_coordonnees"]]


def _each(value, change):
    if isinstance(value[0], (int, float)):
        return list(change(*value))
    return [_each(item, change) for item in value]


def _csv_with(text, change):
    delimiter = ";" if ";" in text.split("\n", 1)[0] else ","
    rows = list(csv.DictReader(io.StringIO(text), delimiter=delimiter))
    for row in rows:
        if "geompoint" in row:
            lon, lat = map(float, re.findall(r"[\d.]+", row["geompoint"]))
            row["geompoint"] = "POINT ({} {})".format(*change(lon, lat))
            continue
        x, y = next(
            pair
            for pair in [
                ("lon", "lat"),
                ("EquGpsX", "EquGpsY"),
                ("Longitude", "Latitude"),
                ("longitude", "latitude"),
            ]
            if pair[0] in row
        )
        if row[x]:
            row[x], row[y] = map(str, change(float(row[x]), float(row[y])))
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("qpv", "QN01301M", "QP013001", "QPV de 2015"),
        ("qpv", "QN01301M", "QN1", "malformé"),
        ("qpv", "QN01301M", "QN08406M", "double"),
        ("qpv", '"siren_epci":"200054807"', '"siren_epci":"241300177"', "aucun QPV de l'EPCI"),
        ("qpv", '"insee_com":"13054"', '"insee_com":"75101"', "commune inconnue"),
        ("indicateurs", "QN01301M", "QP013001", "QPV de 2015"),
        ("indicateurs", "QN01301M", "QN08406M", "double"),
        ("communes", '"code": "13001"', '"code": "13002"', "absents : 13001"),
        ("communes", '"code": "13001"', '"code": "13005"', "double : 13005"),
        ("communes", '"code": "13001"', '"code": "1301"', "malformé"),
        ("arrondissements", '"code": "13201"', '"code": "13202"', "double : 13202"),
        ("lignes", "RTM-116", "RTM-125", "ligne en double"),
    ],
)
def test_codes_at_fault(name, old, new, words, producers):
    read, file = READERS[name]
    path = producers / file
    if words == "ligne en double":
        document = json.loads(path.read_text(encoding="utf-8"))
        document["features"].append(
            next(f for f in document["features"] if f["properties"]["mode"] == "metro")
        )
        path.write_text(json.dumps(document), encoding="utf-8")
    else:
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(SourceContentError, match=words):
        read(path)


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("lignes", lambda rows: rows[0]["properties"].update(route_id=None), r"objet \d+ : route_id absent"),
        ("qpv", lambda rows: rows[0]["properties"].update(insee_com=None), "commune inconnue pour .* absente"),
        (
            "communes",
            lambda rows: rows[0].update(
                geometry={"type": "Polygon", "coordinates": [[[1e308, 43.5], [1e308, 43.6], [5.4, 43.5], [1e308, 43.5]]]}
            ),
            "absents",
        ),
    ],
    ids=["ligne sans nom", "qpv sans commune", "coordonnées immenses"],
)  # fmt: skip
def test_what_random_damage_has_found(name, change, words, producers):
    read, file = READERS[name]
    document = json.loads((producers / file).read_text(encoding="utf-8"))
    change(document["features"])
    (producers / file).write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(SourceError, match=words):
        read(producers / file)
