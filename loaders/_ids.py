"""Ids for rows whose producer gives none."""

import hashlib

import pandas as pd


def stable_ids(prefix: str, rows: pd.DataFrame) -> pd.Series:
    """Give each row an id drawn from what it says, whatever the order of the rows.

    Rows that say the same (several courts of one place) are numbered.

    Parameters
    ----------
    prefix
        First part of the id.
    rows
        The columns that make a row what it is, as text.

    Returns
    -------
    Series
        `PREFIX-<10 hexadecimal digits>-<number from 1>`, unique.
    """
    texts = rows.astype("str").agg("|".join, axis=1)
    digests = texts.map(lambda text: hashlib.sha256(text.encode()).hexdigest()[:10])
    return prefix + "-" + digests + "-" + (digests.groupby(digests).cumcount() + 1).astype("str")
