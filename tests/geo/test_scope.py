"""Where a source applies, and figures blanked elsewhere."""

import numpy as np
import pandas as pd
import pytest

from errors import ArgumentError
from geo.scope import in_scope, mask
from tests.geo.helpers import assert_result

MARSEILLE = {"13055"}
LISTS = pd.Series([["13055"], ["13055", "13070"], ["13001"], [], None], index=list("edcba"))
CODES = pd.Series(["13055", "13001", "", None, np.nan], index=list("edcba"))


def test_one_covered_commune_is_enough():
    assert_result(in_scope(LISTS, MARSEILLE), [True, True, False, False, False], LISTS, dtype="bool")
    assert_result(in_scope(LISTS, ["13070"]), [False, True, False, False, False], LISTS, dtype="bool")


def test_single_codes():
    assert_result(in_scope(CODES, MARSEILLE), [True, False, False, False, False], CODES, dtype="bool")
    assert_result(in_scope(CODES, iter(["13001"])), [False, True, False, False, False], CODES, dtype="bool")


def test_a_source_that_covers_nothing():
    assert_result(in_scope(LISTS, set()), [False] * 5, LISTS, dtype="bool")
    assert_result(in_scope(LISTS.iloc[:0], MARSEILLE), [], LISTS.iloc[:0], dtype="bool")


def test_a_code_is_not_a_collection_of_codes():
    with pytest.raises(ArgumentError, match="13055"):
        in_scope(LISTS, "13055")


def test_a_masked_series_keeps_real_zeros_and_loses_the_others():
    counts = pd.Series([0, 3, 0, 7, 1], index=LISTS.index)
    assert_result(mask(counts, LISTS, MARSEILLE), [0, 3, np.nan, np.nan, np.nan], LISTS, dtype="float64")
    assert counts.tolist() == [0, 3, 0, 7, 1]


def test_a_masked_frame():
    figures = pd.DataFrame({"n": [0, 3, 5, 7, 1], "nom": list("VWXYZ")}, index=LISTS.index)
    blanked = mask(figures, LISTS, MARSEILLE)
    assert_result(blanked["n"], [0, 3, np.nan, np.nan, np.nan], LISTS, dtype="float64")
    assert blanked["nom"].tolist()[:2] == ["V", "W"]
    assert blanked["nom"].isna().tolist() == [False, False, True, True, True]


def test_rows_must_be_the_same():
    with pytest.raises(ArgumentError, match="communes"):
        mask(pd.Series(1.0, index=list("abcde")), LISTS, MARSEILLE)
