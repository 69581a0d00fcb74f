"""Figures that pages share, computed once per version of the data and per threshold."""

import pandas as pd
import streamlit as st

from geo import cycling
from loaders.paths import DATA
from ui import data


def bike_reach(radius_m: int) -> pd.DataFrame:
    """Give what the levélo network and public transport bring to each QPV.

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


@st.cache_resource(show_spinner=False, max_entries=64)
def _bike_reach(version: tuple[tuple[str, int, int], ...], radius_m: int) -> pd.DataFrame:  # noqa: ARG001
    covered = data.sources()["levelo"].communes
    return cycling.qpv_figures(data.qpv(), data.bikes(), radius_m=radius_m, covered=covered)


@st.cache_resource(show_spinner=False, max_entries=2)
def _transit(version: tuple[tuple[str, int, int], ...]) -> pd.DataFrame:  # noqa: ARG001
    covered = data.sources()["rtm"].communes
    return cycling.transit_distances(data.qpv(), data.lines(), data.gares(), lines_covered=covered)
