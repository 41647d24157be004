"""The trend test against R, and what it is invariant to."""

from __future__ import annotations

from typing import Any

import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.survival import PETO, SurvivalCounts, test_logrank, test_trend
from tests.analytics.survival.oracle_data import agree, cases, counts, oracle_table

TABLE = oracle_table("logrank_trend")


@pytest.mark.parametrize("case", cases(TABLE, "data", "scores"))
def test_agrees_with_the_reference(case: Any) -> None:
    scores = [float(one) for one in case.scores.split("|")] if case.scores else None
    result = test_trend(counts(case.data, None), scores=scores)
    agree(TABLE[TABLE["case"] == case.case], lambda row: getattr(result, row.quantity))


@pytest.mark.parametrize("scores", [(1, 2), (-3, 0.5), (2, 1)])
def test_two_arms_are_the_logrank_test(scores: tuple[float, float]) -> None:
    data = counts("veteran_stratified", None)
    trend, test = test_trend(data, PETO, scores=scores), test_logrank(data, PETO)
    assert trend.statistic == pytest.approx(test.statistic, rel=1e-10)
    assert trend.p_value == pytest.approx(test.p_value, rel=1e-10)
    sign = 1 if scores[0] < scores[1] else -1
    assert trend.z == pytest.approx(sign * test.z, rel=1e-10)


def test_only_relative_distances_of_the_scores_matter() -> None:
    data = counts("veteran_by_cell", None)
    one = test_trend(data, scores=[0, 10, 20, 40])
    other = test_trend(data, scores=[1e6 + dose / 1000 for dose in (0, 10, 20, 40)])
    assert one.z == pytest.approx(other.z, rel=1e-6)


def test_the_sign_and_the_one_sided_values() -> None:
    data = SurvivalCounts.from_subjects(range(1, 10), [1] * 9, arms=list("AAABBBCCC"))
    result = test_trend(data)
    assert result.z < 0  # the higher the score, the later the events
    assert result.one_sided("fewer") == pytest.approx(result.p_value / 2)
    assert result.one_sided("more") == pytest.approx(1 - result.p_value / 2)


@pytest.mark.parametrize(
    ("scores", "sentence"),
    [
        ([1, 2], "one per arm.*scores="),
        ([1, 2, float("nan")], "scores are finite numbers"),
        ([5, 5, 5], "scores differ"),
    ],
)
def test_refuses_scores(scores: list[float], sentence: str) -> None:
    data = SurvivalCounts.from_subjects([1, 2, 3], [1] * 3, arms=list("ABC"))
    with pytest.raises(InputError, match=sentence):
        test_trend(data, scores=scores)


def test_comparable_arms_of_one_score_have_no_trend() -> None:
    # C is gone before the first event, and A and B have the same score.
    data = SurvivalCounts.from_subjects([1, 2, 3, 4, 5], [0, 1, 1, 1, 1], arms=list("CABAB"))
    with pytest.raises(NotEstimableError, match="share one score"):
        test_trend(data, scores=[1, 1, 2])
    with pytest.raises(NotEstimableError, match="only one arm"):
        test_trend(data.of_arms(("A",)))
