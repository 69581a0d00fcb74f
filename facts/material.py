"""What the sheets are made from, computed once per version of the data and shared by all sessions."""

from functools import cached_property, lru_cache

import geopandas as gpd
import pandas as pd

from facts import coverage, frames, matrix, portraits, project
from geo import cycling
from loaders import versions
from loaders.partners import load_partners
from loaders.paths import DATA
from words.folding import fold


class Material:
    """The frames and the figures over all places; never written into."""

    def __init__(self) -> None:
        self.frames = frames.load()
        self.partners = load_partners()
        self._places: dict[tuple[str, float], portraits.Places] = {}

    @cached_property
    def projects(self) -> pd.DataFrame:
        """Give the projects in their document's order."""
        return matrix.prepared(self.frames.projects, self.frames.orientations)

    @cached_property
    def communes(self) -> gpd.GeoDataFrame:
        """Give the communes in the order of a French index."""
        places = self.frames.communes
        return places.loc[sorted(places.index, key=lambda code: fold(str(places.loc[code, "nom"])))]

    @cached_property
    def measured(self) -> pd.DataFrame:
        """Give what is measured in each commune for the projects."""
        held = self.frames
        reach = cycling.qpv_figures(
            held.qpv,
            held.stations,
            radius_m=coverage.PROXIMITY_M,
            covered=held.sources["velos"].communes,
        )
        return coverage.by_commune(
            held.communes,
            held.qpv,
            reach=reach,
            friches=held.friches,
            sports=held.sports,
            colleges=held.colleges,
            sources=held.sources,
        )

    def places(self, kind: portraits.Genre, radius_m: float) -> portraits.Places:
        """Give the figures of all the places of a kind.

        Parameters
        ----------
        kind
            `facts.portraits.QUARTIER` or `COMMUNE`.
        radius_m
            Threshold in metres.
        """
        key = (kind, radius_m)
        if key not in self._places:
            make = portraits.quartiers if kind == portraits.QUARTIER else portraits.communes
            self._places[key] = make(self.frames, radius_m=radius_m)
        return self._places[key]

    def portrait(self, kind: portraits.Genre, code: str, radius_m: float) -> portraits.Portrait:
        """Gather what the atlas knows of one place.

        Parameters
        ----------
        kind
            `facts.portraits.QUARTIER` or `COMMUNE`.
        radius_m
            Threshold in metres.

        Raises
        ------
        ArgumentError
            If there is no such place, or the threshold is not a length.
        """
        known = self.places(kind, radius_m)
        make = portraits.qpv_portrait if kind == portraits.QUARTIER else portraits.commune_portrait
        return make(self.frames, code, radius_m=radius_m, places=known)

    def reach(self, id_projet: str) -> project.Reach:
        """Find whom and what a project touches.

        Raises
        ------
        ArgumentError
            If there is no such project.
        """
        held = self.frames
        layers = {
            "velos": held.stations,
            "friches": held.friches,
            "sports": held.sports,
            "colleges": held.colleges,
        }
        couche = str(held.projects["couche"].get(id_projet))
        return project.reach(
            self.projects,
            id_projet,
            communes=self.communes,
            qpv=held.qpv,
            arrondissements=held.arrondissements,
            layer=layers[couche] if couche in coverage.MESURES else None,
        )


def material() -> Material:
    """Give what the sheets are made from, read anew when a file has changed.

    Raises
    ------
    SourceError
        If an extract is unusable.
    """
    return _material(versions.stamp(DATA))


def forget() -> None:
    """Let go of what the sheets are made from: the next one reads the files anew."""
    _material.cache_clear()


@lru_cache(maxsize=1)
def _material(version: tuple[tuple[str, int, int], ...]) -> Material:  # noqa: ARG001
    return Material()
