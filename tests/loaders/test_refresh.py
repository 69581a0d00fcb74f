"""Sources fetched again from producers that a server of the loopback plays: what comes is whole, or nothing changes."""

import datetime as dt
import json
import re
import shutil
import subprocess
import sys
import threading
import time
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

import pytest
from filelock import FileLock

from errors import ArgumentError, SourceContentError, SourceMissingError
from loaders import catalogue, refresh
from loaders.live import download, http_session, renewal
from loaders.live.download import Patience
from loaders.live.register import BY_HAND, OFFICIAL
from loaders.live.renewal import Changes
from loaders.paths import ROOT
from loaders.record import record
from tests.loaders import live
from tests.loaders.faults import LASTING
from tests.loaders.folders import EMBEDDED, cells, check_whole, digests, linked


def today():
    """Give the day in Paris, asked when it is compared: a run may go past midnight."""
    return dt.datetime.now(tz=ZoneInfo("Europe/Paris")).date().isoformat()


@pytest.fixture
def service(service, monkeypatch):
    monkeypatch.setattr(download, "BACKOFF_S", 0.001)
    monkeypatch.setattr(http_session, "PAUSE_S", 0.01)
    service.answer, service.headers = live.answer, {}
    return service


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    return shutil.copytree(EMBEDDED, tmp_path_factory.mktemp("copie") / "data")


@pytest.fixture
def data_dir(copied, tmp_path):
    return linked(copied, tmp_path / "data")


#: The fields that the loaders read: one that the service does not know fails the whole question.
DATA_ES = """\
equip_numero equip_type_name new_code equip_coordonnees equip_nom inst_nom inst_adresse inst_cp new_name
equip_acc_libre equip_service_date equip_prop_type equip_gest_type"""
ANNUAIRE = """\
identifiant_de_l_etablissement nom_etablissement type_etablissement statut_public_prive code_commune
libelle_nature appartenance_education_prioritaire latitude longitude etat"""


def renew(service, source_id, data_dir, **options):
    return refresh.refresh(source_id, data_dir=data_dir, url=service.url, **options)


def sends(service, body, of):
    """Send this for one source, and the right answer for what else it asks."""
    service.answer = lambda path: body if live.source_of(unquote(path)) == of else live.answer(path)


@pytest.mark.parametrize("source_id", live.SOURCES)
def test_a_source_that_has_not_changed_is_said_to_be_today_s(service, data_dir, source_id):
    if source_id in live.RICHER:
        assert renew(service, source_id, data_dir).changed
    before, told = digests(data_dir), cells(data_dir, source_id)
    # What passes is waited for.
    service.replies = [LASTING["en panne"][0](b""), LASTING["coupé"][0](live.body(source_id))]
    service.replies.append({"status": 429, "headers": {"Retry-After": "0"}, "pieces": [b""]})
    result = renew(service, source_id, data_dir)
    assert not service.replies
    assert (result.outcome, result.reason) == (refresh.UNCHANGED, "")
    rows = result.changes.before
    assert result.changes == Changes(before=rows, after=rows)
    after = digests(data_dir)
    tables = {"sources.csv", "qualite.csv", "empreintes.csv"}
    assert {name for name in after if after[name] != before.get(name)} <= tables
    row = cells(data_dir, source_id)
    assert row["telecharge_le"] == today()
    assert row["titre"] == told["titre"]
    assert refresh.last_attempt(source_id, data_dir=data_dir).fault == ""


def test_stations_that_come_go_change_and_move(service, data_dir):
    found = [dict(station) for station in live.stations()]
    found[1]["name"] = "Renommée"
    found[2]["lat"] += 0.001
    found[3]["lat"] += 0.001
    found[3]["capacity"] = found[3].get("capacity", 0) + 1
    sends(service, live.gbfs([*found[1:], found[0] | {"station_id": "neuve"}]), "velos")
    result = renew(service, "velos", data_dir)
    assert (result.changed, result.refused) == (True, False)
    assert result.changes == Changes(before=len(found), after=len(found), added=1, gone=1, edited=2, moved=2)
    row = cells(data_dir, "velos")
    told = (row["date"], row["millesime"], row["lignes_lues"])
    assert told == ("2026-11-24", "24 novembre 2026", str(len(found)))
    assert row["empreinte"] != cells(EMBEDDED, "velos")["empreinte"]
    check_whole(data_dir)


def test_the_version_of_before_is_kept_and_put_back(service, data_dir):
    before = digests(data_dir)
    sends(service, live.gbfs(live.stations()[:200]), "velos")
    assert renew(service, "velos", data_dir).changed
    changed = digests(data_dir)
    whole = len(live.stations())
    changes = refresh.revert("velos", data_dir=data_dir).changes
    assert changes == Changes(before=200, after=whole, added=whole - 200)
    assert digests(data_dir)["transport/velos_stations.csv"] == before["transport/velos_stations.csv"]
    assert cells(data_dir, "velos") == cells(EMBEDDED, "velos")
    assert refresh.revert("velos", data_dir=data_dir).changed
    again = digests(data_dir)
    assert again["transport/velos_stations.csv"] == changed["transport/velos_stations.csv"]
    check_whole(data_dir)


def test_nothing_to_put_back(data_dir):
    result = refresh.revert("qpv", data_dir=data_dir)
    assert result.refused
    assert "aucune version précédente" in result.reason


def test_brownfields_of_the_national_file(service, data_dir):
    table = live.sites()
    table.loc[0, "site_nom"] = 'Usine \\"A\\" ; hangar'
    raw = live.standard(table).replace(b'\\""', b'\\"')
    service.headers = {"Last-Modified": "Tue, 03 Nov 2026 04:00:00 GMT"}
    sends(service, raw, "friches")
    result = renew(service, "friches", data_dir)
    assert result.changes == Changes(before=len(table), after=len(table), edited=1)
    assert cells(data_dir, "friches")["date"] == "2026-11-03"
    assert cells(data_dir, "friches")["millesime"] == "fichier national du 3 novembre 2026"


def test_an_unchanged_file_is_not_sent_again(service, data_dir):
    service.headers = {"ETag": '"v1"'}
    assert renew(service, "friches", data_dir).outcome == refresh.UNCHANGED
    service.replies = [{"status": 304, "headers": {}, "pieces": [b""]}]
    assert renew(service, "friches", data_dir).outcome == refresh.UNCHANGED
    assert len(service.asked) == 2
    assert service.asked[1].headers["If-None-Match"] == '"v1"'
    # Another territory is another extract, whatever the producer's file.
    path = data_dir / "territoire.toml"
    text = path.read_text(encoding="utf-8") + "\n"
    path.unlink()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(
        SourceContentError, match=r"territoire.toml : .* python -m loaders record territoire.toml"
    ):
        renew(service, "friches", data_dir)
    record(["territoire.toml"], data_dir=data_dir)
    renew(service, "friches", data_dir)
    assert service.asked[2].headers["If-None-Match"] is None


def test_territories_are_asked_by_epci_then_one_by_one(service, data_dir):
    near = [f for f in json.loads(live.body("communes"))["features"] if f["properties"]["code"] != "84089"]
    whole = live.body("communes")
    service.answer = lambda path: live.collection(near) if "codeEpci" in path else whole
    assert renew(service, "communes", data_dir).outcome == refresh.UNCHANGED
    paths = [request.path for request in service.asked]
    assert "codeEpci=200054807" in paths[0]
    assert "?code=84089&" in paths[1]


@pytest.mark.parametrize(
    ("source_id", "table", "fields", "found"),
    [
        ("sports", "data-es", DATA_ES, live.facilities()),
        ("colleges", "fr-en-annuaire-education", ANNUAIRE, live.establishments()),
    ],
    ids=["sports", "colleges"],
)
def test_exports_ask_for_what_is_read_of_communes_and_arrondissements_and_count(
    service, data_dir, source_id, table, fields, found
):
    assert renew(service, source_id, data_dir).changed
    export, told = service.asked
    for request in (export, told):
        assert {"13001", "84089", "13201", "13216"} <= set(live.codes_asked(request))
        assert urlsplit(request.path).path.startswith(f"/api/explore/v2.1/catalog/datasets/{table}/")
    query = parse_qs(urlsplit(export.path).query)
    assert urlsplit(export.path).path.endswith("/exports/json")
    assert query["limit"] == ["-1"]
    assert sorted(query["select"][0].split(",")) == sorted(fields.split()) == sorted(found[0])
    sends(service, live.exported(found[:-1]), source_id)
    result = renew(service, source_id, data_dir)
    assert f"export incomplet : {len(found) - 1} lignes reçues, {len(found)} annoncées" in result.reason


def test_a_facility_without_place_is_counted(service, data_dir):
    found = live.facilities()
    found[0]["equip_coordonnees"] = None
    sends(service, live.exported(found), "sports")
    assert renew(service, "sports", data_dir).changed
    row = cells(data_dir, "sports")
    assert [row[f"lignes_{what}"] for what in ("lues", "gardees", "ecartees")] == ["1300", "1299", "1"]


@pytest.mark.parametrize("source_id", live.SOURCES)
def test_what_a_service_does_wrong_changes_nothing(service, data_dir, source_id):
    before = digests(data_dir)
    for fault, (reply, said) in LASTING.items():
        service.replies = [reply(live.body(source_id)) for _ in range(8)]
        result = renew(service, source_id, data_dir)
        assert result.refused, fault
        assert re.search(said, result.reason), fault
        assert refresh.last_attempt(source_id, data_dir=data_dir).fault == result.reason
        http_session._resting_until.clear()
    service.replies = []
    service.drip_s, body = 0.1, live.body(source_id)
    service.replies = [{"pieces": [body[at : at + 50] for at in range(0, 1000, 50)], "headers": {}}]
    assert "fichier incomplet" in renew(service, source_id, data_dir, patience=Patience(total_s=0.2)).reason
    assert digests(data_dir) == before


def _as_latin1(source_id):
    text = live.collection(live.qpv_features()) if source_id == "qpv" else live.body(source_id)
    raw = text.decode("utf-8-sig").replace("Arrondissement", "arrondissement, été")
    raw = json.dumps(json.loads(raw), ensure_ascii=False) if raw[0] in "{[" else raw
    raw = raw.encode("iso-8859-1", errors="replace")
    return live.zipped(raw) if source_id == "qpv" else raw


COLUMN = {
    "communes": b'"population"',
    "arrondissements": b'"population"',
    "qpv": b'"lib_qp"',
    "velos": b'"station_id"',
    "friches": b'"site_statut"',
    "sports": b'"equip_type_name"',
    "colleges": b'"etat"',
}


def _without_column(source_id):
    if source_id == "qpv":
        return live.zipped(live.collection(live.qpv_features()).replace(COLUMN["qpv"], b'"nom"'))
    return live.body(source_id).replace(COLUMN[source_id], b'"autre"')


def _elsewhere(source_id):
    """Another territory: the right columns, none of the communes."""
    if source_id == "qpv":
        return live.zipped(live.collection(live.qpv_features()[-1:]))
    if source_id == "velos":
        return live.gbfs([s | {"lat": s["lat"] + 2.0} for s in live.stations()])
    if source_id == "friches":
        return live.standard(live.sites().assign(comm_insee="69123"))
    if source_id == "colleges":
        return live.body("colleges").replace(b'"code_commune": "13', b'"code_commune": "69')
    if source_id == "sports":
        place = {"lon": 4.85, "lat": 45.75}
        return live.exported([record | {"equip_coordonnees": place} for record in live.facilities()])
    return live.body(source_id).replace(b'"code": "1', b'"code": "6')


def _half(source_id):
    body = live.body(source_id)
    return body[: len(body) // 2]


DAMAGED = {
    "à moitié": _half,
    "autre encodage": _as_latin1,
    "colonne absente": _without_column,
    "autre territoire": _elsewhere,
}


@pytest.mark.parametrize("source_id", live.SOURCES)
def test_a_file_at_fault_changes_nothing(service, data_dir, source_id, monkeypatch):
    before = digests(data_dir)
    for damage, of in DAMAGED.items():
        sends(service, of(source_id), source_id)
        result = renew(service, source_id, data_dir)
        assert result.refused, damage
        assert "À faire" in result.reason
    monkeypatch.setattr(renewal, "MAX_BYTES", 500)
    assert "fichier de plus de" in renew(service, source_id, data_dir).reason
    assert digests(data_dir) == before


SHRUNK = {
    "qpv": lambda: live.zipped(live.collection(live.qpv_features()[:-7])),
    "velos": lambda: live.gbfs(live.stations()[::2]),
    "friches": lambda: live.standard(live.sites()[::2]),
}


@pytest.mark.parametrize("source_id", SHRUNK)
def test_a_version_that_lost_much_is_a_choice(service, data_dir, source_id):
    before = digests(data_dir)
    sends(service, SHRUNK[source_id](), source_id)
    result = renew(service, source_id, data_dir)
    assert result.refused
    assert "--accepter-la-baisse" in result.reason
    assert result.changes.after < result.changes.before
    assert digests(data_dir) == before
    assert renew(service, source_id, data_dir, accept_loss=True).changed


@pytest.mark.parametrize("damage", ["coupé", "illisible", "absent"])
def test_a_version_that_lost_much_is_seen_beside_a_damaged_extract(service, data_dir, damage):
    path = data_dir / "transport/velos_stations.csv"
    lines = path.read_bytes().splitlines(keepends=True)
    path.unlink()
    known = len(lines) - 1
    few = known * 2 // 3
    if damage != "absent":
        path.write_bytes(b"".join(lines[: known // 2]) if damage == "coupé" else b"\xff\xff")
    sends(service, live.gbfs(live.stations()[:few]), "velos")
    result = renew(service, "velos", data_dir)
    assert result.refused
    assert f"{few} lignes sur {known} (" in result.reason
    sends(service, live.gbfs(live.stations()[: known * 9 // 10]), "velos")
    assert renew(service, "velos", data_dir).changed
    check_whole(data_dir)


def test_archives_that_would_harm(service, data_dir):
    sends(service, live.zipped(b"0" * 5_000_000), "qpv")
    assert "archive refusée" in renew(service, "qpv", data_dir).reason
    sends(service, live.zipped(b"{}", name="../../WGS84.geojson"), "qpv")
    assert renew(service, "qpv", data_dir).refused
    assert not (data_dir.parent / "WGS84.geojson").exists()


def test_one_source_s_failure_touches_no_other(service, data_dir):
    service.answer = lambda path: b"<html>" if "942d4ee8" in path else live.answer(path)
    results = {
        result.source_id: result.outcome
        for result in refresh.refresh_all(["qpv", "velos", "lignes"], data_dir=data_dir, url=service.url)
    }
    assert results == {"qpv": refresh.REFUSED, "velos": refresh.UNCHANGED, "lignes": refresh.NOT_FETCHED}


def test_a_folder_of_the_territory_alone_becomes_whole(service, tmp_path):
    shutil.copy(EMBEDDED / "territoire.toml", tmp_path)
    results = list(refresh.refresh_all(data_dir=tmp_path, url=service.url))
    fetched = [result for result in results if result.outcome != refresh.NOT_FETCHED]
    assert [result.source_id for result in fetched] == [source.source_id for source in OFFICIAL]
    assert [(result.outcome, result.reason) for result in fetched] == [(refresh.CHANGED, "")] * len(fetched)
    assert [result.source_id for result in results[len(fetched) :]] == list(BY_HAND)
    assert all(result.reason for result in results[len(fetched) :])
    sources = catalogue.load(tmp_path / "sources.csv")
    assert set(sources) == {source.source_id for source in OFFICIAL}
    for source in sources.values():
        embedded = catalogue.load(EMBEDDED / "sources.csv")[source.source_id]
        assert source.fichier == embedded.fichier
        if source.source_id not in live.RICHER:
            assert (tmp_path / source.fichier).read_bytes() == (EMBEDDED / source.fichier).read_bytes()
    assert sources["velos"].titre == "Stations de vélos en libre-service levélo"
    assert sources["velos"].communes == {"13055"}


def test_every_source_of_the_catalogue_is_fetched_or_says_why_not():
    known = {source.source_id for source in OFFICIAL} | set(BY_HAND)
    assert set(catalogue.load()) <= known


def test_unknown_sources_and_folders(tmp_path, data_dir):
    with pytest.raises(ArgumentError, match="sources connues : communes"):
        refresh.refresh("qvp", data_dir=data_dir)
    with pytest.raises(SourceMissingError, match="territoire"):
        refresh.refresh("qpv", data_dir=tmp_path / "vide")


def test_two_at_once(service, data_dir):
    service.wait_s = 0.5
    first = []
    thread = threading.Thread(target=lambda: first.append(renew(service, "velos", data_dir)))
    thread.start()
    while not service.asked:
        time.sleep(0.01)
    second = renew(service, "qpv", data_dir)
    thread.join()
    assert (second.outcome, second.reason) == (refresh.REFUSED, "une actualisation est déjà en cours")
    assert first[0].outcome == refresh.UNCHANGED
    # The lock of a process that is gone holds nobody up.
    assert renew(service, "velos", data_dir).outcome == refresh.UNCHANGED


def test_another_process_s_lock_is_seen(service, data_dir):
    (data_dir / ".actualisation").mkdir(exist_ok=True)
    with FileLock(data_dir / ".actualisation" / "actualisation.lock"):
        assert "déjà en cours" in renew(service, "velos", data_dir).reason


def test_bytes_are_told(service, data_dir):
    seen = []
    renew(service, "velos", data_dir, on_progress=lambda *step: seen.append(step))
    assert seen[-1] == ("velos", len(live.body("velos")), None)


def test_offline_nothing_is_asked(service, data_dir, monkeypatch):
    monkeypatch.setenv("ATLAS_HORS_LIGNE", "1")
    assert "hors ligne" in renew(service, "velos", data_dir).reason
    assert service.asked == []


def test_the_command_says_what_came_of_each_source(data_dir):
    done = subprocess.run(
        [sys.executable, "-m", "loaders", "refresh", "velos", "sncf", "--dans", str(data_dir)],
        cwd=ROOT,
        env={"ATLAS_HORS_LIGNE": "1", "PATH": "", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    velos, sncf = done.stdout.splitlines()
    assert velos.startswith(
        "velos            refusée : Stations de vélos en libre-service : l’atlas est hors ligne"
    )
    assert sncf.startswith("sncf             non actualisée : ")
