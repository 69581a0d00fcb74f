import dataclasses
import datetime as dt

import pytest

from ui import freshness

B = "\u00a0"
ON = dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("date", "months", "text", "old"),
    [
        (dt.date(2026, 11, 1), 0, "moins d'un mois", False),
        (dt.date(2026, 10, 24), 0, "moins d'un mois", False),
        (dt.date(2026, 10, 23), 1, f"1{B}mois", False),
        (dt.date(2026, 3, 2), 8, f"8{B}mois", False),
        (dt.date(2025, 4, 1), 19, f"19{B}mois", False),
        (dt.date(2024, 3, 10), 32, f"2{B}ans", False),
        (dt.date(2021, 11, 24), 59, f"4{B}ans", False),
        (dt.date(2021, 11, 23), 60, f"5{B}ans", True),
        (dt.date(2016, 1, 1), 130, f"10{B}ans", True),
        (dt.date(2027, 1, 1), 0, "moins d'un mois", False),
        (None, None, "date non précisée", False),
    ],
)
def test_age(velos_source, date, months, text, old):
    source = dataclasses.replace(velos_source, date=date)
    assert freshness.months(source, on=ON) == months
    assert freshness.age(source, on=ON) == text
    assert freshness.is_old(source, on=ON) is old


@pytest.mark.parametrize(
    ("day", "state", "origin"),
    [
        (None, "embarquée", "embarquée avec l'atlas"),
        (dt.date(2026, 11, 23), "en direct", "en direct, vérifiée le 23 novembre 2026"),
        (dt.date(2026, 11, 22), "en direct", "en direct, vérifiée le 22 novembre 2026"),
        (dt.date(2026, 11, 21), "en cache", "en cache, vérifiée le 21 novembre 2026"),
    ],
)
def test_a_source_is_embedded_live_or_cached(velos_source, day, state, origin):
    source = dataclasses.replace(velos_source, telecharge_le=day)
    assert freshness.state(source, on=ON) == state
    assert freshness.origin(source, on=ON).replace(B, " ") == origin


def test_a_source_that_waits_for_its_first_download(velos_source):
    source = dataclasses.replace(velos_source, lignes_lues=0, communes=frozenset())
    assert freshness.origin(source, on=ON) == "non téléchargée"
