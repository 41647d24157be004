"""TITE-CRM and BOIN12 on the Dosing page: conducted, simulated, printed, and what is refused."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from analytics.results import Result, same
from dashboard.analyses.dosing import DosingProposal, usual_dosing
from dashboard.analyses.dosing.card import SUPPORTS
from dashboard.analyses.dosing.efficacy_toxicity.card import CORNER
from dashboard.analyses.dosing.efficacy_toxicity.characteristics import EfficacyToxicityRequest
from dashboard.analyses.dosing.efficacy_toxicity.settings import EfficacyToxicitySettings
from dashboard.analyses.dosing.late_toxicity.settings import window_days
from dashboard.home import open_here
from dashboard.jobs.requests import read_request
from dashboard.jobs.working import Worker
from dashboard.views.dosing.current import JOINT, PATIENTS, PROPOSAL, TODAY
from queries.workspace import Workspace
from tests.analytics.dosing.oracle_rows import oracle_rows
from tests.dashboard.views.drawn import charts_of
from tests.dashboard.views.test_dosing_page import number, opened, press, shown

TITE = usual_dosing().of_family("TITE-CRM")
BOIN12 = usual_dosing().of_family("BOIN12")
[PUBLISHED] = [
    one.values[0] for one in oracle_rows("dosing_boin12") if one.values[0]["quantity"] == "conduct"
]


@pytest.fixture
def workspace(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """The workspace of the app under test; workers are the test's own."""
    monkeypatch.delenv("EQUIPOISE_WORKSPACE_URL", raising=False)
    for place in ("dashboard.jobs.asking", "dashboard.views.jobs"):
        monkeypatch.setattr(f"{place}.ensure_worker", lambda _: False)
    with open_here(home) as found:
        yield found


def own(app: AppTest, label: str):  # type: ignore[no-untyped-def]
    boxes = [*app.selectbox, *app.text_input, *app.text_area, *app.toggle]
    return next(one for one in boxes if one.label == label)


def kept(app: AppTest) -> DosingProposal:
    found = Result.from_json(app.session_state[PROPOSAL])
    assert isinstance(found, DosingProposal)
    return found


def cells(table: pd.DataFrame) -> pd.DataFrame:
    """A table as it is read, without the escapes of Markdown."""
    read = table.map(lambda one: str(one).replace("\\", ""))
    return read.rename(columns=lambda name: str(name).replace("\\", ""))


def ran(app: AppTest, word: str, found: str = "found") -> Any:
    """What the Python on the page has found."""
    code = next(one.value for one in app.code if word in one.value)
    made = dict[str, Any]()
    with contextlib.redirect_stdout(io.StringIO()):
        exec(code, made)
    return made[found]


def test_both_are_set_up_with_their_own_settings(home: Path) -> None:
    app = opened()
    own(app, "Family").set_value("TITE-CRM").run()
    assert not app.error
    number(app, "Assessment window, days").set_value(84)
    own(app, "Weights").set_value("adaptive").run()
    assert (window_days(kept(app).accrual), kept(app).late.scheme) == (84, "adaptive")
    assert "within 84 days of 25 %" in shown(app)
    own(app, "Family").set_value("BOIN12").run()
    assert number(app, "Assessment of both outcomes, months").value == pytest.approx(2.76, abs=0.01)
    number(app, "Toxicity at most, %").set_value(30.0)
    number(app, "Neither").set_value(35.0).run()
    assert kept(app).joint == EfficacyToxicitySettings(toxicity_limit=0.3, neither=35.0)
    assert "toxicity probability of at most 30 %" in shown(app)
    number(app, "Too toxic over").set_value(0.5).run()
    assert "`0.5 < toxicity_cutoff < 1` must hold, but got toxicity_cutoff=0.5." in shown(app)
    assert kept(app).joint.toxicity_cutoff == 0.95


def test_a_tite_trial_is_conducted_by_day(home: Path) -> None:
    app = opened("Conduct", TITE)
    assert "Next: dose 1 (10 mg) for a patient who comes on day 0." in shown(app)
    press(app, "Add patient")
    number(app, "Entered on day").set_value(30).run()
    press(app, "Add patient")
    assert app.session_state[PATIENTS] == "1@0 2@30"
    assert app.session_state[TODAY] == 30
    number(app, "Today, day of the trial").set_value(45).run()
    patients = cells(app.table[-1].value)
    assert patients["Counts"].tolist() == ["1.000", "0.500"]
    own(app, "Patient").set_value(2)
    number(app, "On day").set_value(44).run()
    press(app, "Record")
    assert app.session_state[PATIENTS] == "1@0 2@30T44"
    said = shown(app)
    assert "Next: dose 1 (10 mg) for a patient who comes on day 45." in said
    assert SUPPORTS in said
    assert "toxicity on day 44" in charts_of(app)
    assert ran(app, "draw_follow_up").recommendation.dose == 1
    app.text_area(key=PATIENTS).set_value("1@0 3@30T44").run()
    deviation = "Patient 2 was given dose 3; the design recommended dose 2."
    assert deviation in app.warning[0].value.replace("\\", "")
    app.session_state["dosing_tab"] = "Decision table"
    app.run()
    assert "TITE-CRM has no table by patients at the dose." in shown(app)
    assert "With 2 patients entered on the Conduct tab." in shown(app)


def test_a_boin12_trial_is_the_published_one(home: Path) -> None:
    proposal = replace(
        BOIN12, most_patients=36, joint=EfficacyToxicitySettings(extra_exploration=9)
    )
    histories = PUBLISHED["inputs"]["histories"]
    app = opened("Conduct", proposal)
    # One after the other at the inputs, then each history of the paper as text.
    number(app, "Neither").set_value(3).run()
    press(app, "Add cohort")
    number(app, "Neither").set_value(2)
    number(app, "Both").set_value(1).run()
    press(app, "Add cohort")
    assert app.session_state[JOINT] == histories[1]
    for text, dose in zip(histories, PUBLISHED["expected"]["next_dose"], strict=True):
        app.text_input(key=JOINT).set_value(text).run()
        assert f"Next: dose {dose} ({proposal.dose_name(dose)}) for 3 patients." in shown(app)
        assert ran(app, "draw_joint_conduct").recommendation.dose == dose
    app.text_input(key=JOINT).set_value(f"{histories[8]} 4NEN").run()
    best = PUBLISHED["expected"]["final_obd"]
    assert f"The trial stops; dose {best} (60 mg) is selected." in shown(app)
    assert "The trial has ended: no cohort follows." in shown(app)
    assert not app.warning
    app.text_input(key=JOINT).set_value("1NNN 4NNN").run()
    deviation = "Cohort 2 was given dose 4; the design recommended dose 2."
    assert deviation in app.warning[0].value.replace("\\", "")
    press(app, "Undo")
    assert app.session_state[JOINT] == "1NNN"


def test_bad_rows_are_told(home: Path) -> None:
    app = opened("Conduct", TITE, **{TODAY: 40})
    for text, said in (
        ("1@0 2", "must hold, but got patient=2, word='2'."),
        ("1@0 9@5", "`1 <= dose <= 5` must hold, but got patient=2, dose=9."),
        (
            "1@50",
            "`nothing is recorded after today` must hold, but got patient=1, day=50, today=40",
        ),
        ("1@0T35", "`a toxicity counts within 30 days of the entry` must hold, but got patient=1"),
    ):
        app.text_area(key=PATIENTS).set_value(text).run()
        assert not app.exception
        assert said in shown(app)
    joint = opened("Conduct", BOIN12)
    for text, said in (
        ("1NX", "such as 2NEB` must hold, but got cohort='1NX'."),
        ("6NNN", "`1 <= dose <= 5` must hold, but got dose=6."),
    ):
        joint.text_input(key=JOINT).set_value(text).run()
        assert not joint.exception
        assert said in shown(joint)


def test_the_card_of_boin12(home: Path) -> None:
    app = opened("Decision table", BOIN12)
    limits, three = (cells(one.value) for one in app.table)
    assert limits.iloc[1].tolist() == ["6", "1", "3", "5", "–"]
    assert three[CORNER].tolist() == ["0", "1", "2", "3"]
    uneven = replace(BOIN12, joint=EfficacyToxicitySettings(both=70.0))
    other = opened("Decision table", uneven)
    assert len(other.table) == 1
    assert "with 40 and 70 the score also depends on how many patients have both" in shown(other)


def test_boin12_is_simulated_as_a_job_with_its_error(workspace: Workspace) -> None:
    app = opened("Characteristics", BOIN12)
    app.radio(key="dosing_joint_set").set_value("Own").run()
    app.text_area(key="dosing_joint_scenarios").set_value("Flat: 0.1 0.2 / 0.3 0.3").run()
    assert "`a scenario has 5 probabilities of toxicity` must hold" in shown(app)
    line = "Usual: 0.03 0.17 0.35 0.5 0.65 / 0.12 0.39 0.43 0.55 0.65"
    app.text_area(key="dosing_joint_scenarios").set_value(line).run()
    press(app, "Simulate BOIN12")
    [job] = workspace.jobs.of_study("EQX-301")
    asked = read_request(workspace.jobs.request(job.id), EfficacyToxicityRequest)
    assert asked.proposal == BOIN12
    assert Worker(workspace).do_one().state == "done"  # type: ignore[union-attr]
    app.run()
    found = asked.run()
    assert "Monte-Carlo error of best dose selected at most 0.5 points." in shown(app)
    assert "No benchmark is shown" in shown(app)
    cell = f"{100 * found.value('correct'):.1f} ± {100 * found.error('correct'):.1f}"
    assert cells(app.table[-1].value)["Best dose selected, %"].tolist() == [cell]
    assert same(ran(app, "selection_table"), found)


def test_tite_crm_is_compared_beside_the_benchmark(workspace: Workspace) -> None:
    lines = "Low: 0.1 0.25 0.4 0.5 0.6\nToxic: 0.5 0.6 0.7 0.8 0.9 | none"
    own_ones = {"dosing_scenario_set": "Own", "dosing_scenarios": lines}
    app = opened("Characteristics", TITE, dosing_designs=["BOIN", "TITE-CRM"], **own_ones)
    press(app, "Simulate TITE-CRM")
    assert Worker(workspace).do_one().state == "done"  # type: ignore[union-attr]
    app.run()
    assert "TITE-CRM: 2,000 simulated trials a scenario, seed 1" in shown(app)
    figures = cells(app.table[-1].value).set_index("Figure")
    assert figures.columns.tolist() == ["BOIN", "TITE-CRM", "Benchmark"]
    row = figures.loc["Correct selection where a dose is right, %"].astype(float)
    assert row["Benchmark"] > max(row["BOIN"], row["TITE-CRM"])
    durations = figures.loc["Duration, months"]
    assert float(durations["TITE-CRM"]) < float(durations["BOIN"])
    found = ran(app, "draw_designs", "found_tite_crm")
    assert row["TITE-CRM"] == pytest.approx(100 * found.value("correct"), abs=0.05)
