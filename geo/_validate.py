"""Checks of arguments: every fault is gathered, then raised once."""

import math
from collections.abc import Collection, Iterable

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from errors import ArgumentError, CrsError
from geo.crs import Layer, lambert93_fault

Shapes = npt.NDArray[np.object_]

POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
POINT = (shapely.GeometryType.POINT,)

# Metropolitan France spans about 1,500 km: two frames further apart are not in the same coordinates.
FURTHEST_M = 2_000_000.0


def shapes(frame: Layer) -> Shapes:
    """Give the geometries as an array of shapely objects.

    Parameters
    ----------
    frame
        A layer with geometries.

    Returns
    -------
        One geometry per row, in the frame's order.
    """
    return np.asarray(frame.geometry.array, dtype=object)


def check_layers(
    zones: Layer,
    targets: Layer,
    *,
    radius_m: float | None = None,
    area: bool = False,
) -> None:
    """Refuse a pair of layers that cannot be measured together.

    Parameters
    ----------
    zones
        Layer that the result is indexed by.
    targets
        Layer whose objects are looked for around the zones.
    radius_m
        Distance in metres, if the question has one.
    area
        The question is about shares of area: zones must be valid polygons and targets points.

    Raises
    ------
    CrsError
        A layer is not in Lambert-93, or is so in name only.
    ArgumentError
        A layer is not one, a geometry is missing, empty or of the wrong kind, or the radius is not a length.
    """
    names = (("les zones", zones), ("les points", targets))
    faults = [fault for name, layer in names if (fault := _layer_fault(name, layer))]
    _raise(ArgumentError, faults)
    crs = [lambert93_fault(zones, "les zones"), _points_crs_fault(zones, targets)]
    _raise(CrsError, [fault for fault in crs if fault])
    faults = [fault for name, layer in names if (fault := _missing_fault(name, layer))]
    if area:
        faults += _area_faults(zones, targets)
    if radius_m is not None and not is_length(radius_m):
        faults.append(f"le rayon doit être un nombre de mètres, positif ou nul : {radius_m!r}")
    _raise(ArgumentError, faults)


def check_columns(frame: pd.DataFrame, name: str, columns: Collection[str]) -> None:
    """Refuse a frame that lacks columns, or whose index repeats an id.

    Parameters
    ----------
    frame
        The frame to check.
    name
        What the message calls it, in French.
    columns
        Columns that must be there.

    Raises
    ------
    ArgumentError
        A column is missing or an id repeated.
    """
    faults = []
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        faults.append(f"{name} : colonne(s) absente(s) : {', '.join(absent)}")
    if not frame.index.is_unique:
        repeated = frame.index[frame.index.duplicated()].unique()
        faults.append(f"{name} : identifiant(s) en double : {', '.join(map(str, repeated[:5]))}")
    _raise(ArgumentError, faults)


def check_same_index(left: pd.Index, right: pd.Index, names: str) -> None:
    """Refuse two tables whose rows are not the same, in the same order.

    Parameters
    ----------
    left
        Index of the first.
    right
        Index of the second.
    names
        What the message calls the two, in French.

    Raises
    ------
    ArgumentError
        The indexes differ.
    """
    if not left.equals(right):
        raise ArgumentError(f"{names} : les lignes ne sont pas les mêmes, dans le même ordre")


def check_codes(codes: Iterable[str]) -> frozenset[str]:
    """Give INSEE codes as a set, and refuse a single code given for a collection.

    Parameters
    ----------
    codes
        INSEE codes of communes.

    Returns
    -------
        The same codes.

    Raises
    ------
    ArgumentError
        A text was given where a collection of texts is meant.
    """
    if isinstance(codes, str):
        raise ArgumentError(f"il faut une collection de codes Insee, pas le texte {codes!r}")
    return frozenset(codes)


def is_length(value: object) -> bool:
    """Tell whether a value is a length in metres: finite, zero or more.

    Parameters
    ----------
    value
        The value to judge.

    Returns
    -------
        True if it is.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        return False
    return math.isfinite(value) and bool(value >= 0)


def _layer_fault(name: str, layer: object) -> str | None:
    if isinstance(layer, gpd.GeoSeries):
        return None
    if isinstance(layer, gpd.GeoDataFrame) and layer.active_geometry_name is not None:
        return None
    return f"{name} : il faut une couche de géométries, pas {type(layer).__name__}"


def _points_crs_fault(zones: Layer, targets: Layer) -> str | None:
    """Judge the targets by the zones: a lone point says nothing of its system."""
    if targets.crs is None or targets.crs != zones.crs:
        return lambert93_fault(targets, "les points")
    if zones.empty or targets.empty:
        return None
    a, b = shapely.total_bounds(shapes(zones)), shapely.total_bounds(shapes(targets))
    if np.isnan(a).all() or np.isnan(b).all():
        return None
    reach = np.concatenate([a[:2] - b[:2], b[2:] - a[2:]])
    if np.isfinite(reach).all() and reach.max() <= FURTHEST_M:
        return None
    return lambert93_fault(targets, "les points") or (
        "les points : des coordonnées sont à plus de 2\u202f000 km des zones (degrés, ou axes inversés ?)"
    )


def _missing_fault(name: str, layer: Layer) -> str | None:
    geometry = shapes(layer)
    wanting = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    if not wanting.any():
        return None
    which = ", ".join(map(str, layer.index[wanting][:5]))
    return f"{name} : {int(wanting.sum())} géométrie(s) absente(s) ou vide(s) : {which}"


def _area_faults(zones: Layer, targets: Layer) -> list[str]:
    outlines = shapes(zones)
    polygons = np.isin(shapely.get_type_id(outlines), POLYGONS)
    faults = []
    if not polygons.all():
        faults.append(f"les zones : {int((~polygons).sum())} géométrie(s) ne sont pas des polygones")
    flawed = polygons & ~(shapely.is_valid(outlines) & (shapely.area(outlines) > 0))
    if flawed.any():
        which = ", ".join(map(str, zones.index[flawed][:5]))
        faults.append(f"les zones : {int(flawed.sum())} contour(s) invalide(s) ou sans surface : {which}")
    others = ~np.isin(shapely.get_type_id(shapes(targets)), POINT)
    if others.any():
        faults.append(f"les points : {int(others.sum())} géométrie(s) ne sont pas des points")
    return faults


def _raise(error: type[ArgumentError | CrsError], faults: list[str]) -> None:
    if faults:
        raise error(" ; ".join(faults))
