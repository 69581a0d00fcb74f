"""The IGN's geocoder, played by a server of the loopback that answers in its true shape, or wrongly."""

import json
import time
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest

from errors import ArgumentError, ServiceBusyError, ServiceError
from loaders.brought import addresses
from loaders.live import geocoder, http_session


def feature(label="1 Rue de la République 13002 Marseille", score=0.97, kind="housenumber", **point):
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [point.get("lon", 5.372), point.get("lat", 43.298)]},
        "properties": {
            "label": label,
            "score": score,
            "id": "13202_8094_00001",
            "name": label.rsplit(" 13", 1)[0],
            "postcode": "13002",
            "citycode": "13202",
            "city": "Marseille",
            "context": "13, Bouches-du-Rhône, Provence-Alpes-Côte d'Azur",
            "type": kind,
            "importance": 0.78,
            "_type": "address",
        },
    }


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": features, "query": "q"}).encode()


@pytest.fixture
def service(service):
    """Play the geocoder, whose next answer a test may set."""
    service.url += "/geocodage"
    service.pieces = [collection(feature())]
    return service


def test_answers_come_surest_first(service):
    service.pieces = [collection(feature("b", 0.5, "street"), feature("a", 0.91, lon=5.4, lat=43.3))]
    found = geocoder.search("  1  rue de la République ", base_url=service.url)
    assert [(a.label, a.score, a.kind, a.city, a.lon, a.lat) for a in found] == [
        ("a", 0.91, "housenumber", "Marseille", 5.4, 43.3),
        ("b", 0.5, "street", "Marseille", 5.372, 43.298),
    ]
    (asked,) = service.asked
    assert urlsplit(asked.path).path == "/geocodage/search"
    assert parse_qs(urlsplit(asked.path).query) == {
        "q": ["1 rue de la République"],
        "limit": ["5"],
        "autocomplete": ["0"],
    }
    assert asked.headers["User-Agent"].startswith("AtlasDesPossibles/")


def test_no_such_address(service):
    service.pieces = [collection()]
    assert geocoder.search("xyzzy", base_url=service.url) == []


@pytest.mark.parametrize(
    ("score", "kind", "precise"),
    [
        (0.8, "housenumber", True),
        (0.79, "housenumber", False),
        (0.95, "street", True),
        (0.99, "municipality", False),
        (0.99, "locality", False),
    ],
)
def test_what_is_precise_enough(service, score, kind, precise):
    service.pieces = [collection(feature(score=score, kind=kind))]
    assert geocoder.search("Marseille", base_url=service.url)[0].precise is precise


@pytest.mark.parametrize(
    "body",
    [
        b"<html>proxy</html>",
        b"[]",
        b'{"features": 3}',
        b'{"message": "?"}',
        collection({"type": "Feature", "geometry": None, "properties": {}}),
        collection(feature(score="certain")),
        collection(feature(score=97)),
        collection(feature(lat=893_000.0)),
        b'{"features": [' + b" " * 1_100_000 + b"]}",
    ],
)
def test_rubbish_is_said_to_be(service, body):
    service.pieces = [body]
    with pytest.raises(ServiceError, match=r"réponse (illisible|sans liste d’adresses|trop longue)"):
        geocoder.search("1 rue", base_url=service.url)


REFUSED = json.dumps(
    {"code": 400, "message": "Failed parsing query", "detail": ["q: must start with a letter"]}
)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        (". AV. du Général de Gaulle", "AV. du Général de Gaulle"),
        (" (Bât. A) 12 rue Longue", "Bât. A) 12 rue Longue"),
        ("_-«\u202f12 rue Longue", "12 rue Longue"),
        ("Église, place d’Armes", "Église, place d’Armes"),
    ],
)
def test_what_leads_a_text_is_not_sent(service, text, sent):
    geocoder.search(text, base_url=service.url)
    assert parse_qs(urlsplit(service.asked[0].path).query)["q"] == [sent]


def test_an_address_that_the_service_refuses_stops_no_other(service):
    refused = {"status": 400, "pieces": [REFUSED.encode()]}
    service.replies = [{}, refused, {}]
    rows = pd.Series(["1 rue Longue", "2 rue Refusée", "??", "3 rue Longue"])
    found = addresses.locate(rows, lambda text: geocoder.search(text, base_url=service.url)[0])
    assert found["faute"].tolist() == ["", "adresse introuvable", "adresse introuvable", ""]
    assert found["lon"].notna().tolist() == [True, False, False, True]
    assert len(service.asked) == 3
    service.replies = [refused]
    with pytest.raises(ArgumentError, match="n’a pas compris"):
        geocoder.search("1 rue", base_url=service.url)


@pytest.mark.parametrize("status", [302, 404, 500, 503])
def test_errors_and_redirections(service, status):
    service.status, service.headers = status, {"Location": "http://127.0.0.1:1/"}
    with pytest.raises(ServiceError, match=f"code {status}"):
        geocoder.search("1 rue", base_url=service.url)


def test_slow_to_begin_and_slow_to_end(service, monkeypatch):
    assert http_session.TIMEOUT_S == 3
    monkeypatch.setattr(http_session, "TIMEOUT_S", 0.3)
    service.wait_s = 1
    begun = time.monotonic()
    with pytest.raises(ServiceError, match="pas de réponse"):
        geocoder.search("1 rue", base_url=service.url)
    # Each piece comes in time, the whole does not.
    service.wait_s, service.drip_s, service.pieces = 0, 0.1, [b" " * 9000] * 20
    with pytest.raises(ServiceError, match="pas de réponse"):
        geocoder.search("1 rue", base_url=service.url)
    assert time.monotonic() - begun < 1.5


def test_nobody_answers(service):
    service.shutdown()
    service.server_close()
    with pytest.raises(ServiceError, match="injoignable"):
        geocoder.search("1 rue", base_url=service.url)


def test_busy_service_is_left_alone_as_long_as_it_asks(service, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(http_session.time, "monotonic", lambda: now[0])
    service.status, service.headers = 429, {"Retry-After": "30"}
    for _ in range(2):
        with pytest.raises(ServiceBusyError, match="réessayer dans 30 s"):
            geocoder.search("1 rue", base_url=service.url)
    assert len(service.asked) == 1
    service.status, service.headers = 200, {}
    now[0] += 31
    assert len(geocoder.search("1 rue", base_url=service.url)) == 1
    assert len(service.asked) == 2


@pytest.mark.parametrize("text", ["", "ab", "   a  ", "...ab", "x" * 201])
def test_text_too_short_or_too_long_is_not_sent(service, text):
    with pytest.raises(ArgumentError, match="de 3 à 200 signes"):
        geocoder.search(text, base_url=service.url)
    assert service.asked == []


@pytest.mark.parametrize("base", ["http://data.geopf.fr/geocodage", "file:///etc", "ftp://127.0.0.1"])
def test_plain_http_is_for_the_loopback_alone(base):
    with pytest.raises(ArgumentError, match="https"):
        geocoder.search("1 rue", base_url=base)
