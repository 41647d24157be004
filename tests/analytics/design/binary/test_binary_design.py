"""Binary endpoints: against references, restricted rates, laws, simulation, and refusals."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from analytics.checks import InputError, NotEstimableError
from analytics.design import Accrual
from analytics.design.binary import BinaryAssumptions, BinaryDesign, restricted_rates
from analytics.design.boundaries import GroupSequential, LanDeMetsPocock
from analytics.design.cost import Costs
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

BASE = BinaryAssumptions(treatment_rate=0.4, control_rate=0.25)
SCALES = ("difference", "risk ratio", "odds ratio")


@pytest.mark.parametrize(
    "row", oracle_rows("binary_designs"), ids=lambda r: f"{r.Index}-{r.case}-{r.quantity}"
)
def test_agrees_with_the_reference(row: Any) -> None:
    assumed = BinaryAssumptions(
        treatment_rate=row.treatment_rate,
        control_rate=row.control_rate,
        scale=row.scale,
        margin=row.margin,
        higher_is_better=bool(row.higher_is_better),
        allocation_ratio=row.allocation_ratio,
    )
    if row.subjects is None:
        design = BinaryDesign.for_power(assumed, plan_of(row), row.power)
    else:
        design = BinaryDesign(assumptions=assumed, monitoring=plan_of(row), subjects=row.subjects)
    assert quantity_of(design, row) == pytest.approx(row.expected, abs=row.tolerance)


NULLS = {"difference": (-0.25, -0.1, 0.0, 0.1), "risk ratio": (0.5, 0.8, 1.0, 1.5)}
NULLS["odds ratio"] = NULLS["risk ratio"]


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("rates", [(0.5, 0.3), (0.02, 0.04), (0.9, 0.97), (0.3, 0.3)])
@pytest.mark.parametrize("ratio", [1.0, 0.4, 3.0])
def test_restricted_rates_make_the_data_most_likely(
    scale: str, rates: tuple[float, float], ratio: float
) -> None:
    for null in NULLS[scale]:
        t, c = restricted_rates(*rates, scale=scale, null=null, allocation_ratio=ratio)
        assert _treatment(float(c), scale, null) == pytest.approx(float(t), abs=1e-9)
        weight = ratio / (1 + ratio)

        def unlikely(
            control: float, scale: str = scale, null: float = null, weight: float = weight
        ) -> float:
            treatment = _treatment(control, scale, null)
            if not (0 < treatment < 1 and 0 < control < 1):
                return np.inf
            x, y = rates
            by_treatment = x * np.log(treatment) + (1 - x) * np.log(1 - treatment)
            by_control = y * np.log(control) + (1 - y) * np.log(1 - control)
            return float(-weight * by_treatment - (1 - weight) * by_control)

        found = minimize_scalar(
            unlikely, bounds=_possible(scale, null), method="bounded", options={"xatol": 1e-10}
        )
        assert unlikely(float(c)) <= found.fun + 1e-12


def _treatment(control: float, scale: str, null: float) -> float:
    if scale == "difference":
        return control + null
    return control * null / (1 if scale == "risk ratio" else 1 - control + null * control)


def _possible(scale: str, null: float) -> tuple[float, float]:
    if scale == "difference":
        return max(0.0, -null) + 1e-9, min(1.0, 1 - null) - 1e-9
    return 1e-9, (min(1.0, 1 / null) if scale == "risk ratio" else 1.0) - 1e-9


rates = st.floats(0.05, 0.95)


@settings(max_examples=30, derandomize=True)
@given(
    rates,
    rates,
    st.sampled_from(SCALES),
    st.floats(0.3, 3),
    st.sampled_from(("pooled", "unpooled")),
    st.sampled_from((LDOF, HSD, GroupSequential(information_fractions=(1.0,)))),
)
def test_laws(
    first: float,
    second: float,
    scale: str,
    ratio: float,
    variance: str,
    plan: GroupSequential,
) -> None:
    assume(abs(first - second) > 0.03)
    assumed = BinaryAssumptions(
        treatment_rate=max(first, second),
        control_rate=min(first, second),
        scale=scale,
        allocation_ratio=ratio,
    )
    design = BinaryDesign.for_power(assumed, plan, 0.8, variance=variance)
    found = design.evaluate()
    assert found.power == pytest.approx(0.8, abs=1e-9)
    check_probabilities(found.looks[["efficacy", "futility", "harm", "stop"]])
    assert found.looks["stop"].sum() == pytest.approx(1)
    assert sum(design.subjects_by_arm) == pytest.approx(design.subjects)
    power = [
        replace(design, subjects=share * design.subjects).evaluate().power
        for share in (1.5, 1.0, 0.6, 0.3)
    ]
    check_not_increasing(power)
    _check_symmetries(design)


def _check_symmetries(design: BinaryDesign) -> None:
    """Arms in each other's place, and the absence of the event in the place of the event."""
    assumed, power = design.assumptions, design.evaluate().power
    swapped = replace(
        assumed,
        treatment_rate=assumed.control_rate,
        control_rate=assumed.treatment_rate,
        allocation_ratio=1 / assumed.allocation_ratio,
        higher_is_better=False,
    )
    assert replace(design, assumptions=swapped).evaluate().power == pytest.approx(power, abs=1e-9)
    if assumed.scale != "risk ratio":
        absent = replace(
            assumed,
            treatment_rate=1 - assumed.treatment_rate,
            control_rate=1 - assumed.control_rate,
            higher_is_better=False,
        )
        found = replace(design, assumptions=absent).evaluate().power
        assert found == pytest.approx(power, abs=1e-9)


@pytest.mark.parametrize(
    ("scale", "margin"), [("difference", -0.08), ("risk ratio", 0.85), ("odds ratio", 0.7)]
)
def test_arms_in_each_others_place_with_a_margin(scale: str, margin: float) -> None:
    assumed = BinaryAssumptions(
        treatment_rate=0.62, control_rate=0.6, scale=scale, margin=margin, allocation_ratio=2
    )
    swapped = BinaryAssumptions(
        treatment_rate=0.6,
        control_rate=0.62,
        scale=scale,
        margin=-margin if scale == "difference" else 1 / margin,
        allocation_ratio=0.5,
        higher_is_better=False,
    )
    one, other = (BinaryDesign.for_power(each, LDOF) for each in (assumed, swapped))
    assert one.subjects == pytest.approx(other.subjects, rel=1e-9)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("variance", ["pooled", "unpooled"])
def test_no_effect_gives_alpha(scale: str, variance: str) -> None:
    margin = -0.1 if scale == "difference" else 0.8
    for null in (None, margin):
        assumed = BinaryAssumptions(
            treatment_rate=0.5, control_rate=0.4, scale=scale, margin=null, allocation_ratio=2
        )
        design = BinaryDesign(
            assumptions=assumed.with_effect(assumed.null),
            subjects=300,
            monitoring=LDOF,
            variance=variance,
        )
        found = design.evaluate()
        assert found.power == pytest.approx(0.025, abs=1e-9)
        assert found.expected_subjects == pytest.approx(found.expected_subjects_null)


TRIALS = [
    BinaryAssumptions(treatment_rate=0.4, control_rate=0.32),
    BinaryAssumptions(treatment_rate=0.4, control_rate=0.32, scale="odds ratio"),
    BinaryAssumptions(treatment_rate=0.6, control_rate=0.6, margin=-0.08, allocation_ratio=2),
    BinaryAssumptions(
        treatment_rate=0.2, control_rate=0.2, margin=1.35, scale="risk ratio",
        higher_is_better=False,
    ),
    BinaryAssumptions(treatment_rate=0.6, control_rate=0.6, margin=0.7, scale="odds ratio"),
]  # fmt: skip


@pytest.mark.parametrize("assumed", TRIALS, ids=lambda one: f"{one.scale} {one.margin}")
@pytest.mark.parametrize("variance", ["pooled", "unpooled"])
def test_simulated_trials_have_the_power(assumed: BinaryAssumptions, variance: str) -> None:
    trials, rng = 20_000, np.random.default_rng(7)
    design = BinaryDesign.for_power(assumed, LDOF, 0.8, variance=variance).rounded()
    parts = np.diff([0, *(round(one) for one in design.evaluate().looks["subjects"])])
    ratio = assumed.allocation_ratio
    sizes = np.array([[round(n * ratio / (1 + ratio)), round(n / (1 + ratio))] for n in parts])
    true = (assumed.treatment_rate, assumed.control_rate)
    events = rng.binomial(sizes, true, size=(trials, len(parts), 2)).cumsum(axis=1)
    seen = events / sizes.cumsum(axis=0)
    statistics = assumed.direction * _statistics(seen, sizes.cumsum(axis=0), assumed, variance)
    shares = crossed(statistics, LDOF)
    power = shares.sum()
    error = sqrt(power * (1 - power) / trials)
    assert abs(power - design.evaluate().power) < max(4 * error, 0.01)
    assert np.abs(shares - design.evaluate().looks["efficacy"]).max() < 0.015


def _statistics(seen: Any, sizes: Any, assumed: BinaryAssumptions, variance: str) -> Any:
    """The tests, written out."""
    t, c = seen[..., 0], seen[..., 1]
    at = t, c
    if variance == "pooled":
        at = restricted_rates(
            t, c, scale=assumed.scale, null=assumed.null, allocation_ratio=assumed.allocation_ratio
        )
    by_arm = [rate * (1 - rate) for rate in at]
    if assumed.scale == "odds ratio":
        log_ratio = np.log(t / (1 - t) / (c / (1 - c)) / assumed.null)
        return log_ratio / np.sqrt(1 / (sizes[:, 0] * by_arm[0]) + 1 / (sizes[:, 1] * by_arm[1]))
    null = assumed.null
    factor = null if assumed.scale == "risk ratio" else 1.0
    away = t - factor * c - (0 if assumed.scale == "risk ratio" else null)
    return away / np.sqrt(by_arm[0] / sizes[:, 0] + factor**2 * by_arm[1] / sizes[:, 1])


def test_bounds_on_the_effect_are_where_the_statistic_is() -> None:
    for assumed in TRIALS:
        for variance in ("pooled", "unpooled"):
            design = BinaryDesign.for_power(assumed, HSD, 0.8, variance=variance)
            for row in design.evaluate().looks.itertuples():
                for z, effect in (
                    (row.z_efficacy, row.effect_efficacy),
                    (row.z_futility, row.effect_futility),
                ):
                    if np.isnan(z):
                        assert np.isnan(effect)
                        continue
                    rate = assumed.treatment_rates(effect)
                    std_err = assumed.std_errs(rate, variance)[0] / sqrt(row.subjects)
                    assert assumed.benefit(rate) / std_err == pytest.approx(z, abs=1e-8)


def test_a_bound_that_no_estimate_reaches() -> None:
    design = BinaryDesign(assumptions=BASE, subjects=12, monitoring=LDOF)
    assert np.isnan(design.evaluate().looks["effect_efficacy"][0])


@pytest.mark.parametrize("scale", SCALES)
def test_assurance_is_the_mean_power_over_the_prior(scale: str) -> None:
    spread = 0.06 if scale == "difference" else 0.3
    uncertain = replace(BASE, scale=scale, effect_std_err=spread)
    design = BinaryDesign.for_power(uncertain, LDOF, 0.9)
    found = design.evaluate()
    assert found.assurance is not None
    assert found.assurance < found.power
    drawn = np.random.default_rng(3).normal(size=4_000)
    power = design.power_by_effect(uncertain.prior_effects(drawn))["power"]
    assert abs(power.mean() - found.assurance) < 4 * power.std() / sqrt(drawn.size)
    sure = replace(uncertain, effect_std_err=1e-9)
    almost = replace(design, assumptions=sure).evaluate()
    assert almost.assurance == pytest.approx(almost.power, abs=1e-6)
    assert replace(design, assumptions=replace(BASE, scale=scale)).evaluate().assurance is None


def test_time_and_money() -> None:
    accrual = Accrual(ends=(6.0, 12.0), rates=(10.0, 25.0))
    design = BinaryDesign.for_power(BASE, LDOF, accrual=accrual, months_to_endpoint=6)
    found = design.evaluate()
    looks = found.looks
    assert looks["months"].iloc[-1] == pytest.approx(6 + (design.subjects - 60) / 25 + 6)
    assert looks["months"][0] == pytest.approx(6 + (looks["subjects"][0] - 60) / 25 + 6)
    assert looks["randomised"][0] == pytest.approx(looks["subjects"][0] + 6 * 25)
    assert looks["randomised"].iloc[-1] == pytest.approx(design.subjects)
    assert looks["subject_months"].iloc[-1] == pytest.approx(6 * design.subjects)
    forecast = found.courses().forecast(Costs(per_randomised=1_000))
    assert forecast.expected("duration") == pytest.approx(found.expected_duration)
    assert forecast.expected("subjects") == pytest.approx(found.expected_randomised)
    assert found.courses().success @ found.courses().weights == pytest.approx(0.9)
    with pytest.raises(InputError, match="need the accrual"):
        BinaryDesign.for_power(BASE, LDOF).evaluate().courses()


def test_comes_back() -> None:
    design = BinaryDesign.for_power(
        BASE, HSD, 0.8, accrual=Accrual.uniform(subjects=100, duration=5)
    )
    assert Result.from_json(design.to_json()) == design
    names = {
        kind.__name__: kind
        for kind in (
            BinaryAssumptions,
            BinaryDesign,
            GroupSequential,
            Accrual,
            type(HSD.efficacy),
            type(HSD.futility),
        )
    }
    assert eval(repr(design), names) == design
    found = design.evaluate()
    assert same(Result.from_json(found.to_json()), found)
    assert len(found.to_frame()) == 2


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"treatment_rate": 0.0}, "0 < treatment_rate < 1"),
        ({"treatment_rate": 1.2}, "0 < treatment_rate < 1"),
        ({"control_rate": float("nan")}, "0 < control_rate < 1"),
        ({"scale": "logit"}, "scale in"),
        ({"margin": -1.0}, "-1 < margin < 1"),
        ({"margin": 0.0, "scale": "risk ratio"}, "margin > 0 for a ratio"),
        ({"allocation_ratio": 0.0}, "allocation_ratio > 0"),
        ({"effect_std_err": -1.0}, "effect_std_err >= 0"),
    ],
)
def test_refuses_assumptions(changed: dict[str, Any], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        replace(BASE, **changed)


def test_refuses_designs() -> None:
    with pytest.raises(InputError, match="subjects <= 1,000,000"):
        BinaryDesign(assumptions=BASE, subjects=1e9)
    with pytest.raises(InputError, match="months_to_endpoint >= 0"):
        BinaryDesign(assumptions=BASE, subjects=100, months_to_endpoint=-1)
    with pytest.raises(InputError, match="variance in"):
        BinaryDesign(assumptions=BASE, subjects=100, variance="guess")
    with pytest.raises(InputError, match="variance in"):
        BinaryDesign.for_power(BASE, variance="guess")
    with pytest.raises(InputError, match="alpha < power < 1"):
        BinaryDesign.for_power(BASE, power=1.0)


def test_what_no_trial_reaches_says_what_would() -> None:
    with pytest.raises(NotEstimableError, match=r"a difference of 0 is above 0: assume a higher"):
        BinaryDesign.for_power(BASE.with_effect(0.0))
    worse = BinaryAssumptions(
        treatment_rate=0.3, control_rate=0.2, scale="odds ratio", higher_is_better=False
    )
    with pytest.raises(NotEstimableError, match=r"an odds ratio of 1.714 is below 1: .* than 0.2,"):
        BinaryDesign.for_power(worse)
    tiny = BASE.with_effect(0.001)
    with pytest.raises(NotEstimableError, match="more than 1,000,000: assume an effect") as caught:
        BinaryDesign.for_power(tiny)
    times = float(str(caught.value).split("at least ")[1].split(" times")[0])
    near = BinaryDesign.for_power(BASE.with_effect(0.001 * (times + 0.05)))
    assert 0.9e6 < near.subjects <= 1e6
    stopped = Accrual(ends=(6.0, 12.0), rates=(10.0, 0.0))
    with pytest.raises(NotEstimableError, match="ends with 60 of 406 subjects: let its last rate"):
        BinaryDesign.for_power(BASE, accrual=stopped).evaluate()


@pytest.mark.parametrize(
    ("variance", "plan"),
    [("pooled", GroupSequential(information_fractions=(0.2, 0.5, 1.0), efficacy=LanDeMetsPocock())),
     ("unpooled", GroupSequential(information_fractions=(1.0,)))],
)  # fmt: skip
def test_a_size_that_does_not_have_its_power_is_refused(
    variance: str, plan: GroupSequential
) -> None:
    absurd = BinaryAssumptions(treatment_rate=0.999, control_rate=0.0001)
    with pytest.raises(NotEstimableError, match="approximation gives no sample size here; for a"):
        BinaryDesign.for_power(absurd, plan, 0.5, variance=variance)
