"""Ground-floor premises: which are free on a day, and how many in each place."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from errors import ArgumentError
from geo.premises import FREE, LATER, NOT_FREE, availability, totals
from tests.geo.helpers import assert_result

TODAY = dt.date(2026, 3, 15)
PREMISES = pd.DataFrame(
    [
        ("disponible", None, 100.0),  # no day needed
        ("disponible", "2026-03-15", 50.0),  # from today
        ("disponible", "2026-03-16", 30.0),  # from tomorrow
        ("occupé", "2027-01-01", np.nan),  # will be free
        ("occupé", "2020-01-01", 10.0),  # an old day says nothing once it is let
        ("inconnu", "2025-01-01", np.nan),
        ("inconnu", None, 5.0),
        ("en travaux", None, 1.0),
    ],
    columns=["statut", "disponible_depuis", "surface_m2"],
    index=pd.Index(list("abcdefgh"), dtype="str"),
).assign(disponible_depuis=lambda frame: pd.to_datetime(frame["disponible_depuis"]))


def test_free_today_later_or_not():
    assert availability(PREMISES, TODAY).tolist() == [
        FREE, FREE, LATER, LATER, NOT_FREE, FREE, NOT_FREE, NOT_FREE,
    ]  # fmt: skip
    assert availability(PREMISES, dt.date(2026, 3, 16))["c"] == FREE
    assert availability(PREMISES.iloc[:0], TODAY).empty


def test_totals_of_each_place():
    premises = PREMISES.assign(disponibilite=availability(PREMISES, TODAY))
    place = pd.Series(["QN1", "QN1", "QN2", "QN2", "hors QPV", "QN1", "QN1", "QN2"], index=premises.index)
    places = pd.Index(["QN1", "QN2", "QN3"], dtype="str")
    table = totals(premises, place, places)
    like = pd.Series(index=places, dtype=float)
    assert_result(table["locaux"], [4, 3, 0], like, dtype="float64")
    assert_result(table["locaux_disponibles"], [3, 0, 0], like, dtype="float64")
    assert_result(table["surface_connue_m2"], [155, 31, 0], like, dtype="float64")
    assert_result(table["surfaces_inconnues"], [1, 1, 0], like, dtype="float64")


def test_a_missing_column_is_named():
    with pytest.raises(ArgumentError, match="disponible_depuis"):
        availability(PREMISES.drop(columns="disponible_depuis"), TODAY)
    with pytest.raises(ArgumentError, match="disponibilite"):
        totals(PREMISES, PREMISES["statut"], pd.Index([]))
