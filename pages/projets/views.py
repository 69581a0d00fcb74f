"""The views of the page; the address holds their labels."""

from collections.abc import Mapping
from typing import Final

MATRICE, FICHE, COMMUNE, CADRE = "matrice", "fiche", "commune", "cadre"
VUES: Final[Mapping[str, str]] = {
    MATRICE: "Matrice",
    FICHE: "Fiche d'un projet",
    COMMUNE: "Projets d'une commune",
    CADRE: "Gouvernance et boîte à outils",
}
