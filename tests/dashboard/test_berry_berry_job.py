"""Berry and Berry's model as a job, done by a worker that the server starts."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics.results import same
from dashboard.analyses.safety.adverse_events import AdverseEvents
from dashboard.analyses.safety.berry_berry import BerryBerryFit
from dashboard.home import open_here
from dashboard.jobs import lease, starting
from dashboard.jobs.asking import AskedJob
from dashboard.jobs.kinds import BERRY_BERRY
from dashboard.jobs.requests import read_request
from dashboard.jobs.working import Worker
from queries.store import open_store
from queries.workspace import Job, Workspace
from tests.homes import copied_home

ARM = "Lumarestat 200 mg"
FIT = BerryBerryFit.of(AdverseEvents(), arm=ARM, draws=200, seed=1)
KEY = "a key that nobody else knows, at all"


@pytest.fixture
def workspace(
    demo_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workspace]:
    """A copy of the demo studies, with a key that must not be found anywhere."""
    home = copied_home(demo_home, tmp_path)
    key = tmp_path / "key"
    key.write_text(KEY)
    key.chmod(0o600)
    monkeypatch.setenv("EQUIPOISE_KEY_FILE", str(key))
    monkeypatch.delenv("EQUIPOISE_WORKSPACE_URL", raising=False)
    monkeypatch.setattr(starting, "_started", {})
    with open_here(home) as opened:
        yield opened


def _asked(workspace: Workspace, study: str, fit: BerryBerryFit = FIT) -> AskedJob[object]:
    current = workspace.current_snapshot(study)
    assert current is not None
    return AskedJob.of(
        workspace,
        BERRY_BERRY,
        fit,
        study=study,
        snapshot=current.id,
        pooled=workspace.study(study).blinded,
    )


def _until_open_no_more(asked: AskedJob[object]) -> tuple[Job, set[str]]:
    """The job that has ended, and what it said on the way."""
    said, end = set(), time.monotonic() + 120
    while (job := asked.found()) is None or job.is_open:
        said.add(job.message if job else "")
        assert time.monotonic() < end, job
        time.sleep(0.02)
    return job, said


def _worker_id(home: Path) -> int:
    """The process that holds the lease of the worker."""
    held = subprocess.run(
        ["pgrep", "-f", "dashboard.jobs.starting"], capture_output=True, text=True, check=True
    )
    return next(
        int(number)
        for number in held.stdout.split()
        if f"EQUIPOISE_HOME={home}\0" in Path(f"/proc/{number}/environ").read_text()
    )


@pytest.mark.slow
def test_the_model_is_fitted_by_a_worker_that_is_started_for_it(workspace: Workspace) -> None:
    asked = _asked(workspace, "EQX-301", BerryBerryFit.of(AdverseEvents(), arm=ARM, draws=3000))
    asked.start("tester")
    try:
        job, said = _until_open_no_more(asked)
        assert (job.state, job.error, job.attempts) == ("done", None, 1)
        assert any(line.startswith("Drawing: ") for line in said)
        assert starting.worker_is_alive(workspace.home)
    finally:
        number = _worker_id(workspace.home)
        command = Path(f"/proc/{number}/cmdline").read_text()
        os.kill(number, signal.SIGTERM)
    with lease.held(workspace.home / "worker.lease", wait_seconds=20):
        assert (workspace.home / "worker.log").read_text() == ""
    with open_here(workspace.home) as after_a_restart:
        found = _asked(after_a_restart, "EQX-301", _fit_of(asked))
        assert same(found.result(), _directly(workspace, _fit_of(asked)))
    everything = b"".join(path.read_bytes() for path in workspace.home.glob("work*"))
    assert KEY.encode() not in everything
    assert KEY not in command


def _fit_of(asked: AskedJob[object]) -> BerryBerryFit:
    """What was asked, as the worker reads it."""
    return read_request(asked.request_json, BerryBerryFit)


def _directly(workspace: Workspace, fit: BerryBerryFit) -> object:
    current = workspace.current_snapshot("EQX-301")
    assert current is not None
    with open_store(workspace.path(current)) as store:
        return fit.run(store)


def test_a_blinded_reader_is_told_that_arms_are_pooled(workspace: Workspace) -> None:
    workspace.blind("EQX-301", "tester", "for the test")
    asked = _asked(workspace, "EQX-301")
    assert asked.pooled
    asked.submit("tester")
    failed = Worker(workspace).do_one()
    assert failed is not None
    assert (failed.state, failed.error) == ("failed", "Arms are pooled: the study is blinded.")


def test_an_arm_that_is_not_there_is_refused_in_a_sentence(workspace: Workspace) -> None:
    _asked(workspace, "EQX-301", BerryBerryFit.of(AdverseEvents(), arm="X")).submit("tester")
    failed = Worker(workspace).do_one()
    assert failed is not None
    assert "the arm is one of 'Lumarestat 200 mg'" in str(failed.error)
