"""Group-sequential survival designs: against references, as they must behave, and refused."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.checks import InputError, NotEstimableError
from analytics.design import Accrual, HazardAssumption, SurvivalAssumptions, TreatmentEffect
from analytics.design.boundaries import (
    BetaSpending,
    GroupSequential,
    HwangShihDeCani,
    LanDeMetsOBrienFleming,
    LanDeMetsPocock,
)
from analytics.design.survival import (
    ExpectedEvents,
    SurvivalDesign,
    SurvivalEvaluation,
    lachin_foulkes_subjects,
)
from tests.analytics.design.survival.oracle_trials import oracle_rows, oracle_trial, trial_of

ROWS = oracle_rows("survival_designs")
THREE_LOOKS = GroupSequential(information_fractions=(0.5, 0.75, 1.0))
EFFICACY = {"obrien-fleming": LanDeMetsOBrienFleming(), "pocock": LanDeMetsPocock()}
PROPORTIONAL = trial_of(TreatmentEffect.constant(0.7))
DELAYED = trial_of(TreatmentEffect.delayed(hazard_ratio=0.6, delay=4))


@pytest.mark.parametrize(
    "row", list(ROWS.itertuples()), ids=lambda row: f"{row.case}-{row.quantity}-{row.look}"
)
def test_agrees_with_the_reference(row: Any) -> None:
    inputs = (row.case, row.information_fractions, row.efficacy, row.beta_gamma)
    design = _design(*inputs, float(row.power), float(row.study_duration))
    found = np.ravel(_found(row.quantity, design))[int(row.look or 1) - 1]
    assert found == pytest.approx(row.expected, abs=row.tolerance)


@cache
def _design(
    case: str, fractions: str, efficacy: str, beta_gamma: str, power: float, duration: float
) -> SurvivalDesign:
    trial = oracle_trial(case)
    plan = _plan(fractions, efficacy, beta_gamma)
    if case != "stratified":
        return SurvivalDesign.for_power(trial, plan, power=power, study_duration=duration)
    fixed = lachin_foulkes_subjects(trial, power=power, study_duration=duration)
    accrual = trial.accrual.scaled(fixed * plan.inflation_factor(power))
    sized = replace(trial, accrual=accrual)
    events = float(ExpectedEvents.of(sized).events([duration])[0])
    return SurvivalDesign(assumptions=sized, monitoring=plan, events=events)


def _plan(fractions: str, efficacy: str, beta_gamma: str) -> GroupSequential:
    plan = GroupSequential(
        information_fractions=tuple(map(float, fractions.split("|"))), efficacy=EFFICACY[efficacy]
    )
    if not beta_gamma:
        return plan
    return replace(plan, futility=BetaSpending(spending=HwangShihDeCani(gamma=float(beta_gamma))))


def _found(quantity: str, design: SurvivalDesign) -> Any:
    found = design.evaluate()
    if quantity == "midpoint_expected_events":
        (ratio,) = design.assumptions.subgroups[0].effect.hazard_ratios
        half = design.monitoring.stopping(design.drift_at(np.sqrt(ratio)))
        return np.dot(half.stop, found.events)
    others = {
        "z_efficacy": found.boundaries.z_efficacy,
        "hazard_ratio_efficacy": found.hazard_ratios_efficacy,
        "events": found.events,
        "subjects": design.assumptions.accrual.subjects,
        "enrolled": found.subjects,
        "calendar_time": found.calendar_times,
        "efficacy_probability": found.stopping.efficacy,
    }
    return others[quantity] if quantity in others else getattr(found, quantity)


# As it must behave ------------------------------------------------------------


def test_json_and_repr_rebuild_it() -> None:
    design = SurvivalDesign.for_power(PROPORTIONAL, THREE_LOOKS, margin=1.1)
    found = design.evaluate()
    assert SurvivalDesign.from_json(design.to_json()) == design
    assert SurvivalEvaluation.from_json(found.to_json()) == found
    frame = found.to_frame()
    assert len(frame) == 3
    assert frame["efficacy_probability"].sum() == pytest.approx(found.power)


@settings(max_examples=25, derandomize=True)
@given(
    hazard_ratio=st.floats(0.4, 0.95),
    delay=st.sampled_from([0.0, 3.0]),
    ratio=st.sampled_from([1.0, 2.0]),
    events=st.floats(60, 350),
    margin=st.sampled_from([1.0, 1.2]),
)
def test_power_rises_with_events_and_with_the_effect(
    hazard_ratio: float, delay: float, ratio: float, events: float, margin: float
) -> None:
    def found(hazard_ratio: float, events: float) -> SurvivalEvaluation:
        effect = (
            TreatmentEffect.delayed(hazard_ratio=hazard_ratio, delay=delay)
            if delay
            else TreatmentEffect.constant(hazard_ratio)
        )
        trial = replace(trial_of(effect), allocation_ratio=ratio)
        return SurvivalDesign(
            assumptions=trial, monitoring=THREE_LOOKS, events=events, margin=margin
        ).evaluate()

    one = found(hazard_ratio, events)
    assert one.power < found(hazard_ratio, events * 1.1).power + 1e-9
    assert one.power < found(hazard_ratio * 0.95, events).power + 1e-9
    assert 0.025 - 1e-9 <= one.power <= 1
    assert one.null_stopping.power == pytest.approx(0.025, abs=1e-7)
    assert one.expected_events <= events + 1e-9
    assert one.expected_events <= one.null_expected_events + 1e-9
    assert one.expected_duration <= one.calendar_times[-1] + 1e-9
    assert one.expected_subjects <= 500 + 1e-9
    assert list(one.calendar_times) == sorted(one.calendar_times)


@pytest.mark.parametrize("power", [0.5, 0.8, 0.95])
@pytest.mark.parametrize("trial", [PROPORTIONAL, DELAYED], ids=["proportional", "delayed"])
@pytest.mark.parametrize("futility", [None, BetaSpending(spending=HwangShihDeCani(gamma=-2))])
def test_the_design_for_a_power_has_it(
    power: float, trial: SurvivalAssumptions, futility: BetaSpending | None
) -> None:
    """β-spending bounds are made for the design's own power, so that they move with it."""
    plan = replace(THREE_LOOKS, futility=futility)
    larger = replace(trial, accrual=trial.accrual.scaled(900))
    for design in (
        SurvivalDesign.for_power(larger, plan, power=power),
        SurvivalDesign.for_power(trial, plan, power=power, study_duration=36),
    ):
        assert design.evaluate().power == pytest.approx(power, abs=1e-6)
    assert design.evaluate().calendar_times[-1] == pytest.approx(36, abs=1e-6)
    assert design.assumptions.accrual.duration == 18


def test_an_effect_that_wears_off_is_shown_early_or_not_at_all() -> None:
    effect = TreatmentEffect.crossing(early=0.4, late=2.5, change=8)
    early = SurvivalDesign.for_power(trial_of(effect, subjects=600), THREE_LOOKS, power=0.8)
    assert early.evaluate().power == pytest.approx(0.8, abs=1e-6)
    assert early.events < 100
    with pytest.raises(NotEstimableError, match=r"it is 0\.791, the most"):
        SurvivalDesign.for_power(trial_of(effect), THREE_LOOKS, power=0.8)


def test_hazard_ratios_and_drifts_are_one_another() -> None:
    design = SurvivalDesign(
        assumptions=PROPORTIONAL, monitoring=THREE_LOOKS, events=330, margin=1.2
    )
    assert design.drift_at(1.2) == pytest.approx(0)
    assert design.hazard_ratio_at(design.drift_at(0.8)) == pytest.approx(0.8)
    assert design.power_at(0.7) == pytest.approx(design.evaluate().power, abs=1e-9)
    assert design.power_at(1.2) == pytest.approx(0.025, abs=1e-7)


def test_under_the_null_hypothesis_the_hazard_ratio_is_the_margin() -> None:
    design = SurvivalDesign(
        assumptions=PROPORTIONAL, monitoring=THREE_LOOKS, events=330, margin=1.3
    )
    null = trial_of(TreatmentEffect.constant(1.3))
    times = ExpectedEvents.of(null).calendar_time(design.look_events)
    assert design.evaluate().null_calendar_times == pytest.approx(tuple(times))


def test_events_that_never_come_without_effect() -> None:
    """Under the margin's hazard ratio of 0.7 more are cured than under the assumed one of 1."""
    control = HazardAssumption.cure(cured=0.4, median_uncured=10)
    trial = trial_of(TreatmentEffect.constant(1.0), control=control)
    ever = ExpectedEvents.of(trial).eventually
    less = ExpectedEvents.of(trial.with_effect(TreatmentEffect.constant(0.7))).eventually
    between = (ever + less) / 2
    found = SurvivalDesign(
        assumptions=trial, monitoring=THREE_LOOKS, events=between, margin=0.7
    ).evaluate()
    assert np.isfinite(found.null_calendar_times).tolist() == [True, True, False]
    assert found.null_expected_duration == np.inf
    assert np.isfinite(found.expected_duration)


def test_looks_at_calendar_times_are_made_then() -> None:
    design = SurvivalDesign.at_calendar_times(DELAYED, THREE_LOOKS, (18.0, 24.0, 36.0))
    assert design.evaluate().calendar_times == pytest.approx((18.0, 24.0, 36.0), abs=1e-6)


def test_courses_have_the_expected_duration() -> None:
    design = SurvivalDesign.for_power(PROPORTIONAL, THREE_LOOKS, study_duration=36)
    found = design.evaluate()
    courses = found.courses()
    assert np.dot(courses.weights, courses.months) == pytest.approx(found.expected_duration)


# What it refuses --------------------------------------------------------------


def _design_of(**changed: Any) -> SurvivalDesign:
    given = {"assumptions": PROPORTIONAL, "monitoring": THREE_LOOKS, "events": 330, **changed}
    return SurvivalDesign(**given)


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"events": 501}, "events are at most the number of subjects"),
        ({"events": 0}, "events > 0"),
        ({"events": np.nan}, "events > 0"),
        ({"margin": 0.0}, "margin > 0"),
        ({"margin": np.inf}, "margin > 0"),
    ],
)
def test_refuses(changed: dict[str, Any], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        _design_of(**changed)


def test_refuses_impossible_accrual() -> None:
    with pytest.raises(InputError, match=r"subjects <= 1,000,000.*1000000000"):
        Accrual.uniform(subjects=1e9, duration=18)
    with pytest.raises(InputError, match="not all 0"):
        Accrual.uniform(subjects=0, duration=18)


@pytest.mark.parametrize("times", [(), (18.0, 12.0), (0.0, 12.0), (12.0, 12.0), (12.0, np.nan)])
def test_refuses_times_that_do_not_rise(times: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="calendar times rise"):
        SurvivalDesign.at_calendar_times(PROPORTIONAL, THREE_LOOKS, times)


@pytest.mark.parametrize("power", [0.025, 0.01, 1.0, 1.2])
@pytest.mark.parametrize("trial", [PROPORTIONAL, DELAYED], ids=["proportional", "delayed"])
@pytest.mark.parametrize("duration", [None, 36.0])
def test_refuses_impossible_power(
    power: float, trial: SurvivalAssumptions, duration: float | None
) -> None:
    with pytest.raises(InputError, match="alpha < power < 1"):
        SurvivalDesign.for_power(trial, THREE_LOOKS, power=power, study_duration=duration)


@pytest.mark.parametrize("duration", [None, 36.0])
@pytest.mark.parametrize(("hazard_ratio", "margin"), [(1.0, 1.0), (1.4, 1.0), (1.3, 1.3)])
def test_no_number_of_events_shows_what_is_not_there(
    hazard_ratio: float, margin: float, duration: float | None
) -> None:
    trial = trial_of(TreatmentEffect.constant(hazard_ratio))
    with pytest.raises(NotEstimableError, match="assume a smaller hazard ratio, or a larger"):
        SurvivalDesign.for_power(trial, THREE_LOOKS, margin=margin, study_duration=duration)


@pytest.mark.parametrize(
    ("effect", "subjects", "duration", "advice"),
    [
        (TreatmentEffect.constant(0.7), 200, None, "With 367 subjects they would come"),
        (TreatmentEffect.constant(0.999), 500, 36, "57,210,330 subjects.*A larger effect"),
        (TreatmentEffect.delayed(hazard_ratio=0.6, delay=4), 200, None, "More subjects, or"),
        (TreatmentEffect.delayed(hazard_ratio=0.6, delay=40), 200, 36, "or a longer trial"),
        (TreatmentEffect.constant(0.7), 500, 10_000, "assume a shorter study"),
    ],
)
def test_says_what_would_make_a_target_reachable(
    effect: TreatmentEffect, subjects: float, duration: float | None, advice: str
) -> None:
    with pytest.raises(NotEstimableError, match=advice):
        SurvivalDesign.for_power(
            trial_of(effect, subjects=subjects), THREE_LOOKS, study_duration=duration
        )


def test_says_when_futility_bounds_stop_before_the_effect_shows() -> None:
    plan = GroupSequential(
        information_fractions=(0.2, 1.0), futility=BetaSpending(spending=HwangShihDeCani(gamma=1))
    )
    trial = trial_of(TreatmentEffect.delayed(hazard_ratio=0.6, delay=12))
    with pytest.raises(NotEstimableError, match="Look later, or without futility bounds"):
        SurvivalDesign.for_power(trial, plan, study_duration=36)


def test_events_that_never_come() -> None:
    with pytest.raises(NotEstimableError, match="With 540 subjects they would come"):
        _design_of(events=495).evaluate()
