"""The Enrolment page: every tab, what is chosen and kept, and what is refused."""

from __future__ import annotations

import datetime
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from analytics.results import Result
from dashboard.access.key import snapshot_key
from dashboard.analyses.designs import DesignProposal
from dashboard.jobs.asking import AskedJob
from dashboard.jobs.requests import read_request, write_request
from dashboard.views import jobs
from dashboard.views.designs.current import SURVIVAL
from queries.cohorts import Between, Cohort
from queries.site_plan import PlannedSite, SitePlan, read_site_plan
from queries.store import open_store
from queries.workspace import open_workspace
from tests.dashboard.eqx301 import snapshot_path
from tests.dashboard.views import drawn
from tests.dashboard.views.drawn import TEXTS, page_script, run_script

PAGE = page_script("enrolment")
SMALL = "EQX-201"  # 200 subjects at 17 sites, without screening


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Jobs are done at once, where the page asks for them."""

    def answer(asked: AskedJob[Result], **_: object) -> Result:
        request: Any = read_request(asked.request_json, asked.kind.request)
        if asked.kind.name == "milestones":
            how = write_request(request).replace('"replications": 10000', '"replications": 300')
            request = read_request(how, asked.kind.request)
        study = "EQX-301" if asked.kind.name.startswith("milestone") else SMALL
        with open_store(snapshot_path(home, study), key=snapshot_key()) as store:
            return Result.from_json(request.run(store).to_json())

    monkeypatch.setattr(jobs, "answer", answer)


def opened(study: str = SMALL, **inputs: object) -> AppTest:
    app = run_script(PAGE, {"study": study, **inputs})
    assert not app.exception
    return app


shown = partial(drawn.shown, kinds=(*TEXTS, "subheader", "success", "table"), tiles=True)


def press(app: AppTest, label: str) -> AppTest:
    next(one for one in app.button if one.label == label).click().run()
    assert not app.exception
    return app


def labelled(found: Any, label: str) -> Any:
    return next(one for one in found if one.label == label)


# The tabs -----------------------------------------------------------------------------


@pytest.mark.usefixtures("home")
def test_a_study_that_has_enrolled_begins_with_half_of_it_and_says_that_it_missed():
    app = opened()
    said = shown(app)
    assert "With constant rates the forecast of 2024-07-09 expected" in said
    assert "200 came: it missed, too high." in said
    assert "Enrolled: 100 50% of the target" in said
    assert "NLD" in said
    press(app, "Let rates slow")
    assert "With slowing rates the forecast of 2024-07-09 expected" in shown(app)
    assert app.session_state["enrolment_rates"] == "slowing"


@pytest.mark.usefixtures("home")
def test_the_reader_picks_target_and_day():
    app = opened()
    labelled(app.number_input, "Target, subjects").set_value(120).run()
    assert "83% of the target" in shown(app)
    labelled(app.date_input, "Day to finish by").set_value(datetime.date(2024, 7, 10)).run()
    assert "Finished by 10 Jul 2024: 0%" in shown(app)
    labelled(app.date_input, "Known on").set_value(datetime.date(2024, 10, 1)).run()
    assert not app.exception
    assert "before the forecast" in shown(app)
    assert "Finished by 1 Oct 2024" not in shown(app) or "100%" in shown(app)


@pytest.mark.usefixtures("home")
def test_the_forecast_goes_to_the_design():
    app = press(opened(), "Take to the design")
    assert app.session_state["page_wanted"] == "designs"
    proposal = Result.from_json(app.session_state[SURVIVAL.text])
    assert isinstance(proposal, DesignProposal)
    assert proposal.assumptions.accrual.subjects == pytest.approx(200)
    assert "accrual as forecast on 2024-07-09" in proposal.origin


@pytest.mark.usefixtures("home")
def test_a_design_that_cannot_take_the_accrual_says_why():
    app = opened()
    labelled(app.number_input, "Target, subjects").set_value(101).run()
    press(app, "Take to the design")
    assert "page_wanted" not in app.session_state or app.session_state["page_wanted"] is None
    assert "The design cannot take this accrual" in shown(app)


@pytest.mark.usefixtures("home")
def test_sites_are_listed_with_ranks_and_no_raw_rates():
    said = shown(opened(enrolment_tab="Sites"))
    assert "Rank (90%)" in said
    assert "Among the 5 fastest" in said
    assert "Raw rate" not in said.replace("Raw rates (open circles)", "")


@pytest.mark.usefixtures("home")
def test_screen_failures_are_shown_where_screening_was_collected():
    assert "Screen failures, % (90%)" in shown(opened("EQX-301", enrolment_tab="Sites"))


@pytest.mark.usefixtures("home")
def test_changes_are_added_compared_and_removed():
    app = opened(enrolment_tab="What-if")
    assert "No change yet" in shown(app)
    press(app, "Add the change")
    said = shown(app)
    assert "Add 5 sites on" in said
    assert "days sooner" in said
    labelled(app.selectbox, "Change").set_value("close").run()
    labelled(app.selectbox, "Where").set_value("NLD").run()
    press(app, "Add the change")
    assert "Close the sites in NLD on" in shown(app)
    assert len(app.session_state[f"enrolment_changes_{SMALL}"]) == 2
    press(app, "Remove")
    assert "Add 5 sites on" not in shown(app)
    assert "days later" in shown(app)


@pytest.mark.usefixtures("home")
def test_chosen_sites_are_needed_before_a_change_can_be_added():
    app = opened(enrolment_tab="What-if")
    labelled(app.selectbox, "Change").set_value("pace").run()
    labelled(app.selectbox, "Where").set_value("Chosen sites").run()
    assert labelled(app.button, "Add the change").disabled
    labelled(app.multiselect, "Sites").set_value(["101"]).run()
    press(app, "Add the change")
    assert "Let site 101 enrol 1.2 times as fast." in shown(app)


@pytest.mark.usefixtures("home", "done")
def test_events_have_days_and_a_chance():
    app = opened("EQX-301", enrolment_tab="Events")
    said = shown(app)
    assert "18 May 2026" in said
    assert "Placebo" in said
    labelled(app.toggle, "Hazards by arm").set_value(False).run()
    assert "Arms are pooled." in shown(app)


@pytest.mark.usefixtures("done")
def test_a_blinded_reader_gets_events_without_arms(home: Path):
    with open_workspace(home) as workspace:
        workspace.blind("EQX-301", "local owner", "Back to blinded")
    app = opened("EQX-301", enrolment_tab="Events")
    assert not [one for one in app.toggle if one.label == "Hazards by arm"]
    assert "Lumarestat 200 mg" not in shown(app)


@pytest.mark.usefixtures("home", "done")
def test_the_past_is_judged_from_one_day_and_from_many():
    app = opened(enrolment_tab="Back-test", enrolment_endpoint="TTQUEAS")
    said = shown(app)
    assert "it missed, too high" in said
    assert "Constant rates: coverage of 90% bands" in said
    assert "bands of 90% held what came" in said


# What is refused ----------------------------------------------------------------------


@pytest.mark.usefixtures("home")
def test_a_study_without_sites_has_events_only():
    app = opened("GBSG2")
    assert "sites were not collected" in shown(app)
    assert any(one.label == "Forecast" for one in app.button)


@pytest.mark.usefixtures("home")
def test_an_empty_cohort_is_a_sentence():
    app = opened(cohort=Cohort(Between(column="AGE", low=150.0)))
    assert "nobody of this cohort is enrolled" in shown(app)


@pytest.mark.usefixtures("home")
def test_milestones_that_are_none_are_told_with_the_rule():
    app = opened("EQX-301", enrolment_tab="Events")
    labelled(app.text_input, "Milestones, events").set_value("-5, many").run()
    assert "milestones are whole numbers of events" in shown(app)
    labelled(app.text_input, "Milestones, events").set_value("").run()
    assert "1 to 20 milestones" in shown(app)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("country,target\nNLD,5\n", "a plan of sites has a column site"),
        ("site,target\n101,-5\n", "a target is a whole number from 0 to 100,000"),
        ("site,planned_activation\n101,31.03.2024\n", "days are written as 2026-03-31"),
        ("site,activation_cost\n101,500\n", "costs have a currency"),
        ("", "a file is not empty"),
    ],
)
def test_a_bad_site_plan_is_told_with_rule_and_value(text: str, rule: str):
    app = opened(enrolment_tab="Sites")
    app.file_uploader[0].upload("sites.csv", text.encode(), "text/csv").run()
    assert not app.exception
    said = shown(app)
    assert "The site plan was refused; nothing changed." in said
    assert rule in said
    assert f"enrolment_plan_{SMALL}" not in app.session_state


@pytest.mark.usefixtures("home")
def test_a_site_plan_is_used_kept_and_forgotten():
    app = opened(enrolment_tab="Sites")
    text = "site,target,actual_activation\n101,20,2024-01-10\n999,8,2024-02-01\n"
    app.file_uploader[0].upload("sites.csv", text.encode(), "text/csv").run()
    assert not app.exception
    said = shown(app)
    assert "999" in said
    assert "10 Jan 2024" in said
    kept = app.session_state[f"enrolment_plan_{SMALL}"]
    assert read_request(kept, SitePlan) == read_site_plan(text.encode())
    press(app, "Forget the site plan")
    assert "999" not in shown(app)


@pytest.mark.usefixtures("home")
def test_a_link_that_cannot_be_read_is_said():
    app = opened(**{f"enrolment_plan_{SMALL}": json.dumps({"sites": 3})})
    assert "The site plan of this link cannot be read" in shown(app)
    changes = {f"enrolment_changes_{SMALL}": ["{}"], "enrolment_tab": "What-if"}
    assert "The changes of this link cannot be read" in shown(opened(**changes))


@pytest.mark.usefixtures("home")
def test_names_out_of_a_plan_are_taken_as_they_are():
    hostile = SitePlan(
        sites=(
            PlannedSite(
                site=":red[x] <script>",
                country="**b**",
                planned_activation=datetime.date(2024, 9, 1),
            ),
        )
    )
    app = opened(**{f"enrolment_plan_{SMALL}": write_request(hostile), "enrolment_tab": "Sites"})
    cells = [str(cell) for table in app.table for cell in table.value.to_numpy().ravel()]
    assert r"\:red\[x\] \<script\>" in cells
    assert r"\*\*b\*\*" in cells
