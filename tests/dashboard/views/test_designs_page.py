"""The Designs page: the plan first, every tab, bad input, saved designs, blinding, links."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analytics.results import Result
from dashboard.analyses.designs import AssumptionsSource, DesignProposal, usual_proposal
from dashboard.views.designs.current import SURVIVAL
from queries.workspace import open_workspace
from tests.dashboard.views import drawn
from tests.dashboard.views.drawn import TEXTS, page_script, run_script

TEXT = SURVIVAL.text
PAGE = page_script("designs")
TABS = (
    "Boundaries",
    "Power",
    "Course",
    "Cost",
    "Simulation",
    "Interim analysis",
    "Compare",
    "Protocol",
)


def opened(study: str = "EQX-301", **inputs: object) -> AppTest:
    app = run_script(PAGE, {"study": study, "design_study": study, **inputs})
    assert not app.exception
    return app


shown = partial(drawn.shown, kinds=(*TEXTS, "subheader", "success", "table"), tiles=True)


def proposal(app: AppTest) -> DesignProposal:
    found = Result.from_json(app.session_state[TEXT])
    assert isinstance(found, DesignProposal)
    return found


def labelled(app: AppTest, kind: str, label: str) -> object:
    return next(one for one in app.get(kind) if one.label == label)


@pytest.mark.usefixtures("home")
def test_the_plan_of_the_study_is_the_first_design():
    app = opened()
    said = shown(app)
    assert "The plan of EQX-301 for Overall survival" in said
    assert "Power: 90.0%" in said
    assert "Events: 420" in said
    assert proposal(app).events == 420


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("tab", TABS)
def test_every_tab_draws(tab: str):
    app = opened(design_tab=tab)
    assert not app.error
    assert not app.warning


@pytest.mark.usefixtures("home")
def test_an_input_changes_the_design_and_a_broken_rule_is_a_sentence():
    app = opened()
    looks = labelled(app, "text_input", "Looks at shares of events")
    looks.set_value("0.5, 1").run()  # type: ignore[attr-defined]
    assert proposal(app).monitoring.information_fractions == (0.5, 1.0)
    kept = app.session_state[TEXT]
    for bad, sentence in (
        ("0.7, 0.5, 1", "information fractions rise"),
        ("0.5, 1.2", "above 0 and at most 1"),
        ("half", "numbers, separated by commas"),
        ("", "1 to 10 looks"),
    ):
        labelled(app, "text_input", "Looks at shares of events").set_value(bad).run()  # type: ignore[attr-defined]
        assert sentence in shown(app)
        assert app.session_state[TEXT] == kept
        assert not app.metric


# SAS/STAT User's Guide, The SEQDESIGN Procedure, "Computing Sample Size for Survival Data That Have
# Uniform Accrual", with ACCTIME=18: four looks, O'Brien-Fleming-type spending, two-sided 0.05,
# power 0.9, hazards 0.03466 and 0.01733 a week, 15 subjects a week. Events, weeks, subjects and
# z as printed there.
PUBLISHED = {
    "events": (22.26962, 44.53924, 66.80886, 89.07847),
    "calendar_times": (11.2631, 16.2875, 20.4926, 25.13323),
    "subjects": (168.95, 244.31, 270.00, 270.00),
    "z_efficacy": (4.33263, 2.96333, 2.35902, 2.01409),
}


@pytest.mark.usefixtures("home")
def test_the_page_reproduces_a_published_design():
    app = opened(**{TEXT: usual_proposal().to_json()})
    entered = {
        "Median, months": math.log(2) / 0.03466,
        "Hazard ratio": 0.5,
        "Subjects": 270,
        "Accrual, months": 18.0,
        "Dropout of control, % a year": 0.0,
        "Dropout of treatment, % a year": 0.0,
        "Type I error α": 0.05,
    }
    for label, value in entered.items():
        labelled(app, "number_input", label).set_value(value)  # type: ignore[attr-defined]
    labelled(app, "text_input", "Looks at shares of events").set_value("0.25, 0.5, 0.75, 1")  # type: ignore[attr-defined]
    labelled(app, "selectbox", "Sides").set_value(2).run()  # type: ignore[attr-defined]
    assert not app.exception
    found = proposal(app).design().evaluate()
    for name, digits in (("events", 4), ("calendar_times", 4), ("subjects", 2)):
        assert getattr(found, name) == pytest.approx(PUBLISHED[name], abs=0.6 * 10**-digits)
    assert found.boundaries.z_efficacy == pytest.approx(PUBLISHED["z_efficacy"], abs=2.1e-4)
    said = shown(app)
    assert "Power: 90.0%" in said
    assert "Events: 90" in said


@pytest.mark.usefixtures("home")
def test_alpha_of_zero_and_events_that_never_come_are_sentences():
    app = opened()
    alpha = labelled(app, "number_input", "Type I error α")
    alpha.set_value(0.0).run()  # type: ignore[attr-defined]
    assert "0 < alpha < 1" in shown(app)
    many = replace(usual_proposal(), sizing="events", events=499.0)
    assert "499 events are never expected" in shown(opened(**{TEXT: many.to_json()}))


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("text", ["{", '{"kind": "os.system"}', "[]", '{"a": 1}'])
def test_a_hostile_link_shows_the_plan(text: str):
    app = opened(**{TEXT: text})
    assert "cannot be read; the plan is shown instead" in shown(app)
    assert proposal(app).events == 420


@pytest.mark.usefixtures("home")
def test_a_design_computed_by_arm_is_kept_from_a_reader_of_pooled_data(home: Path):
    source = AssumptionsSource(endpoint="OS", snapshot="S", unblinded=True)
    secret = replace(usual_proposal(), source=source, events=217.0)
    with open_workspace(home) as workspace:
        workspace.blind("EQX-301", "anna", "Interim")
    app = opened(**{TEXT: secret.to_json()})
    said = shown(app)
    assert "rests on hazards by arm" in said
    assert "217" not in said
    assert proposal(app).events == 420


@pytest.mark.usefixtures("home")
def test_a_design_is_saved_opened_and_compared(home: Path):
    app = opened()
    labelled(app, "text_input", "Name").set_value("Three looks").run()  # type: ignore[attr-defined]
    labelled(app, "button", "Save as new").click().run()  # type: ignore[attr-defined]
    assert not app.exception
    assert "**Three looks**, version 1" in shown(app)
    with open_workspace(home) as workspace:
        (saved,) = workspace.designs.of_study("EQX-301")
    assert Result.from_json(saved.design_json) == proposal(app)
    labelled(app, "text_input", "Looks at shares of events").set_value("1").run()  # type: ignore[attr-defined]
    assert "changed since" in shown(app)
    app.session_state["design_tab"] = "Compare"
    app.run()
    assert "**no interim look**" not in shown(app)
    assert "Three looks (version 1)" in shown(app)
    labelled(app, "button", "Open").click().run()  # type: ignore[attr-defined]
    assert proposal(app).monitoring.information_fractions == (0.6, 0.8, 1.0)


@pytest.mark.usefixtures("home")
def test_assumptions_are_taken_from_the_cohort_and_say_where_from():
    app = opened()
    labelled(app, "button", "Use as assumptions").click().run()  # type: ignore[attr-defined]
    assert not app.exception
    taken = proposal(app)
    assert taken.source is not None
    assert taken.source.endpoint == "OS"
    assert taken.source.unblinded
    assert not taken.assumptions.certain
    assert "159 events in 359 subjects" in shown(app)


@pytest.mark.usefixtures("home")
def test_the_interim_calculator_says_whether_a_boundary_is_reached():
    app = opened(
        design_tab="Interim analysis",
        design_interim_events="252, 336",
        design_interim_values="1.9, 2.6",
    )
    assert "Look 2 at 336 events: the efficacy boundary is reached" in shown(app)
    wrong = opened(
        design_tab="Interim analysis",
        design_interim_events="252, 336",
        design_interim_values="1.9",
    )
    assert "each look has its events and its value" in shown(wrong)
