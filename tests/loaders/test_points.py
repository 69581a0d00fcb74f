"""Numbers and ids of many rows, read by columns at once where they are sound, one by one where they are not."""

import math

import pandas as pd
import pytest

from loaders.formats.points import drop_duplicate_ids, numbers
from loaders.quality import Report


def texts(*values):
    return pd.Series(values, index=range(2, len(values) + 2), dtype="str", name="lon")


@pytest.mark.parametrize(
    ("values", "expected", "faults"),
    [
        (("5.37", "-0.5", "1e1"), (5.37, -0.5, 10.0), []),
        (("5,37", "", "7"), (5.37, math.nan, 7.0), []),
        (("", "", ""), (math.nan,) * 3, []),
        (("5.37", "nord", "+7"), (5.37, math.nan, 7.0), [3]),
        (("5.37", "nan", "inf"), (5.37, math.nan, math.nan), [3, 4]),
        (("5.37", "101", "1e400"), (5.37, math.nan, math.nan), [3, 4]),
    ],
)
def test_numbers(values, expected, faults):
    given = texts(*values)
    report = Report("essai", 3, given)
    read = numbers(given, low=-100, high=100, report=report)
    assert read.tolist() == pytest.approx(expected, nan_ok=True)
    assert [fault.ligne for fault in report.faults] == faults


@pytest.mark.parametrize(
    ("ids", "kept"),
    [
        (("a", "b", "c"), ["a", "b", "c"]),
        (("a", "b", "b"), ["a", "b"]),
        (("b", "a", "b"), ["b", "a"]),
        (("", "a", "b"), ["a", "b"]),
        (("é", "z", "ö"), ["é", "z", "ö"]),
        (("seul",), ["seul"]),
        ((), []),
    ],
)
def test_ids(ids, kept):
    rows = pd.DataFrame({"id": texts(*ids)})
    report = Report("essai", len(ids), rows["id"])
    assert drop_duplicate_ids(rows, "id", report)["id"].tolist() == kept
    assert report.lignes_ecartees == len(ids) - len(kept)
