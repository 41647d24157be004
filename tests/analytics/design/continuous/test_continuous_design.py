"""Continuous endpoints: against references, laws, simulation, and refusals."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analytics.checks import InputError, NotEstimableError
from analytics.design import Accrual
from analytics.design.boundaries import GroupSequential
from analytics.design.continuous import ContinuousAssumptions, ContinuousDesign
from analytics.design.continuous.t_test import t_power_deviate
from analytics.results import Result, same
from tests.analytics.design.endpoints.endpoint_trials import (
    HSD,
    LDOF,
    crossed,
    oracle_rows,
    plan_of,
    quantity_of,
)
from tests.invariants import check_not_increasing, check_probabilities

BASE = ContinuousAssumptions(treatment_mean=0.4, sd=1)


@pytest.mark.parametrize(
    "row", oracle_rows("continuous_designs"), ids=lambda r: f"{r.Index}-{r.case}-{r.quantity}"
)
def test_agrees_with_the_reference(row: Any) -> None:
    assumed = ContinuousAssumptions(
        treatment_mean=row.treatment_mean,
        control_mean=row.control_mean if row.arms == 2 else None,
        sd=row.sd,
        scale=row.scale,
        margin=row.margin,
        higher_is_better=bool(row.higher_is_better),
        allocation_ratio=row.allocation_ratio,
    )
    if row.subjects is None:
        design = ContinuousDesign.for_power(assumed, plan_of(row), row.power, test=row.test)
    else:
        design = ContinuousDesign(
            assumptions=assumed, monitoring=plan_of(row), subjects=row.subjects, test=row.test
        )
    assert quantity_of(design, row) == pytest.approx(row.expected, abs=row.tolerance)


@pytest.mark.parametrize("df", [0.5, 4.0, 60.0, 3000.0])
@pytest.mark.parametrize("shift", [-2.0, 0.0, 1.5, 4.0])
def test_power_of_t_tests_is_that_of_the_noncentral_t(df: float, shift: float) -> None:
    critical = stats.t.isf(0.025, df)
    exact = stats.nct.sf(critical, df, shift)
    assert stats.norm.cdf(t_power_deviate(shift, df, 0.025)) == pytest.approx(exact, rel=1e-7)


def test_power_of_t_tests_far_out() -> None:
    shifts = np.linspace(-30, 60, 181)
    for df in (3.0, 50.0, 1e5, 1e9):
        deviates = t_power_deviate(shifts, df, 0.025)
        assert np.isfinite(deviates).all()
        check_not_increasing(-deviates)
    assert t_power_deviate(50.0, 1e9, 0.025) == pytest.approx(50 - stats.norm.isf(0.025), abs=1e-5)


ASSUMED = st.builds(
    ContinuousAssumptions,
    treatment_mean=st.floats(0.2, 1.5),
    control_mean=st.sampled_from((0.0, None)),
    sd=st.floats(0.5, 2),
    margin=st.sampled_from((None, -0.1)),
    allocation_ratio=st.floats(0.3, 3),
)


@settings(max_examples=30, derandomize=True)
@given(
    ASSUMED,
    st.sampled_from(("t", "z")),
    st.one_of(st.none(), st.floats(0.4, 2.5)),
    st.sampled_from((LDOF, HSD, GroupSequential(information_fractions=(1.0,)))),
)
def test_laws(
    assumed: ContinuousAssumptions, test: str, own_sd: float | None, plan: GroupSequential
) -> None:
    if assumed.arms == 2:
        assumed = replace(assumed, treatment_sd=own_sd)
    design = ContinuousDesign.for_power(assumed, plan, 0.8, test=test)
    found = design.evaluate()
    assert found.power >= 0.8 - 1e-9
    if design.subjects > 20:
        assert found.power == pytest.approx(0.8, abs=1e-9)
    check_probabilities(found.looks[["efficacy", "futility", "harm", "stop"]])
    power = [
        replace(design, subjects=share * design.subjects + 20).evaluate().power
        for share in (1.5, 1.0, 0.6, 0.3)
    ]
    check_not_increasing(power)
    mirrored = replace(
        assumed,
        treatment_mean=-assumed.treatment_mean,
        margin=None if assumed.margin is None else -assumed.margin,
        higher_is_better=False,
    )
    other = replace(design, assumptions=mirrored).evaluate()
    assert other.power == pytest.approx(found.power, abs=1e-9)
    assert (-other.looks["effect_efficacy"]).tolist() == found.looks["effect_efficacy"].tolist()
    null = replace(design, assumptions=replace(assumed, treatment_mean=assumed.null)).evaluate()
    assert null.power <= 0.025 + 1e-9


def test_arms_in_each_others_place() -> None:
    assumed = ContinuousAssumptions(
        treatment_mean=1.4, control_mean=1, sd=1, treatment_sd=1.5, allocation_ratio=2
    )
    swapped = ContinuousAssumptions(
        treatment_mean=1,
        control_mean=1.4,
        sd=1.5,
        treatment_sd=1,
        allocation_ratio=0.5,
        higher_is_better=False,
    )
    for test in ("t", "z"):
        one, other = (
            ContinuousDesign.for_power(each, LDOF, test=test) for each in (assumed, swapped)
        )
        assert one.subjects == pytest.approx(other.subjects, rel=1e-9)
    ratio = ContinuousAssumptions(
        treatment_mean=1, control_mean=1, sd=0.4, scale="ratio", margin=0.8, allocation_ratio=2
    )
    inverse = replace(ratio, margin=1.25, allocation_ratio=0.5, higher_is_better=False)
    one, other = (ContinuousDesign.for_power(each) for each in (ratio, inverse))
    assert one.subjects == pytest.approx(other.subjects, rel=1e-9)


@pytest.mark.parametrize("test", ["t", "z"])
def test_no_effect_gives_alpha(test: str) -> None:
    for scale, mean, margin in (("difference", 1.0, None), ("difference", 0.7, -0.3),
                                ("ratio", 0.8, 0.8)):  # fmt: skip
        assumed = ContinuousAssumptions(
            treatment_mean=mean, control_mean=1, sd=1, treatment_sd=2, scale=scale, margin=margin
        )
        design = ContinuousDesign(assumptions=assumed, subjects=60, monitoring=LDOF, test=test)
        assert design.evaluate().power == pytest.approx(0.025, abs=1e-9)


TRIALS = [
    ContinuousAssumptions(treatment_mean=0.25, sd=1),
    ContinuousAssumptions(treatment_mean=0.5, sd=1, treatment_sd=2, allocation_ratio=0.5),
    ContinuousAssumptions(treatment_mean=0, sd=5, margin=-1.2, allocation_ratio=2),
    ContinuousAssumptions(treatment_mean=1.8, control_mean=None, sd=1, margin=2,
                          higher_is_better=False),
    ContinuousAssumptions(treatment_mean=10, control_mean=10, sd=4, scale="ratio", margin=0.9),
]  # fmt: skip


@pytest.mark.parametrize("assumed", TRIALS, ids=range(len(TRIALS)))
def test_simulated_trials_have_the_power(assumed: ContinuousAssumptions) -> None:
    trials, rng = 20_000, np.random.default_rng(11)
    design = ContinuousDesign.for_power(assumed, LDOF, 0.8).rounded()
    looks = design.evaluate().looks
    parts = np.diff([0, *(round(one) for one in looks["subjects"])])
    arms = [(assumed.treatment_mean, assumed.treatment_sd or assumed.sd, assumed.shares[0])]
    if assumed.arms == 2:
        arms.append((assumed.control_mean, assumed.sd, assumed.shares[1]))
    moments = [_moments(rng, trials, parts, *arm) for arm in arms]
    factor = assumed.null if assumed.scale == "ratio" else 1.0
    away, variance = moments[0][0], moments[0][1] / moments[0][2]
    if assumed.arms == 2:
        away = away - factor * moments[1][0]
        variance = variance + factor**2 * moments[1][1] / moments[1][2]
    if assumed.scale == "difference":
        away = away - assumed.null
    statistics = assumed.direction * away / np.sqrt(variance)
    freedom = assumed.degrees_of_freedom(looks["subjects"])
    deviates = stats.norm.isf(stats.t.sf(statistics, freedom))
    shares = crossed(deviates, LDOF)
    power = shares.sum()
    error = sqrt(power * (1 - power) / trials)
    assert abs(power - design.evaluate().power) < max(4 * error, 0.01)
    assert np.abs(shares - looks["efficacy"]).max() < max(4 * error, 0.01)


def _moments(rng: Any, trials: int, parts: Any, mean: float, sd: float, share: float) -> Any:
    """Mean, variance and subjects of one arm at each look, drawn by their own distributions."""
    sizes = np.round(parts * share).astype(int)
    sums = rng.normal(mean * sizes, sd * np.sqrt(sizes), (trials, sizes.size)).cumsum(axis=1)
    within = sd**2 * rng.chisquare(sizes - 1, (trials, sizes.size))
    so_far = sizes.cumsum()
    part_means = np.diff(sums, axis=1, prepend=0.0) / sizes
    squares = (within + sizes * part_means**2).cumsum(axis=1)
    return sums / so_far, (squares - sums**2 / so_far) / (so_far - 1), so_far


def test_assurance_is_the_mean_power_over_the_prior() -> None:
    for assumed in (
        replace(BASE, effect_std_err=0.15),
        replace(TRIALS[4], effect_std_err=0.05),
    ):
        design = ContinuousDesign.for_power(assumed, LDOF, 0.9)
        found = design.evaluate()
        assert found.assurance is not None
        drawn = np.random.default_rng(3).normal(assumed.effect, assumed.effect_std_err, 3_000)
        power = design.power_by_effect(drawn)["power"]
        assert abs(power.mean() - found.assurance) < 4 * power.std() / sqrt(drawn.size)


def test_assurance_of_one_look_in_closed_form() -> None:
    assumed = replace(BASE, effect_std_err=0.2)
    design = ContinuousDesign(assumptions=assumed, subjects=200, test="z")
    std_err = 2 / sqrt(200)
    closed = stats.norm.cdf(
        (0.4 - stats.norm.isf(0.025) * std_err) / sqrt(std_err**2 + assumed.effect_std_err**2)
    )
    assert design.evaluate().assurance == pytest.approx(closed, abs=1e-9)


def test_time() -> None:
    design = ContinuousDesign.for_power(
        BASE, LDOF, accrual=Accrual.uniform(subjects=100, duration=10), months_to_endpoint=3
    )
    found = design.evaluate()
    assert found.looks["months"].tolist() == pytest.approx(found.looks["subjects"] / 10 + 3)
    assert found.expected_duration == pytest.approx(found.expected_subjects / 10 + 3)


def test_comes_back() -> None:
    design = ContinuousDesign.for_power(BASE, HSD, 0.8)
    assert Result.from_json(design.to_json()) == design
    found = design.evaluate()
    assert same(Result.from_json(found.to_json()), found)
    names = {"ContinuousAssumptions": ContinuousAssumptions}
    assert eval(repr(BASE), names) == BASE


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"sd": 0.0}, "sd > 0"),
        ({"treatment_sd": -1.0}, "treatment_sd > 0"),
        ({"treatment_mean": float("inf")}, "treatment_mean is finite"),
        ({"scale": "odds ratio"}, "scale in"),
        ({"scale": "ratio"}, "control_mean > 0 for a ratio"),
        ({"scale": "ratio", "control_mean": 1.0, "margin": 0.0}, "margin > 0 for a ratio"),
        ({"control_mean": None, "treatment_sd": 2.0}, "with one arm"),
        ({"allocation_ratio": float("nan")}, "allocation_ratio > 0"),
        ({"effect_std_err": -0.1}, "effect_std_err >= 0"),
    ],
)
def test_refuses_assumptions(changed: dict[str, Any], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        replace(BASE, **changed)


def test_refuses_designs() -> None:
    with pytest.raises(InputError, match="subjects <= 1,000,000"):
        ContinuousDesign(assumptions=BASE, subjects=1e9)
    with pytest.raises(InputError, match="more than one subject in each arm"):
        ContinuousDesign(assumptions=BASE, subjects=2)
    with pytest.raises(InputError, match="test in"):
        ContinuousDesign.for_power(BASE, test="wilcoxon")


def test_what_no_trial_reaches_says_what_would() -> None:
    with pytest.raises(NotEstimableError, match=r"difference of means of 0 is above 0: assume a h"):
        ContinuousDesign.for_power(BASE.with_effect(0))
    worse = replace(BASE, control_mean=None, margin=1.0)
    with pytest.raises(NotEstimableError, match=r"a mean of 0.4 is above 1: .* than 1, or a lower"):
        ContinuousDesign.for_power(worse)
    ratio = ContinuousAssumptions(
        treatment_mean=9, control_mean=8, sd=4, scale="ratio", higher_is_better=False
    )
    with pytest.raises(NotEstimableError, match=r"ratio of means of 1.125 is below 1: .* than 8,"):
        ContinuousDesign.for_power(ratio)
    with pytest.raises(NotEstimableError, match="more than 1,000,000: assume an effect"):
        ContinuousDesign.for_power(BASE.with_effect(1e-4))
    huge = ContinuousDesign.for_power(BASE.with_effect(1e4), test="t")
    assert 2.1 <= huge.subjects < 3


@pytest.mark.parametrize("effect", [5.0, 10.0, 1e4])
@pytest.mark.parametrize("alpha", [0.025, 0.2])
def test_a_size_that_does_not_have_its_power_is_refused(effect: float, alpha: float) -> None:
    plan = GroupSequential(information_fractions=(1.0,), alpha=alpha)
    absurd = replace(BASE.with_effect(effect), allocation_ratio=10.0)
    with pytest.raises(NotEstimableError, match="approximation gives no sample size here; for a"):
        ContinuousDesign.for_power(absurd, plan, 0.5)
