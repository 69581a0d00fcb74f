"""The column that names the objects of a user's layer: by its heading, and by what it holds."""

from typing import Final

import pandas as pd

from loaders.formats.cells import read_numbers
from words.folding import fold

#: Headings that name objects and nothing else, the surest first.
_EXACT: Final = (
    "nom", "name", "libgeo", "lib qp", "nom qp", "nom quar", "nom site", "nom equip", "nomrs", "nom rs", "raison sociale", "rs",
    "libelle", "intitule", "titre", "denomination", "designation", "appellation", "enseigne", "toponyme", "label", "lib",
)  # fmt: skip
#: Words by which a heading names objects, the surest first.
_WORDS: Final = (
    "nom", "name", "libelle", "intitule", "titre", "denomination", "designation", "lib", "libgeo", "label", "toponyme", "enseigne",
)  # fmt: skip
_STARTS: Final = ("nom", "lib")
#: A heading with one of these names where the object is, or who made it.
_AROUND: Final = frozenset({
    "com", "comm", "communal", "insee", "commune", "ville", "city", "dep", "dept", "departement", "reg", "region", "epci", "arr", "arrondissement", "voie",
    "rue", "gestionnaire", "proprietaire", "type", "categorie", "nature", "source", "auteur", "producteur", "maitre", "iris",
})  # fmt: skip
_PLACE: Final = ("adresse", "address")
_CODES: Final = ("id", "identifiant", "code", "ref", "fid", "gid", "num")
_MOST_FILLED: Final = 0.5
#: Names repeat little.
_VARIED: Final = 0.5


def find(cells: pd.DataFrame) -> str:
    """Find the column that names the objects, "" if there is no column."""
    ranked = sorted(
        (not _names_apart(cells[name]), *_rank(str(name), cells[name]), at)
        for at, name in enumerate(cells.columns)
    )
    return str(cells.columns[ranked[0][-1]]) if ranked else ""


def _names_apart(values: pd.Series) -> bool:
    """Tell whether most rows have a value, and most values are of one row."""
    filled = values[values != ""]
    return len(filled) > _MOST_FILLED * len(values) and filled.nunique() > _VARIED * len(filled)


def _rank(heading: str, values: pd.Series) -> tuple[int, int]:
    """Rank a heading: the kind of name first, then how sure its word is."""
    words = fold(heading)
    whole = " ".join(words)
    if whole in _EXACT:
        return 0, _EXACT.index(whole)
    known = [rank for rank, word in enumerate(_WORDS) if word in words]
    known += [len(_WORDS)] if words and words[0].startswith(_STARTS) else []
    if known:
        apart = {word.removeprefix("nom").removeprefix("lib") for word in words} | set(words)
        return (2 if _AROUND & apart else 1), known[0]
    if set(words) & set(_PLACE):
        return 3, 0
    if set(words) & set(_CODES):
        return 5, 0
    filled = values[values != ""].head(200)
    return (6, 0) if len(filled) and read_numbers(filled).notna().mean() > _MOST_FILLED else (4, 0)
