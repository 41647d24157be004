"""The Designs page for binary, continuous and two-stage designs: drawn, saved, opened, refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analytics.design import Accrual
from analytics.design.binary import BinaryAssumptions
from analytics.design.continuous import ContinuousAssumptions
from analytics.design.cost import Costs
from analytics.results import Result
from dashboard.analyses.designs import EndpointProposal, usual_binary, usual_continuous
from dashboard.views.designs.current import BINARY, CONTINUOUS, ENDPOINTS, SURVIVAL, TWO_STAGE
from dashboard.views.designs.endpoints.page import TABS
from queries.workspace import open_workspace
from tests.dashboard.views.drawn import page_script, run_script, shown
from tests.dashboard.views.test_pages import tiles

SCRIPT = page_script("designs", saves="designs")
COSTS = Costs(per_randomised=12_000.0, per_trial_month=60_000.0)
LOWER = EndpointProposal(
    assumptions=BinaryAssumptions(
        treatment_rate=0.1,
        control_rate=0.15,
        scale="risk ratio",
        higher_is_better=False,
        effect_std_err=0.1,
    ),
    monitoring=usual_binary().monitoring,
    accrual=Accrual(ends=(6.0, 18.0), rates=(20.0, 60.0)),
    costs=COSTS,
)
RATIO = EndpointProposal(
    assumptions=ContinuousAssumptions(
        treatment_mean=9.0,
        control_mean=10.0,
        sd=3.0,
        treatment_sd=4.0,
        scale="ratio",
        margin=0.8,
        effect_std_err=0.03,
    ),
    monitoring=usual_continuous().monitoring,
    enrolment_months=12.0,
    months_to_endpoint=3.0,
    costs=COSTS,
)
ONE_ARM = EndpointProposal(
    assumptions=ContinuousAssumptions(
        treatment_mean=9.0, control_mean=None, sd=3.0, margin=10.0, higher_is_better=False
    ),
    monitoring=usual_continuous().monitoring,
    sizing="subjects",
    subjects=120.0,
)


def opened(endpoint: str, proposal: EndpointProposal | None = None, **more: object) -> AppTest:
    given: dict[str, object] = {"study": "EQX-301", "design_endpoint_kind": endpoint}
    if proposal is not None:
        screen = next(one for one in (BINARY, CONTINUOUS) if one.holds(proposal))
        given |= {screen.text: proposal.to_json(), f"{screen.prefix}_study": "EQX-301"}
    return run_script(SCRIPT, {**given, **more})


def on_screen(app: AppTest, key: str) -> EndpointProposal:
    found = Result.from_json(app.session_state[key])
    assert isinstance(found, EndpointProposal)
    return found


def sound(app: AppTest) -> bool:
    return not app.exception and not app.error and not app.warning


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_each_endpoint_is_drawn(home: Path, endpoint: str) -> None:
    app = opened(endpoint)
    assert sound(app)
    assert len(app.get("plotly_chart")) == (0 if endpoint == TWO_STAGE else 1)
    assert len(app.metric) == (2 if endpoint == TWO_STAGE else 6)


@pytest.mark.parametrize(
    ("proposal", "charts"),
    [(LOWER, (1, 2, 1, 0)), (RATIO, (1, 2, 1, 0)), (ONE_ARM, (1, 2, 0, 0))],
    ids=["lower", "ratio", "one arm"],
)
def test_each_tab_is_drawn(home: Path, proposal: EndpointProposal, charts: tuple[int, ...]) -> None:
    endpoint = BINARY.endpoint if BINARY.holds(proposal) else CONTINUOUS.endpoint
    app = opened(endpoint, proposal)
    for tab, number in zip(TABS, charts, strict=True):
        app.session_state["design_endpoint_tab"] = tab
        app.run()
        assert sound(app)
        assert len(app.get("plotly_chart")) == number
    key = next(one.text for one in (BINARY, CONTINUOUS) if one.holds(proposal))
    assert on_screen(app, key) == proposal
    for scale in ("p-value", "Effect"):
        app.session_state["design_endpoint_tab"] = "Boundaries"
        app.session_state["design_endpoint_scale"] = scale
        assert sound(app.run())


def test_tiles_say_what_the_evaluation_says(home: Path) -> None:
    found, design = RATIO.design().evaluate(), RATIO.design()
    app = opened(CONTINUOUS.endpoint, RATIO)
    said = tiles(app)
    assert found.assurance is not None
    assert said["Power", f"assurance {100 * found.assurance:.1f}%"] == f"{100 * found.power:.1f}%"
    half = design.subjects / 2
    assert said["Subjects", f"{half:g} treatment, {half:g} control"] == f"{design.subjects:.0f}"
    expected = f"{found.expected_subjects:.0f}"
    without = f"{found.expected_subjects_null:.0f} under the null"
    assert said["Expected subjects", without] == expected
    months = f"at most {found.looks['months'].iloc[-1]:.1f}"
    assert said["Expected duration, months", months] == f"{found.expected_duration:.1f}"


def test_what_is_entered_is_what_is_shown(home: Path) -> None:
    app = opened(BINARY.endpoint)
    _input(app, "Rate, treatment, %").set_value(45.0).run()
    _choice(app, "Effect").set_value("odds ratio").run()
    _input(app, "SD of log odds ratio").set_value(0.2).run()
    _choice(app, "Enrolment").set_value("In a time").run()
    assert sound(app)
    found = on_screen(app, BINARY.text)
    assert found.assumptions == BinaryAssumptions(
        treatment_rate=0.45, control_rate=0.25, scale="odds ratio", effect_std_err=0.2
    )
    assert found.enrolment_months == 18
    app.session_state["design_endpoint_kind"] = CONTINUOUS.endpoint
    assert sound(app.run())
    _choice(app, "Arms").set_value("One arm").run()
    assert sound(app)
    means = on_screen(app, CONTINUOUS.text).assumptions
    assert isinstance(means, ContinuousAssumptions)
    assert (means.arms, means.treatment_mean) == (1, 6)
    app.session_state["design_endpoint_kind"] = BINARY.endpoint
    app.run()
    assert on_screen(app, BINARY.text) == found


def test_bad_input_is_a_sentence(home: Path) -> None:
    app = opened(BINARY.endpoint)
    _input(app, "Rate, control, %").set_value(0.0).run()
    assert not app.exception
    assert "0 < control_rate < 1" in shown(app)
    assert on_screen(app, BINARY.text) == usual_binary()
    _input(app, "Rate, control, %").set_value(50.0).run()
    assert not app.exception
    assert "assume a higher treatment rate than 0.5" in shown(app)
    _input(app, "Rate, control, %").set_value(30.0).run()
    assert sound(app)


def test_a_link_that_cannot_be_read_says_so(home: Path) -> None:
    app = opened(BINARY.endpoint, design_binary_proposal="{}", design_binary_study="EQX-301")
    assert not app.exception
    assert "a usual trial is shown instead" in shown(app)
    assert on_screen(app, BINARY.text) == usual_binary()


def test_a_link_carries_endpoint_and_inputs(home: Path) -> None:
    app = opened(BINARY.endpoint)
    _input(app, "Rate, treatment, %").set_value(45.0).run()
    linked = AppTest.from_string(SCRIPT, default_timeout=60)
    linked.query_params["view"] = app.query_params["view"]
    linked.run()
    assert sound(linked)
    assert linked.session_state["design_endpoint_kind"] == BINARY.endpoint
    assert on_screen(linked, BINARY.text) == on_screen(app, BINARY.text)
    assert _input(linked, "Rate, treatment, %").value == 45


def test_saved_and_opened_again(home: Path) -> None:
    app = opened(CONTINUOUS.endpoint, RATIO)
    app.text_input("design_name None").set_value("Means").run()
    app.button("design_save_new").click().run()
    assert sound(app)
    assert "Means, version 1 by" in shown(app).replace("*", "")
    assert "changed since" not in shown(app)
    _input(app, "Mean, treatment").set_value(9.5).run()
    assert "changed since" in shown(app)
    app.button("design_save_version").click().run()
    assert "version 2 by" in shown(app)
    with open_workspace(home) as workspace:
        (kept,) = workspace.designs.of_study("EQX-301")
    assert (kept.kind, kept.version) == ("group-sequential-endpoint", 2)
    again = opened(BINARY.endpoint)
    again.button("design_open_now").click().run()
    assert sound(again)
    assert again.session_state["design_endpoint_kind"] == CONTINUOUS.endpoint
    assert again.session_state[CONTINUOUS.text] == kept.design_json
    assert "Means, version 2 by" in shown(again).replace("*", "")
    other = opened(SURVIVAL.endpoint)
    assert not [one for one in other.button if one.key == "design_open_now"]


def test_a_survival_design_is_saved_and_opened_as_before(home: Path) -> None:
    app = opened(SURVIVAL.endpoint)
    before = app.session_state[SURVIVAL.text]
    app.text_input("design_name None").set_value("Plan").run()
    app.button("design_save_new").click().run()
    assert sound(app)
    with open_workspace(home) as workspace:
        (kept,) = workspace.designs.of_study("EQX-301")
    assert (kept.kind, kept.design_json) == ("group-sequential-survival", before)
    again = opened(SURVIVAL.endpoint)
    again.button("design_open_now").click().run()
    assert sound(again)
    assert again.session_state[SURVIVAL.text] == before


def test_two_stages(home: Path) -> None:
    app = opened(TWO_STAGE, design_simon_beta=20.0)
    said = tiles(app)
    assert said["Optimal: r₁/n₁, r/n", "15.0 expected at p₀"] == "1/10, 5/29"
    assert said["Minimax: r₁/n₁, r/n", "19.5 expected at p₀"] == "1/15, 5/25"
    assert shown(app).count("subjects are treated first") == 4
    app.number_input("design_simon_null").set_value(40.0).run()
    assert not app.exception
    assert "0 < null_rate < target_rate < 1" in shown(app)


def _input(app: AppTest, label: str):  # type: ignore[no-untyped-def]
    return next(one for one in app.number_input if one.label == label)


def _choice(app: AppTest, label: str):  # type: ignore[no-untyped-def]
    return next(one for one in app.selectbox if one.label == label)
