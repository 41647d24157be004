"""Searches whose trials are kept: gone on with, in parts, cancelled, refused to who lost them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import optuna
import pytest

from analytics.search import SearchResult
from dashboard.jobs import search_job, working
from dashboard.jobs.kinds import Context
from dashboard.jobs.search_journal import WorkspaceJournal, open_storage
from dashboard.jobs.search_trials import OwnPart
from dashboard.jobs.working import Worker
from queries.errors import DataError
from queries.workspace import Job, SearchLostError, Workspace
from tests.dashboard import searches
from tests.dashboard.searches import Asked, opened, rows, search, until, workers


class EnoughError(Exception):
    """A search was to stop here."""


@pytest.fixture(params=["sqlite", "postgresql"])
def workspace(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workspace]:
    with opened(request.param, tmp_path, monkeypatch) as found:
        yield found


def claim(workspace: Workspace, owner: str = "one", lease_seconds: float = 30.0) -> Job:
    job = workspace.jobs.claim(owner=owner, lease_seconds=lease_seconds)
    assert job is not None
    return job


def stop_after(share: float):
    """Progress that ends a search."""

    def progress(done: float, _: str) -> None:
        if done >= share:
            raise EnoughError

    return progress


def begin(workspace: Workspace, asked: Asked, share: float) -> Job:
    """Do a share of the first part that waits, as a worker that is then told to stop."""
    job = claim(workspace)
    part = asked.search.divided()[[one.found().id for one in asked.jobs].index(job.id)]
    with pytest.raises(EnoughError):
        search_job.run_search(
            part, Context(workspace=workspace, job=job, progress=stop_after(share))
        )
    return job


def test_a_kept_search_is_what_it_would_have_been_in_memory(workspace: Workspace) -> None:
    asked = Asked(workspace, search(60, policy="nsga2"))
    asked.submit()
    assert Worker(workspace).do_one().state == "done"
    assert rows(asked.result()) == rows(asked.kept()) == rows(asked.search.run())


@pytest.mark.parametrize("policy", ["random", "tpe", "nsga2", "nsga3", "tpe+nsga2"])
def test_a_search_goes_on_where_it_was_left(workspace: Workspace, policy: str) -> None:
    asked = Asked(workspace, search(60, policy=policy))
    asked.submit()
    job = begin(workspace, asked, 0.5)
    before = rows(asked.kept())
    assert len(before) == 30
    assert workspace.jobs.hand_back(job.id, owner="one")
    assert Worker(workspace).do_one().state == "done"
    after = asked.result()
    assert rows(after)[:30] == before
    assert after.trials["number"].tolist() == list(range(60))
    assert len(set(map(str, [row[4:] for row in rows(after)]))) > 45  # new ones, not the old again
    assert after.front().numbers


def test_generations_go_on_too(workspace: Workspace) -> None:
    asked = Asked(workspace, search(200, policy="nsga2"))
    asked.submit()
    job = begin(workspace, asked, 0.6)
    workspace.jobs.hand_back(job.id, owner="one")
    Worker(workspace).do_one()
    [study] = optuna.get_all_study_summaries(open_storage(workspace, asked.id))
    trials = optuna.load_study(
        storage=open_storage(workspace, asked.id), study_name=study.study_name
    ).trials
    generations = [
        value for one in trials for key, value in one.system_attrs.items() if "generation" in key
    ]
    assert generations == sorted(generations)
    assert max(generations) >= 2


def test_parts_give_the_same_designs_on_one_worker_and_on_two(workspace: Workspace) -> None:
    one = Asked(workspace, search(80, policy="nsga2", parts=2))
    two = Asked(workspace, one.search)
    one.submit()
    worker = Worker(workspace)
    assert [worker.do_one().state for _ in range(2)] == ["done", "done"]
    two.submit()
    with workers(workspace.home) as start:
        start()
        start()
        until(two.states, lambda states: states == ["done", "done"], seconds=120)
    assert rows(two.result()) == rows(one.result()) == rows(two.kept())
    assert one.result().trials["number"].tolist() == list(range(80))
    alone = SearchResult.of_parts([part.run() for part in one.search.divided()])
    assert rows(alone) == rows(one.result())


def test_what_a_cancelled_search_found_is_kept_and_gone_on_with(workspace: Workspace) -> None:
    asked = Asked(workspace, search(100, parts=2))
    ids = asked.submit()
    job = begin(workspace, asked, 0.4)
    for one in ids:
        workspace.jobs.cancel(one, "anna")
    workspace.jobs.stop(job.id, owner="one")
    assert asked.states() == ["cancelled", "cancelled"]
    kept = asked.kept()
    assert kept.evaluations == 20
    assert kept.trials["number"].tolist() == list(range(0, 40, 2))
    assert asked.submit() == ids
    worker = Worker(workspace)
    assert [worker.do_one().state for _ in range(2)] == ["done", "done"]
    assert asked.result().evaluations == 100
    assert asked.result().seconds == pytest.approx(asked.kept().seconds)
    assert [row for row in rows(asked.result()) if row[0] in kept.trials["number"].tolist()] == (
        rows(kept)
    )


def test_a_worker_that_lost_its_part_adds_nothing(workspace: Workspace) -> None:
    asked = Asked(workspace, search(100))
    asked.submit()
    job = claim(workspace, lease_seconds=0.0)
    late = OwnPart(workspace, asked.search, job)
    asked.search.run(study=late.study)
    again = claim(workspace, owner="two")
    assert again.id == job.id
    with pytest.raises(SearchLostError, match="written by the worker that has its job"):
        late.keep()
    mine = OwnPart(workspace, asked.search, again)
    asked.search.run(study=mine.study)
    mine.keep()
    with pytest.raises(SearchLostError):
        late.keep()
    assert asked.kept().evaluations == 100


def test_trials_of_another_under_the_same_job_are_not_added_to(workspace: Workspace) -> None:
    asked = Asked(workspace, search(50))
    asked.submit()
    job = claim(workspace)
    one, other = (OwnPart(workspace, asked.search, job) for _ in range(2))
    for own in (one, other):
        asked.search.run(study=own.study)
    one.keep()
    with pytest.raises(SearchLostError, match="a part of a search has one worker"):
        other.keep()
    assert asked.kept().evaluations == 50


def test_a_commit_that_was_not_heard_of_is_not_made_twice(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Asked(workspace, search(50))
    asked.submit()
    own = OwnPart(workspace, asked.search, claim(workspace))
    asked.search.run(study=own.study)
    batch = own._journal.batch

    class Unheard:
        def __enter__(self) -> None:
            self.inner = batch()
            self.inner.__enter__()

        def __exit__(self, *error: object) -> None:
            self.inner.__exit__(*error)
            raise DataError("the workspace database answers")

    monkeypatch.setattr(own._journal, "batch", Unheard)
    with pytest.raises(DataError, match="answers"):
        own.keep()
    monkeypatch.undo()
    own.keep()
    assert asked.kept().trials["number"].tolist() == list(range(50))


def test_work_that_gets_on_may_be_broken_off_any_number_of_times(workspace: Workspace) -> None:
    asked = Asked(workspace, search(100))
    asked.submit()
    for attempt in range(5):
        job = claim(workspace, owner=f"worker {attempt}", lease_seconds=0.0)
        own = OwnPart(workspace, asked.search, job)
        with pytest.raises(EnoughError):
            asked.search.run(stop_after(0.1 * (attempt + 1)), study=own.study)
        own.keep()
    assert asked.kept().evaluations == 50
    for attempt in range(2):  # without a trial more
        claim(workspace, owner=f"idle {attempt}", lease_seconds=0.0)
    assert workspace.jobs.claim(owner="last") is None
    assert asked.states() == ["failed"]


def test_processes_that_append_together_get_numbers_of_their_own(workspace: Workspace) -> None:
    asked = Asked(workspace, search(50))
    workspace.searches.begin(asked.id, study=asked.study, title="Designs", pooled=True)
    command = [sys.executable, "-m", "tests.dashboard.journal_writer", str(workspace.home)]
    writers = [
        subprocess.Popen([*command, asked.id, who], cwd=searches.ROOT) for who in ("x", "y", "z")
    ]
    assert [one.wait(timeout=120) for one in writers] == [0, 0, 0]
    lines = list(WorkspaceJournal(workspace.searches, asked.id).read_logs(0))
    assert len(lines) == workspace.searches.length(asked.id) == 3 * 30
    for who in ("x", "y", "z"):
        own = [line["turn"] for line in lines if line["who"] == who]
        assert own == sorted(own)
    for first, second in pairwise(lines):
        if first.get("half") == "a":
            assert second == {**first, "half": "b"}


def test_a_batch_that_fails_leaves_nothing(workspace: Workspace) -> None:
    asked = Asked(workspace, search(50))
    workspace.searches.begin(asked.id, study=asked.study, title="Designs", pooled=True)
    journal = WorkspaceJournal(workspace.searches, asked.id)
    journal.append_logs([{"first": 1}])
    with suppress(EnoughError), journal.batch():
        journal.append_logs([{"second": 2}])
        assert list(journal.read_logs(0)) == [{"first": 1}, {"second": 2}]
        assert list(journal.read_logs(2)) == []
        raise EnoughError
    assert list(journal.read_logs(0)) == [{"first": 1}]
    journal.append_logs([{"third": 3}])
    assert list(journal.read_logs(1)) == [{"third": 3}]


def test_the_storage_is_one_of_optuna_that_is_looked_at_and_not_changed(
    workspace: Workspace,
) -> None:
    asked = Asked(workspace, search(20))
    asked.submit()
    Worker(workspace).do_one()
    storage = open_storage(workspace, asked.id)
    [study] = storage.get_all_studies()
    assert len(storage.get_all_trials(study._study_id)) == 20
    with pytest.raises(DataError, match="looked at, and not changed"):
        storage.delete_study(study._study_id)
    assert asked.kept().evaluations == 20


def test_a_worker_keeps_what_it_has_when_it_is_told_to_end(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Asked(workspace, search(5_000))
    [job] = asked.submit()
    worker = Worker(workspace)
    inner = working.Run.progress

    def progress(run: working.Run, share: float, sentence: str) -> None:
        if share > 0.01:
            worker._stop()
        inner(run, share, sentence)

    monkeypatch.setattr(working.Run, "progress", progress)
    assert worker.do_one().state == "queued"
    assert asked.kept().evaluations == 51
    assert workspace.jobs.one(job).attempts == 0
