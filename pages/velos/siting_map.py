"""The map of the view "Implantation", before and after the new stations."""

from typing import Final

import geopandas as gpd
import pandas as pd

from geo.crs import to_wgs84
from maps.spec import Cadrage, MapSpec, SessionObjects, ShownLayer
from pages.velos.gaps import CLASSES, classes
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
    west, south, east, north = (float(edge) for edge in found.changes.total_bounds)
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
                classed=classes(out_of_reach(found.changes, after=after)),
            ),
            ShownLayer("lignes"),
            ShownLayer("gares"),
            *posts,
            ShownLayer("stations", radius_m=options.radius_m),
            *new,
        ],
        basemap=basemap,
        chosen=[("propositions", chosen)] if after and chosen in set(objects.ids) else [],
        cadrage=Cadrage(
            f"implantation-{'-'.join(options.communes)}", (west - 500, south - 500, east + 500, north + 500)
        ),
    )


def out_of_reach(changes: pd.DataFrame, *, after: bool) -> pd.DataFrame:
    """Give the inhabitants out of reach, as the classes of the map of gaps want them.

    Returns
    -------
    DataFrame
        On the same index: `habitants_hors_portee`, `couvert_par_le_reseau`.
    """
    reached = changes["habitants_apres" if after else "habitants_avant"]
    return pd.DataFrame({
        "habitants_hors_portee": changes["population"] - reached,
        "couvert_par_le_reseau": True,
    })  # fmt: skip


def objects_of(found: Proposal) -> SessionObjects:
    """Give the map the new stations.

    Returns
    -------
    SessionObjects
        Their points in degrees and what tooltips say of them.
    """
    sites = found.sites
    degrees = to_wgs84(sites).geometry
    version = pd.util.hash_pandas_object(
        pd.DataFrame({"x": sites.geometry.x, "y": sites.geometry.y, "rank": sites["rank"]})
    )
    return SessionObjects(
        version=f"{int(version.sum()):x}-{len(sites)}",
        columns={
            "titre": [
                f"Site {rank} : {place}" for rank, place in zip(sites["rank"], sites["place"], strict=True)
            ],
            "kind": sites["kind"].tolist(),
            "habitants_gagnes": [round(value) for value in sites["habitants_gagnes"]],
            "distance_station_m": sites["distance_station_m"].tolist(),
            "qpv_servis": sites["qpv_servis"].tolist(),
        },
        ids=sites.index.tolist(),
        lon=degrees.x.round(6).tolist(),
        lat=degrees.y.round(6).tolist(),
        note="Calcul de l'atlas, à vol d'oiseau",
    )


def _stops_of(stops: gpd.GeoDataFrame) -> SessionObjects:
    """Give the map the stops that count."""
    degrees = to_wgs84(stops).geometry
    columns = {
        "nom": stops["nom"].tolist(),
        "modes": [", ".join(MODES[mode] for mode in several) for several in stops["modes"]],
        "lignes": stops["lignes"].map(", ".join).tolist(),
    }
    told = pd.DataFrame(columns, index=stops.index).assign(x=stops.geometry.x, y=stops.geometry.y)
    version = pd.util.hash_pandas_object(told)
    return SessionObjects(
        version=f"{int(version.sum()):x}-{len(stops)}",
        columns=columns,
        ids=stops.index.tolist(),
        lon=degrees.x.round(5).tolist(),
        lat=degrees.y.round(5).tolist(),
        note="Archive GTFS importée",
    )
