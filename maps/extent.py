"""Where maps start and what they do not leave, as `territoire.toml` and the outlines of the communes say."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from facts.snapshot import current
from loaders import communes, territory

#: Around the box of the communes, as a share of its larger side: their neighbours remain in sight.
MARGIN: Final = 0.5


@dataclass(frozen=True)
class Extent:
    """The part of the world that a map is about, in degrees.

    Attributes
    ----------
    centre
        Latitude and longitude where a map starts.
    corners
        South-west and north-east corners, latitude first, that a map does not leave.
    """

    centre: tuple[float, float]
    zoom: int
    corners: tuple[tuple[float, float], tuple[float, float]]


def of_territory() -> Extent:
    """Give the extent of the territory.

    Raises
    ------
    SourceError
        If the territory's file or the outlines of its communes are unusable.
    """
    return _of(current().version)


@lru_cache(maxsize=2)
def _of(_version: str) -> Extent:
    view = territory.load().vue
    west, south, east, north = communes.bounds(margin=0.0)
    margin = MARGIN * max(east - west, north - south)
    corners = (
        (round(south - margin, 2), round(west - margin, 2)),
        (round(north + margin, 2), round(east + margin, 2)),
    )
    return Extent((view.lat, view.lon), view.zoom, corners)
