"""Small files in the producers' layouts, and the real communes in theirs."""

import json
import shutil
from pathlib import Path

import pytest

from loaders import arrondissements, communes
from tests.loaders import played, samples

PRODUCERS = Path(__file__).parent / "producers"


def write_territories(path: Path) -> None:
    """Write communes and arrondissements as their producer lays them out: one file, two levels."""
    features = []
    levels = [(communes.EXTRACT, communes.COMMUNE), (arrondissements.EXTRACT, communes.ARRONDISSEMENT)]
    for extract, level in levels:
        for feature in json.loads(extract.read_text(encoding="utf-8"))["features"]:
            ours = feature["properties"]
            theirs = {
                "code": ours["code_insee"],
                "nom": ours["nom"],
                "type_territoire": level,
                "population": int(ours["population"]),
            }
            features.append({"type": "Feature", "properties": theirs, "geometry": feature["geometry"]})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")


@pytest.fixture(scope="session")
def sound_producers(tmp_path_factory):
    """Give a folder with one small file per source, which nobody may change."""
    folder = tmp_path_factory.mktemp("sources") / "producteurs"
    shutil.copytree(PRODUCERS, folder)
    write_territories(folder / communes.PRODUCER_FILE)
    samples.add_binaries(folder)
    return folder


@pytest.fixture
def producers(sound_producers, tmp_path):
    """Give a copy of that folder, which a test may damage."""
    return Path(shutil.copytree(sound_producers, tmp_path / "producteurs"))


@pytest.fixture
def service():
    """Give a service of the network, played on the loopback."""
    with played.service() as server:
        yield server
