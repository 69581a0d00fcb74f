"""Place rows that have an address and no coordinates, through a geocoder that the caller brings."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

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


@dataclass(frozen=True)
class Answers:
    """What a geocoder answered to each address, to be read again where no network is.

    Attributes
    ----------
    places
        Address to longitude, latitude and whether it is precise; None where the service knows none.
    away
        Why the service was not asked for the others; "" if it was.
    """

    places: Mapping[str, tuple[float, float, bool] | None]
    away: str = ""

    def given(self, address: str) -> Located | None:
        """Give what was answered, as a geocoder would."""
        if address not in self.places:
            raise AtlasError(self.away)
        found = self.places[address]
        return None if found is None else _Answer(*found)


class _Answer(NamedTuple):
    lon: float
    lat: float
    precise: bool


def asked(addresses: Iterable[str], geocode: Geocode) -> Answers:
    """Ask a geocoder for distinct addresses, until it fails."""
    places: dict[str, tuple[float, float, bool] | None] = {}
    for address in addresses:
        try:
            found = geocode(address)
        except ArgumentError:
            found = None
        except AtlasError as error:
            return Answers(places, str(error))
        places[address] = None if found is None else (found.lon, found.lat, found.precise)
    return Answers(places)


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
    nowhere = (float("nan"), float("nan"))
    answers = {"": (*nowhere, NO_ADDRESS)}
    asked, away = 0, "" if geocode else NOT_ASKED
    for address in filter(None, addresses.unique()):
        found, fault = None, away or (TOO_MANY if asked >= MAX_ADDRESSES else "")
        if geocode and not fault:
            asked += 1
            try:
                found = geocode(address)
                fault = NOT_FOUND if found is None else "" if found.precise else IMPRECISE
            except ArgumentError:
                fault = NOT_FOUND
            except AtlasError as error:
                fault = away = f"{SERVICE_AWAY} ({error})"
        place = (found.lon, found.lat) if found and not fault else nowhere
        answers[address] = (*place, fault)
    rows = [answers[address] for address in addresses]
    frame = pd.DataFrame(rows, index=addresses.index, columns=["lon", "lat", "faute"])
    return frame.astype({"lon": float, "lat": float, "faute": "str"})
