"""Texts that Streamlit would read as Markdown."""

import re
from typing import Final

from words.formats import typographie

_MARKDOWN: Final = re.compile(r"[\\`*_{}\[\]()#+.!|~<>$:-]")


def plain(text: str) -> str:
    """Keep a text from being read as Markdown or HTML.

    Returns
    -------
    str
        The same to a reader, once Streamlit has rendered it as Markdown.
    """
    return _MARKDOWN.sub(r"\\\g<0>", text)


def prose(text: str) -> str:
    """Put a French text in typography and keep it from being read as Markdown or HTML."""
    return plain(typographie(text))
