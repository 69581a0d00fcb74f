"""Inhabitants of the QPV: where they are counted, and rates over them."""

import numpy as np
import pandas as pd

from errors import ArgumentError
from geo._validate import check_columns


def counted_under(communes: pd.Series) -> pd.Series:
    """Give the one commune under which each QPV's inhabitants are counted.

    A QPV on several communes has no published split of its inhabitants: they are counted once, under the first commune that the source names.

    Parameters
    ----------
    communes
        List of INSEE codes of each QPV.

    Returns
    -------
        INSEE code on the same index.

    Raises
    ------
    ArgumentError
        A QPV names no commune.
    """
    nowhere = [str(code) for code, codes in communes.items() if not len(codes)]
    if nowhere:
        raise ArgumentError(f"QPV sans commune : {', '.join(nowhere)}")
    return pd.Series([codes[0] for codes in communes], index=communes.index, dtype="str")


def inhabitants_by_commune(communes: pd.DataFrame, qpv: pd.DataFrame) -> pd.DataFrame:
    """Add up the QPV and their inhabitants per commune, each QPV counted once.

    Parameters
    ----------
    communes
        Communes indexed by INSEE code.
    qpv
        QPV with `communes` (lists of INSEE codes) and `population`.

    Returns
    -------
        On the index of `communes`: `nb_qpv` (int), `population_qpv` (float; NaN without a QPV, or where the population of one is missing).

    Raises
    ------
    ArgumentError
        A column is missing, an id repeated, or a QPV names no commune.
    """
    check_columns(communes, "les communes", ())
    check_columns(qpv, "les QPV", ("communes", "population"))
    place = counted_under(qpv["communes"])
    number = place.value_counts().reindex(communes.index, fill_value=0)
    return pd.DataFrame(
        {
            "nb_qpv": number.astype("int64"),
            "population_qpv": total_by_commune(qpv["population"], place, communes.index),
        },
        index=communes.index,
    )


def total_by_commune(values: pd.Series, place: pd.Series, communes: pd.Index) -> pd.Series:
    """Add up a figure of the QPV per commune; a missing part makes a missing total.

    Parameters
    ----------
    place
        INSEE code under which each QPV is counted, in the same order.
    communes
        INSEE codes to answer for.

    Returns
    -------
        Totals on `communes` (float): NaN without a QPV, or where a part is missing.
    """
    totals = values.astype(float).groupby(place).sum(skipna=False)
    return totals.reindex(communes)


def per_1000(counts: pd.Series, population: pd.Series) -> pd.Series:
    """Give counts per 1,000 inhabitants.

    Parameters
    ----------
    population
        Inhabitants, on the same index.

    Returns
    -------
        Rates (float): NaN where the population is missing or zero.
    """
    return counts * 1000.0 / population.where(population > 0)


def within_reach(population: pd.Series, share: pd.Series) -> pd.DataFrame:
    """Estimate the inhabitants within reach of something, taken to live evenly over their QPV.

    Parameters
    ----------
    share
        Share of its area within reach (0 to 1), on the same index.

    Returns
    -------
        `part_surface_couverte`, `habitants_a_portee` and `habitants_hors_portee` (float), missing where a part is.
    """
    inhabitants = population.astype(float)
    return pd.DataFrame(
        {
            "part_surface_couverte": share,
            "habitants_a_portee": inhabitants * share,
            "habitants_hors_portee": inhabitants * (1.0 - share),
        }
    )


def rank_largest(values: pd.Series) -> pd.Series:
    """Rank from the largest, equal values by code.

    Returns
    -------
        1 for the largest (float): a missing value has no rank.
    """
    known = values.dropna()
    order = np.lexsort((known.index.to_numpy(), -known.to_numpy()))
    rank = pd.Series(np.arange(1.0, len(known) + 1), index=known.index[order])
    return rank.reindex(values.index)
