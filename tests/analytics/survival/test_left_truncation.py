"""Late entry against R: risk sets that empty and refill, entries at event times."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics.checks import InputError
from analytics.survival import (
    EntryCounts,
    KaplanMeier,
    SurvivalCounts,
    fit_kaplan_meier,
    fit_left_truncated,
)
from tests.analytics.survival.oracle_data import ORACLES, agree, cases, oracle_table

TABLE = oracle_table("left_truncated")


@pytest.mark.parametrize("case", cases(TABLE, "file", "interval"))
def test_agrees_with_the_reference(case: Any) -> None:
    result = fit_left_truncated(_counts(case.file), interval=case.interval)
    table = result.curves[0].table.set_index("time")
    agree(TABLE[TABLE["case"] == case.case], lambda row: table.loc[row.at, row.quantity])


def _counts(file: str) -> EntryCounts:
    rows = pd.read_csv(ORACLES / "data" / file)
    if file == "rotterdam.csv":  # time since birth, 365 days a year
        entry = rows["age"] * 365
        return EntryCounts.from_subjects(entry, entry + rows["dtime"], rows["death"])
    return EntryCounts.from_subjects(rows["entry"], rows["exit"], rows["event"])


def _dense(result: KaplanMeier) -> pd.DataFrame:
    table = result.curves[0].table
    return table[table["time"] > 0].reset_index(drop=True)


def test_entry_at_zero_is_the_usual_estimate() -> None:
    times, events = [5, 3, 3, 8, 1, 9], [1, 1, 0, 1, 0, 0]
    late = fit_left_truncated(EntryCounts.from_subjects([0] * 6, times, events))
    usual = fit_kaplan_meier(SurvivalCounts.from_subjects(times, events))
    pd.testing.assert_frame_equal(late.curves[0].table, usual.curves[0].table)
    pd.testing.assert_frame_equal(late.median_followup(), usual.median_followup())


def test_numbers_at_risk_between_the_rows() -> None:
    entry, leave = np.array([0, 0, 2, 4, 4]), np.array([3, 5, 6, 7, 9])
    result = fit_left_truncated(EntryCounts.from_subjects(entry, leave, [1, 0, 1, 1, 0]))
    for time in np.arange(0.5, 9, 0.5):
        under_observation = int(((entry < time) & (leave >= time)).sum())
        assert result.at_risk([time])["at_risk"].tolist() == [under_observation]
        assert result.landmark(time)["at_risk"].tolist() == [under_observation]


def test_nobody_at_risk_leaves_the_curve_where_it_was() -> None:
    # Observed: one from 1 to 2 (censored); nobody from 2 to 5; two from 5 on.
    data = EntryCounts.from_subjects([1, 5, 5], [2, 8, 9], [0, 1, 0])
    table = _dense(fit_left_truncated(data))
    assert table["at_risk"].tolist() == [0, 1, 0, 2, 1]
    assert table["survival"].tolist() == [1, 1, 1, 0.5, 0.5]


def test_survival_of_0_is_for_good() -> None:
    table = _dense(fit_left_truncated(_counts("risk_empties.csv")))
    assert (table.loc[table["time"] >= 3, "survival"] == 0).all()
    assert table.loc[table["time"] >= 3, ["std_err", "lower", "upper"]].isna().all(axis=None)


def test_arms_are_apart() -> None:
    data = EntryCounts.from_subjects(
        [0, 0, 1, 1], [2, 3, 4, 5], [1, 1, 1, 0], arms=list("BBAA"), order=("B", "A")
    )
    curves = fit_left_truncated(data).curves
    assert [curve.arm for curve in curves] == ["B", "A"]
    assert [curve.subjects for curve in curves] == [2, 2]
    assert curves[1].table["survival"].tolist() == [1, 1, 0.5, 0.5]


def test_times_equal_up_to_rounding_are_ties() -> None:
    data = EntryCounts.from_subjects([0, 0.1 + 0.2], [0.3, 1], [1, 1])
    table = _dense(fit_left_truncated(data))
    assert table["time"].tolist() == [0.3, 1]
    assert table["at_risk"].tolist() == [1, 1]  # who enters at 0.3 is not at risk at 0.3


@pytest.mark.parametrize(
    ("entry", "leave", "sentence"),
    [
        ([0, 3], [2, 3], r"0 <= entry < exit.*entry=3.0, exit=3.0, rows=1"),
        ([0, 5], [2, 3], "0 <= entry < exit"),
        ([0, 0.3], [2, 0.1 + 0.2], "0 <= entry < exit"),
        ([0, np.nan], [2, 3], "0 <= entry < exit"),
        ([-1, 0], [2, 3], "0 <= entry"),
        ([0, 0], [2, np.inf], "exit < infinity"),
        ([0], [2, 3], "one value per subject"),
    ],
)
def test_refuses_subjects(entry: list[float], leave: list[float], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        EntryCounts.from_subjects(entry, leave, [1, 1])


def test_refuses_counts_that_cannot_be() -> None:
    columns = ["arm", "time", "entered", "events", "censored"]
    never_entered = pd.DataFrame([("A", 1.0, 0, 1, 0), ("A", 2.0, 1, 0, 0)], columns=columns)
    with pytest.raises(InputError, match="whoever leaves has entered before"):
        EntryCounts(frame=never_entered, arms=("A",))
    with pytest.raises(InputError, match="in order of time"):
        EntryCounts(frame=never_entered.iloc[:0], arms=("A",))
    with pytest.raises(InputError, match="columns arm, time"):
        EntryCounts(frame=never_entered.drop(columns="entered"), arms=("A",))
    with pytest.raises(InputError, match="time_unit in"):
        EntryCounts(frame=never_entered, arms=("A",), time_unit="moons")
