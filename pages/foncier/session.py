"""What one visitor imports: it lives in the visitor's session, in no file and in no cache that sessions share."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from errors import AtlasError
from facts.snapshot import current
from loaders import fictional, premises
from pages.foncier.premises import Imported, imported
from ui import geocoding
from words import clock

INVENTORY: Final = "locaux-inventaire"
FAULT: Final = "locaux-faute"
UPLOADER: Final = "locaux-depot"
#: Whether addresses may leave for the address service.
GEOCODE: Final = "locaux-geocoder"
#: Part of the uploader's key: another one empties it.
ROUND: Final = "locaux-tour"
MAX_MB: Final = 50


def inventory() -> Imported | None:
    """Give the inventory of the session.

    Returns
    -------
    Imported or None
        None until one is imported.
    """
    found = st.session_state.get(INVENTORY)
    return found if isinstance(found, Imported) else None


def uploader_key() -> str:
    """Give the key of the uploader."""
    return f"{UPLOADER}-{st.session_state.get(ROUND, 0)}"


def take_upload() -> None:
    """Read the file just given, or forget the inventory if it was taken back."""
    file = st.session_state.get(uploader_key())
    if file is None:
        forget()
        return
    geocode = geocoding.best if st.session_state.get(GEOCODE) else None
    _keep(lambda: premises.read(file.getvalue(), name=file.name, geocode=geocode), file.name)


def take_fictional() -> None:
    """Read the invented inventory, on request alone."""
    name = premises.FICTIONAL_FILE.name
    path = premises.FICTIONAL_FILE
    # A territory without a drawn inventory draws its own: the same at each call.
    _keep(lambda: premises.read(path if path.is_file() else fictional.make(), name=name), name)


def forget() -> None:
    """Take the inventory out of the session."""
    st.session_state.pop(INVENTORY, None)
    st.session_state.pop(FAULT, None)
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1


def _keep(read: Callable[[], premises.Inventory], name: str) -> None:
    st.session_state.pop(INVENTORY, None)
    st.session_state.pop(FAULT, None)
    try:
        st.session_state[INVENTORY] = imported(
            read(), name=name, qpv=current().qpv, communes=current().commune_names, today=clock.today()
        )
    except AtlasError as error:
        st.session_state[FAULT] = str(error)
