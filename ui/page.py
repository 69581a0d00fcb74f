"""The frame that every page shares: heading, finding, fault, what only paper needs."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import Final, ParamSpec

import streamlit as st

from errors import AtlasError
from ui import html
from ui.html import prose
from words import clock
from words.formats import date

P = ParamSpec("P")
CONTENT_ID: Final = "contenu"
ICON: Final = str(Path(__file__).with_name("icon.svg"))


def say_fault(error: AtlasError) -> None:
    """Say in place of a page why it cannot be shown."""
    st.error(f"Cette page ne peut pas être affichée.\n\n{error}", icon=":material/error:")


def fragment(part: Callable[P, None]) -> Callable[P, None]:
    """Make a part of a page run again alone; a fault of the data is then said there."""

    @wraps(part)
    def in_french(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            part(*args, **kwargs)
        except AtlasError as error:
            say_fault(error)

    return st.fragment(in_french)


def header(
    title: str, finding: str, words: Mapping[str, str] | None = None, *, styles: Sequence[Path] = ()
) -> None:
    """Write the page's only first-level heading and what the page found, in one sentence.

    Parameters
    ----------
    finding
        One French sentence, plain text: the answer before the details.
    words, styles
        As for `on_paper`; without words nothing is written for paper.
    """
    st.title(prose(title), anchor=CONTENT_ID)
    html.show('<p class="atlas-constat">{{ finding|t }}</p>', finding=finding)
    if words is not None:
        on_paper(words, styles=styles)


def on_paper(words: Mapping[str, str], *, styles: Sequence[Path] = ()) -> None:
    """Write what only paper needs, for a screen shows it elsewhere: the day and the filters.

    Parameters
    ----------
    words
        Filter to value, in French; empty values are left out.
    styles
        Style sheets of the page alone. With a text beside it, they leave together with the page; alone, Streamlit would keep them.
    """
    today = date(clock.today())
    said = "".join(f" {name.capitalize()} : {value}." for name, value in words.items() if value)
    html.show(
        '{% if style %}<style>{{ style|safe }}</style>{% endif %}<p class="atlas-papier-seul">{{ said|t }}</p>',
        style="".join(sheet.read_text("utf-8") for sheet in styles),
        said=f"Établi le {today}.{said}",
    )
