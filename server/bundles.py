"""Streamlit's own scripts, styles and fonts, answered from memory.

A first visit asks for a hundred of these files at once. Streamlit opens, reads and sends each by several threads: some
3 ms of processor each, which a browser on the same machine waits for, and thirty sessions that arrive together wait for
thirty times. Their names change with their content, so that they may be kept for ever.
"""

import gzip
import mimetypes
from functools import lru_cache
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import file_util

from server.process import base_path

_FOLDER: Final = "static"
_FOR_EVER: Final = b"public, immutable, max-age=31536000"
#: What compresses; fonts are compressed already.
_TEXTS: Final = {".js", ".css", ".svg", ".json"}


class FromMemory:
    """Answer what asks for one of Streamlit's files; all other requests go on to the application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        folder = Path(file_util.get_static_dir(), _FOLDER)
        start = f"{base_path()}/{_FOLDER}/"
        # Only what was found here is ever opened.
        self._files = {
            start + file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.is_file()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        asks = scope["type"] == "http" and scope["method"] == "GET"
        file = self._files.get(scope["path"]) if asks else None
        if file is None:
            await self._app(scope, receive, send)
            return
        accepted = Headers(scope=scope).get("accept-encoding", "")
        headers, body = _answer(file, compressed="gzip" in accepted)
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


@lru_cache(maxsize=512)
def _answer(file: Path, *, compressed: bool) -> tuple[list[tuple[bytes, bytes]], bytes]:
    body = file.read_bytes()
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    headers = [(b"content-type", kind.encode()), (b"cache-control", _FOR_EVER), (b"vary", b"Accept-Encoding")]
    if compressed and file.suffix in _TEXTS:
        body = gzip.compress(body, compresslevel=6)
        headers.append((b"content-encoding", b"gzip"))
    return [*headers, (b"content-length", str(len(body)).encode())], body
