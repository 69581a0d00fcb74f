"""What the user of a place's page asks for: how far to look, and for what."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import streamlit as st

from exports.context import Context
from facts.portraits import COMMUNE, QUARTIER, Genre, Portrait
from facts.snapshot import current
from facts.surroundings import SORTS, sorts
from geo.places import RADII_M
from ui import page, rows
from words.formats import metres

#: Hidden at first: what nobody checked, and what serves nobody.
HIDDEN: Final = frozenset({"friches_potentielles", "stations_virtuelles"})
#: What a place is called in a sentence: itself, and where things lie.
THE: Final[Mapping[Genre, str]] = {QUARTIER: "le quartier", COMMUNE: "la commune"}
_STYLE: Final = Path(__file__).with_name("page.css")


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


def distance() -> int:
    """Ask how far to look around, in metres."""
    return st.segmented_control(
        "Distance au contour, à vol d’oiseau",
        list(RADII_M),
        format_func=metres,
        default=RADII_M[0],
        required=True,
        key="distance",
        bind="query-params",
    )


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
    page.header(title, finding)
    page.on_paper(words or {}, style=_STYLE.read_text("utf-8"))
