"""Security headers on every answer of the server."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
_POLICY = "Content-Security-Policy"
_TLS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}
_PERMISSIONS = (
    "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), "
    "gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
)


@cache
def content_security_policy() -> str:
    """What a page of the dashboard may load and do: its own files and nothing else.

    Streamlit's page carries a script of its own between its tags. It is allowed by its
    hash, read from the installed Streamlit, so that no other inline script runs.

    Examples
    --------
    >>> policy = content_security_policy()
    >>> "default-src 'self'" in policy, "frame-ancestors 'none'" in policy
    (True, True)
    """
    page = Path(streamlit.__file__).parent / "static" / "index.html"
    inline = _INLINE_SCRIPT.findall(page.read_bytes())
    scripts = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"
        for script in inline
    )
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {scripts}".rstrip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "object-src 'none'",
            "form-action 'self'",
        )
    )


def security_headers() -> dict[str, str]:
    """The headers that every answer carries.

    Examples
    --------
    >>> security_headers()["X-Content-Type-Options"]
    'nosniff'
    """
    return {
        "Content-Security-Policy": content_security_policy(),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": _PERMISSIONS,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


class SecurityHeaders:
    """ASGI middleware that sets the security headers and leaves the rest alone.

    Parameters
    ----------
    app : ASGIApp
    behind_tls : bool
        Whether browsers come by https: they are then told to use nothing else for a year.
    """

    def __init__(self, app: ASGIApp, *, behind_tls: bool = False) -> None:
        self._app = app
        self._headers = security_headers() | (_TLS_ONLY if behind_tls else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    if name == _POLICY:  # a page of ours may bring a stricter one
                        headers.setdefault(name, value)
                    else:
                        headers[name] = value
            await send(message)

        await self._app(scope, receive, send_with_headers)
