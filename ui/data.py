"""The loaders' frames, read once per version of their files and shared by all sessions.

What these functions return is shared: pages filter and copy it, and never write into it.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar

import geopandas as gpd
import pandas as pd
import streamlit as st

import loaders.arrondissements
import loaders.bikes
import loaders.catalogue
import loaders.colleges
import loaders.communes
import loaders.friches
import loaders.indicators
import loaders.partners
import loaders.projects
import loaders.qpv
import loaders.quality
import loaders.social
import loaders.sports
import loaders.territory
import loaders.transit
import loaders.versions
from facts import naming
from facts.frames import Frames
from loaders.catalogue import Catalogue
from loaders.paths import DATA

FrameT = TypeVar("FrameT")
stamp = loaders.versions.stamp
# Files edited by hand, that loaders read beside the extract of their source.
_TERRITORY: Final = (loaders.territory.TERRITORY_FILE,)
# What places the rows of every source in a commune.
_PLACES: Final = (loaders.communes.EXTRACT, *_TERRITORY)
_CONTRAT: Final = (loaders.partners.FOLDER, loaders.catalogue.CATALOGUE_FILE, *_TERRITORY)


def qpv() -> gpd.GeoDataFrame:
    """Give the QPV."""
    return _shared(loaders.qpv.load, "qpv", "indicateurs")


def indicators() -> pd.DataFrame:
    """Give the indicators of the QPV."""
    return _shared(loaders.indicators.load, "indicateurs")


def communes() -> gpd.GeoDataFrame:
    """Give the communes of the contrat."""
    return _shared(loaders.communes.load, "communes", beside=_TERRITORY)


def commune_names() -> dict[str, str]:
    """Give the name of each commune of the contrat by INSEE code.

    Returns
    -------
    dict of str to str
        In order of code.
    """
    return dict(communes()["nom"])


def everywhere() -> str:
    """Name the whole territory in a few words."""
    return naming.everywhere(communes())


def arrondissements() -> gpd.GeoDataFrame:
    """Give the municipal arrondissements."""
    return _shared(loaders.arrondissements.load, "arrondissements")


def bikes() -> gpd.GeoDataFrame:
    """Give the stations of shared bikes, virtual ones included."""
    return _shared(loaders.bikes.load, "velos")


def lines() -> gpd.GeoDataFrame:
    """Give the metro, tram and BHNS lines."""
    return _shared(loaders.transit.load_lines, "lignes")


def gares() -> gpd.GeoDataFrame:
    """Give the railway stations."""
    return _shared(loaders.transit.load_stations, "sncf")


def friches() -> gpd.GeoDataFrame:
    """Give the brownfields, unchecked ones included."""
    return _shared(loaders.friches.load, "friches")


def sports() -> gpd.GeoDataFrame:
    """Give the sports facilities."""
    return _shared(loaders.sports.load, "sports")


def social() -> gpd.GeoDataFrame:
    """Give the social facilities."""
    return _shared(loaders.social.load, "social")


def colleges() -> gpd.GeoDataFrame:
    """Give the collèges of éducation prioritaire."""
    return _shared(loaders.colleges.load, "colleges", beside=(loaders.catalogue.CATALOGUE_FILE,))


def projects() -> pd.DataFrame:
    """Give the cooperation projects."""
    return _shared(loaders.projects.load, beside=_CONTRAT)


def orientations() -> pd.DataFrame:
    """Give the orientations of the contrat."""
    return _shared(loaders.projects.load_orientations, beside=_CONTRAT)


def registers() -> pd.DataFrame:
    """Give the registres of the projects."""
    return _shared(loaders.projects.load_registers, beside=_CONTRAT)


def governance() -> pd.DataFrame:
    """Give the works of the governance."""
    return _shared(loaders.projects.load_governance, beside=_CONTRAT)


def toolbox() -> pd.DataFrame:
    """Give the tools of the toolbox."""
    return _shared(loaders.projects.load_toolbox, beside=_CONTRAT)


def partners() -> pd.DataFrame:
    """Give the register of partners."""
    return _shared(loaders.partners.load_partners, beside=_CONTRAT)


def acronyms() -> pd.DataFrame:
    """Give the acronyms that the contrat uses."""
    return _shared(loaders.partners.load_acronyms, beside=_CONTRAT)


def sources() -> Catalogue:
    """Give the catalogue of sources by source id."""
    return loaders.catalogue.load()


def frames() -> Frames:
    """Give the frames of every source together."""
    return Frames(
        qpv=qpv(),
        communes=communes(),
        arrondissements=arrondissements(),
        stations=bikes(),
        lines=lines(),
        gares=gares(),
        friches=friches(),
        sports=sports(),
        social=social(),
        colleges=colleges(),
        projects=projects(),
        orientations=orientations(),
        sources=sources(),
    )


def faults() -> pd.DataFrame:
    """Give the faults found row by row when the extracts were built."""
    return _read("loaders.quality.load", stamp(loaders.quality.REPORT_FILE), loaders.quality.load)


def _shared(load: Callable[[], FrameT], *source_ids: str, beside: Sequence[Path] = ()) -> FrameT:
    known = sources()
    files = [DATA / known[source_id].fichier for source_id in source_ids if source_id in known]
    return _read(f"{load.__module__}.{load.__name__}", stamp(*files, *beside, *_PLACES), load)


@st.cache_resource(show_spinner=False, max_entries=40)
def _read(name: str, version: tuple[tuple[str, int, int], ...], _load: Callable[[], FrameT]) -> FrameT:  # noqa: ARG001
    return _load()
