"""levélo's station_status: a recorded answer, its faults, and one request a minute whatever the number of sessions."""

import datetime as dt
import json
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from errors import ArgumentError, ServiceError
from loaders import bikes
from loaders.live import bike_service
from loaders.live.bike_service import parse

RECORDED_FOLDER = Path(__file__).parent / "recorded"
RECORDED = (RECORDED_FOLDER / "station_status_2025-11-22.json").read_bytes()
#: 1763838433, the answer's `last_updated` and its stations' `last_reported`.
REPORTED = dt.datetime(2025, 11, 22, 19, 7, 13, tzinfo=dt.UTC)
NOW = REPORTED + dt.timedelta(seconds=40)


def document(*stations, **head):
    return {
        "last_updated": 1763838433,
        "ttl": 60,
        "version": "2.2",
        "data": {"stations": list(stations)},
    } | head


def station(name="a", bikes=3, docks=4, **fields):
    return {
        "station_id": name,
        "num_bikes_available": bikes,
        "num_docks_available": docks,
        "is_installed": True,
        "is_renting": True,
        "is_returning": True,
        "last_reported": 1763838433,
    } | fields


def test_recorded_answer():
    status = parse(json.loads(RECORDED), now=NOW)
    frame = status.frame
    assert frame.index.tolist() == [
        "ce4bgg92rcd13ifvqb30", "ce4bgh92rcd13ifvqb40", "ce4bgi12rcd13ifvqb70", "ce4bgih2rcd13ifvqba0",
        "ce4bgkh2rcd13ifvqbl0",
    ]  # fmt: skip
    assert frame["velos_disponibles"].tolist() == [2, 6, 13, 20, 0]
    assert frame["bornes_libres"].tolist() == [18, 13, 8, 0, 18]
    assert frame["etat"].tolist() == ["vélos disponibles"] * 4 + ["vide"]
    assert frame["releve_le"].tolist() == [REPORTED] * 5
    assert (status.updated_at, status.ttl_s, status.set_aside, status.unread) == (REPORTED, 60, 0, 0)


def test_gbfs_3():
    """The shape that the specification gives: vehicles for bikes, moments as texts."""
    answer = json.loads((RECORDED_FOLDER / "station_status_3.0.json").read_bytes())
    status = parse(answer, now=NOW)
    frame = status.frame
    assert frame["velos_disponibles"].to_dict() == {"fictif-1": 3, "fictif-2": 0, "fictif-3": 5}
    assert frame["bornes_libres"].fillna(-1).to_dict() == {"fictif-1": 17, "fictif-2": -1, "fictif-3": 4}
    assert frame["etat"].to_dict() == {
        "fictif-1": "vélos disponibles",
        "fictif-2": "vide",
        "fictif-3": "fermée",
    }
    # 20:07:13 in Paris in winter, 19:07:13 UTC.
    assert frame["releve_le"].tolist() == [REPORTED] * 3
    assert (status.updated_at, status.ttl_s, status.set_aside, status.unread) == (REPORTED, 60, 0, 0)
    assert frame.dtypes.equals(parse(json.loads(RECORDED), now=NOW).frame.dtypes)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, "vélos disponibles"),
        ({"bikes": 0}, "vide"),
        ({"is_renting": False}, "fermée"),
        ({"is_installed": False}, "fermée"),
        ({"bikes": 0, "is_renting": False}, "fermée"),
        ({"is_returning": False}, "vélos disponibles"),
        ({"bikes": None}, "inconnu"),
        ({"is_renting": None}, "inconnu"),
        ({"is_renting": 0}, "fermée"),
        ({"is_renting": 1, "bikes": 0.0}, "vide"),
        ({"bikes": None, "is_installed": False}, "fermée"),
    ],
)
def test_states(fields, state):
    status = parse(document(station(**fields)), now=NOW)
    assert status.frame["etat"].tolist() == [state]


@pytest.mark.parametrize("wrong", [None, -1, 501, 2.5, "3", True, [], float("nan"), float("inf"), 10**400])
def test_a_count_that_cannot_be_believed_is_missing_never_0(wrong):
    # 20 docks and none free would make 20 bikes: nothing is derived.
    status = parse(document(station(bikes=wrong, docks=0), station("b")), now=NOW)
    row = status.frame.loc["a"]
    assert row["velos_disponibles"] is pd.NA
    assert row["bornes_libres"] == 0
    assert row["etat"] == "inconnu"
    assert status.unread == (wrong is not None)


@pytest.mark.parametrize(
    "wrong",
    [
        None, 0, -5, 1763838433 + 3600, True, float("nan"), "", "1763838433", "2025-11-22", "2025-11-22T19:07:13",
        "2025-11-22T20:07:13Z", "2009-12-31T23:59:59+00:00", "2025-11-22T19:07:13+99:00", "hier",
    ],
)  # fmt: skip
def test_a_moment_that_cannot_be_believed_is_missing(wrong):
    status = parse(document(station(last_reported=wrong), last_updated=wrong), now=NOW)
    assert status.frame["releve_le"].isna().all()
    assert status.updated_at is None


def test_null_fields_ids_as_text_and_records_set_aside():
    status = parse(
        document(
            {"station_id": 12, "num_bikes_available": 1, "is_renting": True},
            dict.fromkeys(station()),
            station("12", bikes=9),
            station(""),
            station(True),
            "texte",
            dict.fromkeys(station()) | {"station_id": "nulle"},
        ),
        now=NOW,
    )
    assert status.frame.index.tolist() == ["12", "nulle"]
    assert status.set_aside == 5
    assert status.unread == 0
    assert status.frame.loc["12", "velos_disponibles"] == 1
    assert status.frame.loc["nulle"].drop("etat").isna().all()
    assert status.frame["bornes_libres"].isna().all()
    assert status.frame.dtypes.astype(str).to_dict() == {
        "velos_disponibles": "Int64", "bornes_libres": "Int64", "is_installed": "boolean", "is_renting": "boolean",
        "is_returning": "boolean", "releve_le": "datetime64[s, UTC]", "etat": "str",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (None, "sans liste de stations"),
        ([], "sans liste de stations"),
        ({"data": None}, "sans liste de stations"),
        ({"data": {"stations": {}}}, "sans liste de stations"),
        (document(), "sans nombre de vélos"),
        (document({"station_id": "a", "num_docks_available": 3}), "sans nombre de vélos.*GBFS 2 ou 3"),
    ],
)
def test_other_documents(wrong, said):
    with pytest.raises(ServiceError, match=said):
        parse(wrong, now=NOW)


def test_stations_unknown_to_either_side():
    stations = bikes.load()
    first, second = stations.index[:2]
    status = parse(document(station(second, bikes=0), station("nouvelle")), now=NOW)
    joined = bike_service.join(stations, status)
    assert joined.unknown == ("nouvelle",)
    unknown = joined.stations["etat"] == "inconnu"
    assert set(stations.index[unknown]) == set(stations.index) - {second}
    assert joined.stations.index.equals(stations.index)
    assert joined.stations.crs == stations.crs
    assert joined.stations.loc[second, "etat"] == "vide"
    assert joined.stations.loc[first, "etat"] == "inconnu"
    assert joined.stations.loc[first, "velos_disponibles"] is pd.NA
    assert "etat" not in stations.columns


@pytest.fixture
def clock(monkeypatch):
    """Give the time of the process, which a test may move."""
    moved = SimpleNamespace(s=1000.0)
    monkeypatch.setattr(bike_service, "time", SimpleNamespace(monotonic=lambda: moved.s))
    return moved


@pytest.fixture
def service(service):
    service.pieces = [RECORDED]
    return service


def test_asked_once_a_minute(service, clock):
    live = bike_service.now(base_url=service.url)
    assert len(live.status.frame) == 5
    assert live.fault == ""
    assert abs((dt.datetime.now(dt.UTC) - live.read_at).total_seconds()) < 60
    assert service.asked[0].path == "/station_status.json"
    clock.s += 59
    assert bike_service.now(base_url=service.url) is live
    assert len(service.asked) == 1
    clock.s += 2
    assert bike_service.now(base_url=service.url).read_at > live.read_at
    assert len(service.asked) == 2


@pytest.mark.parametrize(
    ("ttl", "silent_s"), [(300, 300), (0, 60), (5, 60), (None, 60), ("300", 60), (10**400, 3600)]
)
def test_time_of_validity_is_kept(service, clock, ttl, silent_s):
    service.pieces = [json.dumps(document(station(), ttl=ttl)).encode()]
    bike_service.now(base_url=service.url)
    clock.s += silent_s - 1
    bike_service.now(base_url=service.url)
    assert len(service.asked) == 1
    clock.s += 2
    bike_service.now(base_url=service.url)
    assert len(service.asked) == 2


FAULTS = {
    "503": ({"status": 503}, "code 503"),
    "404": ({"status": 404}, "code 404"),
    "429": ({"status": 429, "headers": {"Retry-After": "100"}}, "trop de demandes"),
    "time-out": ({"wait_s": 2}, "pas de réponse en"),
    "cut JSON": ({"pieces": [RECORDED[:200]]}, "illisible"),
    "cut by the network": ({"headers": {"Content-Length": "90000"}, "pieces": [RECORDED]}, "injoignable"),
    "HTML": ({"pieces": [b"<html>"]}, "illisible"),
    "another document": ({"pieces": [b'{"data":{"bikes":[]}}']}, "sans liste"),
}


@pytest.mark.parametrize(("fault", "said"), FAULTS.values(), ids=FAULTS)
def test_the_last_good_reading_stays_with_its_time(service, clock, monkeypatch, fault, said):
    monkeypatch.setattr(bike_service, "TIMEOUT_S", 1.0 if "wait_s" in fault else 10.0)
    service.replies = [fault]
    nothing = bike_service.now(base_url=service.url)
    assert nothing.status is None
    assert nothing.read_at is None
    assert said in nothing.fault
    assert nothing.is_stale(NOW)
    # A service at fault is not asked again before a minute; one that asks for more is given it.
    silent_s = 100 if fault.get("status") == 429 else 60
    clock.s += silent_s - 1
    assert bike_service.now(base_url=service.url) is nothing
    assert len(service.asked) == 1
    if fault.get("status") == 429:
        return
    clock.s += 2
    good = bike_service.now(base_url=service.url)
    assert len(good.status.frame) == 5
    service.replies = [fault]
    clock.s += 61
    kept = bike_service.now(base_url=service.url)
    assert kept.status is good.status
    assert kept.read_at == good.read_at
    assert said in kept.fault
    assert kept.tried_at > kept.read_at


def test_an_old_answer_is_not_of_the_present():
    status = parse(json.loads(RECORDED), now=NOW)
    live = bike_service.Live(status, NOW)
    assert not live.is_stale(NOW + dt.timedelta(minutes=14))
    assert live.is_stale(NOW + dt.timedelta(minutes=16))
    # Read just now, made long ago: the producer's feed is frozen.
    later = NOW + dt.timedelta(days=1)
    assert bike_service.Live(status, later).is_stale(later)


def test_twenty_sessions_make_one_request(service):
    service.wait_s = 0.3
    seen = []
    threads = [
        threading.Thread(target=lambda: seen.append(bike_service.now(base_url=service.url)))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(service.asked) == 1
    assert len({id(live) for live in seen}) == 1
    assert len(seen[0].status.frame) == 5


def test_nobody_waits_where_there_is_a_reading(service, clock):
    first = bike_service.now(base_url=service.url)
    clock.s += 61
    service.wait_s = 1.5
    asking = threading.Thread(target=bike_service.now, kwargs={"base_url": service.url})
    asking.start()
    while len(service.asked) < 2:
        time.sleep(0.01)
    begun = time.perf_counter()
    assert bike_service.now(base_url=service.url) is first
    assert time.perf_counter() - begun < 1
    asking.join()
    assert bike_service.now(base_url=service.url) is not first
    assert len(service.asked) == 2


def test_environment_names_the_service(service, monkeypatch):
    monkeypatch.setenv("ATLAS_GBFS", service.url + "/")
    assert len(bike_service.now().status.frame) == 5
    with pytest.raises(ArgumentError, match="https"):
        bike_service.now(base_url="http://exemple.fr")
