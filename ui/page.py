"""The frame that every page shares: heading, finding, styles for screen and paper."""

from html import escape
from pathlib import Path
from typing import Final

import streamlit as st

from ui.formats import plain, typographie

CONTENT_ID: Final = "contenu"
_STYLES: Final = Path(__file__).with_name("style.css")


def header(title: str, finding: str) -> None:
    """Write the page's only first-level heading and what the page found, in one sentence.

    Parameters
    ----------
    title
        The heading, plain text.
    finding
        One French sentence, plain text: the answer before the details.
    """
    print_styles()
    st.title(plain(typographie(title)), anchor=CONTENT_ID)
    st.html(f'<p class="atlas-constat">{escape(typographie(finding))}</p>')


def print_styles() -> None:
    """Style tables and notes, show the keyboard's focus, and leave on paper no menu and no control."""
    st.html(_STYLES)
