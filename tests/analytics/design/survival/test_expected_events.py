"""Expected events: against references, quadrature against the closed form, laws, and refusals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from analytics.checks import InputError, NotEstimableError
from analytics.design import (
    Accrual,
    HazardAssumption,
    Subgroup,
    SurvivalAssumptions,
    TreatmentEffect,
    dropout_hazard,
)
from analytics.design.survival import ExpectedEvents, average_hazard_ratio
from tests.analytics.design.survival.oracle_trials import oracle_rows, oracle_trial, trial_of
from tests.invariants import check_not_increasing

MONTHS = [0.0, 0.5, 3.0, 6.0, 9.0, 14.0, 18.0, 22.5, 36.0, 80.0]
DELAYED = TreatmentEffect.delayed(hazard_ratio=0.6, delay=4)
SHAPES = {
    "exponential": HazardAssumption.exponential(median=12),
    "piecewise": HazardAssumption.piecewise(cuts=[6, 9], rates=[0.025, 0.04, 0.015]),
    "falling weibull": HazardAssumption.weibull(shape=0.5, scale=20),
    "rising weibull": HazardAssumption.weibull(shape=2.5, scale=15),
    "cure": HazardAssumption.cure(cured=0.3, median_uncured=8, shape=0.8),
    "lognormal": HazardAssumption(
        family="lognormal", parameters=("meanlog", "log(sdlog)"), estimates=(2.4, -0.5)
    ),
    "gompertz": HazardAssumption(
        family="gompertz", parameters=("shape", "log(rate)"), estimates=(0.05, -3.5)
    ),
}


@pytest.mark.parametrize(
    "row",
    list(oracle_rows("survival_timing").itertuples()),
    ids=lambda r: f"{r.case}-{r.quantity}-{r.at}",
)
def test_agrees_with_the_reference(row: Any) -> None:
    expected = ExpectedEvents.of(oracle_trial(row.case))
    assert _found(expected, row.quantity, row.at) == pytest.approx(row.expected, abs=row.tolerance)


def _found(expected: ExpectedEvents, quantity: str, at: float) -> float:
    if quantity in ("enrolled", "events", "calendar_time"):
        return float(getattr(expected, quantity)([at])[0])
    if quantity.startswith("events_"):
        control, treatment = expected.by_arm([at])
        return float((control if quantity == "events_control" else treatment)[0])
    return float(getattr(average_hazard_ratio(expected, [at]), quantity)[0])


@pytest.mark.parametrize("shape", ["exponential", "piecewise"])
def test_quadrature_is_the_closed_form(shape: str) -> None:
    trial = trial_of(DELAYED, control=SHAPES[shape])
    closed, numeric = ExpectedEvents.of(trial), ExpectedEvents.by_quadrature(trial)
    assert numeric.by_piece(MONTHS) == pytest.approx(closed.by_piece(MONTHS), abs=1e-9)
    assert numeric.rate(MONTHS) == pytest.approx(closed.rate(MONTHS), abs=1e-9)
    assert numeric.eventually == pytest.approx(closed.eventually, rel=1e-9)


@pytest.mark.parametrize("shape", SHAPES)
def test_events_are_the_convolution_of_accrual_and_hazard(shape: str) -> None:
    dropout = HazardAssumption.weibull(shape=1.5, scale=50)
    trial = trial_of(DELAYED, control=SHAPES[shape], dropout=dropout)
    expected = ExpectedEvents.of(trial)
    arm = expected.arms[1]
    month = 25.0

    def share(s: float, low: float, high: float) -> float:
        v = low + (high - low) * s**4  # takes away the infinite hazard at 0
        density = (arm.hazard([v]) * arm.followed([v]))[0] * trial.accrual.entered(month - v)
        return float(density) * 4 * s**3 * (high - low)

    stretches = [(0.0, 4.0), (4.0, 7.0), (7.0, 9.0), (9.0, month)]
    whole = sum(quad(share, 0, 1, args=ends, epsabs=1e-10, limit=200)[0] for ends in stretches)
    assert expected.by_group([month])[1, 0] == pytest.approx(whole / 2, abs=1e-6)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_rate_is_the_slope_and_time_leads_back(shape: str) -> None:
    expected = ExpectedEvents.of(trial_of(DELAYED, control=SHAPES[shape]))
    step = 1e-4
    ahead, behind = expected.events([20 + step]), expected.events([20 - step])
    assert expected.rate([20.0]) == pytest.approx((ahead - behind) / (2 * step), rel=1e-5)
    wanted = expected.eventually * np.array([0.01, 0.3, 0.6, 0.95])
    assert expected.events(expected.calendar_time(wanted)) == pytest.approx(wanted, rel=1e-8)


def test_subjects_as_simulated_have_the_events_expected() -> None:
    rng, n, month = np.random.default_rng(4), 200_000, 20.0
    trial = trial_of(TreatmentEffect.constant(0.7), subjects=500)
    entry, treated = rng.uniform(0, 18, n), rng.random(n) < 0.5
    event = rng.exponential(12 / np.log(2) / np.where(treated, 0.7, 1.0))
    left = rng.exponential(-12 / np.log(0.95), n)
    share = ((event < left) & (entry + event <= month)).mean()
    error = np.sqrt(share * (1 - share) / n)
    found = ExpectedEvents.of(trial).events([month])[0] / 500
    assert abs(found - share) < 4 * error


pieces = st.lists(st.floats(0.005, 0.3), min_size=1, max_size=3)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(pieces, pieces, st.floats(0.2, 3.0), st.floats(0.0, 0.5), st.floats(0.3, 3.0))
def test_laws(
    rates: list[float], entering: list[float], ratio: float, lost: float, allocation: float
) -> None:
    control = (
        HazardAssumption.piecewise(cuts=[4.0 * k for k in range(1, len(rates))], rates=rates)
        if len(rates) > 1
        else HazardAssumption.exponential(rate=rates[0])
    )
    ends = tuple(5.0 * k for k in range(1, len(entering) + 1))
    trial = SurvivalAssumptions.of(
        control=control,
        effect=TreatmentEffect.constant(ratio),
        accrual=Accrual(ends=ends, rates=tuple(1000 * one for one in entering)),
        dropout=dropout_hazard(lost, by=12),
        allocation_ratio=allocation,
    )
    expected = ExpectedEvents.of(trial)
    events = expected.events(MONTHS)
    assert events[0] == 0
    check_not_increasing(-events)
    assert (events <= expected.enrolled(MONTHS)).all()
    assert (events <= expected.eventually * (1 + 1e-9)).all()
    control_events, treatment_events = expected.by_arm(MONTHS)
    assert control_events + treatment_events == pytest.approx(events)
    assert expected.by_piece(MONTHS) == pytest.approx(
        ExpectedEvents.by_quadrature(trial).by_piece(MONTHS), abs=1e-7
    )
    half = replace(trial, accrual=trial.accrual.scaled(trial.accrual.subjects / 2))
    assert 2 * ExpectedEvents.of(half).events(MONTHS) == pytest.approx(events)


def test_subgroups_add_up() -> None:
    whole = trial_of(TreatmentEffect.constant(0.7))
    part = whole.subgroups[0]
    halves = replace(
        whole,
        subgroups=(
            replace(part, name="A", prevalence=0.25),
            replace(part, name="B", prevalence=0.75),
        ),
    )
    split = ExpectedEvents.of(halves)
    assert split.events(MONTHS) == pytest.approx(ExpectedEvents.of(whole).events(MONTHS))
    table = split.to_frame([12.0])
    assert table["subgroup"].tolist() == ["A", "A", "B", "B"]
    assert table["enrolled"].sum() == pytest.approx(split.enrolled([12.0])[0])
    assert table["events"].sum() == pytest.approx(split.events([12.0])[0])


def test_an_average_of_one_hazard_ratio_is_that_ratio() -> None:
    for shape in SHAPES.values():
        expected = ExpectedEvents.of(trial_of(TreatmentEffect.constant(0.7), control=shape))
        found = average_hazard_ratio(expected, [9.0, 30.0])
        assert found.hazard_ratios == pytest.approx([0.7, 0.7])
        assert found.to_frame()["events"].tolist() == expected.events([9.0, 30.0]).tolist()


def test_an_average_over_subgroups_lies_between() -> None:
    base = HazardAssumption.exponential(median=12)
    groups = (
        Subgroup(name="+", prevalence=0.4, control=base, effect=TreatmentEffect.constant(0.5)),
        Subgroup(name="-", prevalence=0.6, control=base, effect=TreatmentEffect.constant(1.0)),
    )
    trial = replace(trial_of(TreatmentEffect.constant(1.0)), subgroups=groups)
    ratio = average_hazard_ratio(ExpectedEvents.of(trial), [24.0]).hazard_ratios[0]
    assert 0.5 < ratio < 1


def test_what_is_never_reached_says_what_would_reach_it() -> None:
    trial = trial_of(DELAYED, control=SHAPES["cure"], subjects=300)
    expected = ExpectedEvents.of(trial)
    with pytest.raises(NotEstimableError, match=r"290 events are never expected") as caught:
        expected.calendar_time([100, 290])
    enough = float(str(caught.value).split("With ")[1].split(" subjects")[0].replace(",", ""))
    more = replace(trial, accrual=trial.accrual.scaled(enough))
    assert ExpectedEvents.of(more).calendar_time([290])[0] > 0
    fewer = replace(trial, accrual=trial.accrual.scaled(enough - 1))
    with pytest.raises(NotEstimableError):
        ExpectedEvents.of(fewer).calendar_time([290])


def test_refuses() -> None:
    expected = ExpectedEvents.of(trial_of(DELAYED))
    with pytest.raises(InputError, match="events > 0"):
        expected.calendar_time([0.0])
    with pytest.raises(InputError, match="times are finite"):
        expected.events([-1.0])
