"""What holds for every version of the embedded extracts, and that a build gives them again."""

import shutil

import pandas as pd
import pytest

from errors import ArgumentError, SourceContentError
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
from tests import today
from tests.loaders import samples
from tests.shapes import apart_m

ALL = {
    "communes": communes.load, "arrondissements": arrondissements.load, "qpv": qpv.load, "velos": bikes.load,
    "lignes": transit.load_lines, "sncf": transit.load_railway_stations, "friches": friches.load, "sports": sports.load,
    "social": social.load,
}  # fmt: skip

#: What says of a folder what it holds.
SAID = {"sources.csv", "qualite.csv", "empreintes.csv"}


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


def test_every_qpv_is_counted_in_a_commune_of_the_contrat():
    frame = qpv.load()
    assert frame.index.str.startswith("QN").all()
    assert {codes[0] for codes in frame["communes"]} <= set(communes.load().index)


def test_shares_are_shares():
    shares = indicators.load().filter(like="_pct")
    assert ((shares >= 0) & (shares <= 100) | shares.isna()).all(axis=None)


def test_owners_of_brownfields_are_left_out():
    assert not friches.load().columns.intersection(["proprio_nom", "source_contact"]).size


def test_families_of_facilities_are_told_once():
    assert sports.load_families().index.is_unique


def test_catalogue_agrees_with_the_extracts():
    sources = catalogue.load()
    assert list(sources) == [
        *(step.source_id for step in sorted(STEPS, key=lambda s: list(sources).index(s.source_id))),
        "projets",
    ]
    faults = quality.load()
    for source_id, source in sources.items():
        assert source.lignes_lues == source.lignes_gardees + source.lignes_ecartees
        aside = faults[(faults["source_id"] == source_id) & (faults["suite"] == "écartée")]
        assert aside["ligne"].nunique() == source.lignes_ecartees
        assert (DATA / source.fichier).exists() == source.telechargee
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
            assert apart_m(again.geometry, original.geometry) < 0.2
            original, again = (pd.DataFrame(f.drop(columns="geometry")) for f in (original, again))
            pd.testing.assert_frame_equal(original, again, check_exact=False, atol=2, rtol=1e-3)
    rebuilt = catalogue.load(data / "sources.csv")
    assert rebuilt["sports"].lignes_lues == 11
    assert rebuilt["sports"].lignes_gardees + rebuilt["sports"].lignes_ecartees == 11
    first = {path: path.read_bytes() for path in data.rglob("*") if path.is_file()}
    build(producers, data_dir=data)
    assert {path: path.read_bytes() for path in data.rglob("*") if path.is_file()} == first


def test_one_source_is_built_without_the_files_of_the_others(producers, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(DATA, data)
    before = {path: path.read_bytes() for path in data.rglob("*") if path.is_file()}
    alone = tmp_path / "producteur"
    (alone / social.PRODUCER_FILE).parent.mkdir(parents=True)
    shutil.copy(producers / social.PRODUCER_FILE, alone / social.PRODUCER_FILE)
    with pytest.raises(ArgumentError, match="Sources inconnues : autobus, projets"):
        build(alone, sources=["social", "projets", "autobus"], data_dir=data)
    assert {path: path.read_bytes() for path in data.rglob("*") if path.is_file()} == before
    (report,) = build(alone, sources=["social"], data_dir=data)
    changed = {path for path in data.rglob("*") if path.is_file() and before.get(path) != path.read_bytes()}
    assert {"sources.csv", "equipements_sociaux.csv"} <= {path.name for path in changed}
    seen = {path.name for path in changed if not path.relative_to(data).parts[0].startswith(".")}
    assert seen <= SAID | {"equipements_sociaux.csv"}
    assert catalogue.load(data / "sources.csv")["social"].lignes_gardees == report.lignes_gardees
    assert catalogue.load(data / "sources.csv")["sports"] == catalogue.load()["sports"]


def test_failed_build_leaves_the_old_extract(producers, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(DATA, data)
    before, hidden = (data / "qpv" / "communes.geojson").read_bytes(), list(data.rglob(".*"))
    text = (producers / communes.PRODUCER_FILE).read_text(encoding="utf-8")
    (producers / communes.PRODUCER_FILE).write_text(text[:1000], encoding="utf-8")
    with pytest.raises(ValueError, match=r"tronqué|JSON"):
        build(producers, data_dir=data)
    assert (data / "qpv" / "communes.geojson").read_bytes() == before
    assert list(data.rglob(".*")) == hidden


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("ODbL 1.0", "", "champ vide"),
        (today.source("velos")["date"], "2 mars", "ligne"),
        ("\nlignes,", "\nvelos,", "double"),
    ],
)
def test_catalogue_at_fault(old, new, words, tmp_path):
    path = tmp_path / "sources.csv"
    path.write_text(catalogue.CATALOGUE_FILE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(SourceContentError, match=words):
        catalogue.load(path)
