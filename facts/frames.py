"""The frames of every source together, for what looks at a whole place."""

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from loaders import (
    arrondissements,
    bikes,
    catalogue,
    colleges,
    communes,
    friches,
    projects,
    qpv,
    social,
    sports,
    transit,
)
from loaders.catalogue import Catalogue


@dataclass(frozen=True, eq=False)
class Frames:
    """What the loaders give, source by source; shared, never written into.

    Attributes
    ----------
    qpv, communes, arrondissements
        Places, outlines in EPSG:2154.
    bikes, lines, railway_stations, friches, sports, social, colleges
        What lies in them, in EPSG:2154; `bikes` has the virtual stations too, `lines` are metro, tram and BHNS.
    """

    qpv: gpd.GeoDataFrame
    communes: gpd.GeoDataFrame
    arrondissements: gpd.GeoDataFrame
    bikes: gpd.GeoDataFrame
    lines: gpd.GeoDataFrame
    railway_stations: gpd.GeoDataFrame
    friches: gpd.GeoDataFrame
    sports: gpd.GeoDataFrame
    social: gpd.GeoDataFrame
    colleges: gpd.GeoDataFrame
    projects: pd.DataFrame
    orientations: pd.DataFrame
    sources: Catalogue

    @classmethod
    def load(cls) -> "Frames":
        """Load the embedded extracts of every source.

        Raises
        ------
        SourceError
            If an extract is unusable.
        """
        return cls(
            qpv=qpv.load(),
            communes=communes.load(),
            arrondissements=arrondissements.load(),
            bikes=bikes.load(),
            lines=transit.load_lines(),
            railway_stations=transit.load_railway_stations(),
            friches=friches.load(),
            sports=sports.load(),
            social=social.load(),
            colleges=colleges.load(),
            projects=projects.load(),
            orientations=projects.load_orientations(),
            sources=catalogue.load(),
        )
