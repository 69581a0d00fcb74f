"""The IGN's isochrones, played by a server of the loopback in the shape that its program (Road2) gives, or wrongly."""

import json
import threading
import time
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from errors import ArgumentError, CrsError
from geo.walking import qpv_figures
from loaders import bikes, catalogue, paths, qpv
from loaders.live import http_session, isochrones
from tests import today

VINTAGE = "2 mars 2026"
#: Area of a regular octagon within a circle of 250 m: 2 √2 r².
OCTAGON_M2 = 2 * 2**0.5 * 250**2


def octagon(lon, lat, radius_m=250, east_m=0):
    """Corners in degrees, around a point in degrees."""
    (place,) = gpd.GeoSeries([shapely.Point(lon, lat)], crs=4326).to_crs(2154)
    turn = np.linspace(0, 2 * np.pi, 9)
    ring = np.column_stack([place.x + east_m + radius_m * np.cos(turn), place.y + radius_m * np.sin(turn)])
    (shape,) = gpd.GeoSeries([shapely.Polygon(ring)], crs=2154).to_crs(4326)
    return shapely.get_coordinates(shape).tolist()


def answer(path, **told):
    asked = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
    lon, lat = map(float, asked["point"].split(","))
    document = {
        "point": asked["point"],
        "resource": asked["resource"],
        "resourceVersion": "2026-09-25",
        "costType": asked["costType"],
        "costValue": int(asked["costValue"]),
        "timeUnit": asked["timeUnit"],
        "profile": asked["profile"],
        "direction": asked["direction"],
        "crs": asked["crs"],
        "geometry": {"type": "Polygon", "coordinates": [octagon(lon, lat)]},
        "constraints": [],
    }
    return json.dumps(document | told).encode()


@pytest.fixture
def service(service):
    service.answer = answer
    return service


@pytest.fixture(scope="module")
def stations():
    return bikes.load().iloc[:6]


@pytest.fixture(autouse=True)
def _no_waiting(request, monkeypatch):
    monkeypatch.setattr(http_session, "PAUSE_S", 0.05)
    if "at_its_pace" not in request.node.name:
        monkeypatch.setattr(isochrones, "_pace", SimpleNamespace(wait=lambda _rate: None))


def fetch(service, stations, folder, **options):
    options = {"minutes": 5, "vintage": VINTAGE, "folder": folder, "base_url": service.url} | options
    return isochrones.fetch(stations, **options)


def names(service):
    """Points asked, in order."""
    return [parse_qs(urlsplit(request.path).query)["point"][0] for request in service.asked]


def test_areas_in_metres_at_its_pace(service, stations, tmp_path):
    seen = []
    result = fetch(service, stations, tmp_path, on_progress=lambda *step: seen.append(step))
    assert result.areas.index.tolist() == stations.index.tolist()
    assert result.areas.crs.to_epsg() == 2154
    np.testing.assert_allclose(result.areas.area, OCTAGON_M2, rtol=1e-3)
    assert result.areas.contains(stations.geometry).all()
    assert result.areas["minutes"].unique().tolist() == [5]
    assert result.areas["reseau"].unique().tolist() == ["2026-09-25"]
    assert str(result.areas["lu_le"].dt.tz) == "UTC"
    assert (result.missing, result.failures, result.stopped) == ((), {}, "")
    assert seen == [(done, 6) for done in range(7)]
    first = service.asked[0]
    assert urlsplit(first.path).path == "/isochrone"
    extract = next(
        row for row in today.rows("transport/velos_stations.csv") if row["station_id"] == stations.index[0]
    )
    assert parse_qs(urlsplit(first.path).query) == {
        "point": [f"{float(extract['lon']):.6f},{float(extract['lat']):.6f}"],
        "resource": ["bdtopo-valhalla"],
        "profile": ["pedestrian"],
        "direction": ["departure"],
        "costType": ["time"],
        "costValue": ["300"],
        "timeUnit": ["second"],
        "geometryFormat": ["geojson"],
        "crs": ["EPSG:4326"],
    }
    assert first.headers["User-Agent"].startswith("AtlasDesPossibles/")
    # Four a second: six requests span a second and a quarter.
    assert service.times[-1] - service.times[0] >= 1.2


def test_sessions_share_the_rate_at_its_pace(service, stations, tmp_path):
    threads = [
        threading.Thread(target=fetch, args=(service, stations.iloc[part], tmp_path))
        for part in (slice(0, 3), slice(3, 6))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(service.times) == 6
    assert max(service.times) - min(service.times) >= 1.2


def test_what_is_kept_is_not_asked_again(service, stations, tmp_path):
    first = fetch(service, stations, tmp_path)
    seen = []
    second = fetch(service, stations, tmp_path, on_progress=lambda *step: seen.append(step))
    kept = isochrones.cached(stations, minutes=5, vintage=VINTAGE, folder=tmp_path)
    assert len(service.asked) == 6
    assert seen == [(6, 6)]
    for result in (second, kept):
        assert result.areas.geometry.geom_equals(first.areas.geometry).all()
        assert result.areas["lu_le"].tolist() == first.areas["lu_le"].tolist()


def test_minutes_and_vintages_have_files_of_their_own(service, stations, tmp_path):
    fetch(service, stations, tmp_path)
    for options in ({"minutes": 6}, {"vintage": "3 mars 2026"}):
        known = isochrones.cached(
            stations, **{"minutes": 5, "vintage": VINTAGE, "folder": tmp_path} | options
        )
        assert len(known.missing) == 6
        assert known.areas.empty
    other = fetch(service, stations.iloc[:1], tmp_path, minutes=6)
    assert other.areas["minutes"].tolist() == [6]
    assert parse_qs(urlsplit(service.asked[-1].path).query)["costValue"] == ["360"]


def test_a_station_that_moved_is_asked_again(service, stations, tmp_path):
    fetch(service, stations, tmp_path)
    moved = stations.copy()
    moved.loc[moved.index[0], "geometry"] = shapely.affinity.translate(stations.geometry.iloc[0], 0.9)
    moved.loc[moved.index[1], "geometry"] = shapely.affinity.translate(stations.geometry.iloc[1], 1.1)
    kept = isochrones.cached(moved, minutes=5, vintage=VINTAGE, folder=tmp_path)
    assert kept.missing == (stations.index[1],)


@pytest.mark.parametrize("damage", ["cut", "html", "blank", "not text", "other station", "far", "nested"])
def test_a_damaged_file_is_asked_again(service, stations, tmp_path, damage, caplog):
    fetch(service, stations.iloc[:2], tmp_path)
    files = sorted(tmp_path.rglob("*.json"))
    assert len(files) == 2
    text = files[0].read_text(encoding="utf-8")
    far = json.loads(text)
    far["answer"]["geometry"]["coordinates"] = [octagon(5.9, 43.9)]
    wrong = {
        "cut": text[: len(text) // 2],
        "html": "<html>",
        "blank": "",
        "not text": "\udcff",
        "other station": files[1].read_text(encoding="utf-8"),
        "far": json.dumps(far),
        "nested": "[" * 100_000,
    }
    files[0].write_text(wrong[damage], encoding="utf-8", errors="surrogateescape")
    kept = isochrones.cached(stations.iloc[:2], minutes=5, vintage=VINTAGE, folder=tmp_path)
    assert len(kept.missing) == 1
    assert (f"redemandée : {files[0]} (" in caplog.text) == (damage != "other station")
    again = fetch(service, stations.iloc[:2], tmp_path)
    assert len(service.asked) == 3
    assert again.missing == ()


def geometry(coordinates, kind="Polygon"):
    return lambda path: answer(path, geometry={"type": kind, "coordinates": coordinates})


def around(**options):
    def made(path):
        lon, lat = map(float, parse_qs(urlsplit(path).query)["point"][0].split(","))
        return answer(path, geometry={"type": "Polygon", "coordinates": [octagon(lon, lat, **options)]})

    return made


def swapped(path):
    document = json.loads(answer(path))
    document["geometry"]["coordinates"] = [
        [[lat, lon] for lon, lat in document["geometry"]["coordinates"][0]]
    ]
    return json.dumps(document).encode()


FAULTS = {
    "503": ({"status": 503}, "code 503"),
    "500": ({"status": 500, "pieces": [b'{"error":{"message":"Internal"}}']}, "code 500"),
    "404, no path": ({"status": 404, "pieces": [b'{"error":{"message":"No path found"}}']}, "code 404"),
    "redirection": ({"status": 302, "headers": {"Location": "http://127.0.0.1:1/"}}, "code 302"),
    "time-out": ({"wait_s": 2}, "pas de réponse en"),
    "cut by the network": (
        {"headers": {"Content-Length": "5000"}, "pieces": [b'{"geometry": {"ty']}, "injoignable",
    ),
    "cut JSON": ({"pieces": [b'{"geometry": {"type": "Polygon", "coord']}, "illisible"),
    "HTML": ({"pieces": [b"<html>proxy</html>"]}, "illisible"),
    "a list": ({"pieces": [b"[]"]}, "sans isochrone"),
    "an error with code 200": ({"pieces": [b'{"error":{"message":"?"}}']}, "sans contour"),
    "too long": ({"pieces": [b" " * 1_100_000]}, "trop longue"),
    "null geometry": (lambda path: answer(path, geometry=None), "sans contour"),
    "null answer": ({"pieces": [b"null"]}, "sans isochrone"),
    "null coordinates": (geometry(None), "sans contour"),
    "text as geometry": (lambda path: answer(path, geometry="POLYGON"), "contour illisible"),
    "null corner": (geometry([[[5.38, 43.3], [5.39, None], [5.39, 43.31], [5.38, 43.3]]]), "contour"),
    "empty": (geometry([]), "sans contour"),
    "a line": (geometry([[5.371, 43.293], [5.372, 43.294]], "LineString"), "sans surface"),
    "swapped axes": (swapped, "trop loin"),
    "metres": (geometry([[[893_000, 6_247_000], [893_100, 6_247_000], [893_000, 6_247_100], [893_000, 6_247_000]]]), "trop loin"),
    "elsewhere": (around(east_m=5000), "trop loin"),
    "too large": (around(radius_m=601), "plus de 600 m.*5 minutes"),
    "beside the station": (around(radius_m=100, east_m=250), "à plus de 100 m"),
    "other minutes": (lambda path: answer(path, costValue=900), "autre demande.*900"),
    "by car": (lambda path: answer(path, profile="car"), "autre demande.*car"),
}  # fmt: skip


@pytest.mark.parametrize(("fault", "said"), FAULTS.values(), ids=FAULTS)
def test_faults_are_said_and_the_others_fetched(
    service, stations, tmp_path, monkeypatch, request, fault, said
):
    if "time-out" in request.node.name:
        monkeypatch.setattr(isochrones, "TIMEOUT_S", 1.0)
    four = stations.iloc[:4]
    lost = four.index[1]
    if callable(fault):
        lon_lat = []

        def second_wrong(path):
            lon_lat.append(path)
            return fault(path) if len(lon_lat) == 2 else answer(path)

        service.answer = second_wrong
    else:
        service.replies = [{}, fault]
    result = fetch(service, four, tmp_path)
    assert result.missing == (lost,)
    assert list(result.failures) == [lost]
    assert pd.Series(result.failures).str.contains(said).all(), result.failures
    assert result.stopped == ""
    # What failed was not kept: the next run asks it, and it alone.
    service.answer = answer
    assert fetch(service, four, tmp_path).missing == ()
    assert len(service.asked) == 5


def test_an_outline_that_crosses_itself_is_repaired(service, stations, tmp_path):
    # Two triangles of 100 x 100 / 4 m² each, tip to tip at the station.
    (place,) = stations.geometry.iloc[:1]
    ring = [(-50, -50), (50, 50), (50, -50), (-50, 50), (-50, -50)]
    bow = shapely.Polygon([(place.x + x, place.y + y) for x, y in ring])
    (degrees,) = gpd.GeoSeries([bow], crs=2154).to_crs(4326)
    service.answer = geometry([shapely.get_coordinates(degrees).tolist()])
    result = fetch(service, stations.iloc[:1], tmp_path)
    assert result.areas.is_valid.all()
    assert result.areas.area.iloc[0] == pytest.approx(5000, rel=1e-3)


def test_three_in_a_row_end_the_run_which_is_resumed(service, stations, tmp_path):
    service.replies = [{}, {"status": 503}, {"status": 404}, {"pieces": [b"<html>"]}]
    first = fetch(service, stations, tmp_path)
    assert len(service.asked) == 4
    assert first.areas.index.tolist() == stations.index[:1].tolist()
    assert list(first.failures) == stations.index[1:4].tolist()
    assert first.missing == tuple(stations.index[1:])
    assert first.stopped == "3 stations de suite sans réponse, la dernière : réponse illisible"
    # Those that had no answer come last: they cannot keep the others from being fetched.
    service.replies = [{}, {}, *[{"status": 404}] * 3]
    second = fetch(service, stations, tmp_path)
    asked = names(service)
    assert asked[6:] == asked[1:4]
    assert second.missing == first.missing[:3]
    third = fetch(service, stations, tmp_path)
    assert third.missing == ()
    assert len(service.asked) == 12
    assert fetch(service, stations, tmp_path).missing == ()
    assert len(service.asked) == 12


def test_two_in_a_row_do_not(service, stations, tmp_path):
    service.replies = [{"status": 503}, {"status": 503}, {}, {"status": 503}, {"status": 503}]
    result = fetch(service, stations, tmp_path)
    assert (len(result.areas), len(result.failures), result.stopped) == (2, 4, "")


def test_nobody_answers(service, stations, tmp_path):
    service.shutdown()
    service.server_close()
    result = fetch(service, stations, tmp_path)
    assert len(result.failures) == 3
    assert len(result.missing) == 6
    assert "injoignable" in result.stopped


@pytest.mark.parametrize(
    "headers", [{}, {"Retry-After": "0"}, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}]
)
def test_a_busy_service_is_waited_for(service, stations, tmp_path, headers):
    service.replies = [{}, {"status": 429, "headers": headers}, {"status": 429, "headers": headers}]
    result = fetch(service, stations.iloc[:3], tmp_path)
    assert (result.missing, result.stopped) == ((), "")
    assert len(service.asked) == 5
    # 0.05 s, then twice that: never at once.
    assert service.times[2] - service.times[1] >= 0.05
    assert service.times[3] - service.times[2] >= 0.1


def test_a_service_that_stays_busy_is_left_with_what_was_fetched(service, stations, tmp_path):
    service.replies = [{}, *[{"status": 429}] * 9]
    result = fetch(service, stations, tmp_path)
    assert len(service.asked) == 4
    assert (len(result.areas), result.failures) == (1, {})
    assert result.stopped.startswith("le service demande d’attendre : réessayer dans")


def test_a_long_wait_is_not_sat_through(service, stations, tmp_path):
    service.replies = [{}, {"status": 429, "headers": {"Retry-After": "90"}}]
    begun = time.monotonic()
    result = fetch(service, stations, tmp_path)
    assert time.monotonic() - begun < 2
    assert result.stopped == "le service demande d’attendre : réessayer dans 90 s"
    assert len(result.areas) == 1
    # Nor is it asked before that time.
    assert fetch(service, stations, tmp_path).stopped.startswith("le service demande d’attendre")
    assert len(service.asked) == 2


def test_what_came_stays_when_the_user_leaves(service, stations, tmp_path):
    def leave(done, _total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(service, stations, tmp_path, on_progress=leave)
    kept = isochrones.cached(stations, minutes=5, vintage=VINTAGE, folder=tmp_path)
    assert kept.areas.index.tolist() == stations.index[:2].tolist()


def test_a_folder_that_cannot_be_written(service, stations, tmp_path):
    blocked = tmp_path / "isochrones"
    blocked.write_text("un fichier")
    result = fetch(service, stations, tmp_path)
    assert result.stopped.startswith("le dossier des isochrones ne peut pas être écrit")
    assert len(service.asked) == 1


def test_no_half_file_is_left(service, stations, tmp_path, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    result = fetch(service, stations, tmp_path)
    assert "No space left" in result.stopped
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_environment_names_service_and_folder(service, stations, tmp_path, monkeypatch):
    monkeypatch.setenv("ATLAS_ISOCHRONES", service.url + "/")
    monkeypatch.setenv("ATLAS_CACHE", str(tmp_path / "ailleurs"))
    one = stations.iloc[:1]
    assert isochrones.fetch(one, minutes=5, vintage=VINTAGE).missing == ()
    assert isochrones.cached(one, minutes=5, vintage=VINTAGE).missing == ()
    assert len(list((tmp_path / "ailleurs").rglob("*.json"))) == 1
    monkeypatch.delenv("ATLAS_CACHE")
    assert paths.cache_folder() == paths.ROOT / "cache"


@pytest.mark.parametrize(
    ("change", "options", "error", "said"),
    [
        (None, {"minutes": 2}, ArgumentError, "de 3 à 15"),
        (None, {"vintage": " "}, ArgumentError, "millésime"),
        (None, {"rate_per_s": 5}, ArgumentError, "rythme"),
        (None, {"rate_per_s": 0}, ArgumentError, "rythme"),
        (None, {"base_url": "http://exemple.fr"}, ArgumentError, "https"),
        (lambda frame: frame.to_crs(4326), {}, CrsError, "EPSG:4326"),
        (lambda frame: frame.iloc[[0, 0]], {}, ArgumentError, "identifiant propre"),
        (lambda frame: frame.set_geometry(frame.buffer(5)), {}, ArgumentError, "il faut un point"),
    ],
)
def test_what_cannot_be_asked(service, stations, tmp_path, change, options, error, said):
    with pytest.raises(error, match=said):
        fetch(service, change(stations) if change else stations, tmp_path, **options)
    assert service.asked == []


def test_figures_pass_from_circles_to_isochrones(service, tmp_path):
    """Fetched for the real stations near the real QPV: one missing and all figures are of circles."""
    zones, stations = qpv.load(), bikes.load()
    source = catalogue.load()["velos"]
    figures = qpv_figures(zones, stations, minutes=3, covered=source.communes)
    near = stations.loc[list(figures.concerned)]
    partial = fetch(service, near.iloc[:-1], tmp_path, minutes=3, vintage=source.millesime)
    assert partial.missing == ()
    all_but_one = isochrones.cached(near, minutes=3, vintage=source.millesime, folder=tmp_path)
    assert all_but_one.missing == (near.index[-1],)
    still = qpv_figures(zones, stations, minutes=3, covered=source.communes, isochrones=all_but_one.areas)
    assert (still.method, still.missing) == ("cercles", all_but_one.missing)
    whole = fetch(service, near, tmp_path, minutes=3, vintage=source.millesime)
    assert len(service.asked) == len(near)
    walked = qpv_figures(zones, stations, minutes=3, covered=source.communes, isochrones=whole.areas)
    assert walked.method == "isochrones"
    assert walked.figures["part_surface_couverte"].between(0, 1).sum() == 41
    assert (walked.figures["stations_a_portee"] > 0).any()
