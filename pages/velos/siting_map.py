"""The map of the view "Implantation", before and after the new stations."""

from typing import Any, Final

import geopandas as gpd
import pandas as pd

from maps.session_objects import points
from maps.spec import Cadrage, MapSpec, SessionObjects, ShownLayer, classed
from pages.velos.gaps import CLASSES, STEPS
from pages.velos.siting import Options, Proposal
from pages.velos.stops import MODES

#: Sources of what the map shows whether or not the proposal draws on it.
LINES: Final = ("lignes",)


def spec(
    found: Proposal,
    *,
    after: bool,
    options: Options,
    objects: SessionObjects,
    stops: gpd.GeoDataFrame | None = None,
    chosen: str | None,
    basemap: str,
) -> MapSpec:
    """Describe the map before or after.

    Parameters
    ----------
    objects
        The sites, as `objects_of` gives them.
    stops
        The stops that count as transit, which belong to the session; None for none.
    chosen
        Id of a site to set off, or None.
    """
    new = [ShownLayer("propositions", radius_m=options.radius_m, session=objects)] if after else []
    posts = [] if stops is None else [ShownLayer("arrets", session=_stops_of(stops))]
    moment = "après" if after else "avant"
    return MapSpec(
        titre=f"Carte {moment} les nouvelles stations, à {options.radius_m} m à vol d'oiseau",
        layers=[
            ShownLayer("communes"),
            ShownLayer(
                "qpv",
                ids=list(found.changes.index),
                classes=CLASSES[:-1],
                classed=classed(out_of_reach(found.changes, after=after), STEPS),
            ),
            ShownLayer("lignes"),
            ShownLayer("gares"),
            *posts,
            ShownLayer("stations", radius_m=options.radius_m),
            *new,
        ],
        basemap=basemap,
        chosen=[("propositions", chosen)] if after and chosen in set(objects.ids) else [],
        cadrage=Cadrage.around(f"implantation-{'-'.join(options.communes)}", found.changes, margin_m=500),
    )


def out_of_reach(changes: pd.DataFrame, *, after: bool) -> pd.Series:
    """Give the inhabitants of each QPV who are out of reach."""
    return changes["population"] - changes["habitants_apres" if after else "habitants_avant"]


def objects_of(found: Proposal) -> SessionObjects:
    """Give the map the new stations."""
    sites = found.sites
    ranked = zip(sites["rank"], sites["place"], strict=True)
    columns: dict[str, Any] = {
        "titre": [f"Site {rank} : {place}" for rank, place in ranked],
        "kind": sites["kind"],
        "habitants_gagnes": [round(value) for value in sites["habitants_gagnes"]],
        "distance_station_m": sites["distance_station_m"],
        "qpv_servis": sites["qpv_servis"],
    }
    return points(sites, columns, note="Calcul de l'atlas, à vol d'oiseau", digits=6)


def _stops_of(stops: gpd.GeoDataFrame) -> SessionObjects:
    """Give the map the stops that count."""
    columns: dict[str, Any] = {
        "nom": stops["nom"],
        "modes": [", ".join(MODES[mode] for mode in several) for several in stops["modes"]],
        "lignes": stops["lignes"].map(", ".join),
    }
    return points(stops, columns, note="Archive GTFS importée")
