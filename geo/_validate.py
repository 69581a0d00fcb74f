"""Checks of arguments: every fault is gathered, then raised once."""

import math
from collections.abc import Collection, Iterable, Mapping
from weakref import WeakValueDictionary

import geopandas as gpd
import numpy as np
import pandas as pd

from errors import ArgumentError, CrsError
from geo._geometry import Geometry, geometry_of
from geo.crs import Box, Layer, lambert93_fault

# Metropolitan France spans about 1,500 km: two frames further apart are not in the same coordinates.
FURTHEST_M = 2_000_000.0

# What the messages call the two layers.
ZONES = "les zones"
POINTS = "les points"
AREAS = "les aires"

# Layers that `geo.proven.prove` found sound, by identity: whoever asks for that promises to write nothing into them.
_PROVEN: dict[str, "WeakValueDictionary[int, Layer]"] = {
    kind: WeakValueDictionary() for kind in ("outlines", "points", "any")
}


def check_layers(
    zones: Layer,
    targets: Layer,
    *,
    radius_m: float | None = None,
    area: bool = False,
    target_areas: bool = False,
) -> None:
    """Refuse a pair of layers that cannot be measured together."""
    length = [] if radius_m is None or is_length(radius_m) else [_radius_fault(radius_m)]
    wanted = ("outlines" if area else "any", "outlines" if target_areas else "points" if area else "any")
    if is_proven(zones, wanted[0]) and is_proven(targets, wanted[1]):
        _raise(ArgumentError, length)
        return
    name = AREAS if target_areas else POINTS
    faults = [
        fault for label, layer in ((ZONES, zones), (name, targets)) if (fault := _layer_fault(label, layer))
    ]
    _raise(ArgumentError, faults)
    zones, targets = zones.geometry, targets.geometry  # a frame looks its column up each time it is asked
    outlines, places = geometry_of(zones, keep=True), geometry_of(targets)
    crs = [
        lambert93_fault(zones.crs, outlines.box, ZONES),
        _targets_crs_fault(name, targets, zones, (outlines.box, places.box)),
    ]
    _raise(CrsError, [fault for fault in crs if fault])
    missing = (_missing_fault(ZONES, zones.index, outlines), _missing_fault(name, targets.index, places))
    faults = [fault for fault in missing if fault]
    if area:
        faults += _polygon_faults(ZONES, zones.index, outlines)
        if target_areas:
            faults += _polygon_faults(name, targets.index, places)
        elif fault := _kind_fault(name, places):
            faults.append(fault)
    _raise(ArgumentError, faults + length)


def check_each(layers: Mapping[str, Layer], *, points: bool = True) -> None:
    """Refuse layers that cannot be measured together, each by its name."""
    _raise(ArgumentError, [fault for name, layer in layers.items() if (fault := _layer_fault(name, layer))])
    geometry = {name: geometry_of(layer.geometry) for name, layer in layers.items()}
    first = next(iter(layers))
    box = geometry[first].box
    crs = [lambert93_fault(layers[first].crs, box, first)] + [
        _targets_crs_fault(name, layer, layers[first], (box, geometry[name].box))
        for name, layer in layers.items()
        if name != first
    ]
    _raise(CrsError, [fault for fault in crs if fault])
    missing = [_missing_fault(name, layers[name].index, geometry[name]) for name in layers]
    _raise(ArgumentError, [fault for fault in missing if fault])
    if points:
        kinds = [_kind_fault(name, places) for name, places in geometry.items()]
        _raise(ArgumentError, [fault for fault in kinds if fault])


def is_proven(layer: object, kind: str) -> bool:
    """Tell whether this very layer was proven, as outlines, as points, or as any layer in metres."""
    return _PROVEN[kind].get(id(layer)) is layer


def keep_proven(layer: Layer, *, outlines: bool) -> None:
    """Check a layer of outlines or of points, and remember that it is sound."""
    name = AREAS if outlines else POINTS
    check_each({name: layer}, points=not outlines)
    if outlines:
        _raise(ArgumentError, _polygon_faults(name, layer.index, geometry_of(layer.geometry, keep=True)))
    for kind in ("any", "outlines" if outlines else "points"):
        _PROVEN[kind][id(layer)] = layer


def check_columns(frame: pd.DataFrame, name: str, columns: Collection[str]) -> None:
    """Refuse a frame that lacks columns, or whose index repeats an id."""
    faults = []
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        faults.append(f"{name} : colonne(s) absente(s) : {', '.join(absent)}")
    if not frame.index.is_unique:
        repeated = frame.index[frame.index.duplicated()].unique()
        faults.append(f"{name} : identifiant(s) en double : {', '.join(map(str, repeated[:5]))}")
    _raise(ArgumentError, faults)


def check_same_index(left: pd.Index, right: pd.Index, names: str) -> None:
    """Refuse two tables whose rows are not the same, in the same order."""
    if not left.equals(right):
        raise ArgumentError(f"{names} : les lignes ne sont pas les mêmes, dans le même ordre")


def check_codes(codes: Iterable[str]) -> frozenset[str]:
    """Give INSEE codes as a set, and refuse a single code given for a collection."""
    if isinstance(codes, str):
        raise ArgumentError(f"il faut une collection de codes Insee, pas le texte {codes!r}")
    return frozenset(codes)


def is_length(value: object) -> bool:
    """Tell whether a value is a length in metres: finite, zero or more."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        return False
    return math.isfinite(value) and bool(value >= 0)


def _radius_fault(radius_m: object) -> str:
    return f"le rayon doit être un nombre de mètres, positif ou nul : {radius_m!r}"


def _layer_fault(name: str, layer: object) -> str | None:
    if isinstance(layer, gpd.GeoSeries):
        return None
    if isinstance(layer, gpd.GeoDataFrame) and layer.active_geometry_name is not None:
        return None
    return f"{name} : il faut une couche de géométries, pas {type(layer).__name__}"


def _targets_crs_fault(name: str, targets: Layer, zones: Layer, boxes: tuple[Box, Box]) -> str | None:
    """Judge the targets by the zones: a lone point says nothing of its system."""
    crs = targets.crs
    zones_box, targets_box = boxes
    if crs is None or crs != zones.crs:
        return lambert93_fault(crs, targets_box, name)
    if np.isnan(zones_box).all() or np.isnan(targets_box).all():
        return None
    reach = np.concatenate([zones_box[:2] - targets_box[:2], targets_box[2:] - zones_box[2:]])
    if np.isfinite(reach).all() and reach.max() <= FURTHEST_M:
        return None
    return lambert93_fault(crs, targets_box, name) or (
        f"{name} : des coordonnées sont à plus de 2\u202f000 km des autres (degrés, ou axes inversés ?)"
    )


def _missing_fault(name: str, index: pd.Index, geometry: Geometry) -> str | None:
    wanting = geometry.wanting
    if not wanting.any():
        return None
    which = ", ".join(map(str, index[wanting][:5]))
    return f"{name} : {int(wanting.sum())} géométrie(s) absente(s) ou vide(s) : {which}"


def _polygon_faults(name: str, index: pd.Index, shapes: Geometry) -> list[str]:
    faults = []
    if not shapes.polygons.all():
        faults.append(f"{name} : {int((~shapes.polygons).sum())} géométrie(s) ne sont pas des polygones")
    if shapes.flawed.any():
        which = ", ".join(map(str, index[shapes.flawed][:5]))
        number = int(shapes.flawed.sum())
        faults.append(f"{name} : {number} contour(s) invalide(s) ou sans surface : {which}")
    return faults


def _kind_fault(name: str, places: Geometry) -> str | None:
    if places.points.all():
        return None
    return f"{name} : {int((~places.points).sum())} géométrie(s) ne sont pas des points"


def _raise(error: type[ArgumentError | CrsError], faults: list[str]) -> None:
    if faults:
        raise error(" ; ".join(faults))
