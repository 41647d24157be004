"""Nobody passes without a session: pages, WebSocket, downloads and uploads alike.

What is not on the short list of open paths asks for a session. Files and uploads have addresses
that Streamlit hands out without asking who calls; here each is good only for the session that
was told of it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from dashboard.access import sessions
from dashboard.access.standing import Standing, standing
from queries.workspace import SignedIn, Workspace

SIGN_IN, SET_UP, DONE = "/sign-in", "/set-up", "/sign-in/done"
OPEN_PATHS = frozenset({"/health", SIGN_IN})
OIDC_PATHS = frozenset({"/auth/login", "/oauth2callback", "/sign-in/with", DONE})
# The pages of shares let in who has a link, and look it up themselves; no other form of address.
_SHARES = re.compile(
    r"/share/[A-Za-z0-9_-]{1,100}"
    r"|/shared/[A-Za-z0-9_-]{1,64}"
    r"(/(passcode|comment|sign|alive)|/picture/[\w-]{1,64}/[\w-]{1,32}\.png|/file/[\w-]{1,64}\.\w{1,8})?",
    re.ASCII,
)
LOOK_SECONDS = 1.0  # how often the session of an open connection is looked up
TOUCH_SECONDS = 30.0

_POLICY_VIOLATION = 1008
_HANDED_OUT = re.compile(rb"/(?:media|_stcore/upload_file)/[A-Za-z0-9._/-]+")
_GIVEN = ("/media/", "/_stcore/upload_file/")
_NO_PAGES = (*_GIVEN, "/_stcore/", "/static/", "/component/")


@dataclass(slots=True, kw_only=True)
class _Told:
    """What one session was told: addresses of files and uploads, and its runs of scripts."""

    paths: set[str] = field(default_factory=set)
    scripts: set[str] = field(default_factory=set)


class Doorkeeper:
    """ASGI middleware that looks up, at every request, who is signed in.

    Parameters
    ----------
    app : ASGIApp
        What is behind the door.
    workspace : callable
        Gives the workspace; called when the first request comes.
    cookie : str
        Name of the session cookie.
    with_oidc : bool
        Whether the paths of single sign-on are open.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        workspace: Callable[[], Workspace],
        cookie: str,
        with_oidc: bool = False,
    ) -> None:
        self._app, self._workspace, self._cookie = app, workspace, cookie
        self._open = OPEN_PATHS | OIDC_PATHS if with_oidc else OPEN_PATHS
        self._told: dict[str, _Told] = {}
        self._touched: dict[str, float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._request(scope, receive, send)
        else:
            await self._connection(scope, receive, send)

    def _look(self, key: str | None, *, use: bool) -> tuple[Standing, SignedIn | None]:
        """How the workspace is served, and who asks; asked anew each time."""
        here = self._workspace()
        now = standing(here)
        found = here.people.signed_in(key) if key and now == "accounts" else None
        if found is not None and use:
            self._touch(found.session.token_sha256)
        return now, found

    def _touch(self, key: str) -> None:
        """Note in the workspace that a session is in use, not more often than is of use."""
        at = monotonic()
        if at - self._touched.get(key, -TOUCH_SECONDS) >= TOUCH_SECONDS:
            self._touched[key] = at
            self._workspace().people.touch(key)

    def _forget(self, key: str | None) -> None:
        self._told.pop(key or "", None)
        self._touched.pop(key or "", None)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, key = scope["path"], sessions.session_of(scope, self._cookie)
        now, found = await run_in_threadpool(self._look, key, use=True)
        scope["signed_in"] = found
        anybody = path in self._open or _SHARES.fullmatch(path) is not None
        if anybody or now == "open" or (now == "set-up" and path == SET_UP):
            await self._app(scope, receive, send)
        elif found is None:
            self._forget(key)
            await self._refused(scope, now)(scope, receive, send)
        elif path.startswith(_GIVEN) and path not in self._told_to(key).paths:
            await PlainTextResponse("Not found", status_code=404)(scope, receive, send)
        else:
            await self._app(scope, receive, send if _is_program(path) else _private(send))

    def _refused(self, scope: Scope, now: Standing) -> Response:
        """The sign-in page for who opens a page; a short no for everything else."""
        path = scope["path"]
        opens = scope["method"] in ("GET", "HEAD") and not path.startswith(_NO_PAGES)
        opens = opens and "text/html" in Headers(scope=scope).get("accept", "text/html")
        if not opens:
            return PlainTextResponse("Sign in first", status_code=401)
        if now == "set-up":
            return RedirectResponse(SET_UP, status_code=303)
        if DONE in self._open and b"_streamlit_user=" in _cookies(scope):
            return RedirectResponse(DONE, status_code=303)
        query = scope.get("query_string", b"").decode("latin-1")
        wanted = quote(f"{path}?{query}" if query else path, safe="")
        plain = path == "/" and not query
        return RedirectResponse(SIGN_IN if plain else f"{SIGN_IN}?next={wanted}", status_code=303)

    def _told_to(self, key: str | None) -> _Told:
        return self._told.setdefault(key or "", _Told())

    async def _connection(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = sessions.session_of(scope, self._cookie)
        now, found = await run_in_threadpool(self._look, key, use=True)
        if not _may_stay(now, found):
            await WebSocketClose(code=_POLICY_VIOLATION)(scope, receive, send)
            return
        scope["signed_in"] = found
        told = self._told_to(key) if found else _Told()
        if found:
            _leave_strange_script(scope, told)
        connection = _Connection(receive, send, told, self._touching(key if found else None))
        guard = asyncio.create_task(self._guard(key, now, connection))
        try:
            await self._app(scope, connection.receive, connection.send)
        finally:
            guard.cancel()
            with suppress(asyncio.CancelledError):
                await guard

    def _touching(self, key: str | None) -> Callable[[], None]:
        """What is called when the person does something."""
        if key is None:
            return lambda: None
        return lambda: self._touch(key)

    async def _guard(self, key: str | None, before: Standing, connection: _Connection) -> None:
        """End a connection as soon as its session has ended, or the workspace is served else."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                now, found = await run_in_threadpool(self._look, key, use=False)
            except Exception:  # whatever it is: who cannot be looked up does not stay
                now, found = before, None
                if before == "open":
                    continue
            if now != before or not _may_stay(now, found):
                self._forget(key)
                await connection.end()
                return


class _Connection:
    """A WebSocket between the browser and Streamlit, which can be ended from outside."""

    def __init__(self, receive: Receive, send: Send, told: _Told, used: Callable[[], None]) -> None:
        self._receive, self._send, self._told, self._used = receive, send, told, used
        self._ended, self._accepted, self._knows_script = asyncio.Event(), False, False

    async def receive(self) -> Message:
        """The next message of the browser; that it left, once the connection was ended."""
        coming = asyncio.ensure_future(self._receive())
        ending = asyncio.ensure_future(self._ended.wait())
        try:
            await asyncio.wait({coming, ending}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ending.cancel()
        if self._ended.is_set():
            coming.cancel()
            return {"type": "websocket.disconnect", "code": _POLICY_VIOLATION}
        message = coming.result()
        if message["type"] == "websocket.receive":
            await run_in_threadpool(self._used)
        return message

    async def send(self, message: Message) -> None:
        """Send to the browser, and note what it is told; nothing once the connection was ended."""
        if self._ended.is_set():
            return
        self._accepted = self._accepted or message["type"] == "websocket.accept"
        self._note(message.get("bytes") or b"")
        await self._send(message)

    async def end(self) -> None:
        """Send the browser to the sign-in page, and close."""
        if self._ended.is_set():
            return
        self._ended.set()
        with suppress(Exception):  # the browser may have left in the meantime
            if self._accepted:
                await self._send({"type": "websocket.send", "bytes": _go_to_sign_in()})
            await self._send({"type": "websocket.close", "code": _POLICY_VIOLATION})

    def _note(self, payload: bytes) -> None:
        self._told.paths.update(found.decode() for found in _HANDED_OUT.findall(payload))
        if payload and not self._knows_script:
            script = _script_of(payload)
            if script is not None:
                self._told.scripts.add(script)
                self._knows_script = True


def _may_stay(now: Standing, found: SignedIn | None) -> bool:
    return now == "open" or (now == "accounts" and found is not None)


def _cookies(scope: Scope) -> bytes:
    return b"; ".join(value for name, value in scope["headers"] if name == b"cookie")


def _is_program(path: str) -> bool:
    """Whether this is a file of the program itself, the same for everybody."""
    return path.startswith(("/static/", "/component/", "/_stcore/bidi-components/"))


def _private(send: Send) -> Send:
    """Keep what somebody signed in has read out of caches, as the next person may sit there."""

    async def send_privately(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["cache-control"] = "private, no-store"
        await send(message)

    return send_privately


def _leave_strange_script(scope: Scope, told: _Told) -> None:
    """Take away the wish to go on with a run of scripts that was somebody else's.

    Streamlit's browser names, third in this header, the run it was connected to before. In a
    browser where another person signed in meanwhile, that run holds what the former one saw.
    """
    headers = Headers(scope=scope)
    parts = [part.strip() for part in headers.get("sec-websocket-protocol", "").split(",")]
    if len(parts) < 3 or parts[2] in told.scripts:
        return
    scope["subprotocols"] = parts[:2]
    rest = [(name, value) for name, value in scope["headers"] if name != b"sec-websocket-protocol"]
    scope["headers"] = [*rest, (b"sec-websocket-protocol", ", ".join(parts[:2]).encode("latin-1"))]


def _script_of(payload: bytes) -> str | None:
    """The id of the run of scripts that Streamlit tells the browser of, if it does."""
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    message = ForwardMsg()
    try:
        message.ParseFromString(payload)
    except DecodeError:
        return None
    return message.new_session.initialize.session_id or None


def _go_to_sign_in() -> bytes:
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    message = ForwardMsg()
    message.auth_redirect.url = f"{SIGN_IN}?ended=1"
    sent: bytes = message.SerializeToString()
    return sent
