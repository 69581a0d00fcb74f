"""Checks of arguments: every fault is gathered, then raised once."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal
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

Kind = Literal["outlines", "points", "any"]

# Layers that `geo.proven.prove` found sound, by identity: whoever asks for that promises to write nothing into them.
_PROVEN: dict[Kind, "WeakValueDictionary[int, Layer]"] = {
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
    wanted: tuple[Kind, Kind] = (
        "outlines" if area else "any",
        "outlines" if target_areas else "points" if area else "any",
    )
    if is_proven(zones, wanted[0]) and is_proven(targets, wanted[1]):
        _raise(ArgumentError, length)
        return
    name = AREAS if target_areas else POINTS
    _check({ZONES: (zones, wanted[0]), name: (targets, wanted[1])}, length, keep_first=True)


def check_each(layers: Mapping[str, Layer], *, points: bool = True) -> None:
    """Refuse layers that cannot be measured together, each by its name."""
    _check({name: (layer, "points" if points else "any") for name, layer in layers.items()})


def is_proven(layer: object, kind: Kind) -> bool:
    """Tell whether this very layer was proven, as outlines, as points, or as any layer in metres."""
    return _PROVEN[kind].get(id(layer)) is layer


def keep_proven(layer: Layer, *, outlines: bool) -> None:
    """Check a layer of outlines or of points, and remember that it is sound."""
    kind: Kind = "outlines" if outlines else "points"
    _check({AREAS if outlines else POINTS: (layer, kind)}, keep_first=outlines)
    _PROVEN["any"][id(layer)] = _PROVEN[kind][id(layer)] = layer


def _check(
    layers: Mapping[str, tuple[Layer, Kind]], more: Collection[str] = (), *, keep_first: bool = False
) -> None:
    """Refuse layers that are not of their kinds, or not in the metres of the first; what is known of that one may be kept."""
    _raise(ArgumentError, [_layer_fault(name, layer) for name, (layer, _) in layers.items()])
    # A frame looks its column up each time it is asked.
    found = {name: layer.geometry for name, (layer, _) in layers.items()}
    first = next(iter(found))
    known = {name: geometry_of(one, keep=keep_first and name == first) for name, one in found.items()}
    crs = [lambert93_fault(found[first].crs, known[first].box, first)]
    crs += [
        _targets_crs_fault(name, one, found[first], (known[first].box, known[name].box))
        for name, one in found.items()
        if name != first
    ]
    _raise(CrsError, crs)
    faults = [_missing_fault(name, one.index, known[name]) for name, one in found.items()]
    for name, (_, kind) in layers.items():
        faults += _kind_faults(kind, name, found[name].index, known[name])
    _raise(ArgumentError, [*faults, *more])


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


def _kind_faults(kind: Kind, name: str, index: pd.Index, shapes: Geometry) -> list[str]:
    faults = []
    if kind == "points" and not shapes.points.all():
        faults.append(f"{name} : {int((~shapes.points).sum())} géométrie(s) ne sont pas des points")
    if kind == "outlines" and not shapes.polygons.all():
        faults.append(f"{name} : {int((~shapes.polygons).sum())} géométrie(s) ne sont pas des polygones")
    if kind == "outlines" and shapes.flawed.any():
        which = ", ".join(map(str, index[shapes.flawed][:5]))
        number = int(shapes.flawed.sum())
        faults.append(f"{name} : {number} contour(s) invalide(s) ou sans surface : {which}")
    return faults


def _raise(error: type[ArgumentError | CrsError], faults: Sequence[str | None]) -> None:
    told = [fault for fault in faults if fault]
    if told:
        raise error(" ; ".join(told))
