"""The views of the page; the address holds their labels."""

from collections.abc import Mapping
from typing import Final

DEPLOIEMENTS, GRILLE, ECHANGE, INDICATEURS, AGENDA = (
    "deploiements",
    "grille",
    "echange",
    "indicateurs",
    "agenda",
)
VUES: Final[Mapping[str, str]] = {
    DEPLOIEMENTS: "Déploiements",
    AGENDA: "Agenda",
    INDICATEURS: "Indicateurs",
    GRILLE: "Saisie en nombre",
    ECHANGE: "Importer, exporter",
}
