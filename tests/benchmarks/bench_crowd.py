"""Forty people at once: thirty on pages over WebSocket, ten on shares over HTTP, for two minutes.

Everyone has a marker of their own, in their cohort or in the title of their share, and reads all
that comes: another one's marker is cross-talk, and ends the measurement.

    python tests/benchmarks/bench_crowd.py [SECONDS] [PAUSE]

A reader goes to another page every PAUSE seconds, 10 unless told; 0 finds what the server can do.
"""

from __future__ import annotations

import json
import os
import random
import re
import statistics
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parents[2]))  # run as a script

from dashboard.access.passwords import hash_password
from dashboard.cards import Card
from dashboard.jobs.demo import build_demo
from dashboard.sharing.freezing import freeze
from queries.cohorts import Between, Cohort
from queries.workspace import NewVersion, Workspace, open_workspace
from tests.browser.conftest import RunningServer, running_server
from tests.browser.test_access import WORD, Browser, run_page
from tests.dashboard.sharing.http_browser import HttpBrowser

READERS, SPONSORS = 30, 10
PAGES = ("", "survival", "safety", "compare", "subjects")
MARKERS = re.compile(rb"4\d\.\d{3}7|planted-share-\d\d\d")


@dataclass(kw_only=True)
class Measured:
    """What one person lived through."""

    marker: str
    seconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def take(self, began: float, received: bytes) -> None:
        """Note how long an answer took, and whose markers it holds."""
        self.seconds.append(time.perf_counter() - began)
        found = {one.decode() for one in MARKERS.findall(received)}
        if self.marker not in found:
            self.faults.append(f"{self.marker} is missing")
        if strange := found - {self.marker}:
            self.faults.append(f"{self.marker} sees {sorted(strange)}")


def main(seconds: float, pause: float) -> None:
    """Let them all in, wait, and say how long they waited."""
    with TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        with open_workspace(home) as workspace:
            build_demo(workspace)
            hashed = hash_password(WORD)
            people = [f"reader {number:02}" for number in range(READERS)]
            for name in people:
                workspace.people.add(
                    name=name,
                    roles=["statistician"],
                    studies={"EQX-301": True},
                    password_hash=hashed,
                    person="tester",
                )
            views = [_view(workspace, number) for number in range(READERS)]
            shares = [_share(workspace, number) for number in range(SPONSORS)]
        with running_server(home, Path(folder) / "server.log") as server:
            began = _processor(server.process.pid)
            until = time.monotonic() + seconds
            found = [Measured(marker=marker) for _, marker in (*views, *shares)]
            threads = [
                threading.Thread(
                    target=_read,
                    args=(server, people[number], view, one, until, pause),
                )
                for number, ((view, _), one) in enumerate(zip(views, found[:READERS], strict=True))
            ]
            threads += [
                threading.Thread(target=_review, args=(server, token, one, until))
                for (token, _), one in zip(shares, found[READERS:], strict=True)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            used = _processor(server.process.pid) - began
    print(f"server: {used:.0f} s of processor in {seconds:.0f} s")
    _report("pages", found[:READERS])
    _report("shares", found[READERS:])
    if faults := [fault for one in found for fault in one.faults]:
        sys.exit("\n".join(faults[:20]))


def _processor(process: int) -> float:
    """Seconds of processor that a process has used."""
    used = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")


def _view(workspace: Workspace, number: int) -> tuple[str, str]:
    """A saved view whose cohort nobody else has; its id, and what its sentence says."""
    least = 40 + number / 100 + 0.0007
    cohort = Cohort(Between(column="AGE", low=least))
    view = workspace.save_view(
        study="EQX-301",
        snapshot=None,
        page="overview",
        state={"cohort": json.loads(cohort.to_json())},
        person=f"reader {number:02}",
    )
    return view, f"{least:.4f}"


def _share(workspace: Workspace, number: int) -> tuple[str, str]:
    marker = f"planted-share-{number:03}"
    snapshot = workspace.current_snapshot("EQX-301")
    assert snapshot is not None
    version = NewVersion(
        page="safety",
        view=None,
        snapshot=snapshot.id,
        pooled=True,
        cohort="All subjects.",
        data_cut="2026-06-30",
        note="",
        cards=freeze([Card(name=marker, notes=("A note.",))]),
    )
    _, token = workspace.shares.make(
        version,
        study="EQX-301",
        title=marker,
        recipient="Somebody",
        audience="safety review",
        person="tester",
    )
    return token, marker


def _read(
    server: RunningServer, name: str, view: str, measured: Measured, until: float, pause: float
) -> None:
    """Go from page to page, and read each for a while, some longer than others."""
    of_own = random.Random(name)
    try:
        browser = Browser(server=server)
        assert browser.sign_in(name) == 303
        with browser.socket() as socket:
            number = 0
            while time.monotonic() < until:
                page = PAGES[number % len(PAGES)]
                began = time.perf_counter()
                received, _ = run_page(socket, page, f"view={view}")
                measured.take(began, received)
                number += 1
                time.sleep(pause * of_own.uniform(0.5, 1.5))
    except Exception as error:
        measured.faults.append(f"{measured.marker}: {error!r}")


def _review(server: RunningServer, token: str, measured: Measured, until: float) -> None:
    """Open a share, and read it again every second."""
    try:
        browser = HttpBrowser(urlsplit(server.url).port or 0, host="localhost")
        began = time.perf_counter()
        answer = browser.get(f"/share/{token}")
        place = urlsplit(answer.headers["location"]).path
        while time.monotonic() < until:
            answer = browser.get(place)
            if answer.status != 200:
                measured.faults.append(f"{measured.marker}: status {answer.status}")
            measured.take(began, answer.content)
            time.sleep(1)
            began = time.perf_counter()
    except Exception as error:
        measured.faults.append(f"{measured.marker}: {error!r}")


def _report(name: str, found: list[Measured]) -> None:
    taken = sorted(second for one in found for second in one.seconds)
    if not taken:
        print(f"{name}: nobody was answered")
        return
    late = taken[int(0.95 * (len(taken) - 1))]
    times = f"median {statistics.median(taken):.2f} s, 95th percentile {late:.2f} s"
    faults = sum(len(one.faults) for one in found)
    print(f"{name}: {len(found)} people, {len(taken):,} answers, {times}, {faults} faults")


if __name__ == "__main__":
    given = [float(one) for one in sys.argv[1:3]]
    main(*given, *(120.0, 10.0)[len(given) :])
