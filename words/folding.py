"""French words without accents nor capitals, to compare, to sort and to name files."""

import re
import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})


def fold(text: str) -> list[str]:
    """Reduce a text to bare words: no accent, no capital, no punctuation but "+".

    Returns
    -------
    list[str]
        Its words, in order.
    """
    bare = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    return re.findall(r"[a-z0-9+]+", "".join(sign for sign in bare if not unicodedata.combining(sign)))


def slug(text: str) -> str:
    """Reduce a text to what an address or a file's name may hold."""
    return "-".join(fold(text.replace("+", " ")))
