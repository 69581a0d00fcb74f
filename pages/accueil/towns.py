"""The figures of the first page, commune by commune, and the map of what they count."""

from typing import Final

import geopandas as gpd

from facts import place_fields
from facts.fields import Field
from facts.portraits import Places
from geo.friches import checked
from maps.spec import Cadrage, MapSpec, ShownLayer

_SHOWN: Final = ("nb_qpv", "population_qpv", "part_habitants_a_portee", "friches_a_portee")
MARGIN_M: Final = 500.0


def fields(radius_m: float) -> tuple[Field, ...]:
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
    known = {field.column: field for field in place_fields.of_commune(radius_m)}
    return (Field("nom", "Commune", "texte"), *(known[column] for column in _SHOWN))


def rows(places: Places) -> gpd.GeoDataFrame:
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
    physical = stations.index[~stations["is_virtual_station"]]
    return MapSpec(
        titre="Quartiers prioritaires et ce qui les entoure, commune par commune",
        layers=[
            ShownLayer("communes", ids=list(towns.index)),
            ShownLayer("qpv"),
            ShownLayer("friches", ids=list(checked(friches).index)),
            ShownLayer("stations", ids=list(physical)),
        ],
        basemap="aucun",
        cadrage=Cadrage.around("communes", towns, margin_m=MARGIN_M),
    )
