"""Jobs: asked for once, done by one worker, taken from workers that are not heard of."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from queries.errors import DataError
from queries.workspace import Workspace, open_workspace, tables

URL = os.environ.get("EQUIPOISE_POSTGRESQL_URL")
ROOT = Path(__file__).resolve().parents[3]
OWNER = "local owner"
REQUEST = '{"designs": 3}'

CLAIM_ALL = """
import sys
from queries.workspace import open_workspace
where, home, study, name = sys.argv[1:]
with open_workspace(where, home=home) if "://" in where else open_workspace(home) as workspace:
    while True:
        job = workspace.jobs.claim(owner=name, can_do=lambda job: job.study == study)
        if job is None:
            break
        print(job.id)
        assert workspace.jobs.finish(job.id, owner=name, result_json="{}")
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request, tmp_path) -> str:
    """The address of a workspace, on each kind of database."""
    if request.param == "sqlite":
        return str(tmp_path / "home")
    if URL is None:
        pytest.skip("EQUIPOISE_POSTGRESQL_URL names no server")
    return URL


@pytest.fixture
def workspace(where, tmp_path) -> Iterator[Workspace]:
    home = tmp_path / "home"
    with open_workspace(where, home=home) if "://" in where else open_workspace(where) as opened:
        yield opened


@pytest.fixture
def study(workspace) -> str:
    """A study of its own, since a server keeps those of other tests."""
    code = f"EQX-{uuid4()}"
    workspace.register_study(code=code, person=OWNER)
    return code


@pytest.fixture
def submit(workspace, study):
    """Ask for a job; what is not given is of no importance to the test."""

    def submit(request: str = REQUEST, **more: object):
        facts = {"study": study, "snapshot": None, "kind": "search", "program": "1.0"}
        facts |= {"title": "All designs", "pooled": True, "request_json": request, "person": OWNER}
        return workspace.jobs.submit(**{**facts, **more})

    return submit


@pytest.fixture
def claim(workspace, study):
    """Take a job of the study of this test."""

    def claim(owner: str = "worker", lease_seconds: float = 30.0):
        own = lambda job: job.study == study  # noqa: E731
        return workspace.jobs.claim(owner=owner, lease_seconds=lease_seconds, can_do=own)

    return claim


def _acts(workspace: Workspace, study: str) -> list[str]:
    return [act.act for act in reversed(workspace.activity(study))][1:]


def test_the_same_request_is_the_same_job_until_it_failed(workspace, study, submit, claim):
    first = submit()
    assert (first.state, first.person, first.attempts, first.is_open) == ("queued", OWNER, 0, True)
    assert submit(person="anna") == first
    assert claim().id == first.id
    assert submit().state == "running"
    workspace.jobs.finish(first.id, owner="worker", result_json='{"power": 0.8}')
    done = submit(person="anna")
    assert (done.id, done.state, done.share, done.person) == (first.id, "done", 1.0, OWNER)
    assert workspace.jobs.result(first.id) == '{"power": 0.8}'
    assert workspace.jobs.request(first.id) == REQUEST
    assert claim() is None
    assert _acts(workspace, study) == ["queue job"]


@pytest.mark.parametrize(
    "other",
    [
        {"request": '{"designs": 4}'},
        {"kind": "simulation"},
        {"program": "1.1"},
        {"pooled": False},
    ],
)
def test_another_request_is_another_job(workspace, study, submit, other):
    workspace.unblind(study, OWNER, "for the test")
    assert submit(**other).id != submit().id
    assert len(workspace.jobs.of_study(study)) == 2


def test_the_same_request_on_another_snapshot_is_another_job(workspace, study, submit):
    ids = []
    for name in ("a", "b"):
        file = workspace.home / "snapshots" / f"{study}-{name}"
        file.write_bytes(b"")
        report = {"content_sha256": "0" * 64, "report_json": "{}"}
        added = workspace.add_candidate(study=study, file=file, person=OWNER, **report)
        ids.append(submit(snapshot=added.id).id)
    assert len(set(ids)) == 2
    assert [job.id for job in workspace.jobs.of_study(study)] == ids[::-1]


def test_find_looks_and_asks_for_nothing(workspace, study, submit):
    facts = {"study": study, "snapshot": None, "kind": "search", "program": "1.0"}
    facts |= {"pooled": True, "request_json": REQUEST}
    assert workspace.jobs.find(**facts) is None
    assert workspace.jobs.of_study(study) == ()
    job = submit()
    assert workspace.jobs.find(**facts) == job
    assert workspace.jobs.find(**{**facts, "pooled": False}) is None


def test_what_failed_is_asked_for_again_under_its_id(workspace, study, submit, claim):
    first = submit()
    claim()
    assert workspace.jobs.fail(first.id, owner="worker", error="There is\nno term. \0")
    failed = workspace.jobs.one(first.id)
    assert (failed.state, failed.error, failed.owner) == ("failed", "There is no term.", None)
    assert failed.started_at <= failed.ended_at
    again = submit(person="anna")
    assert (again.id, again.state, again.error, again.person) == (first.id, "queued", None, "anna")
    assert (again.attempts, again.started_at, again.ended_at) == (0, None, None)
    assert again.made_at > first.made_at
    assert _acts(workspace, study) == ["queue job", "queue job"]


def test_a_job_is_claimed_by_one_worker_in_the_order_of_asking(submit, claim):
    jobs = [submit(f'{{"designs": {number}}}') for number in range(3)]
    taken = [claim(f"worker {number}") for number in range(4)]
    assert [job.id for job in taken[:3]] == [job.id for job in jobs]
    assert taken[3] is None
    assert [(job.owner, job.attempts) for job in taken[:3]] == [
        (f"worker {number}", 1) for number in range(3)
    ]


def test_processes_that_race_claim_each_job_once(where, workspace, study, submit, tmp_path):
    jobs = {submit(f'{{"designs": {number}}}').id for number in range(12)}
    home = str(tmp_path / "home")
    started = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", CLAIM_ALL, where, home, study, f"worker {n}"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for n in range(3)
    ]
    taken = []
    for process in started:
        said, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        taken += said.split()
    assert sorted(taken) == sorted(jobs)
    assert {job.state for job in workspace.jobs.of_study(study)} == {"done"}


def test_threads_that_race_claim_one_job_once(submit, claim):
    job = submit()
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda number: claim(f"worker {number}"), range(16)))
    assert [one.id for one in taken if one is not None] == [job.id]


def test_threads_that_ask_for_the_same_get_one_job(workspace, study, submit):
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: submit(person=f"person {number}"), range(16)))
    assert all(job == found[0] for job in found)
    assert _acts(workspace, study) == ["queue job"]


def test_a_worker_that_is_not_heard_of_loses_its_job(workspace, submit, claim):
    job = submit()
    assert claim("first", lease_seconds=0.0).owner == "first"
    assert workspace.jobs.one(job.id) in workspace.jobs.waiting()
    second = claim("second")
    assert (second.id, second.owner, second.attempts) == (job.id, "second", 2)
    lease = workspace.jobs.report(job.id, owner="first", share=0.9, message="Late")
    assert not lease.held
    assert not workspace.jobs.finish(job.id, owner="first", result_json='{"late": 1}')
    assert not workspace.jobs.fail(job.id, owner="first", error="Late")
    assert not workspace.jobs.stop(job.id, owner="first")
    assert not workspace.jobs.hand_back(job.id, owner="first")
    assert workspace.jobs.finish(job.id, owner="second", result_json='{"right": 1}')
    assert workspace.jobs.result(job.id) == '{"right": 1}'


def test_a_job_that_ends_every_worker_fails_with_a_sentence(workspace, submit, claim):
    job = submit()
    for _ in range(3):
        assert claim(lease_seconds=0.0).id == job.id
    assert claim() is None
    failed = workspace.jobs.one(job.id)
    assert (failed.state, failed.attempts) == ("failed", 3)
    assert "broke off 3 times" in failed.error


def test_a_report_keeps_the_job_and_says_how_far_it_is(workspace, submit, claim):
    job = submit()
    before = claim(lease_seconds=1.0).lease_until
    lease = workspace.jobs.report(
        job.id, owner="worker", share=0.25, message="Drawing", lease_seconds=60.0
    )
    assert (lease.held, lease.cancel_asked) == (True, False)
    now = workspace.jobs.one(job.id)
    assert (now.share, now.message) == (0.25, "Drawing")
    assert now.lease_until > before + timedelta(seconds=50)
    workspace.jobs.report(job.id, owner="worker", share=7.0, message="x" * 9999)
    assert (now := workspace.jobs.one(job.id)).share == 1.0
    assert len(now.message) == 500


def test_a_queued_job_is_cancelled_at_once(workspace, study, submit, claim):
    job = submit()
    cancelled = workspace.jobs.cancel(job.id, "anna")
    assert (cancelled.state, cancelled.is_open) == ("cancelled", False)
    assert claim() is None
    assert workspace.jobs.cancel(job.id, "anna") == cancelled
    assert _acts(workspace, study) == ["queue job", "cancel job"]
    assert submit().state == "queued"


def test_a_running_job_is_told_to_stop(workspace, submit, claim):
    job = submit()
    claim()
    asked = workspace.jobs.cancel(job.id, OWNER)
    assert (asked.state, asked.cancel_asked) == ("running", True)
    lease = workspace.jobs.report(job.id, owner="worker", share=0.5, message="")
    assert lease.cancel_asked
    assert workspace.jobs.stop(job.id, owner="worker")
    assert workspace.jobs.one(job.id).state == "cancelled"


def test_a_cancelled_job_of_a_lost_worker_is_not_begun_again(workspace, submit, claim):
    job = submit()
    claim(lease_seconds=0.3)
    workspace.jobs.cancel(job.id, OWNER)
    while job.id not in {free.id for free in workspace.jobs.waiting()}:
        pass
    assert claim() is None
    assert workspace.jobs.one(job.id).state == "cancelled"


def test_a_job_of_a_worker_that_is_gone_is_cancelled_at_once(workspace, submit, claim):
    job = submit()
    claim(lease_seconds=0.0)
    assert workspace.jobs.cancel(job.id, OWNER).state == "cancelled"


def test_a_job_handed_back_waits_again_and_does_not_count(workspace, submit, claim):
    job = submit()
    claim()
    assert workspace.jobs.hand_back(job.id, owner="worker")
    now = workspace.jobs.one(job.id)
    assert (now.state, now.attempts, now.owner) == ("queued", 0, None)
    claim()
    workspace.jobs.cancel(job.id, OWNER)
    assert workspace.jobs.hand_back(job.id, owner="worker")
    assert workspace.jobs.one(job.id).state == "cancelled"


def test_a_worker_passes_over_what_it_cannot_do(workspace, study, submit):
    submit(program="0.9")
    other = submit(program="1.0")
    mine = workspace.jobs.claim(
        owner="worker", can_do=lambda job: job.study == study and job.program == "1.0"
    )
    assert mine.id == other.id


def test_how_many_jobs_are_ahead(workspace, study, submit, claim):
    jobs = [submit(f'{{"designs": {number}}}') for number in range(3)]
    before = workspace.jobs.ahead(jobs[0].id)  # those that other tests left on the server
    assert [workspace.jobs.ahead(job.id) - before for job in jobs] == [0, 1, 2]
    claim()
    assert workspace.jobs.ahead(jobs[2].id) - before == 2
    assert workspace.jobs.ahead(jobs[1].id) - before == 1


def test_a_blinded_study_takes_pooled_jobs_only(workspace, study, submit):
    with pytest.raises(DataError, match="on a blinded study is computed with pooled arms"):
        submit(pooled=False)
    workspace.unblind(study, OWNER, "for the test")
    assert not submit(pooled=False).pooled


def test_what_is_recorded_names_no_arm(workspace, study, submit):
    submit(title="Zolumab against placebo", request='{"arm": "Zolumab"}')
    assert "Zolumab" not in "".join(act.detail_json for act in workspace.activity(study))


def test_an_ended_job_is_deleted_with_its_result(workspace, study, submit, claim):
    job = submit()
    with pytest.raises(DataError, match="has ended; cancel it first, but got 'queued'"):
        workspace.jobs.delete(job.id, OWNER)
    claim()
    workspace.jobs.finish(job.id, owner="worker", result_json="{}")
    workspace.jobs.delete(job.id, OWNER)
    assert workspace.jobs.of_study(study) == ()
    with pytest.raises(DataError, match="a job is one that this workspace knows"):
        workspace.jobs.result(job.id)
    assert submit().id != job.id


def test_a_sweep_deletes_what_ended_before(workspace, study, submit, claim):
    done, still = submit('{"designs": 1}'), submit('{"designs": 2}')
    claim()
    workspace.jobs.finish(done.id, owner="worker", result_json="{}")
    ended = workspace.jobs.one(done.id).ended_at
    workspace.jobs.sweep(ended)
    assert len(workspace.jobs.of_study(study)) == 2
    assert workspace.jobs.sweep(ended + timedelta(microseconds=1)) == 1
    swept = workspace.activity(limit=1)[0]
    assert (swept.act, swept.person, swept.detail["jobs"]) == ("sweep jobs", "Equipoise", 1)
    assert workspace.jobs.of_study(study) == (still,)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"study": "EQX-999"}, "a study is one that this workspace knows"),
        ({"snapshot": "nowhere"}, "a snapshot is one that this workspace knows"),
        ({"kind": "Berry; drop"}, "a kind of job is named in"),
        ({"pooled": 1}, "pooled arms or not"),
        ({"title": ""}, "the title of a job is"),
        ({"person": "\0"}, "the name of a person is"),
        ({"program": ""}, "the version of a program is"),
        ({"request": "[]"}, "the request of a job is a JSON object"),
        ({"request": "{"}, "the request of a job is a JSON object"),
        ({"request": '{"a": "\ud800"}'}, "the request of a job is a JSON object"),
        ({"request": "[" * 100_000}, "the request of a job is a JSON object"),
        ({"request": '{"a": "' + "x" * 4 * 1024 * 1024 + '"}'}, "text of at most 4194304"),
        ({"request": {"a": 1}}, "the request of a job is text"),
    ],
)
def test_hostile_requests_are_refused(workspace, study, submit, wrong, sentence):
    with pytest.raises(DataError, match=sentence):
        submit(**wrong)
    assert workspace.jobs.of_study(study) == ()


@pytest.mark.parametrize("job_id", ["", "'; drop table job; --", "a\0", "J" * 22, None, 7])
def test_a_job_that_nobody_knows_is_refused(workspace, job_id):
    for act in (workspace.jobs.one, workspace.jobs.request, workspace.jobs.result):
        with pytest.raises(DataError, match="a job is one that this workspace knows"):
            act(job_id)


def test_the_database_refuses_a_running_job_without_an_owner(workspace, submit):
    job = submit()
    same = update(tables.jobs).where(tables.jobs.c.id == job.id)
    with (
        workspace._engine.begin() as connection,
        pytest.raises(IntegrityError, match="ck_job_owner"),
    ):
        connection.execute(same.values(state="running"))


def test_a_result_of_megabytes_comes_back(workspace, submit, claim):
    job, text = submit(), '{"curve": "' + "0.25, " * 4_000_000 + '"}'
    claim()
    workspace.jobs.finish(job.id, owner="worker", result_json=text)
    assert workspace.jobs.result(job.id) == text
