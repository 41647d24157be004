"""What the Designs page shows is made again by its scripts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analytics.design import TreatmentEffect
from analytics.design.cost import Costs, ValueCurve
from dashboard.analyses.designs import (
    AssumptionsSource,
    DesignProposal,
    EndpointProposal,
    usual_binary,
    usual_continuous,
    usual_proposal,
)
from dashboard.unattended import draw_page
from dashboard.views.designs.current import BINARY, CONTINUOUS, SURVIVAL
from queries.workspace import open_workspace
from tests.dashboard.views.done_jobs import do_jobs_at_once
from tests.dashboard.views.made_again import assert_made_again, what_differs

COSTS = Costs(per_randomised=20_000, per_trial_month=50_000)
VALUE = ValueCurve.drawn([(0, 9e7), (60, 0)], currency="EUR")


def uncertain() -> DesignProposal:
    usual = usual_proposal()
    effect = TreatmentEffect.constant(0.7, log_std_err=0.1)
    return replace(
        usual, assumptions=usual.assumptions.with_effect(effect), costs=COSTS, value=VALUE
    )


def with_money(proposal: EndpointProposal) -> EndpointProposal:
    return replace(proposal, enrolment_months=18.0, costs=COSTS, value=VALUE)


def on_screen(proposal: DesignProposal | EndpointProposal, endpoint: Any) -> dict[str, object]:
    return {
        "design_endpoint_kind": endpoint.endpoint,
        endpoint.text: proposal.to_json(),
        f"{endpoint.prefix}_study": "EQX-301",
    }


SURVIVAL_SHOWN = on_screen(uncertain(), SURVIVAL)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    "inputs",
    [
        {"design_tab": "Boundaries"},  # the plan of the study
        {**SURVIVAL_SHOWN, "design_tab": "Boundaries", "design_scale": "Conditional power"},
        {**SURVIVAL_SHOWN, "design_tab": "Power"},
        {**SURVIVAL_SHOWN, "design_tab": "Course"},
        {**SURVIVAL_SHOWN, "design_tab": "Cost"},
        {
            **SURVIVAL_SHOWN,
            "design_tab": "Interim analysis",
            "design_interim_events": "170, 250",
            "design_interim_values": "1.2, 2.1",
        },
    ],
)
def test_every_result_of_a_survival_design_is_made_again(inputs: dict[str, object]) -> None:
    assert_made_again("designs", inputs=inputs)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("tab", ["Boundaries", "Power", "Cost"])
@pytest.mark.parametrize(
    ("screen", "usual"), [(BINARY, usual_binary), (CONTINUOUS, usual_continuous)]
)
def test_every_result_of_another_endpoint_is_made_again(tab: str, screen: Any, usual: Any) -> None:
    shown = on_screen(with_money(usual()), screen)
    assert_made_again(
        "designs",
        inputs={**shown, "design_endpoint_tab": tab, "design_endpoint_scale": "Effect"},
    )


@pytest.mark.usefixtures("home")
def test_two_stage_designs_are_found_again() -> None:
    assert_made_again(
        "designs",
        inputs={
            "design_endpoint_kind": "Single-arm two-stage (Simon)",
            "design_simon_target": 50.0,
        },
    )


@pytest.mark.slow
@pytest.mark.usefixtures("home")
def test_simulated_trials_are_simulated_again(monkeypatch: pytest.MonkeyPatch) -> None:
    do_jobs_at_once(monkeypatch)
    assert_made_again(
        "designs",
        inputs={
            **SURVIVAL_SHOWN,
            "design_tab": "Simulation",
            "design_trials": 1_000,
            "design_tests": ["FH(0, 1)", "Modestly weighted"],
        },
    )


def test_saved_designs_are_compared_again(home: Path) -> None:
    with open_workspace(home) as workspace:
        workspace.designs.save(
            study="EQX-301",
            name="Other",
            kind=SURVIVAL.kind,
            design_json=usual_proposal().to_json(),
            person="local owner",
        )
    assert_made_again("designs", inputs={**SURVIVAL_SHOWN, "design_tab": "Compare"})


def test_scripts_do_not_say_what_a_design_was_fitted_to(home: Path) -> None:
    source = AssumptionsSource(
        endpoint="OS",
        snapshot="S",
        unblinded=False,
        sentences=("The hazard of control is that of Placebo.",),
    )
    fitted = replace(uncertain(), source=source)
    with open_workspace(home) as workspace:
        workspace.blind("EQX-301", "local owner", "Back to blinded")
    drawn = draw_page("designs", study="EQX-301", inputs=on_screen(fitted, SURVIVAL))
    assert drawn.cards
    for card in drawn.cards:
        assert what_differs(card) == ""
        assert "Placebo" not in (card.script or "")
