import datetime as dt

import pandas as pd

from loaders.formats.cells import read_dates


def test_months_are_read_in_full_or_short():
    written = pd.Series(
        ["1er mars 2026", "3 déc 2026", "14 févr. 2027", "30 Septembre 2026", "5 août 2026", "12 juil 2026"]
    )
    expected = [(2026, 3, 1), (2026, 12, 3), (2027, 2, 14), (2026, 9, 30), (2026, 8, 5), (2026, 7, 12)]
    assert [dt.date(*day) for day in expected] == [pd.Timestamp(day).date() for day in read_dates(written)]
