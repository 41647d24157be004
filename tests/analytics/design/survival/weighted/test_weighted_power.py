"""Power of weighted tests with looks: alpha is kept, and what the bounds do is as it should be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from analytics.design import TreatmentEffect
from analytics.design.boundaries import (
    BetaSpending,
    FixedFutility,
    GroupSequential,
    HwangShihDeCani,
    UserSpending,
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
from analytics.design.survival.weighted.maxcombo_boundaries import maxcombo_stops
from analytics.design.survival.weighted.normal_orthant import NormalOrthant
from analytics.survival.logrank_weights import LOG_RANK, fleming_harrington
from analytics.survival.maxcombo import USUAL_WEIGHTS
from tests.analytics.design.survival.oracle_trials import trial_of

LATE = fleming_harrington(0, 1)
EARLY = fleming_harrington(1, 0)
THREE_LOOKS = GroupSequential(information_fractions=(0.5, 248 / 330, 1.0))
LOG_RANK_BOUNDS = (2.9625880427, 2.3560622842, 2.0144795439)
SIMULATED_NULL = (0.67950491826, 0.6992736533)  # correlations of FH(0, 1), case looks-null
CROSSING = TreatmentEffect.crossing(early=1.4, late=0.5, change=4)


def _type_one_error(test: WeightedTest, bounds: tuple[float, ...]) -> float:
    return _spent(np.sqrt([one for (one,) in test.information]), bounds)


def _spent(root: np.ndarray, bounds: tuple[float, ...]) -> float:
    none = np.full(root.size, -FAR)
    return float(stop_probabilities(root, np.zeros(root.size), none, np.array(bounds))[1].sum())


def test_bounds_of_the_log_rank_test_spend_too_much_and_own_bounds_do_not() -> None:
    nothing = trial_of(TreatmentEffect.constant(1.0))
    times = ExpectedEvents.of(nothing).calendar_time([165, 248, 330])
    late = weighted_test(nothing, times=times, weights=[LATE])
    assert _type_one_error(late, LOG_RANK_BOUNDS) == pytest.approx(0.0288, abs=0.001)
    own = late.group_sequential(THREE_LOOKS)
    assert own.power == pytest.approx(0.025, abs=1e-9)
    assert own.alpha_spent[-1] == pytest.approx(0.025, abs=1e-9)
    bounds = tuple(z or FAR for z in own.z_efficacy)
    first, second = SIMULATED_NULL
    root = np.array([first * second, second, 1.0])
    assert _spent(root, bounds) == pytest.approx(0.025, abs=1e-4)
    assert _spent(root, LOG_RANK_BOUNDS) == pytest.approx(0.0281, abs=0.0002)


def test_bounds_made_under_an_effect_keep_alpha_without_it() -> None:
    assumed = trial_of(TreatmentEffect.constant(0.7))
    times = ExpectedEvents.of(assumed).calendar_time([165, 248, 330])
    planned = weighted_test(assumed, times=times, weights=[LATE]).group_sequential(THREE_LOOKS)
    nothing = weighted_test(assumed.under_null(), times=times, weights=[LATE])
    bounds = tuple(z or FAR for z in planned.z_efficacy)
    assert _type_one_error(nothing, bounds) == pytest.approx(0.025, abs=2e-4)


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


def test_maxcombo_that_spends_nothing_early_is_the_fixed_test() -> None:
    test = weighted_test(trial_of(CROSSING), times=[20, 36], weights=[LOG_RANK, LATE])
    late = UserSpending(information_fractions=(0.9, 1.0), cumulative_share=(0.0, 1.0))
    found = test.group_sequential(GroupSequential(information_fractions=(0.5, 1.0), efficacy=late))
    assert found.z_efficacy[0] is None
    assert found.z_efficacy[1] == pytest.approx(test.critical_value(), abs=1e-3)
    assert found.power == pytest.approx(test.fixed_power(), abs=1e-4)


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
        probability, error = NormalOrthant.of(covariance).below(bounds)
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
