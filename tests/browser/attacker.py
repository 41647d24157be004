"""Somebody who signs in, or does not, and then sends what no page of ours would send."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from dashboard.access.sessions import cookie_name
from dashboard.access.signing import signing_key
from tests.browser.conftest import RunningServer

WORD = "correct horse battery"


@dataclass(kw_only=True)
class Browser:
    """Somebody with cookies and without scruples."""

    server: RunningServer
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self, path: str, *, method: str = "GET", body: str | None = None, **headers: str
    ) -> tuple[int, bytes, dict[str, str]]:
        """Status, body and headers; the path goes out as it is, and nothing is followed."""
        connection = http.client.HTTPConnection(urlsplit(self.server.url).netloc, timeout=20)
        sent = {"Cookie": self._held(), **{k.replace("_", "-"): v for k, v in headers.items()}}
        connection.request(method, path, body=body, headers=sent)
        answer = connection.getresponse()
        read = answer.read()
        for value in answer.headers.get_all("set-cookie") or ():
            name, _, rest = value.partition("=")
            self.cookies[name] = rest.partition(";")[0].strip('"')
        self.set_cookies = answer.headers.get_all("set-cookie") or []
        connection.close()
        return answer.status, read, {k.lower(): v for k, v in answer.headers.items()}

    def send_form(self, path: str, **given: str) -> tuple[int, bytes, dict[str, str]]:
        """Send the form of a page back, with its hidden fields."""
        page = self.ask(path)[1].decode()
        hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)
        body = urlencode({name: unescape(value) for name, value in hidden} | given)
        return self.ask(path.partition("?")[0], method="POST", body=body)

    def sign_in(self, name: str, password: str = WORD) -> int:
        """The status of an attempt."""
        return self.send_form("/sign-in", name=name, password=password)[0]

    def socket(self, existing: str | None = None) -> ClientConnection:
        """A connection as Streamlit's own page opens it."""
        wanted = ["streamlit", "token", existing] if existing else ["streamlit"]
        return connect(
            self.server.url.replace("http", "ws") + "/_stcore/stream",
            subprotocols=wanted,
            additional_headers={"Cookie": self._held()},
            max_size=None,
        )

    def _held(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    @property
    def token(self) -> str:
        return self.cookies.get(cookie_name(signing_key(self.server.home)), "")


def signed_in(server: RunningServer, name: str) -> Browser:
    browser = Browser(server=server)
    assert browser.sign_in(name) == 303
    return browser


def run_page(socket: ClientConnection, page: str = "", query: str = "") -> tuple[bytes, str]:
    """Run a page; all that the server sends for it, and the id of the run of scripts."""
    back = BackMsg()
    back.rerun_script.page_name, back.rerun_script.query_string = page, query
    socket.send(back.SerializeToString())
    return until_finished(socket)


def until_finished(socket: ClientConnection, seconds: float = 60) -> tuple[bytes, str]:
    received, script, until = b"", "", time.monotonic() + seconds
    while time.monotonic() < until:
        message = socket.recv(timeout=seconds)
        assert isinstance(message, bytes)
        received += message
        read = ForwardMsg.FromString(message)
        script = read.new_session.initialize.session_id or script
        if read.WhichOneof("type") == "script_finished" and read.script_finished in (0, 1):
            return received, script
    raise AssertionError("the page did not end")


def told_of_file(socket: ClientConnection) -> tuple[str, str]:
    """The id of a file that is made when its button is pressed, and of the run of scripts."""
    back = BackMsg()
    back.rerun_script.page_name = "survival"
    socket.send(back.SerializeToString())
    file_id = script = ""
    for read in messages(socket):
        script = read.new_session.initialize.session_id or script
        file_id = read.delta.new_element.download_button.deferred_file_id or file_id
        if read.WhichOneof("type") == "script_finished":
            break
    assert file_id
    return file_id, script


def file_of(socket: ClientConnection) -> str:
    """The address of a file that is made when its button is pressed."""
    file_id, script = told_of_file(socket)
    back = BackMsg()
    back.backend_operation_request.request_id = "one"
    back.backend_operation_request.session_id = script
    back.backend_operation_request.deferred_file.file_id = file_id
    socket.send(back.SerializeToString())
    made = (read.backend_operation_response.deferred_file.url for read in messages(socket))
    return next(url for url in made if url)


def messages(socket: ClientConnection) -> Iterator[ForwardMsg]:
    while True:
        message = socket.recv(timeout=60)
        assert isinstance(message, bytes)
        yield ForwardMsg.FromString(message)


def until_closed(socket: ClientConnection) -> tuple[list[bytes], ConnectionClosed]:
    """What still came before the server closed, and how it closed."""
    received: list[bytes] = []
    try:
        while True:
            message = socket.recv(timeout=5)
            assert isinstance(message, bytes)
            received.append(message)
    except ConnectionClosed as closed:
        return received, closed
