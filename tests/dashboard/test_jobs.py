"""Imports as a use case: here, in a process of their own, killed, and swept up after."""

from __future__ import annotations

import io
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from dashboard.access.key import KEY_VARIABLE
from dashboard.jobs import imports, lease
from dashboard.jobs.background import (
    ImportProgress,
    cancel_import,
    read_import,
    start_import,
)
from dashboard.jobs.sweeping import OUTCOME_SECONDS, sweep
from dashboard.jobs.uploads import has_uploads, opened_uploads, save_uploads, uploads_again
from queries.errors import DataError
from queries.importers import ImportRefused
from queries.workspace import Workspace, open_workspace

T = TypeVar("T")
KEY = "Nq7-tr4 zw9 Hj2 pm8 Lc5"
ADSL = "STUDYID,USUBJID,TRT01P\nABC-1,S1,Placebo\nABC-1,S2,Active\n"
PLAN = {"study": "ABC-1", "title": "A trial", "status": "ongoing", "subjects": 40}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """An empty workspace."""
    with open_workspace(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def adsl(tmp_path: Path) -> Path:
    """A data file of two subjects."""
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "adsl.csv"
    path.write_text(ADSL)
    return path


@pytest.fixture
def large_adsl(tmp_path: Path) -> Path:
    """A data file that takes a while."""
    path = tmp_path / "large" / "adsl.csv"
    path.parent.mkdir()
    rows = (f"ABC-1,S{n},Arm {n % 2},{'x' * 80}\n" for n in range(400_000))
    with path.open("w") as file:
        file.write("STUDYID,USUBJID,TRT01P,NOTE\n")
        file.writelines(rows)
    return path


def outcome(home: Path, import_id: str) -> ImportProgress:
    """What an import comes to."""
    return until(lambda: read_import(home, import_id), lambda p: p.state != "running")


def until(ask: Callable[[], T], good: Callable[[T], bool], seconds: float = 60) -> T:
    """The first answer that is good."""
    end = time.monotonic() + seconds
    while not good(answer := ask()):
        assert time.monotonic() < end, answer
        time.sleep(0.02)
    return answer


def snapshot_files(workspace: Workspace) -> list[str]:
    """What lies in the snapshots folder."""
    return sorted(path.name for path in (workspace.home / "snapshots").iterdir())


# Here and now


def test_a_plan_beside_the_data_becomes_the_plan_of_the_study(
    workspace: Workspace, adsl: Path
) -> None:
    (adsl.parent / "plan.json").write_text(json.dumps(PLAN))
    done = imports.import_study([adsl.parent], workspace=workspace, person="tester")
    assert done.study.title == "A trial"
    assert done.study.blinded
    assert done.study.plan is not None
    assert done.study.plan.subjects == 40


def test_a_second_import_supersedes_the_first(workspace: Workspace, adsl: Path) -> None:
    first = imports.import_study([adsl], workspace=workspace, person="tester").snapshot
    second = imports.import_study([adsl], workspace=workspace, person="tester").snapshot
    states = {s.id: s.state for s in workspace.snapshots("ABC-1")}
    assert states == {first.id: "superseded", second.id: "current"}


def test_what_the_workspace_refuses_leaves_no_file(workspace: Workspace, adsl: Path) -> None:
    (adsl.parent / "plan.json").write_text(json.dumps(PLAN))
    with pytest.raises(DataError, match="the status of ABC-1"):
        imports.import_study([adsl.parent], workspace=workspace, person="tester", status="complete")
    assert snapshot_files(workspace) == []
    assert workspace.studies() == ()


def test_a_candidate_brings_its_plan_when_it_is_accepted(workspace: Workspace, adsl: Path) -> None:
    imports.import_study([adsl], workspace=workspace, person="tester")
    (adsl.parent / "plan.json").write_text(json.dumps(PLAN))
    waiting = imports.import_study(
        [adsl.parent], workspace=workspace, person="tester", accept=False
    ).snapshot
    assert workspace.study("ABC-1").plan is None
    imports.accept_candidate(workspace, waiting.id, "tester")
    assert workspace.study("ABC-1").title == "A trial"
    current = workspace.current_snapshot("ABC-1")
    assert current is not None
    assert current.id == waiting.id


def test_a_rejected_candidate_loses_its_file(workspace: Workspace, adsl: Path) -> None:
    waiting = imports.import_study(
        [adsl], workspace=workspace, person="tester", accept=False
    ).snapshot
    assert imports.reject_candidate(workspace, waiting.id, "tester").state == "rejected"
    assert snapshot_files(workspace) == []


# In a process of its own


def test_an_import_in_the_background_ends_as_a_candidate(workspace: Workspace, adsl: Path) -> None:
    import_id = start_import([adsl], home=workspace.home, person="tester")
    done = outcome(workspace.home, import_id)
    assert (done.state, done.study, done.share) == ("done", "ABC-1", 1.0)
    assert done.snapshot is not None
    assert workspace.snapshot(done.snapshot).state == "candidate"


def test_a_refusal_in_the_background_names_its_problems(workspace: Workspace, adsl: Path) -> None:
    adsl.write_text(ADSL + "ABC-1,S1,Placebo\n")
    with pytest.raises(ImportRefused):
        imports.import_study([adsl], workspace=workspace, person="tester")
    import_id = start_import([adsl], home=workspace.home, person="tester")
    refused = outcome(workspace.home, import_id)
    assert refused.state == "refused"
    assert "USUBJID" in refused.problems[0]
    assert snapshot_files(workspace) == []


@pytest.mark.parametrize("key", [None, KEY])
def test_uploads_are_imported_and_then_deleted(
    workspace: Workspace, key: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if key is not None:
        monkeypatch.setenv(KEY_VARIABLE, key)
    import_id = save_uploads(workspace.home, [upload("adsl.csv", ADSL)])
    kept = [file for file in (workspace.home / "imports").rglob("*") if file.is_file()]
    assert [file.name for file in kept] == ([".sealed"] if key else ["adsl.csv"])
    assert (b"Placebo" in kept[0].read_bytes()) is (key is None)
    import_id = uploads_again(workspace.home, import_id)
    start_import(home=workspace.home, person="tester", import_id=import_id)
    assert outcome(workspace.home, import_id).state == "done"
    until(lambda: has_uploads(workspace.home, import_id), lambda kept: not kept)


def test_sealed_uploads_are_read_under_their_names(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    texts = {"adsl.csv": ADSL * 200_000, "empty.csv": "", "plan.json": json.dumps(PLAN)}
    import_id = save_uploads(workspace.home, [upload(*item) for item in texts.items()])
    with opened_uploads(workspace.home / "imports" / import_id) as paths:
        assert {path.name: path.read_text() for path in paths} == texts
    assert not any(path.exists() for path in paths)


@pytest.mark.parametrize("names", [["a.csv", "a.csv"], [".."], [".hidden"], ["/"], ["a\x00b"]])
def test_uploads_with_odd_names_are_refused(workspace: Workspace, names: list[str]) -> None:
    with pytest.raises(DataError, match="files of an import have names"):
        save_uploads(workspace.home, [upload(name, ADSL) for name in names])
    assert not list(workspace.home.glob("imports/*"))


def test_an_upload_cannot_leave_its_folder(workspace: Workspace) -> None:
    import_id = save_uploads(workspace.home, [upload("..\\../../adsl.csv", ADSL)])
    files = workspace.home / "imports" / import_id / "files"
    assert list(workspace.home.parent.rglob("adsl.csv")) == [files / "adsl.csv"]


def upload(name: str, text: str) -> io.BytesIO:
    """A file as the browser hands it over."""
    file = io.BytesIO(text.encode())
    file.name = name
    return file


@pytest.mark.parametrize("import_id", ["../../etc", "", "A" * 32])
def test_the_id_of_an_import_is_no_path(workspace: Workspace, import_id: str) -> None:
    with pytest.raises(DataError, match="the id of an import"):
        read_import(workspace.home, import_id)


# Killed in the middle


def running_import(workspace: Workspace, path: Path) -> tuple[str, int]:
    """An import that has begun to write, and its process."""
    import_id = start_import([path], home=workspace.home, person="tester")
    until(lambda: snapshot_files(workspace), bool)
    pid = int((workspace.home / "imports" / import_id / "pid").read_text())
    return import_id, pid


def test_a_killed_import_fails_and_leaves_only_what_is_swept(
    workspace: Workspace, adsl: Path, large_adsl: Path
) -> None:
    before = imports.import_study([adsl], workspace=workspace, person="tester").snapshot
    kept = snapshot_files(workspace)
    import_id = start_import([large_adsl], home=workspace.home, person="tester")
    until(lambda: snapshot_files(workspace), lambda files: len(files) > len(kept))
    assert sweep(workspace) == ()  # it is alive
    pid = int((workspace.home / "imports" / import_id / "pid").read_text())
    os.kill(pid, signal.SIGKILL)
    failed = outcome(workspace.home, import_id)
    assert failed.state == "failed"
    assert failed.message
    sweep(workspace)
    assert snapshot_files(workspace) == kept
    assert workspace.current_snapshot("ABC-1") == before


def test_a_cancelled_import_cleans_up_after_itself(workspace: Workspace, large_adsl: Path) -> None:
    import_id, _ = running_import(workspace, large_adsl)
    cancel_import(workspace.home, import_id)
    cancelled = outcome(workspace.home, import_id)
    assert (cancelled.state, cancelled.message) == ("failed", "The import was cancelled.")
    assert snapshot_files(workspace) == []


def test_two_imports_at_once_both_arrive(workspace: Workspace, adsl: Path) -> None:
    started = [start_import([adsl], home=workspace.home, person="tester") for _ in range(2)]
    ended = [outcome(workspace.home, import_id) for import_id in started]
    assert [end.state for end in ended] == ["done", "done"]
    assert len({end.snapshot for end in ended}) == 2


def test_outcomes_are_forgotten_after_a_day(workspace: Workspace, adsl: Path) -> None:
    import_id = start_import([adsl], home=workspace.home, person="tester")
    outcome(workspace.home, import_id)
    folder = workspace.home / "imports"
    until(lambda: lease.is_held(folder / f"{import_id}.lease"), lambda held: not held)
    assert sweep(workspace) == ()
    for path in folder.iterdir():
        os.utime(path, (time.time() - OUTCOME_SECONDS - 1,) * 2)
    sweep(workspace)
    assert list(folder.iterdir()) == []
    assert len(snapshot_files(workspace)) == 1


def test_a_lease_is_held_once(tmp_path: Path) -> None:
    path = tmp_path / "work.lease"
    with lease.held(path):
        assert lease.is_held(path)
        with pytest.raises(DataError, match="one process at a time"), lease.held(path):
            pass
    assert not lease.is_held(path)
