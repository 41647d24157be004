"""A Chromium for the browser tests: one that is installed, else one that is fetched.

`make test` runs this module once; when no browser can be had, the browser tests are skipped
with the reason. `EQUIPOISE_BROWSER` names one to use, for tests and pictures alike.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from dashboard.exports.browser import find_browser


def find_chromium() -> str | None:
    """The Chromium to use: as for pictures, else Playwright's own."""
    found = find_browser()
    return found if found or "EQUIPOISE_BROWSER" in os.environ else _playwrights_own()


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _install_with_apt() -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _try(["apt-get", "-qq", "update"])
        _try(["apt-get", "-qq", "install", "-y", "--no-install-recommends", "chromium"])


def _install_with_playwright() -> None:
    _try([sys.executable, "-m", "playwright", "install", "chromium"])


def _try(command: Sequence[str]) -> None:
    print("Fetching a browser for the tests:", *command, flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, timeout=600, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"  {error}")


def main() -> None:
    """Fetch a browser if there is none; never fail."""
    for install in (_install_with_apt, _install_with_playwright):
        if find_chromium() is None and "EQUIPOISE_BROWSER" not in os.environ:
            install()
    if find_chromium() is None:
        print("No Chromium was found or could be fetched: browser tests will be skipped.")


if __name__ == "__main__":
    main()
