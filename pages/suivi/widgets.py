"""The fields that the forms share: a choice, a day, a text, what is to be mended."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import streamlit as st

from pages.suivi import inputs, session
from tracking.records import LENGTHS
from ui import html

FIRST_DAY: Final = dt.date(2000, 1, 1)
LAST_DAY: Final = dt.date(2050, 12, 31)


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
            inputs.TITLES[name],
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
                    inputs.ALL_TITLES[name],
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
            html.fault(f"{inputs.TITLES[name]} : {self.told[name]}.", role="")


def show_faults(faults: Mapping[str, str], titles: Mapping[str, str]) -> None:
    """Say on top of a form that nothing is recorded, and why; nothing without a fault."""
    if faults:
        listed = " ; ".join(f"{titles.get(name, name)} : {fault}" for name, fault in faults.items())
        html.fault(f"Rien n’est enregistré. À corriger : {listed}.")


def buttons(save: Callable[[], None], *, prefix: str) -> None:
    """Offer to record what a form holds, or to give it up."""
    with st.container(horizontal=True):
        st.form_submit_button("Enregistrer", type="primary", on_click=save, key=f"{prefix}enregistrer")
        st.form_submit_button("Annuler la saisie", on_click=session.close, key=f"{prefix}fermer")
