"""Ground-floor premises: which are free, and how many lie in each place."""

from datetime import date
from typing import Final

import pandas as pd

from geo._validate import check_columns

FREE: Final = "disponible"
LATER: Final = "disponible plus tard"
NOT_FREE: Final = "non disponible ou inconnu"
#: What an inventory says of premises that can be let.
STATUS_FREE: Final = "disponible"
#: Premises of these statuses may become free on a day that the inventory gives.
STATUS_UNKNOWN: Final = "inconnu"


def availability(premises: pd.DataFrame, today: date) -> pd.Series:
    """Say whether premises are free today, later, or not as far as is known.

    Free: their status says so, or is unknown, and the day from which they are free has come; a status that says so needs no day. Later: that day is to come, whatever their status.

    Parameters
    ----------
    premises
        Rows with `statut` and `disponible_depuis` (datetime64, NaT where not given).

    Returns
    -------
        `FREE`, `LATER` or `NOT_FREE` on the index of `premises`.

    Raises
    ------
    ArgumentError
        A column is missing or an id repeated.
    """
    check_columns(premises, "les locaux", ("statut", "disponible_depuis"))
    day = pd.to_datetime(premises["disponible_depuis"])
    limit = pd.Timestamp(today)
    free = premises["statut"].eq(STATUS_FREE) & (day.isna() | (day <= limit))
    free |= premises["statut"].eq(STATUS_UNKNOWN) & day.notna() & (day <= limit)
    said = pd.Series(NOT_FREE, index=premises.index, dtype="str")
    return said.mask(day > limit, LATER).mask(free, FREE)


def totals(premises: pd.DataFrame, place: pd.Series, places: pd.Index) -> pd.DataFrame:
    """Count the premises of each place, those that are free, and the surface that is known.

    Parameters
    ----------
    premises
        Rows with `disponibilite` (as `availability`) and `surface_m2` (m², NaN where not given).
    place
        Place of each row, on the same index.

    Returns
    -------
        On `places` (float): `locaux`, `locaux_disponibles`, `surface_connue_m2` (sum of those that are given), `surfaces_inconnues` (how many are not).

    Raises
    ------
    ArgumentError
        A column is missing or an id repeated.
    """
    check_columns(premises, "les locaux", ("disponibilite", "surface_m2"))
    surface = premises["surface_m2"].astype(float)
    table = pd.DataFrame(
        {
            "locaux": 1.0,
            "locaux_disponibles": premises["disponibilite"].eq(FREE).astype(float),
            "surface_connue_m2": surface.fillna(0.0),
            "surfaces_inconnues": surface.isna().astype(float),
        },
        index=premises.index,
    )
    return table.groupby(place).sum().reindex(places, fill_value=0.0)
