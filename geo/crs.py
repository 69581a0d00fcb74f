"""Coordinate systems: degrees at the door, metres (Lambert-93) inside."""

from collections.abc import Sequence
from functools import cache
from typing import TypeVar

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import CRS, Transformer

from errors import ArgumentError, CrsError

LAMBERT93 = "EPSG:2154"
WGS84 = "EPSG:4326"
# No degree goes beyond.
FULL_TURN = 360.0

Layer = gpd.GeoDataFrame | gpd.GeoSeries
LayerT = TypeVar("LayerT", gpd.GeoDataFrame, gpd.GeoSeries)
Numbers = Sequence[float] | npt.NDArray[np.float64] | pd.Series

# Smallest and largest longitude and latitude: west, south, east, north.
Bounds = tuple[float, float, float, float]

# The same of a layer's coordinates, in its own unit; NaN for a layer without geometry.
Box = npt.NDArray[np.float64]


def to_lambert93(frame: LayerT) -> LayerT:
    """Give the frame in Lambert-93 (EPSG:2154).

    Returns
    -------
        A new frame, coordinates in metres.

    Raises
    ------
    CrsError
        The frame declares no system, or its coordinates cannot be those of the system it declares: swapped axes, metres labelled as degrees, degrees labelled as metres, degrees of a place outside the box where EPSG says that Lambert-93 may be used.
    """
    name = "la couche"
    _require_crs(frame, name)
    if frame.crs is not None and frame.crs.is_geographic:
        _require_degrees(frame, name)
    projected = frame.to_crs(LAMBERT93)
    check_lambert93(projected, name)
    return projected


def to_wgs84(frame: LayerT) -> LayerT:
    """Give the frame in degrees (EPSG:4326), longitude first.

    Returns
    -------
        A new frame, coordinates in degrees.

    Raises
    ------
    CrsError
        The frame declares no coordinate system.
    """
    _require_crs(frame, "la couche")
    return frame.to_crs(WGS84)


def points_from_degrees(lon: Numbers, lat: Numbers) -> gpd.GeoSeries:
    """Make points in Lambert-93 from longitudes and latitudes.

    Parameters
    ----------
    lon
        Longitudes in degrees; the index of a Series is kept.
    lat
        Latitudes in degrees, in the same order.

    Returns
    -------
        Points in metres (EPSG:2154).

    Raises
    ------
    ArgumentError
        The two lengths differ, or a coordinate is missing or infinite.
    CrsError
        A point falls where Lambert-93 may not be used: the axes are most likely swapped.
    """
    x = np.asarray(lon, dtype=float)
    y = np.asarray(lat, dtype=float)
    if x.shape != y.shape:
        raise ArgumentError(f"{x.size} longitudes pour {y.size} latitudes")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        unknown = int((~(np.isfinite(x) & np.isfinite(y))).sum())
        raise ArgumentError(f"{unknown} point(s) sans longitude ou sans latitude")
    index = lon.index if isinstance(lon, pd.Series) else None
    degrees = gpd.GeoSeries(gpd.points_from_xy(x, y), index=index, crs=WGS84)
    return to_lambert93(degrees)


def check_lambert93(frame: Layer, name: str) -> None:
    """Refuse a frame that is not in Lambert-93, or is so in name only.

    Coordinates are refused when all of them can be read as degrees of France, or as Lambert-93 with its two axes swapped.

    Raises
    ------
    CrsError
        No system, another system, or coordinates that Lambert-93 cannot have here.
    """
    fault = lambert93_fault(frame.crs, frame.total_bounds, name)
    if fault:
        raise CrsError(fault)


def lambert93_fault(crs: CRS | None, box: Box, name: str) -> str | None:
    """Say what keeps a layer from being in Lambert-93.

    Parameters
    ----------
    box
        Box of its coordinates (west, south, east, north); NaN without geometry.

    Returns
    -------
        The fault in French, or None.
    """
    if crs is None:
        return f"{name} : aucun système de coordonnées n'est déclaré, il faut {LAMBERT93}"
    if crs != _crs(LAMBERT93):
        return f"{name} : le système de coordonnées est {crs.to_string()}, il faut {LAMBERT93}"
    fault = None
    if np.isnan(box).all():  # no geometry, no coordinate at fault
        return None
    if not np.isfinite(box).all():
        fault = "des coordonnées ne sont pas des nombres finis"
    elif _inside(box, _degrees_of_france()) or _inside(_swapped(box), _degrees_of_france()):
        fault = f"les coordonnées sont des degrés, alors que {LAMBERT93} est en mètres"
    elif _inside(_swapped(box), _metres_of_france()):
        fault = "les axes sont inversés (y avant x)"
    return f"{name} : {fault}" if fault else None


def _require_crs(frame: Layer, name: str) -> None:
    if frame.crs is None:
        raise CrsError(f"{name} : aucun système de coordonnées n'est déclaré")


def _require_degrees(frame: Layer, name: str) -> None:
    box, bounds = frame.total_bounds, _degrees_of_france()
    if np.isnan(box).all() or _inside(box, bounds):
        return
    if _inside(_swapped(box), bounds):
        raise CrsError(f"{name} : les axes sont inversés (latitude avant longitude)")
    if np.abs(box).max() > FULL_TURN:
        raise CrsError(f"{name} : les coordonnées sont des mètres, alors que {WGS84} est en degrés")
    west, south, east, north = box
    raise CrsError(
        f"{name} : des coordonnées sortent du territoire "
        f"(de {west:.6g} ; {south:.6g} à {east:.6g} ; {north:.6g} en {WGS84})"
    )


@cache
def _crs(name: str) -> CRS:
    return CRS.from_user_input(name)


@cache
def _degrees_of_france() -> Bounds:
    """Box in degrees where EPSG says that Lambert-93 may be used."""
    area = _crs(LAMBERT93).area_of_use
    if area is None:  # pragma: no cover  the EPSG registry gives one
        raise CrsError(f"{LAMBERT93} n'a pas de domaine d'emploi dans cette version de PROJ")
    return (area.west, area.south, area.east, area.north)


@cache
def _metres_of_france() -> Bounds:
    transformer = Transformer.from_crs(WGS84, LAMBERT93, always_xy=True)
    west, south, east, north = transformer.transform_bounds(*_degrees_of_france())
    return (west, south, east, north)


def _inside(box: Box, limits: Bounds) -> bool:
    return bool(box[0] >= limits[0] and box[1] >= limits[1] and box[2] <= limits[2] and box[3] <= limits[3])


def _swapped(box: Box) -> Box:
    return box[[1, 0, 3, 2]]
