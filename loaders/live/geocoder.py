"""Addresses to points, through the IGN's geocoder (Géoplateforme, Base adresse nationale)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from errors import ArgumentError, ServiceError, ServiceRefusalError
from loaders.live.http_session import get_json

BASE_URL: Final = "https://data.geopf.fr/geocodage"
SERVICE: Final = "Service d’adresses de l’IGN"
LIMIT: Final = 5
#: Lengths of a text that the service accepts.
SHORTEST: Final = 3
LONGEST: Final = 200
#: Below this score an answer is not sure enough to be placed.
SURE_SCORE: Final = 0.8
HOUSE_NUMBER: Final = "housenumber"
STREET: Final = "street"
#: The service refuses a text that begins with anything but a letter or a digit.
_LEADING: Final = re.compile(r"\A[\W_]+")
_LARGEST_LON: Final = 180.0
_LARGEST_LAT: Final = 90.0


@dataclass(frozen=True)
class Address:
    """One answer of the geocoder.

    Attributes
    ----------
    score
        How sure the service is, from 0 to 1.
    lon, lat
        Degrees in WGS84.
    """

    label: str
    score: float
    kind: str
    city: str
    lon: float
    lat: float

    @property
    def precise(self) -> bool:
        """Say whether the point may be compared with the outline of a QPV.

        Returns
        -------
        bool
            True for a number or a street found with a score of 0.8 or more; a commune's middle is no address.
        """
        return self.score >= SURE_SCORE and self.kind in {HOUSE_NUMBER, STREET}


def search(text: str, *, base_url: str = BASE_URL) -> list[Address]:
    """Look an address up.

    Parameters
    ----------
    base_url
        Address of the service, without `/search`.

    Returns
    -------
    list of Address
        At most five, the surest first; none if the service knows no such address.

    Raises
    ------
    ArgumentError
        If the text is shorter than 3 signs or longer than 200, or the service refuses it, or the address of the service
        is not in HTTPS.
    ServiceError
        If the service is away, slow, overloaded, or answers anything but a list of addresses.
    """
    asked = _LEADING.sub("", " ".join(text.split()))
    if not SHORTEST <= len(asked) <= LONGEST:
        raise ArgumentError(f"l’adresse doit compter de {SHORTEST} à {LONGEST} signes")
    # Texts are sent whole: with the service's default, half of an address scores as much as the whole.
    params: dict[str, str | int] = {"q": asked, "limit": LIMIT, "autocomplete": 0}
    try:
        document = get_json(f"{base_url.rstrip('/')}/search", params=params, service=SERVICE, loopback=True)
    except ServiceRefusalError as error:
        raise ArgumentError("le service n’a pas compris ce texte comme une adresse") from error
    try:
        found = [_address(feature) for feature in document["features"]]
    except (KeyError, TypeError, ValueError) as error:
        raise ServiceError(
            SERVICE, "réponse sans liste d’adresses", "réessayer dans quelques minutes"
        ) from error
    return sorted(found, key=lambda address: -address.score)


def _address(feature: Mapping[str, Any]) -> Address:
    lon, lat = (float(degrees) for degrees in feature["geometry"]["coordinates"])
    told = feature["properties"]
    address = Address(
        label=str(told["label"]),
        score=float(told["score"]),
        kind=str(told["type"]),
        city=str(told["city"]),
        lon=lon,
        lat=lat,
    )
    # NaN compares false with everything.
    if not (0 <= address.score <= 1 and abs(lon) <= _LARGEST_LON and abs(lat) <= _LARGEST_LAT):
        raise ValueError("score ou coordonnées hors bornes")
    return address
