"""Places where a station could stand: along lines, around railway stations, on sites near a QPV, or given by the user."""

from collections.abc import Iterator, Sequence
from itertools import product
from math import hypot

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from errors import ArgumentError
from geo._validate import check_columns, check_each, is_length
from geo.attachment import zone_of
from geo.crs import LAMBERT93, Layer
from geo.proximity import TOUCH_M, nearest_distance, neighbours

#: Distance in metres between two candidates along a line, or on the lattice around a railway station.
STEP_M = 50.0

# What a candidate is called, the word that its id begins with, and the order in which the kinds are kept.
LINE = "ligne"
RAILWAY = "gare"
BROWNFIELD = "friche"
SPORT = "équipement sportif"
IMPORTED = "liste importée"

_NONE: npt.NDArray[np.object_] = np.empty(0, dtype=object)
_NO_NAMES = pd.Series(dtype="str")

# More points than that come of a step too short for the lines or the distance.
MOST_POINTS = 200_000


def along_lines(lines: gpd.GeoDataFrame, *, step_m: float = STEP_M) -> gpd.GeoDataFrame:
    """Place candidates along the course of each line, both ends included.

    Each stretch of a line is followed from its western end (its southern one, if both are as far west), so that two directions on the same course give the same places. A line is a course, not its stops.

    Parameters
    ----------
    lines
        Lines in Lambert-93 with `route_short_name`, indexed by a unique id.

    Returns
    -------
        Points (EPSG:2154) by line: `kind`, `place` ("M1"), `source_id` (id of the line); indexed by kind, line, stretch and number from its beginning.

    Raises
    ------
    ArgumentError
        A column is missing, an id repeated, a geometry missing or no line, or the step not a length above 0, or far too short.
    CrsError
        The lines are not in Lambert-93.
    """
    check_columns(lines, "les lignes", ("route_short_name",))
    check_each({"les lignes": lines}, points=False)
    _check_step(step_m)
    _check_number(float(lines.length.sum()) / step_m, step_m)
    if not lines.geom_type.isin(("LineString", "MultiLineString")).all():
        raise ArgumentError("les lignes : des géométries ne sont pas des lignes")
    ids, labels, points = [], [], [_NONE]
    for source_id, course in lines.geometry.sort_index().items():
        for rank, stretch in enumerate(_stretches(course), start=1):
            along_m = np.append(np.arange(0.0, stretch.length - TOUCH_M, step_m), stretch.length)
            ids += [source_id] * len(along_m)
            labels += [f"{source_id}:{rank}:{number}" for number in range(len(along_m))]
            points.append(shapely.line_interpolate_point(stretch, along_m))
    return _frame(LINE, np.concatenate(points), names=lines["route_short_name"], ids=ids, labels=labels)


def around_stations(
    stations: gpd.GeoDataFrame, *, distance_m: float, step_m: float = STEP_M
) -> gpd.GeoDataFrame:
    """Place candidates at and around railway stations, on a square lattice with the station at its middle.

    Parameters
    ----------
    stations
        Points in Lambert-93 with `name`, indexed by a unique id.
    distance_m
        How far from the station in metres, included.

    Returns
    -------
        Points (EPSG:2154) by station: `kind`, `place` (name), `source_id`; indexed by kind, station and steps to the east and to the north of it.

    Raises
    ------
    ArgumentError
        A column is missing, an id repeated, a geometry missing or no point, or a length not what it should be.
    CrsError
        The stations are not in Lambert-93.
    """
    check_columns(stations, "les gares", ("name",))
    check_each({"les gares": stations})
    _check_distance(distance_m)
    _check_step(step_m)
    _check_number(len(stations) * (2 * distance_m / step_m + 1) ** 2, step_m)
    furthest = int((distance_m + TOUCH_M) // step_m)
    offsets = [
        (east, north)
        for east, north in product(range(-furthest, furthest + 1), repeat=2)
        if hypot(east, north) * step_m <= distance_m + TOUCH_M
    ]
    ordered = stations.geometry.sort_index()
    middle = shapely.get_coordinates(np.asarray(ordered.array))[:, None, :]
    return _frame(
        RAILWAY,
        np.asarray(shapely.points((middle + step_m * np.asarray(offsets)).reshape(-1, 2)), dtype=object),
        names=stations["name"],
        ids=[source_id for source_id in ordered.index for _ in offsets],
        labels=[f"{source_id}:{east}:{north}" for source_id in ordered.index for east, north in offsets],
    )


def near_qpv(
    sites: gpd.GeoDataFrame, qpv: Layer, *, distance_m: float, kind: str, names: pd.Series
) -> gpd.GeoDataFrame:
    """Take the sites in a QPV, or near one.

    Parameters
    ----------
    sites
        Points in Lambert-93, indexed by a unique id.
    qpv
        QPV in Lambert-93.
    distance_m
        How far from an outline in metres, included.
    kind
        What these candidates are called: `BROWNFIELD` or `SPORT`.
    names
        Name of each site, on the same index.

    Returns
    -------
        Points (EPSG:2154): `kind`, `place` (name, missing where it is), `source_id`; indexed by kind and site.

    Raises
    ------
    ArgumentError
        An id is repeated, a geometry missing or no point, or the distance not a length.
    CrsError
        A layer is not in Lambert-93.
    """
    check_columns(sites, "les sites", ())
    check_each({"les sites": sites})
    _check_distance(distance_m)
    near = nearest_distance(sites, qpv) <= distance_m + TOUCH_M
    return _as_they_are(kind, sites[near], names)


def imported(points: gpd.GeoDataFrame, *, names: pd.Series) -> gpd.GeoDataFrame:
    """Take the places of a list that the user brings.

    Parameters
    ----------
    points
        Points in Lambert-93, indexed by a unique id.
    names
        Name of each, on the same index.

    Returns
    -------
        Points (EPSG:2154): `kind`, `place` (name), `source_id`; indexed by kind and id.

    Raises
    ------
    ArgumentError
        An id is repeated, or a geometry missing or no point.
    CrsError
        The points are not in Lambert-93.
    """
    check_columns(points, "la liste", ())
    check_each({"la liste": points})
    return _as_they_are(IMPORTED, points, names)


def gather(
    candidates: Sequence[gpd.GeoDataFrame], *, territory: Layer, merge_m: float = 1.0
) -> gpd.GeoDataFrame:
    """Put candidates together: those on the territory of the network, each place once.

    Where several candidates lie within `merge_m` of one another the first is kept, by the order of `candidates` and then by id, with the others' names beside its own.

    Parameters
    ----------
    territory
        Outlines in Lambert-93, indexed by a unique id, of the communes that the network covers.
    merge_m
        Distance in metres, included, under which two candidates are one place.

    Returns
    -------
        Points (EPSG:2154): `kind` (of the candidate that is kept), `place` (names of all, "T1, T2"), `source_id`. In `attrs`: `outside` (how many lie off the territory) and `merged` (how many were put with another).

    Raises
    ------
    ArgumentError
        An id is repeated, a column missing, or the distance not a length.
    CrsError
        A layer is not in Lambert-93.
    """
    _check_distance(merge_m)
    frames = [frame.sort_index() for frame in candidates if len(frame)]
    every = (
        gpd.GeoDataFrame(pd.concat(frames), crs=frames[0].crs)
        if frames
        else _frame(LINE, _NONE, names=_NO_NAMES, ids=[], labels=[])
    )
    check_columns(every, "les candidats", ("kind", "place", "source_id"))
    inside = every[zone_of(every, territory).notna()]
    kept, into = _first_of_each_place(inside.geometry, merge_m)
    sites = inside.iloc[kept].copy()
    names: dict[int, dict[str, None]] = {row: {} for row in kept}
    for row, name in zip(into.tolist(), inside["place"], strict=True):
        if isinstance(name, str):
            names[row].setdefault(name)
    sites["place"] = pd.Series(
        [", ".join(several) or None for several in names.values()], index=sites.index, dtype="str"
    )
    sites.attrs = {"outside": len(every) - len(inside), "merged": len(inside) - len(sites)}
    return sites


def _stretches(course: shapely.Geometry) -> Iterator[shapely.LineString]:
    """Give the stretches of a line, joined where they can be, in an order of their own."""
    parts = []
    for part in shapely.get_parts(shapely.line_merge(course)):
        ends = part.coords[0], part.coords[-1]
        parts.append(part if ends[0] <= ends[1] else shapely.reverse(part))
    yield from sorted(parts, key=lambda part: part.coords[:])


def _check_step(step_m: float) -> None:
    if not is_length(step_m) or step_m <= 0:
        raise ArgumentError(f"le pas doit être un nombre de mètres, positif : {step_m!r}")


def _check_distance(distance_m: float) -> None:
    if not is_length(distance_m):
        raise ArgumentError(f"la distance doit être un nombre de mètres, positif ou nul : {distance_m!r}")


def _check_number(points: float, step_m: float) -> None:
    if points > MOST_POINTS:
        raise ArgumentError(f"un pas de {step_m:g} m donne trop de candidats")


def _as_they_are(kind: str, points: gpd.GeoDataFrame, names: pd.Series) -> gpd.GeoDataFrame:
    ordered = points.geometry.sort_index()
    ids = ordered.index.to_list()
    return _frame(kind, np.asarray(ordered.array, dtype=object), names=names, ids=ids, labels=ids)


def _frame(
    kind: str,
    points: npt.NDArray[np.object_],
    *,
    names: pd.Series,
    ids: Sequence[object],
    labels: Sequence[object],
) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "kind": pd.Series([kind] * len(ids), dtype="str"),
            "place": pd.Series(names.reindex(pd.Index(ids)).to_list(), dtype="str"),
            "source_id": pd.Series(map(str, ids), dtype="str"),
        },
        geometry=points,
        crs=LAMBERT93,
    ).set_index(pd.Index([f"{kind}:{label}" for label in labels], dtype="str", name="candidate_id"))


def _first_of_each_place(places: gpd.GeoSeries, merge_m: float) -> tuple[list[int], npt.NDArray[np.intp]]:
    """Give the rows that are kept, and into which of them each row goes."""
    into = np.arange(len(places))
    kept = np.ones(len(places), dtype=bool)
    for first, second in zip(*neighbours(places, places, merge_m), strict=True):
        if first < second and kept[first] and kept[second]:
            kept[second] = False
            into[second] = first
    return np.flatnonzero(kept).tolist(), into
