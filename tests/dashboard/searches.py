"""A small search, and a workspace with a study in which it is asked for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import pytest

from analytics.search import Constraint, Objective, SearchProblem, SearchResult, SearchSpace
from analytics.search.textbook import example_design
from dashboard.analyses.search import DesignSearch
from dashboard.home import open_here
from dashboard.jobs.asking import AskedJob
from dashboard.jobs.kinds import DESIGN_SEARCH
from dashboard.jobs.search_trials import SearchTrials
from queries.workspace import Workspace

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
URL = os.environ.get("EQUIPOISE_POSTGRESQL_URL")
PROBLEM = SearchProblem(
    space=SearchSpace(design=example_design(), fractions=(0.3, 0.85), events=(250, 400)),
    objectives=(Objective(measure="power"), Objective(measure="expected_duration")),
    constraints=(Constraint(measure="power", at_least=0.8),),
)


def search(budget: int, *, policy: str = "random", seed: int = 3, parts: int = 1) -> DesignSearch:
    """A search for the tests."""
    return DesignSearch(problem=PROBLEM, budget=budget, policy=policy, seed=seed, parts=parts)


@contextmanager
def opened(kind: str, folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A workspace on a kind of database, without work, also for processes that are started."""
    patch.delenv("EQUIPOISE_WORKSPACE_URL", raising=False)
    if kind == "postgresql":
        if URL is None:
            pytest.skip("EQUIPOISE_POSTGRESQL_URL names no server")
        patch.setenv("EQUIPOISE_WORKSPACE_URL", URL)
    with open_here(folder / "home") as workspace:
        for job in workspace.jobs.waiting():  # a server keeps those of other tests
            workspace.jobs.cancel(job.id, "tester")
        yield workspace


class Asked:
    """The jobs of a search in a study of its own, and what is kept of it."""

    def __init__(self, workspace: Workspace, search: DesignSearch, study: str = "") -> None:
        self.study = study or f"TINY-{uuid4()}"
        self.workspace, self.search = workspace, search
        workspace.register_study(code=self.study, person="tester")
        self.jobs = [
            AskedJob.of(
                workspace, DESIGN_SEARCH, part, study=self.study, snapshot=None, pooled=True
            )
            for part in search.divided()
        ]
        self.id = self.jobs[0].key

    def submit(self) -> list[str]:
        """Ask for all parts; the ids of their jobs."""
        return [one.submit("tester").id for one in self.jobs]

    def states(self) -> list[str]:
        """Of the parts, as they are now."""
        found = [one.found() for one in self.jobs]
        return ["" if one is None else one.state for one in found]

    def kept(self) -> SearchResult:
        """What is kept now, read anew."""
        return SearchTrials(self.workspace, self.id, self.search).result()

    def result(self) -> SearchResult:
        """Of a search that is done."""
        return SearchResult.of_parts([one.result() for one in self.jobs])


def rows(found: SearchResult) -> list[tuple[Any, ...]]:
    """The trials without their times, number by number."""
    table = found.trials.drop(columns="seconds")
    return [tuple(row) for row in table.astype(object).where(table.notna(), None).to_numpy()]


@contextmanager
def workers(home: Path, *, lease: float = 1.0, keep: float = 0.1) -> Iterator[Callable[[], None]]:
    """Start worker processes; all are ended with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.dashboard.search_worker", str(home), str(lease), str(keep)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )

    def start() -> None:
        assert process.stdin is not None
        process.stdin.write("one more\n")
        process.stdin.flush()

    try:
        yield start
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def until(ask: Callable[[], T], good: Callable[[T], bool], seconds: float = 60) -> T:
    """The first answer that is good."""
    end = time.monotonic() + seconds
    while not good(answer := ask()):
        assert time.monotonic() < end, answer
        time.sleep(0.02)
    return answer
