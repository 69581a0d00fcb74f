"""No room of the code names the territory: its words stand in `data/` alone."""

import re
import tomllib
import unicodedata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("geo", "loaders", "maps", "exports", "ui", "pages")
#: Insee's table of the municipal arrondissements of France names three communes by their codes, this territory's among them.
NATIONAL = {"geo/arrondissements.py": {"13055"}}


def unaccented(text):
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))


def words():
    """Give what only this territory is called: names, codes, networks, document, counts."""
    document = tomllib.loads((ROOT / "data/territoire.toml").read_text(encoding="utf-8"))
    listed = document["communes"]
    return {
        document["nom"],
        document["contrat"],
        document["projets"]["document"],
        "cahier",
        "RTM",
        "Aix-Marseille",
        *document["epci"],
        *(network[key] for network in document["velos"] for key in ("nom", "gbfs")),
        *(unaccented(network["nom"]) for network in document["velos"]),
        *(commune[key] for commune in listed for key in ("nom", "code")),
        f"{len([row for row in listed if row['statut'] != 'voisine'])} communes",
        "66 quartiers prioritaires",
        "34 projets",
        "31 projets",
    }


PATTERN = re.compile(
    rf"(?<![^\W_])(?:{'|'.join(re.escape(word) for word in sorted(words()))})(?![^\W_])|the 16 communes|the 66 QPV",
    re.IGNORECASE,
)


def files():
    rooms = [
        file
        for room in ROOMS
        for file in (ROOT / room).rglob("*")
        if file.suffix in {".py", ".md", ".js", ".css", ".html", ".typ"}
    ]
    return sorted([ROOT / "app.py", ROOT / "errors.py", *rooms])


def found(text):
    return {match.group(0) for match in PATTERN.finditer(text)}


def test_the_pattern_finds_the_words_it_must():
    assert found("Stations levélo de Marseille (13055), le_reseau_levelo non, code_marseille oui") == {
        "levélo", "levelo", "Marseille", "13055", "marseille",
    }  # fmt: skip
    assert found("Les 16 communes, un registre, la métropole") == {"16 communes"}


@pytest.mark.parametrize("room", ["app.py", "errors.py", *ROOMS])
def test_no_word_of_the_territory_in_the_code(room):
    told = {
        str(file.relative_to(ROOT)): sorted(left)
        for file in files()
        if file.relative_to(ROOT).parts[0] == room
        and (
            left := found(file.read_text(encoding="utf-8")) - NATIONAL.get(str(file.relative_to(ROOT)), set())
        )
    }
    assert told == {}


def test_every_room_was_read():
    assert {file.relative_to(ROOT).parts[0] for file in files()} == {"app.py", "errors.py", *ROOMS}
    assert len(files()) > 200
