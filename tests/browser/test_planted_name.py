"""With encryption on, the name of a patient is never on the disk: from upload to page."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dashboard.access.key import KEY_VARIABLE
from dashboard.access.passwords import hash_password
from queries.workspace import open_workspace
from tests.browser.attacker import WORD
from tests.browser.conftest import RunningServer, running_server
from tests.browser.test_first_light import SLOW, check_files

pytestmark = pytest.mark.browser

NAME = "Hildegard Plantagenet"
KEY = "Nq7-tr4 zw9 Hj2 pm8 Lc5"
SUBJECTS = 20_000  # so many that the upload would not stay in memory by itself
HEADER = "STUDYID,USUBJID,PATNAME,ARM,TRT01P,SEX,AGE,TRTSDT,EOSDT,EOSSTT"


def deliver(folder: Path) -> Path:
    """A file whose every row names somebody."""
    rows = (
        f"PNT-1,PNT-1-{number:05},{NAME} {number % 97},Arm {number % 2},Arm {number % 2},F,"
        f"{40 + number % 40},2025-01-{1 + number % 28:02},2025-12-01,COMPLETED"
        for number in range(SUBJECTS)
    )
    path = folder / "adsl.csv"
    path.write_text("\n".join([HEADER, *rows]))
    return path


class Watcher(threading.Thread):
    """Reads, over and over, all that lies in folders or is open there without a name."""

    def __init__(self, *folders: Path) -> None:
        super().__init__(daemon=True)
        self.folders, self.found, self.looks = folders, set[str](), 0
        self._ended = threading.Event()

    def run(self) -> None:
        """Look until told to end, and once more then."""
        while not self._ended.wait(0.05):
            self._look()
        self._look()

    def end(self) -> set[str]:
        """Where the name was found."""
        self._ended.set()
        self.join()
        return self.found

    def _look(self) -> None:
        self.looks += 1
        for path in self._files():
            with suppress(OSError):
                if "memfd:" not in os.path.realpath(path) and NAME.encode() in path.read_bytes():
                    self.found.add(f"{path} ({os.path.realpath(path)})")

    def _files(self) -> Iterator[Path]:
        for folder in self.folders:
            yield from list(folder.rglob("*"))
        for handle in Path("/proc").glob("[0-9]*/fd/*"):  # files that were unlinked while open
            with suppress(OSError):
                place = os.readlink(handle)
                if any(place.startswith(str(folder)) for folder in self.folders):
                    yield handle


@contextmanager
def watched(*folders: Path) -> Iterator[Watcher]:
    """Watch folders for the length of the block."""
    watcher = Watcher(*folders)
    watcher.start()
    try:
        yield watcher
    finally:
        watcher.end()


@pytest.mark.parametrize(
    "key", [KEY, pytest.param(None, marks=pytest.mark.slow)], ids=["encrypted", "plain"]
)
def test_a_patients_name_is_nowhere_on_the_disk(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str | None
) -> None:
    home, temporary = tmp_path / "home", tmp_path / "tmp"
    temporary.mkdir()
    (tmp_path / "delivery").mkdir()
    delivered = deliver(tmp_path / "delivery")
    with open_workspace(home) as here:
        here.people.add(
            name="root",
            roles=["administrator", "statistician"],
            password_hash=hash_password(WORD),
            person="tester",
        )
    if key is not None:
        monkeypatch.setenv(KEY_VARIABLE, key)
    log = tmp_path / "server.log"
    with monkeypatch.context() as there:
        there.setenv("TMPDIR", str(temporary))
        with running_server(home, log) as server, watched(home, temporary) as watcher:
            use(page, server, delivered)
    assert watcher.looks > 20
    if key is None:
        assert watcher.found, "without a key it would be found"
        return
    assert watcher.found == set()
    assert NAME not in log.read_text(errors="replace")


def use(page: Page, server: RunningServer, delivered: Path) -> None:
    """Import the file, accept it, look at its subjects and their distributions."""
    page.goto(f"{server.url}/import")
    page.get_by_label("Name").fill("root")
    page.get_by_label("Password").fill(WORD)
    page.get_by_role("button", name="Sign in").click()
    check_files(page, server.url, delivered)
    expect(page.get_by_role("heading", name="Check report: PNT-1")).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("Accepted. The study")).to_be_visible(timeout=SLOW)
    page.goto(f"{server.url}/subjects")
    expect(page.get_by_text("20,000 of 20,000").first).to_be_visible(timeout=SLOW)
    page.goto(f"{server.url}/cohorts")
    expect(page.get_by_text("20,000 of 20,000").first).to_be_visible(timeout=SLOW)
