"""Peto's one-step hazard ratio against R."""

from __future__ import annotations

from typing import Any

import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.survival import SurvivalCounts, fit_cox_by_arm, peto_hazard_ratio, test_logrank
from tests.analytics.survival.oracle_data import agree, cases, counts, oracle_table

TABLE = oracle_table("peto_hazard_ratio")


@pytest.mark.parametrize("case", cases(TABLE, "data", "confidence_level"))
def test_agrees_with_the_reference(case: Any) -> None:
    result = peto_hazard_ratio(counts(case.data, None), confidence_level=case.confidence_level)
    agree(TABLE[TABLE["case"] == case.case], lambda row: getattr(result, row.quantity))


def test_is_near_cox_when_the_effect_is_small_and_has_the_test_of_the_logrank() -> None:
    data = counts("colon_two_arms", None)
    result = peto_hazard_ratio(data)
    assert (result.arm, result.reference) == ("Lev+5FU", "Obs")
    cox = fit_cox_by_arm(data).table["hazard_ratio"].iloc[0]
    assert result.hazard_ratio == pytest.approx(cox, rel=0.01)
    test = test_logrank(data)
    assert result.z == pytest.approx(test.z, rel=1e-12)
    assert result.p_value == test.p_value


def test_exists_without_events_in_an_arm() -> None:
    data = SurvivalCounts.from_subjects([1, 2, 3, 4], [1, 1, 0, 0], arms=list("AABB"))
    assert peto_hazard_ratio(data).hazard_ratio < 1


def test_says_no() -> None:
    data = SurvivalCounts.from_subjects([1, 2, 3], [1] * 3, arms=list("ABC"))
    with pytest.raises(NotEstimableError, match="two arms, and there are 3"):
        peto_hazard_ratio(data)
    with pytest.raises(InputError, match="0 < confidence_level < 1"):
        peto_hazard_ratio(data.of_arms(("A", "B")), confidence_level=0)
    lopsided = SurvivalCounts.from_subjects(
        [1, *range(2, 2002)], [1] + [0] * 2000, arms=["B"] + ["A"] * 2000, order=("A", "B")
    )
    with pytest.raises(NotEstimableError, match="too different a size"):
        peto_hazard_ratio(lopsided)
