"""Simulation against closed form, and closed form against that of designs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.design import (
    Accrual,
    HazardAssumption,
    SurvivalAssumptions,
    TreatmentEffect,
)
from analytics.design.survival.expected_events import ExpectedEvents
from analytics.milestones import (
    ExactMilestones,
    RemainingEnrolment,
    TrialFollowUp,
    forecast_milestones,
    stated_models,
)
from analytics.milestones.kernel import LOGLOGISTIC, PIECEWISE, WEIBULL, event_time
from tests.analytics.milestones.trials import drawn_trial

HAZARDS = {
    "exponential": HazardAssumption.exponential(median=12),
    "piecewise": HazardAssumption.piecewise(cuts=[3, 9, 15], rates=[0.02, 0.1, 0.05, 0.08]),
    "weibull": HazardAssumption.weibull(shape=1.6, scale=16),
    "decreasing": HazardAssumption.weibull(shape=0.7, scale=16),
    "loglogistic": HazardAssumption(
        family="loglogistic",
        parameters=("log(shape)", "log(scale)"),
        estimates=(0.4, 2.4),
    ),
}
DROPOUT = HazardAssumption.exponential(rate=0.01)
KNOWN = drawn_trial(5, now=12.0)


@pytest.mark.parametrize("name", HAZARDS)
def test_expected_events_are_those_of_a_design(name: str) -> None:
    hazard = HAZARDS[name]
    nobody = TrialFollowUp.from_subjects(entry=[0], time=[0], status=["completed"], now=0)
    exact = ExactMilestones(
        follow_up=nobody,
        models=stated_models(nobody.arms, [hazard], dropout=[DROPOUT]),
        enrolment=RemainingEnrolment(ends=(6, 18), rates=(10, 25)),
    )
    design = ExpectedEvents.of(
        SurvivalAssumptions.of(
            control=hazard,
            effect=TreatmentEffect.constant(1.0),
            accrual=Accrual(ends=(6, 18), rates=(10, 25)),
            dropout=DROPOUT,
        )
    )
    times = [2.0, 6.0, 11.0, 18.0, 40.0]
    assert exact.expected(times) == pytest.approx(design.events(times), rel=2e-5)


@pytest.mark.parametrize("name", HAZARDS)
@pytest.mark.parametrize("enrolling", [False, True])
def test_simulation_agrees_with_closed_form(name: str, enrolling: bool) -> None:
    slower = HAZARDS[name]
    models = stated_models(KNOWN.arms, [HAZARDS[name], slower], dropout=[DROPOUT])
    enrolment = RemainingEnrolment(ends=(4, 7), rates=(8, 12)) if enrolling else None
    exact = ExactMilestones(follow_up=KNOWN, models=models, enrolment=enrolment)
    draws, milestone = 20_000, KNOWN.events + 25
    found = forecast_milestones(
        KNOWN, models, [milestone], enrolment=enrolment, replications=draws, times=[15.0, 20.0]
    )
    for p in (0.1, 0.5, 0.9):
        error = (p * (1 - p) / draws) ** 0.5
        time = exact.quantile(milestone, p)
        assert found.probability_by(milestone, time) == pytest.approx(p, abs=4 * error)
    expected = exact.expected([15.0, 20.0])
    spread = 4 * np.sqrt(expected / draws)  # events vary less than a Poisson count
    assert (np.abs(found.curve["expected"] - expected) < spread).all()


@settings(max_examples=60, derandomize=True)
@given(
    kind=st.sampled_from(["piecewise", "weibull", "decreasing", "loglogistic"]),
    spent=st.one_of(st.just(0.0), st.floats(0.01, 60)),
    level=st.floats(1e-6, 5),
)
def test_times_are_where_the_hazard_has_added_up(kind: str, spent: float, level: float) -> None:
    hazard = HAZARDS[kind]
    if kind == "piecewise":
        code, row = PIECEWISE, np.exp(hazard.estimates)
    else:
        code = LOGLOGISTIC if kind == "loglogistic" else WEIBULL
        row = np.array([np.exp(hazard.estimates[0]), hazard.estimates[1]])
    when = event_time(code, np.array(hazard.cuts), row, spent, level)
    low, high = hazard.cumulative_hazard([spent, when])
    assert high - low == pytest.approx(level, rel=1e-6, abs=1e-9)
