"""HTML of the pages, by Jinja2: whatever a template names is escaped, and put in French typography by the filter `t`."""

from functools import cache
from typing import Any, Final

import streamlit as st
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from words.formats import typographie

_ENVIRONMENT: Final = Environment(
    autoescape=True,
    loader=PackageLoader("ui"),
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
_ENVIRONMENT.filters["t"] = typographie


def html(template: str, /, **values: Any) -> Markup:
    """Fill a template.

    Parameters
    ----------
    template
        Its text, or the name of a file of `ui/templates`, which ends in ".jinja".
    """
    return Markup(_compiled(template).render(values))  # noqa: S704 - the environment escapes


def show(template: str, /, **values: Any) -> None:
    """Write a filled template on the page."""
    st.html(html(template, **values))


def note(text: str) -> None:
    """Write a remark in small letters, plain French text."""
    show('<p class="atlas-note">{{ text|t }}</p>', text=text)


@cache
def _compiled(template: str) -> Template:
    if template.endswith(".jinja"):
        return _ENVIRONMENT.get_template(template)
    return _ENVIRONMENT.from_string(template)
