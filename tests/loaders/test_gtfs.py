"""GTFS archives made by hand: which stops they hold, and how each damaged one ends."""

import io
import random
import zipfile

import numpy as np
import pandas as pd
import pytest

from benchmarks import gtfs as large
from errors import (
    ArgumentError,
    SourceContentError,
    SourceCrsError,
    SourceError,
    SourceFormatError,
)
from geo.crs import points_from_degrees
from loaders import transit
from loaders.brought import gtfs, gtfs_tables
from loaders.brought.gtfs_tables import with_modes
from loaders.quality import OFF_TERRITORY
from tests.loaders.gtfs_archives import ROUTES, STOP_TIMES, STOPS, TABLES, TRIPS, archive


def read(**options):
    tables = {
        name: options.pop(name) for name in ("stops", "routes", "trips", "stop_times") if name in options
    }
    return gtfs.read(archive(**tables), name="reseau.zip", **options)


def test_stops_of_the_small_network():
    stops = read()
    frame = stops.frame
    assert frame.crs.to_epsg() == 2154
    assert frame.index.tolist() == ["BLAN1", "BLAN4", "CAST", "ECOLE"]
    assert frame["nom"].tolist() == ["La Blancarde", "La Blancarde", "Castellane", "École d'Art"]
    assert frame["modes"].tolist() == [("tram", "bus"), ("bus",), ("metro", "bhns"), ("bhns",)]
    assert frame["lignes"].tolist() == [("54", "T1"), ("54",), ("B1", "M1"), ("B1",)]
    assert frame["nb_poteaux"].tolist() == [3, 1, 2, 1]
    assert frame["code_insee"].tolist() == ["13055"] * 4
    # Castellane where the station is, La Blancarde where the middle post is.
    expected = points_from_degrees([5.405, 5.405, 5.3838, 5.437], [43.2974, 43.299, 43.2858, 43.228])
    np.testing.assert_allclose(frame.geometry.x, expected.x, atol=1e-6)
    np.testing.assert_allclose(frame.geometry.y, expected.y, atol=1e-6)
    assert stops.lines == {"metro": 1, "tram": 1, "bhns": 1, "bus": 1, "": 1}
    assert stops.orphans == 0


def test_every_row_is_kept_or_set_aside_with_its_reason():
    stops = read()
    aside = {fault.identifiant: fault.faute for fault in stops.report.faults}
    assert aside == {
        "CASTE": f"{OFF_TERRITORY} (entrée ou nœud, pas un arrêt)",
        "QUAI": f"{OFF_TERRITORY} (autre mode)",
        "LOIN": OFF_TERRITORY,
        "VIDE": f"{OFF_TERRITORY} (arrêt sans passage)",
    }
    assert {fault.ligne for fault in stops.report.faults} == {5, 11, 12, 13}
    assert (stops.report.lignes_lues, stops.report.lignes_gardees) == (12, 8)


def test_what_the_archive_says_of_itself():
    notes = " ".join(read().notes)
    assert "calendrier n'est pas lu" in notes
    assert "100 m au plus" in notes
    assert "BHNS d'après leur seul numéro, à vérifier : B1" in notes
    assert "non lues : 1" in notes


@pytest.mark.parametrize(
    ("agency", "feed_info", "producer", "vintage"),
    [
        (None, None, "producteur non précisé par l'archive", "millésime non précisé par l'archive"),
        (
            "agency_id,agency_name\nA,Régie A\nB,Régie B\nC,Régie A\n",
            "feed_publisher_name,feed_start_date,feed_end_date\nÉditeur,20260901,20261231\n",
            "Régie A, Régie B",
            "horaires du 01/09/2026 au 31/12/2026",
        ),
        (
            "agency_name\nUn\nDeux\nTrois\nQuatre\n",
            "feed_publisher_name,feed_version\nÉditeur,7.1\n",
            "Un, Deux, Trois et 1 autre",
            "millésime non précisé par l'archive, version « 7.1 »",
        ),
        (
            "agency_id\nA\n",
            "feed_publisher_name,feed_start_date,feed_end_date\nÉditeur,2026-09-01,20261231\n",
            "Éditeur",
            "horaires jusqu'au 31/12/2026",
        ),
        (
            "",
            "feed_publisher_name,feed_start_date\nÉditeur,20260901\n",
            "Éditeur",
            "horaires à partir du 01/09/2026",
        ),
        (
            "rien",
            "feed_lang\n",
            "producteur non précisé par l'archive",
            "millésime non précisé par l'archive",
        ),
    ],
    ids=["silent", "both", "many", "blank day", "start alone", "unreadable"],
)
def test_who_made_an_archive_and_for_which_days(agency, feed_info, producer, vintage, caplog):
    given = {"agency": agency, "feed_info": feed_info}
    raw = archive(**{name: text and text.encode() for name, text in given.items() if text is not None})
    stops = gtfs.read(raw, name="reseau.zip")
    source = gtfs.source_of(stops, name="reseau.zip")
    assert (source.producteur, source.millesime) == (producer, vintage)
    assert (source.lignes_lues, source.lignes_gardees, source.lignes_ecartees) == (12, 8, 4)
    assert ("agency.txt : fichier vide" in caplog.text) == (agency == "")
    assert ("feed_info.txt : aucune ligne" in caplog.text) == (feed_info == "feed_lang\n")
    # It does not say where the absence of a stop means that there is none.
    assert source.communes == frozenset()


@pytest.mark.parametrize("as_path", [True, False])
def test_transit_reads_it(tmp_path, as_path):
    path = tmp_path / "reseau.zip"
    path.write_bytes(archive())
    source = {"source": path} if as_path else {"source": path.read_bytes(), "name": "reseau.zip"}
    assert transit.load_stops(**source).index.tolist() == ["BLAN1", "BLAN4", "CAST", "ECOLE"]
    assert transit.read_stops(**source, bhns=[]).doubtful == ()


SAME = {
    "BOM in every table": {name[:-4]: b"\xef\xbb\xbf" + table for name, table in TABLES.items()},
    "Windows line ends": {name[:-4]: table.replace(b"\n", b"\r\n") for name, table in TABLES.items()},
    "Windows-1252": {"stops": STOPS.decode().encode("cp1252"), "routes": ROUTES.decode().encode("cp1252")},
    "quotes": {"stop_times": b'"trip_id","stop_id"\n' + b"\n".join(
        b'"' + row.split(b",")[0] + b'","' + row.split(b",")[3] + b'"' for row in STOP_TIMES.splitlines()[1:]
    )},
    "spaces": {"stop_times": STOP_TIMES.replace(b",", b" , "), "trips": TRIPS.replace(b",", b", ")},
    "a comma at each end": {"stop_times": STOP_TIMES.replace(b"\n", b",\n")},
    "swapped axes of one": {"stops": STOPS.replace(b"43.22800,5.43700", b"5.43700,43.22800")},
    "a repeated trip": {"trips": TRIPS + b"R5,S,t1\n"},
    "a repeated stop": {"stops": STOPS + b"CAST1,Ailleurs,43.3,5.4,0,\n"},
}  # fmt: skip


@pytest.mark.parametrize("tables", SAME.values(), ids=SAME)
def test_other_ways_of_writing_the_same(tables):
    frame, expected = read(**tables).frame, read().frame
    pd.testing.assert_frame_equal(frame.drop(columns="geometry"), expected.drop(columns="geometry"))
    np.testing.assert_allclose(frame.distance(expected), 0, atol=1e-6)


def test_encoding_is_said():
    assert "Encodage reconnu : Windows-1252" in read(stops=STOPS.decode().encode("cp1252")).notes


@pytest.mark.parametrize("folder", ["gtfs/", "a/b/"])
def test_archives_may_have_a_folder_and_apples_copies(folder):
    raw = archive(TABLES, folder=folder)
    buffer = io.BytesIO(raw)
    with zipfile.ZipFile(buffer, "a") as file:
        file.writestr(f"__MACOSX/{folder}._stops.txt", b"x")
        file.writestr(f"__MACOSX/{folder}stops.txt", b"x")
        file.writestr(f"{folder}shapes.txt", b"0" * 50_000_000, zipfile.ZIP_DEFLATED)  # never inflated
    assert len(gtfs.read(buffer.getvalue(), name="a.zip").frame) == 4


def test_pieces_make_the_whole(monkeypatch):
    whole = read()
    monkeypatch.setattr(gtfs_tables, "CHUNK_ROWS", 3)
    pd.testing.assert_frame_equal(read().frame, whole.frame)


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("0", "tram"), ("900", "tram"), ("906", "tram"), ("907", ""), ("1", "metro"), ("400", "metro"),
        ("401", "metro"), ("405", ""), ("3", "bus"), ("700", "bus"), ("702", "bus"), ("704", "bus"), ("800", "bus"),
        ("11", "bus"), ("200", "bus"), ("2", ""), ("100", ""), ("109", ""), ("4", ""), ("1000", ""), ("6", ""),
        ("712", ""), ("715", ""), ("", ""), ("bus", ""), ("-1", ""), ("3.0", "bus"),
    ],
)  # fmt: skip
def test_modes_by_type(kind, mode):
    routes = pd.DataFrame({"route_id": ["r"], "route_type": [kind], "route_short_name": ["12"]})
    assert with_modes(routes, bhns=None)["mode"].tolist() == [mode]


@pytest.mark.parametrize(
    ("short", "long", "kind", "mode", "doubtful"),
    [
        ("B1", "", "3", "bhns", True),
        ("B3A", "", "700", "bhns", True),
        ("B10", "", "3", "bus", False),
        ("B", "", "3", "bus", False),
        ("b1", "", "3", "bus", False),
        ("B1", "", "0", "tram", False),
        ("12", "BHNS Gare - Campus", "3", "bhns", False),
        ("B2", "TCSP nord", "3", "bhns", False),
        ("12", "Bus à Haut Niveau de Service", "3", "bhns", False),
        ("12", "Bhnsville", "3", "bus", False),
        ("12", "BHNS fluvial", "4", "", False),
    ],
)
def test_bhns_by_name(short, long, kind, mode, doubtful):
    routes = pd.DataFrame(
        {"route_id": ["r"], "route_type": [kind], "route_short_name": [short], "route_long_name": [long]}
    )
    told = with_modes(routes, bhns=None)
    assert told["mode"].tolist() == [mode]
    assert told["bhns_par_numero"].tolist() == [doubtful]


def test_bhns_by_the_user():
    stops = read(bhns=["54"])
    assert stops.lines == {"metro": 1, "tram": 1, "bhns": 1, "bus": 1, "": 1}
    assert stops.doubtful == ()
    assert stops.frame.loc["BLAN4", "modes"] == ("bhns",)
    assert stops.frame.loc["ECOLE", "modes"] == ("bus",)
    assert read(bhns=["R3"]).frame.loc["ECOLE", "modes"] == ("bhns",)
    none = read(bhns=[])
    assert none.lines["bhns"] == 0
    assert any("Aucune ligne de bus ne se dit BHNS" in note for note in none.notes)
    with pytest.raises(ArgumentError, match="T1, Z9"):
        read(bhns=["Z9", "T1"])  # a tram is no BHNS
    with pytest.raises(ArgumentError, match="collection"):
        read(bhns="B1")


def test_names_of_lines_without_a_short_one():
    routes = pd.DataFrame(
        {
            "route_id": ["a", "b", "a", ""],
            "route_type": "3",
            "route_short_name": "",
            "route_long_name": ["Navette", "", "Autre", "Sans"],
        }
    )
    assert with_modes(routes, bhns=None)["ligne"].to_dict() == {"a": "Navette", "b": "b"}


def posts(*rows):
    return ("stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n" + "\n".join(rows)).encode()


def times(*stops, trip="t4"):
    return ("trip_id,stop_id\n" + "\n".join(f"{trip},{stop}" for stop in stops)).encode()


def test_a_station_that_is_away_leaves_its_posts_by_name():
    stops = read(
        stops=posts(
            "a,Place,43.30000,5.40000,0,PERDUE",
            "b,PLACE,43.30050,5.40000,0,PERDUE",
            "c,Gare,43.31000,5.40000,0,NUE",
            "NUE,Gare,,,1,",
            *(f"x{i},Loin {i},43.32,5.4{i},0," for i in range(9)),
        ),
        stop_times=times("a", "b", "c"),
    )
    assert stops.frame.index.tolist() == ["a", "c"]
    assert stops.frame["nb_poteaux"].tolist() == [2, 1]
    kept = {fault.identifiant: fault.faute for fault in stops.report.faults if fault.suite == "conservée"}
    assert kept == dict.fromkeys("abc", "station parente absente ou sans position")


def test_passages_at_a_station_itself_count():
    stops = read(
        stops=posts("S,Gare,43.30,5.40,1,", "p,Quai,43.3001,5.40,0,S", "T,Vide,43.31,5.40,1,"),
        stop_times=times("S", "p"),
    )
    assert stops.frame.index.tolist() == ["S"]
    assert stops.frame["nb_poteaux"].tolist() == [2]
    assert [fault.faute for fault in stops.report.faults] == [
        f"{OFF_TERRITORY} (station sans arrêt desservi)"
    ]


def test_names_apart_and_no_names_are_not_grouped():
    stops = read(
        stops=posts(
            "a,Place,43.30000,5.40000,0,", "b,Placette,43.30000,5.40000,0,", "c,,43.30000,5.40000,0,",
            "d,,43.30000,5.40000,0,",
        ),
        stop_times=times("a", "b", "c", "d"),
    )  # fmt: skip
    assert stops.frame.index.tolist() == ["a", "b", "c", "d"]


def test_a_little_around_the_communes():
    """Cassis is no commune of the contrat, and begins at the edge of Marseille; Toulon is 40 km off."""
    stops = read(
        stops=posts("a,Dedans,43.30,5.40,0,", "b,Cassis bord,43.2250,5.5150,0,", "c,Toulon,43.12,5.93,0,"),
        stop_times=times("a", "b", "c"),
    )
    assert stops.frame.index.tolist() == ["a", "b"]
    assert stops.frame["code_insee"].tolist() == ["13055", ""]
    assert [fault.identifiant for fault in stops.report.faults] == ["c"]


def test_passages_that_lead_nowhere_are_counted():
    stops = read(
        stop_times=STOP_TIMES + b"t99,,,CAST1,1\nt1,,,INCONNU,2\nt1,,,,3\nt1\n", trips=TRIPS + b"R99,S,t6\n"
    )
    assert stops.orphans == 4
    assert any("inconnu, non lus : 4" in note for note in stops.notes)
    assert len(stops.frame) == 4


def test_a_row_without_a_place_is_set_aside():
    many = [f"m{i},Arrêt {i},43.3,5.4,0," for i in range(40)]
    stops = read(
        stops=posts(
            *many, "nul,Zéro,0,0,0,", "vide,Vide,,,0,", "texte,Texte,nord,5.4,0,", "x,Type,43.3,5.4,9,"
        ),
        stop_times=times(*(f"m{i}" for i in range(40)), "nul", "vide", "texte", "x"),
    )
    assert len(stops.frame) == 40
    told = {(fault.identifiant, fault.suite): fault.faute for fault in stops.report.faults}
    assert told == {
        ("nul", "écartée"): "coordonnées hors de France",
        ("vide", "écartée"): "coordonnées absentes",
        ("texte", "corrigée"): "texte au lieu d'un nombre (lat)",
        ("texte", "écartée"): "coordonnées absentes",
        ("x", "écartée"): "type d'arrêt inconnu (location_type)",
    }


def bomb():
    return archive(stop_times=b"trip_id,stop_id\n" + b"t1,CAST1\n" * 3_000_000)


def half(raw):
    return raw[: len(raw) // 2]


def corrupted(raw):
    """Change a byte within the compressed passages."""
    at = raw.index(b"stop_times.txt") + 60
    return raw[:at] + bytes([raw[at] ^ 0xFF]) + raw[at + 1 :]


def locked(raw):
    """Set the flag of encryption on the first member of the directory."""
    at = raw.index(b"PK\x01\x02") + 8
    return raw[:at] + b"\x01" + raw[at + 1 :]


def twice():
    buffer = io.BytesIO(archive())
    with zipfile.ZipFile(buffer, "a") as file:
        file.writestr("autre/stops.txt", STOPS)
    return buffer.getvalue()


SWAPPED = posts(*(f"s{i},Arrêt,5.4{i},43.30,0," for i in range(5)))
METRES = posts(*(f"s{i},Arrêt,6247000,89300{i},0," for i in range(5)))
NICE = posts(*(f"s{i},Arrêt,43.7{i},7.26,0," for i in range(5)))
REFUSED = {
    "blank": (b"  ", SourceFormatError, "fichier vide"),
    "text": (b"stop_id,stop_name\n", SourceFormatError, "pas une archive ZIP"),
    "web page": (b"<!DOCTYPE html><html>", SourceFormatError, "page web, pas une archive ZIP"),
    "half an archive": (half(archive()), SourceFormatError, "tronquée ou endommagée"),
    "only its start": (b"PK\x03\x04", SourceFormatError, "tronquée ou endommagée"),
    "corrupted": (corrupted(archive()), SourceFormatError, "stop_times.txt : fichier illisible ou tronqué"),
    "locked": (locked(archive()), SourceFormatError, "mot de passe"),
    "bomb": (bomb(), SourceContentError, "archive refusée : 4 fichiers et 27 Mo"),
    "a workbook": (archive({"xl/workbook.xml": b"<x/>"}), SourceFormatError, "n'est pas un GTFS, il manque : stops.txt, routes"),
    "without passages": (archive(stop_times=None), SourceFormatError, "incomplète, il manque : stop_times.txt"),
    "two networks": (twice(), SourceContentError, "plusieurs fichiers stops.txt"),
    "without latitudes": (
        archive(stops=STOPS.replace(b"stop_lat", b"latitude")), SourceFormatError, r"fichier stops.txt : colonne absente : « stop_lat »",
    ),
    "passages without stops": (
        archive(stop_times=STOP_TIMES.replace(b"stop_id", b"arret")), SourceFormatError,
        r"reseau.zip, fichier stop_times.txt : colonne absente : « stop_id »",
    ),
    "semicolons": (
        archive(trips=TRIPS.replace(b",", b";")), SourceFormatError, "trips.txt : colonnes absentes : « route_id », « trip_id »",
    ),
    "blank passages": (archive(stop_times=b""), SourceFormatError, "stop_times.txt : colonnes absentes"),
    "blank stops": (archive(stops=b""), SourceFormatError, "stops.txt : fichier vide"),
    "only a header": (archive(stops=STOPS.split(b"\n")[0]), SourceFormatError, "stops.txt : aucune ligne"),
    "no passage": (archive(stop_times=STOP_TIMES.split(b"\n")[0]), SourceContentError, "aucune ligne ne concerne"),
    "no trip": (archive(trips=TRIPS.split(b"\n")[0]), SourceContentError, "aucune ligne ne concerne"),
    "open quotes in the passages": (
        archive(stop_times=STOP_TIMES + b't1,"06:00'), SourceFormatError, "stop_times.txt : fichier illisible ou tronqué",
    ),
    "open quotes in the stops": (archive(stops=STOPS + b'Z,"Place'), SourceFormatError, "stops.txt : ligne 14 illisible"),
    "a stop cut short": (archive(stops=STOPS[:-20]), SourceFormatError, "stops.txt : fichier tronqué"),
    "swapped axes": (archive(stops=SWAPPED), SourceCrsError, "inversées"),
    "metres": (archive(stops=METRES), SourceCrsError, "en mètres"),
    "no coordinates": (archive(stops=posts("a,Arrêt,,,0,")), SourceFormatError, "aucune coordonnée lisible"),
    "another town": (archive(stops=NICE), SourceCrsError, "aucune coordonnée n'est dans l'emprise du territoire"),
    "trains alone": (
        archive(routes=b"route_id,route_type\nR1,2\nR2,2\n"), SourceContentError, "aucune ligne de métro, de tramway ou de bus",
    ),
    "faulty rows": (
        archive(stops=STOPS + b"a,A,,,0,\nb,B,,,0,\n"), SourceContentError, "2 lignes fautives sur 14",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("raw", "error", "said"), REFUSED.values(), ids=REFUSED)
def test_damaged_archives_end_in_a_message(raw, error, said):
    with pytest.raises(error, match=said) as caught:
        gtfs.read(raw, name="reseau.zip")
    assert "reseau.zip" in str(caught.value)
    assert "À faire : " in str(caught.value)


def test_too_large_files(monkeypatch):
    monkeypatch.setattr(gtfs, "MAX_BYTES", 500)
    with pytest.raises(SourceContentError, match="GTFS limité"):
        read()
    monkeypatch.undo()
    monkeypatch.setitem(gtfs_tables.MAX_TABLE_BYTES, "trips.txt", 10)
    with pytest.raises(SourceContentError, match=r"trips\.txt fait 0 Mo"):
        read()


def test_bytes_without_a_name():
    with pytest.raises(ArgumentError, match="doit avoir un nom"):
        gtfs.read(archive())


@pytest.mark.parametrize("kind", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED], ids=["stored", "deflated"])
def test_changed_bytes_end_in_a_frame_or_in_a_message(kind):
    """Bytes changed at random: what is stored without a checksum of its own is read, the rest refused."""
    rng = random.Random(20260302)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", kind) as file:
        for name, content in TABLES.items():
            file.writestr(name, content)
    outcomes = []
    for _ in range(40):
        raw = bytearray(buffer.getvalue())
        for _ in range(rng.choice([1, 1, 3, 20])):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
        try:
            stops = gtfs.read(bytes(raw), name="reseau.zip")
        except SourceError:
            outcomes.append("refused")
            continue
        outcomes.append("read")
        report = stops.report
        assert report.lignes_lues == report.lignes_gardees + report.lignes_ecartees
    assert outcomes.count("refused") >= 15
    assert outcomes.count("read") >= 1


@pytest.mark.parametrize("table", sorted(TABLES))
def test_changed_tables_end_in_a_frame_or_in_a_message(table):
    """The same within a table, whose archive is whole."""
    rng = random.Random(table)
    read_whole = 0
    for _ in range(20):
        content = bytearray(TABLES[table])
        for _ in range(rng.choice([1, 3, 10])):
            content[rng.randrange(len(content))] = rng.choice(b'",;\n\r\x00\xff0a ')
        try:
            gtfs.read(archive(TABLES | {table: bytes(content)}), name="reseau.zip")
        except SourceError:
            continue
        read_whole += 1
    assert read_whole >= 1


@pytest.mark.bench
def test_memory_of_30_mb_of_passages():
    memory, _ = large.compared(30)
    assert memory.ratio >= 2


@pytest.mark.soak
def test_300_mb_of_passages_do_not_fill_the_memory():
    memory, _ = large.compared(300)
    assert memory.ratio >= 10
    assert memory.better <= 150
