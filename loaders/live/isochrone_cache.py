"""Walking isochrones on disk: one file per station, minutes and vintage, each judged again whenever it is read."""

import datetime as dt
import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import LAMBERT93, WGS84
from geo.walking import SNAP_M, farthest_m
from loaders._journal import replaced
from loaders.formats.shapes import geometry_of, polygons_of
from words.folding import slug

_LOG: Final = logging.getLogger(__name__)

#: A station that moved further has another isochrone.
MOVED_M: Final = 1.0
_FOLDER: Final = "isochrones"
_AGAIN: Final = ".refus"


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
