"""The objects of each layer with the communes that they lie in."""

from collections.abc import Iterable, Sequence
from typing import Final

import geopandas as gpd
import pandas as pd

from facts.frames import Frames
from geo.arrondissements import commune_of
from geo.attachment import zones_of

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
    frames = {
        "communes": communes.assign(statut_affiche=communes["statut"] + doubt),
        "arrondissements": held.arrondissements,
        "qpv": held.qpv,
        "lignes": held.lines,
        "sports": held.sports,
        "social": held.social,
        "colleges": held.colleges,
        "friches": held.friches,
        "gares": held.railway_stations,
        "stations": held.bikes,
    }
    return {
        layer_id: _placed(frame, _codes(layer_id, frame, communes), communes["nom"])
        for layer_id, frame in frames.items()
    }


def _codes(layer_id: str, frame: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> Iterable[Sequence[str]]:
    match layer_id:
        case "communes":
            return [[code] for code in frame.index]
        case "arrondissements":
            return [[commune_of(code)] for code in frame.index]
        case "qpv":
            return frame["communes"]
        case "lignes":
            return zones_of(frame, communes)
        case _:
            return [[code] for code in frame["code_insee"]]


def _placed(frame: gpd.GeoDataFrame, codes: Iterable[Sequence[str]], names: pd.Series) -> gpd.GeoDataFrame:
    inside = [[code for code in row if code in names.index] for row in codes]
    said = [", ".join(names[row]) or OFF_COMMUNES for row in inside]
    return frame.assign(communes=pd.Series(inside, index=frame.index, dtype=object), commune=said)
