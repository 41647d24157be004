"""Rates of recurrent events against R, and where they have no width."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.results import Result, same
from analytics.survival.recurrent import RecurrentEvents, RecurrentRates, estimate_recurrent_rates
from tests.analytics.survival.oracle_data import oracle_table
from tests.analytics.survival.recurrent.trial_events import trial_events
from tests.invariants import check_ordered

TABLE = oracle_table("recurrent_rates")
CASES = TABLE[["case", "data"]].drop_duplicates().to_numpy().tolist()


@pytest.mark.parametrize(("case", "data"), CASES)
def test_agrees_with_the_reference(case: str, data: str) -> None:
    result = estimate_recurrent_rates(trial_events(data))
    check_ordered(result.table["lower"], result.table["rate"], result.table["upper"])
    for row in TABLE[TABLE["case"] == case].itertuples():
        assert _found(result, row) == pytest.approx(row.expected, rel=row.tolerance), row.quantity


def _found(result: RecurrentRates, row: tuple) -> float:
    if row.quantity.startswith("ratio"):
        column = row.quantity.removeprefix("ratio_")
        return result.ratios().set_index("arm").loc[row.arm, column]
    return result.table.set_index("arm").loc[row.arm, row.quantity]


def test_the_unit_of_time_and_of_the_rate() -> None:
    days = RecurrentEvents.from_subjects([365.25, 730.5], [[10], [20, 30, 40]])
    yearly = estimate_recurrent_rates(days.in_unit("years"), per=1).table
    usual = estimate_recurrent_rates(days).table
    assert yearly["rate"].iloc[0] == pytest.approx(4 / 3)
    columns = ["rate", "lower", "upper"]
    np.testing.assert_allclose(usual[columns], 100 * yearly[columns])
    assert usual["log_std_err"].iloc[0] == pytest.approx(yearly["log_std_err"].iloc[0])


@pytest.mark.parametrize(
    ("ends", "events"),
    [
        ([100, 50], [[], []]),  # no events
        ([100], [[3, 5, 7]]),  # one subject
        ([100, 50], [[1, 2], [3]]),  # all have the same rate
    ],
)
def test_no_width_without_spread(ends: list[float], events: list[list[float]]) -> None:
    table = estimate_recurrent_rates(RecurrentEvents.from_subjects(ends, events)).table
    assert table[["lower", "upper", "log_std_err"]].isna().all(axis=None)
    assert table["rate"].notna().all()


def test_a_ratio_to_no_events_does_not_exist() -> None:
    data = RecurrentEvents.from_subjects([9, 9, 9, 9], [[1], [2, 3], [], []], arms=list("BBAA"))
    ratios = estimate_recurrent_rates(data).ratios()
    assert ratios[["ratio", "lower", "upper", "p_value"]].isna().all(axis=None)


def test_a_ratio_without_a_width() -> None:
    data = RecurrentEvents.from_subjects([10, 10, 10], [[1], [2, 3], [4]], arms=list("AAB"))
    ratios = estimate_recurrent_rates(data).ratios()
    assert ratios["ratio"].iloc[0] == pytest.approx(2 / 3)
    assert ratios[["lower", "upper", "p_value"]].isna().all(axis=None)


def test_refuses() -> None:
    data = RecurrentEvents.from_subjects([0, 5], [[], [1]], arms=["A", "B"])
    with pytest.raises(NotEstimableError, match="nobody in 'A' was followed for any time"):
        estimate_recurrent_rates(data)
    with pytest.raises(InputError, match="0 < per < infinity"):
        estimate_recurrent_rates(data, per=0)
    with pytest.raises(InputError, match="0 < confidence_level < 1"):
        estimate_recurrent_rates(data, confidence_level=1)
    with pytest.raises(NotEstimableError, match="only one"):
        estimate_recurrent_rates(RecurrentEvents.from_subjects([5], [[1]])).ratios()


def test_survives_the_wire() -> None:
    result = estimate_recurrent_rates(trial_events("cgd"))
    assert same(Result.from_json(result.to_json()), result)
