"""The municipal arrondissements in Insee's codes: parts of a commune, whose own code is another."""

from typing import Final

#: Commune to the codes of its arrondissements, in the whole of France (Insee, code officiel géographique).
OF_COMMUNE: Final = {
    "13055": tuple(str(code) for code in range(13201, 13217)),
    "69123": tuple(str(code) for code in range(69381, 69390)),
    "75056": tuple(str(code) for code in range(75101, 75121)),
}
COMMUNE_OF: Final = {part: commune for commune, parts in OF_COMMUNE.items() for part in parts}


def commune_of(code: str) -> str:
    """Give the commune of a code that may be that of an arrondissement.

    Parameters
    ----------
    code
        INSEE code of a commune or of a municipal arrondissement.

    Returns
    -------
    str
        INSEE code of the commune.
    """
    return COMMUNE_OF.get(code, code)
