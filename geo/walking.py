"""How the QPV are served by e-bike stations in minutes on foot: by isochrones, or by circles that stand for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from errors import ArgumentError
from geo._validate import check_columns, is_length
from geo.coverage import circles, covered_share, covered_share_by_areas
from geo.cycling import serving
from geo.population import rank_largest, within_reach
from geo.proximity import count_within, neighbours
from geo.scope import in_scope, mask

#: Minutes on foot that may be asked.
LEAST_MINUTES: Final = 3
MOST_MINUTES: Final = 15
DEFAULT_MINUTES: Final = 5
#: 4.8 km/h.
SPEED_M_PER_MIN: Final = 80.0
#: Metres walked along the streets for one metre as the crow flies.
DETOUR: Final = 1.3
#: 6 km/h: no router walks faster.
FASTEST_M_PER_MIN: Final = 100.0
#: What a router may add when it goes from a point to the nearest street, or draws its outline.
SNAP_M: Final = 100.0

Method = Literal["isochrones", "cercles"]
ISOCHRONES: Final = "isochrones"
CIRCLES: Final = "cercles"


@dataclass(frozen=True, eq=False)
class Walking:
    """Figures in minutes on foot, all by one method.

    Attributes
    ----------
    areas
        The areas that were counted, for the map: `minutes` and polygons in EPSG:2154, indexed by station.
    method
        "isochrones", or "cercles" where the isochrone of at least one station concerned is missing.
    radius_m
        Radius of the circles; None with isochrones.
    concerned
        Ids of the stations whose isochrone may touch a QPV that the network covers.
    """

    figures: pd.DataFrame
    areas: gpd.GeoDataFrame
    method: Method
    minutes: int
    radius_m: float | None
    concerned: tuple[str, ...]
    missing: tuple[str, ...]


def check_minutes(minutes: int) -> None:
    """Refuse what is not a number of minutes that may be asked.

    Parameters
    ----------
    minutes
        Whole minutes, from 3 to 15.

    Raises
    ------
    ArgumentError
        It is another value.
    """
    whole = isinstance(minutes, int | np.integer) and not isinstance(minutes, bool)
    if not whole or not LEAST_MINUTES <= minutes <= MOST_MINUTES:
        raise ArgumentError(
            f"le temps de marche doit être un nombre entier de minutes, de {LEAST_MINUTES} à {MOST_MINUTES} : {minutes!r}"
        )


def radius_m(minutes: int, *, speed_m_per_min: float = SPEED_M_PER_MIN, detour: float = DETOUR) -> float:
    """Give the radius of the circle that stands for some minutes on foot.

    Parameters
    ----------
    minutes
        Whole minutes, from 3 to 15.
    speed_m_per_min
        Metres walked in a minute, at most 100.
    detour
        Metres walked for one metre as the crow flies, 1 or more.

    Returns
    -------
        Metres: 5 minutes make 5 x 80 / 1.3 = 307.7 m.

    Raises
    ------
    ArgumentError
        A value is out of bounds.
    """
    check_minutes(minutes)
    if not is_length(speed_m_per_min) or not 0 < speed_m_per_min <= FASTEST_M_PER_MIN:
        raise ArgumentError(
            f"la vitesse de marche doit être comprise entre 0 et {FASTEST_M_PER_MIN:g} m/min : {speed_m_per_min!r}"
        )
    if not is_length(detour) or detour < 1:
        raise ArgumentError(f"le coefficient de détour doit être un nombre d'au moins 1 : {detour!r}")
    return float(minutes * speed_m_per_min / detour)


def farthest_m(minutes: int) -> float:
    """Give the distance, as the crow flies, that no walking isochrone goes beyond.

    Parameters
    ----------
    minutes
        Whole minutes, from 3 to 15.

    Returns
    -------
        Metres: the minutes at 6 km/h in a straight line, and 100 m for what a router adds at the start.

    Raises
    ------
    ArgumentError
        It is another value.
    """
    check_minutes(minutes)
    return float(minutes * FASTEST_M_PER_MIN + SNAP_M)


def concerned(
    qpv: gpd.GeoDataFrame, stations: gpd.GeoDataFrame, *, minutes: int, covered: Iterable[str]
) -> gpd.GeoDataFrame:
    """Keep the stations whose isochrone may touch a QPV: the only ones worth asking for.

    Parameters
    ----------
    qpv
        QPV in Lambert-93, with `communes` (lists of INSEE codes).
    stations
        Stations in Lambert-93, with `is_virtual_station`.
    minutes
        Whole minutes, from 3 to 15.
    covered
        INSEE codes of the communes that the network covers: other QPV have no figure.

    Returns
    -------
        The physical stations at most `farthest_m(minutes)` from such a QPV, in their order.

    Raises
    ------
    ArgumentError
        The minutes are out of bounds, a column is missing, an id repeated, or a geometry missing.
    CrsError
        A layer is not in Lambert-93.
    """
    reach_m = farthest_m(minutes)
    check_columns(qpv, "les QPV", ("communes",))
    physical = serving(stations)
    zones = qpv[in_scope(qpv["communes"], covered)]
    near = count_within(physical, zones, reach_m) > 0
    return physical[near]


def qpv_figures(
    qpv: gpd.GeoDataFrame,
    stations: gpd.GeoDataFrame,
    *,
    minutes: int,
    covered: Iterable[str],
    isochrones: gpd.GeoDataFrame | None = None,
    speed_m_per_min: float = SPEED_M_PER_MIN,
    detour: float = DETOUR,
) -> Walking:
    """Measure how each QPV is served by e-bike stations within some minutes on foot.

    All figures come from isochrones if every station concerned has its own, and all from circles otherwise: a rank never compares one with the other, nor with figures in metres. Inhabitants within reach are the QPV's inhabitants times its share of area within reach, taken to live evenly over the QPV.

    Parameters
    ----------
    qpv
        QPV in Lambert-93, with `communes` (lists of INSEE codes) and `population`.
    stations
        Stations in Lambert-93, with `is_virtual_station`; virtual stations serve nobody.
    minutes
        Whole minutes, from 3 to 15.
    covered
        INSEE codes of the communes that the network covers.
    isochrones
        Walking isochrones in Lambert-93 indexed by station, with `minutes`; others than those of the stations concerned are left out. None asks for circles.
    speed_m_per_min
        Metres walked in a minute, for circles.
    detour
        Metres walked for one metre as the crow flies, for circles.

    Returns
    -------
        Its `figures`, on the index of `qpv`: `stations_a_portee` (whose area touches the QPV), `part_surface_couverte` (0 to 1), `habitants_a_portee`, `habitants_hors_portee`, `couvert_par_le_reseau` (bool), `rang_manque` (1 for the most inhabitants out of reach, ties by code). Outside the network every figure is missing.

    Raises
    ------
    ArgumentError
        A value is out of bounds, a column is missing, an id repeated, a geometry missing or invalid, or the isochrones are of other minutes.
    CrsError
        A layer is not in Lambert-93.
    """
    circle_m = radius_m(minutes, speed_m_per_min=speed_m_per_min, detour=detour)
    check_columns(qpv, "les QPV", ("communes", "population"))
    near = concerned(qpv, stations, minutes=minutes, covered=covered)
    known = near.index[:0] if isochrones is None else _known(isochrones, near.index, minutes)
    missing = near.index.difference(known)
    if isochrones is not None and missing.empty:
        method: Method = ISOCHRONES
        shapes = gpd.GeoSeries(isochrones.geometry.loc[near.index])
        share = covered_share_by_areas(qpv, shapes)
        zone, _ = neighbours(qpv, shapes, 0.0)
        count = pd.Series(np.bincount(zone, minlength=len(qpv)), index=qpv.index)
    else:
        method = CIRCLES
        shapes = circles(near, circle_m)
        share = covered_share(qpv, near, circle_m)
        count = count_within(qpv, near, circle_m)
    figures = pd.DataFrame({"stations_a_portee": count.astype(float)}).join(
        within_reach(qpv["population"], share)
    )
    figures = mask(figures, qpv["communes"], covered)
    figures["couvert_par_le_reseau"] = in_scope(qpv["communes"], covered)
    figures["rang_manque"] = rank_largest(figures["habitants_hors_portee"])
    return Walking(
        figures=figures,
        areas=gpd.GeoDataFrame({"minutes": minutes}, index=near.index, geometry=shapes),
        method=method,
        minutes=int(minutes),
        radius_m=circle_m if method == CIRCLES else None,
        concerned=tuple(near.index),
        missing=tuple(missing),
    )


def _known(isochrones: gpd.GeoDataFrame, wanted: pd.Index, minutes: int) -> pd.Index:
    """Give the stations that have an isochrone, and refuse isochrones of other minutes."""
    check_columns(isochrones, "les isochrones", ("minutes",))
    kept = isochrones[isochrones.index.isin(wanted)]
    others = sorted({int(value) for value in kept["minutes"]} - {int(minutes)})
    if others:
        raise ArgumentError(
            f"les isochrones : il faut {minutes} minutes, des aires en ont {', '.join(map(str, others))}"
        )
    return kept.index
