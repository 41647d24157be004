"""The Dose–response page: every tab, what is chosen and kept, and what is refused."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from analytics.results import Result
from dashboard.access.key import snapshot_key
from dashboard.analyses.dose_response import BLINDED
from dashboard.jobs.asking import AskedJob
from dashboard.jobs.requests import read_request, write_request
from dashboard.views import jobs
from queries.cohorts import Cohort, OneOf
from queries.store import open_store
from queries.workspace import open_workspace
from tests.dashboard.eqx301 import snapshot_path
from tests.dashboard.views import drawn
from tests.dashboard.views.drawn import TEXTS, page_script, run_script

PAGE = page_script("dose_response")
DOSES = "EQX-201"


def opened(tab: str = "Data", study: str = DOSES, **inputs: object) -> AppTest:
    app = run_script(PAGE, {"study": study, "dose_tab": tab, **inputs})
    assert not app.exception
    return app


shown = partial(drawn.shown, kinds=(*TEXTS, "subheader", "success", "table"), tiles=True)


def labelled(found: Any, label: str) -> Any:
    return next(one for one in found if one.label == label)


def own(name: str, study: str = DOSES) -> str:
    return f"dose_{name}_{study}"


@pytest.mark.usefixtures("home")
def test_the_plan_says_what_stands_first() -> None:
    app = opened()
    text = shown(app)
    assert "Mean change of SCORE from baseline at WEEK 12; lower is better." in text
    assert "Morning queasiness: share of the treated subjects" in text
    assert "planned dose of ADSL (DOSE01P)" in text
    assert len(app.get("plotly_chart")) == 2
    assert app.table[0].value["Without a value"].tolist() == ["3", "3", "3", "4", "11"]
    assert not app.error


@pytest.mark.usefixtures("home")
def test_responders_are_asked_for_and_missing_ones_may_be_left_out() -> None:
    app = opened()
    labelled(app.selectbox, "Response").select("responders").run()
    assert "changed from baseline by -10 or less" in shown(app)
    labelled(app.selectbox, "Without a value").select("left out").run()
    assert "without a value at the visit are left out" in shown(app)
    labelled(app.number_input, "Change of at least, points").set_value(0).run()
    assert "the change of a responder > 0" in shown(app)
    assert not app.exception


@pytest.mark.usefixtures("home")
def test_the_test_names_its_method_and_its_candidates() -> None:
    app = opened("Test")
    text = shown(app)
    assert "Adjusted p-value: < 0.0001" in text
    assert "MCP part of MCP-Mod" in text
    assert "Sigmoid Emax, ED50 40, Hill 3" in text
    labelled(app.selectbox, "What is better").select("increase").run()
    assert "check which direction is better" in shown(app)
    labelled(app.multiselect, "Candidate shapes").set_value([]).run()
    assert "Choose one or more candidate shapes" in shown(app)
    labelled(app.multiselect, "Candidate shapes").set_value(["emax"]).run()
    labelled(app.number_input, "Emax: ed50").set_value(-1).run()
    assert "shape parameters > 0" in shown(app)
    labelled(app.number_input, "Emax: ed50").set_value(20).run()
    labelled(app.number_input, "One-sided alpha, %").set_value(70).run()
    assert app.error
    assert not app.exception


@pytest.mark.usefixtures("home")
def test_curves_have_target_doses_and_say_where_there_is_none() -> None:
    wanted: dict[str, Any] = {own("wanted"): 8.0}
    app = opened("Fits", **wanted)
    table = app.table[0].value
    assert table["Curve"].tolist() == ["Linear", "Quadratic", "Emax", "Sigmoid Emax"]
    assert "Target dose: the smallest with a difference of 8 points from placebo" in str(
        [chart.proto.spec for chart in app.get("plotly_chart")]
    ) + shown(app)
    labelled(app.number_input, "Wanted difference from placebo, points").set_value(50).run()
    assert "reaches no difference of 50 from placebo" in shown(app)
    labelled(app.number_input, "Wanted difference from placebo, points").set_value(0).run()
    assert "the wanted difference > 0" in shown(app)


def test_the_average_is_begun_by_a_button(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    def answer(asked: AskedJob[Result], **_: object) -> Result:
        how = write_request(read_request(asked.request_json, asked.kind.request))
        request: Any = read_request(
            how.replace('"draws": 1000', '"draws": 100'), asked.kind.request
        )
        with open_store(snapshot_path(home, DOSES), key=snapshot_key()) as store:
            return Result.from_json(request.run(store).to_json())

    before = opened("Fits")
    assert "Average" in [button.label for button in before.button]
    monkeypatch.setattr(jobs, "answer", answer)
    text = shown(opened("Fits"))
    assert "Draws that reach the effect" in text
    assert "Mean weights over the draws: Linear" in text


@pytest.mark.usefixtures("home")
def test_utility_has_a_best_dose_and_a_price() -> None:
    app = opened("Utility")
    text = shown(app)
    assert "Best dose, mg" in text
    assert "10 percentage points more harm outweigh 2 points of benefit." in text
    labelled(app.number_input, "10% more harm outweigh, points").set_value(-1).run()
    assert "the price of harm >= 0" in shown(app)
    labelled(app.number_input, "10% more harm outweigh, points").set_value(2).run()
    labelled(app.selectbox, "Adverse event").select("serious").run()
    assert "Nobody or everybody at some dose had the event" in shown(app)
    labelled(app.button, "Take to dosing scenarios").click().run()
    assert app.session_state["page_wanted"] == "dosing"
    assert app.session_state["dosing_seen_kind_EQX-201"] == "serious"
    assert app.session_state["dosing_tab"] == "Set-up"
    assert app.session_state["dosing_seen_open"]
    assert not app.exception


@pytest.mark.usefixtures("home")
def test_a_trial_is_planned_for_means_and_shares() -> None:
    app = opened("Planning")
    assert "Least power: 8" in shown(app)
    labelled(app.selectbox, "Wanted").select("Power for a size").run()
    labelled(app.text_input, "Subjects at each dose").set_value("40, 40, 40, 40").run()
    assert "there are subjects at each dose" in shown(app)
    labelled(app.text_input, "Subjects at each dose").set_value("40.5, 40, 40, 40, 40").run()
    assert "subjects are whole numbers" in shown(app)
    labelled(app.text_input, "Subjects at each dose").set_value("40, 40, 40, 40, 40").run()
    assert "Subjects: 200" in shown(app)
    labelled(app.selectbox, "Response").select("Share").run()
    assert "Share 40% at placebo and 20% at the best dose" in shown(app)
    labelled(app.text_input, "Doses, placebo first").set_value("").run()
    assert app.error
    labelled(app.text_input, "Doses, placebo first").set_value("10, 5, x").run()
    assert "numbers, separated by commas" in shown(app)
    assert not app.exception


@pytest.mark.usefixtures("home")
def test_a_study_without_three_doses_says_what_it_has() -> None:
    text = shown(opened(study="EQX-301"))
    assert "three or more different doses" in text
    assert "Lumarestat 200 mg" in text
    assert "amount in the arm's name" in text
    assert "Least power" in text
    without = shown(opened(study="GBSG2"))
    assert "doses found: none" in without
    assert "not collected" in without


def test_a_blinded_reader_sees_no_dose(home: Path) -> None:
    with open_workspace(home) as workspace:
        workspace.blind(DOSES, "Ann", "Tables are being made.")
    app = opened("Test")
    text = shown(app)
    assert BLINDED in text
    assert "DOSE01P" not in text
    assert "30 mg" not in text
    assert labelled(app.text_input, "Doses, placebo first").value == "0, 10, 25, 50, 100"


@pytest.mark.usefixtures("home")
def test_a_cohort_without_a_dose_is_explained() -> None:
    nobody = Cohort(OneOf(column="USUBJID", values=("none",)))
    assert "doses found: none" in shown(opened(cohort=nobody))


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("tab", ["Data", "Test", "Fits", "Utility", "Planning"])
def test_a_redraw_is_quick(tab: str) -> None:
    app = opened(tab)
    app.run()
    begun = perf_counter()
    app.run()
    assert perf_counter() - begun < 1.5  # 0.5 s on a free machine
    assert not app.exception
