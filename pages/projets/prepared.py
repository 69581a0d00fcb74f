"""What the views of the page share: their names, their heading, what the matrix shows; every choice lives in the address bar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd
import streamlit as st

from facts import matrix
from facts.coverage import MESURES
from facts.snapshot import current
from loaders.catalogue import Source
from ui import choices, page

MATRICE, FICHE, COMMUNE, CADRE = "matrice", "fiche", "commune", "cadre"
VUES: Final[Mapping[str, str]] = {
    MATRICE: "Matrice",
    FICHE: "Fiche d'un projet",
    COMMUNE: "Projets d'une commune",
    CADRE: "Gouvernance et boîte à outils",
}
TITLE: Final = "Projets : qui couvre quelle commune ?"
SOURCES: Final = ("projets", "communes", "qpv")
MEASURED: Final = (*SOURCES, "indicateurs", *MESURES)


def head(finding: str, words: Mapping[str, str] | None = None, *, style: str | None = None) -> None:
    """Open a view: heading, finding, and on paper the day and the filters.

    Parameters
    ----------
    style
        Style sheet of the view alone, which may set another paper; None without one.
    """
    sheets = [Path(__file__).with_name(name) for name in ("page.css", style) if name is not None]
    page.header(TITLE, finding, words or {}, styles=sheets)


def details(couches: Sequence[str], recorded: Source | None = None) -> list[str]:
    """Say how each measure of the matrix is computed, with its vintage.

    Parameters
    ----------
    recorded
        The follow-up, whose squares are shown; None where there are none.
    """
    texts = matrix.details(couches, current().sources)
    if recorded is not None:
        texts.append(f"Suivi : enregistrements des {recorded.origine}.")
    return texts


@dataclass(frozen=True)
class Filters:
    """The filters in force.

    Attributes
    ----------
    commune
        INSEE code, None for all.
    orientation
        Id of an orientation, None for all.
    perimetre
        Kind of perimeter, None for all.
    """

    commune: str | None = None
    orientation: str | None = None
    registre: str | None = None
    perimetre: str | None = None
    mesure: bool = False

    @property
    def on_projects(self) -> bool:
        """Whether some projects may be left out."""
        return bool(self.orientation or self.registre or self.perimetre or self.mesure)

    def described(self, names: Mapping[str, str], orientations: Mapping[str, str]) -> dict[str, str]:
        """Say the filters in words, for files and paper.

        Parameters
        ----------
        names
            Name of each commune by INSEE code.

        Returns
        -------
        dict of str to str
            Filter to value, those in force only.
        """
        words = {
            "commune": names[self.commune] if self.commune else "",
            "orientation": orientations[self.orientation] if self.orientation else "",
            "registre": self.registre or "",
            "périmètre": matrix.PERIMETERS[self.perimetre].lower() if self.perimetre else "",
            "projets": "avec une couche mesurée" if self.mesure else "",
        }
        return {name: value for name, value in words.items() if value}


def ask(names: Mapping[str, str], orientations: pd.DataFrame, registers: pd.DataFrame) -> Filters:
    """Show the filters and read them.

    Parameters
    ----------
    names
        Name of each commune by INSEE code.
    orientations
        Orientations by id, with `titre_court` and `ordre`.
    registers
        Registres, with `ordre`.
    """
    titles = dict(orientations.sort_values("ordre")["titre_court"])
    kinds = {str(name): str(name).capitalize() for name in registers.sort_values("ordre").index}
    with choices.row():
        return Filters(
            commune=choices.commune(names),
            orientation=choices.one_of(
                titles, key="orientation", label="Orientation", none="Toutes les orientations"
            ),
            registre=choices.one_of(kinds, key="registre", label="Registre", none="Tous les registres"),
            perimetre=choices.one_of(
                matrix.PERIMETERS, key="perimetre", label="Périmètre", none="Tous les périmètres"
            ),
            mesure=st.checkbox("Projets avec une couche mesurée", key="mesure", bind="query-params"),
        )


def select(projects: pd.DataFrame, filters: Filters) -> pd.DataFrame:
    """Give the projects that answer to the filters.

    Parameters
    ----------
    projects
        Projects, with `liste_orientations`, `registre`, `perimetre` and `couche`.

    Returns
    -------
    DataFrame
        The rows kept, in the same order.
    """
    kept = pd.Series(data=True, index=projects.index)
    if filters.orientation:
        kept &= projects["liste_orientations"].map(lambda listed: filters.orientation in listed)
    if filters.registre:
        kept &= projects["registre"] == filters.registre
    if filters.perimetre:
        kept &= projects["perimetre"] == filters.perimetre
    if filters.mesure:
        kept &= projects["couche"].isin(MESURES)
    return projects[kept]
