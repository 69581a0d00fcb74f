"""The few figures that open the atlas, each with what it covers and the sources it draws on, and those of each commune with their map."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import pandas as pd

from facts import place_fields
from facts.fields import Field, pick
from facts.naming import BIKES, CONTRAT, TERRITORY
from facts.portraits import Places
from facts.snapshot import Snapshot
from geo import cycling, proximity
from geo import friches as brownfields
from geo.territory import METROPOLE
from loaders.catalogue import Source
from maps.spec import Cadrage, MapSpec, ShownLayer
from words.constants import PROXIMITY_M
from words.formats import HORS_PERIMETRE, distance, entier, pluriel

#: Columns of the table of communes.
_SHOWN: Final = ("nb_qpv", "population_qpv", "part_habitants_a_portee", "friches_a_portee")
MARGIN_M: Final = 500.0
FIELDS: Final = (
    Field("chiffre", "Chiffre", "texte"),
    Field("sens", "Ce qu'il dit", "texte"),
    Field("origine", "Sources et millésimes", "texte"),
)


@dataclass(frozen=True)
class Figure:
    """A figure as the first page shows it."""

    value: str
    text: str
    source_ids: tuple[str, ...]


def key_figures(held: Snapshot) -> tuple[str, tuple[Figure, ...]]:
    """Compute the figures of the first page, in the order to show, and say them in one sentence."""
    qpv, communes, friches = held.qpv, held.communes, held.friches
    projects, sources = held.projects, held.sources
    cycle = held.bike_reach(PROXIMITY_M)
    covered = cycle[cycle["couvert_par_le_reseau"]]
    served = int((covered["stations_a_portee"] > 0).sum())
    apart = len(cycle) - len(covered)
    checked = brownfields.checked(friches)
    _, found = proximity.neighbours(qpv, checked, PROXIMITY_M)
    near = len(set(found))
    named = int((projects["perimetre"] != METROPOLE).sum())
    present = {code for codes in qpv["communes"] for code in codes} & set(communes.index)
    reach = f"{distance(PROXIMITY_M)} au plus, à vol d'oiseau"
    figures = (
        Figure(
            pluriel(len(qpv), "quartier"),
            f"prioritaires (QPV), où vivent {entier(qpv['population'].sum(skipna=False))} habitants, dans {entier(len(present))} "
            f"des {entier(len(communes))} communes du contrat",
            ("qpv", "indicateurs"),
        ),
        Figure(
            f"{entier(served)} sur {entier(len(covered))}",
            f"quartiers couverts par {BIKES} ont une station physique à {reach} ; les {entier(apart)} autres QPV sont "
            f"{HORS_PERIMETRE}",
            ("velos", "qpv"),
        ),
        Figure(
            pluriel(covered["habitants_hors_portee"].sum(skipna=False), "habitant"),
            f"de ces {entier(len(covered))} quartiers sont à plus de {distance(PROXIMITY_M)} d'une station, à vol d'oiseau : "
            "estimation à densité uniforme",
            ("velos", "indicateurs"),
        ),
        Figure(
            pluriel(near, "friche vérifiée", "friches vérifiées"),
            f"sur {entier(len(checked))} dans un QPV ou à {reach} ; {pluriel(len(friches) - len(checked), 'friche potentielle', 'friches potentielles')} "
            "non vérifiées par le Cerema ne sont pas comptées",
            ("friches", "qpv"),
        ),
        Figure(
            f"{pluriel(named, 'projet')} sur {entier(len(projects))}",
            f"de coopération nomment un lieu ; les {entier(len(projects) - named)} autres visent tout le territoire",
            ("projets",),
        ),
    )
    kept = tuple(figure for figure in figures if figure.source_ids[0] in sources)
    sentence = _sentence(
        f"{pluriel(len(qpv), 'quartier prioritaire', 'quartiers prioritaires')} dans {pluriel(len(present), 'commune')}",
        f"{entier(served)} des {entier(len(covered))} quartiers couverts par {BIKES} ont une station à {reach}"
        if "velos" in sources
        else "",
        f"{entier(named)} des {entier(len(projects))} projets de coopération nomment un lieu"
        if "projets" in sources
        else "",
    )
    return sentence, kept


def _sentence(places: str, *known: str) -> str:
    said = [text for text in known if text]
    head = f"{CONTRAT[0].upper()}{CONTRAT[1:]}, {TERRITORY}"
    return f"{head} : {', et '.join(said) or places}."


def origin(figure: Figure, sources: Mapping[str, Source]) -> str:
    """Say where a figure comes from."""
    return " ; ".join(sources[source_id].origine for source_id in figure.source_ids)


def rows(figures: Sequence[Figure], sources: Mapping[str, Source]) -> pd.DataFrame:
    """Give the figures as a table.

    Returns
    -------
    DataFrame
        Index `rang`, from 1; the columns of `FIELDS`.
    """
    return pd.DataFrame(
        [(figure.value, figure.text, origin(figure, sources)) for figure in figures],
        columns=[field.column for field in FIELDS],
        index=pd.RangeIndex(1, len(figures) + 1, name="rang"),
    )


def town_fields(radius_m: float) -> tuple[Field, ...]:
    """Give the columns of the table.

    Parameters
    ----------
    radius_m
        Threshold of the figures within reach, in metres.

    Returns
    -------
    tuple of Field
        The commune first; columns of `facts.portraits.communes`.
    """
    return (Field("nom", "Commune", "texte"), *pick(place_fields.of_commune(radius_m), _SHOWN))


def by_commune(places: Places) -> gpd.GeoDataFrame:
    """Give one row per commune.

    Parameters
    ----------
    places
        What `facts.portraits.communes` gives.

    Returns
    -------
    GeoDataFrame
        Index `code_insee`, by name, with the outlines; "sans objet" where a commune has no QPV.
    """
    return places.rows[["nom", "communes", *_SHOWN, "geometry"]].sort_values("nom")


def spec(towns: gpd.GeoDataFrame, *, stations: gpd.GeoDataFrame, friches: gpd.GeoDataFrame) -> MapSpec:
    """Describe the map of what the figures count.

    Parameters
    ----------
    stations, friches
        The loaders' frames; virtual stations and unchecked brownfields, which no figure counts, are left out.
    """
    return MapSpec(
        titre="Quartiers prioritaires et ce qui les entoure, commune par commune",
        layers=[
            ShownLayer("communes", ids=list(towns.index)),
            ShownLayer("qpv"),
            ShownLayer("friches", ids=list(brownfields.checked(friches).index)),
            ShownLayer("stations", ids=list(cycling.serving(stations).index)),
        ],
        basemap="aucun",
        cadrage=Cadrage.around("communes", towns, margin_m=MARGIN_M),
    )
