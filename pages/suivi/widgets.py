"""The fields that the forms share: a choice, a day, what is to be mended."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final

import streamlit as st

from pages.suivi import inputs
from ui import html

FIRST_DAY: Final = dt.date(2000, 1, 1)
LAST_DAY: Final = dt.date(2050, 12, 31)


def choice(
    name: str,
    titles: Mapping[str, str],
    none: str,
    *,
    prefix: str,
    on_change: Callable[[], None] | None = None,
    help_: str | None = None,
) -> None:
    """Ask for one of several things by its code.

    Parameters
    ----------
    none
        What the field says while nothing is chosen.
    """
    st.selectbox(
        inputs.TITLES[name],
        list(titles),
        index=None,
        placeholder=none,
        format_func=lambda code: titles.get(code, f"{code} (inconnu)"),
        key=f"{prefix}{name}",
        on_change=on_change,
        help=help_,
    )


def day(name: str, *, prefix: str, help_: str | None = None) -> None:
    """Ask for a day, which may stay blank."""
    st.date_input(
        inputs.ALL_TITLES[name],
        value=None,
        key=f"{prefix}{name}",
        format="DD/MM/YYYY",
        min_value=FIRST_DAY,
        max_value=LAST_DAY,
        help=help_,
    )


def show_faults(faults: Mapping[str, str], titles: Mapping[str, str]) -> None:
    """Say on top of a form that nothing is recorded, and why; nothing without a fault."""
    if faults:
        listed = " ; ".join(f"{titles.get(name, name)} : {fault}" for name, fault in faults.items())
        html.fault(f"Rien n’est enregistré. À corriger : {listed}.")
