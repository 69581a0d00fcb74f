"""What the bike page shows: its columns, its finding, its map of gaps."""

from typing import Final

import geopandas as gpd
import pandas as pd

from facts.fields import Field
from facts.naming import BIKES
from facts.place_fields import PEOPLE, QPV
from maps.spec import Cadrage, Classe, MapSpec, ShownLayer, classed
from ui.choices import Where
from words.constants import PROXIMITY_M
from words.formats import entier, part, pluriel

NETWORK: Final = "velos"

_NAME, _CODE, _TOWNS = QPV
_RANKED: Final = "1 pour le plus grand nombre d'habitants hors de portée, parmi les QPV que le réseau couvre"
_RANK: Final = Field("rang_manque", "Rang", "entier", NETWORK, _RANKED)
_GARE: Final = (
    Field("distance_gare_m", "Gare la plus proche", "distance_m", "sncf", "À vol d'oiseau, depuis le contour du QPV"),
    Field("gare_proche", "Nom de la gare", "texte", "sncf"),
)  # fmt: skip
_REACH: Final = (
    Field("habitants_hors_portee", "Habitants hors de portée", "entier", NETWORK, "Estimation : densité uniforme dans le QPV"),
    Field("part_surface_couverte", "Surface à portée", "part", NETWORK, "Part de la surface du QPV à portée d'une station"),
    Field("habitants_a_portee", "Habitants à portée", "entier", NETWORK, "Estimation : densité uniforme dans le QPV"),
    Field("distance_station_m", "Station la plus proche", "distance_m", NETWORK, "À vol d'oiseau, depuis le contour du QPV"),
    Field("station_proche", "Nom de la station", "texte", NETWORK),
    Field("stations_a_portee", "Stations à portée", "entier", NETWORK),
    Field("bornes_a_portee", "Points d'attache à portée", "entier", NETWORK),
    Field("stations_pour_1000_hab", "Stations pour 1\u202f000 hab.", "decimal", NETWORK),
    Field("bornes_pour_1000_hab", "Points d'attache pour 1\u202f000 hab.", "decimal", NETWORK),
)  # fmt: skip
_LINE: Final = (
    Field("distance_ligne_m", "Ligne la plus proche", "distance_m", "lignes", "Métro, tramway ou BHNS ; à vol d'oiseau, jusqu'à la ligne et non jusqu'à un arrêt"),
    Field("ligne_proche", "Nom de la ligne", "texte", "lignes"),
)  # fmt: skip

#: Gaps among the QPV that the network covers, largest first.
GAP_FIELDS: Final = (_NAME, _RANK, _CODE, PEOPLE, *_REACH, *_LINE, *_GARE)
#: The QPV that the network does not cover: nothing about stations is known there.
OTHER_FIELDS: Final = (_NAME, _CODE, _TOWNS, PEOPLE, _REACH[0], _REACH[3], _LINE[0], *_GARE)
#: Everything, for files.
ALL_FIELDS: Final = (_NAME, _CODE, _TOWNS, _RANK, PEOPLE, *_REACH, *_LINE, *_GARE)
_WALK: Final = (
    *_REACH[:3],
    Field("stations_a_portee", "Stations à portée", "entier", NETWORK, "Stations d'où l'on atteint une part du QPV"),
)  # fmt: skip
#: In minutes on foot no column is in metres: the two kinds of threshold never meet in one table.
WALK_FIELDS: Final = (_NAME, _RANK, _CODE, PEOPLE, *_WALK)
WALK_OTHER_FIELDS: Final = (_NAME, _CODE, _TOWNS, PEOPLE, _WALK[0])
WALK_ALL_FIELDS: Final = (_NAME, _CODE, _TOWNS, _RANK, PEOPLE, *_WALK)
#: The three lists of columns that go together: gaps, QPV that the network does not cover, files.
IN_METRES: Final = (GAP_FIELDS, OTHER_FIELDS, ALL_FIELDS)
IN_MINUTES: Final = (WALK_FIELDS, WALK_OTHER_FIELDS, WALK_ALL_FIELDS)
TOWN_FIELDS: Final = (
    Field("nom", "Commune", "texte"),
    Field("nb_qpv", "QPV", "entier"),
    Field("population_qpv", "Habitants des QPV", "entier", "indicateurs"),
    Field("habitants_a_portee", "Habitants à portée", "entier", NETWORK, "Estimation : densité uniforme dans chaque QPV"),
    Field("habitants_hors_portee", "Habitants hors de portée", "entier", NETWORK, "Estimation : densité uniforme dans chaque QPV"),
    Field("part_habitants_a_portee", "Part à portée", "part", NETWORK),
)  # fmt: skip

#: Inhabitants out of reach, from light to dark so that shades also read without colour.
STEPS: Final = (500, 2000, 5000)
CLASSES: Final = (
    Classe("moins de 500 habitants hors de portée", "#FFE9A8", 0.75),
    Classe("de 500 à 2\u202f000", "#F4A259", 0.75),
    Classe("de 2\u202f000 à 5\u202f000", "#C8553D", 0.75),
    Classe("5\u202f000 et plus", "#6B1D1D", 0.75),
    Classe(f"QPV hors périmètre de la source {BIKES}", "#6A7482", 0.6, "hachures"),
)


def spec(
    figures: gpd.GeoDataFrame, here: Where, *, said: str, radius_m: float | None, basemap: str
) -> MapSpec:
    """Describe the map of gaps.

    Parameters
    ----------
    figures
        QPV shown, with their figures and outlines in EPSG:2154.
    radius_m
        Radius drawn around each physical station; None draws none.
    """
    among = figures["couvert_par_le_reseau"]
    framed, margin_m = figures[among] if here.commune is None and among.any() else figures, 500.0
    if here.found:
        framed, margin_m = figures.loc[[here.found]], 2 * (radius_m or PROXIMITY_M)
    shades = classed(figures["habitants_hors_portee"], STEPS, covered=among)
    return MapSpec(
        titre=f"Carte des manques de stations à {said}",
        layers=[
            ShownLayer("communes"),
            ShownLayer("qpv", ids=list(figures.index), classes=CLASSES, classed=shades),
            ShownLayer("lignes"),
            ShownLayer("gares"),
            ShownLayer("stations", radius_m=radius_m),
        ],
        basemap=basemap,
        chosen=[("qpv", here.found)] if here.found else [],
        cadrage=Cadrage.around(f"{here.commune}-{here.chosen}", framed, margin_m=margin_m),
    )


def finding(figures: pd.DataFrame, *, said: str) -> str:
    """Say in one sentence what the page found."""
    covered = figures[figures["couvert_par_le_reseau"]]
    if covered.empty:
        return (
            f"Le réseau {BIKES} ne couvre aucun des QPV affichés : les stations y sont hors périmètre de la source "
            "et aucun manque ne peut être constaté."
        )
    served = int((covered["stations_a_portee"] > 0).sum())
    out, reached = covered["habitants_hors_portee"].sum(), covered["habitants_a_portee"].sum()
    text = (
        f"À {said}, {served} QPV sur {entier(len(covered))} couverts par le réseau ont une "
        f"station à portée, mais {pluriel(round(out), 'habitant')} ({part(out / (out + reached))}, estimation) en restent hors de portée"
    )
    worst = covered.sort_values("rang_manque").iloc[0]
    if len(covered) > 1 and worst["habitants_hors_portee"] > 0:
        text += f" ; le plus grand manque est à {worst['lib_qp']}"
    return text + "."
