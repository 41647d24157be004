"""Workers killed at random moments lose no trial that was kept, and none counts twice."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from queries.workspace import Job, Workspace
from tests.dashboard.searches import Asked, opened, rows, search, until, workers

LOST_SECONDS = 5.0


@pytest.fixture(params=["sqlite", "postgresql"])
def workspace(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workspace]:
    with opened(request.param, tmp_path, monkeypatch) as found:
        yield found


def with_another_worker(workspace: Workspace, job: str, former: set[int]) -> Job:
    """The job once a worker has it that was not killed."""
    return until(
        lambda: workspace.jobs.one(job),
        lambda one: not one.is_open or (one.state == "running" and _pid(one) not in former),
        seconds=120,
    )


def _pid(job: Job) -> int:
    return int(str(job.owner).split()[-2])


@pytest.mark.parametrize(
    "kills", [pytest.param(3, id="thrice"), pytest.param(20, marks=pytest.mark.slow, id="often")]
)
def test_killed_workers_lose_and_repeat_nothing(workspace: Workspace, kills: int) -> None:
    moments = random.Random(kills)
    asked = Asked(workspace, search(150 * kills))
    [job_id] = asked.submit()
    before: list[tuple[Any, ...]] = []
    killed: set[int] = set()
    with workers(workspace.home, lease=2.0, keep=0.1) as start:
        start()
        for turn in range(kills):
            start()  # the next one is there when this one goes
            job = with_another_worker(workspace, job_id, killed)
            assert job.is_open, f"ended after {turn} kills: {job.error}"
            if turn % 2:  # the others may be killed before they have kept anything
                kept_before = len(before)
                until(lambda: asked.kept().evaluations, lambda n: n > kept_before)  # noqa: B023
            time.sleep(moments.uniform(0.0, 0.5))
            os.kill(_pid(job), signal.SIGKILL)
            killed_at = datetime.now(UTC)
            killed.add(_pid(job))
            kept = asked.kept()
            assert rows(kept)[: len(before)] == before
            assert kept.trials["number"].tolist() == list(range(kept.evaluations))
            if turn % 2:
                used_at = workspace.searches.one(asked.id).used_at
                assert (killed_at - used_at).total_seconds() < LOST_SECONDS
            before = rows(kept)
        start()
        until(lambda: workspace.jobs.one(job_id), lambda one: not one.is_open, seconds=120)
    assert asked.states() == ["done"]
    after = rows(asked.result())
    assert after == rows(asked.kept())
    assert after[: len(before)] == before
    assert [row[0] for row in after] == list(range(150 * kills))
    assert asked.result().front().numbers
