"""The log-rank test against R, and where there is none."""

from __future__ import annotations

import pytest

from analytics.checks import NotEstimableError
from analytics.survival import LogRank, SurvivalCounts, test_logrank
from tests.analytics.survival.oracle_data import counts, needs_trial_data, oracle_table
from tests.invariants import check_logrank

TABLE = oracle_table("logrank")


@pytest.mark.parametrize(
    ("case", "data"), TABLE[["case", "data"]].drop_duplicates().to_numpy().tolist()
)
def test_agrees_with_the_reference(case: str, data: str, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue("trial_data") if needs_trial_data(data) else None
    result = test_logrank(counts(data, folder))
    check_logrank(result)
    for row in TABLE[TABLE["case"] == case].itertuples():
        expected = pytest.approx(row.expected, rel=row.tolerance, abs=1e-12)
        assert _found(result, row) == expected, f"{row.arm} {row.quantity}"


def _found(result: LogRank, row: tuple) -> float:
    if row.quantity == "variance":
        return result.variance[row.arm].iloc[result.arms.index(row.other_arm)]
    if row.arm:
        return result.by_arm().set_index("arm").loc[row.arm, row.quantity]
    return getattr(result, row.quantity)


def test_says_no_with_one_arm() -> None:
    with pytest.raises(NotEstimableError, match="only one arm"):
        test_logrank(SurvivalCounts.from_subjects([1, 2], [1, 1]))


def test_says_no_without_events() -> None:
    with pytest.raises(NotEstimableError, match="there are none"):
        test_logrank(SurvivalCounts.from_subjects([1, 2], [0, 0], arms=["A", "B"]))


@pytest.mark.parametrize(
    ("times", "events", "strata"),
    [
        ([1, 2, 3, 4], [0, 0, 1, 1], [""] * 4),  # A is gone when the first event happens
        ([1, 2, 3, 4], [1, 1, 1, 1], ["x", "x", "y", "y"]),  # each arm has a stratum of its own
    ],
)
def test_says_no_when_arms_are_never_at_risk_together(
    times: list[int], events: list[int], strata: list[str]
) -> None:
    data = SurvivalCounts.from_subjects(times, events, arms=list("AABB"), strata=strata)
    with pytest.raises(NotEstimableError, match="only one of them is at risk"):
        test_logrank(data)


def test_an_arm_never_at_risk_at_an_event_has_no_part() -> None:
    times, events = [1, 2, 3, 4, 5, 6], [0, 0, 1, 1, 1, 1]
    result = test_logrank(SurvivalCounts.from_subjects(times, events, arms=list("CCABAB")))
    without = test_logrank(SurvivalCounts.from_subjects(times[2:], events[2:], arms=list("ABAB")))
    assert result.degrees_of_freedom == 1
    assert result.statistic == pytest.approx(without.statistic, rel=1e-12)


def test_an_arm_without_events_can_be_tested() -> None:
    data = SurvivalCounts.from_subjects([1, 2, 3, 4], [1, 1, 0, 0], arms=list("AABB"))
    assert test_logrank(data).by_arm()["observed"].tolist() == [2, 0]


def test_all_tied() -> None:
    data = SurvivalCounts.from_subjects([7] * 4, [1] * 4, arms=list("AABB"))
    with pytest.raises(NotEstimableError, match="everybody at risk has the event at once"):
        test_logrank(data)


def test_the_sign_says_which_arm_did_better() -> None:
    data = SurvivalCounts.from_subjects(
        [1, 2, 3, 4, 5, 6], [1] * 6, arms=list("AAABBB"), order=("A", "B")
    )
    result = test_logrank(data)
    assert result.z is not None
    assert result.z < 0
    assert result.z**2 == pytest.approx(result.statistic)
