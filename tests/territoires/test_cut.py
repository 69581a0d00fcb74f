"""Each file of the data cut in the middle: it is refused by its name, pages say it, and no figure stands in its place."""

import collections
import csv
import hashlib
import html
import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from loaders.paths import ROOT
from loaders.record import record
from tests.loaders.folders import EMBEDDED, cells, linked
from tests.pages.conftest import Tables
from tests.territoires import made_up
from tests.territoires.test_territories import words


def files(folder):
    """Name every file of a folder that the atlas may read: a new one is then cut as well."""
    found = [path.relative_to(folder) for path in folder.rglob("*")]
    return sorted(str(path) for path in found if path.suffix in {".csv", ".geojson", ".toml"} and path.parts[0][0] != ".")  # fmt: skip


FILES = files(EMBEDDED)
PREMISES = {"vue_foncier": "Locaux en pied d'immeuble"}
BESIDE = ("equipements/bailleurs.csv", "equipements/locaux_fictifs.csv", "equipements/sports_familles.csv")
#: Files that a part of one page reads, and that page, its parameters and what to click there.
ASIDE = {
    "equipements/bailleurs.csv": ["foncier", PREMISES, ""],
    "equipements/locaux_fictifs.csv": ["foncier", PREMISES, "locaux-fictifs"],
    "qualite.csv": ["donnees", {}, ""],
}
NEEDED = {
    "empreintes.csv", "sources.csv", "territoire.toml", "qpv/communes.geojson", "qpv/indicateurs.csv", "qpv/qpv.geojson",
}  # fmt: skip
#: Pages that show what the others hold, beside the home page; the map where none is named.
ABOUT = {
    "agenda/projets.csv": [["projets", {}, ""], ["suivi", {}, ""]],
    "equipements/equipements_sociaux.csv": [["foncier", PREMISES, ""], ["carte", {}, ""]],
    "equipements/friches.csv": [["foncier", {}, ""], ["quartier", {}, ""]],
    "equipements/sports.csv": [["sport", {}, ""], ["projets", {}, ""]],
    "equipements/sports_familles.csv": [["sport", {}, ""]],
    "transport/gares.csv": [["quartier", {}, ""], ["velos", {}, ""]],
    "transport/lignes.geojson": [["quartier", {}, ""], ["velos", {}, ""]],
    "transport/velos_stations.csv": [["velos", {}, ""], ["projets", {}, ""]],
    "qpv/arrondissements.geojson": [["commune", {}, ""], ["projets", {}, ""]],
}
WITHOUT_TERRITORY = """
from streamlit.testing.v1 import AppTest
import app
app.warm_up()
at = AppTest.from_file("app.py", default_timeout=60).run()
print(len(at.exception), len(at.error), at.error[0].value)
"""


def run(data, folder, *command):
    done = subprocess.run(
        [sys.executable, *command],
        env=os.environ | {"ATLAS_DONNEES": str(data), "ATLAS_CACHE": str(folder / "cache")},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done


def looked(data, folder, asked):
    run(data, folder, "-m", "tests.territoires.cut", json.dumps(asked), str(folder / "dit.json"))
    return json.loads((folder / "dit.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    """What is refused of the embedded data, whole and with each file cut."""
    folder = tmp_path_factory.mktemp("coupe")
    data = shutil.copytree(EMBEDDED, folder / "data")
    return looked(data, folder, dict.fromkeys(["", *FILES]))


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_cut_is_refused_by_its_name_with_the_mend(name, refused):
    assert refused[""] == []
    file = name.rsplit("/", 1)[-1]
    assert re.match(rf"{re.escape(file)} : .+\. À faire : .+ python -m loaders record", refused[name][0])


def test_how_much_is_missing_is_said(refused):
    # Half of the lines, less their heading.
    lines = len((EMBEDDED / "equipements/friches.csv").read_bytes().splitlines())
    assert refused["equipements/friches.csv"][0].startswith(
        f"friches.csv : fichier incomplet ou modifié : {lines // 2 - 1} lignes, {lines - 1} enregistrées. À faire : remettre"
    )


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """What the pages of a small territory show, whole and with each file cut."""
    folder = tmp_path_factory.mktemp("montre")
    data = folder / "donnees"
    made_up.write(made_up.RHONE, data)
    for name in BESIDE:
        shutil.copy(EMBEDDED / name, data / name)
    # The inventory is to be drawn in the QPV of this territory.
    (data / "equipements/locaux_fictifs.csv").unlink()
    record(data_dir=data)
    run(data, folder, "-m", "loaders", "fictifs")
    pages = {
        name: [ASIDE[name]]
        if name in ASIDE
        else ABOUT.get(name, [["projets" if name.startswith("agenda/") else "carte", {}, ""]])
        for name in files(data)
    }
    every = {json.dumps(page): page for several in pages.values() for page in several}
    return looked(data, folder, {"": list(every.values())} | pages)


def said(visit):
    """Give what a page says of its faults, with ordinary spaces."""
    return re.sub(r"\s+", " ", html.unescape(" ".join([*visit["errors"], *visit["warnings"]]))).replace(
        "\\", ""
    )


def figures(visit):
    """Give each cell of the tables of a page, and how often it writes a bare 0 or "non diffusé" beside its faults."""
    found = {}
    for caption, rows in Tables(" ".join(visit["html"])).tables.items():
        for row in rows[1:]:
            found |= {(caption, row[0], head): cell for head, cell in zip(rows[0], row, strict=False)}
    apart = [text for text in visit["said"] if text not in {*visit["errors"], *visit["warnings"]}]
    bare = re.findall(r"(?<![\w,.])0(?![\w,.])|non diffusé", words({**visit, "said": apart}))
    return found, collections.Counter(bare)


def test_pages_say_what_is_refused_and_no_figure_stands_in_its_place(shown):
    whole = {(visit["page"], str(visit["params"])): visit for visit in shown.pop("")}
    assert {visit["page"] for visit in whole.values()} >= {"accueil", "carte", "velos", "sport", "foncier"}
    for visit in whole.values():
        assert visit["exceptions"] == visit["errors"] == visit["warnings"] == [], visit["page"]
    for name, visits in shown.items():
        file = name.rsplit("/", 1)[-1]
        for visit in visits:
            where = (name, visit["page"])
            assert visit["exceptions"] == [], where
            concerned = name not in ASIDE or visit["page"] == ASIDE[name][0]
            assert (f"{file} : " in said(visit)) == concerned, where
            assert ("python -m loaders record" in said(visit)) == concerned, where
            whole_page = "Cette page ne peut pas être affichée" in said(visit)
            assert whole_page == (name in NEEDED), where
            cells_now, bare = figures(visit)
            # A refused inventory is as if nobody had asked for it.
            params = {**visit["params"], "click": ""} if name in ASIDE and concerned else visit["params"]
            before, known = figures(whole[visit["page"], str(params)])
            new = {key: cell for key, cell in cells_now.items() if cell != before.get(key)}
            assert [key for key, cell in new.items() if re.match(r"0(?![\d,])|non diffusé", cell)] == [], (
                where
            )
            assert bare - known == collections.Counter(), where


def test_a_server_starts_and_a_page_speaks_french_without_a_territory(tmp_path):
    data = shutil.copytree(EMBEDDED, tmp_path / "data")
    path = data / "territoire.toml"
    # In the middle of a commune: what the territory is called cannot be read at all.
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[: lines.index('nom = "Istres"\n')]), encoding="utf-8")
    done = run(data, tmp_path, "-c", WITHOUT_TERRITORY)
    assert re.match(r"0 1 Cette page ne peut pas être affichée\.\s+territoire\.toml : ", done.stdout)
    assert "territoire.toml : commune 13047 : nom absent" in done.stderr


@pytest.mark.parametrize("name", [name for name in FILES if name != "empreintes.csv"])
def test_a_file_that_was_corrected_by_hand_is_recorded(name, tmp_path):
    data = linked(EMBEDDED, tmp_path / "data")
    path = data / name
    content = path.read_bytes() + b"\n"
    path.unlink()
    path.write_bytes(content)
    with (EMBEDDED / "sources.csv").open(encoding="utf-8", newline="") as stream:
        owners = {row["fichier"]: row["source_id"] for row in csv.DictReader(stream)}
    beside = {"equipements/sports_familles.csv": "sports"} | {file: "projets" for file in FILES if file.startswith("projets/")}  # fmt: skip
    (done,) = record([owners.get(name) or beside.get(name) or name], data_dir=data)
    digest = hashlib.sha256(content).hexdigest()
    if name in owners:
        assert cells(data, owners[name]) == cells(EMBEDDED, owners[name]) | {"empreinte": digest}
        assert done.rows == int(cells(data, owners[name])["lignes_gardees"])
    else:
        with (data / "empreintes.csv").open(encoding="utf-8", newline="") as stream:
            assert {row["fichier"]: row["empreinte"] for row in csv.DictReader(stream)}[name] == digest


def test_rows_that_were_taken_out_by_hand_are_counted(tmp_path):
    data = linked(EMBEDDED, tmp_path / "data")
    path = data / "equipements/sports.csv"
    lines = path.read_bytes().splitlines(keepends=True)
    path.unlink()
    path.write_bytes(b"".join(lines[:-3]))
    record(["sports"], data_dir=data)
    row = cells(data, "sports")
    before = cells(EMBEDDED, "sports")
    assert row["lignes_ecartees"] == before["lignes_ecartees"]
    assert all(int(row[name]) == int(before[name]) - 3 for name in ("lignes_lues", "lignes_gardees"))
    # A row that a reading sets aside cannot stand in an extract.
    path.unlink()
    path.write_bytes(b"".join([*lines, lines[-1]]))
    with pytest.raises(ValueError, match=rf"sports.csv : ligne {len(lines) + 1} .*identifiant en double"):
        record(["sports"], data_dir=data)
    with pytest.raises(ValueError, match="ni source, ni fichier à enregistrer : sport ; connus : qpv, "):
        record(["sport"], data_dir=data)
