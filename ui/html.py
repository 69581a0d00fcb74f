"""HTML of the pages: a template filled, a remark, a fault; texts that Streamlit would read as Markdown."""

import re
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import streamlit as st
from jinja2 import Template
from markupsafe import Markup

from exports.markup import environment
from words.formats import typographie

Role = Literal["", "status", "alert"]
_MARKDOWN: Final = re.compile(r"[\\`*_{}\[\]()#+.!|~<>$:-]")
_ROOT: Final = Path(__file__).resolve().parent.parent
_ENVIRONMENT: Final = environment(_ROOT / "ui" / "templates", _ROOT / "pages")


def html(template: str, /, **values: Any) -> Markup:
    """Fill a template, which escapes whatever it names.

    Parameters
    ----------
    template
        Its text, or the name of a file of `ui/templates` or of a page's folder, such as "projets/matrix.jinja".
    """
    return Markup(_compiled(template).render(values))  # noqa: S704 - the environment escapes


def show(template: str, /, **values: Any) -> None:
    """Write a filled template on the page."""
    st.html(html(template, **values))


def note(text: str, *, role: Role = "") -> None:
    """Write a remark in small letters, plain French text; with a role, screen readers say it as it appears."""
    _paragraph("atlas-note", text, role)


def fault(text: str, *, role: Role = "alert") -> None:
    """Write what is wrong, plain French text."""
    _paragraph("atlas-faute", text, role)


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


def _paragraph(look: str, text: str, role: Role) -> None:
    template = '<p class="{{ look }}"{% if role %} role="{{ role }}"{% endif %}>{{ text|t }}</p>'
    show(template, look=look, text=text, role=role)


@cache
def _compiled(template: str) -> Template:
    if template.endswith(".jinja"):
        return _ENVIRONMENT.get_template(template)
    return _ENVIRONMENT.from_string(template)


def figures(*figures: tuple[str, ...]) -> None:
    """Show figures: title, value and, where the title does not say it, what it means."""
    with st.container(horizontal=True):
        for title, value, *said in figures:
            st.metric(title, value, border=True, help=said[0] if said else None)
