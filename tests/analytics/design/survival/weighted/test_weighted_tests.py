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
    FixedFutility,
    GroupSequential,
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
from analytics.results import Result
from analytics.survival.logrank_weights import GEHAN, LOG_RANK, fleming_harrington
from analytics.survival.maxcombo import USUAL_WEIGHTS
from tests.analytics.design.survival.oracle_trials import oracle_rows, trial_of
from tests.analytics.design.survival.weighted.simulated_scores import simulated_scores

LATE = fleming_harrington(0, 1)
THREE_LOOKS = GroupSequential(information_fractions=(0.5, 248 / 330, 1.0))
LOG_RANK_BOUNDS = (2.9625880427, 2.3560622842, 2.0144795439)
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
    found = _fisher(np.corrcoef(scores.T)) * np.sqrt(trials)
    right = found - _fisher(test.correlation_alternative) * np.sqrt(trials)
    wrong = found - _fisher(test.correlation) * np.sqrt(trials)
    assert np.abs(right).max() < 4
    assert np.abs(wrong).max() > 8  # so that the two are told apart


def _fisher(correlation: Any) -> Any:
    """Normal with variance 1 / trials."""
    each = np.array(correlation)
    return np.arctanh(each[np.triu_indices(len(each), 1)])


def _even(_: Any, before: Any) -> Any:
    return np.ones_like(before)


def _late(_: Any, before: Any) -> Any:
    return 1 - before


def _modest(time: Any, before: Any) -> Any:
    floor = np.where(time <= 6, before, 1.0).min(axis=1)
    return np.minimum(1 / np.maximum(before, floor[:, None]), 2)


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
    assert weighted_test(assumed, times=times).events == pytest.approx(expected, rel=1e-5)


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


def test_no_modest_weight_is_more_than_its_limit() -> None:
    assumed = trial_of(TreatmentEffect.delayed(hazard_ratio=0.6, delay=4))
    even, none = (
        weighted_test(assumed, times=[36], weights=[one])
        for one in (LOG_RANK, ModestWeight(delay=6, most=1))
    )
    assert np.ravel(none.mean_z) == pytest.approx(np.ravel(even.mean_z))
    assert np.ravel(none.information) == pytest.approx(np.ravel(even.information))


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


def test_nothing_expected_is_not_estimable() -> None:
    later = HazardAssumption.piecewise(cuts=[30], rates=[1e-300, 0.1])
    with pytest.raises(NotEstimableError, match=r"No FH\(0, 1\) test at time 20"):
        weighted_test(
            trial_of(TreatmentEffect.constant(0.7), control=later), times=[20], weights=[LATE]
        )
