"""Page vélos in minutes on foot and in real time: circles without network, isochrones once they are there, faults said."""

import json
from html import unescape
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely import box

from loaders import bikes, paths, qpv
from loaders.live import bike_service, http_session, isochrones
from tests import today
from tests.loaders.played import service as playing
from tests.pages import driver
from tests.pages.driver import html, plain, spec

#: Half the side of the squares that the played service answers.
HALF_M = 280


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    """Keep nothing between tests, ask nobody, and do not wait."""
    monkeypatch.setenv(paths.CACHE_VARIABLE, str(tmp_path))
    monkeypatch.setattr(http_session, "PAUSE_S", 0.01)
    monkeypatch.setattr(isochrones, "_pace", SimpleNamespace(wait=lambda _rate: None))


@pytest.fixture
def ign(monkeypatch):
    with playing() as server:
        server.answer = squares
        monkeypatch.setenv(isochrones.VARIABLE, server.url)
        yield server


@pytest.fixture
def velos(monkeypatch):
    with playing() as server:
        monkeypatch.setenv(bike_service.VARIABLE, server.url)
        yield server


def squares(path):
    """Answer a square around the point."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
    (place,) = gpd.GeoSeries([shapely.Point(*map(float, asked["point"].split(",")))], crs=4326).to_crs(2154)
    square = box(place.x - HALF_M, place.y - HALF_M, place.x + HALF_M, place.y + HALF_M)
    (shape,) = gpd.GeoSeries([square], crs=2154).to_crs(4326)
    kept = ("costType", "timeUnit", "profile", "direction", "crs", "point", "resource")
    document = {name: asked[name] for name in kept} | {"costValue": int(asked["costValue"])}
    document |= {"resourceVersion": "2026-09-25", "geometry": json.loads(shapely.to_geojson(shape))}
    return json.dumps(document).encode()


def opened(**params):
    return driver.opened("velos", **params)


def said(at):
    return plain(unescape(html(at)))


def reached(areas):
    """Inhabitants of the QPV of Marseille within areas, one QPV at a time."""
    union = shapely.union_all(areas)
    rows = [row for row in qpv.load().itertuples() if "13055" in row.communes]
    return sum(row.population * row.geometry.intersection(union).area / row.geometry.area for row in rows)


def physical():
    stations = bikes.load()
    return stations[~stations["is_virtual_station"]].geometry


def walked():
    """Count the stations that a walk may lead to from a QPV of Marseille, on plain distances."""
    stations = physical()
    near = [
        stations.distance(row.geometry) <= 600 for row in qpv.load().itertuples() if "13055" in row.communes
    ]
    return int(pd.concat(near, axis=1).any(axis=1).sum())


def shown(at):
    (metric,) = [metric for metric in at.metric if metric.label == "Habitants à portée (estimation)"]
    return int(plain(metric.value).replace(" ", ""))


def heads(at, caption):
    """Headings of the table of a caption."""
    table = html(at).split(f"<caption>{caption}")[1].split("</thead>")[0]
    return plain(unescape(table))


@pytest.mark.parametrize(
    ("options", "radius_m"),
    [({}, 5 * 80 / 1.3), ({"minutes": "10", "vitesse": "70", "detour": "1.4"}, 500)],
    ids=["as given", "adjusted"],
)
def test_without_isochrones_circles_stand_for_the_walk(options, radius_m):
    at = opened(mesure="Temps de marche", **options)
    assert abs(shown(at) - reached(physical().buffer(radius_m, quad_segs=256))) <= 60
    assert f"par des cercles de {round(radius_m)} m" in said(at)
    assert "des cercles, et non des isochrones" in plain(at.info[0].value)
    (stations,) = [layer for layer in spec(at)["couches"] if layer["id"] == "stations"]
    assert stations["rayon"] == pytest.approx(radius_m)


def test_minutes_are_never_beside_metres():
    ranking = heads(opened(mesure="Temps de marche"), "QPV couverts par le réseau")
    assert "Habitants hors de portée" in ranking
    assert "(m)" not in ranking
    assert "(m)" in heads(opened(), "QPV couverts par le réseau")


def test_isochrones_once_fetched_are_counted_and_kept(ign):
    at = opened(mesure="Temps de marche")
    at.button(key="isochrones").click().run()
    assert not at.exception
    assert (
        abs(
            shown(at)
            - reached([box(p.x - HALF_M, p.y - HALF_M, p.x + HALF_M, p.y + HALF_M) for p in physical()])
        )
        <= 60
    )
    assert "5 min à pied, par les rues" in said(at)
    assert "isochrones de l'IGN" in plain(at.info[0].value).replace("’", "'")
    (stations,) = [layer for layer in spec(at)["couches"] if layer["id"] == "stations"]
    assert "rayon" not in stations
    asked = len(ign.asked)
    # The stations within 600 m of a QPV of Marseille.
    assert asked == walked()
    opened(mesure="Temps de marche")
    assert len(ign.asked) == asked


def test_a_service_that_fails_midway_leaves_circles_and_is_resumed(ign):
    ign.replies = [{}] * 40 + [{"status": 503}] * 200
    at = opened(mesure="Temps de marche")
    before = shown(at)
    at.button(key="isochrones").click().run()
    assert not at.exception
    assert shown(at) == before
    assert f"{walked() - 40} isochrones non obtenues" in plain(at.warning[0].value)
    assert "reprendra où" in plain(at.warning[0].value)
    ign.replies.clear()
    kept = len(ign.asked)
    at.button(key="isochrones").click().run()
    assert "par les rues" in said(at)
    assert len(ign.asked) - kept == walked() - 40


def status(*rows):
    stations = [
        {
            "station_id": name, "num_bikes_available": number, "num_docks_available": 5, "is_installed": True,
            "is_renting": renting, "is_returning": True, "last_reported": 1763838433,
        }
        for name, number, renting in rows
    ]  # fmt: skip
    return json.dumps(
        {"last_updated": 1763838433, "ttl": 60, "version": "2.2", "data": {"stations": stations}}
    ).encode()


def test_service_is_asked_for_only_on_request(velos):
    opened()
    assert not velos.asked


def test_empty_and_closed_stations_are_flagged_and_no_gap(velos):
    first, second, third = physical().index[:3]
    velos.answer = lambda _path: status(
        (first, 4, True), (second, 0, True), (third, 2, False), ("ailleurs", 1, True)
    )
    at = opened(service="true")
    metrics = {metric.label: plain(metric.value) for metric in at.metric}
    assert metrics["Stations avec au moins un vélo"] == "1"
    assert metrics["Stations vides"] == "1"
    assert metrics["Stations fermées"] == "1"
    assert metrics["État inconnu"] == str(len(today.stations()) - 3)
    assert metrics["QPV avec une station à portée"] == f"{today.served(300)[0]} sur 41"
    table = said(at).split("Stations vides ou fermées, ")[-1]
    names = bikes.load()["name"]
    assert table.index(plain(names[third])) < table.index(plain(names[second]))
    # 1763838433 is 19:07:13 UTC, 20:07 in Paris in winter.
    assert "22 novembre 2025 à 20 h 07" in table
    assert "1 station que le fichier" in " ".join(plain(caption.value) for caption in at.caption)
    opened(service="true")
    assert len(velos.asked) == 1


@pytest.mark.parametrize(
    "reply",
    [
        {"status": 503},
        {"status": 429},
        {"pieces": [b'{"data": {"sta']},
        {"pieces": [b"<html>"]},
        {"pieces": [b'{"data": null}']},
    ],
    ids=["503", "429", "truncated", "a web page", "null"],
)
def test_the_page_works_without_the_service(velos, reply):
    velos.replies = [reply] * 20
    at = opened(service="true")
    (warning,) = at.warning
    assert "ne répond pas" in plain(warning.value)
    assert "aucune lecture depuis le démarrage" in plain(warning.value)
    assert shown(at) > 0
