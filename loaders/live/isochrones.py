"""Areas within some minutes on foot of stations, from the IGN's isochrone service (Géoplateforme), kept on disk.

One file per station, minutes and vintage, judged again whenever it is read.
"""

import datetime as dt
import hashlib
import json
import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from errors import ArgumentError, ServiceBusyError, ServiceError
from geo.crs import LAMBERT93, WGS84, check_lambert93, to_wgs84
from geo.walking import SNAP_M, check_minutes, farthest_m
from loaders._journal import replaced
from loaders.formats.shapes import geometry_of, polygons_of
from loaders.live import http_session
from loaders.paths import cache_folder
from words.folding import slug

_LOG: Final = logging.getLogger(__name__)

BASE_URL: Final = "https://data.geopf.fr/navigation"
#: Where a deployment names another address of the service, such as a relay of its own.
VARIABLE: Final = "ATLAS_ISOCHRONES"
SERVICE: Final = "Service d’isochrones de l’IGN"
RESOURCE: Final = "bdtopo-valhalla"
#: The service refuses more than five: at exactly five, two that the network brings together would be too many.
RATE_PER_S: Final = 4.0
TIMEOUT_S: Final = 10.0
#: So many stations in a row without an answer end the run: the service is away, or its address wrong.
REFUSALS: Final = 3
#: A service that asks to wait is asked so many times, and never waited for longer than this at once.
BUSY_TRIES: Final = 3
LONGEST_WAIT_S: Final = 30.0

#: A station that moved further has another isochrone.
MOVED_M: Final = 1.0
_FOLDER: Final = "isochrones"
_AGAIN: Final = ".refus"

_pace: Final = http_session.Pace()


class UnusableAreaError(ValueError):
    """An answer holds no area that people may walk to from the station; the message says why, in French."""


@dataclass(frozen=True)
class Area:
    """One isochrone."""

    shape: shapely.MultiPolygon
    network: str
    fetched_at: dt.datetime


def area_of(
    answer: object, *, place: shapely.Point, minutes: int, fetched_at: dt.datetime | None = None
) -> Area:
    """Take the area out of an answer of the service, if it can be believed.

    It must be for these minutes on foot, hold the station or lie at most 100 m from it, and lie whole within the distance that no walker exceeds, which also keeps it on the territory.
    """
    if not isinstance(answer, Mapping):
        raise UnusableAreaError("réponse sans isochrone")
    asked = {"costType": "time", "costValue": minutes * 60, "timeUnit": "second", "profile": "pedestrian"}
    # What the answer repeats of the question, as text: a number may come with a decimal or in quotes.
    told = {name: str(answer.get(name, value)).removesuffix(".0") for name, value in asked.items()}
    others = [f"{name} : {told[name]}" for name, value in asked.items() if told[name] != str(value)]
    if others:
        raise UnusableAreaError(f"réponse à une autre demande ({', '.join(others)})")
    try:
        drawn = geometry_of(answer.get("geometry"))
    except (TypeError, ValueError) as error:
        raise UnusableAreaError("contour illisible") from error
    if drawn is None:
        raise UnusableAreaError("réponse sans contour")
    metres = gpd.GeoSeries([drawn], crs=WGS84).to_crs(LAMBERT93).iloc[0]
    corners = shapely.get_coordinates(metres)
    reach_m = np.hypot(corners[:, 0] - place.x, corners[:, 1] - place.y).max()
    if not reach_m <= farthest_m(minutes):  # infinite where the axes are swapped
        raise UnusableAreaError(
            f"contour à plus de {farthest_m(minutes):.0f} m de la station, trop loin pour {minutes} minutes"
        )
    shape = polygons_of(metres)
    if shape.is_empty or shape.area <= 0:
        raise UnusableAreaError("contour sans surface")
    if shape.distance(place) > SNAP_M:
        raise UnusableAreaError(f"contour à plus de {SNAP_M:.0f} m de la station")
    version = answer.get("resourceVersion")
    return Area(shape, version if isinstance(version, str) else "", fetched_at or dt.datetime.now(dt.UTC))


class Cache:
    """The files of one vintage and number of minutes."""

    def __init__(self, folder: Path, *, minutes: int, vintage: str) -> None:
        self.folder = folder / _FOLDER / slug(vintage) / f"{minutes}-min"
        self.minutes = minutes

    def read(self, station_id: str, place: shapely.Point) -> Area | None:
        """Read one isochrone; one that cannot be read is asked again."""
        path = self._file(station_id)
        try:
            return self._kept(json.loads(path.read_text(encoding="utf-8")), station_id, place)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError) as error:
            _LOG.warning("isochrone gardée illisible, redemandée : %s (%s)", path, error)
            return None

    def _kept(self, kept: object, station_id: str, place: shapely.Point) -> Area | None:
        match kept:
            case {
                "station_id": str(name),
                "x_m": int() | float() as x_m,
                "y_m": int() | float() as y_m,
                "answer": answer,
                "fetched_at": str(moment),
            }:
                if name != station_id or not shapely.Point(x_m, y_m).distance(place) <= MOVED_M:
                    return None
                fetched_at = dt.datetime.fromisoformat(moment)
                return area_of(answer, place=place, minutes=self.minutes, fetched_at=fetched_at)
            case _:
                raise UnusableAreaError("fichier d'une autre forme")

    def write(self, station_id: str, place: shapely.Point, answer: Mapping[str, Any], area: Area) -> None:
        """Keep one isochrone: the file is there whole or not at all."""
        kept = {
            "station_id": station_id,
            "x_m": place.x,
            "y_m": place.y,
            "fetched_at": area.fetched_at.isoformat(),
            "answer": answer,
        }
        with replaced(self._file(station_id)) as stream:
            stream.write(json.dumps(kept, ensure_ascii=False))
        self._file(station_id).with_suffix(_AGAIN).unlink(missing_ok=True)

    def note_failure(self, station_id: str, reason: str) -> None:
        """Remember that a station had no answer, so that the next run asks it last."""
        with replaced(self._file(station_id).with_suffix(_AGAIN)) as stream:
            stream.write(reason)

    def failed(self, station_id: str) -> bool:
        """Tell whether the last question about a station had no answer."""
        return self._file(station_id).with_suffix(_AGAIN).exists()

    def _file(self, station_id: str) -> Path:
        return self.folder / (hashlib.sha256(station_id.encode()).hexdigest()[:24] + ".json")


@dataclass(frozen=True, eq=False)
class Isochrones:
    """What is known of the isochrones of some stations.

    Attributes
    ----------
    areas
        Polygons in EPSG:2154, indexed by station in the stations' order; `minutes` (int), `reseau` (version of the street network, "" if unknown), `lu_le` (when the service answered, UTC).
    missing
        Ids of the stations without an isochrone.
    failures
        Id of each station that was asked in vain to the reason, in French.
    stopped
        Why the run ended before its last station, in French; "" if it did not.
    """

    areas: gpd.GeoDataFrame
    missing: tuple[str, ...]
    failures: Mapping[str, str]
    stopped: str = ""


def cached(
    stations: gpd.GeoDataFrame, *, minutes: int, vintage: str, folder: Path | str | None = None
) -> Isochrones:
    """Give the isochrones that are on disk, without asking the network.

    Parameters
    ----------
    stations
        Points in EPSG:2154, indexed by station id.
    minutes
        Whole minutes on foot, from 3 to 15.
    folder
        The cache; that of `loaders.paths.cache_folder` by default.

    Raises
    ------
    ArgumentError
        If the minutes are out of bounds, the vintage blank, or the stations no points with ids of their own.
    CrsError
        If the stations are not in Lambert-93.
    """
    places, cache = _checked(stations, minutes, vintage, folder)
    found = {name: area for name, place in places.items() if (area := cache.read(name, place)) is not None}
    return _result(places, found, {}, minutes)


def fetch(
    stations: gpd.GeoDataFrame,
    *,
    minutes: int,
    vintage: str,
    folder: Path | str | None = None,
    on_progress: Callable[[int, int], object] | None = None,
    rate_per_s: float = RATE_PER_S,
    base_url: str | None = None,
) -> Isochrones:
    """Ask the service for the isochrones that are not on disk, and keep each as soon as it comes.

    A run that fails is resumed by the next: what was kept is not asked again, and the stations that had no answer come last. Three stations in a row without an answer end it; a service that asks to wait is waited for, up to 30 seconds at once and three times. Sessions of one process share the rate.

    Parameters
    ----------
    stations
        Points in EPSG:2154, indexed by station id: those that `geo.walking.concerned` gives.
    minutes
        Whole minutes on foot, from 3 to 15.
    folder
        The cache; that of `loaders.paths.cache_folder` by default.
    on_progress
        Called with the number of stations done and their total, at first and after each station.
    rate_per_s
        Requests in a second, at most 4.
    base_url
        Address of the service, without `/isochrone`; by default that of the environment (`ATLAS_ISOCHRONES`), or the IGN's.

    Raises
    ------
    CrsError
        If the stations are not in Lambert-93.
    """
    if not 0 < rate_per_s <= RATE_PER_S:
        raise ArgumentError(
            f"le rythme doit être compris entre 0 et {RATE_PER_S:g} demandes par seconde : {rate_per_s!r}"
        )
    places, cache = _checked(stations, minutes, vintage, folder)
    degrees = to_wgs84(gpd.GeoSeries(stations.geometry))
    asked = {
        name: f"{lon:.6f},{lat:.6f}" for name, lon, lat in zip(places, degrees.x, degrees.y, strict=True)
    }
    url = (base_url or os.environ.get(VARIABLE) or BASE_URL).rstrip("/") + "/isochrone"
    found = {name: area for name, place in places.items() if (area := cache.read(name, place)) is not None}
    todo = sorted((name for name in places if name not in found), key=cache.failed)
    failures: dict[str, str] = {}
    stopped, in_vain = "", 0
    tell = on_progress or (lambda _done, _total: None)
    tell(len(found), len(places))
    try:
        for rank, name in enumerate(todo, len(found) + 1):
            place = places[name]
            try:
                # Another session may have fetched it meanwhile.
                area = cache.read(name, place)
                if area is None:
                    answer = _ask(url, asked[name], minutes, rate_per_s)
                    area = area_of(answer, place=place, minutes=minutes)
                    cache.write(name, place, answer, area)
                found[name], in_vain = area, 0
            except ServiceBusyError:
                raise
            except (ServiceError, UnusableAreaError) as error:
                failures[name] = error.fault if isinstance(error, ServiceError) else str(error)
                cache.note_failure(name, failures[name])
                in_vain += 1
                if in_vain == REFUSALS:
                    stopped = f"{REFUSALS} stations de suite sans réponse, la dernière : {failures[name]}"
                    break
            tell(rank, len(places))
    except ServiceBusyError as error:
        stopped = f"le service demande d’attendre : {error.mend}"
    except OSError as error:
        stopped = f"le dossier des isochrones ne peut pas être écrit ({error.strerror or error})"
    return _result(places, found, failures, minutes, stopped)


def _checked(
    stations: gpd.GeoDataFrame, minutes: int, vintage: str, folder: Path | str | None
) -> tuple[dict[str, shapely.Point], Cache]:
    check_minutes(minutes)
    if not slug(vintage):
        raise ArgumentError("Le millésime des stations est vide : il distingue les fichiers gardés")
    check_lambert93(stations, "les stations")
    places = {
        str(name): place
        for name, place in stations.geometry.items()
        if isinstance(place, shapely.Point) and not place.is_empty
    }
    if len(places) < len(stations):
        raise ArgumentError("les stations : il faut un point et un identifiant propre à chacune")
    return places, Cache(Path(folder or cache_folder()), minutes=minutes, vintage=vintage)


def _ask(url: str, point: str, minutes: int, rate_per_s: float) -> Mapping[str, Any]:
    """Ask for one isochrone, as often as a busy service allows."""
    params: dict[str, str | int] = {
        "point": point,
        "resource": RESOURCE,
        "profile": "pedestrian",
        "direction": "departure",
        "costType": "time",
        "costValue": minutes * 60,
        "timeUnit": "second",
        "geometryFormat": "geojson",
        "crs": "EPSG:4326",
    }
    for left in reversed(range(BUSY_TRIES)):
        _pace.wait(rate_per_s)
        try:
            answer = http_session.get_json(
                url, params=params, service=SERVICE, timeout_s=TIMEOUT_S, loopback=True
            )
        except ServiceBusyError as error:
            # Each wait is twice the one before, unless the service asks for more.
            wait_s = max(error.wait_s, http_session.PAUSE_S * 2 ** (BUSY_TRIES - 1 - left))
            if not left or wait_s > LONGEST_WAIT_S:
                raise
            time.sleep(wait_s)
        else:
            if isinstance(answer, Mapping):
                return answer
            break
    raise UnusableAreaError("réponse sans isochrone")


def _result(
    places: Mapping[str, shapely.Point],
    found: Mapping[str, Area],
    failures: Mapping[str, str],
    minutes: int,
    stopped: str = "",
) -> Isochrones:
    kept = {name: found[name] for name in places if name in found}
    areas = gpd.GeoDataFrame(
        {
            "minutes": pd.Series(minutes, index=list(kept), dtype="int64"),
            "reseau": pd.array([area.network for area in kept.values()], dtype="str"),
            "lu_le": pd.to_datetime([area.fetched_at for area in kept.values()], utc=True),
        },
        index=pd.Index(list(kept), dtype="str", name="station_id"),
        geometry=[area.shape for area in kept.values()],
        crs=LAMBERT93,
    )
    missing = tuple(name for name in places if name not in found)
    return Isochrones(areas, missing, dict(failures), stopped)
