"""Mean cumulative counts against R, by brute force, and at their edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.checks import InputError, NotEstimableError
from analytics.results import Result, same
from analytics.survival import SurvivalCounts, fit_kaplan_meier
from analytics.survival.recurrent import (
    MeanCountCurve,
    MeanCumulativeCount,
    RecurrentEvents,
    fit_mean_cumulative_count,
)
from tests.analytics.survival.oracle_data import oracle_table
from tests.analytics.survival.recurrent.trial_events import trial_events
from tests.invariants import check_not_increasing, check_ordered

TABLE = oracle_table("mean_cumulative_count")
CASES = TABLE[["case", "data"]].drop_duplicates().to_numpy().tolist()

_TIMES = st.integers(0, 8).map(float)
SUBJECTS = st.lists(
    st.tuples(_TIMES, st.lists(_TIMES, max_size=4), st.integers(0, 1)), min_size=1, max_size=15
)
often = settings(max_examples=40, deadline=None)


@pytest.mark.parametrize(("case", "data"), CASES)
def test_agrees_with_the_reference(case: str, data: str) -> None:
    result = fit_mean_cumulative_count(trial_events(data))
    for curve in result.curves:
        _check(curve)
    for row in TABLE[TABLE["case"] == case].itertuples():
        expected = pytest.approx(row.expected, rel=row.tolerance, abs=1e-13)
        assert _found(result, row) == expected, f"{row.arm}, {row.quantity} at {row.at}"


def _found(result: MeanCumulativeCount, row: tuple) -> float:
    kind, _, limit = row.quantity.partition("_")
    if kind in ("difference", "ratio"):
        table = getattr(result, f"{kind}s")(row.at).set_index("arm")
        return table.loc[row.arm, limit or kind]
    if kind == "alive":
        table = result.curves[result.arms.index(row.arm)].table
        return table.loc[table["time"] <= row.at, "alive"].iloc[-1]
    return result.landmark(row.at).set_index("arm").loc[row.arm, row.quantity]


def _check(curve: MeanCountCurve) -> None:
    table = curve.table
    assert table["time"].iloc[0] == 0
    assert (np.diff(table["time"]) > 0).all()
    check_not_increasing(-table["mean"])
    check_not_increasing(table["at_risk"])
    check_not_increasing(table["alive"])
    check_ordered(table["lower"], table["mean"], table["upper"])
    assert (table["lower"].dropna() >= 0).all()
    assert (table["deaths"] + table["ended"]).sum() == curve.subjects == table["at_risk"].iloc[0]
    assert table["events"].sum() == curve.events
    assert table["deaths"].sum() == curve.deaths


def _data(subjects: list[tuple[float, list[float], int]]) -> RecurrentEvents:
    ends, events, died = zip(*subjects, strict=True)
    within = [[time for time in own if time <= end] for own, end in zip(events, ends, strict=True)]
    return RecurrentEvents.from_subjects(ends, within, died=died)


@often
@given(SUBJECTS)
def test_every_mean_count_is_one(subjects: list[tuple[float, list[float], int]]) -> None:
    for interval in ("log", "plain"):
        _check(fit_mean_cumulative_count(_data(subjects), interval=interval).curves[0])


@often
@given(SUBJECTS)
def test_the_variance_is_the_sum_of_what_each_subject_does(
    subjects: list[tuple[float, list[float], int]],
) -> None:
    data = _data(subjects)
    table = fit_mean_cumulative_count(data).curves[0].table
    time, at_risk = table["time"].to_numpy(), table["at_risk"].to_numpy()
    step = np.concatenate(([1.0], table["alive"].to_numpy()[:-1])) / at_risk
    mean, rate = table["mean"].to_numpy(), table["events"].to_numpy() / at_risk
    dying = table["deaths"].to_numpy() / at_risk
    expected = np.zeros(time.size)
    for one in data.followup.itertuples():
        own = data.events[data.events["subject"] == one.subject]["time"].to_numpy()
        here = time <= one.end
        surprise = np.array([(own == when).sum() for when in time]) - here * rate
        death = ((time == one.end) * one.died - here * dying) / at_risk
        for place in range(time.size):
            until = slice(place + 1)
            influence = (step * surprise)[until].sum()
            influence -= ((mean[place] - mean[until]) * death[until]).sum()
            expected[place] += influence**2
    np.testing.assert_allclose(table["std_err"] ** 2, expected, rtol=1e-7, atol=1e-12)


@often
@given(SUBJECTS)
def test_deaths_never_raise_the_count(subjects: list[tuple[float, list[float], int]]) -> None:
    alive = [(end, events, 0) for end, events, _ in subjects]
    with_deaths, without = (
        fit_mean_cumulative_count(_data(each)).curves[0].table["mean"] for each in (subjects, alive)
    )
    assert (with_deaths <= without + 1e-12).all()


@often
@given(SUBJECTS)
def test_death_itself_as_the_event_is_one_minus_kaplan_meier(
    subjects: list[tuple[float, list[float], int]],
) -> None:
    last = [(end, [end] if died else [], died) for end, _, died in subjects]
    table = fit_mean_cumulative_count(_data(last)).curves[0].table.set_index("time")
    counts = SurvivalCounts.from_subjects([one[0] for one in last], [one[2] for one in last])
    survival = fit_kaplan_meier(counts).curves[0].table.set_index("time")["survival"]
    np.testing.assert_allclose(table["mean"], 1 - survival, atol=1e-12)


def test_by_hand() -> None:
    # 3 at risk at 2 and 5; one dies at 5; 2 at risk at 6, of whom 2/3 of all are alive.
    data = RecurrentEvents.from_subjects([9, 5, 7], [[2, 6], [], [5]], died=[0, 1, 0])
    table = fit_mean_cumulative_count(data).curves[0].table.set_index("time")
    expected = [1 / 3, 2 / 3, 2 / 3 + 2 / 3 / 2]
    np.testing.assert_allclose(table.loc[[2, 5, 6], "mean"], expected)


def test_subjects_alike_have_no_width() -> None:
    data = RecurrentEvents.from_subjects([9, 9, 9], [[2, 6]] * 3)
    table = fit_mean_cumulative_count(data).curves[0].table
    assert table["mean"].tolist() == [0, 1, 2, 2]
    assert table["std_err"].tolist() == [0] * 4
    assert table[["lower", "upper"]].isna().all(axis=1).tolist() == [False, True, True, True]
    one = RecurrentEvents.from_subjects([9], [[0.1, 0.7, 2.3]])
    assert fit_mean_cumulative_count(one).curves[0].table["std_err"].tolist() == [0] * 5


def test_beyond_the_last_time_it_is_unknown_unless_all_are_dead() -> None:
    data = RecurrentEvents.from_subjects(
        [5, 6, 5, 6], [[1], [], [2], []], arms=list("AABB"), died=[1, 0, 1, 1]
    )
    found = fit_mean_cumulative_count(data).landmark(7).set_index("arm")
    assert np.isnan(found.loc["A", "mean"])
    assert found.loc["B", "mean"] == 0.5
    assert found["at_risk"].tolist() == [0, 0]


def test_the_footnote_says_whether_death_counts() -> None:
    lost = RecurrentEvents.from_subjects([5, 6], [[1], []])
    dead = RecurrentEvents.from_subjects([5, 6], [[1], []], died=[1, 0])
    methods = [fit_mean_cumulative_count(each).method for each in (lost, dead)]
    assert "Nelson–Aalen" in methods[0]
    assert "Ghosh–Lin" in methods[1]


def test_refuses() -> None:
    data = RecurrentEvents.from_subjects([5, 6], [[1], []])
    with pytest.raises(InputError, match="interval in"):
        fit_mean_cumulative_count(data, interval="log-log")
    with pytest.raises(InputError, match="0 < confidence_level < 1"):
        fit_mean_cumulative_count(data, confidence_level=0)
    with pytest.raises(InputError, match="times are finite and >= 0"):
        fit_mean_cumulative_count(data).landmark(np.nan)
    with pytest.raises(NotEstimableError, match="only one"):
        fit_mean_cumulative_count(data).differences(3)


def test_survives_the_wire() -> None:
    result = fit_mean_cumulative_count(trial_events("recurrent"))
    assert same(Result.from_json(result.to_json()), result)
