"""The frames of every source together, for what looks at a whole place, and the communes that their objects lie in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import pandas as pd

from geo.arrondissements import commune_of
from geo.attachment import zones_of
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


OFF_COMMUNES: Final = "hors des communes du contrat"


def layers(held: Frames) -> dict[str, gpd.GeoDataFrame]:
    """Give the frame of each layer of the maps.

    Returns
    -------
    dict of str to GeoDataFrame
        By layer id, without rows where the territory lacks the source; with the columns that the registry names,
        `communes` (list of the INSEE codes where the object lies, among those of the contrat) and `commune` (their
        names, for users).
    """
    communes = held.communes
    doubt = communes["a_confirmer"].map({True: " (à confirmer)", False: ""})
    alone = {
        "sports": held.sports,
        "social": held.social,
        "colleges": held.colleges,
        "friches": held.friches,
        "gares": held.railway_stations,
        "stations": held.bikes,
    }
    found: dict[str, tuple[gpd.GeoDataFrame, Iterable[Sequence[str]]]] = {
        "communes": (
            communes.assign(statut_affiche=communes["statut"] + doubt),
            [[code] for code in communes.index],
        ),
        "arrondissements": (
            held.arrondissements,
            [[commune_of(code)] for code in held.arrondissements.index],
        ),
        "qpv": (held.qpv, held.qpv["communes"]),
        "lignes": (held.lines, zones_of(held.lines, communes)),
        **{layer_id: (frame, [[code] for code in frame["code_insee"]]) for layer_id, frame in alone.items()},
    }
    return {layer_id: placed(frame, codes, communes["nom"]) for layer_id, (frame, codes) in found.items()}


def placed(frame: gpd.GeoDataFrame, codes: Iterable[Sequence[str]], names: pd.Series) -> gpd.GeoDataFrame:
    """Say in `communes` and `commune` where each object lies, by code and by name.

    Parameters
    ----------
    codes
        INSEE codes of each object; those that have no name are not of the contrat, and left out.
    """
    known = dict(names)
    inside = [[code for code in row if code in known] for row in codes]
    said = {row: ", ".join(known[code] for code in row) or OFF_COMMUNES for row in set(map(tuple, inside))}
    return frame.assign(
        communes=pd.Series(inside, index=frame.index, dtype=object),
        commune=[said[tuple(row)] for row in inside],
    )
