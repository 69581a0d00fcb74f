"""Which communes the partial sources cover: a table, and its map."""

from collections.abc import Iterable, Mapping
from typing import Final

import geopandas as gpd
import pandas as pd

from facts.fields import Field
from loaders.catalogue import Source
from maps.spec import Cadrage, Classe, MapSpec, ShownLayer
from words.formats import HORS_PERIMETRE, entier

COVERED: Final = "couverte"
MARGIN_M: Final = 500.0
#: All of the partial sources, some, none.
COLOURS: Final = ("#00609C", "#5E8FB5", "#856404")


def partial(sources: Mapping[str, Source], communes: Iterable[str]) -> dict[str, Source]:
    """Choose the sources that do not cover all the communes.

    Parameters
    ----------
    communes
        INSEE codes of the communes of the contrat.
    """
    codes = frozenset(communes)
    return {
        key: source
        for key, source in sources.items()
        if source.telechargee and not source.communes.issuperset(codes)
    }


def fields(partial: Mapping[str, Source]) -> list[Field]:
    """Give the columns of the table."""
    return [
        Field("nom", "Commune", "texte"),
        *(Field(key, source.titre, "texte") for key, source in partial.items()),
    ]


def rows(communes: gpd.GeoDataFrame, partial: Mapping[str, Source]) -> gpd.GeoDataFrame:
    """Say of each commune which sources cover it.

    Returns
    -------
    GeoDataFrame
        On the communes: `nom`, one column per source ("couverte" or "hors périmètre de la source"), the outlines.
    """
    said = {
        key: [COVERED if code in source.communes else HORS_PERIMETRE for code in communes.index]
        for key, source in partial.items()
    }
    return communes[["nom", "geometry"]].join(pd.DataFrame(said, index=communes.index))


def spec(covered: gpd.GeoDataFrame, partial: Mapping[str, Source]) -> MapSpec:
    """Describe the map that shades each commune by how many of the sources cover it."""
    counts = (covered[list(partial)] == COVERED).sum(axis="columns")
    whole, some, none = COLOURS
    ranks = {count: rank for rank, count in enumerate(sorted(set(counts), reverse=True))}
    classes = []
    for count in ranks:
        colour = whole if count == len(partial) else some if count else none
        classes.append(
            Classe(
                f"Communes que couvrent {entier(count)} des {entier(len(partial))} sources partielles",
                colour,
                remplissage=0.15 + 0.35 * count / len(partial),
                motif="plein" if count else "hachures",
            )
        )
    return MapSpec(
        titre="Communes couvertes par les sources partielles",
        layers=[
            ShownLayer(
                "communes",
                ids=list(covered.index),
                classes=classes,
                classed={str(code): ranks[count] for code, count in counts.items()},
            ),
            ShownLayer("qpv"),
        ],
        basemap="aucun",
        cadrage=Cadrage.around("perimetre", covered, margin_m=MARGIN_M),
    )
