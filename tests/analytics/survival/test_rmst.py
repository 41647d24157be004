"""Restricted means against R, and where they end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from lifelines import KaplanMeierFitter
from lifelines.utils import restricted_mean_survival_time

from analytics.checks import InputError, NotEstimableError
from analytics.survival import RestrictedMeans, SurvivalCounts, compare_restricted_means
from tests.analytics.survival.oracle_data import agree, cases, counts, oracle_table, subjects

TABLE = oracle_table("rmst")


@pytest.mark.parametrize("case", cases(TABLE, "data", "horizon", "confidence_level"))
def test_agrees_with_the_reference(case: Any) -> None:
    horizon = float(case.horizon) if case.horizon else None
    result = compare_restricted_means(
        counts(case.data, None), horizon=horizon, confidence_level=case.confidence_level
    )
    agree(TABLE[TABLE["case"] == case.case], lambda row: _found(result, row))


def _found(result: RestrictedMeans, row: Any) -> float:
    if row.quantity == "horizon":
        return result.horizon
    *measure, column = row.quantity.rsplit(" ", 1)
    if not measure:
        return result.by_arm.set_index("arm").loc[row.arm, column]
    return result.contrasts.set_index(["arm", "measure"]).loc[(row.arm, measure[0]), column]


@pytest.mark.parametrize("data", ["aml", "veteran", "heavy_ties", "time_zero"])
def test_agrees_with_lifelines(data: str) -> None:
    rows = subjects(data, None)
    result = compare_restricted_means(counts(data, None))
    for arm, mean in result.by_arm[["arm", "rmst"]].itertuples(index=False):
        own = rows[rows["arm"] == arm]
        theirs = KaplanMeierFitter().fit(own["time"], own["event"])
        expected = restricted_mean_survival_time(theirs, t=result.horizon)
        assert mean == pytest.approx(expected, rel=1e-10)


def test_without_censoring_it_is_the_mean_of_the_restricted_times() -> None:
    times = np.array([2.0, 3, 5, 8, 9, 14])
    data = SurvivalCounts.from_subjects(times, np.ones(6))
    row = compare_restricted_means(data, horizon=8).by_arm.iloc[0]
    restricted = np.minimum(times, 8)
    assert row["rmst"] == pytest.approx(restricted.mean())
    assert row["std_err"] == pytest.approx(restricted.std() / 6**0.5)
    assert row["rmst"] + row["rmtl"] == pytest.approx(8)


def test_an_event_at_the_horizon_adds_nothing() -> None:
    # The area from the last event to the horizon is that event's part in the variance.
    data = SurvivalCounts.from_subjects([1, 2, 3, 4, 5], [1, 1, 1, 1, 0])
    before, at = (compare_restricted_means(data, horizon=end).by_arm for end in (3 - 1e-9, 3))
    np.testing.assert_allclose(
        before.iloc[0, 1:].astype(float), at.iloc[0, 1:].astype(float), rtol=1e-8
    )


def test_the_default_horizon_is_the_shortest_followup_and_says_so() -> None:
    data = SurvivalCounts.from_subjects([1, 6, 2, 9], [1, 0, 1, 0], arms=list("AABB"))
    result = compare_restricted_means(data)
    assert (result.horizon, result.horizon_from) == (6.0, "shortest follow-up")
    stated = compare_restricted_means(data, horizon=6)
    assert (stated.horizon, stated.horizon_from) == (6.0, "stated")


def test_refuses_a_horizon_beyond_a_curve_that_ends() -> None:
    data = SurvivalCounts.from_subjects([1, 6, 2, 9], [1, 0, 1, 0], arms=list("AABB"))
    sentence = "up to 7 is not estimable: the curve of 'A' ends at 6"
    with pytest.raises(NotEstimableError, match=sentence):
        compare_restricted_means(data, horizon=7)
    # A curve that has reached 0 stays there.
    gone = SurvivalCounts.from_subjects([1, 6, 2, 9], [1, 1, 1, 0], arms=list("AABB"))
    assert compare_restricted_means(gone, horizon=9).by_arm["rmst"].tolist() == [3.5, 5.5]


def test_rounding_of_units_does_not_move_the_end() -> None:
    data = SurvivalCounts.from_subjects([100, 730], [1, 0]).in_unit("months")
    assert compare_restricted_means(data, horizon=730 / 30.4375 + 1e-12).horizon > 0


@pytest.mark.parametrize("events", [[0, 0, 0], [1, 1, 1]])
def test_nothing_to_learn_the_error_from(events: list[int]) -> None:
    # No event in B, or all of its subjects have it at once: Greenwood's formula gives 0.
    times = [1, 2, 9, 7, 7, 7] if events[0] else [1, 2, 9, 7, 8, 9]
    data = SurvivalCounts.from_subjects(times, [1, 1, 0, *events], arms=list("AAABBB"))
    result = compare_restricted_means(data)
    assert result.by_arm["std_err"].isna().tolist() == [False, True]
    columns = ["std_err", "lower", "upper", "z", "p_value"]
    difference = result.contrasts.iloc[0]
    assert difference[columns].isna().all()
    assert np.isfinite(difference["estimate"])


def test_one_arm_has_a_mean_and_no_contrast() -> None:
    result = compare_restricted_means(SurvivalCounts.from_subjects([1, 2, 3], [1, 0, 1]))
    assert len(result.by_arm) == 1
    assert len(result.contrasts) == 0


@pytest.mark.parametrize("horizon", [0, -1, float("nan"), float("inf")])
def test_refuses_what_is_no_horizon(horizon: float) -> None:
    data = SurvivalCounts.from_subjects([1, 2], [1, 1])
    with pytest.raises(InputError, match="0 < horizon < infinity"):
        compare_restricted_means(data, horizon=horizon)


def test_other_refusals() -> None:
    at_once = SurvivalCounts.from_subjects([0, 0], [0, 0])
    with pytest.raises(NotEstimableError, match="followed to time 0 only"):
        compare_restricted_means(at_once)
    with pytest.raises(InputError, match="0 < confidence_level < 1"):
        compare_restricted_means(at_once, confidence_level=1)
