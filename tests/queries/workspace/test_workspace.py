"""Studies, snapshots, views and the record of acts."""

from __future__ import annotations

import json
import os
import stat
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from queries.errors import DataError
from queries.workspace import Plan, Workspace, open_workspace, tables

OWNER = "local owner"
HASH = "0" * 64


@pytest.fixture
def workspace(tmp_path):
    with open_workspace(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def study(workspace):
    return workspace.register_study(code="EQX-301", status="ongoing", person=OWNER)


def _candidate(workspace: Workspace, name: str = "a", study: str = "EQX-301"):
    file = workspace.home / "snapshots" / f"{name}.duckdb"
    file.write_bytes(b"")
    return workspace.add_candidate(
        study=study, file=file, content_sha256=HASH, report_json="{}", person=OWNER
    )


def _mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_the_workspace_writes_is_private(tmp_path, workspace, study):
    home = tmp_path / "home"
    assert _mode(home) == _mode(home / "snapshots") == 0o700
    files = [path for path in home.iterdir() if path.is_file()]
    assert {path.name for path in files} >= {"workspace.db"}
    assert all(_mode(path) == 0o600 for path in files)


def test_a_folder_with_other_things_in_it_keeps_its_permissions(tmp_path):
    (tmp_path / "shared").mkdir(mode=0o755)
    (tmp_path / "shared" / "notes.txt").write_text("")
    open_workspace(tmp_path / "shared").close()
    assert _mode(tmp_path / "shared") == 0o755
    assert _mode(tmp_path / "shared" / "snapshots") == 0o700
    assert _mode(tmp_path / "shared" / "workspace.db") == 0o600


def test_a_home_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(
        DataError, match=r"home folder of a workspace can be made and written \(Not"
    ):
        open_workspace(tmp_path / "file" / "home")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_home_that_cannot_be_written_is_said(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(DataError, match="home folder of a workspace can be made and written"):
        open_workspace(tmp_path)


def test_a_file_that_is_no_database_is_said(tmp_path):
    (tmp_path / "workspace.db").write_bytes(b"not a database, not at all" * 100)
    with pytest.raises(DataError, match="a workspace database can be opened"):
        open_workspace(tmp_path)


def test_it_is_all_there_when_it_is_opened_again(tmp_path, workspace, study):
    accepted = workspace.accept(_candidate(workspace).id, OWNER)
    with open_workspace(f"sqlite:///{tmp_path / 'home' / 'workspace.db'}") as again:
        assert again.studies() == (study,)
        assert again.current_snapshot("EQX-301") == accepted
        assert again.path(accepted) == tmp_path / "home" / "snapshots" / "a.duckdb"
        assert [act.act for act in again.activity()] == ["accept", "import", "register"]


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "nonsense://x", "postgresql+no://"]
)
def test_an_address_that_leads_nowhere_is_said(url):
    with pytest.raises(DataError, match=r"a workspace database (is a file|has a driver)"):
        open_workspace(url)


def test_an_address_that_leads_nowhere_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match="a workspace database is a file or a server"):
        open_workspace("sqlite:///:memory:")
    assert list(tmp_path.iterdir()) == []


def test_a_password_in_an_address_is_not_shown():
    with pytest.raises(DataError) as refusal:  # its text is the assertion
        open_workspace("nonsense://owner:secret-word@host/base")
    assert "secret-word" not in str(refusal.value)


def test_sqlite_is_set_up_for_many_processes(workspace):
    with workspace._engine.connect() as connection:
        read = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "busy_timeout", "foreign_keys", "synchronous")
        }
    assert read == {
        "journal_mode": "wal",
        "busy_timeout": 30_000,
        "foreign_keys": 1,
        "synchronous": 2,
    }


def test_postgresql_can_have_every_table():
    dialect = postgresql.dialect()
    for table in tables.metadata.sorted_tables:
        assert str(CreateTable(table).compile(dialect=dialect))
    indexes = [index for table in tables.metadata.sorted_tables for index in table.indexes]
    written = " ".join(str(CreateIndex(index).compile(dialect=dialect)) for index in indexes)
    assert "UNIQUE INDEX uq_snapshot_current ON snapshot (study) WHERE state = 'current'" in written
    living = "UNIQUE INDEX uq_cohort_living_name ON cohort (study, name_key) WHERE retired_at IS"
    assert living in written


def test_an_ongoing_study_is_blinded_and_a_complete_one_is_not(workspace, study):
    done = workspace.register_study(code="EQX-201", status="complete", person=OWNER)
    unknown = workspace.register_study(code="NEW", person=OWNER)
    assert (study.blinded, done.blinded, unknown.blinded) == (True, False, True)
    assert (unknown.title, unknown.status) == ("NEW", "ongoing")


def test_registering_again_records_only_what_changed(workspace, study):
    plan = Plan(study="EQX-301", title="A trial", status="ongoing", sites=64)
    updated = workspace.register_study(code="EQX-301", plan=plan, person="anna")
    assert (updated.title, updated.plan, updated.created_at) == ("A trial", plan, study.created_at)
    assert workspace.register_study(code="EQX-301", plan=plan, person="anna") == updated
    latest, first = workspace.activity("EQX-301")
    assert (latest.act, latest.person, first.act) == ("update", "anna", "register")
    assert latest.detail == {
        "title": {"old": "EQX-301", "new": "A trial"},
        "plan": {"old": None, "new": json.loads(plan.to_json())},
    }


def test_a_study_is_not_unblinded_by_calling_it_complete(workspace, study):
    assert workspace.register_study(code="EQX-301", status="complete", person=OWNER).blinded


def test_a_complete_study_that_goes_on_is_blinded(workspace):
    workspace.register_study(code="EQX-201", status="complete", person=OWNER)
    assert workspace.register_study(code="EQX-201", status="ongoing", person=OWNER).blinded
    assert workspace.activity()[0].detail["blinded"] == {"old": False, "new": True}


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"code": ""}, "the code of a study is 1 to 64 printable characters"),
        ({"code": "a\nb"}, "the code of a study is 1 to 64 printable"),
        ({"code": "x" * 65}, "the code of a study is 1 to 64 printable"),
        ({"code": 5}, "the code of a study is 1 to 64 printable characters, but got 'int'"),
        ({"title": "\x00"}, "the title of a study is 1 to 500 printable"),
        ({"status": "paused"}, "ongoing or complete, but got 'paused'"),
        ({"person": " "}, "the name of a person is"),
        ({"plan": Plan(study="B", title="B", status="ongoing")}, "belongs to the study it names"),
        (
            {"plan": Plan(study="A", title="A", status="complete"), "status": "ongoing"},
            "the status of A is that of its plan, complete, but got 'ongoing'",
        ),
    ],
)
def test_a_study_that_breaks_a_rule_is_not_registered(workspace, facts, sentence):
    with pytest.raises(DataError, match=sentence):
        workspace.register_study(**{"code": "A", "person": OWNER, **facts})
    assert workspace.studies() == ()
    assert workspace.activity() == ()


def test_unblinding_needs_a_reason_and_is_recorded(workspace, study):
    with pytest.raises(DataError, match="the reason for a change of blinding is"):
        workspace.unblind("EQX-301", OWNER, "  ")
    assert workspace.study("EQX-301").blinded
    assert not workspace.unblind("EQX-301", OWNER, "Safety review\nof May").blinded
    with pytest.raises(DataError, match="to be unblinded is not unblinded already"):
        workspace.unblind("EQX-301", OWNER, "again")
    assert workspace.blind("EQX-301", "anna", "Review is over").blinded
    told = [(act.act, act.person, act.detail) for act in workspace.activity(limit=2)]
    assert told == [
        (
            "blind",
            "anna",
            {"reason": "Review is over", "blinded": {"old": False, "new": True}},
        ),
        (
            "unblind",
            OWNER,
            {"reason": "Safety review\nof May", "blinded": {"old": True, "new": False}},
        ),
    ]


def test_the_current_snapshot_changes_hands(workspace, study):
    first = workspace.accept(_candidate(workspace, "a").id, OWNER)
    second = _candidate(workspace, "b")
    assert (second.state, workspace.current_snapshot("EQX-301")) == ("candidate", first)
    second = workspace.accept(second.id, "anna")
    states = [(found.id, found.state, found.decided_by) for found in workspace.snapshots("EQX-301")]
    assert states == [(second.id, "current", "anna"), (first.id, "superseded", OWNER)]
    assert workspace.activity(limit=1)[0].detail["replaces"] == first.id


def test_a_rejected_snapshot_leaves_the_current_one_alone(workspace, study):
    first = workspace.accept(_candidate(workspace, "a").id, OWNER)
    rejected = workspace.reject(_candidate(workspace, "b").id, OWNER)
    assert (rejected.state, workspace.current_snapshot("EQX-301")) == ("rejected", first)
    for snapshot in (first, rejected):
        with pytest.raises(DataError, match="only a candidate is accepted or rejected"):
            workspace.accept(snapshot.id, OWNER)


def test_a_snapshot_whose_file_is_gone_is_not_accepted(workspace, study):
    candidate = _candidate(workspace)
    workspace.path(candidate).unlink()
    with pytest.raises(DataError, match=r"has its file, but got 'snapshots/a.duckdb'"):
        workspace.accept(candidate.id, OWNER)
    assert workspace.snapshot(candidate.id).state == "candidate"


@pytest.mark.parametrize(
    "file",
    [
        "a.duckdb",
        "../a",
        "snapshots/../workspace.db",
        "/etc/passwd",
        "snapshots",
        "",
        "snapshots/\0",
    ],
)
def test_a_snapshot_file_does_not_escape(workspace, study, file):
    facts = {"study": "EQX-301", "content_sha256": HASH, "report_json": "{}", "person": OWNER}
    with pytest.raises(DataError, match="a snapshot file lies in the folder snapshots"):
        workspace.add_candidate(file=file, **facts)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path, workspace, study):
    (tmp_path / "elsewhere").write_bytes(b"")
    (workspace.home / "snapshots" / "link.duckdb").symlink_to(tmp_path / "elsewhere")
    snapshot = workspace.add_candidate(
        study="EQX-301",
        file="snapshots/link.duckdb",
        content_sha256=HASH,
        report_json="{}",
        person=OWNER,
    )
    with pytest.raises(DataError, match="a snapshot file lies in the folder snapshots"):
        workspace.path(snapshot)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"study": "unknown"}, "a study is one that this workspace knows"),
        ({"content_sha256": "abc"}, "a SHA-256 is 64 digits"),
        ({"report_json": "[]"}, "a check report is a JSON object"),
        ({"report_json": "{"}, "a check report is a JSON object"),
        ({"report_json": "[" * 100_000}, "a check report is a JSON object"),
        ({"person": ""}, "the name of a person"),
    ],
)
def test_a_candidate_that_breaks_a_rule_is_not_added(workspace, study, facts, sentence):
    given = {"study": "EQX-301", "content_sha256": HASH, "report_json": "{}", "person": OWNER}
    with pytest.raises(DataError, match=sentence):
        workspace.add_candidate(**{"file": "snapshots/a", **given, **facts})
    assert workspace.snapshots("EQX-301") == ()
    assert [act.act for act in workspace.activity()] == ["register"]


def test_two_snapshots_do_not_share_a_file(workspace, study):
    _candidate(workspace)
    with pytest.raises(DataError, match="a snapshot has a file of its own"):
        _candidate(workspace)


def test_a_view_comes_back_as_it_was(workspace, study):
    snapshot = _candidate(workspace)
    state = {"endpoint": "OS", "cohort": {"all_of": [{"column": "SEX", "one_of": ["F", "♀"]}]}}
    view_id = workspace.save_view(
        study="EQX-301", snapshot=snapshot.id, page="survival", state=state, person=OWNER
    )
    view = workspace.view(view_id)
    assert len(view_id) == 22  # 128 bits
    assert (view.study, view.snapshot, view.page, view.state) == (
        "EQX-301",
        snapshot.id,
        "survival",
        state,
    )
    view.state["endpoint"] = "PFS"
    assert workspace.view(view_id).state == view.state == state


def test_a_view_holds_the_whole_rule_of_a_cohort(workspace, study):
    values = [f"EQX-301-{number:06}" for number in range(10_000)]
    state = {"cohort": {"column": "USUBJID", "one_of": values}, "rest": "y" * 800_000}
    facts = {"study": "EQX-301", "snapshot": None, "page": "survival", "person": OWNER}
    assert workspace.view(workspace.save_view(state=state, **facts)).state == state
    filled = {"x": "y" * 1_048_567}  # with its key and its marks, just the limit
    assert workspace.view(workspace.save_view(state=filled, **facts)).state == filled


@pytest.mark.parametrize(
    "view_id", ["", "x", "V" * 22, "'; drop table view; --", "a\0", "é" * 22, "x" * 10_000, None, 5]
)
def test_an_unknown_link_is_said(workspace, view_id):
    with pytest.raises(DataError, match="a link is one that this workspace knows") as refusal:
        workspace.view(view_id)
    assert len(str(refusal.value)) < 200
    assert str(refusal.value).isprintable()


def _nested(levels: int) -> dict:
    state: dict = {}
    for _ in range(levels):
        state = {"in": state}
    return state


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ({"x": "y" * 1_048_568}, "takes at most 1048576 bytes, but got 1048577"),
        (_nested(64), "nested at most 64 deep"),
        (_nested(5_000), "nested at most 64 deep"),
        ({"x": float("nan")}, "can be written as JSON"),
        ({"x": object()}, "can be written as JSON"),
        ({1: 2}, "has text as its keys"),
        ([], "is a JSON object, but got 'list'"),
    ],
)
def test_a_state_that_breaks_a_rule_is_not_saved(workspace, study, state, sentence):
    facts = {"study": "EQX-301", "snapshot": None, "page": "survival", "person": OWNER}
    with pytest.raises(DataError, match=sentence):
        workspace.save_view(state=state, **facts)


def test_a_view_shows_a_snapshot_of_its_own_study(workspace, study):
    workspace.register_study(code="B", person=OWNER)
    other = _candidate(workspace, "b", study="B")
    with pytest.raises(DataError, match="a view shows a snapshot of its own study"):
        workspace.save_view(
            study="EQX-301", snapshot=other.id, page="survival", state={}, person=OWNER
        )
    with pytest.raises(DataError, match="a snapshot is one that this workspace knows"):
        workspace.snapshot("a'b")


def test_acts_are_told_newest_first_in_utc(workspace, study):
    workspace.record(act="download", person="anna", study="EQX-301", detail={"file": "km.csv"})
    workspace.record(act="sign in", person="anna")
    acts = workspace.activity()
    assert [act.act for act in acts] == ["sign in", "download", "register"]
    assert [act.number for act in acts] == [3, 2, 1]
    assert [act.act for act in workspace.activity("EQX-301", limit=1)] == ["download"]
    assert acts[1].detail == {"file": "km.csv"}
    assert acts[0].at.tzinfo is UTC
    assert timedelta(0) <= datetime.now(UTC) - acts[0].at < timedelta(minutes=1)


def test_the_detail_of_an_act_is_short(workspace):
    with pytest.raises(DataError, match="the detail of an act takes at most 65536 bytes"):
        workspace.record(act="download", person=OWNER, detail={"x": "y" * 65_536})
    assert workspace.activity() == ()


@pytest.mark.parametrize("act", ["", "Register", "a\nb", "x" * 65, None])
def test_an_act_has_a_plain_name(workspace, act):
    with pytest.raises(DataError, match="an act is named in lower-case letters"):
        workspace.record(act=act, person=OWNER)


@pytest.mark.parametrize("limit", [0, -1, "all"])
def test_a_limit_is_at_least_one(workspace, limit):
    with pytest.raises(DataError, match="`limit` is a whole number"):
        workspace.activity(limit=limit)
