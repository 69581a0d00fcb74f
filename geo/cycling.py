"""How the QPV and the communes are served by e-bike stations, and by rail and tram, as the crow flies."""

from collections.abc import Iterable

import geopandas as gpd
import pandas as pd

from geo._validate import check_columns, check_same_index
from geo.coverage import covered_share
from geo.crs import Layer
from geo.population import (
    counted_under,
    inhabitants_by_commune,
    per_1000,
    rank_largest,
    total_by_commune,
    within_reach,
)
from geo.proximity import count_within, nearest, sum_within
from geo.scope import in_scope, mask


def serving(stations: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep the stations that serve somebody: a virtual station does not.

    Parameters
    ----------
    stations
        Stations with `is_virtual_station`; a missing flag means physical.

    Returns
    -------
        The physical stations.

    Raises
    ------
    ArgumentError
        The column is missing or an id repeated.
    """
    check_columns(stations, "les stations", ("is_virtual_station",))
    virtual = stations["is_virtual_station"].eq(other=True).fillna(value=False).astype(bool)
    return stations.loc[~virtual]


def physical(stations: Layer) -> Layer:
    """Keep the stations that serve somebody, of any layer of stations.

    Parameters
    ----------
    stations
        Stations; without `is_virtual_station` all of them serve.

    Returns
    -------
        The physical stations.

    Raises
    ------
    ArgumentError
        An id is repeated.
    """
    if isinstance(stations, gpd.GeoDataFrame) and "is_virtual_station" in stations.columns:
        return serving(stations)
    return stations


def qpv_figures(
    qpv: gpd.GeoDataFrame, stations: gpd.GeoDataFrame, *, radius_m: float, covered: Iterable[str]
) -> pd.DataFrame:
    """Measure how each QPV is served by e-bike stations.

    Distances run from the outline, 0 inside. Inhabitants within reach are the QPV's inhabitants times its share of area within reach: they are taken to live evenly over the QPV, which overstates or understates where dwellings gather. Virtual stations serve nobody.

    Parameters
    ----------
    qpv
        QPV in Lambert-93, with `communes` (lists of INSEE codes) and `population`.
    stations
        Stations in Lambert-93, with `name`, `capacity` (docks) and `is_virtual_station`.
    radius_m
        Reach in metres, as the crow flies.
    covered
        INSEE codes of the communes that the network covers.

    Returns
    -------
        On the index of `qpv`: `distance_station_m`, `station_proche` (name), `stations_a_portee`, `bornes_a_portee`, `stations_pour_1000_hab`, `bornes_pour_1000_hab`, `part_surface_couverte` (0 to 1), `habitants_a_portee`, `habitants_hors_portee`, `couvert_par_le_reseau` (bool), `rang_manque` (1 for the most inhabitants out of reach, ties by code). Outside the network every figure is missing.

    Raises
    ------
    ArgumentError
        A column is missing, an id repeated, a geometry missing or invalid, or the radius is not a length.
    CrsError
        A layer is not in Lambert-93.
    """
    check_columns(qpv, "les QPV", ("communes", "population"))
    check_columns(stations, "les stations", ("name", "capacity", "is_virtual_station"))
    physical = serving(stations)
    population = qpv["population"].astype(float)
    closest = nearest(qpv, physical)
    count = count_within(qpv, physical, radius_m)
    docks = sum_within(qpv, physical, radius_m, physical["capacity"])
    share = covered_share(qpv, physical, radius_m)
    figures = pd.DataFrame(
        {
            "distance_station_m": closest["distance_m"],
            "station_proche": closest["id"].map(physical["name"]),
            "stations_a_portee": count.astype(float),
            "bornes_a_portee": docks,
            "stations_pour_1000_hab": per_1000(count, population),
            "bornes_pour_1000_hab": per_1000(docks, population),
        },
        index=qpv.index,
    ).join(within_reach(population, share))
    figures = mask(figures, qpv["communes"], covered)
    figures["couvert_par_le_reseau"] = in_scope(qpv["communes"], covered)
    figures["rang_manque"] = rank_largest(figures["habitants_hors_portee"])
    return figures


def commune_figures(communes: pd.DataFrame, qpv: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    """Add up the figures of the QPV per commune.

    A QPV on several communes is counted once, under the first that the source names.

    Parameters
    ----------
    communes
        Communes indexed by INSEE code.
    qpv
        QPV with `communes` (lists of INSEE codes) and `population`.
    figures
        What `qpv_figures` gave for these QPV.

    Returns
    -------
        On the index of `communes`: `nb_qpv` (int), `population_qpv`, `qpv_desservis` (with a station within reach), `habitants_a_portee`, `habitants_hors_portee`, `part_habitants_a_portee` (0 to 1). Missing without a QPV, outside the network, or where a part is missing.

    Raises
    ------
    ArgumentError
        A column is missing, an id repeated, a QPV names no commune, or `figures` is about other rows.
    """
    check_same_index(qpv.index, figures.index, "les QPV et leurs figures")
    totals = inhabitants_by_commune(communes, qpv)
    place = counted_under(qpv["communes"])
    served = figures["stations_a_portee"].gt(0).where(figures["stations_a_portee"].notna())
    totals["qpv_desservis"] = total_by_commune(served, place, communes.index)
    for column in ("habitants_a_portee", "habitants_hors_portee"):
        totals[column] = total_by_commune(figures[column], place, communes.index)
    inhabited = totals["population_qpv"].where(totals["population_qpv"] > 0)
    totals["part_habitants_a_portee"] = totals["habitants_a_portee"] / inhabited
    return totals


def transit_distances(
    qpv: gpd.GeoDataFrame,
    lines: gpd.GeoDataFrame,
    stations: gpd.GeoDataFrame,
    *,
    lines_covered: Iterable[str],
) -> pd.DataFrame:
    """Measure from each QPV to the nearest metro, tram or BHNS line and to the nearest railway station.

    A line that passes by is not a stop: this is the distance to its course.

    Parameters
    ----------
    qpv
        QPV in Lambert-93, with `communes` (lists of INSEE codes).
    lines
        Lines in Lambert-93, with `route_short_name`.
    stations
        Railway stations in Lambert-93, with `name`.
    lines_covered
        INSEE codes of the communes that the lines' network covers.

    Returns
    -------
        On the index of `qpv`: `distance_ligne_m`, `ligne_proche` ("M1"), missing outside the lines' network; `distance_gare_m`, `gare_proche` (name).

    Raises
    ------
    ArgumentError
        A column is missing, an id repeated, or a geometry missing.
    CrsError
        A layer is not in Lambert-93.
    """
    check_columns(qpv, "les QPV", ("communes",))
    check_columns(lines, "les lignes", ("route_short_name",))
    check_columns(stations, "les gares", ("name",))
    line, station = nearest(qpv, lines), nearest(qpv, stations)
    by_line = pd.DataFrame(
        {"distance_ligne_m": line["distance_m"], "ligne_proche": line["id"].map(lines["route_short_name"])},
        index=qpv.index,
    )
    by_rail = pd.DataFrame(
        {"distance_gare_m": station["distance_m"], "gare_proche": station["id"].map(stations["name"])},
        index=qpv.index,
    )
    return pd.concat([mask(by_line, qpv["communes"], lines_covered), by_rail], axis="columns")
