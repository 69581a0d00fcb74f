"""Ids for rows whose producer gives none."""

import hashlib

import pandas as pd


def stable_ids(prefix: str, rows: pd.DataFrame) -> pd.Series:
    """Give each row an id drawn from what it says, whatever the order of the rows.

    Rows that say the same (several courts of one place) are numbered.
    """
    texts = rows.astype("str").agg("|".join, axis=1)
    digests = texts.map(lambda text: hashlib.sha256(text.encode()).hexdigest()[:10])
    return prefix + "-" + digests + "-" + (digests.groupby(digests).cumcount() + 1).astype("str")
