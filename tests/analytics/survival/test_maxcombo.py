"""MaxCombo against nested integration in R, and where there is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.survival import (
    GEHAN,
    LOG_RANK,
    MaxCombo,
    SurvivalCounts,
    fleming_harrington,
    test_logrank,
    test_maxcombo,
)
from tests.analytics.survival.oracle_data import agree, cases, counts, oracle_table

TABLE = oracle_table("maxcombo")


@pytest.mark.parametrize("case", cases(TABLE, "data", "weights", "alternative"))
def test_agrees_with_the_reference(case: Any) -> None:
    powers = [map(float, one.split(",")) for one in case.weights.split("|")]
    weights = [fleming_harrington(*each) for each in powers]
    result = test_maxcombo(counts(case.data, None), weights, alternative=case.alternative)
    agree(TABLE[TABLE["case"] == case.case], lambda row: _found(result, row), absolute=1e-10)
    assert result.p_value_error < 1e-8


def _found(result: MaxCombo, row: Any) -> float:
    places = [int(one) - 1 for one in row.weight.split()]
    if row.quantity == "z":
        return result.table["z"].iloc[places[0]]
    if row.quantity == "correlation":
        return result.correlation.iloc[places[0], places[1]]
    return getattr(result, row.quantity)


def test_one_weight_is_its_logrank_test() -> None:
    data = counts("veteran_stratified", None)
    for weight in (LOG_RANK, GEHAN, fleming_harrington(0, 1)):
        single = test_logrank(data, weight)
        result = test_maxcombo(data, [weight])
        assert result.p_value == pytest.approx(single.p_value, rel=1e-10)
        for direction in ("fewer", "more"):
            one_sided = test_maxcombo(data, [weight], alternative=direction)
            assert one_sided.statistic == pytest.approx(single.z, rel=1e-12)
            assert one_sided.p_value == pytest.approx(single.one_sided(direction), rel=1e-10)


def test_lies_between_its_smallest_p_value_and_bonferroni() -> None:
    for data in ("colon_two_arms", "veteran", "rotterdam", "ovarian"):
        for alternative in ("two-sided", "fewer", "more"):
            result = test_maxcombo(counts(data, None), alternative=alternative)
            smallest = result.table["p_value"].min()
            assert smallest <= result.p_value <= min(1.0, 4 * smallest)


def test_five_weights_of_four_dimensions() -> None:
    weights = [fleming_harrington(*each) for each in [(0, 0), (0, 0.5), (0.5, 0), (0.5, 0.5)]]
    data = counts("colon_two_arms", None)
    one, other = (test_maxcombo(data, weights) for _ in range(2))
    assert one.p_value == other.p_value
    assert 0 < one.p_value_error < 0.02 * one.p_value


def test_the_reference_arm_turns_the_sign() -> None:
    data = counts("veteran", None)
    turned = data.of_arms(data.arms[::-1])
    one = test_maxcombo(data, alternative="fewer")
    other = test_maxcombo(turned, alternative="more")
    assert one.p_value == pytest.approx(other.p_value, rel=1e-9)
    assert one.statistic == pytest.approx(-other.statistic, rel=1e-12)


@pytest.mark.slow
def test_rejects_as_often_as_it_says() -> None:
    rng, trials = np.random.default_rng(20260331), 2000
    p_values = []
    for _ in range(trials):
        times, censoring = rng.exponential(1, 120), rng.uniform(0.5, 3, 120)
        data = SurvivalCounts.from_subjects(
            np.minimum(times, censoring), times <= censoring, arms=["A", "B"] * 60
        )
        p_values.append(test_maxcombo(data).p_value)
    for level in (0.05, 0.2, 0.5):
        rejected = float(np.mean(np.array(p_values) <= level))
        assert abs(rejected - level) < 4 * (level * (1 - level) / trials) ** 0.5 + 0.01


def test_refusals() -> None:
    data = SurvivalCounts.from_subjects([1, 2, 3, 4], [1] * 4, arms=list("ABAB"))
    with pytest.raises(InputError, match=r"alternative in .*but got alternative='less'"):
        test_maxcombo(data, alternative="less")
    with pytest.raises(InputError, match="at least one weight"):
        test_maxcombo(data, [])
    three = SurvivalCounts.from_subjects([1, 2, 3], [1] * 3, arms=list("ABC"))
    with pytest.raises(NotEstimableError, match="two arms, and there are 3"):
        test_maxcombo(three)


@pytest.mark.parametrize("events", [[0, 0, 0, 0], [1, 0, 0, 0]])
def test_a_statistic_without_variance_is_named(events: list[int]) -> None:
    data = SurvivalCounts.from_subjects([1, 2, 3, 4], events, arms=list("ABAB"))
    named = r"FH\(0, 1\)" if any(events) else "log-rank"
    with pytest.raises(NotEstimableError, match=f"the {named} statistic has no variance"):
        test_maxcombo(data)
