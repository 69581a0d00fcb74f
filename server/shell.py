"""The HTML that every page starts from: Streamlit's own, in French and in the atlas's style, told where its server is.

What stands here is sent once and is there before the first run; as parts of a page, the same script and style would
be sent, cleaned and inserted again in each session, while the map waits.
"""

from pathlib import Path
from typing import Final

from jinja2 import Template
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from streamlit import file_util

from server.process import base_path

_STYLES: Final = Path(__file__).with_name("style.css")
# Without it a page of any other address than the root looks for its server under its own name, and waits before it
# asks at the root.
_HEAD: Final = """<title>Atlas des Possibles</title>
    <script>window.__streamlit = { BACKEND_BASE_URL: new URL(".", location.href).href };</script>"""
_NO_SCRIPT: Final = "<noscript><p>L’Atlas des Possibles a besoin de JavaScript : l’autoriser pour cette adresse.</p></noscript>"
# Streamlit starts with its menus and names the button of its uploader in English, which the style sheet replaces for the
# eye alone: offer to skip the menus, and name the button for those who hear it. The style sheet stands after Streamlit's
# and before those of the pages.
_BODY: Final = Path(__file__).with_name("body.jinja")


class _PageName(StringConvertor):
    """What may be a page's name in an address: neither a file nor one of Streamlit's own, where a login comes back."""

    regex = "(?!oauth2callback$)[^/._]*"


def routes(content_id: str) -> list[Route]:
    """Give what answers the address of a page, in place of Streamlit's own.

    Returns
    -------
    list of Route
        For `streamlit.App`; an address that is no page's gets the same, and Streamlit says so there.
    """
    html = page(content_id)

    async def answer(_request: Request) -> Response:
        return HTMLResponse(html, headers={"Cache-Control": "no-cache"})

    register_url_convertor("page", _PageName())
    return [Route(base_path() + "/{name:page}", answer)]


def page(content_id: str) -> str:
    """Put the page together.

    Raises
    ------
    RuntimeError
        If Streamlit's own page no longer holds what is put in French.
    """
    html = Path(file_util.get_static_dir(), "index.html").read_text(encoding="utf-8")
    template = Template(_BODY.read_text(encoding="utf-8"), autoescape=True)
    body = template.render(content=content_id, style=_STYLES.read_text(encoding="utf-8"))
    html = _between(html, "<noscript>", "</noscript>", _NO_SCRIPT)
    html = _between(html, "<title>", "</title>", _HEAD)
    for old, new in (('<html lang="en">', '<html lang="fr">'), ('<div id="root"></div>', body)):
        html = _between(html, old, "", new)
    return html


def _between(html: str, start: str, end: str, new: str) -> str:
    """Replace one passage, its two ends with it."""
    before, found, rest = html.partition(start)
    _, closed, after = rest.partition(end) if end else ("", end, rest)
    if not found or closed != end:
        raise RuntimeError(f"Streamlit's page has no {start}{end}: adapt server/shell.py to this version")
    return before + new + after
