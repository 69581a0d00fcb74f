"""The address service that this server asks: the IGN's, or the one that its environment names."""

import os
from typing import Final

from loaders.live import geocoder
from loaders.live.geocoder import Address

#: Where a deployment names another address of the geocoder, such as a relay of its own.
VARIABLE: Final = "ATLAS_GEOCODEUR"


def search(text: str) -> list[Address]:
    """Look an address up.

    Raises
    ------
    ArgumentError
        If the text is no address.
    ServiceError
        If the service does not answer.
    """
    return geocoder.search(text, base_url=os.environ.get(VARIABLE) or geocoder.BASE_URL)


def best(text: str) -> Address | None:
    """Give the surest answer for an address.

    Returns
    -------
    Address or None
        None if the service knows none.

    Raises
    ------
    ArgumentError
        If the text is no address.
    ServiceError
        If the service does not answer.
    """
    return next(iter(search(text)), None)
