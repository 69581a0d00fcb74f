"""Place rows that have an address and no coordinates, through a geocoder that the caller brings."""

from collections.abc import Callable
from typing import Final, Protocol

import pandas as pd

from errors import ArgumentError, AtlasError

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
    def precise(self) -> bool:
        """Whether the answer is sure enough to say "in a QPV": a number or a street, with a good score."""


#: The best answer for an address, None if there is none; raises an `ArgumentError` for a text that is no address and
#: another `AtlasError` when the service is away.
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
        On the index of `addresses`: `lon` and `lat` (NaN where not found), `faute` (why, else "").
    """
    answers: dict[str, tuple[float, float, str]] = {}
    nowhere = (float("nan"), float("nan"))
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
                found = geocode(address)
            except ArgumentError:
                found = None
            except AtlasError as error:
                away = f"{SERVICE_AWAY} ({error})"
                answers[address] = (*nowhere, away)
                continue
            if found is not None and found.precise:
                answers[address] = (found.lon, found.lat, "")
            else:
                answers[address] = (*nowhere, NOT_FOUND if found is None else IMPRECISE)
    rows = [answers[address] for address in addresses]
    frame = pd.DataFrame(rows, index=addresses.index, columns=["lon", "lat", "faute"])
    return frame.astype({"lon": float, "lat": float, "faute": "str"})
