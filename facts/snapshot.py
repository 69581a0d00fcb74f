"""The data of the atlas in one version: frames read once, and the figures over them, shared by all sessions.

What it holds is never written into: callers filter and copy.
"""

import hashlib
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

import geopandas as gpd
import pandas as pd

from facts import coverage, frames, matrix, naming, portraits, project, surroundings
from facts.frames import Frames
from geo import cycling
from geo.proven import prove
from loaders import indicators, projects, quality
from loaders.paths import DATA, stamp
from words.constants import PROXIMITY_M
from words.folding import fold

#: The dates of the files are looked at once in that time at most.
LOOK_EVERY_S: Final = 1.0

_OUTLINES: Final = ("qpv", "communes", "arrondissements")
_POINTS: Final = ("bikes", "railway_stations", "sports", "social", "colleges")


@dataclass(frozen=True, eq=False)
class Snapshot(Frames):
    """The frames of one version of the files, proven, and what is computed from them when it is first asked.

    Attributes
    ----------
    version
        What tells this version from another, for caches.
    """

    version: str

    def __post_init__(self) -> None:
        """Prove the layers once, for all that will measure them."""
        for name in (*_OUTLINES, *_POINTS):
            prove(getattr(self, name), outlines=name in _OUTLINES)

    @cached_property
    def commune_names(self) -> dict[str, str]:
        """Map INSEE codes to names of communes, in order of code."""
        return dict(self.communes["nom"])

    @cached_property
    def place_names(self) -> dict[str, str]:
        """Map the codes of communes, arrondissements and QPV to their names."""
        return self.commune_names | dict(self.arrondissements["nom"]) | dict(self.qpv["lib_qp"])

    @cached_property
    def everywhere(self) -> str:
        """Name the whole territory in a few words."""
        return naming.everywhere(self.communes)

    @cached_property
    def communes_in_order(self) -> gpd.GeoDataFrame:
        """Put the communes in the order of a French index."""
        names = self.commune_names
        return self.communes.loc[sorted(names, key=lambda code: fold(names[code]))]

    @cached_property
    def projects_in_order(self) -> pd.DataFrame:
        """Put the projects in the order of their document, with their orientation."""
        return matrix.prepared(self.projects, self.orientations)

    @cached_property
    def layers(self) -> Mapping[str, gpd.GeoDataFrame]:
        """Give the frame of each layer of the maps."""
        return frames.layers(self)

    @cached_property
    def objects(self) -> Mapping[str, gpd.GeoDataFrame]:
        """Sort the objects, as `facts.surroundings.objects_by_sort` does."""
        return surroundings.objects_by_sort(self)

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """Load the indicators of the QPV."""
        return indicators.load()

    @cached_property
    def registers(self) -> pd.DataFrame:
        """Load the registres of the projects."""
        return projects.load_registers()

    @cached_property
    def governance(self) -> pd.DataFrame:
        """Load the works of the governance."""
        return projects.load_governance()

    @cached_property
    def toolbox(self) -> pd.DataFrame:
        """Load the tools of the toolbox."""
        return projects.load_toolbox()

    @cached_property
    def partners(self) -> pd.DataFrame:
        """Load the register of partners."""
        return projects.load_partners()

    @cached_property
    def acronyms(self) -> pd.DataFrame:
        """Load the acronyms that the contrat uses."""
        return projects.load_acronyms()

    @cached_property
    def faults(self) -> pd.DataFrame:
        """Load the faults found row by row when the extracts were built."""
        return quality.load()

    @cached_property
    def measured(self) -> pd.DataFrame:
        """Measure in each commune what the projects act on."""
        return coverage.by_commune(self, self.bike_reach(PROXIMITY_M))

    def bike_reach(self, radius_m: float) -> pd.DataFrame:
        """Give what shared bikes and public transport bring to each QPV, as the crow flies.

        Returns
        -------
        DataFrame
            Index `code_qp`; the columns of `geo.cycling.qpv_figures` and `geo.cycling.transit_distances`.
        """
        return _bike_reach(self, radius_m)

    def places(self, kind: portraits.Genre, radius_m: float) -> portraits.Places:
        """Give the figures of all the places of a kind.

        Parameters
        ----------
        kind
            `facts.portraits.QUARTIER` or `COMMUNE`.
        """
        return _places(self, kind, radius_m)

    def portrait(self, kind: portraits.Genre, code: str, radius_m: float) -> portraits.Portrait:
        """Gather what the atlas knows of one place.

        Raises
        ------
        ArgumentError
            If there is no such place, or the threshold is not a length.
        """
        return _portrait(self, kind, code, radius_m)

    def reach(self, id_projet: str) -> project.Affected:
        """Find whom and what a project touches.

        Raises
        ------
        ArgumentError
            If there is no such project.
        """
        return project.reach(
            self, id_projet, projects=self.projects_in_order, communes=self.communes_in_order
        )


_lock = threading.Lock()
_held: list[tuple[float, Snapshot]] = []


def current() -> Snapshot:
    """Give the data as the files have them now; they are read anew when one has changed.

    Raises
    ------
    SourceError
        If an extract is unusable.
    """
    with _lock:
        now = time.monotonic()
        if not _held or now - _held[0][0] > LOOK_EVERY_S:
            held = _held[0][1] if _held and _held[0][1].version == _version() else _read()
            _held[:] = [(now, held)]
        return _held[0][1]


def forget() -> None:
    """Let go of the data: the next call of `current` reads the files, however short ago they were looked at."""
    with _lock:
        _held.clear()


def _read() -> Snapshot:
    version = _version()
    held = Snapshot(**vars(Frames.load()), version=version)
    for kept in (_bike_reach, _transit, _places, _portrait):
        kept.cache_clear()
    return held


def _version() -> str:
    return hashlib.sha256(repr(stamp(DATA)).encode()).hexdigest()


@lru_cache(maxsize=64)
def _bike_reach(held: Snapshot, radius_m: float) -> pd.DataFrame:
    covered = held.sources["velos"].communes
    figures = cycling.qpv_figures(held.qpv, held.bikes, radius_m=radius_m, covered=covered)
    return figures.join(_transit(held))


@lru_cache(maxsize=1)
def _transit(held: Snapshot) -> pd.DataFrame:
    covered = held.sources["lignes"].communes
    return cycling.transit_distances(held.qpv, held.lines, held.railway_stations, lines_covered=covered)


@lru_cache(maxsize=12)
def _places(held: Snapshot, kind: portraits.Genre, radius_m: float) -> portraits.Places:
    figures = portraits.quartiers if kind == portraits.QUARTIER else portraits.communes
    return figures(held, radius_m=radius_m)


@lru_cache(maxsize=100)
def _portrait(held: Snapshot, kind: portraits.Genre, code: str, radius_m: float) -> portraits.Portrait:
    gather = portraits.qpv_portrait if kind == portraits.QUARTIER else portraits.commune_portrait
    return gather(held, code, radius_m=radius_m, places=held.places(kind, radius_m))
