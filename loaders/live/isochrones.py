"""Areas within some minutes on foot of stations, from the IGN's isochrone service (Géoplateforme), kept on disk."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from errors import ArgumentError, ServiceBusyError, ServiceError
from geo.crs import LAMBERT93, check_lambert93, to_wgs84
from geo.walking import check_minutes
from loaders.live import http_session
from loaders.live.isochrone_cache import Area, Cache, UnusableAreaError, area_of
from loaders.paths import cache_folder
from words.folding import slug

BASE_URL: Final = "https://data.geopf.fr/navigation"
#: Where a deployment names another address of the service, such as a relay of its own.
VARIABLE: Final = "ATLAS_ISOCHRONES"
SERVICE: Final = "Service d’isochrones de l’IGN"
RESOURCE: Final = "bdtopo-valhalla"
#: What the service allows.
RATE_PER_S: Final = 5.0
TIMEOUT_S: Final = 10.0
#: So many stations in a row without an answer end the run: the service is away, or its address wrong.
REFUSALS: Final = 3
#: A service that asks to wait is asked so many times, and never waited for longer than this at once.
BUSY_TRIES: Final = 3
LONGEST_WAIT_S: Final = 30.0

_pace: Final = http_session.Pace()


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
        Requests in a second, at most 5.
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
    _tell(on_progress, len(found), len(places))
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
        except ServiceBusyError as error:
            stopped = f"le service demande d’attendre : {error.mend}"
            break
        except (ServiceError, UnusableAreaError) as error:
            failures[name] = error.fault if isinstance(error, ServiceError) else str(error)
            in_vain += 1
            stopped = _note(cache, name, failures[name])
            if in_vain == REFUSALS:
                stopped = f"{REFUSALS} stations de suite sans réponse, la dernière : {failures[name]}"
        except OSError as error:
            stopped = _unwritable(error)
        if stopped:
            break
        _tell(on_progress, rank, len(places))
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


def _note(cache: Cache, name: str, reason: str) -> str:
    """Keep a station's failure; say why it cannot be kept, or nothing."""
    try:
        cache.note_failure(name, reason)
    except OSError as error:
        return _unwritable(error)
    return ""


def _unwritable(error: OSError) -> str:
    return f"le dossier des isochrones ne peut pas être écrit ({error.strerror or error})"


def _tell(on_progress: Callable[[int, int], object] | None, done: int, total: int) -> None:
    if on_progress is not None:
        on_progress(done, total)


def _result(
    places: Mapping[str, shapely.Point],
    found: Mapping[str, Area],
    failures: Mapping[str, str],
    minutes: int,
    stopped: str = "",
) -> Isochrones:
    names = [name for name in places if name in found]
    areas = gpd.GeoDataFrame(
        {
            "minutes": pd.Series(minutes, index=names, dtype="int64"),
            "reseau": pd.Series([found[name].network for name in names], index=names, dtype="str"),
            "lu_le": pd.to_datetime(
                pd.Series([found[name].fetched_at for name in names], index=names, dtype=object), utc=True
            ),
        },
        index=pd.Index(names, dtype="str", name="station_id"),
        geometry=gpd.GeoSeries([found[name].shape for name in names], index=names, crs=LAMBERT93),
        crs=LAMBERT93,
    )
    missing = tuple(name for name in places if name not in found)
    return Isochrones(areas, missing, dict(failures), stopped)
