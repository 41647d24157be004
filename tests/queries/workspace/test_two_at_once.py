"""Several processes and threads in one workspace."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from queries.errors import DataError
from queries.workspace import open_workspace, tables
from queries.workspace.snapshots import Snapshot

OWNER = "local owner"
ROOT = Path(__file__).resolve().parents[3]

OPEN_AND_ACCEPT = """
import sys
from queries.workspace import open_workspace
home, name = sys.argv[1:]
with open_workspace(home) as workspace:
    workspace.register_study(code="EQX-301", person=name)
    for number in range(5):
        file = workspace.home / "snapshots" / f"{name}-{number}.duckdb"
        file.write_bytes(b"")
        candidate = workspace.add_candidate(
            study="EQX-301", file=file, content_sha256="0" * 64, report_json="{}", person=name
        )
        workspace.accept(candidate.id, name)
"""


def _check_one_current(workspace, accepted: int) -> None:
    states = [snapshot.state for snapshot in workspace.snapshots("EQX-301")]
    assert sorted(states) == ["current", *["superseded"] * (accepted - 1)]
    acts = [act for act in workspace.activity(limit=10_000) if act.act == "accept"]
    assert len(acts) == accepted
    # Each acceptance replaced the one before it: no two of them overlapped.
    replaced = [act.detail["replaces"] for act in reversed(acts)]
    assert replaced == [None, *[act.detail["snapshot"] for act in reversed(acts)][:-1]]


def test_processes_that_start_and_accept_together_leave_one_current(tmp_path):
    home = tmp_path / "home"
    started = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", OPEN_AND_ACCEPT, str(home), f"process-{number}"],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    for process in started:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    with open_workspace(home) as workspace:
        _check_one_current(workspace, accepted=20)
        assert [act.act for act in workspace.activity(limit=100)].count("register") == 1


@pytest.fixture
def candidates(tmp_path):
    with open_workspace(tmp_path) as workspace:
        workspace.register_study(code="EQX-301", person=OWNER)
        for number in range(12):
            (tmp_path / "snapshots" / f"{number}").write_bytes(b"")
            workspace.add_candidate(
                study="EQX-301",
                file=f"snapshots/{number}",
                content_sha256="0" * 64,
                report_json="{}",
                person=OWNER,
            )
        yield workspace, workspace.snapshots("EQX-301")


def test_threads_that_accept_together_leave_one_current(candidates):
    workspace, found = candidates
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda one: workspace.accept(one.id, OWNER), found))
    _check_one_current(workspace, accepted=len(found))


def test_one_candidate_is_decided_once(candidates):
    workspace, found = candidates

    def decide(number: int) -> Snapshot | None:
        act = workspace.accept if number % 2 else workspace.reject
        with suppress(DataError):
            return act(found[0].id, OWNER)
        return None

    with ThreadPoolExecutor(8) as pool:
        decided = [one for one in pool.map(decide, range(16)) if one is not None]
    assert len(decided) == 1
    assert workspace.snapshot(found[0].id) == decided[0]


def test_the_database_refuses_a_second_current_snapshot(candidates):
    workspace, found = candidates
    workspace.accept(found[0].id, OWNER)
    second = update(tables.snapshots).where(tables.snapshots.c.id == found[1].id)
    with (
        workspace._engine.begin() as connection,
        pytest.raises(IntegrityError, match="UNIQUE constraint failed"),
    ):
        connection.execute(second.values(state="current"))


def test_an_act_that_cannot_be_recorded_is_not_done(candidates, monkeypatch):
    workspace, found = candidates

    def fail(*_args: object, **_more: object) -> None:
        raise DataError("the record can be written")

    monkeypatch.setattr("queries.workspace.activity.append", fail)
    with pytest.raises(DataError, match="the record can be written"):
        workspace.accept(found[0].id, OWNER)
    with pytest.raises(DataError, match="the record can be written"):
        workspace.unblind("EQX-301", OWNER, "to see")
    assert workspace.snapshot(found[0].id).state == "candidate"
    assert workspace.study("EQX-301").blinded


def test_a_reader_does_not_wait_for_a_writer(candidates):
    workspace, found = candidates
    with workspace._writing() as connection:
        connection.execute(update(tables.studies).values(title="not yet"))
        assert workspace.study("EQX-301").title == "EQX-301"
        assert len(workspace.snapshots("EQX-301")) == len(found)


def test_times_keep_their_microseconds(candidates):
    workspace, _ = candidates
    with workspace._engine.connect() as connection:
        stored = connection.execute(select(tables.activity.c.at)).scalars().all()
    assert any(at.microsecond % 1_000 for at in stored)
    assert stored == sorted(stored)


# Saved cohorts ----------------------------------------------------------------------


def _kept(saved: list[object]) -> list[object]:
    """What was saved, after the rest was refused with a sentence."""
    refused = [str(one) for one in saved if isinstance(one, DataError)]
    assert all("already" in said or "in the meantime" in said for said in refused)
    return [one for one in saved if not isinstance(one, DataError)]


def _or_refusal(act: Callable[..., object], *args: object, **facts: object) -> object:
    try:
        return act(*args, **facts)
    except DataError as refusal:
        return refusal


def test_threads_that_save_the_same_name_together_save_one(workspace, save):
    names = ["Women", "WOMEN", "women ", " Women"]
    with ThreadPoolExecutor(8) as pool:
        tried = pool.map(
            lambda n: _or_refusal(save, name=names[n % 4], person=f"person {n}"), range(16)
        )
        kept = _kept(list(tried))
    assert len(kept) == 1
    assert workspace.cohorts("EQX-301") == tuple(kept)
    assert [act.act for act in workspace.activity()].count("save cohort") == 1


def test_threads_that_save_a_version_based_on_the_same_one_save_one(workspace, save, save_version):
    first = save()
    with ThreadPoolExecutor(8) as pool:
        tried = pool.map(
            lambda n: _or_refusal(save_version, first, person=f"person {n}"), range(16)
        )
        kept = _kept(list(tried))
    assert len(kept) == 1
    assert workspace.cohort(first.id) == kept[0]
    assert [saved.version for saved in workspace.cohort_history(first.id)] == [2, 1]
    assert [act.act for act in workspace.activity()].count("save cohort") == 2


def test_threads_that_take_turns_lose_no_version(workspace, save, save_version):
    first = save()

    def save_until_kept(number: int) -> int:
        while True:
            with suppress(DataError):
                newest = workspace.cohort(first.id)
                return save_version(newest, comment=str(number), person="ben").version

    with ThreadPoolExecutor(4) as pool:
        numbers = sorted(pool.map(save_until_kept, range(12)))
    assert numbers == list(range(2, 14))
    comments = {saved.comment for saved in workspace.cohort_history(first.id)}
    assert comments == {"", *map(str, range(12))}


def test_a_cohort_retired_by_one_gets_no_version_of_another(workspace, save, save_version):
    saved = save()
    acts = [
        lambda: workspace.retire_cohort(saved.id, OWNER),
        lambda: save_version(saved),
    ]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(_or_refusal, acts))
    versions = workspace.cohort_history(saved.id)
    assert versions[0].retired_at is not None
    assert all(version.saved_at <= versions[0].retired_at for version in versions)


def test_the_database_refuses_a_second_living_cohort_of_a_name(workspace, save):
    save(name="Women")
    elderly = save(name="Elderly")
    same = update(tables.cohorts).where(tables.cohorts.c.id == elderly.id)
    with (
        workspace._engine.begin() as connection,
        pytest.raises(IntegrityError, match="UNIQUE constraint failed"),
    ):
        connection.execute(same.values(name_key="women"))


def test_the_database_refuses_a_version_twice(workspace, save):
    saved = save()
    with workspace._engine.begin() as connection:
        row = connection.execute(select(tables.cohort_versions)).mappings().one()
        with pytest.raises(IntegrityError, match="UNIQUE constraint failed"):
            connection.execute(insert(tables.cohort_versions).values(dict(row)))
    assert workspace.cohort_history(saved.id) == (saved,)


def test_a_cohort_whose_saving_cannot_be_recorded_is_not_saved(
    workspace, save, save_version, everything, monkeypatch
):
    saved = save()
    before = everything()

    def fail(*_args: object, **_more: object) -> None:
        raise DataError("the record can be written")

    monkeypatch.setattr("queries.workspace.activity.append", fail)
    for act in (
        lambda: save(name="Elderly"),
        lambda: save_version(saved, name="Females"),
        lambda: workspace.retire_cohort(saved.id, OWNER),
    ):
        with pytest.raises(DataError, match="the record can be written"):
            act()
    assert everything() == before
    monkeypatch.undo()
    assert save(name="Females").version == 1
