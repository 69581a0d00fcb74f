"""The form that a session has open and what it was told last; fields, from widgets to a record and from a record to widgets."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd
import streamlit as st

from errors import AtlasError
from tracking import exchange
from tracking.changes import Add, Change, Correct
from tracking.records import LENGTHS, DeploymentInput, IndicatorInput, Record, field_names
from tracking.refusals import Conflict, ConflictError, RecordError
from ui import follow_up, html

FORM: Final = "suivi-formulaire"
CONFLICT: Final = "suivi-conflit"
SAID: Final = "suivi-dit"
REFUSED: Final = "suivi-refus"
#: Whether a form's map has moved the view that the address holds.
MOVED: Final = "suivi-vue"
#: Fields of both kinds of records: the headings of the table that goes out, shorter where no code is shown.
ALL_TITLES: Final[Mapping[str, str]] = {
    **exchange.headings(DeploymentInput),
    **exchange.headings(IndicatorInput),
    "code_insee": "Commune",
    "code_qp": "QPV",
    "code": "Territoire",
}
#: Fields of the form of a deployment; "point" is its longitude and its latitude.
TITLES: Final[Mapping[str, str]] = {
    **{name: ALL_TITLES[name] for name in field_names(DeploymentInput) if name not in {"lon", "lat"}},
    "point": "Position",
}
POINT_FAULT: Final = (
    "deux nombres en degrés attendus, latitude puis longitude, par exemple 43,29650 ; 5,36980"
)
#: "43.2965, 5.3698" as map sites give it, "43,2965 ; 5,3698" as the French write it.
_POINT: Final = re.compile(r"(-?\d{1,3}(?:[.,]\d+)?)(?:\s*(?:[;/]|,\s)\s*|\s+)(-?\d{1,3}(?:[.,]\d+)?)")
FIRST_DAY: Final = dt.date(2000, 1, 1)
LAST_DAY: Final = dt.date(2050, 12, 31)


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


def parse_point(text: str) -> tuple[float, float] | None:
    """Read a point as users paste it.

    Parameters
    ----------
    text
        Latitude, then longitude, in degrees.

    Returns
    -------
    (float, float) or None
        Longitude and latitude; None if the text is not two numbers.
    """
    found = _POINT.fullmatch(text.strip())
    if not found:
        return None
    lat, lon = (float(number.replace(",", ".")) for number in found.groups())
    return lon, lat


def write_point(lon: float | None, lat: float | None) -> str:
    """Write a point as `parse_point` reads it.

    Parameters
    ----------
    lon, lat
        Degrees, None or NaN without a point.

    Returns
    -------
    str
        Such as "43,29650 ; 5,36980".
    """
    if lon is None or lat is None or pd.isna(lon) or pd.isna(lat):
        return ""
    return f"{lat:.6f} ; {lon:.6f}".replace(".", ",")


def record_of(values: Mapping[str, Any]) -> tuple[DeploymentInput, dict[str, str]]:
    """Make a record of what the form holds.

    Parameters
    ----------
    values
        Field of `TITLES` to the value of its widget.
    """
    faults = {} if values.get("id_projet") else {"id_projet": "à choisir dans la liste"}
    point = None
    if text := (values.get("point") or "").strip():
        point = parse_point(text)
        if point is None:
            faults["point"] = POINT_FAULT
    lon, lat = point or (None, None)
    held: dict[str, Any] = {name: values.get(name) for name in TITLES if name != "point"}
    for name in ("id_projet", "statut", "lieu", "partenaire", "note"):
        held[name] = (held[name] or "").strip()
    return DeploymentInput(**held, lon=lon, lat=lat), faults


def values_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give what the widgets show of a record.

    Returns
    -------
    dict of str to Any
        By field of `TITLES`.
    """
    record = vars(content_of(row))
    return {
        **{name: record[name] for name in TITLES if name != "point"},
        "partenaire": record["partenaire"] or None,
        "point": write_point(record["lon"], record["lat"]),
    }


def content_of(row: Mapping[str, Any]) -> Record:
    """Make the record of a row that the store gave, a deployment or a value of an indicator."""
    kind = DeploymentInput if "statut" in row else IndicatorInput
    values = {name: _plain(blank(row[name])) for name in kind.__dataclass_fields__}
    texts: dict[str, Any] = {
        name: values[name] or ""
        for name in ("lieu", "partenaire", "note", "texte", "unite")
        if name in values
    }
    return kind(**(values | texts))


def faults_by_widget(faults: Mapping[str, str]) -> dict[str, str]:
    """Give the faults of a record under the names of the form."""
    told: dict[str, str] = {}
    for name, fault in faults.items():
        told.setdefault("point" if name in {"lon", "lat"} else name, fault)
    return told


def blank(value: Any) -> Any:
    """Give None for what a frame writes as missing.

    Returns
    -------
    Any
        The value, or None.
    """
    return None if value is None or pd.isna(value) else value


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.date()
    return value


@dataclass(frozen=True)
class Fields:
    """The fields of a form, each with its fault below it.

    Attributes
    ----------
    prefix
        What the keys of the widgets begin with, before the field's name.
    told
        Field to what is to be mended.
    """

    prefix: str
    told: Mapping[str, str] = field(default_factory=dict)

    def choice(
        self,
        name: str,
        titles: Mapping[str, str],
        none: str,
        *,
        on_change: Callable[[], None] | None = None,
        said: str | None = None,
    ) -> None:
        """Ask for one of several things by its code; `none` stands there while nothing is chosen."""
        st.selectbox(
            TITLES[name],
            list(titles),
            index=None,
            placeholder=none,
            format_func=lambda code: titles.get(code, f"{code} (inconnu)"),
            key=f"{self.prefix}{name}",
            on_change=on_change,
            help=said,
        )
        self.fault(name)

    def period(self, first: str, last: str, *, said: str | None = None) -> None:
        """Ask for two days side by side, either of which may stay blank."""
        for column, name in zip(st.columns(2), (first, last), strict=True):
            with column:
                st.date_input(
                    ALL_TITLES[name],
                    value=None,
                    key=f"{self.prefix}{name}",
                    format="DD/MM/YYYY",
                    min_value=FIRST_DAY,
                    max_value=LAST_DAY,
                    help=said if name == first else None,
                )
                self.fault(name)

    def text(self, name: str, label: str, *, said: str, like: str = "") -> None:
        """Ask for a text, as long as a record holds of the field `like` at most."""
        st.text_input(label, key=f"{self.prefix}{name}", max_chars=LENGTHS.get(like or name), help=said)
        self.fault(name)

    def fault(self, name: str) -> None:
        """Say what is to be mended in a field."""
        if name in self.told:
            html.fault(f"{TITLES[name]} : {self.told[name]}.", role="")


def show_faults(faults: Mapping[str, str], titles: Mapping[str, str]) -> None:
    """Say on top of a form that nothing is recorded, and why; nothing without a fault."""
    if faults:
        listed = " ; ".join(f"{titles.get(name, name)} : {fault}" for name, fault in faults.items())
        html.fault(f"Rien n’est enregistré. À corriger : {listed}.")


def buttons(save: Callable[[], None], *, prefix: str) -> None:
    """Offer to record what a form holds, or to give it up."""
    with st.container(horizontal=True):
        st.form_submit_button("Enregistrer", type="primary", on_click=save, key=f"{prefix}enregistrer")
        st.form_submit_button("Annuler la saisie", on_click=close, key=f"{prefix}fermer")
