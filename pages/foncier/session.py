"""The inventory that one visitor imports in the view of premises."""

from typing import Final

import streamlit as st

from facts.snapshot import current
from loaders import fictional, premises
from pages.foncier.premises import Imported, imported
from ui import geocoding
from ui.slots import Slot
from words import clock

INVENTORY: Final = "locaux"
#: Whether addresses may leave for the address service.
GEOCODE: Final = "locaux-geocoder"
MAX_MB: Final = 50


def _read(raw: bytes, name: str) -> Imported:
    return _imported(
        premises.read(raw, name=name, geocode=geocoding.best if st.session_state.get(GEOCODE) else None), name
    )


PARC: Final = Slot(INVENTORY, _read)


def take_fictional() -> None:
    """Read the invented inventory, on request alone."""
    path = premises.FICTIONAL_FILE
    # A territory without a drawn inventory draws its own: the same at each call.
    drawn = path.is_file()
    PARC.keep(
        lambda: _imported(
            premises.read_fictional() if drawn else premises.read(fictional.make(), name=path.name), path.name
        )
    )


def _imported(inventory: premises.Inventory, name: str) -> Imported:
    held = current()
    return imported(inventory, name=name, qpv=held.qpv, communes=held.commune_names, today=clock.today())
