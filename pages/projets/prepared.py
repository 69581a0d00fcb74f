"""What the views of the page share: projects in order, measures computed once, a line for paper."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd
import streamlit as st

from facts import coverage, matrix, project
from loaders.paths import DATA
from ui import data, follow_up, page, table
from ui import figures as shared

TITLE: Final = "Projets : qui couvre quelle commune ?"
STYLES: Final = Path(__file__).parent
SOURCES: Final = ("projets", "communes", "qpv")


def projects() -> pd.DataFrame:
    """Give the projects in their document's order."""
    return matrix.prepared(data.projects(), data.orientations())


def communes() -> gpd.GeoDataFrame:
    """Give the communes in the order of a French index."""
    places = data.communes()
    return places.loc[table.ordered(places, "nom").index]


def measured() -> pd.DataFrame:
    """Give what is measured in each commune, computed once per version of the data."""
    return _measured(data.stamp(DATA))


def reach(id_projet: str) -> project.Reach:
    """Find whom and what a project touches."""
    listed = projects()
    layers = {"velos": data.bikes, "friches": data.friches, "sports": data.sports, "colleges": data.colleges}
    couche = str(listed.loc[id_projet, "couche"])
    return project.reach(
        listed,
        id_projet,
        communes=communes(),
        qpv=data.qpv(),
        arrondissements=data.arrondissements(),
        layer=layers[couche]() if couche in coverage.MESURES else None,
    )


def facts() -> pd.DataFrame | None:
    """Set what the partners recorded beside what the texts promise."""
    return follow_up.facts(follow_up.read())


def head(finding: str, words: Mapping[str, str] | None = None, *, style: str | None = None) -> None:
    """Open a view: heading, finding, and on paper the day and the filters.

    Parameters
    ----------
    style
        Style sheet of the view alone, which may set another paper; None without one.
    """
    page.header(TITLE, finding)
    styles = "".join((STYLES / name).read_text("utf-8") for name in ("page.css", style) if name is not None)
    page.on_paper(words or {}, style=styles)


@st.cache_resource(show_spinner=False, max_entries=2)
def _measured(version: tuple[tuple[str, int, int], ...]) -> pd.DataFrame:  # noqa: ARG001
    return coverage.by_commune(
        data.communes(),
        data.qpv(),
        reach=shared.bike_reach(coverage.PROXIMITY_M),
        friches=data.friches(),
        sports=data.sports(),
        colleges=data.colleges(),
        sources=data.sources(),
    )
