"""A running dashboard and a real Chromium in front of it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.browser.chromium import find_chromium
from tests.homes import copied_home

REPOSITORY = Path(__file__).parents[2]
STARTING_SECONDS = 60
# Chromium by itself would ask Google for updates, lists and translations.
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--disable-features=Translate,OptimizationHints,MediaRouter",
    "--no-first-run",
    "--no-pings",
)


# On a page below the root, Streamlit's own script first looks for its server beside the page.
_PROBE = re.compile(r"/[^/]+/_stcore/(health|host-config)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningServer:
    """A dashboard that answers on `url`, on a home folder of its own."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]
    log: Path


@contextmanager
def running_server(
    home: Path, log: Path, *import_path: Path, refuses_loudly: bool = False
) -> Iterator[RunningServer]:
    """Serve a home folder for the length of the block, as `equipoise run` does.

    Its log must hold no traceback, unless it `refuses_loudly`, as Streamlit itself does.
    """
    port = _free_port()
    arguments = ["run", "--port", str(port), "--home", str(home)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "dashboard.command", *arguments],
            cwd=log.parent,  # not the repository: an installed dashboard runs from anywhere
            env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, [*import_path, REPOSITORY]))},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        server = RunningServer(url=f"http://localhost:{port}", home=home, process=process, log=log)
        try:
            _await_health(server)
            yield server
        finally:
            _end(process)
    assert refuses_loudly or "Traceback" not in log.read_text(errors="replace")
    assert process.returncode == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


def _await_health(server: RunningServer) -> None:
    until = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < until and server.process.poll() is None:
        with (
            suppress(OSError),
            urllib.request.urlopen(f"{server.url}/health", timeout=2) as answer,
        ):
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{server.log.read_text()}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def server(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """The dashboard over a copy of the demo studies; one for each test module."""
    folder = tmp_path_factory.mktemp("served")
    home = copied_home(demo_home, folder)
    with running_server(home, folder / "server.log") as running:
        yield running


@pytest.fixture(scope="module")
def empty_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """The dashboard before anything was imported."""
    folder = tmp_path_factory.mktemp("served-empty")
    with running_server(folder / "home", folder / "server.log") as running:
        yield running


# For each module anew: while it is open, no other test of the process can run an event loop.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A Chromium without a window, shared by the tests of a module."""
    executable = find_chromium()
    if executable is None:
        pytest.skip("no Chromium: install one, name it in EQUIPOISE_BROWSER, or run make browser")
    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=[*QUIET, *sandbox])
        yield browser
        browser.close()


@dataclass(frozen=True, slots=True)
class Observed:
    """What the pages of a test complained about, and everything they asked for."""

    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Collect from one more page."""
        page.on("console", lambda message: self._note(message))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("websocket", lambda socket: self.requests.append(socket.url))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not _PROBE.search(message.location["url"]):
            self.errors.append(message.text)


NewPage = Callable[..., Page]


@pytest.fixture
def observed() -> Observed:
    """What the pages of this test complained about and asked for."""
    return Observed()


@pytest.fixture
def new_page(chromium: Browser, observed: Observed) -> Iterator[NewPage]:
    """Make pages of separate people: nothing is shared but the server.

    Options are those of a browser context (`viewport`, `color_scheme`, ...).
    """
    contexts: list[BrowserContext] = []

    def make(**options: object) -> Page:
        settings = {"viewport": {"width": 1440, "height": 900}, "accept_downloads": True}
        contexts.append(chromium.new_context(**{**settings, **options}))
        page = contexts[-1].new_page()
        page.set_default_timeout(20_000)
        observed.watch(page)
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: NewPage, observed: Observed) -> Iterator[Page]:
    """A page of 1440 × 900; the test fails when the browser complained about anything."""
    yield new_page()
    assert observed.errors == []
