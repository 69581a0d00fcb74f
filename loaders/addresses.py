"""Place rows that have an address and no coordinates, through a geocoder that the caller brings."""

from collections.abc import Callable
from typing import Final, Protocol

import pandas as pd

from errors import AtlasError

#: Below this score an answer of the IGN's geocoder is not sure enough to say "in a QPV".
MIN_SCORE: Final = 0.8
#: More distinct addresses in one go would hold the page and the public service too long.
MAX_ADDRESSES: Final = 500

#: What a row placed by its address says of its position.
FROM_ADDRESS: Final = "adresse géocodée, à vérifier"
NO_ADDRESS: Final = "ni coordonnées ni adresse"
NOT_ASKED: Final = "adresse non géocodée"
NOT_FOUND: Final = "adresse introuvable"
IMPRECISE: Final = "adresse trop imprécise"
TOO_MANY: Final = "adresse au-delà du nombre géocodé en une fois"
SERVICE_AWAY: Final = "géocodage interrompu"


class Located(Protocol):
    """What a geocoder answers."""

    @property
    def lon(self) -> float:
        """Longitude in degrees."""

    @property
    def lat(self) -> float:
        """Latitude in degrees."""

    @property
    def score(self) -> float:
        """How sure the answer is, from 0 to 1."""


#: The best answer for an address, None if there is none; raises an `AtlasError` when the service is away.
Geocode = Callable[[str], Located | None]


def locate(addresses: pd.Series, geocode: Geocode | None) -> pd.DataFrame:
    """Find the coordinates of addresses, each distinct one asked once.

    The service is not asked again once it failed, nor for more than `MAX_ADDRESSES` distinct addresses.

    Parameters
    ----------
    addresses
        Address of each row, "" where there is none.
    geocode
        Finds an address; None asks nothing.

    Returns
    -------
    DataFrame
        On the index of `addresses`: `lon`, `lat` and `score` (NaN where not found), `faute` (why, else "").
    """
    answers: dict[str, tuple[float, float, float, str]] = {}
    nowhere = (float("nan"),) * 3
    asked = 0
    away = ""
    for address in addresses.unique():
        if not address:
            answers[address] = (*nowhere, NO_ADDRESS)
        elif geocode is None:
            answers[address] = (*nowhere, NOT_ASKED)
        elif away:
            answers[address] = (*nowhere, away)
        elif asked >= MAX_ADDRESSES:
            answers[address] = (*nowhere, TOO_MANY)
        else:
            asked += 1
            try:
                answers[address] = _judged(geocode(address))
            except AtlasError as error:
                away = f"{SERVICE_AWAY} ({error})"
                answers[address] = (*nowhere, away)
    rows = [answers[address] for address in addresses]
    return pd.DataFrame(rows, index=addresses.index, columns=["lon", "lat", "score", "faute"]).astype({
        "lon": float, "lat": float, "score": float, "faute": "str",
    })  # fmt: skip


def _judged(found: Located | None) -> tuple[float, float, float, str]:
    nan = float("nan")
    if found is None:
        return nan, nan, nan, NOT_FOUND
    if found.score < MIN_SCORE:
        return nan, nan, found.score, IMPRECISE
    return found.lon, found.lat, found.score, ""
