"""The file that a visitor is about to add as a layer: it lives in the visitor's session, and leaves it once added."""

from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any, Final

import streamlit as st

from errors import AtlasError
from loaders.brought.opened import Choice, Opened
from loaders.own_layer import OwnLayer
from ui import apart, own_layers
from ui.slots import Slot

#: The server's own limit (`maxUploadSize`).
MAX_MB: Final = 50
_ADDED: Final = "couche-ajoutee"
#: What is said of columns by their headings.
_COLUMNS: Final = ("as_text", "as_number", "label")
#: What a correction makes doubtful: it is guessed again.
_AFTER: Final = {
    "member": ("part", "encoding", "separator", "header_line", "position", "crs", "swapped", *_COLUMNS),
    "part": ("header_line", "position", "crs", "swapped", *_COLUMNS),
    "encoding": ("separator", "header_line", "position", *_COLUMNS),
    "separator": ("header_line", "position", *_COLUMNS),
    "header_line": ("position", *_COLUMNS),
    "position": ("crs", "swapped"),
    "crs": ("swapped",),
}


@dataclass(frozen=True, eq=False)
class Draft:
    """A file as it would be read.

    Attributes
    ----------
    layer
        Its objects, None if they cannot be placed yet.
    step
        Changes with each reading: widgets that correct it start from what was guessed.
    """

    name: str
    content: bytes
    corrected: Choice
    guess: Opened
    layer: OwnLayer | None
    fault: str
    step: int


def _read(raw: bytes, name: str) -> Draft:
    return _looked(name, raw, Choice(), 0)


FILE: Final = Slot("couche", _read)


def added() -> str:
    """Name the layer that was just added; "" if none was, or it was taken away."""
    title = st.session_state.get(_ADDED, "")
    return str(title) if any(one.title == title for one in own_layers.held()) else ""


def take() -> None:
    """Look at the file just given, or forget it if it was taken back."""
    st.session_state.pop(_ADDED, None)
    FILE.take()


def correct(field: str, value: Any) -> None:
    """Read the file again with one more correction; a correction that makes it unreadable is refused, and said."""
    found = FILE.held()
    if found is None:
        return
    fresh = Choice()
    again: dict[str, Any] = {name: getattr(fresh, name) for name in _AFTER.get(field, ())}
    corrected = replace(found.corrected, **(again | {field: value}))
    try:
        made = _looked(found.name, found.content, corrected, found.step + 1)
    except AtlasError as error:
        made = replace(found, fault=f"Correction refusée. {error}", step=found.step + 1)
    st.session_state[FILE.key] = made


def add(title: str, origin: str, vintage: str) -> None:
    """Make of the file a layer of the atlas, for this session."""
    found = FILE.held()
    if found is None or found.layer is None:
        return
    try:
        one = own_layers.add(found.layer, name=found.name, title=title, origin=origin, vintage=vintage)
    except AtlasError as error:
        st.session_state[FILE.key] = replace(found, fault=str(error))
        return
    st.session_state[_ADDED] = one.title
    FILE.forget()


def stem(name: str) -> str:
    """Propose a title from the name of a file."""
    return PurePath(name).stem.replace("_", " ").strip() or name


def _looked(name: str, content: bytes, corrected: Choice, step: int) -> Draft:
    guess, layer, told = apart.read("couche", name, content, choice=corrected)
    if layer is not None and layer.frame.empty:
        told = f"{name} : aucune ligne n’a pu être placée. À faire : vérifier la position et le système de coordonnées."
    return Draft(name, content, corrected, guess, layer, told, step)
