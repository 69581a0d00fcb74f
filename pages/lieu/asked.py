"""What the user of a place's page asks for, how far to look and for what, and the map of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import streamlit as st

from exports.context import Context
from facts.portraits import COMMUNE, QUARTIER, Genre, Portrait
from facts.snapshot import current
from facts.surroundings import SORTS, sorts
from geo.places import RADII_M
from geo.proximity import TOUCH_M
from maps.spec import Cadrage, MapSpec, ShownLayer
from ui import choices, page, rows
from words.formats import metres

#: Hidden at first: what nobody checked, and what serves nobody.
HIDDEN: Final = frozenset({"friches_potentielles", "stations_virtuelles"})
#: What a place is called in a sentence: itself, and where things lie.
THE: Final[Mapping[Genre, str]] = {QUARTIER: "le quartier", COMMUNE: "la commune"}
#: Around a commune, what the map shows beyond its outline, in metres.
COMMUNE_MARGIN_M: Final = 300


@dataclass(frozen=True)
class Asked:
    """A place and what is asked of it.

    Attributes
    ----------
    radius_m
        Distance from the outline, in metres.
    natures
        Keys of `facts.surroundings.SORTS` shown on the map and in the list.
    """

    portrait: Portrait
    radius_m: int
    natures: tuple[str, ...]
    basemap: str

    @property
    def the(self) -> str:
        """Call the place in a sentence."""
        return THE[self.portrait.kind]

    @property
    def reach(self) -> str:
        """Say how far is looked."""
        return f"à {metres(self.radius_m)} au plus"

    @property
    def place(self) -> str:
        """Name the place with its code, as files do."""
        return f"{self.portrait.name} {self.portrait.code}"

    def described(self, name: str) -> dict[str, str]:
        """Say the choices in words, for files and paper."""
        return {
            self.portrait.kind: name,
            "distance": f"{metres(self.radius_m)} au plus du contour, à vol d’oiseau",
            "natures": ", ".join(SORTS[key].titre.lower() for key in self.natures) or "aucune",
        }

    @property
    def words(self) -> dict[str, str]:
        """Say the choices in words, for files, which need the code of a place that has namesakes."""
        return self.described(f"{self.portrait.name} ({self.portrait.code})")

    def about(self, subject: str, **more: str) -> Context:
        """Say where rows of this place come from and how they were chosen."""
        return rows.about(self.portrait.sources, subject=subject, place=self.place, filters=self.words | more)

    @cached_property
    def objects(self) -> gpd.GeoDataFrame:
        """Keep the objects around the place that the user asks for."""
        objects = self.portrait.objects
        return objects[
            (objects["distance_m"] <= self.radius_m + TOUCH_M) & objects["couche"].isin(self.natures)
        ]

    def spec(self, beside: Sequence[ShownLayer]) -> MapSpec:
        """Describe the map of the place, of `objects` around it, and of layers beside them."""
        portrait, is_qpv = self.portrait, self.portrait.kind == QUARTIER
        towns = list(portrait.row["communes"].iloc[0])
        by_layer: dict[str, list[str]] = {SORTS[key].layer_id: [] for key in self.natures}
        for key, ids in self.objects.groupby("couche")["objet"]:
            by_layer[SORTS[str(key)].layer_id] += list(ids)
        # Without any object the layer is asked for the place's own communes, where the legend says 0 or "hors périmètre".
        around = [
            ShownLayer(layer_id, communes=None if ids else towns, ids=ids)
            for layer_id, ids in by_layer.items()
        ]
        return MapSpec(
            titre=f"Carte : {portrait.name}, {self.reach}",
            layers=[ShownLayer("communes"), ShownLayer("qpv"), *beside, *around],
            basemap=self.basemap,
            chosen=[("qpv" if is_qpv else "communes", portrait.code)],
            cadrage=Cadrage.around(
                f"{portrait.code}-{self.radius_m}",
                portrait.row,
                margin_m=self.radius_m if is_qpv else COMMUNE_MARGIN_M,
            ),
            adresse={"qpv" if is_qpv else "commune": [portrait.code]},
        )


def distance() -> int:
    """Ask how far to look around, in metres."""
    reaches = {radius_m: metres(radius_m) for radius_m in RADII_M}
    return choices.segments("Distance au contour, à vol d’oiseau", reaches, key="distance")


def natures() -> tuple[str, ...]:
    """Ask what to show around: keys of `facts.surroundings.SORTS`."""
    known = list(sorts(current().sources))
    if not known:
        return ()
    return tuple(
        st.pills(
            "Ce que montrent la carte et la liste",
            known,
            selection_mode="multi",
            format_func=lambda key: SORTS[key].titre,
            default=[key for key in known if key not in HIDDEN],
            key="natures",
            bind="query-params",
            help="Masquées par défaut : les friches potentielles, que le Cerema n’a pas vérifiées, et les stations "
            "virtuelles, qui ne desservent personne",
        )
    )


def head(title: str, finding: str, words: Mapping[str, str] | None = None) -> None:
    """Open a page of places: heading, finding, and on paper the day and the choices."""
    page.header(title, finding, words or {}, styles=[Path(__file__).with_name("page.css")])


def choose_qpv(found: dict[str, Any]) -> None:
    """Open the QPV whose outline was clicked."""
    if found["couche"] == "qpv":
        st.session_state["qpv"] = found["id"]
