"""Only our own pages may open a connection to the server."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

_FORBIDDEN = 1008  # RFC 6455: policy violation


class SameOrigin:
    """ASGI middleware that refuses a WebSocket opened by a page of another origin.

    Streamlit asks for no token when a WebSocket opens, lets any page on this machine in,
    and looks up the machine's external address on the internet before it refuses others.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and not _is_same_origin(Headers(scope=scope)):
            await WebSocketClose(code=_FORBIDDEN)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_same_origin(headers: Headers) -> bool:
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == headers.get("host", "").lower()
