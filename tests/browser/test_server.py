"""The running server, seen by a real browser: what it sends, whom it lets in, what it asks."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from dashboard import __version__
from dashboard.charts.theme import DARK, LIGHT, Tones
from tests.browser.conftest import NewPage, Observed, RunningServer, running_server

pytestmark = pytest.mark.browser

PAGES = ("", "survival", "import")
# Runs in the server's process before anything else, and writes down whom it talks to.
_WATCH = """
import sys
def _watch(event, arguments):
    if event in ("socket.bind", "socket.connect", "socket.sendto", "socket.getaddrinfo"):
        address = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
        with open({log!r}, "a") as log:
            log.write(f"{{address[0] if isinstance(address, tuple) else address}}\\n")
sys.addaudithook(_watch)
"""
HERE = {"localhost", "127.0.0.1", "::1", "0.0.0.0", "None"}


def get(url: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    """Status, body and headers of an answer."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            return answer.status, answer.read().decode(errors="replace"), dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace"), dict(error.headers)


def wait_until_drawn(page: Page) -> None:
    """Wait until the script of the page has run."""
    expect(page.get_by_test_id("stMain")).to_be_visible()
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=30_000)
    expect(page.get_by_role("heading").first).to_be_visible(timeout=30_000)


def test_health_says_the_version(server: RunningServer) -> None:
    status, body, _ = get(f"{server.url}/health")
    assert (status, json.loads(body)) == (200, {"status": "ok", "version": __version__})


@pytest.mark.parametrize(
    "path", ["/", "/health", "/_stcore/health", "/media/not-there", "/a/b/c.txt"]
)
def test_security_headers_are_on_every_answer(server: RunningServer, path: str) -> None:
    headers = {name.lower(): value for name, value in get(server.url + path)[2].items()}
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_a_foreign_host_name_gets_nothing(server: RunningServer) -> None:
    status, body, _ = get(server.url, Host="evil.example")
    assert (status, body) == (400, "Invalid host header")


def test_there_is_no_second_way_in(server: RunningServer) -> None:
    request = urllib.request.Request(f"{server.url}/_stcore/agent/interact", data=b"{}")
    with pytest.raises(urllib.error.HTTPError, match=r"40[345]"):
        urllib.request.urlopen(request)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_only_this_server_and_breaks_no_policy(
    page: Page, observed: Observed, server: RunningServer, path: str
) -> None:
    page.goto(f"{server.url}/{path}")
    wait_until_drawn(page)
    here = urlsplit(server.url).netloc
    asked = [urlsplit(url) for url in observed.requests]
    outside = {u.geturl() for u in asked if u.scheme not in {"data", "blob"} and u.netloc != here}
    assert outside == set()


def test_a_page_from_elsewhere_cannot_connect(
    new_page: NewPage, server: RunningServer, empty_server: RunningServer
) -> None:
    """Two servers on one machine: even a page of the other one stays out."""
    page = new_page(bypass_csp=True)
    page.goto(f"{empty_server.url}/health")
    address = server.url.replace("http", "ws") + "/_stcore/stream"
    outcome = page.evaluate(
        """address => new Promise(resolve => {
            const socket = new WebSocket(address, ["streamlit"]);
            socket.onopen = () => resolve("open");
            socket.onerror = () => resolve("refused");
        })""",
        address,
    )
    assert outcome == "refused"


@pytest.mark.parametrize(("scheme", "tones"), [("light", LIGHT), ("dark", DARK)])
def test_the_theme_does_not_depend_on_where_the_server_was_started(
    new_page: NewPage, server: RunningServer, scheme: str, tones: Tones
) -> None:
    page = new_page(color_scheme=scheme)
    page.goto(server.url)
    wait_until_drawn(page)
    shown = page.get_by_test_id("stApp").evaluate("e => getComputedStyle(e).backgroundColor")
    assert hexadecimal(shown) == tones.background.lower()


def hexadecimal(colour: str) -> str:
    """`rgb(15, 23, 28)` as `#0f171c`."""
    return "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", colour)[:3])


def test_the_server_talks_to_nobody_outside(
    new_page: NewPage, demo_home: Path, tmp_path: Path
) -> None:
    log, watch = tmp_path / "connections.txt", tmp_path / "watch"
    watch.mkdir()
    log.touch()
    (watch / "sitecustomize.py").write_text(_WATCH.format(log=str(log)))
    with running_server(demo_home, tmp_path / "server.log", watch) as server:
        page = new_page()
        page.goto(server.url)
        wait_until_drawn(page)
    asked = set(log.read_text().split())
    assert asked  # the watch was on
    assert asked <= HERE


def test_an_empty_workspace_says_what_to_do(page: Page, empty_server: RunningServer) -> None:
    page.goto(empty_server.url)
    wait_until_drawn(page)
    expect(page.get_by_test_id("stMain")).to_contain_text(re.compile("import", re.IGNORECASE))
