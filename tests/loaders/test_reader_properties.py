"""What holds for any good rows: they come back as written, and what is at fault is counted."""

import csv
import io
import json
import math

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from geo.crs import LAMBERT93
from loaders import bikes, colleges, communes, friches, sports
from loaders.quality import SET_ASIDE
from tests.loaders import samples

#: Boxes inside communes, in degrees: west, south, east, north; checked below.
INSIDE = {
    "13001": (5.43, 43.52, 5.46, 43.54),
    "13055": (5.39, 43.29, 5.42, 43.32),
    "13056": (5.04, 43.40, 5.06, 43.41),
}
#: A commune of which no source of the territory speaks.
ELSEWHERE = "75118"

# No control sign: CSV keeps them, and every reader strips the blanks around a text.
_SIGNS = st.characters(exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp", "Cf"], exclude_characters="’")
_WORD = st.text(_SIGNS, min_size=1, max_size=12).filter(lambda word: word not in {"NA", "NA(NA)"})
TEXTS = (
    st.lists(_WORD, min_size=1, max_size=4).map(" ".join).filter(lambda text: text not in {"NA", "NA (NA)"})
)
MAYBE = st.none() | TEXTS
YEARS = st.none() | st.integers(1850, 2026)
# Each example writes and reads files: an eighth of the profile's number, 375 in the long run.
SMALL = settings(
    max_examples=settings.default.max_examples // 8,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)


@st.composite
def places(draw):
    """A commune and a point in it, in degrees."""
    code = draw(st.sampled_from(sorted(INSIDE)))
    west, south, east, north = INSIDE[code]
    lon = draw(st.floats(west, east, allow_nan=False))
    lat = draw(st.floats(south, north, allow_nan=False))
    return code, round(lon, 8), round(lat, 8)


def unique(rows):
    return st.lists(rows, min_size=1, max_size=8, unique_by=lambda row: row["id"])


@st.composite
def facilities(draw):
    code, lon, lat = draw(places())
    return {
        "id": f"E{draw(st.integers(0, 9999)):04d}",
        "type": draw(st.sampled_from(["Terrain de football", "Golf", "Type que nul ne connaît"])),
        "nom": draw(MAYBE), "installation": draw(MAYBE), "proprietaire": draw(MAYBE), "gestionnaire": draw(MAYBE),
        "libre": draw(st.sampled_from(["true", "false", None])), "annee": draw(YEARS),
        "code": draw(st.sampled_from(["13203", "13055"])) if code == "13055" else code, "lon": lon, "lat": lat,
        "fate": draw(st.sampled_from(["bon", "bon", "bon", "sans place", "ailleurs", "en double", "loin"])),
    }  # fmt: skip


@st.composite
def sites(draw):
    code, lon, lat = draw(places())
    return {
        "id": f"{code}_{draw(st.integers(0, 9999))}",
        "nom": draw(MAYBE), "statut": draw(st.sampled_from(friches.STATUSES)),
        "surface": draw(st.none() | st.integers(1, 10**6)),
        "parcelles": draw(st.lists(st.from_regex(r"1305500[0-9][A-Z]{2}[0-9]{4}", fullmatch=True), max_size=3)),
        "code": code, "lon": lon, "lat": lat,
        "fate": draw(st.sampled_from(["bon", "bon", "bon", "sans place", "ailleurs", "en double", "statut"])),
    }  # fmt: skip


def expected(rows):
    """Rows kept, and how many are read."""
    good, seen, read = {}, set(), 0
    for row in rows:
        read += 2 if row["fate"] == "en double" else 1
        if row["fate"] in {"bon", "en double"} and row["id"] not in seen:
            good[row["id"]] = row
        seen.add(row["id"])
    return dict(sorted(good.items())), read


def check(reading, rows, texts):
    good, read = expected(rows)
    report, frame = reading.report, reading.frame
    assert report.lignes_lues == read
    assert report.lignes_gardees == len(frame) == len(good)
    assert report.lignes_ecartees == read - len(good)
    assert list(frame.index) == list(good)
    for column, name in texts.items():
        for said, row in zip(frame[column], good.values(), strict=True):
            assert (row[name] is None and pd.isna(said)) or said == row[name], (column, said, row[name])
    written = gpd.GeoSeries.from_xy(
        [row["lon"] for row in good.values()], [row["lat"] for row in good.values()], crs=4326
    ).to_crs(LAMBERT93)
    assert all(a.distance(b) <= 0.01 for a, b in zip(frame.geometry, written, strict=True))


@pytest.fixture(autouse=True)
def _any_share(monkeypatch):
    for module in samples.MODULES:
        monkeypatch.setattr(module, "MAX_FAULTY_SHARE", 1.0)


def doubled(rows):
    for row in rows:
        yield row
        if row["fate"] == "en double":
            yield row


def some_good(rows):
    """A file of which nothing is kept is refused: another test's business."""
    return [row | {"fate": "bon"} if at == 0 else row for at, row in enumerate(rows)]


def data_es(rows):
    records = []
    for row in doubled(rows):
        lon, lat = (2.35, 48.85) if row["fate"] == "loin" else (row["lon"], row["lat"])
        place = None if row["fate"] == "sans place" else {"lon": lon, "lat": lat}
        said = {
            "equip_numero": row["id"], "equip_type_name": row["type"], "equip_nom": row["nom"],
            "inst_nom": row["installation"], "inst_adresse": None, "inst_cp": None,
            "new_code": ELSEWHERE if row["fate"] == "ailleurs" else row["code"], "new_name": "x",
            "equip_coordonnees": place, "equip_acc_libre": row["libre"],
            "equip_service_date": None if row["annee"] is None else str(row["annee"]),
            "equip_prop_type": row["proprietaire"], "equip_gest_type": row["gestionnaire"], "aps_name": ["a", None],
        }  # fmt: skip
        records.append(said)
    return json.dumps(records, ensure_ascii=False)


@SMALL
@given(unique(facilities()).map(some_good))
def test_data_es(tmp_path, rows):
    path = tmp_path / "data-es.json"
    path.write_text(data_es(rows), encoding="utf-8")
    reading = sports.read(path)
    check(reading, rows, {"nom": "nom", "installation": "installation", "proprietaire": "proprietaire"})
    good, _ = expected(rows)
    access = {"true": "libre", "false": "non libre"}
    assert [None if pd.isna(v) else v for v in reading.frame["acces_libre"]] == [
        access.get(row["libre"]) for row in good.values()
    ]
    assert [None if pd.isna(v) else v for v in reading.frame["annee_service"]] == [
        r["annee"] for r in good.values()
    ]


@SMALL
@given(unique(facilities()).map(some_good))
def test_the_same_facilities_in_the_res_and_in_data_es(tmp_path, rows):
    live = tmp_path / "data-es.json"
    live.write_text(data_es([row | {"fate": "bon"} for row in rows]), encoding="utf-8")
    old = tmp_path / "res.csv"
    lines = [f"13055,x,{r['type']},{r['lon']},{r['lat']}" if r["code"] == "13203" else
             f"{r['code']},x,{r['type']},{r['lon']},{r['lat']}" for r in rows]  # fmt: skip
    old.write_text(
        "\n".join(["ComInsee,ComLib,EquipementTypeLib,EquGpsX,EquGpsY", *lines]) + "\n", encoding="utf-8"
    )
    first, second = sports.read(old).frame, sports.read(live).frame
    assert list(first.columns) == list(second.columns)
    assert first.dtypes.to_dict() == second.dtypes.to_dict()
    said = [
        sorted(
            zip(
                f["equip_type_name"],
                f["famille"],
                f["code_insee"],
                f.geometry.x.round(2),
                f.geometry.y.round(2),
                strict=True,
            )
        )
        for f in (first, second)
    ]
    assert said[0] == said[1]


def cnig(rows, head):
    """Write sites as the Cerema does: every cell quoted, NA for nothing, quotes escaped by a backslash."""
    out = io.StringIO()
    out.write(";".join(f'"{name}"' for name in head) + "\n")
    for row in doubled(rows):
        cells = dict.fromkeys(head, "NA") | {
            "site_id": row["id"], "site_nom": row["nom"] or "NA",
            "site_statut": "friche rêvée" if row["fate"] == "statut" else row["statut"],
            "unite_fonciere_surface": "NA" if row["surface"] is None else str(row["surface"]),
            "unite_fonciere_refcad": "{" + ",".join(row["parcelles"]) + "}",
            "comm_insee": ELSEWHERE if row["fate"] == "ailleurs" else row["code"],
            "geompoint": "NA" if row["fate"] == "sans place" else f"POINT ({row['lon']!r} {row['lat']!r})",
        }  # fmt: skip
        out.write(";".join('"' + cell.replace('"', '\\"') + '"' for cell in cells.values()) + "\n")
    return out.getvalue()


# A backslash before a quote, and a quote before a semicolon and a quote, cannot be told from the end of a cell.
_PLAIN = sites().filter(lambda row: not row["nom"] or not ("\\" in row["nom"] or '";' in row["nom"]))


@SMALL
@given(unique(_PLAIN).map(some_good))
def test_friches(sound_producers, tmp_path, rows):
    with (sound_producers / friches.PRODUCER_FILE).open(encoding="utf-8") as stream:
        head = next(csv.reader(stream, delimiter=";"))
    path = tmp_path / "friches.csv"
    path.write_text(cnig(rows, head), encoding="utf-8-sig")
    reading = friches.read(path)
    check(reading, rows, {"site_nom": "nom", "site_statut": "statut", "unite_fonciere_refcad": "parcelles"})
    good, _ = expected(rows)
    surfaces = [None if math.isnan(v) else v for v in reading.frame["unite_fonciere_surface"]]
    assert surfaces == [row["surface"] for row in good.values()]


@settings(SMALL, max_examples=8)
@given(unique(_PLAIN).map(some_good))
def test_the_same_sites_in_csv_geopackage_and_answers(sound_producers, tmp_path, rows):
    with (sound_producers / friches.PRODUCER_FILE).open(encoding="utf-8") as stream:
        head = next(csv.reader(stream, delimiter=";"))
    good = [row | {"fate": "bon"} for row in rows]
    path = tmp_path / "friches.csv"
    path.write_text(cnig(good, head), encoding="utf-8")
    frame = friches.read(path).frame
    table = pd.DataFrame(
        [
            dict.fromkeys(head, "NA")
            | {
                "site_id": r["id"], "site_nom": r["nom"] or "NA", "site_statut": r["statut"],
                "unite_fonciere_surface": "NA" if r["surface"] is None else str(r["surface"]),
                "unite_fonciere_refcad": "{" + ",".join(r["parcelles"]) + "}", "comm_insee": r["code"],
                "geompoint": f"POINT ({r['lon']!r} {r['lat']!r})",
            }
            for r in good
        ]
    )  # fmt: skip
    package = tmp_path / "friches.gpkg"
    package.unlink(missing_ok=True)
    samples.write_geopackage(table, package)
    again = friches.read(package).frame
    assert list(again.index) == list(frame.index)
    assert frame.geometry.distance(again.geometry).max() <= 0.01
    pd.testing.assert_frame_equal(
        pd.DataFrame(frame.drop(columns="geometry")), pd.DataFrame(again.drop(columns="geometry"))
    )


@st.composite
def stations(draw):
    _, lon, lat = draw(places())
    return {
        "id": draw(st.text("abc123", min_size=1, max_size=6)), "nom": draw(TEXTS), "lon": lon, "lat": lat,
        "capacity": draw(st.integers(0, 400)), "virtual": draw(st.booleans()),
        "fate": draw(st.sampled_from(["bon", "bon", "sans place", "en double"])),
    }  # fmt: skip


@SMALL
@given(unique(stations()).map(some_good), st.sampled_from(["2.2", "3.0", "csv"]))
def test_stations(tmp_path, rows, version):
    path = tmp_path / "stations"
    said = [
        {
            "station_id": row["id"], "name": row["nom"], "capacity": row["capacity"],
            "is_virtual_station": row["virtual"], "lon": row["lon"], "lat": row["lat"],
        }
        | ({"lon": None, "lat": None} if row["fate"] == "sans place" else {})
        for row in doubled(rows)
    ]  # fmt: skip
    if version == "csv":
        pd.DataFrame(said, dtype=object).to_csv(path, index=False)
    else:
        if version == "3.0":
            for station in said:
                station["name"] = [
                    {"text": "x", "language": "en"},
                    {"text": station["name"], "language": "fr"},
                ]
        path.write_text(json.dumps({"version": version, "data": {"stations": said}}), encoding="utf-8")
    reading = bikes.read(path)
    check(reading, rows, {"name": "nom", "capacity": "capacity", "is_virtual_station": "virtual"})


@st.composite
def schools(draw):
    code, lon, lat = draw(places())
    fates = [
        "bon",
        "bon",
        "bon",
        "sans place",
        "ailleurs",
        "en double",
        "lycée",
        "fermé",
        "hors réseau",
        "section",
    ]
    return {
        "id": f"{draw(st.integers(0, 9_999_999)):07d}A", "nom": draw(TEXTS), "lon": lon, "lat": lat, "code": code,
        "reseau": draw(st.sampled_from(colleges.NETWORKS)), "fate": draw(st.sampled_from(fates)),
    }  # fmt: skip


@SMALL
@given(unique(schools()).map(some_good))
def test_colleges(tmp_path, rows):
    path = tmp_path / "annuaire.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=";", lineterminator="\n")
        writer.writerow(colleges.ANNUAIRE.columns)
        for row in doubled(rows):
            fate = row["fate"]
            writer.writerow([
                row["id"], row["nom"], "Lycée" if fate == "lycée" else "Collège", "Public",
                ELSEWHERE if fate == "ailleurs" else row["code"],
                "SECTION D ENSEIGNEMENT" if fate == "section" else "COLLEGE",
                "" if fate == "hors réseau" else row["reseau"], *(["", ""] if fate == "sans place" else [row["lat"], row["lon"]]),
                "A FERMER" if fate == "fermé" else "OUVERT",
            ])  # fmt: skip
    reading = colleges.read(path)
    check(reading, rows, {"nom": "nom", "education_prioritaire": "reseau", "code_insee": "code"})
    assert {fault.suite for fault in reading.report.faults} <= {SET_ASIDE}


def test_the_boxes_lie_in_their_communes():
    outlines = communes.load().geometry
    for code, (west, south, east, north) in INSIDE.items():
        assert outlines[code].contains(
            gpd.GeoSeries([box(west, south, east, north)], crs=4326).to_crs(LAMBERT93)[0]
        )
