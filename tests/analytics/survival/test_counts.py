"""Counting subjects: ties, units, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.checks import InputError
from analytics.survival import SurvivalCounts, fit_kaplan_meier
from analytics.survival.risk_sets import risk_sets


def _frame(**columns: object) -> pd.DataFrame:
    usual = {"arm": ["A"], "stratum": [""], "time": [1.0], "events": [1], "censored": [0]}
    return pd.DataFrame(usual | columns)


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"time": [-1.0]}, r"times are finite and >= 0.*time=-1.0, rows=1"),
        ({"time": [np.nan]}, "times are finite and >= 0.*time=nan"),
        ({"time": [None]}, "times are finite and >= 0.*time=nan"),
        ({"time": [np.inf]}, "times are finite and >= 0.*time=inf"),
        ({"time": ["soon"]}, "times are numbers"),
        ({"time": [np.datetime64("2026-03-31")]}, "times are numbers"),
        ({"events": ["one"]}, "events are numbers"),
        ({"events": [-1]}, "events are whole numbers >= 0"),
        ({"censored": [0.5]}, "censored are whole numbers >= 0"),
        ({"events": [np.nan]}, "events are whole numbers >= 0"),
        ({"arm": [None]}, "each row names its arm"),
        ({"arm": [3]}, "arm is text"),
        ({"arm": ["Z"]}, r"the arms are 'A'.*arm=\('Z',\)"),
        ({"stratum": [None]}, "each row names its stratum"),
        ({"events": [0]}, "at least one subject"),
    ],
)
def test_refuses(columns: dict[str, object], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        SurvivalCounts(frame=_frame(**columns), arms=("A",))


def test_refuses_an_arm_without_subjects_a_second_name_and_an_unknown_unit() -> None:
    with pytest.raises(InputError, match=r"each arm has at least one subject.*'B'"):
        SurvivalCounts(frame=_frame(), arms=("A", "B"))
    with pytest.raises(InputError, match="each arm is named once"):
        SurvivalCounts(frame=_frame(), arms=("A", "A"))
    with pytest.raises(InputError, match="time_unit in"):
        SurvivalCounts(frame=_frame(), arms=("A",), time_unit="moons")
    with pytest.raises(InputError, match="the counts have the columns"):
        SurvivalCounts(frame=_frame().drop(columns="stratum"), arms=("A",))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"times": [1, -2]}, "times are finite and >= 0"),
        ({"events": [1, 2]}, "events are 0 or 1"),
        ({"events": [1, np.nan]}, "events are 0 or 1"),
        ({"events": ["yes", "no"]}, "events are numbers"),
        ({"arms": ["A"]}, "one value per subject"),
        ({"arms": ["A", None]}, "each row names its arm"),
    ],
)
def test_refuses_subjects(given: dict[str, object], sentence: str) -> None:
    usual = {"times": [1, 2], "events": [1, 0], "arms": ["A", "B"]}
    with pytest.raises(InputError, match=sentence):
        SurvivalCounts.from_subjects(**(usual | given))


def test_no_subjects_at_all() -> None:
    with pytest.raises(InputError, match="at least one subject"):
        SurvivalCounts.from_subjects([], [])


def test_rows_are_added_up_and_put_in_order() -> None:
    frame = pd.DataFrame(
        {
            "arm": ["B", "A", "B", "A"],
            "stratum": ["y", "x", "y", "x"],
            "time": [2, 3, 2, 1],
            "events": [1, 0, 2, 1],
            "censored": [0, 1, 1, 0],
        }
    )
    found = SurvivalCounts(frame=frame, arms=("B", "A")).frame
    assert found.to_numpy().tolist() == [
        ["B", "y", 2.0, 3, 1],
        ["A", "x", 1.0, 1, 0],
        ["A", "x", 3.0, 0, 1],
    ]


def test_times_equal_up_to_rounding_are_ties() -> None:
    data = SurvivalCounts.from_subjects([0.1 + 0.2, 0.3, 1.1], [1, 1, 0])
    assert data.frame["time"].tolist() == [0.3, 1.1]
    assert data.frame["events"].tolist() == [2, 0]


def test_a_months_scale_changes_times_only() -> None:
    days = SurvivalCounts.from_subjects(range(400), [1, 0] * 200, endpoint="OS")
    months = days.in_unit("months")
    assert (months.time_unit, months.endpoint) == ("months", "OS")
    np.testing.assert_allclose(months.frame["time"] * 30.4375, days.frame["time"], rtol=1e-14)
    one, other = (fit_kaplan_meier(each).curves[0].table for each in (days, months))
    pd.testing.assert_frame_equal(one.drop(columns="time"), other.drop(columns="time"))


def test_the_callers_frame_is_left_alone() -> None:
    frame = _frame()
    taken = SurvivalCounts(frame=frame, arms=("A",)).to_frame()
    taken.loc[0, "time"] = 99
    assert frame["time"].tolist() == [1.0]


def test_risk_sets_restart_in_each_stratum() -> None:
    data = SurvivalCounts.from_subjects(
        [1, 2, 1, 2, 2], [1] * 5, arms=list("ABABA"), strata=list("xxyyy")
    )
    assert risk_sets(data).at_risk.tolist() == [[1, 1], [0, 1], [2, 1], [1, 1]]
