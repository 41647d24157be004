"""The Dosing page: scenarios from what a study saw; designs saved, opened, taken away, refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from analytics.results import Result
from dashboard.analyses.designs import usual_proposal
from dashboard.analyses.dosing import DosingProposal, usual_dosing
from dashboard.analyses.dosing.seen import BLINDED
from dashboard.views.dosing.current import PROPOSAL
from queries.workspace import open_workspace
from tests.dashboard.views.drawn import charts_of, run_script
from tests.dashboard.views.test_dosing_page import PAGE, press, shown

DOSES = "EQX-201"
pytestmark = pytest.mark.usefixtures("home")


def opened(study: str = DOSES, *, seen: bool = True, **more: object) -> AppTest:
    given = {"study": study, "dosing_tab": "Set-up", "dosing_seen_open": seen, **more}
    app = run_script(PAGE, given)
    assert not app.exception
    return app


def proposal(app: AppTest) -> DosingProposal:
    found = Result.from_json(app.session_state[PROPOSAL])
    assert isinstance(found, DosingProposal)
    return found


def labelled(elements: Any, label: str) -> Any:
    return next(one for one in elements if one.label == label)


def upload(app: AppTest, content: bytes, name: str = "design.json") -> None:
    app.file_uploader[0].upload(name, content, "application/json").run()
    assert not app.exception


def test_scenarios_are_taken_from_the_study_and_say_where_from() -> None:
    app = opened()
    assert "Morning queasiness within 28 days of first dose." in shown(app)
    press(app, "Use as scenarios")
    taken = proposal(app).seen
    assert taken is not None
    assert taken.amounts == usual_dosing().amounts
    assert not app.error
    assert "Computed by arm" in shown(app)
    app.session_state["dosing_tab"] = "Characteristics"
    app.session_state["dosing_designs"] = ["BOIN"]
    app.run()
    assert not app.exception
    assert app.radio(key="dosing_scenario_set").value == "As the study saw"
    for name in ("As seen", "Optimistic", "Pessimistic"):
        assert name in charts_of(app)
    assert "From EQX-201: Morning queasiness within 28 days of first dose." in shown(app)
    assert "200 of 200 subjects: All subjects." in shown(app)
    moved = replace(proposal(app), amounts=(10.0, 20.0, 40.0, 60.0, 90.0))
    app.session_state[PROPOSAL] = moved.to_json()
    app.run()
    assert "are for the doses 10, 20, 40, 60, 80 mg" in shown(app)
    stale = replace(taken, source=replace(taken.source, snapshot="earlier"))
    app.session_state[PROPOSAL] = replace(moved, seen=stale, amounts=taken.amounts).to_json()
    app.run()
    assert "Stale: the scenarios were fitted to an earlier snapshot" in shown(app)


def test_doses_that_were_not_given_are_refused_or_marked() -> None:
    app = opened()
    labelled(app.text_input, "Doses").set_value("30 100 200").run()
    assert "nothing was seen at 200 mg" in shown(app)
    assert "Use as scenarios" not in [one.label for one in app.button]
    labelled(app.toggle, "Extrapolate beyond the doses given").set_value(True).run()
    press(app, "Use as scenarios")
    taken = proposal(app).seen
    assert taken is not None
    assert taken.beyond == (200.0,)
    labelled(app.toggle, "Extrapolate beyond the doses given").set_value(False).run()
    press(app, "Take the doses of the study: 10, 30, 60, 100 mg")
    assert proposal(app).amounts == (10.0, 30.0, 60.0, 100.0)
    press(app, "Use as scenarios")
    assert proposal(app).seen != taken
    labelled(app.selectbox, "Adverse event").select("severe")
    labelled(app.selectbox, "Term").select("Any term").run()
    assert "the fitted risk falls with dose" in shown(app)


def test_a_blinded_reader_sees_neither_the_curve_nor_what_was_taken(home: Path) -> None:
    app = opened()
    press(app, "Use as scenarios")
    kept = app.session_state[PROPOSAL]
    labelled(app.text_input, "Name").set_value("From the study").run()
    press(app, "Save as new")
    assert "**From the study**, version 1" in shown(app)
    with open_workspace(home) as workspace:
        (saved,) = workspace.designs.of_study(DOSES)
        assert saved.unblinded
        assert saved.snapshot is not None
        workspace.blind(DOSES, "anna", "Tables are being made.")
        assert workspace.designs.of_study(DOSES) == ()
    blinded = opened(**{PROPOSAL: kept, "dosing_study": DOSES})
    assert "rests on adverse events by dose, which are not shown" in shown(blinded)
    assert BLINDED in shown(blinded)
    assert proposal(blinded) == usual_dosing()


def test_a_design_is_saved_in_versions_and_opened_again(home: Path) -> None:
    app = opened("EQX-301", seen=False)
    labelled(app.text_input, "Name").set_value("Five doses").run()
    press(app, "Save as new")
    first = proposal(app)
    labelled(app.selectbox, "Family").set_value("Keyboard").run()
    assert "**Five doses**, version 1" in shown(app)
    assert "changed since" in shown(app)
    press(app, "Save as version 2")
    assert "**Five doses**, version 2" in shown(app)
    with open_workspace(home) as workspace:
        (saved,) = workspace.designs.of_study("EQX-301")
        old = workspace.designs.one(saved.id, 1)
    assert (saved.kind, saved.version) == ("dose-escalation", 2)
    assert Result.from_json(saved.design_json) == first.of_family("Keyboard")
    assert Result.from_json(old.design_json) == first
    labelled(app.selectbox, "Family").set_value("CRM").run()
    press(app, "Open")
    assert proposal(app).family == "Keyboard"
    assert labelled(app.selectbox, "Family").value == "Keyboard"


def test_a_file_comes_back_and_what_is_none_is_refused() -> None:
    app = opened("EQX-301", seen=False)
    wanted = replace(usual_dosing().of_family("BLRM"), target=0.3, most_patients=24)
    upload(app, wanted.to_json().encode())
    assert not app.error
    assert proposal(app) == wanted
    tampered = json.loads(wanted.to_json())
    tampered["value"]["$fields"] = {"amounts": ["<script>"]}
    for content, said in (
        (b"\xff\xfe", "design.json cannot be opened: 'utf-8' codec"),
        (b"{}", "cannot be opened: `a result's JSON is an object"),
        (json.dumps(tampered).encode(), "cannot be opened: "),
        (wanted.to_json().replace("24", "-24").encode(), "most_patients"),
        (usual_proposal().to_json().encode(), "The file holds no design of this page."),
        (b"[" * 100_000, "cannot be opened: "),
    ):
        upload(app, content)
        assert said in "\n".join(one.value.replace("\\", "") for one in app.error)
        assert proposal(app) == wanted
