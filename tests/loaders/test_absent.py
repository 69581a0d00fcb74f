"""What a territory lacks is known by its catalogue: empty frames of the right columns, never a missing file."""

import dataclasses

import pandas as pd
import pytest

from errors import SourceMissingError
from loaders import (
    arrondissements,
    bikes,
    build,
    catalogue,
    friches,
    projects,
    social,
    sports,
    territory,
    transit,
)
from loaders.catalogue import Catalogue
from loaders.live import bike_service
from tests.territoires import made_up

LOADERS = {
    "arrondissements": arrondissements.load,
    "velos": bikes.load,
    "lignes": transit.load_lines,
    "gares": transit.load_railway_stations,
    "friches": friches.load,
    "sports": sports.load,
    "social": social.load,
    "projets": projects.load,
    "orientations": projects.load_orientations,
    "registres": projects.load_registers,
    "gouvernance": projects.load_governance,
    "outils": projects.load_toolbox,
    "partenaires": projects.load_partners,
    "sigles": projects.load_acronyms,
}


@pytest.fixture
def rhone(tmp_path):
    made_up.write(made_up.RHONE, tmp_path / "donnees")
    return tmp_path / "donnees"


def test_an_absent_source_covers_nothing_and_is_not_listed():
    whole = catalogue.load()
    some = Catalogue({"qpv": whole["qpv"]})
    assert list(some) == ["qpv"]
    assert "velos" not in some
    assert some["velos"].absente
    assert not some["velos"].covers(["13055"])
    assert not whole["velos"].absente
    with pytest.raises(KeyError):
        some["communes"]
    more = some.beside([dataclasses.replace(whole["social"], source_id="locaux")])
    assert list(more) == ["qpv", "locaux"]
    assert more["sports"].absente


@pytest.mark.parametrize("load", LOADERS.values(), ids=LOADERS)
def test_an_absent_source_gives_the_columns_of_a_present_one(load, monkeypatch):
    known = load()
    monkeypatch.setattr(catalogue, "has", lambda _source_id: False)
    empty = load()
    assert len(empty) == 0
    assert sorted(empty.columns) == sorted(known.columns)
    assert empty.index.name == known.index.name
    assert getattr(empty, "crs", None) == getattr(known, "crs", None)


def test_a_file_that_the_catalogue_lists_must_be_there(rhone):
    (rhone / "transport/velos_stations.csv").unlink()
    with pytest.raises(SourceMissingError, match="fichier introuvable"):
        bikes.read(data_dir=rhone)


def test_stations_carry_their_network(rhone):
    frame = bikes.read(data_dir=rhone).frame
    assert frame.groupby("code_insee")["reseau"].unique().map(list).to_dict() == {
        "69123": ["Vélofictif"],
        "69901": ["Cyclofictif"],
    }
    # What the file says comes first, and an unknown name is not believed.
    path = rhone / "transport/velos_stations.csv"
    rows = pd.read_csv(path, dtype=str).assign(reseau=["Cyclofictif", "Ailleurs", *[""] * 10])
    rows.to_csv(path, index=False)
    assert bikes.read(data_dir=rhone).frame["reseau"].to_list()[:3] == [
        "Cyclofictif",
        "Vélofictif",
        "Vélofictif",
    ]


def test_the_extract_names_networks_where_there_are_several(rhone, tmp_path):
    for folder, expected in ((rhone, True), (None, False)):
        frame = bikes.read(data_dir=folder).frame if folder else bikes.load()
        build.write_extract(frame, tmp_path / "stations.csv", renamed={})
        head = (tmp_path / "stations.csv").read_text(encoding="utf-8").split("\n", 1)[0]
        assert ("reseau" in head.split(",")) is expected


def test_each_network_has_its_own_address(rhone, monkeypatch):
    first, second = territory.load(rhone).velos
    (alone,) = territory.load().velos
    monkeypatch.setenv("ATLAS_GBFS", "https://relais.exemple.invalid")
    assert bike_service.address(alone) == "https://relais.exemple.invalid"
    place = territory.load(rhone)
    monkeypatch.setattr(territory, "load", lambda: place)
    assert bike_service.address(first) == "https://gbfs.exemple.invalid/velofictif"
    assert bike_service.address(second) == "https://gbfs.exemple.invalid/cyclofictif"


def test_projects_act_on_no_layer_that_the_territory_lacks(monkeypatch):
    assert "velos" in set(projects.load()["couche"])
    known = catalogue.load()
    without = Catalogue({key: source for key, source in known.items() if key != "velos"})
    monkeypatch.setattr(catalogue, "load", lambda: without)
    assert "velos" not in set(projects.load()["couche"])
    assert "sports" in set(projects.load()["couche"])
