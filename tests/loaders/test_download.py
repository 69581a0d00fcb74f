"""Files of the network, played by a server of the loopback that sends them, or does each thing wrong."""

import io
import socket
import time
import zipfile

import pytest

from errors import ArgumentError, ServiceBusyError, ServiceError
from loaders.live import download, geocoder, http_session, isochrones
from loaders.live.download import Patience, Validators, fetch
from tests.loaders.faults import HOURS_AWAY, LASTING

GOOD = b'{"type": "FeatureCollection", "features": [' + b"0," * 5000 + b"0]}"
LIMIT = 100_000


@pytest.fixture
def service(service, monkeypatch):
    monkeypatch.setattr(download, "BACKOFF_S", 0.001)
    monkeypatch.setattr(http_session, "PAUSE_S", 0.01)
    service.pieces, service.headers = [GOOD], {"Content-Length": str(len(GOOD))}
    return service


def get(service, folder, **options):
    options = {"service": "Source", "max_bytes": LIMIT, "loopback": True} | options
    return fetch(service.url + "/fichier", folder, **options)


def test_a_file_comes_whole_with_its_validators(service, tmp_path):
    service.headers |= {"ETag": '"v1"', "Last-Modified": "Mon, 23 Nov 2026 10:00:00 GMT"}
    seen = []
    got = get(service, tmp_path, on_bytes=lambda *step: seen.append(step))
    assert got.path.read_bytes() == GOOD
    assert got.validators == Validators('"v1"', "Mon, 23 Nov 2026 10:00:00 GMT")
    assert seen[-1] == (len(GOOD), len(GOOD))
    assert service.asked[0].headers["User-Agent"].startswith("AtlasDesPossibles/")


def test_an_unchanged_file_is_not_sent_again(service, tmp_path):
    known = Validators('"v1"', "Mon, 23 Nov 2026 10:00:00 GMT")
    service.replies = [{"status": 304, "headers": {}, "pieces": [b""]}]
    got = get(service, tmp_path, known=known)
    assert (got.path, got.validators) == (None, known)
    assert service.asked[0].headers["If-None-Match"] == '"v1"'
    assert service.asked[0].headers["If-Modified-Since"] == known.last_modified


@pytest.mark.parametrize("fault", LASTING)
def test_what_goes_wrong_is_said_and_leaves_no_file(service, tmp_path, fault):
    reply, said = LASTING[fault]
    service.replies = [reply(GOOD) for _ in range(8)]
    with pytest.raises(ServiceError, match=said):
        get(service, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("fault", ["en panne", "indisponible", "coupé", "export interrompu", "vide"])
def test_what_passes_is_waited_for(service, tmp_path, fault):
    service.replies = [LASTING[fault][0](GOOD) for _ in range(3)]
    assert get(service, tmp_path).path.read_bytes() == GOOD
    assert len(service.asked) == 4
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("fault", ["absent", "refusé", "page web", "redirigé en http"])
def test_what_does_not_pass_is_asked_once(service, tmp_path, fault):
    service.replies = [LASTING[fault][0](GOOD)]
    with pytest.raises(ServiceError):
        get(service, tmp_path)
    assert len(service.asked) == 1


def test_a_busy_service_is_waited_for_as_long_as_it_asks(service, tmp_path):
    service.replies = [{"status": 429, "headers": {"Retry-After": "1"}, "pieces": [b""]}]
    assert get(service, tmp_path).path.stat().st_size == len(GOOD)
    assert service.times[1] - service.times[0] >= 1


def test_hours_are_not_waited_for(service, tmp_path):
    service.replies = [LASTING["trop de demandes, des heures"][0](GOOD)]
    with pytest.raises(ServiceBusyError) as caught:
        get(service, tmp_path)
    assert caught.value.wait_s == pytest.approx(HOURS_AWAY * 3600, abs=60)
    assert len(service.asked) == 1


def test_redirections_are_followed_and_counted(service, tmp_path):
    hop = {"status": 302, "headers": {"Location": "/ailleurs"}, "pieces": [b""]}
    service.replies = [hop] * 5
    assert get(service, tmp_path).path.read_bytes() == GOOD
    assert service.asked[-1].path == "/ailleurs"


@pytest.mark.parametrize("private", ["127.0.0.1", "169.254.169.254", "[::1]", "192.168.1.1", "localhost"])
def test_no_redirection_to_the_machine_or_its_network(service, tmp_path, private):
    service.replies = [{"status": 307, "headers": {"Location": f"https://{private}/x"}, "pieces": [b""]}]
    with pytest.raises(ServiceError, match="adresse privée"):
        get(service, tmp_path)


def test_a_name_may_stand_for_a_private_address(service, tmp_path, monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.1.2.3", 443))]
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *a, **k: found if host == "source.fr" else real(host, *a, **k)
    )
    service.replies = [{"status": 307, "headers": {"Location": "https://source.fr/x"}, "pieces": [b""]}]
    with pytest.raises(ServiceError, match="adresse privée"):
        get(service, tmp_path)


@pytest.mark.parametrize("headers", [{}, {"Content-Length": str(LIMIT + 10)}])
def test_too_large(service, tmp_path, headers):
    service.headers, service.pieces = headers, [b"[" + b"1" * (LIMIT + 8) + b"]"]
    with pytest.raises(ServiceError, match="plus de 0 Mo"):
        get(service, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_drip_is_cut_at_the_deadline(service, tmp_path):
    service.drip_s, service.pieces = 0.05, [GOOD[at : at + 10] for at in range(0, 1000, 10)]
    begun = time.monotonic()
    with pytest.raises(ServiceError, match="fichier incomplet après"):
        get(service, tmp_path, patience=Patience(total_s=0.4))
    assert time.monotonic() - begun < 2
    assert list(tmp_path.iterdir()) == []


def test_silence_is_a_fault(service, tmp_path):
    service.wait_s = 1
    with pytest.raises(ServiceError, match="pas de réponse"):
        get(service, tmp_path, patience=Patience(read_s=0.1, tries=2, total_s=5))
    assert len(service.asked) == 2


def test_half_an_archive(service, tmp_path):
    inside = io.BytesIO()
    with zipfile.ZipFile(inside, "w") as archive:
        archive.writestr("a.json", GOOD)
    whole = inside.getvalue()
    service.headers, service.pieces = {}, [whole[: len(whole) // 2]]
    with pytest.raises(ServiceError, match="archive tronquée"):
        get(service, tmp_path)
    service.pieces = [whole]
    assert get(service, tmp_path).path.stat().st_size == len(whole)


def test_half_a_document(service, tmp_path):
    service.headers, service.pieces = {}, [GOOD[:-1]]
    with pytest.raises(ServiceError, match="JSON tronqué"):
        get(service, tmp_path)


def test_offline_nothing_is_asked(service, tmp_path, monkeypatch):
    monkeypatch.setenv("ATLAS_HORS_LIGNE", "1")
    for asking in (
        lambda: get(service, tmp_path),
        lambda: http_session.get_json(service.url, params={}, service="Source", loopback=True),
        lambda: geocoder.search("1 rue de la République", base_url=service.url),
    ):
        with pytest.raises(ServiceError, match="hors ligne"):
            asking()
    assert service.asked == []


@pytest.mark.parametrize("switch", ["0", "non", ""])
def test_the_switch_may_be_off(service, tmp_path, monkeypatch, switch):
    monkeypatch.setenv("ATLAS_HORS_LIGNE", switch)
    assert get(service, tmp_path).path.stat().st_size == len(GOOD)


def test_production_accepts_nothing_but_https(service, tmp_path, monkeypatch):
    with pytest.raises(ArgumentError, match="https"):
        get(service, tmp_path, loopback=False)
    monkeypatch.setenv("ATLAS_PRODUCTION", "1")
    for asking in (
        lambda: get(service, tmp_path),
        lambda: geocoder.search("1 rue de la République", base_url=service.url),
    ):
        with pytest.raises(ArgumentError, match="en production"):
            asking()
    assert service.asked == []


@pytest.mark.parametrize("proxy", ["HTTPS_PROXY", "https_proxy"])
def test_the_proxy_of_the_environment_is_used(tmp_path, monkeypatch, proxy):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5)
        monkeypatch.setenv(proxy, f"http://127.0.0.1:{listening.getsockname()[1]}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        with pytest.raises(ServiceError, match="pas de réponse"):
            fetch(
                "https://source.example/fichier",
                tmp_path,
                service="Source",
                max_bytes=LIMIT,
                patience=Patience(connect_s=0.2, read_s=0.2, tries=1),
            )
        asked, _ = listening.accept()
        with asked:
            assert asked.recv(100).startswith(b"CONNECT source.example:443")


def test_a_full_disk_is_no_fault_of_the_service(service, tmp_path, monkeypatch):
    def full(*_args, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(download._Try, "_check_whole", full)
    with pytest.raises(OSError, match="No space left"):
        get(service, tmp_path)


def test_isochrones_say_that_the_atlas_is_offline(monkeypatch):
    monkeypatch.setenv("ATLAS_HORS_LIGNE", "1")
    with pytest.raises(ServiceError, match="hors ligne"):
        http_session.get_json(isochrones.BASE_URL, params={}, service=isochrones.SERVICE)
