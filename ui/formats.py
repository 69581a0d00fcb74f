"""How pages write numbers, dates and plurals, as the files do, and texts that Streamlit would read as Markdown."""

import re
from typing import Final

from exports.formats import (
    BROAD,
    NARROW,
    cell,
    date,
    decimal,
    distance,
    entier,
    escaped,
    figure,
    heading,
    moment,
    part,
    pluriel,
    pourcentage,
    surface,
    typographie,
)

__all__ = [
    "BROAD",
    "NARROW",
    "cell",
    "date",
    "decimal",
    "distance",
    "entier",
    "escaped",
    "figure",
    "heading",
    "moment",
    "part",
    "plain",
    "pluriel",
    "pourcentage",
    "surface",
    "typographie",
]

_MARKDOWN: Final = re.compile(r"[\\`*_{}\[\]()#+.!|~<>$:-]")


def plain(text: str) -> str:
    """Keep a text from being read as Markdown or HTML.

    Returns
    -------
    str
        The same to a reader, once Streamlit has rendered it as Markdown.
    """
    return _MARKDOWN.sub(r"\\\g<0>", text)
