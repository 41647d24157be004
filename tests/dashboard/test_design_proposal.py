"""The design on screen: what is stated, what is found from it, and how it leaves the page."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.design import Accrual, HazardAssumption, SurvivalAssumptions, TreatmentEffect
from analytics.design.boundaries import BetaSpending, GroupSequential, HwangShihDeCani
from analytics.design.cost import Costs, ValueCurve
from analytics.design.survival import assurance
from analytics.results import Result
from dashboard.analyses.designs import (
    DesignProposal,
    planned_design,
    proposal_of_plan,
    usual_proposal,
)
from dashboard.analyses.designs.protocol import protocol_paragraphs, rebuilding_code
from queries.workspace import Plan
from sample_data.eqx301.plan import build_plan

FULL = replace(
    usual_proposal(),
    assumptions=SurvivalAssumptions.of(
        control=HazardAssumption.piecewise(cuts=[6, 12], rates=[0.08, 0.05, 0.03]),
        effect=TreatmentEffect.delayed(hazard_ratio=0.6, delay=3, log_std_err=0.2),
        accrual=Accrual(ends=(6, 20), rates=(15, 30), log_std_err=0.1),
        allocation_ratio=2,
    ),
    monitoring=GroupSequential(
        information_fractions=(0.4, 0.7, 1.0),
        efficacy=HwangShihDeCani(gamma=-4),
        futility=BetaSpending(spending=HwangShihDeCani(gamma=-2), beta=0.1),
    ),
    sizing="power",
    costs=Costs(per_randomised=9000, per_trial_month=80_000),
    value=ValueCurve(months=(24, 48), values=(1e8, 4e7)),
)


@pytest.mark.parametrize("proposal", [usual_proposal(), FULL], ids=["usual", "full"])
def test_a_proposal_comes_back_from_its_json(proposal: DesignProposal) -> None:
    assert Result.from_json(proposal.to_json()) == proposal


def test_the_plan_of_a_study_is_its_first_design_and_the_effect_fits_the_events() -> None:
    planned = planned_design(Plan.from_json(json.dumps(build_plan(720))))
    proposal = proposal_of_plan(planned)
    found = proposal.design().evaluate()
    assert proposal.events == planned.events
    assert found.power == pytest.approx(0.9, abs=1e-9)
    assert found.events[-1] == planned.events
    assert proposal.monitoring.alpha == planned.alpha
    assert proposal.origin.startswith("The plan of EQX-301")


def test_each_way_to_a_size_reaches_what_it_was_asked_for() -> None:
    stated = replace(usual_proposal(), sizing="events", events=200.0).design()
    assert stated.events == 200
    powered = replace(usual_proposal(), target_power=0.8).design()
    assert powered.evaluate().power == pytest.approx(0.8, abs=1e-9)
    timed = replace(usual_proposal(), sizing="duration", study_duration=40.0).design()
    found = timed.evaluate()
    assert found.power == pytest.approx(0.9, abs=1e-9)
    assert found.calendar_times[-1] == pytest.approx(40, abs=1e-6)


def test_what_cannot_be_reached_says_what_would_help() -> None:
    few = replace(usual_proposal().assumptions, accrual=Accrual.uniform(subjects=100, duration=10))
    with pytest.raises((InputError, NotEstimableError), match="subjects"):
        replace(usual_proposal(), assumptions=few).design()
    none = usual_proposal().assumptions.with_effect(TreatmentEffect.constant(1.0))
    with pytest.raises(NotEstimableError, match="smaller hazard ratio, or a larger margin"):
        replace(usual_proposal(), assumptions=none).design()
    with pytest.raises(InputError, match="0 < power < 1"):
        replace(usual_proposal(), target_power=1.0)
    with pytest.raises(InputError, match="sizing in"):
        replace(usual_proposal(), sizing="guess")


def test_the_python_rebuilds_the_design_to_the_last_digit() -> None:
    made: dict[str, object] = {}
    exec(rebuilding_code(FULL).replace("print", "str"), made)
    assert made["design"] == FULL.design()


@pytest.mark.parametrize("proposal", [usual_proposal(), FULL], ids=["usual", "full"])
def test_every_number_of_the_paragraph_is_that_of_the_design(proposal: DesignProposal) -> None:
    design = proposal.design()
    found = design.evaluate()
    said = "\n".join(protocol_paragraphs(design, found, assurance(design)))
    for events in found.events:
        assert f"{np.ceil(events - 1e-9):,.0f}" in said
    for z in found.boundaries.z_efficacy:
        assert f"{z:.4f}" in said
    for time in found.calendar_times:
        assert f"{time:.1f}" in said
    assert f"{100 * found.power:.1f} %" in said
    assert f"{found.expected_duration:.1f} months" in said
    assert not re.search(r"\bnan\b|None|\binf\b", said)
    if proposal is FULL:
        assert "assurance" in said
        assert "not binding" in said
        assert "2 : 1" in said
        assert "average hazard ratio" in said
