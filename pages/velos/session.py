"""What one visitor imports in the view "Implantation"."""

from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from loaders import transit
from loaders.brought import candidate_sites, gtfs
from loaders.brought.candidate_sites import SiteList
from loaders.catalogue import Source
from ui.slots import Slot

ReadT = TypeVar("ReadT")


@dataclass(frozen=True, eq=False)
class Imported(Generic[ReadT]):
    """A file as the session holds it."""

    name: str
    content: ReadT
    source: Source


def _sites(raw: bytes, name: str) -> Imported[SiteList]:
    content = candidate_sites.read(raw, name=name)
    return Imported(name, content, candidate_sites.source_of(content, name=name))


def _stops(raw: bytes, name: str) -> Imported[gtfs.Stops]:
    content = transit.read_stops(raw, name=name)
    return Imported(name, content, gtfs.source_of(content, name=name))


SITES: Final = Slot("implantation-liste", _sites)
STOPS: Final = Slot("implantation-arrets", _stops)
