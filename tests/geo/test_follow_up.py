"""Promise against fact, worked out by hand: two projects, three communes, one QPV on two of them."""

import pandas as pd
import pytest

from errors import ArgumentError
from facts.follow_up import SIGNS
from geo import follow_up
from tracking.records import Status

PROMISES = pd.DataFrame(
    {
        "a": ["localisé", "métropolitain"],
        "b": ["non concerné", "métropolitain"],
        "c": ["sans objet", "sans objet"],
    },
    index=["p", "q"],
)
QPV = pd.DataFrame({"communes": [["a", "b"]]}, index=["QN1"])


def deployments(*rows):
    return pd.DataFrame(rows, columns=["id_projet", "code_insee", "code_qp", "statut"], dtype="str")


def test_the_furthest_status_counts_and_what_is_dropped_stands_apart():
    rows = deployments(
        ("p", "a", None, "envisagé"), ("p", "a", None, "réalisé"), ("p", "a", None, "abandonné"), ("q", "b", None, "abandonné")
    )  # fmt: skip
    facts = follow_up.by_commune(PROMISES, rows, QPV)
    assert facts.loc[("p", "a"), ["fait", "réalisé", "engagé", "envisagé", "abandonné"]].tolist() == [
        "réalisé", 1, 0, 1, 1
    ]  # fmt: skip
    assert facts.loc[("q", "b"), "fait"] == "abandonné"
    assert list(facts.index) == [(p, c) for p in "pq" for c in "abc"]


def test_without_a_record_a_promise_says_so():
    facts = follow_up.by_commune(PROMISES, deployments(), QPV)
    assert set(facts["fait"]) == {"aucun enregistrement"}
    assert not facts["hors_promesse"].any()
    counts = follow_up.by_project(facts)
    assert counts["communes_promises"].tolist() == [1, 2]
    assert counts["aucun enregistrement"].tolist() == [1, 2]


def test_a_commune_reached_outside_the_text_is_shown_as_such():
    rows = deployments(("p", "b", None, "engagé"), ("q", "c", None, "réalisé"), ("p", "c", None, "abandonné"))
    facts = follow_up.by_commune(PROMISES, rows, QPV)
    assert facts.index[facts["hors_promesse"]].tolist() == [("p", "b"), ("q", "c")]
    assert follow_up.by_project(facts)["communes_hors_promesse"].tolist() == [1, 1]


def test_a_qpv_alone_reaches_all_its_communes_and_a_commune_only_itself():
    rows = deployments(
        ("q", None, "QN1", "engagé"), ("p", "a", "QN1", "engagé"), ("q", None, "QN9", "réalisé")
    )
    assert follow_up.communes_of(rows, QPV).tolist() == [["a", "b"], ["a"], []]
    facts = follow_up.by_commune(PROMISES, rows, QPV)
    assert facts["fait"].tolist() == [
        *("engagé", "aucun enregistrement", "aucun enregistrement"),
        *("engagé", "engagé", "aucun enregistrement"),
    ]


def test_an_unknown_status_is_refused_and_other_projects_are_left_out():
    with pytest.raises(ArgumentError, match="statut inconnu : fini"):
        follow_up.by_commune(PROMISES, deployments(("p", "a", None, "fini")), QPV)
    facts = follow_up.by_commune(PROMISES, deployments(("z", "a", None, "réalisé")), QPV)
    assert set(facts["fait"]) == {"aucun enregistrement"}


def test_the_rooms_agree_on_the_statuses():
    assert set(follow_up.STATUSES) == {status.value for status in Status} == set(SIGNS)


def test_years_of_an_agenda():
    rows = pd.DataFrame({
        "date_debut": pd.to_datetime(["2024-09-01", None, None, "2026-01-01"]),
        "date_fin": pd.to_datetime(["2026-06-30", "2025-12-31", None, None]),
    })  # fmt: skip
    assert list(follow_up.in_year(rows, 2025)) == [True, True, False, False]
    assert list(follow_up.in_year(rows, 2026)) == [True, False, False, True]
