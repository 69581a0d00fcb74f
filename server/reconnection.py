"""A browser that comes back to a server which does not know it: another server of several, or one that restarted."""

from typing import Any

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg


class WholeFirstRun:
    """Make the first run of every connection run the whole page.

    A browser that lost its server connects again by itself, and keeps its page. What it asks next may be the run of
    one fragment, which the new server has never seen: Streamlit then runs nothing and says nothing, so that the screen
    would keep the figures of one commune under the name of another. The request holds the state of every widget: without
    the name of the fragment it runs the page as the screen shows it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        ran = False

        async def received() -> Message:
            nonlocal ran
            message = await receive()
            if not ran and message.get("bytes"):
                request = _rerun(message["bytes"])
                if request is not None:
                    ran = True
                    return {**message, "bytes": _whole(request)}
            return message

        await self._app(scope, received, send)


def _rerun(content: bytes) -> Any | None:
    request = BackMsg()
    try:
        request.ParseFromString(content)
    except DecodeError:
        return None  # Streamlit refuses it itself
    return request if request.WhichOneof("type") == "rerun_script" else None


def _whole(request: Any) -> bytes:
    request.rerun_script.fragment_id = ""
    request.rerun_script.is_auto_rerun = False
    return bytes(request.SerializeToString())
