"""Coordinate systems: which one some coordinates are in, from what they are worth, and how they become others."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from errors import ArgumentError
from geo.crs import LAMBERT93, WGS84
from loaders import communes
from words.constants import FRANCE

#: What users may choose from, in order of preference.
SYSTEMS: Final[Mapping[str, str]] = {
    WGS84: "degrés (WGS 84)",
    LAMBERT93: "Lambert-93",
    **{f"EPSG:{3900 + zone}": f"RGF93 CC{zone}" for zone in range(42, 51)},
    "EPSG:3857": "Web Mercator",
    "EPSG:27572": "Lambert II étendu (NTF)",
    **{f"EPSG:326{zone}": f"UTM {zone} Nord (WGS 84)" for zone in (30, 31, 32)},
}
#: What lies around the territory is still of it: 0.2 degree, some 20 km.
_AROUND: Final = 0.2
#: A system that puts fewer of the coordinates in France is not theirs.
MOST_PLACES: Final = 0.5
_SAMPLE: Final = 5_000
_AS_GOOD: Final = 0.02

Coordinates = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Fit:
    """How well a coordinate system suits some coordinates."""

    crs: str
    swapped: bool
    nearby: float
    in_france: float

    @property
    def total(self) -> float:
        """Weigh both shares together."""
        return self.nearby + self.in_france


def fits(coordinates: Coordinates, *, stated: str | None = None) -> list[Fit]:
    """Find the systems that put most of the coordinates in metropolitan France, the best first."""
    known = coordinates[np.isfinite(coordinates).all(axis=1)]
    if not len(known):
        return []
    sample = known[np.linspace(0, len(known) - 1, min(len(known), _SAMPLE)).astype(int)]
    names = dict.fromkeys([*([stated] if stated else []), *SYSTEMS])
    # As good as each other, they stay in this order.
    found = [fit(sample, name, swapped=swapped) for swapped in (False, True) for name in names]
    possible = [one for one in found if one.in_france > MOST_PLACES]
    return sorted(possible, key=lambda one: (one.crs != stated, -one.total))


def fit(coordinates: Coordinates, crs: str, *, swapped: bool) -> Fit:
    """Tell how well one system suits some coordinates."""
    x, y = coordinates.T[::-1] if swapped else coordinates.T
    lon, lat = transformer(crs, WGS84).transform(x, y)
    nearby = _share(lon, lat, communes.bounds(margin=_AROUND))
    return Fit(crs, swapped, nearby, _share(lon, lat, FRANCE))


def equally_good(found: list[Fit]) -> list[Fit]:
    """Give the systems between which the coordinates do not tell."""
    return [one for one in found if one.total >= found[0].total - _AS_GOOD]


def transformer(source: str, target: str) -> Transformer:
    """Give what turns coordinates of one system into another, easting first."""
    try:
        return _transformer(source, target)
    except ProjError as error:
        raise ArgumentError(f"Système de coordonnées inconnu : {source}") from error


def name_of(crs: Any) -> str | None:
    """Name a system as EPSG does, in its own words where EPSG does not know it."""
    if crs is None:
        return None
    code = CRS.from_user_input(crs).to_epsg(min_confidence=60)
    return f"EPSG:{code}" if code else str(crs.to_wkt())


def stated_system(crs: Any) -> tuple[str | None, str]:
    """Give the system that a file states, None where coordinates cannot be placed by it; and what to say of that."""
    if crs is None:
        return None, ""
    try:
        known = CRS.from_user_input(crs)
        wkt = str(known.to_wkt())
        _transformer(wkt, WGS84).transform(0.0, 0.0, errcheck=False)
        placed = not known.name.casefold().startswith(("undefined", "unknown"))
    except ProjError:
        placed = False
    if not placed:
        told = re.search(r'"([^"]{1,80})"', str(crs))
        called = told[1] if told else str(crs)[:80] or "vide"
        return None, f"Le fichier déclare un système de coordonnées inconnu ou local (« {called} »)"
    return wkt, ""


def title(crs: str) -> str:
    """Call a system as users do."""
    if crs in SYSTEMS:
        return f"{SYSTEMS[crs]}, {crs}"
    try:
        return CRS.from_user_input(crs).name
    except ProjError:
        return crs


@cache
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def _share(lon: Coordinates, lat: Coordinates, box: tuple[float, float, float, float]) -> float:
    west, south, east, north = box
    # A place that a system cannot have is infinite.
    return float(np.mean((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)))
