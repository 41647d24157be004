"""A workspace that an older Equipoise wrote is brought up to date, or left alone."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from queries.cohorts import Cohort
from queries.errors import DataError
from queries.workspace import open_workspace, opening, tables

OWNER = "local owner"
ROOT = Path(__file__).resolve().parents[3]
SCHEMAS = {
    version: Path(__file__).with_name(f"schema_{version}.sql").read_text(encoding="utf-8")
    for version in range(1, tables.SCHEMA_VERSION)
}

OPEN = """
import sys
from queries.workspace import open_workspace
with open_workspace(sys.argv[1]) as workspace:
    print(workspace.cohorts("EQX-301"))
"""


@pytest.fixture
def old(tmp_path):
    """The home of a workspace of schema 1, with a study, a snapshot, a view and their acts."""
    with closing(sqlite3.connect(tmp_path / "workspace.db")) as database:
        database.executescript(SCHEMAS[1])
    return tmp_path


@pytest.fixture(params=SCHEMAS)
def any_old(tmp_path, request):
    """The home of a workspace of each schema that there was."""
    with closing(sqlite3.connect(tmp_path / "workspace.db")) as database:
        database.executescript(SCHEMAS[request.param])
    return tmp_path


def _dump(home: Path) -> list[str]:
    with closing(sqlite3.connect(home / "workspace.db")) as database:
        return list(database.iterdump())


def _set_version(home: Path, version: str) -> None:
    with closing(sqlite3.connect(home / "workspace.db")) as database, database:
        said = "UPDATE workspace_fact SET value = ? WHERE item = 'schema_version'"
        database.execute(said, (version,))


def _form(home: Path) -> dict[str, str]:
    """Every table and index, as it was created."""
    open_workspace(home).close()
    with closing(sqlite3.connect(home / "workspace.db")) as database:
        created = database.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {name: " ".join(sql.split()) for name, sql in created}


def test_an_older_workspace_keeps_all_it_had_and_takes_cohorts(old):
    with open_workspace(old) as workspace:
        assert workspace.study("EQX-301").plan.title == "A phase 3 trial"
        snapshot = workspace.current_snapshot("EQX-301")
        assert (snapshot.id, snapshot.decided_by) == ("snapshot-of-schema-one", "anna")
        assert workspace.view("view-saved-in-schema-1").state == {"endpoint": "OS"}
        # The fourth one says that the three before it were chained.
        assert [act.number for act in workspace.activity()] == [4, 3, 2, 1]
        assert workspace.cohorts("EQX-301") == ()
        saved = workspace.save_cohort(
            study="EQX-301",
            name="Everyone",
            cohort_json=Cohort().to_json(),
            snapshot=snapshot.id,
            subjects=720,
            person=OWNER,
        )
    with open_workspace(old) as again:
        assert again.cohorts("EQX-301") == (saved,)
        assert [act.number for act in again.activity()] == [5, 4, 3, 2, 1]


def test_nothing_that_was_there_is_written_anew(old):
    before = _dump(old)
    open_workspace(old).close()
    after = _dump(old)
    # SQLite counts the acts: one more says that those before it were chained.
    numbering = "INSERT INTO \"sqlite_sequence\" VALUES('activity',"
    changed = [line for line in before if line not in after and not line.startswith(numbering)]
    assert changed == ["INSERT INTO \"workspace_fact\" VALUES('schema_version','1');"]
    added = " ".join(line for line in after if line not in before)
    assert f"VALUES('schema_version','{tables.SCHEMA_VERSION}')" in added
    assert added.count("CREATE TABLE") == 24


def test_it_ends_up_like_a_new_one(any_old, tmp_path):
    new = _form(tmp_path / "new")
    assert _form(any_old) == new
    assert {"cohort", "cohort_version", "uq_cohort_living_name", "job", "job_result"} <= set(new)
    assert {"design", "design_version", "uq_design_living_name"} <= set(new)
    assert {"search", "search_log", "report", "report_card"} <= set(new)
    assert {"activity_link", "subject_mark"} <= set(new)


def test_a_workspace_of_schema_2_keeps_its_cohorts_and_takes_jobs(tmp_path):
    with closing(sqlite3.connect(tmp_path / "workspace.db")) as database:
        database.executescript(SCHEMAS[2])
    with open_workspace(tmp_path) as workspace:
        assert [saved.name for saved in workspace.cohorts("EQX-301")] == ["Everyone"]
        assert workspace.jobs.of_study("EQX-301") == ()
        job = workspace.jobs.submit(
            study="EQX-301",
            snapshot=workspace.current_snapshot("EQX-301").id,
            kind="search",
            program="1.0",
            title="All designs",
            pooled=True,
            request_json="{}",
            person=OWNER,
        )
    with open_workspace(tmp_path) as again:
        assert again.jobs.of_study("EQX-301") == (job,)


def test_a_workspace_of_schema_3_keeps_its_jobs_and_takes_designs(tmp_path):
    with closing(sqlite3.connect(tmp_path / "workspace.db")) as database:
        database.executescript(SCHEMAS[3])
    with open_workspace(tmp_path) as workspace:
        [job] = workspace.jobs.of_study("EQX-301")
        assert (job.state, workspace.jobs.result(job.id)) == ("done", '{"answer": 1}')
        [cohort] = workspace.cohorts("EQX-301")
        assert workspace.designs.of_study("EQX-301") == ()
        saved = workspace.designs.save(
            study="EQX-301",
            name="Three looks",
            kind="group-sequential",
            design_json="{}",
            person=OWNER,
            cohort=cohort.as_source,
            snapshot=cohort.snapshot,
        )
    with open_workspace(tmp_path) as again:
        assert again.designs.of_study("EQX-301") == (saved,)


def test_a_workspace_of_schema_4_keeps_its_designs_and_takes_searches(tmp_path):
    with closing(sqlite3.connect(tmp_path / "workspace.db")) as database:
        database.executescript(SCHEMAS[4])
    with open_workspace(tmp_path) as workspace:
        assert [saved.name for saved in workspace.designs.of_study("EQX-301")] == ["Three looks"]
        assert workspace.searches.every() == ()
        workspace.searches.begin("ab" * 32, study="EQX-301", title="Designs", pooled=True)
        with workspace.searches.writing("ab" * 32) as log:
            log.append(["{}"])
    with open_workspace(tmp_path) as again:
        assert [search.lines for search in again.searches.every()] == [1]


def test_opening_a_workspace_that_is_up_to_date_changes_nothing(old):
    open_workspace(old).close()
    before = _dump(old)
    open_workspace(old).close()
    assert _dump(old) == before


def test_a_step_that_fails_leaves_the_older_one_as_it_was(old, monkeypatch):
    before = _dump(old)

    def fail(connection) -> None:
        opening._add_cohorts(connection)
        raise DataError("the step can be taken")

    monkeypatch.setattr(opening, "_STEPS", {**opening._STEPS, 1: fail})
    with pytest.raises(DataError, match="the step can be taken"):
        open_workspace(old)
    assert _dump(old) == before
    monkeypatch.undo()
    with open_workspace(old) as workspace:
        assert workspace.cohorts("EQX-301") == ()


def test_a_table_that_is_in_the_way_is_not_taken_for_ours(old):
    with closing(sqlite3.connect(old / "workspace.db")) as database, database:
        database.execute("CREATE TABLE cohort (id TEXT)")
    before = _dump(old)
    with pytest.raises(DataError, match="a workspace database can be opened"):
        open_workspace(old)
    assert _dump(old) == before


def test_processes_that_open_an_older_workspace_together_bring_it_up_to_date_once(old):
    started = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", OPEN, str(old)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    ended = [(*process.communicate(timeout=120), process.returncode) for process in started]
    for said, errors, status in ended:
        assert (status, said) == (0, "()\n"), errors


def test_a_workspace_is_opened_once_another_has_written_to_its_former_journal(old):
    # SQLite does not wait for a writer of its own accord before it changes to a log.
    with (
        closing(sqlite3.connect(old / "workspace.db", isolation_level=None)) as writer,
        ThreadPoolExecutor() as threads,
    ):
        writer.execute("BEGIN IMMEDIATE")
        opened = threads.submit(open_workspace, old)
        with pytest.raises(TimeoutError):
            opened.result(timeout=0.5)
        writer.execute("COMMIT")
        opened.result(timeout=opening.BUSY_SECONDS).close()


@pytest.mark.parametrize("version", ["7", str(tables.SCHEMA_VERSION + 1)])
def test_a_newer_schema_is_refused_and_left_alone(tmp_path, version):
    open_workspace(tmp_path).close()
    _set_version(tmp_path, version)
    before = _dump(tmp_path)
    rule = rf"at least as new .* schema {tables.SCHEMA_VERSION}\), but got 'schema {version}'"
    with pytest.raises(DataError, match=rule):
        open_workspace(tmp_path)
    assert _dump(tmp_path) == before


@pytest.mark.parametrize("version", ["", "0", "-1", "1.5", "two", "²"])
def test_a_schema_without_a_number_is_refused_and_left_alone(old, version):
    _set_version(old, version)
    before = _dump(old)
    with pytest.raises(DataError, match="states the version of its schema"):
        open_workspace(old)
    assert _dump(old) == before


def test_there_is_a_step_from_every_version():
    assert set(opening._STEPS) == set(range(1, tables.SCHEMA_VERSION))


def test_a_workspace_of_schema_5_keeps_its_searches_and_takes_reports(tmp_path):
    with closing(sqlite3.connect(tmp_path / "workspace.db")) as database:
        database.executescript(SCHEMAS[5])
    with open_workspace(tmp_path) as workspace:
        assert [search.title for search in workspace.searches.every()] == ["1,000 designs"]
        assert workspace.searches.read("ab" * 32, 0) == ('{"trial": 1}',)
        assert workspace.reports.of_study("EQX-301") == ()
        begun = workspace.reports.begin(study="EQX-301", title="Safety", person=OWNER)
    with open_workspace(tmp_path) as again:
        assert again.reports.of_study("EQX-301") == (begun,)


def test_the_acts_of_every_older_workspace_are_chained_and_say_so(any_old):
    with closing(sqlite3.connect(any_old / "workspace.db")) as database:
        [last] = database.execute("SELECT max(number) FROM activity").fetchone()
    with open_workspace(any_old) as workspace:
        found = workspace.audit.verify()
        told = workspace.activity(limit=1)[0]
        [before] = [one for one in workspace.audit.acts() if one.activity.number == last]
    assert found.holds, found.breaks
    assert (told.act, told.detail) == ("chain older acts", {"last": last, "hash": before.hash})
    assert found.chained_later == last
    assert f"Acts up to number {last} were recorded before" in found.limits[0]
