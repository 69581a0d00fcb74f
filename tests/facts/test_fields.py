import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from errors import ArgumentError
from facts.fields import Field, row_communes, stated
from words.formats import HORS_PERIMETRE, NON_DIFFUSE, is_missing


def test_a_value_is_kept_and_zero_is_a_value(frame, fields, sources):
    rows = stated(frame, fields, sources)
    assert rows.loc["QN3", "stations_a_portee"] == 0
    assert rows.loc["QN3", "distance_station_m"] == 0.0
    assert rows.loc["QN1"].tolist() == [
        "La Castellane",
        123.46,
        2,
        0.4213,
        45.5,
        10000.0,
        dt.date(2026, 3, 2),
    ]


def test_outside_every_commune_of_the_source_the_reason_is_the_scope(frame, fields, sources):
    velos = ["distance_station_m", "stations_a_portee", "part_surface_couverte"]
    assert stated(frame, fields, sources).loc["QN2", velos].tolist() == [HORS_PERIMETRE] * 3


def test_inside_the_source_a_missing_figure_is_not_disclosed(frame, fields, sources):
    rows = stated(frame, fields, sources)
    assert rows.loc["QN3", "taux_pauvrete_60_pct"] == NON_DIFFUSE
    assert rows.loc["QN2", "releve"] == NON_DIFFUSE


def test_one_covered_commune_of_two_is_inside(frame, fields, sources):
    blank = frame.assign(distance_station_m=np.nan)
    assert stated(blank, fields, sources)["distance_station_m"].tolist() == [
        NON_DIFFUSE,
        HORS_PERIMETRE,
        NON_DIFFUSE,
    ]


def test_the_input_is_left_alone(frame, fields, sources):
    before = frame.copy()
    stated(frame, fields, sources)
    pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(before))


def test_the_index_can_be_a_field(frame, sources):
    assert stated(frame, [Field("code_qp", "Code", "texte")], sources)["code_qp"].tolist() == [
        "QN1",
        "QN2",
        "QN3",
    ]


def test_an_unknown_column_is_named(frame, sources):
    with pytest.raises(ArgumentError, match="absente"):
        stated(frame, [Field("absente", "Absente", "texte")], sources)


def test_an_unknown_kind_is_refused():
    with pytest.raises(ArgumentError, match="hectares"):
        Field("a", "A", "hectares")


def test_an_empty_frame_stays_empty_with_its_columns(frame, fields, sources):
    rows = stated(frame.iloc[:0], fields, sources)
    assert rows.empty
    assert list(rows.columns) == [field.column for field in fields]


def test_communes_come_from_lists_from_codes_or_from_the_index():
    assert row_communes(pd.DataFrame({"communes": [["13055", "13070"], []]})) == [["13055", "13070"], None]
    assert row_communes(pd.DataFrame({"code_insee": ["13055", ""]})) == [["13055"], None]
    assert row_communes(pd.DataFrame({"nom": ["Aix"]}, index=pd.Index(["13001"], name="code_insee"))) == [
        ["13001"]
    ]
    assert row_communes(pd.DataFrame({"nom": ["Aix"]})) == [None]


@pytest.mark.parametrize("value", [None, np.nan, pd.NaT, pd.NA, "", "  ", [], (), np.array([]), float("inf")])
def test_nothing_to_show(value):
    assert is_missing(value)


@pytest.mark.parametrize("value", [0, 0.0, False, "0", [0], dt.date(2026, 1, 1), np.float64(0)])
def test_something_to_show(value):
    assert not is_missing(value)


def test_texts_lists_booleans_and_dates_are_told_in_french():
    frame = gpd.pd.DataFrame(
        {
            "liste": [["a", "b"]],
            "oui": [True],
            "annee": [2018.0],
            "jour": [pd.Timestamp("2026-03-02")],
            "compte": ["sans objet"],
        }
    )
    fields = [
        Field("liste", "Liste", "texte"),
        Field("oui", "Oui", "texte"),
        Field("annee", "Année", "texte"),
        Field("jour", "Jour", "date"),
        Field("compte", "Compte", "entier"),
    ]
    assert stated(frame, fields, {}).iloc[0].tolist() == [
        "a ; b",
        "oui",
        "2018",
        dt.date(2026, 3, 2),
        "sans objet",
    ]


def test_days_kept_as_text_are_days():
    frame = pd.DataFrame({"jour": ["2026-03-02", "2026-02-30", "vers 1950", None]})
    cells = stated(frame, [Field("jour", "Jour", "date")], {})["jour"].tolist()
    assert cells == [dt.date(2026, 3, 2), "2026-02-30", "vers 1950", NON_DIFFUSE]
