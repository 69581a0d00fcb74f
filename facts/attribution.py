"""Where figures come from, from when, and where they apply, in French words."""

from collections.abc import Mapping
from typing import Final

from loaders.catalogue import Source
from words.formats import pluriel, typographie

FEW: Final = 3


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
