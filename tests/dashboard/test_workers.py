"""Workers: processes that race, are killed, are told to stop; and what becomes of their jobs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import pytest

from dashboard import __version__
from dashboard.home import open_here
from dashboard.jobs import lease, starting
from dashboard.jobs.asking import AskedJob, ask_again
from dashboard.jobs.kinds import Kind
from dashboard.jobs.starting import ensure_worker, worker_is_alive
from dashboard.jobs.working import Worker
from queries.errors import DataError
from queries.workspace import Job, Workspace
from tests.dashboard.job_kinds import TEST_KINDS, SeenArms, Wanted
from tests.tiny_snapshot import write_tiny_snapshot

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
URL = os.environ.get("EQUIPOISE_POSTGRESQL_URL")


@pytest.fixture(params=["sqlite", "postgresql"])
def workspace(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workspace]:
    """A workspace on each kind of database, for this process and those it starts."""
    monkeypatch.delenv("EQUIPOISE_WORKSPACE_URL", raising=False)
    if request.param == "postgresql":
        if URL is None:
            pytest.skip("EQUIPOISE_POSTGRESQL_URL names no server")
        _forget_waiting_jobs(tmp_path, monkeypatch, URL)
    with open_here(tmp_path / "home") as opened:
        yield opened


def _forget_waiting_jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """A server keeps the jobs of other tests; workers would do them too."""
    monkeypatch.setenv("EQUIPOISE_WORKSPACE_URL", url)
    with open_here(tmp_path / "home") as workspace:
        for job in workspace.jobs.waiting():
            workspace.jobs.cancel(job.id, "tester")


@pytest.fixture
def study(workspace: Workspace) -> str:
    """A blinded study with a snapshot of eight subjects in two arms."""
    code = f"TINY-{uuid4()}"
    workspace.register_study(code=code, person="tester")
    file = write_tiny_snapshot(workspace.home / "snapshots" / f"{code}.duckdb")
    report = {"content_sha256": "0" * 64, "report_json": "{}"}
    added = workspace.add_candidate(study=code, file=file, person="tester", **report)
    workspace.accept(added.id, "tester")
    return code


@pytest.fixture
def asked(workspace: Workspace, study: str) -> Callable[..., AskedJob[SeenArms]]:
    """A job of a kind for tests, as the study's reader would ask for it now."""

    def asked(name: str, **wanted: Any) -> AskedJob[SeenArms]:
        current = workspace.current_snapshot(study)
        assert current is not None
        pooled = workspace.study(study).blinded
        return AskedJob.of(
            workspace,
            TEST_KINDS[name],
            Wanted(**wanted),
            study=study,
            snapshot=current.id,
            pooled=pooled,
        )

    return asked


@pytest.fixture
def start(workspace: Workspace) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a worker process; what still runs at the end of the test is ended."""
    started: list[subprocess.Popen[str]] = []

    def start(lease_seconds: float = 30.0) -> subprocess.Popen[str]:
        arguments = [str(workspace.home), str(lease_seconds)]
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.dashboard.job_worker", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def until(ask: Callable[[], T], good: Callable[[T], bool], seconds: float = 60) -> T:
    """The first answer that is good."""
    end = time.monotonic() + seconds
    while not good(answer := ask()):
        assert time.monotonic() < end, answer
        time.sleep(0.02)
    return answer


def found(asked: AskedJob[Any]) -> Job:
    """The job as it is now."""
    job = asked.found()
    assert job is not None
    return job


def ended(asked: AskedJob[Any]) -> Job:
    """The job once it has come to its end."""
    return until(lambda: found(asked), lambda job: not job.is_open)


def running(asked: AskedJob[Any]) -> Job:
    """The job once a worker says how far it is."""
    return until(lambda: found(asked), lambda job: job.share > 0)


# In processes of their own


def test_workers_that_race_do_each_job_once(asked: Any, start: Any) -> None:
    jobs = [asked("slow", seconds=0.1, number=number) for number in range(8)]
    for job in jobs:
        job.submit("tester")
    said = [process.communicate(timeout=60)[0] for process in [start(), start()]]
    begun = [line.split()[-2] for line in "".join(said).splitlines() if line.endswith("begun")]
    assert sorted(begun) == sorted(found(job).id for job in jobs)
    assert [found(job).attempts for job in jobs] == [1] * 8
    assert [job.result().number for job in jobs] == list(range(8))


def test_the_job_of_a_killed_worker_is_done_by_another(asked: Any, start: Any) -> None:
    job = asked("slow", seconds=2.0)
    job.submit("tester")
    first = start(lease_seconds=1.0)
    assert running(job).attempts == 1
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert found(job).state == "running"
    start(lease_seconds=1.0)
    done = ended(job)
    assert (done.state, done.attempts) == ("done", 2)
    assert job.result().number == 0


def test_a_worker_told_to_end_hands_its_job_back(asked: Any, start: Any) -> None:
    job = asked("slow", seconds=30.0)
    job.submit("tester")
    process = start()
    running(job)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0
    back = found(job)
    assert (back.state, back.attempts, back.owner) == ("queued", 0, None)


def test_a_worker_told_to_end_breaks_off_what_says_nothing(asked: Any, start: Any) -> None:
    job = asked("silent", seconds=30.0)
    job.submit("tester")
    process = start()
    until(lambda: found(job), lambda now: now.state == "running")
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0
    assert found(job).state == "queued"


@pytest.mark.parametrize("name", ["slow", "silent"])
def test_a_running_job_is_cancelled_and_the_worker_goes_on(
    workspace: Workspace, asked: Any, start: Any, name: str
) -> None:
    job, after = asked(name, seconds=30.0), asked("slow", number=7)
    job.submit("tester")
    after.submit("tester")
    start()
    until(lambda: found(job), lambda now: now.state == "running")
    workspace.jobs.cancel(found(job).id, "tester")
    cancelled = ended(job)
    assert (cancelled.state, cancelled.owner) == ("cancelled", None)
    with pytest.raises(DataError, match="has a result once it is done"):
        job.result()
    assert ended(after).state == "done"


def test_a_long_silent_step_keeps_its_lease(asked: Any, start: Any) -> None:
    job = asked("silent", seconds=3.0)
    job.submit("tester")
    start(lease_seconds=1.0)
    start(lease_seconds=1.0)
    done = ended(job)
    assert (done.state, done.attempts) == ("done", 1)


# In this process


def test_a_blinded_reader_gets_the_pooled_result(
    workspace: Workspace, study: str, asked: Any
) -> None:
    blinded = asked("arms")
    blinded.submit("tester")
    workspace.unblind(study, "tester", "for the test")
    open_ = asked("arms")
    open_.submit("tester")
    worker = Worker(workspace, kinds=TEST_KINDS)
    assert [worker.do_one(), worker.do_one(), worker.do_one()][2] is None
    assert found(blinded).id != found(open_).id
    assert len(blinded.result().arms) == 1
    assert open_.result().arms == ("Placebo", "Active")
    workspace.blind(study, "tester", "for the test")
    assert asked("arms").result().arms == blinded.result().arms


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("refusing", "There is no event in any arm."),
        ("broken", "A fault in Equipoise, please report it: ZeroDivisionError"),
        ("exhausting", "too little memory"),
    ],
)
def test_what_fails_says_why_and_can_be_tried_again(
    workspace: Workspace, asked: Any, name: str, sentence: str, capsys: Any
) -> None:
    job = asked(name)
    job.submit("tester")
    failed = Worker(workspace, kinds=TEST_KINDS).do_one()
    assert failed is not None
    assert failed.state == "failed"
    assert sentence in str(failed.error)
    assert ("Traceback" in capsys.readouterr().err) == (name == "broken")
    assert job.submit("anna").state == "queued"


def test_a_result_of_another_type_is_a_fault(workspace: Workspace, asked: Any, capsys: Any) -> None:
    asked("broken", number=2).submit("tester")
    failed = Worker(workspace, kinds=TEST_KINDS).do_one()
    assert failed is not None
    assert "broken gives a SeenArms" in str(failed.error)
    assert "Traceback" in capsys.readouterr().err


def test_a_worker_that_does_not_know_a_kind_says_so(workspace: Workspace, asked: Any) -> None:
    asked("arms").submit("tester")
    failed = Worker(workspace, kinds={"slow": TEST_KINDS["slow"]}).do_one()
    assert failed is not None
    assert failed.error == (
        "`the kind of a job is one that this worker does: slow` must hold, but got kind='arms'."
    )


def test_a_request_that_is_none_of_its_kind_is_refused(workspace: Workspace, asked: Any) -> None:
    job = asked("slow")
    facts = {**job._facts(), "request_json": '{"__class__": "os.system", "number": "rm"}'}
    workspace.jobs.submit(**facts, title="Hostile", person="tester")
    failed = Worker(workspace, kinds=TEST_KINDS).do_one()
    assert failed is not None
    assert "Wanted has the fields seconds, number" in str(failed.error)


def test_jobs_for_another_program_or_without_their_data_are_left_alone(
    workspace: Workspace, study: str, asked: Any
) -> None:
    job = asked("slow")
    facts = {**job._facts(), "program": f"{__version__}.later"}
    workspace.jobs.submit(**facts, title="Later", person="tester")
    worker = Worker(workspace, kinds=TEST_KINDS)
    assert not worker.has_work()
    assert worker.do_one() is None
    job.submit("tester")
    assert worker.has_work()
    current = workspace.current_snapshot(study)
    assert current is not None
    workspace.path(current).unlink()
    assert not worker.has_work()
    assert worker.do_one() is None


def test_a_job_whose_snapshot_is_needed_and_not_named_says_so(
    workspace: Workspace, study: str
) -> None:
    job = AskedJob.of(
        workspace, TEST_KINDS["arms"], Wanted(), study=study, snapshot=None, pooled=True
    )
    job.submit("tester")
    failed = Worker(workspace, kinds=TEST_KINDS).do_one()
    assert failed is not None
    assert failed.error == "this kind of job is asked for on a snapshot."


def test_the_same_request_is_computed_once_and_found_after_a_restart(
    workspace: Workspace, asked: Any
) -> None:
    first = asked("arms", number=3).submit("tester")
    worker = Worker(workspace, kinds=TEST_KINDS)
    assert worker.do_one() is not None
    with open_here(workspace.home) as again:
        assert again.jobs.one(first.id).state == "done"
    assert asked("arms", number=3).submit("anna").id == first.id
    assert worker.do_one() is None
    assert asked("arms", number=3).result().number == 3


# Started when they are needed


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Notes what would be started, and starts nothing."""
    calls: list[list[str]] = []

    class Started:
        def __init__(self, arguments: list[str], **more: Any) -> None:
            calls.append([*arguments, more["env"]["EQUIPOISE_HOME"]])

        def wait(self) -> int:
            return 0

    monkeypatch.setattr(starting.subprocess, "Popen", Started)
    monkeypatch.setattr(starting, "_started", {})
    return calls


def test_a_worker_is_started_once_and_only_for_work(
    workspace: Workspace, asked: Any, quick: list[list[str]]
) -> None:
    assert not ensure_worker(workspace)
    asked("slow").submit("tester")
    with lease.held(workspace.home / "worker.lease"):
        assert worker_is_alive(workspace.home)
        assert not ensure_worker(workspace)
    assert quick == []
    assert ensure_worker(workspace)
    assert not ensure_worker(workspace)  # it is about to hold the lease
    module = [sys.executable, "-m", "dashboard.jobs.starting"]
    assert quick == [[*module, str(workspace.home)]]  # and nothing secret


def test_trying_again_refuses_a_kind_that_is_gone(workspace: Workspace, asked: Any) -> None:
    job = asked("refusing").submit("tester")
    failed = Worker(workspace, kinds=TEST_KINDS).do_one()
    assert failed is not None
    with pytest.raises(ValueError, match="the kind of a job is one that this worker does"):
        ask_again(workspace, workspace.jobs.one(job.id), "tester")


def test_a_request_of_another_type_is_not_asked_for(workspace: Workspace, study: str) -> None:
    kind: Kind[Wanted, SeenArms] = TEST_KINDS["slow"]
    with pytest.raises(ValueError, match="a slow takes a Wanted` must hold, but got dict"):
        AskedJob.of(workspace, kind, {"seconds": 1}, study=study, snapshot=None, pooled=True)
