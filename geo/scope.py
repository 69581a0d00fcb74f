"""Where a source applies: outside its communes there is no figure, not a zero."""

from collections.abc import Iterable
from typing import TypeVar

import pandas as pd

from geo._validate import check_codes, check_same_index

Values = TypeVar("Values", pd.Series, pd.DataFrame)


def in_scope(communes: pd.Series, covered: Iterable[str]) -> pd.Series:
    """Tell which rows lie in the communes that a source covers.

    Parameters
    ----------
    communes
        INSEE code of each row, or list of codes; a missing or empty one is in no commune.
    covered
        INSEE codes that the source covers.

    Returns
    -------
        On the index of `communes` (bool): True where at least one of the row's communes is covered.

    Raises
    ------
    ArgumentError
        `covered` is a text, not a collection.
    """
    codes = check_codes(covered)
    inside = [
        value in codes
        if isinstance(value, str)
        else isinstance(value, Iterable) and not codes.isdisjoint(value)
        for value in communes
    ]
    return pd.Series(inside, index=communes.index, dtype=bool)


def mask(values: Values, communes: pd.Series, covered: Iterable[str]) -> Values:
    """Blank the figures of rows outside the communes that a source covers.

    Parameters
    ----------
    communes
        INSEE code or list of codes of each row, on the same index.
    covered
        INSEE codes that the source covers.

    Returns
    -------
        New figures: numbers become float, with NaN outside.

    Raises
    ------
    ArgumentError
        The two indexes differ, or `covered` is a text.
    """
    check_same_index(values.index, communes.index, "les valeurs et leurs communes")
    return values.where(in_scope(communes, covered))
