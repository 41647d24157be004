"""A browser reduced to what the attacks need: raw paths over HTTP, and cookies kept by path."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import uvicorn
from starlette.types import ASGIApp


@contextmanager
def serving(app: ASGIApp) -> Iterator[int]:
    """Serve an application on a free port, which is given, for the length of the block."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    try:
        yield int(server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(timeout=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def text(self) -> str:
        """The content as text."""
        return self.content.decode("utf-8", "replace")


@dataclass(slots=True)
class HttpBrowser:
    """One person's browser; a path goes out as it is written."""

    port: int
    host: str = "127.0.0.1"
    cookies: dict[str, tuple[str, str]] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answer:
        """Ask for a path."""
        return self.request("GET", path, headers=headers)

    def post(self, path: str, form: Mapping[str, object] | bytes, **headers: str) -> Answer:
        """Send a form, or a body as it is."""
        body = form if isinstance(form, bytes) else urlencode(form).encode()
        sent = {"Content-Type": "application/x-www-form-urlencoded"} | headers
        return self.request("POST", path, body=body, headers=sent)

    def request(
        self, method: str, path: str, *, body: bytes = b"", headers: Mapping[str, str] = {}
    ) -> Answer:
        """Any request."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        mine = [f"{n}={v}" for n, (v, at) in self.cookies.items() if path.startswith(at)]
        if mine and "Cookie" not in named:
            named["Cookie"] = "; ".join(mine)
        connection = HTTPConnection(self.host, self.port, timeout=30)
        try:
            own = "Host" in named
            connection.putrequest(method, path, skip_accept_encoding=True, skip_host=own)
            for name, value in {**named, "Content-Length": str(len(body))}.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            found = connection.getresponse()
            answer = Answer(
                status=found.status,
                headers={name.lower(): value for name, value in found.getheaders()},
                content=found.read(),
            )
        finally:
            connection.close()
        for name, one in SimpleCookie(answer.headers.get("set-cookie", "")).items():
            self.cookies[name] = (one.value, one["path"])
        return answer
