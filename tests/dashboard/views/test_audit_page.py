"""The Audit trail page: its filters, an act in full, the state of the chain, what is recorded."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import recording, state
from dashboard.trail_files import taken_trail
from queries.workspace import ActFilter, open_workspace

SECONDS = 120
HOSTILE = "<script>alert(1)</script> [x](javascript:1) :red[a] =1+1"
PAGE = """
from dashboard import state
from dashboard.views.audit import page

state.begin_run()
page.show()
"""
SUBJECTS = """
from dashboard import state
from dashboard.views import sidebar
from dashboard.views.subjects import page

state.begin_run()
sidebar.show()
page.show()
"""


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder without studies, and thirty acts."""
    monkeypatch.setenv("EQUIPOISE_HOME", str(tmp_path))
    state.workspace.clear()
    with open_workspace(tmp_path) as workspace:
        workspace.register_study(code="EQX-301", person="anna")
        workspace.unblind("EQX-301", "anna\u202e" + HOSTILE, HOSTILE)
        by_arm = {"what": "HR 0.6", "format": "csv", "pooled": False}
        workspace.record(act="export results", person="anna", study="EQX-301", detail=by_arm)
        for number in range(27):
            detail = {"file": HOSTILE, HOSTILE: {"old": HOSTILE, "new": number}}
            workspace.record(act="download", person="ben", detail=detail)
    yield tmp_path
    state.workspace.clear()


def said(app: AppTest) -> str:
    boxes = [*app.success, *app.error, *app.info, *app.caption, *app.markdown, *app.code]
    return "\n".join(str(one.value) for one in boxes)


def test_the_trail_is_read_filtered_and_verified(alone: Path) -> None:
    app = AppTest.from_string(PAGE, default_timeout=SECONDS).run()
    assert not app.exception
    [verified] = app.success
    assert verified.value.replace("\\", "").startswith("Verified: 30 acts, none changed")
    assert "Without an anchor it does not show" in said(app)
    rows = app.dataframe[0].value
    assert rows["Number"].tolist() == list(range(30, 5, -1))
    assert rows["About"].iloc[0] == HOSTILE  # a cell of a table, where no markup takes effect
    app.multiselect("audit_people").select("anna").run()
    assert app.dataframe[0].value["Act"].tolist() == ["export results", "register"]
    app.multiselect("audit_people").unselect("anna").run()
    app.multiselect("audit_studies").select("EQX-301").run()
    rows = app.dataframe[0].value
    assert rows["About"].tolist() == ["HR 0.6 as CSV", HOSTILE, "EQX-301"]
    assert rows["Who"].iloc[1] == "anna\ufffd" + HOSTILE
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    app.date_input("audit_days").set_value((yesterday, yesterday)).run()
    assert "No act is found" in said(app)
    with open_workspace(alone) as workspace:
        workspace.blind("EQX-301", "anna", "sealed again")
    app.date_input("audit_days").set_value(()).run()
    assert "HR 0.6" not in str(app.dataframe[0].value.to_dict())


def test_an_anchor_shows_what_was_cut_and_a_change_is_located(alone: Path) -> None:
    app = AppTest.from_string(PAGE, default_timeout=SECONDS).run()
    line = next(one.value for one in app.code if one.value.startswith("30 "))
    app.text_area("audit_anchor_lines").input("nonsense").run()
    app.button("audit_hold").click().run()
    assert "an anchor is a number" in said(app).replace("\\", "")
    app.text_area("audit_anchor_lines").input(line).run()
    app.button("audit_hold").click().run()
    assert "It agrees with the anchor." in app.success[0].value
    with closing(sqlite3.connect(alone / "workspace.db")) as database, database:
        for table in ("activity_link", "activity"):
            database.execute(f"DELETE FROM {table} WHERE number > 28")
        database.execute("UPDATE activity SET person = 'eve' WHERE number = 7")
    app.button("audit_again").click().run()
    assert not app.success
    told = app.error[0].value.replace("\\", "")
    assert "its anchor was made at act 30, which is gone" in told
    assert "Act 7 is not as it was recorded." in told
    with closing(sqlite3.connect(alone / "workspace.db")) as database, database:
        database.execute("UPDATE activity SET at = 'never', detail_json = '[' WHERE number = 28")
    app.button("audit_again").click().run()
    assert not app.exception
    assert "can be read" in said(app)


def test_the_file_withholds_what_was_made_by_arm_while_the_study_is_blinded(alone: Path) -> None:
    with open_workspace(alone) as workspace:
        wanted = ActFilter(acts=("export results",))
        open_, _ = taken_trail(workspace, wanted, "json")
        assert "HR 0.6" in json.loads(open_)["acts"][0]["detail"]
        workspace.blind("EQX-301", "anna", "sealed again")
        for format_ in ("json", "csv"):
            data, acts = taken_trail(workspace, wanted, format_)
            assert acts == 1
            assert b"HR 0.6" not in data
        workspace.unblind("EQX-301", "anna", "again")
        for format_ in ("json", "csv"):
            data, _ = taken_trail(workspace, wanted, format_, blinded={"EQX-301"})
            assert b"HR 0.6" not in data, "for who sees no arms"


@pytest.mark.usefixtures("alone")
def test_an_auditor_who_sees_no_arms_reads_no_detail_that_was_made_by_arm() -> None:
    """The study is unblinded for those who may see its arms; an administrator is none of them."""
    script = PAGE.replace(
        "state.begin_run()\npage.show()",
        "from dashboard.access.rights import Reader\n"
        "with state.read_as(Reader(name='root', roles=('administrator',))):\n"
        "    state.begin_run()\n    page.show()",
    )
    app = AppTest.from_string(script, default_timeout=SECONDS).run()
    assert not app.exception
    app.multiselect("audit_studies").select("EQX-301").run()
    told = app.dataframe[0].value["About"].tolist()
    assert told == ["Made by arm: shown when the study shows its arms.", HOSTILE, "EQX-301"]


def test_looks_at_subjects_and_files_taken_are_recorded(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    real = recording.taken
    monkeypatch.setattr(
        recording, "taken", lambda *a, **k: made.append((real(*a, **k), k)) or made[-1][0]
    )
    app = AppTest.from_string(SUBJECTS, default_timeout=SECONDS).run()
    subject = app.dataframe[0].value.iloc[0, 0]
    app.session_state["subject_opened"] = subject
    app.run()
    app.run()
    assert not app.exception
    with open_workspace(home) as workspace:
        looks = [act for act in workspace.activity(limit=5) if act.act == "view subjects"]
        assert [act.detail["what"] for act in looks] == ["subject profile", "list of subjects"]
        make = next(one for one, k in made if k["ending"] == "csv" and "timeline" in k["what"])
        assert make()
        [act] = workspace.activity(limit=1)
        assert (act.act, act.study) == ("export results", "EQX-301")
        assert act.detail["what"] == "timeline of a subject"
        assert subject not in "".join(one.detail_json for one in workspace.activity(limit=50))
        assert workspace.audit.verify().holds
