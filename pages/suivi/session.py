"""What one session is doing: the form that is open, its faults, what it was told last."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import streamlit as st

from errors import AtlasError
from tracking.changes import Add, Change, Correct
from tracking.records import Record
from tracking.refusals import Conflict, ConflictError, RecordError
from ui import follow_up

FORM: Final = "suivi-formulaire"
CONFLICT: Final = "suivi-conflit"
SAID: Final = "suivi-dit"
REFUSED: Final = "suivi-refus"
#: Whether a form's map has moved the view that the address holds.
MOVED: Final = "suivi-vue"


@dataclass
class Form:
    """A form that is open.

    Attributes
    ----------
    record_id, based_on
        The record that is corrected and the version seen; None for a new one.
    id_projet
        The project that it is about, where the form does not ask for it.
    """

    kind: str
    record_id: str | None = None
    based_on: int = 0
    request_id: str = field(default_factory=follow_up.new_request)
    faults: Mapping[str, str] = field(default_factory=dict)
    tried: bool = False
    id_projet: str | None = None
    widgets: tuple[str, ...] = ()


def form(kind: str) -> Form | None:
    """Give the form of a kind that is open.

    Returns
    -------
    Form or None
        None if none is.
    """
    found = st.session_state.get(FORM)
    return found if isinstance(found, Form) and found.kind == kind else None


def open_form(form_: Form, values: Mapping[str, Any], *, prefix: str) -> None:
    """Open a form and fill its widgets."""
    close()
    st.session_state[FORM] = form_
    st.session_state[MOVED] = True
    form_.widgets = tuple(f"{prefix}{name}" for name in values)
    for name, value in zip(form_.widgets, values.values(), strict=True):
        st.session_state[name] = value


def keep() -> None:
    """Keep what the open form holds while it is not shown: Streamlit forgets the widgets that a run does not draw."""
    found = st.session_state.get(FORM)
    if not isinstance(found, Form):
        return
    for name in found.widgets:
        if name in st.session_state:
            st.session_state[name] = st.session_state[name]


def close() -> None:
    """Close the form and forget what was said of it."""
    for key in (FORM, CONFLICT, SAID, REFUSED):
        st.session_state.pop(key, None)


def conflict() -> Conflict | None:
    """Give the conflict to settle.

    Returns
    -------
    Conflict or None
        None if there is none.
    """
    return st.session_state.get(CONFLICT)


def save(form_: Form, record: Record, *, said: str) -> None:
    """Write what a form holds: a new record, or a new version of the one that it corrects."""
    change = Add(record) if form_.record_id is None else Correct(form_.record_id, record, form_.based_on)
    attempt(change, request_id=form_.request_id, said=said)


def attempt(change: Change, *, request_id: str, said: str) -> None:
    """Write one change, and keep what the user is to be told."""
    for key in (CONFLICT, SAID, REFUSED):
        st.session_state.pop(key, None)
    try:
        follow_up.write([change], request_id=request_id)
    except RecordError as error:
        found = st.session_state.get(FORM)
        if isinstance(found, Form):
            found.faults = error.faults
        else:
            st.session_state[REFUSED] = str(error)
    except ConflictError as error:
        st.session_state[CONFLICT] = error.conflicts[0]
    except AtlasError as error:
        st.session_state[REFUSED] = str(error)
    else:
        close()
        st.session_state[SAID] = said
