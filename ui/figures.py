"""Figures that pages share, computed once per version of the data and per threshold."""

from collections.abc import Callable, Mapping
from typing import Final

import pandas as pd
import streamlit as st

from facts import portraits
from facts.portraits import COMMUNE, QUARTIER, Genre, Places, Portrait
from geo import cycling
from loaders.paths import DATA
from ui import data, startup

_PLACES: Final[Mapping[Genre, Callable[..., Places]]] = {
    QUARTIER: portraits.quartiers,
    COMMUNE: portraits.communes,
}
_PORTRAITS: Final[Mapping[Genre, Callable[..., Portrait]]] = {
    QUARTIER: portraits.qpv_portrait,
    COMMUNE: portraits.commune_portrait,
}


def bike_reach(radius_m: int) -> pd.DataFrame:
    """Give what shared bikes and public transport bring to each QPV.

    Parameters
    ----------
    radius_m
        Threshold, crow-flies, in metres.

    Returns
    -------
    DataFrame
        Index `code_qp`; the columns of `geo.cycling.qpv_figures` and `geo.cycling.transit_distances`. Shared:
        never written into.
    """
    return _bike_reach(data.stamp(DATA), radius_m).join(_transit(data.stamp(DATA)))


def places(kind: Genre, radius_m: int) -> Places:
    """Give the figures of all the places of a kind.

    Parameters
    ----------
    radius_m
        Threshold, crow-flies, in metres.
    """
    return _places(startup.version(), kind, radius_m)


def portrait(kind: Genre, code: str, radius_m: int) -> Portrait:
    """Give what the atlas knows of one place.

    Parameters
    ----------
    radius_m
        Threshold, crow-flies, in metres.

    Raises
    ------
    ArgumentError
        If there is no such place.
    """
    return _portrait(startup.version(), kind, code, radius_m)


@st.cache_resource(show_spinner=False, max_entries=12)
def _places(version: str, kind: Genre, radius_m: int) -> Places:  # noqa: ARG001
    return _PLACES[kind](data.frames(), radius_m=radius_m)


@st.cache_resource(show_spinner=False, max_entries=100)
def _portrait(version: str, kind: Genre, code: str, radius_m: int) -> Portrait:
    known = _places(version, kind, radius_m)
    return _PORTRAITS[kind](data.frames(), code, radius_m=radius_m, places=known)


@st.cache_resource(show_spinner=False, max_entries=64)
def _bike_reach(version: tuple[tuple[str, int, int], ...], radius_m: int) -> pd.DataFrame:  # noqa: ARG001
    covered = data.sources()["velos"].communes
    return cycling.qpv_figures(data.qpv(), data.bikes(), radius_m=radius_m, covered=covered)


@st.cache_resource(show_spinner=False, max_entries=2)
def _transit(version: tuple[tuple[str, int, int], ...]) -> pd.DataFrame:  # noqa: ARG001
    covered = data.sources()["lignes"].communes
    return cycling.transit_distances(data.qpv(), data.lines(), data.gares(), lines_covered=covered)
