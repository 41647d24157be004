"""The server's settings and headers, without starting it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send
from streamlit import config

from dashboard import server
from dashboard.access.headers import SecurityHeaders, content_security_policy
from dashboard.access.origins import SameOrigin
from queries.errors import DataError

REPOSITORY = Path(__file__).parents[2]


def test_every_setting_is_one_that_streamlit_knows() -> None:
    chosen = server.settings(port=8501, address="localhost")
    assert set(chosen) <= set(config._config_options_template)


def test_the_packaged_theme_is_among_the_settings() -> None:
    chosen = server.settings(port=8501, address="localhost")
    assert chosen["theme.light.primaryColor"].startswith("#")
    assert chosen["theme.dark.sidebar.backgroundColor"].startswith("#")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("browser.gatherUsageStats", False),
        ("client.showErrorDetails", "none"),
        ("server.enableAgentApi", False),
        ("server.enableStaticServing", False),
        ("server.enableXsrfProtection", True),
        ("server.fileWatcherType", "none"),
    ],
)
def test_safety_does_not_depend_on_a_config_file(setting: str, value: object) -> None:
    assert server.settings(port=8501, address="localhost")[setting] == value


def test_a_local_server_answers_to_local_names_only() -> None:
    assert "*" not in server.settings(port=1, address="localhost")["server.allowedHosts"]
    assert server.settings(port=1, address="0.0.0.0")["server.allowedHosts"] == ["*"]


def test_behind_a_proxy_it_answers_to_its_names_only() -> None:
    chosen = server.settings(port=1, address="0.0.0.0", names=("trials.example.org",))
    assert chosen["server.allowedHosts"] == [*server.LOCAL_ADDRESSES, "trials.example.org"]
    for name in ("", "*", "a.example:8501", "a/b", "a\nb"):
        with pytest.raises(DataError, match="a host name without port"):
            server.settings(port=1, address="localhost", names=(name,))


@pytest.mark.parametrize("behind_tls", [True, False])
def test_browsers_are_told_to_use_https_only_behind_tls(behind_tls: bool) -> None:
    told: list[Message] = []

    async def send(message: Message) -> None:
        told.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}
    asyncio.run(SecurityHeaders(_open_house, behind_tls=behind_tls)(scope, receive, send))
    names = {name for name, _ in told[0]["headers"]}
    assert (b"strict-transport-security" in names) == behind_tls


def test_the_policy_allows_one_inline_script_and_nothing_from_elsewhere() -> None:
    policy = content_security_policy()
    assert policy.count("'sha256-") == 1
    assert "unsafe-eval" not in policy
    assert "http" not in policy


def test_a_page_script_finds_the_rooms_not_modules_beside_it() -> None:
    """Streamlit puts the folder of the script first on the import path."""
    code = (
        "import sys; sys.path.insert(0, 'dashboard')\n"
        "import analytics, queries, sample_data, dashboard.home\n"
        "print(*(m.__path__[0] for m in (analytics, queries, sample_data, dashboard)), sep='\\n')"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout.split()
    rooms = ("analytics", "queries", "sample_data", "dashboard")
    assert [Path(path) for path in found] == [REPOSITORY / room for room in rooms]


# The middleware, around an application that lets everybody in


async def _open_house(scope: Scope, _receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"page"})


def first_answer(kind: str, **headers: str) -> Message:
    """The first message that a request or a connection gets."""
    answers: list[Message] = []

    async def send(message: Message) -> None:
        answers.append(message)

    async def receive() -> Message:
        return {"type": f"{kind}.connect"}

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": kind, "path": "/", "headers": raw}
    asyncio.run(SecurityHeaders(SameOrigin(_open_house))(scope, receive, send))
    return answers[0]


def test_every_answer_carries_the_security_headers() -> None:
    headers = Headers(raw=first_answer("http", host="here:8501")["headers"])
    assert headers["content-security-policy"] == content_security_policy()
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("origin", [None, "http://here:8501", "http://HERE:8501"])
def test_our_own_pages_may_connect(origin: str | None) -> None:
    given = {} if origin is None else {"origin": origin}
    assert first_answer("websocket", host="here:8501", **given)["type"] == "websocket.accept"


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "http://here:8502", "null", "", "http://here:8501.evil.example"],
)
def test_pages_from_elsewhere_may_not_connect(origin: str) -> None:
    refused = first_answer("websocket", host="here:8501", origin=origin)
    assert (refused["type"], refused["code"]) == ("websocket.close", 1008)
