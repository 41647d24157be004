"""Weighted log-rank and MaxCombo tests: against simulations, closed forms, laws, and refusals."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri
from scipy.stats import multivariate_normal

from analytics.checks import InputError, NotEstimableError
from analytics.design import (
    Accrual,
    HazardAssumption,
    Subgroup,
    SurvivalAssumptions,
    TreatmentEffect,
    dropout_hazard,
)
from analytics.design.boundaries import (
    BetaSpending,
    FixedFutility,
    GroupSequential,
    HwangShihDeCani,
    LanDeMetsOBrienFleming,
    WangTsiatis,
)
from analytics.design.boundaries.recursion import FAR, stop_probabilities
from analytics.design.survival import (
    ExpectedEvents,
    LogRankWeight,
    ModestWeight,
    WeightedTest,
    weighted_test,
)
from analytics.design.survival.maxcombo_boundaries import maxcombo_stops
from analytics.design.survival.normal_orthant import all_below
from analytics.results import Result
from analytics.survival.logrank_weights import GEHAN, LOG_RANK, fleming_harrington
from analytics.survival.maxcombo import USUAL_WEIGHTS
from tests.analytics.design.survival.oracle_trials import oracle_rows, trial_of
from tests.analytics.design.survival.simulated_scores import simulated_scores

LATE = fleming_harrington(0, 1)
EARLY = fleming_harrington(1, 0)
THREE_LOOKS = GroupSequential(information_fractions=(0.5, 248 / 330, 1.0))
LOG_RANK_BOUNDS = (2.9625880427, 2.3560622842, 2.0144795439)
SIMULATED_NULL = (0.67950491826, 0.6992736533)  # correlations of FH(0, 1), case looks-null
CROSSING = TreatmentEffect.crossing(early=1.4, late=0.5, change=4)


# Against simulations ----------------------------------------------------------


@pytest.mark.parametrize(
    "row",
    list(oracle_rows("weighted_tests").itertuples()),
    ids=lambda r: f"{r.case}-{r.weights}-{r.quantity}-{r.look}",
)
def test_agrees_with_simulations(row: Any) -> None:
    test = _test_of(
        str(row.hazard_ratios), str(row.effect_cuts), row.subjects, row.accrual, row.looks,
        row.weights,
    )  # fmt: skip
    assert _found(test, row.quantity, row.look - 1) == pytest.approx(
        row.expected, abs=row.tolerance
    )


@lru_cache
def _test_of(
    ratios: str, cuts: str, subjects: float, accrual: float, looks: str, weights: str
) -> WeightedTest:
    assumed = SurvivalAssumptions.of(
        control=HazardAssumption.exponential(median=12),
        effect=TreatmentEffect(hazard_ratios=_numbers(ratios), cuts=_numbers(cuts)),
        accrual=Accrual.uniform(subjects=subjects, duration=accrual),
        dropout=dropout_hazard(0.05, by=12),
    )
    kind, at = looks.split()
    times: Any = _numbers(at)
    if kind == "events":
        times = ExpectedEvents.of(assumed).calendar_time(times)
    return weighted_test(assumed, times=times, weights=_weights(weights))


def _weights(text: str) -> list[LogRankWeight]:
    if text.startswith("modest"):
        delay, most = _numbers(text.removeprefix("modest ").replace(",", "|"))
        return [ModestWeight(delay=delay, most=most)]
    return [fleming_harrington(*map(float, one.split(","))) for one in text.split("|")]


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(one) for one in text.split("|") if one)


def _found(test: WeightedTest, quantity: str, look: int) -> float:
    if quantity == "events":
        return test.events[look]
    if quantity == "mean_z":
        return test.mean_z[look][0]
    if quantity == "correlation":
        return test.correlation[look - 1][look]
    if quantity == "fixed_power":
        return test.fixed_power(look=look)
    assert quantity == "rejected_at_log_rank_bounds"
    return float(_beyond(test, LOG_RANK_BOUNDS)[look])


def _beyond(test: WeightedTest, bounds: tuple[float, ...]) -> Any:
    root = np.sqrt([one for (one,) in test.information])
    none = np.full(root.size, -FAR)
    return stop_probabilities(root, np.ravel(test.mean_z), none, np.array(bounds))[1]


def test_the_variance_of_the_alternative_is_that_of_simulated_scores() -> None:
    trials, ratios, looks = 3000, (3.0, 0.3), [14.0, 30.0]
    scores, variances = simulated_scores(
        trials=trials, subjects=600, rate=0.06, ratios=ratios, change=4.0, dropout=0.01,
        accrual=12.0, looks=looks, weights=[_even, _late, _modest], rng=np.random.default_rng(7),
    )  # fmt: skip
    assumed = SurvivalAssumptions.of(
        control=HazardAssumption.exponential(rate=0.06),
        effect=TreatmentEffect.crossing(early=ratios[0], late=ratios[1], change=4),
        accrual=Accrual.uniform(subjects=600, duration=12),
        dropout=HazardAssumption.exponential(rate=0.01),
    )
    test = weighted_test(assumed, times=looks, weights=[LOG_RANK, LATE, ModestWeight(delay=6)])
    root, spread = np.sqrt(np.ravel(test.information)), np.ravel(test.sd_z)
    near = 4 / np.sqrt(2 * trials)
    error = scores.std(axis=0) / np.sqrt(trials)
    assert scores.mean(axis=0) == pytest.approx(np.ravel(test.mean_z) * root, abs=4 * error.max())
    assert variances.mean(axis=0) == pytest.approx(root**2, rel=0.01)
    assert scores.std(axis=0) / root == pytest.approx(spread, rel=near)
    together = np.corrcoef(scores.T)
    assert np.abs(together - test.correlation_alternative).max() < 0.03
    assert np.abs(together - test.correlation).max() > 0.04  # so that the two are told apart


def _even(_: Any, before: Any) -> Any:
    return np.ones_like(before)


def _late(_: Any, before: Any) -> Any:
    return 1 - before


def _modest(time: Any, before: Any) -> Any:
    floor = np.where(time <= 6, before, 1.0).min(axis=1)
    return np.minimum(1 / np.maximum(before, floor[:, None]), 2)


# The type I error -------------------------------------------------------------


def test_bounds_of_the_log_rank_test_spend_too_much_and_own_bounds_do_not() -> None:
    nothing = trial_of(TreatmentEffect.constant(1.0))
    times = ExpectedEvents.of(nothing).calendar_time([165, 248, 330])
    late = weighted_test(nothing, times=times, weights=[LATE])
    assert _beyond(late, LOG_RANK_BOUNDS).sum() == pytest.approx(0.0288, abs=0.001)
    own = late.group_sequential(THREE_LOOKS)
    assert own.power == pytest.approx(0.025, abs=1e-9)
    assert own.alpha_spent[-1] == pytest.approx(0.025, abs=1e-9)
    bounds = tuple(z or FAR for z in own.z_efficacy)
    first, second = SIMULATED_NULL
    root = np.array([first * second, second, 1.0])
    none = np.full(3, -FAR)
    spent = stop_probabilities(root, np.zeros(3), none, np.array(bounds))[1].sum()
    assert spent == pytest.approx(0.025, abs=1e-4)
    too_much = stop_probabilities(root, np.zeros(3), none, np.array(LOG_RANK_BOUNDS))[1].sum()
    assert too_much == pytest.approx(0.0281, abs=0.0002)


def test_bounds_made_under_an_effect_keep_alpha_without_it() -> None:
    assumed = trial_of(TreatmentEffect.constant(0.7))
    times = ExpectedEvents.of(assumed).calendar_time([165, 248, 330])
    planned = weighted_test(assumed, times=times, weights=[LATE]).group_sequential(THREE_LOOKS)
    nothing = weighted_test(assumed.under_null(), times=times, weights=[LATE])
    bounds = tuple(z or FAR for z in planned.z_efficacy)
    assert _beyond(nothing, bounds).sum() == pytest.approx(0.025, abs=2e-4)


@pytest.mark.parametrize("weights", [USUAL_WEIGHTS, (LOG_RANK, LATE)], ids=["four", "two"])
def test_maxcombo_at_three_looks_keeps_alpha(weights: tuple[LogRankWeight, ...]) -> None:
    nothing = trial_of(TreatmentEffect.constant(1.0))
    times = ExpectedEvents.of(nothing).calendar_time([165, 248, 330])
    test = weighted_test(nothing, times=times, weights=weights)
    found = test.group_sequential(THREE_LOOKS)
    assert found.power == pytest.approx(0.025, abs=2e-5)
    assert np.cumsum(found.stopping.efficacy) == pytest.approx(found.alpha_spent, abs=2e-5)
    draws = np.random.default_rng(3).multivariate_normal(
        np.zeros(3 * len(weights)), test.correlation, 200_000, method="eigh"
    )
    bounds = np.repeat([z or FAR for z in found.z_efficacy], len(weights))
    crossed = float((draws > bounds).any(axis=1).mean())
    assert crossed == pytest.approx(0.025, abs=4 * np.sqrt(0.025 * 0.975 / 200_000))


# Closed forms -----------------------------------------------------------------


@pytest.mark.parametrize("ratio", [0.6, 0.7, 0.85])
def test_the_log_rank_test_under_proportional_hazards_is_near_schoenfeld(ratio: float) -> None:
    test = weighted_test(trial_of(TreatmentEffect.constant(ratio)), times=[36])
    schoenfeld = -np.log(ratio) * np.sqrt(test.events[0]) / 2
    assert test.mean_z[0][0] == pytest.approx(schoenfeld, rel=0.005)
    power = float(ndtr(schoenfeld + ndtri(0.025)))
    assert test.fixed_power() == pytest.approx(power, abs=0.005)


def test_information_without_effect_is_that_of_the_events() -> None:
    nothing = replace(trial_of(TreatmentEffect.constant(1.0)), allocation_ratio=2.0)
    test = weighted_test(nothing, times=[9, 20, 40])
    information = np.array(test.events) * 2 / 9
    assert np.ravel(test.information) == pytest.approx(information, rel=1e-9)
    assert np.ravel(test.mean_z) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    "control",
    [
        HazardAssumption.weibull(shape=0.5, scale=20),
        HazardAssumption.weibull(shape=2.5, scale=15),
        HazardAssumption.cure(cured=0.3, median_uncured=8, shape=0.8),
        HazardAssumption.piecewise(cuts=[6, 9], rates=[0.025, 0.04, 0.015]),
    ],
    ids=lambda one: f"{one.family}-{one.estimates[0]:.1f}",
)
def test_counts_the_expected_events(control: HazardAssumption) -> None:
    assumed = replace(
        trial_of(CROSSING, control=control),
        accrual=Accrual(ends=(3, 6, 24), rates=(5, 0, 30)),
    )
    times = [4.0, 12.0, 30.0]
    expected = ExpectedEvents.of(assumed).events(times)
    assert weighted_test(assumed, times=times).events == pytest.approx(expected, rel=1e-6)


# Laws -------------------------------------------------------------------------


def test_the_score_has_independent_increments() -> None:
    test = weighted_test(trial_of(CROSSING), times=[12, 20, 40], weights=[LATE])
    information = np.ravel(test.information)
    low = np.minimum.outer(information, information)
    expected = low / np.sqrt(np.outer(information, information))
    assert np.array(test.correlation) == pytest.approx(expected, rel=1e-9)


@settings(max_examples=10, derandomize=True, deadline=None)
@given(
    rate=st.floats(0.01, 0.2), ratio=st.floats(0.5, 3.0), lost=st.floats(0.0, 0.5),
    early=st.floats(4.0, 20.0),
)  # fmt: skip
def test_without_effect_both_variances_are_one(
    rate: float, ratio: float, lost: float, early: float
) -> None:
    assumed = replace(
        trial_of(
            TreatmentEffect.constant(1.0),
            control=HazardAssumption.exponential(rate=rate),
            dropout=dropout_hazard(lost, by=12),
        ),
        allocation_ratio=ratio,
    )
    weights = [LOG_RANK, LATE, ModestWeight(delay=6)]
    test = weighted_test(assumed, times=[early, 30], weights=weights)
    assert np.ravel(test.sd_z) == pytest.approx(1, abs=1e-9)
    assert np.array(test.correlation) == pytest.approx(np.array(test.correlation_alternative))
    assert test.fixed_power() == pytest.approx(0.025, abs=1e-4)


@pytest.mark.parametrize("weight", [LOG_RANK, LATE, EARLY, ModestWeight(delay=6)], ids=str)
def test_more_subjects_give_more_power(weight: LogRankWeight) -> None:
    powers = [
        weighted_test(
            trial_of(TreatmentEffect.delayed(hazard_ratio=0.6, delay=4), subjects=subjects),
            times=[18, 36],
            weights=[weight],
        )
        .group_sequential(GroupSequential(information_fractions=(0.5, 1.0)))
        .power
        for subjects in (100, 300, 900)
    ]
    assert powers == sorted(powers)


def test_no_modest_weight_is_more_than_its_limit() -> None:
    assumed = trial_of(TreatmentEffect.delayed(hazard_ratio=0.6, delay=4))
    even, none = (
        weighted_test(assumed, times=[36], weights=[one])
        for one in (LOG_RANK, ModestWeight(delay=6, most=1))
    )
    assert none.mean_z == even.mean_z
    assert none.information == even.information


def test_equal_subgroups_are_one_group() -> None:
    whole = trial_of(CROSSING)
    group = whole.subgroups[0]
    parts = tuple(
        Subgroup(name=name, prevalence=share, control=group.control, effect=group.effect)
        for name, share in (("a", 0.3), ("b", 0.7))
    )
    one, two = (
        weighted_test(assumed, times=[15, 36], weights=[LATE])
        for assumed in (whole, replace(whole, subgroups=parts))
    )
    assert np.ravel(two.mean_z) == pytest.approx(np.ravel(one.mean_z), rel=1e-9)
    assert np.ravel(two.sd_z) == pytest.approx(np.ravel(one.sd_z), rel=1e-9)


def test_a_subgroup_without_effect_dilutes() -> None:
    whole = trial_of(TreatmentEffect.constant(0.6))
    group = whole.subgroups[0]
    mixed = replace(
        whole,
        subgroups=(
            replace(group, name="marker", prevalence=0.5),
            replace(group, name="none", prevalence=0.5, effect=TreatmentEffect.constant(1.0)),
        ),
    )
    diluted, full = (weighted_test(one, times=[36]).fixed_power() for one in (mixed, whole))
    assert 0.2 < diluted < full


def test_maxcombo_of_the_same_weight_twice_is_that_test() -> None:
    assumed = trial_of(TreatmentEffect.constant(0.7))
    once, twice = (
        weighted_test(assumed, times=[20, 36], weights=weights)
        for weights in ([LATE], [LATE, LATE])
    )
    plan = GroupSequential(information_fractions=(0.5, 1.0))
    assert twice.critical_value() == pytest.approx(once.critical_value())
    assert twice.fixed_power() == pytest.approx(once.fixed_power(), abs=1e-6)
    expected = once.group_sequential(plan)
    found = twice.group_sequential(plan)
    assert found.power == pytest.approx(expected.power, abs=1e-4)
    assert found.z_efficacy[-1] == pytest.approx(expected.z_efficacy[-1], abs=1e-3)


@pytest.mark.parametrize("variance", ["null", "alternative"])
def test_looks_as_the_multivariate_normal_has_them(variance: str) -> None:
    test = weighted_test(trial_of(CROSSING), times=[17, 24, 35], weights=[LATE])
    found = test.group_sequential(THREE_LOOKS, variance=variance)
    spread = np.ravel(test.sd_z) if variance == "alternative" else np.ones(3)
    kind = test.correlation if variance == "null" else test.correlation_alternative
    covariance = np.array(kind) * np.outer(spread, spread)
    bounds = np.array([z or FAR for z in found.z_efficacy])
    beyond = maxcombo_stops(covariance, np.ravel(test.mean_z), bounds)
    assert found.stopping.efficacy == pytest.approx(beyond, abs=1e-3)


def test_normals_below_bounds_as_scipy_has_them() -> None:
    rng = np.random.default_rng(5)
    for variables, rank in ((2, 2), (4, 3), (6, 6), (9, 6)):
        factor = rng.normal(size=(variables, rank)) + 1
        covariance = factor @ factor.T
        bounds = np.sqrt(np.diag(covariance)) * rng.uniform(0, 2, variables)
        expected = multivariate_normal.cdf(
            bounds, cov=covariance, allow_singular=True, rng=np.random.default_rng(1),
            abseps=1e-5, maxpts=200_000,
        )  # fmt: skip
        probability, error = all_below(covariance, bounds)
        assert error < 5e-4
        assert probability == pytest.approx(expected, abs=5e-4)


def test_futility_bounds_are_kept_and_acted_on() -> None:
    test = weighted_test(
        trial_of(TreatmentEffect.constant(0.7)), times=[18, 24, 34], weights=[LATE]
    )
    plan = replace(THREE_LOOKS, futility=FixedFutility(z=(0.0, 0.5)))
    with_stops, without = test.group_sequential(plan), test.group_sequential(THREE_LOOKS)
    assert with_stops.z_futility == (0.0, 0.5, None)
    assert with_stops.z_efficacy == pytest.approx(without.z_efficacy)
    assert with_stops.power < without.power
    assert sum(with_stops.stopping.stop) == pytest.approx(1)


def test_rules_other_than_spending_are_kept() -> None:
    test = weighted_test(trial_of(TreatmentEffect.constant(0.7)), times=[18, 24, 34])
    spending = BetaSpending(spending=HwangShihDeCani(gamma=-2), beta=0.1)
    for plan in (
        replace(THREE_LOOKS, efficacy=WangTsiatis(delta=0.25)),
        replace(THREE_LOOKS, futility=spending),
        replace(THREE_LOOKS, sides=2, alpha=0.05),
    ):
        found = test.group_sequential(plan)
        assert found.plan == replace(plan, information_fractions=test.information_fractions)
        assert 0.8 < found.power < 0.95


# Taken away, and refused ------------------------------------------------------


def test_results_come_back_from_json_and_from_their_repr() -> None:
    test = weighted_test(trial_of(CROSSING), times=[20, 36], weights=[LATE, ModestWeight(delay=6)])
    assert Result.from_json(test.to_json()) == test
    plan = GroupSequential(information_fractions=(0.5, 1.0))
    found = test.group_sequential(plan)
    assert Result.from_json(found.to_json()) == found
    assert "approximation" in test.note
    assert found.note == test.note
    assert found.to_frame()["succeeded"].iloc[-1] == pytest.approx(found.power)
    assert test.to_frame()["weight"].tolist() == ["FH(0, 1)", "modest(6, 2)"] * 2


def test_the_same_question_has_the_same_answer() -> None:
    first, second = (
        weighted_test(trial_of(CROSSING), times=[36], weights=USUAL_WEIGHTS).fixed_power()
        for _ in range(2)
    )
    assert first == second


def test_refuses() -> None:
    assumed = trial_of(TreatmentEffect.constant(0.7))
    with pytest.raises(InputError, match="times rise from above 0"):
        weighted_test(assumed, times=[20, 10])
    with pytest.raises(InputError, match="at least one weight"):
        weighted_test(assumed, times=[20], weights=[])
    with pytest.raises(InputError, match="Fleming-Harrington"):
        weighted_test(assumed, times=[20], weights=[GEHAN])
    with pytest.raises(InputError, match="delay > 0"):
        ModestWeight(delay=0)
    with pytest.raises(InputError, match="most >= 1"):
        ModestWeight(delay=6, most=0.5)
    test = weighted_test(assumed, times=[20, 36], weights=[LOG_RANK, LATE])
    with pytest.raises(InputError, match="a look at each analysis"):
        test.group_sequential(THREE_LOOKS)
    with pytest.raises(InputError, match="variance in"):
        test.fixed_power(variance="both")
    with pytest.raises(InputError, match="the analysis exists"):
        test.fixed_power(look=2)
    two = GroupSequential(information_fractions=(0.5, 1.0))
    with pytest.raises(InputError, match="one-sided"):
        test.group_sequential(replace(two, sides=2))
    with pytest.raises(InputError, match="no futility bounds"):
        test.group_sequential(replace(two, futility=FixedFutility(z=(0.0,))))
    with pytest.raises(InputError, match="spends alpha"):
        test.group_sequential(replace(two, efficacy=WangTsiatis()))
    assert isinstance(two.efficacy, LanDeMetsOBrienFleming)


def test_nothing_expected_is_not_estimable() -> None:
    later = HazardAssumption.piecewise(cuts=[30], rates=[1e-300, 0.1])
    with pytest.raises(NotEstimableError, match=r"No FH\(0, 1\) test at time 20"):
        weighted_test(
            trial_of(TreatmentEffect.constant(0.7), control=later), times=[20], weights=[LATE]
        )
