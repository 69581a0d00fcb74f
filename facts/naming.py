"""How French texts call the territory, its contrat and what only it has."""

from collections.abc import Sized
from typing import Final

from loaders import territory

_PLACE: Final = territory.load()
#: The territory and its contrat, as `territoire.toml` names them.
TERRITORY: Final = _PLACE.nom
CONTRAT: Final = _PLACE.contrat
#: The document that the projects come from, quoted; "" without projects.
DOCUMENT: Final = f"« {_PLACE.document} »" if _PLACE.document else ""
#: What follows "station": names of the networks of shared bikes.
BIKES: Final = _PLACE.bikes


def everywhere(communes: Sized) -> str:
    """Name the whole territory by its number of communes."""
    return f"{len(communes)} commune{'s' if len(communes) > 1 else ''}"
