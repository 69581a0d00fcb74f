import dataclasses

import pytest
from streamlit.testing.v1 import AppTest

from facts.naming import line, scope
from tests import today

B, N = "\u00a0", "\u202f"
NAMES = {
    "13001": "Aix-en-Provence",
    "13005": "Aubagne",
    "13055": "Marseille",
    "13106": "Septèmes",
    "84089": "Pertuis",
}


@pytest.mark.parametrize(
    ("communes", "text"),
    [
        (set(NAMES), "les 5 communes"),
        ({*NAMES, "13070"}, "les 5 communes"),
        ({"13055"}, "Marseille seulement"),
        ({*NAMES} - {"84089"}, "4 communes sur 5, sans Pertuis"),
        ({"13001", "13055"}, "2 communes sur 5, sans Aubagne, Septèmes, Pertuis"),
        ({"99999"}, f"0{B}commune sur 5 : aucune"),
        (set(), "communes non précisées"),
    ],
)
def test_the_scope_is_said_in_words(communes, text, velos_source):
    assert scope(dataclasses.replace(velos_source, communes=frozenset(communes)), NAMES) == text


def test_many_communes_out_are_told_by_those_within(velos_source):
    names = {str(code): f"Commune {code}" for code in range(10)}
    source = dataclasses.replace(velos_source, communes=frozenset({"1", "2", "3"}))
    assert scope(source, names) == f"3{B}communes sur 10 : Commune 1, Commune 2, Commune 3"


def test_the_line_gives_producer_title_vintage_licence_and_scope(velos_source):
    assert line(velos_source, NAMES) == (
        f"Source{B}: Métropole Aix-Marseille-Provence, Stations levélo, 2 mars 2026{N}; ODbL 1.0{N}; "
        f"couvre{B}: Marseille seulement"
    )


def noting():
    from ui import sources

    sources.note("velos", "sports", "velos")


def test_the_note_tells_each_source_once():
    at = AppTest.from_function(noting).run()
    assert not at.exception
    body = at.get("html")[0].proto.body
    assert body.count("<li>") == 2
    assert f"couvre{B}: Marseille seulement" in body
    assert "15 communes sur 16, sans Pertuis" in body
    assert today.source("velos")["millesime"] in body
