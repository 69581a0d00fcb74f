"""Named facts of the embedded extracts, and that a build gives them again."""

import shutil

import pandas as pd
import pytest
from shapely.geometry import Point

from errors import SourceContentError
from loaders import (
    arrondissements,
    bikes,
    catalogue,
    communes,
    friches,
    indicators,
    qpv,
    quality,
    social,
    sports,
    transit,
)
from loaders.build import STEPS, build
from loaders.paths import DATA
from tests.loaders import samples

ALL = {
    "communes": communes.load, "arrondissements": arrondissements.load, "qpv": qpv.load, "velos": bikes.load,
    "lignes": transit.load_lines, "sncf": transit.load_stations, "friches": friches.load, "sports": sports.load,
    "social": social.load,
}  # fmt: skip
#: Rows of the files as their producers publish them, counted by hand in those files.
READ = {
    "communes": 34, "arrondissements": 34, "indicateurs": 66, "qpv": 66, "velos": 223, "lignes": 130, "sncf": 41,
    "friches": 255, "sports": 2492, "social": 162,
}  # fmt: skip


@pytest.mark.parametrize("name", ALL)
def test_frame_is_in_metres_sorted_and_whole(name):
    frame = ALL[name]()
    assert frame.crs.to_epsg() == 2154
    assert frame.index.is_unique
    assert frame.index.is_monotonic_increasing
    assert frame.index.map(type).unique().tolist() == [str]
    assert frame.geometry.notna().all()
    assert frame.geometry.is_valid.all()
    assert not frame.geometry.is_empty.any()
    box = frame.total_bounds
    assert box[0] > 820_000
    assert box[2] < 930_000
    assert box[1] > 6_220_000
    assert box[3] < 6_300_000


@pytest.mark.parametrize("name", ALL)
def test_two_loads_share_nothing(name):
    first = ALL[name]()
    first.iloc[:, 0] = None
    assert ALL[name]().iloc[:, 0].notna().any()


def test_communes():
    frame = communes.load()
    assert len(frame) == 16
    assert (frame["statut"] == "avec QPV").sum() == 14
    assert frame.index[frame["a_confirmer"]].tolist() == ["13028", "13041"]
    assert frame.loc["13055", "population"] == 886_040
    assert "13070" not in frame.index


def test_qpv():
    frame = qpv.load()
    assert len(frame) == 66
    assert frame["population"].sum() == 312_529
    assert frame.index.str.startswith("QN").all()
    in_contrat = set(communes.load().index)
    assert all(codes[0] in in_contrat for codes in frame["communes"])
    assert frame.index[frame["communes"].map(len) > 1].tolist() == ["QN01341I"]
    assert frame.loc["QN08406M", "communes"] == ["84089"]
    assert (frame["communes"].str[0] == "13055").sum() == 41
    outside = frame.loc[frame["communes"].str[0] != "13055", "population"]
    assert (len(outside), outside.sum()) == (25, 69_058)


def test_missing_figures_stay_missing():
    frame = indicators.load()
    missing = {
        "taux_pauvrete_60_pct": 8, "indice_jeunesse": 5, "part_etrangers_pct": 5, "part_menages_4_5_pers_pct": 4,
        "part_menages_6_pers_plus_pct": 4, "personnes_couvertes_caf": 3, "allocataires_caf": 3, "foyers_rsa": 3,
        "logements_sociaux": 2,
    }  # fmt: skip
    assert frame.isna().sum()[lambda counts: counts > 0].to_dict() == missing
    zeros = (frame == 0).sum()
    assert zeros[zeros > 0].to_dict() == {"part_menages_6_pers_plus_pct": 1}
    shares = frame.filter(like="_pct")
    assert ((shares >= 0) & (shares <= 100) | shares.isna()).all(axis=None)


def test_bikes():
    frame = bikes.load()
    assert len(frame) == 223
    assert frame["is_virtual_station"].sum() == 4
    assert set(frame["code_insee"]) == {"13055"}


def test_friches():
    frame = friches.load()
    assert frame["site_statut"].value_counts().to_dict() == {
        "friche potentielle": 192, "friche sans projet": 39, "friche avec projet": 24,
    }  # fmt: skip
    assert frame["unite_fonciere_surface"].sum() / 1e4 == pytest.approx(1584.5, abs=0.1)
    assert not frame.columns.intersection(["proprio_nom", "source_contact"]).size


def test_sports():
    frame = sports.load()
    assert (frame["famille"] == "autre").sum() == 23
    assert "84089" not in set(frame["code_insee"])
    families = sports.load_families()
    assert families.index.is_unique
    assert set(frame["equip_type_name"]) - set(families.index) == {"Arènes", "Salle de billard", "Bowling"}


def test_lines_and_stations():
    lines = transit.load_lines()
    assert lines["mode"].value_counts().to_dict() == {"bhns": 5, "tram": 3, "metro": 2}
    stations = transit.load_stations()
    assert len(stations) == 41
    # Gare Saint-Charles, read on an IGN map: 892.6 km east, 6,247.6 km north.
    place = stations.loc["87751008"].geometry
    assert place.distance(Point(892_850, 6_247_850)) < 500


def test_catalogue_agrees_with_the_extracts():
    sources = catalogue.load()
    assert list(sources) == [
        *(step.source_id for step in sorted(STEPS, key=lambda s: list(sources).index(s.source_id))),
        "projets",
    ]
    faults = quality.load()
    for source_id, read in READ.items():
        source = sources[source_id]
        assert source.lignes_lues == read
        assert source.lignes_lues == source.lignes_gardees + source.lignes_ecartees
        aside = faults[(faults["source_id"] == source_id) & (faults["suite"] == "écartée")]
        assert aside["ligne"].nunique() == source.lignes_ecartees
        assert (DATA / source.fichier).exists()
    for name, load in ALL.items():
        expected = sources[name].lignes_gardees - (2 if name == "communes" else 0)
        assert len(load()) == expected


def test_catalogue_says_where_each_source_applies():
    sources = catalogue.load()
    contrat = set(communes.load().index)
    for source in sources.values():
        assert source.communes - contrat <= {"13070", "13071"}
    for source_id in ("velos", "lignes", "social", "arrondissements"):
        assert sources[source_id].communes == {"13055"}
    assert contrat - sources["sports"].communes == {"84089"}
    assert sources["velos"].covers(["13070", "13055"])
    assert not sources["velos"].covers(["13005"])
    assert sources["velos"].licence == sources["sncf"].licence == "ODbL 1.0"


def test_build_gives_the_same_rows_again(producers, tmp_path, monkeypatch):
    for module in samples.MODULES:
        monkeypatch.setattr(module, "MAX_FAULTY_SHARE", 1.0)
    data = tmp_path / "data"
    data.mkdir()
    for name in ("sources.csv", "territoire.toml"):
        shutil.copy(DATA / name, data)
    reports = build(producers, data_dir=data)
    assert [report.source_id for report in reports] == [step.source_id for step in STEPS]
    for step, report in zip(STEPS, reports, strict=True):
        extract = data / step.extract.relative_to(DATA)
        again = step.read(extract).frame
        assert len(again) == report.lignes_gardees
        if "geometry" in again:
            original = step.read(producers / step.producer_file).frame
            shift_m = original.geometry.hausdorff_distance(again.geometry)
            assert shift_m.max() < 0.2
            original, again = (pd.DataFrame(f.drop(columns="geometry")) for f in (original, again))
            pd.testing.assert_frame_equal(original, again, check_exact=False, atol=2, rtol=1e-3)
    rebuilt = catalogue.load(data / "sources.csv")
    assert rebuilt["sports"].lignes_lues == 11
    assert rebuilt["sports"].lignes_gardees + rebuilt["sports"].lignes_ecartees == 11
    first = {path: path.read_bytes() for path in data.rglob("*") if path.is_file()}
    build(producers, data_dir=data)
    assert {path: path.read_bytes() for path in data.rglob("*") if path.is_file()} == first


def test_failed_build_leaves_the_old_extract(producers, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(DATA, data)
    before = (data / "qpv" / "communes.geojson").read_bytes()
    text = (producers / communes.PRODUCER_FILE).read_text(encoding="utf-8")
    (producers / communes.PRODUCER_FILE).write_text(text[:1000], encoding="utf-8")
    with pytest.raises(ValueError, match=r"tronqué|JSON"):
        build(producers, data_dir=data)
    assert (data / "qpv" / "communes.geojson").read_bytes() == before
    assert not list(data.rglob(".*"))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("ODbL 1.0", "", "champ vide"),
        ("2026-03-02", "2 mars", "ligne"),
        ("\nlignes,", "\nvelos,", "double"),
    ],
)
def test_catalogue_at_fault(old, new, words, tmp_path):
    path = tmp_path / "sources.csv"
    path.write_text(catalogue.CATALOGUE_FILE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(SourceContentError, match=words):
        catalogue.load(path)
