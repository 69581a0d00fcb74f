"""How French texts call the territory, its contrat, what only it has, and where its figures come from."""

from collections.abc import Mapping, Sized
from typing import Final

from loaders import territory
from loaders.catalogue import Source
from words.formats import pluriel, typographie

_PLACE: Final = territory.load()
#: The territory and its contrat, as `territoire.toml` names them.
TERRITORY: Final = _PLACE.nom
CONTRAT: Final = _PLACE.contrat
#: The document that the projects come from, quoted; "" without projects.
DOCUMENT: Final = f"« {_PLACE.document} »" if _PLACE.document else ""
#: What follows "station": names of the networks of shared bikes.
BIKES: Final = _PLACE.bikes
#: So many communes outside a source are named, more are not.
FEW: Final = 3


def everywhere(communes: Sized) -> str:
    """Name the whole territory by its number of communes."""
    return f"{len(communes)} commune{'s' if len(communes) > 1 else ''}"


def line(source: Source, names: Mapping[str, str]) -> str:
    """Say in one line who made a source, when, under which licence and for which communes.

    Parameters
    ----------
    names
        Name of each of the atlas's communes by INSEE code.

    Returns
    -------
    str
        French text, without markup.
    """
    return typographie(
        f"Source : {source.producteur}, {source.titre}, {source.millesime} ; "
        f"{source.licence} ; couvre : {scope(source, names)}"
    )


def scope(source: Source, names: Mapping[str, str]) -> str:
    """Say in words which communes a source covers.

    Parameters
    ----------
    names
        Name of each of the atlas's communes by INSEE code.

    Returns
    -------
    str
        Such as "les 12 communes", "Exempleville seulement" or "11 communes sur 12, sans Exempleville".
    """
    if not source.telechargee:
        return "aucune commune, faute de téléchargement"
    if not source.communes:
        return "communes non précisées"
    inside = [name for code, name in names.items() if code in source.communes]
    outside = [name for code, name in names.items() if code not in source.communes]
    if not outside:
        return f"les {len(names)} communes"
    if len(inside) == 1:
        return f"{inside[0]} seulement"
    if len(outside) <= FEW:
        return f"{len(inside)} communes sur {len(names)}, sans {', '.join(outside)}"
    return f"{pluriel(len(inside), 'commune')} sur {len(names)} : {', '.join(inside) or 'aucune'}"
