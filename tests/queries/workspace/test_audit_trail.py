"""The audit trail: chained, verified, anchored; whatever is done to it behind its back shows."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queries.errors import DataError
from queries.workspace import ActFilter, Anchor, open_workspace, tables
from queries.workspace.verifying import MOST_BREAKS

ROOT = Path(__file__).resolve().parents[3]
ACTS = 8
HOSTILE = '<script>alert(1)</script> =1+1 \u202e\n"; drop table activity; --'
RECORD = """
import sys
from queries.workspace import open_workspace
where, home, name = sys.argv[1:]
with open_workspace(where, home=home) as workspace:
    for number in range(25):
        workspace.record(act="download", person=name, detail={"number": number})
"""


@pytest.fixture(scope="module")
def trail(tmp_path_factory):
    """A workspace with eight acts; each test tampers with a copy of its database."""
    home = tmp_path_factory.mktemp("trail")
    with open_workspace(home) as workspace:
        workspace.register_study(code="EQX-301", person="anna")
        workspace.unblind("EQX-301", "anna", "to see")
        for number in range(3, ACTS + 1):
            detail = {"file": f"{number}.csv", "said": HOSTILE}
            study = None if number % 2 else "EQX-301"
            workspace.record(act="download", person="ben", study=study, detail=detail)
        anchor = workspace.audit.anchor()
        assert workspace.audit.verify([anchor]).holds
    with closing(sqlite3.connect(home / "workspace.db")) as database:
        return home, list(database.iterdump()), anchor


def _tampered(home: Path, dump: list[str], *statements: str, values: tuple = ()):
    """The workspace after statements that no code of ours would make."""
    (home / "workspace.db").unlink(missing_ok=True)
    with closing(sqlite3.connect(home / "workspace.db")) as database, database:
        database.executescript("\n".join(dump))
        for statement in statements:
            database.execute(statement, values if "?" in statement else ())
    return open_workspace(home)


def _found(workspace, anchors=()):
    with workspace:
        found = workspace.audit.verify(anchors)
    return [(one.number, one.kind) for one in found.breaks]


# What the chain is ------------------------------------------------------------------------


def test_an_auditor_computes_the_chain_with_a_few_lines(trail):
    home, dump, anchor = trail
    with _tampered(home, dump) as workspace:
        acts, previous = workspace.audit.acts(), workspace.audit.beginning()
    for one in acts:
        act = one.activity
        content = {
            "act": act.act,
            "at": act.at.isoformat(timespec="microseconds"),
            "detail": act.detail_json,
            "number": act.number,
            "person": act.person,
            "study": act.study,
        }
        said = previous + "\n" + json.dumps(content, sort_keys=True, separators=(",", ":"))
        assert one.previous == previous
        assert one.hash == hashlib.sha256(said.encode()).hexdigest()
        previous = one.hash
    assert (anchor.number, anchor.hash) == (ACTS, previous)


def test_two_workspaces_have_chains_of_their_own(tmp_path):
    with open_workspace(tmp_path / "a") as one, open_workspace(tmp_path / "b") as other:
        assert one.audit.beginning() != other.audit.beginning()
        assert one.audit.anchor().number == 0
        assert one.audit.verify([one.audit.anchor()]).holds
        assert not one.audit.verify([other.audit.anchor()]).holds


def test_blinding_says_its_old_and_new_value_and_its_reason(trail):
    home, dump, _ = trail
    with _tampered(home, dump) as workspace:
        act = workspace.activity()[-2]
        assert (act.act, act.reason, act.changes) == (
            "unblind",
            "to see",
            {"blinded": (True, False)},
        )


# What is done behind its back -------------------------------------------------------------

_COLUMNS = ("at", "person", "act", "study", "detail_json", "number")
_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    number=st.integers(1, ACTS),
    column=st.sampled_from(_COLUMNS[:-1]),
    value=st.one_of(_TEXT, st.binary(max_size=5), st.integers(-5, 5), st.just("2026-03-31")),
)
def test_any_edit_is_found_where_it_is(trail, number, column, value):
    home, dump, _ = trail
    edit = f"UPDATE activity SET {column} = ? WHERE number = {number}"
    assert _found(_tampered(home, dump, edit, values=(value,))) == [(number, "changed")]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "2026-03-31T12:00:00.000000"),
        ("at", "2026-03-31 12:00:00.000000+02:00"),
        ("person", b"\xff\xfe"),
        ("person", "anna\0"),
        ("study", None),
        ("study", ""),
        ("detail_json", "{}"),
        ("detail_json", '{"file":  "5.csv"}'),
    ],
)
def test_an_edit_that_reads_alike_is_found(trail, column, value):
    home, dump, _ = trail
    stored = "CAST(? AS TEXT)" if isinstance(value, bytes) else "?"
    edit = f"UPDATE activity SET {column} = {stored} WHERE number = 4"
    assert _found(_tampered(home, dump, edit, values=(value,))) == [(4, "changed")]


@pytest.mark.parametrize("number", range(1, ACTS))
def test_a_deletion_is_found_where_it_is(trail, number):
    home, dump, _ = trail
    act = f"DELETE FROM activity WHERE number = {number}"
    link = f"DELETE FROM activity_link WHERE number = {number}"
    assert _found(_tampered(home, dump, act, link)) == [(number + 1, "missing")]
    assert _found(_tampered(home, dump, act)) == [(number, "removed")]
    assert _found(_tampered(home, dump, link)) == [(number, "added"), (number + 1, "missing")]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(places=st.lists(st.integers(1, ACTS), min_size=2, max_size=2, unique=True))
def test_a_swap_is_found_at_both_places(trail, places):
    home, dump, _ = trail
    one, other = sorted(places)

    def swap(table: str) -> list[str]:
        return [
            f"UPDATE {table} SET number = 99 WHERE number = {one}",
            f"UPDATE {table} SET number = {one} WHERE number = {other}",
            f"UPDATE {table} SET number = {other} WHERE number = 99",
        ]

    acts, links = swap("activity"), swap("activity_link")
    assert _found(_tampered(home, dump, *acts)) == [(one, "changed"), (other, "changed")]
    moved = _found(_tampered(home, dump, *acts, *links))
    assert {(one, "changed"), (other, "changed")} <= set(moved)
    assert {number for number, _ in moved} <= {one, one + 1, other, other + 1}


def test_an_act_put_in_is_found(trail):
    home, dump, _ = trail
    put = (
        "INSERT INTO activity VALUES (99, '2026-03-31 12:00:00.000000', 'eve', 'sign', NULL, '{}')"
    )
    link = f"INSERT INTO activity_link VALUES (99, '{'0' * 64}')"
    assert _found(_tampered(home, dump, put)) == [(99, "added")]
    assert _found(_tampered(home, dump, put, link)) == [(99, "missing")]
    # In between, with every later act moved up.
    up = ["UPDATE activity SET number = -number - 1 WHERE number >= 5"]
    up += ["UPDATE activity SET number = -number WHERE number < 0"]
    between = [*up, *(one.replace("activity", "activity_link") for one in up)]
    between += [put.replace("99", "5"), link.replace("99", "5")]
    found = _found(_tampered(home, dump, *between))
    assert found[0] == (5, "changed")


def test_the_beginning_belongs_to_the_chain(trail):
    home, dump, anchor = trail
    edit = "UPDATE workspace_fact SET value = 'x' WHERE item = 'audit_beginning'"
    assert _found(_tampered(home, dump, edit), [anchor]) == [(1, "changed")]
    gone = "DELETE FROM workspace_fact WHERE item = 'audit_beginning'"
    with (
        _tampered(home, dump, gone) as workspace,
        pytest.raises(DataError, match="the beginning of its audit trail"),
    ):
        workspace.audit.verify()


@pytest.mark.parametrize("left", range(ACTS))
def test_a_cut_shows_against_an_anchor_only_and_this_is_said(trail, left):
    home, dump, anchor = trail
    cut = [f"DELETE FROM {table} WHERE number > {left}" for table in ("activity_link", "activity")]
    with _tampered(home, dump, *cut) as workspace:
        alone, held = workspace.audit.verify(), workspace.audit.verify([anchor])
    assert alone.holds
    assert any("cut off at the end" in limit for limit in alone.limits)
    assert [(one.number, one.kind) for one in held.breaks] == [(ACTS, "cut")]
    assert not any("cut off" in limit for limit in held.limits)


def test_acts_written_over_a_cut_show_against_the_anchor(trail):
    home, dump, anchor = trail
    cut = [f"DELETE FROM {table} WHERE number > 5" for table in ("activity_link", "activity")]
    with _tampered(home, dump, *cut) as workspace:
        for _ in range(5):
            workspace.record(act="download", person="eve")
        assert workspace.audit.verify().holds
        assert workspace.audit.verify([anchor, workspace.audit.anchor()]).breaks[0].sentence == (
            "The trail up to act 8 is another one than when its anchor was made."
        )


def test_only_the_first_breaks_are_listed_and_all_are_counted(tmp_path):
    with open_workspace(tmp_path) as workspace:
        for _ in range(MOST_BREAKS + 20):
            workspace.record(act="download", person="anna")
    with closing(sqlite3.connect(tmp_path / "workspace.db")) as database, database:
        database.execute("UPDATE activity SET person = 'eve'")
    with open_workspace(tmp_path) as workspace:
        found = workspace.audit.verify()
    assert (len(found.breaks), found.broken) == (MOST_BREAKS, MOST_BREAKS + 20)
    assert "the chain breaks in 120 places" in found.sentence


def test_what_was_tampered_with_is_recorded_upon_all_the_same(trail):
    home, dump, _ = trail
    put = "INSERT INTO activity VALUES (12, 'yesterday', 'eve', 'sign', NULL, '{}')"
    with _tampered(home, dump, put) as workspace:
        workspace.record(act="download", person="anna")
        found = workspace.audit.verify()
        assert [(one.number, one.kind) for one in found.breaks] == [(12, "added")]
        assert found.head.number == 13
        with pytest.raises(DataError, match="can be read, but got 'act 12'"):
            workspace.audit.acts()


# Written by many --------------------------------------------------------------------------


def test_the_chain_holds_with_several_writing_processes(tmp_path):
    record_at_once(str(tmp_path), tmp_path)
    with open_workspace(tmp_path) as workspace:
        acts = workspace.audit.acts()
        assert workspace.audit.verify().holds
    assert [one.activity.number for one in acts] == list(range(1, 101))
    assert [one.activity.at for one in acts] == sorted(one.activity.at for one in acts)


def record_at_once(where: str, home: Path) -> None:
    """Four processes that record 25 acts each."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", RECORD, where, str(home), f"process {number}"],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    for process in started:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors


def test_an_act_that_was_not_kept_leaves_no_gap(tmp_path):
    with open_workspace(tmp_path) as workspace:
        workspace.register_study(code="A", status="complete", person="anna")
        with pytest.raises(DataError, match="is not unblinded already"):
            workspace.unblind("A", "anna", "again")
        workspace.record(act="download", person="anna")
        assert workspace.audit.verify().acts == workspace.audit.head()[0] == 2


# Read -------------------------------------------------------------------------------------


def test_acts_are_filtered(trail):
    home, dump, _ = trail
    with _tampered(home, dump) as workspace:
        room = workspace.audit
        numbers = [one.activity.number for one in room.acts(newest=True, start=1, rows=3)]
        assert numbers == [7, 6, 5]
        assert room.choices() == ActFilter(
            people=("anna", "ben"),
            acts=("download", "register", "unblind"),
            studies=("", "EQX-301"),
        )
        assert room.count(ActFilter(people=("anna",))) == 2
        assert room.count(ActFilter(studies=("",), acts=("download",))) == 3
        assert room.count(ActFilter(acts=("'; drop table activity; --",))) == 0
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        assert room.count(ActFilter(since=tomorrow)) == 0
        assert room.count(ActFilter(until=tomorrow)) == ACTS


def test_a_look_at_subjects_is_recorded_once_a_day_and_place(tmp_path, monkeypatch):
    with open_workspace(tmp_path) as workspace:
        workspace.register_study(code="EQX-301", person="anna")
        seen = {"person": "anna", "study": "EQX-301", "what": "profile", "snapshot": "s"}
        told = [workspace.audit.see(**seen), workspace.audit.see(**seen)]
        told += [workspace.audit.see(**{**seen, "what": "list"})]
        told += [workspace.audit.see(**{**seen, "person": "ben"})]
        assert told == [True, False, True, True]
        later = datetime.now(UTC) + timedelta(days=1)
        monkeypatch.setattr(tables, "now", lambda: later)
        assert workspace.audit.see(**seen)
        assert workspace.audit.verify().holds


@pytest.mark.parametrize(
    "line",
    [
        "",
        "12",
        "12 2026-03-31T10:00:00+00:00 xyz",
        "12 2026-03-31T10:00:00 " + "0" * 64,
        "-1 2026-03-31T10:00:00+00:00 " + "0" * 64,
        "12 yesterday-or-the-day-be " + "0" * 64,
    ],
)
def test_a_line_that_is_no_anchor_is_refused(line):
    with pytest.raises(DataError, match="an anchor is a number, a time with its zone"):
        Anchor.from_line(line)
