"""The whole atlas on territories that are not its own: another département, other bikes, or none at all."""

import html
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.territoires import made_up

ROOT = Path(__file__).resolve().parent.parent.parent
#: Pages and addresses to visit, files and sheets to make.
ASKED = {
    "rhone": {
        "visits": [
            ["accueil", {}],
            ["carte", {"commune": "69123"}],
            ["quartier", {"qpv": "QN06901Z"}],
            ["commune", {"commune": "69902"}],
            ["velos", {}],
            ["velos", {"vue_velos": "Implantation"}],
            ["foncier", {}],
            ["sport", {}],
            ["projets", {}],
            ["suivi", {}],
            ["projets", {"projet": "parts"}],
            ["donnees", {}],
            ["methode", {}],
        ],
        "files": ["carte-totaux-export-xlsx", "carte-html"],
        "sheets": [["qpv_sheet", ["QN06903Z"]], ["project_sheet", ["stations"]], ["matrix_sheet", []]],
    },
    "petit": {
        "visits": [
            ["accueil", {}],
            ["carte", {"commune": "29901", "qpv": "QN02901Z"}],
            ["quartier", {"qpv": "QN02901Z"}],
            ["commune", {"commune": "29901"}],
            ["velos", {}],
            ["foncier", {}],
            ["foncier", {"vue_foncier": "Locaux en pied d'immeuble"}],
            ["sport", {}],
            ["projets", {}],
            ["suivi", {}],
            ["donnees", {}],
            ["methode", {}],
        ],
        "files": ["carte-totaux-export-xlsx", "carte-html"],
        "sheets": [["qpv_sheet", ["QN02901Z"]], ["commune_sheet", ["29902"]]],
    },
}


@pytest.fixture(scope="module", params=list(made_up.EVERY))
def shown(request, tmp_path_factory):
    """Everything that the atlas shows of one made-up territory."""
    folder = tmp_path_factory.mktemp("territoire")
    data, told = folder / "donnees", folder / "montre.json"
    made_up.write(made_up.EVERY[request.param], data)
    size = sum(file.stat().st_size for file in data.rglob("*") if file.is_file())
    assert size < 150_000
    script = Path(__file__).with_name("visit.py")
    run = subprocess.run(
        [sys.executable, str(script), json.dumps(ASKED[request.param]), str(told)],
        env=os.environ | {"ATLAS_DONNEES": str(data), "ATLAS_CACHE": str(folder / "cache")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    return request.param, json.loads(told.read_text(encoding="utf-8"))


def texts(found):
    """Give every text of pages, maps, files and sheets, with where it stands."""
    for visit in found["visits"]:
        for text in [*visit["html"], *visit["said"], *visit["maps"]]:
            yield visit["page"], html.unescape(text)
    for name, rows in found["files"].items():
        for row in rows:
            yield from ((name, str(cell)) for cell in row if cell is not None)
    yield from (("fiche", text) for text in found["sheets"])


def words(visit):
    """Give what a page writes, without its markup, with ordinary spaces and signs."""
    bare = re.sub(
        r"<style.*?</style>|<script.*?</script>|<[^>]+>", " ", " ".join(visit["html"]), flags=re.DOTALL
    )
    whole = html.unescape(f"{bare} {' '.join(visit['said'])}").replace("\\", "")
    return re.sub(r"\s+", " ", whole).replace("’", "'")


def of(found, page):
    return " ".join(words(visit) for visit in found["visits"] if visit["page"] == page)


def own_words():
    """Give the words that only the real territory has: names, codes, networks, document."""
    document = tomllib.loads((ROOT / "data/territoire.toml").read_text(encoding="utf-8"))
    names = [commune["nom"] for commune in document["communes"]]
    codes = [commune["code"] for commune in document["communes"]]
    networks = [network["nom"] for network in document["velos"]]
    others = [
        document["nom"],
        document["contrat"],
        document["projets"]["document"],
        *document["epci"],
        "RTM",
        "16 communes",
        "66 QPV",
    ]
    return [*names, *codes, *networks, *others]


OWN = re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(word) for word in own_words())})(?!\w)", re.IGNORECASE)


def test_no_page_fails(shown):
    for visit in shown[1]["visits"]:
        assert visit["exceptions"] == [], visit["page"]
        assert visit["errors"] == [], visit["page"]


def test_no_word_of_the_real_territory(shown):
    assert OWN.search("le réseau levélo, à Marseille")  # the pattern finds what it must
    said = [
        (where, text[max(0, match.start() - 60) : match.end() + 60])
        for where, text in texts(shown[1])
        for match in OWN.finditer(text)
    ]
    assert said == []


def test_counts_are_those_of_the_territory(shown):
    name, found = shown
    place = made_up.EVERY[name]
    communes, qpv = len(place.communes), len(place.quarters)
    with_qpv = len({code for codes in place.quarters.values() for code in codes})
    assert (
        f"{qpv} quartiers prioritaires (QPV), où vivent {sum(range(1, qpv + 1))} 000 habitants, dans {with_qpv} des {communes} communes"
        in of(found, "accueil")
    )
    assert f"Le contrat de ville réunit {communes} communes" in of(found, "methode")
    assert f"les {communes} communes" in of(found, "donnees")
    assert f"sur {len(place.sources)} sources" in of(found, "donnees").replace("repose sur", "sur")
    title = place.toml.split('nom = "')[1].split('"')[0]
    assert all(title in words(visit) for visit in found["visits"])  # the foot of every page


def test_networks_and_document_have_their_own_names(shown):
    name, found = shown
    if name != "rhone":
        pytest.skip("this one has neither")
    assert "Stations Vélofictif et Cyclofictif" in of(found, "carte")
    assert "couverts par Vélofictif et Cyclofictif" in of(found, "accueil")
    assert "« agenda fictif »" in of(found, "projets")
    assert "Grandfleuve 1e" in of(found, "projets")


def test_what_the_territory_lacks_is_neither_shown_nor_0(shown):
    name, found = shown
    if name != "petit":
        pytest.skip("this one lacks nothing")
    head, *rows = found["files"]["carte-totaux-export-xlsx"]
    assert head == [
        "Identifiant", "Commune", "QPV", "Habitants des QPV", "Friches vérifiées", "Friches potentielles, non vérifiées",
    ]  # fmt: skip
    assert rows[0][1] == "Menhir-Fictif"
    absent = re.compile(r"station|gare|tramway|équipements? s|projets? (?:du|de)", re.IGNORECASE)
    for page in ("carte", "quartier", "commune"):
        tables = [
            cell
            for visit in found["visits"]
            if visit["page"] == page
            for table in re.findall(r"<table.*?</table>", " ".join(visit["html"]), flags=re.DOTALL)
            for cell in re.findall(r"<th\b[^>]*>(.*?)</th>", table, flags=re.DOTALL)
        ]
        assert tables
        assert [cell for cell in tables if absent.search(html.unescape(cell))] == []
    assert not any(absent.search(text) for text in found["sheets"])
    maps = " ".join(text for visit in found["visits"] for text in visit["maps"])
    assert '"id":"friches"' in maps.replace("\\", "")
    for layer in ("stations", "lignes", "gares", "sports", "social", "arrondissements"):
        assert f'"id":"{layer}"' not in maps.replace("\\", ""), layer


def test_pages_about_what_is_absent_say_why(shown):
    name, found = shown
    if name != "petit":
        pytest.skip("this one lacks nothing")
    assert "ne nomme aucun réseau de vélos en libre-service" in of(found, "velos")
    assert "ne nomme aucun dossier de projets" in of(found, "projets")
    assert "ne nomme aucun dossier de projets" in of(found, "suivi")
    assert "n'en contient aucune pour cette page" in of(found, "sport")
    linked = {link for visit in found["visits"] for link in visit["links"]}
    assert "velos" not in linked
    assert "projets" not in linked
    assert "suivi" not in linked
