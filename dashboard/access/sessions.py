"""Sessions as a browser holds them: a random token in a cookie, looked up at every use."""

from __future__ import annotations

import hashlib
import secrets
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from queries.workspace import Person, Workspace
from queries.workspace.sessions import LASTS

_LONGEST_TOKEN = 100


def cookie_name(signing_key: str) -> str:
    """The name of the session cookie: browsers share cookies between the ports of a machine.

    Examples
    --------
    >>> cookie_name("k" * 40).startswith("equipoise_session_")
    True
    """
    return f"equipoise_session_{hashlib.sha256(signing_key.encode()).hexdigest()[:8]}"


def token_sha256(token: str) -> str:
    """What a session is known by in the workspace.

    Examples
    --------
    >>> len(token_sha256("token"))
    64
    """
    return hashlib.sha256(token.encode()).hexdigest()


def begin(workspace: Workspace, person: Person, *, how: str, address: str) -> str:
    """Begin a session; its token, which is always a new one, goes to the browser only."""
    token = secrets.token_urlsafe(32)
    workspace.people.begin_session(
        person.id, token_sha256=token_sha256(token), how=how, address=address
    )
    return token


def session_of(scope: Scope, name: str) -> str | None:
    """What the session that a request names would be known by; it need not exist."""
    jar: SimpleCookie = SimpleCookie()
    for header in Headers(scope=scope).getlist("cookie"):
        try:
            jar.load(header)
        except CookieError:
            return None
    held = jar.get(name)
    if held is None or not 0 < len(held.value) <= _LONGEST_TOKEN:
        return None
    return token_sha256(held.value)


def is_tls(scope: Scope, *, behind_tls: bool) -> bool:
    """Whether the browser reaches the server by https."""
    return behind_tls or scope.get("scheme") in ("https", "wss")


def keep(response: Response, name: str, token: str, *, secure: bool) -> None:
    """Give the token to the browser: for this server only, out of reach of scripts."""
    response.set_cookie(
        name,
        token,
        max_age=int(LASTS.total_seconds()),
        httponly=True,
        secure=secure,
        samesite="lax",
    )


def drop(response: Response, name: str, *, secure: bool) -> None:
    """Take the token away from the browser."""
    response.delete_cookie(name, httponly=True, secure=secure, samesite="lax")
