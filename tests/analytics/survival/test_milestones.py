"""Arms compared at one time, and curves subtracted, against R."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.survival import (
    MilestoneComparison,
    SurvivalCounts,
    compare_at_milestone,
    difference_of_curves,
    fit_kaplan_meier,
)
from tests.analytics.survival.oracle_data import agree, cases, counts, oracle_table

TABLE = oracle_table("milestones")


@pytest.mark.parametrize("case", cases(TABLE, "data", "time", "confidence_level"))
def test_agrees_with_the_reference(case: Any) -> None:
    result = compare_at_milestone(
        counts(case.data, None), case.time, confidence_level=case.confidence_level
    )
    agree(TABLE[TABLE["case"] == case.case], lambda row: _found(result, row))


def _found(result: MilestoneComparison, row: Any) -> float:
    scale, _, column = row.quantity.rpartition(" ")
    if not scale:
        return result.differences.set_index("arm").loc[row.arm, column]
    return result.tests.set_index(["arm", "scale"]).loc[(row.arm, scale), column]


def test_curves_are_steps_between_event_times() -> None:
    data = counts("veteran", None)
    at, between = (compare_at_milestone(data, time) for time in (164, 167.9))  # events: 164, 177
    for one, other in ((at.differences, between.differences), (at.tests, between.tests)):
        numbers = one.select_dtypes("number").drop(columns="time", errors="ignore")
        np.testing.assert_array_equal(numbers, other[numbers.columns])


def test_plain_test_is_the_test_of_the_difference() -> None:
    result = compare_at_milestone(counts("colon", None), 1825)
    plain = result.tests[result.tests["scale"] == "plain"]
    np.testing.assert_allclose(result.differences["z"] ** 2, plain["statistic"], rtol=1e-12)
    np.testing.assert_allclose(result.differences["p_value"], plain["p_value"], rtol=1e-9)


def test_refuses_a_time_an_arm_is_not_followed_to() -> None:
    data = SurvivalCounts.from_subjects([1, 5, 2, 9], [1, 0, 1, 0], arms=list("AABB"))
    assert compare_at_milestone(data, 5).differences["difference"].tolist() == [0.0]
    with pytest.raises(NotEstimableError, match=r"at 6 is not estimable in 'A'.* time is 5"):
        compare_at_milestone(data, 6)


@pytest.mark.parametrize(
    ("times", "events"),
    [
        ([1, 5, 3, 9], [1, 0, 0, 0]),  # nothing has happened in B
        ([1, 2, 2, 9], [1, 1, 1, 0]),  # everything has happened in A
    ],
)
def test_survival_of_0_or_1_has_no_variance(times: list[int], events: list[int]) -> None:
    data = SurvivalCounts.from_subjects(times, events, arms=list("AABB"))
    result = compare_at_milestone(data, 2)
    assert np.isfinite(result.differences["difference"]).all()
    assert result.differences[["std_err", "lower", "upper", "z", "p_value"]].isna().all(axis=None)
    assert result.tests[["statistic", "p_value"]].isna().all(axis=None)


def test_difference_of_curves_is_that_of_the_milestones() -> None:
    data = counts("colon", None)
    table = difference_of_curves(data, confidence_level=0.9).table
    for time in (365.0, 1000.0, 2000.0):
        single = compare_at_milestone(data, time, confidence_level=0.9).differences
        for arm in data.arms[1:]:
            own = table[(table["arm"] == arm) & (table["time"] <= time)].iloc[-1]
            expected = single.set_index("arm").loc[arm]
            for name in ("difference", "std_err", "lower", "upper"):
                assert own[name] == pytest.approx(expected[name], rel=1e-12)


def test_difference_ends_with_the_shorter_curve() -> None:
    data = SurvivalCounts.from_subjects([1, 5, 2, 9], [1, 0, 1, 1], arms=list("AABB"))
    table = difference_of_curves(data).table
    assert table["time"].tolist() == [0, 1, 2]
    assert table["difference"].tolist() == [0, 0.5, 0]
    assert table["std_err"].isna().tolist() == [True, True, False]


def test_turning_the_arms_turns_the_sign() -> None:
    data = counts("veteran", None)
    one, other = (
        difference_of_curves(each).table for each in (data, data.of_arms(data.arms[::-1]))
    )
    np.testing.assert_allclose(one["difference"], -other["difference"], atol=1e-15)
    np.testing.assert_allclose(one["lower"], -other["upper"], atol=1e-15)
    curves = fit_kaplan_meier(data).curves
    assert one["time"].max() <= min(curve.table["time"].max() for curve in curves)


def test_refusals() -> None:
    data = SurvivalCounts.from_subjects([1, 2], [1, 1], arms=["A", "B"])
    single = SurvivalCounts.from_subjects([1, 2], [1, 1])
    for compare in (lambda each: compare_at_milestone(each, 1), difference_of_curves):
        with pytest.raises(NotEstimableError, match="there is only one arm"):
            compare(single)
    with pytest.raises(InputError, match="0 <= time < infinity"):
        compare_at_milestone(data, -1)
    with pytest.raises(InputError, match="0 < confidence_level < 1"):
        difference_of_curves(data, confidence_level=2)
