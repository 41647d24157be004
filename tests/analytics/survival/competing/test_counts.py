"""Counting competing events: ties, what is refused, and the ways back to one event."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.checks import InputError
from analytics.results import Result, same
from analytics.survival.competing import CompetingCounts


def _frame(**columns: object) -> pd.DataFrame:
    usual = {"arm": ["A"], "stratum": [""], "time": [1.0], "cause": ["rash"], "subjects": [1]}
    return pd.DataFrame(usual | columns)


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"time": [-1.0]}, r"times are finite and >= 0.*time=-1.0, rows=1"),
        ({"time": [None]}, "times are finite and >= 0.*time=nan"),
        ({"time": [np.inf]}, "times are finite and >= 0.*time=inf"),
        ({"time": ["soon"]}, "times are numbers"),
        ({"time": [np.datetime64("2026-03-31")]}, "times are numbers"),
        ({"subjects": [-1]}, "subjects are whole numbers >= 0"),
        ({"subjects": [0.5]}, "subjects are whole numbers >= 0"),
        ({"subjects": [0]}, "at least one subject"),
        ({"arm": [None]}, "each row names its arm"),
        ({"arm": [3]}, "arm is text"),
        ({"arm": ["Z"]}, r"arm in \('A',\)"),
        ({"stratum": [None]}, "each row names its stratum"),
        ({"cause": [None]}, "each row names its cause"),
        ({"cause": ["fever"]}, r"cause in \('rash', ''\)"),
    ],
)
def test_refuses(columns: dict[str, object], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        CompetingCounts(frame=_frame(**columns), arms=("A",), causes=("rash",))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"arms": ("A", "B")}, r"each arm has at least one subject.*'B'"),
        ({"arms": ("A", "A")}, "each arm is named once"),
        ({"causes": ()}, "at least one cause"),
        ({"causes": ("rash", "rash")}, "each cause has a name of its own"),
        ({"causes": ("rash", "")}, "each cause has a name of its own"),
        ({"time_unit": "moons"}, "time_unit in"),
        ({"frame": _frame().drop(columns="cause")}, "the counts have the columns"),
    ],
)
def test_refuses_lists_that_do_not_fit(given: dict[str, object], sentence: str) -> None:
    usual = {"frame": _frame(), "arms": ("A",), "causes": ("rash",)}
    with pytest.raises(InputError, match=sentence):
        CompetingCounts(**(usual | given))


def test_refuses_columns_of_different_lengths() -> None:
    with pytest.raises(InputError, match="one value per subject"):
        CompetingCounts.from_subjects([1, 2], ["rash"])
    with pytest.raises(InputError, match="one value per subject"):
        CompetingCounts.from_subjects([1, 2], ["rash", ""], arms=["A"])


def test_rows_are_added_up_and_put_in_order() -> None:
    frame = pd.DataFrame(
        {
            "arm": ["B", "A", "B", "A", "B"],
            "stratum": ["y", "x", "y", "x", "y"],
            "time": [2, 3, 2, 1, 2],
            "cause": ["", "rash", "death", "rash", "death"],
            "subjects": [1, 1, 2, 1, 3],
        }
    )
    found = CompetingCounts(frame=frame, arms=("B", "A"), causes=("death", "rash")).frame
    assert found.to_numpy().tolist() == [
        ["B", "y", 2.0, "death", 5],
        ["B", "y", 2.0, "", 1],
        ["A", "x", 1.0, "rash", 1],
        ["A", "x", 3.0, "rash", 1],
    ]


def test_times_equal_up_to_rounding_are_ties() -> None:
    data = CompetingCounts.from_subjects([0.1 + 0.2, 0.3, 1.1], ["rash", "rash", ""])
    assert data.frame["time"].tolist() == [0.3, 1.1]
    assert data.frame["subjects"].tolist() == [2, 1]


def test_ties_are_those_of_survival_counts() -> None:
    times = np.random.default_rng(1).integers(1, 9, 60) * 0.1 + np.linspace(0, 1e-9, 60)
    causes = ["rash", "death", ""] * 20
    data = CompetingCounts.from_subjects(times, causes)
    assert data.any_cause().frame["time"].nunique() == 8
    assert sorted(data.frame["time"].unique()) == sorted(data.any_cause().frame["time"])


def test_one_event_at_a_time() -> None:
    data = CompetingCounts.from_subjects(
        [1, 2, 2, 3], ["rash", "death", "", "rash"], arms=list("ABAB"), endpoint="AE"
    )
    rash, every = data.for_cause("rash"), data.any_cause()
    assert rash.frame["events"].sum() == 2
    assert every.frame["events"].sum() == 3
    assert rash.subjects == every.subjects == data.subjects == 4
    assert (rash.arms, rash.endpoint) == (data.arms, "AE")
    with pytest.raises(InputError, match="cause in"):
        data.for_cause("fever")


def test_a_cause_can_be_taken_as_censoring() -> None:
    data = CompetingCounts.from_subjects([1, 2, 3], ["rash", "withdrawal", "death"])
    fewer = data.with_censored("withdrawal")
    assert fewer.causes == ("death", "rash")
    assert fewer.frame.set_index("time")["cause"].to_dict() == {1: "rash", 2: "", 3: "death"}
    with pytest.raises(InputError, match="causes in"):
        data.with_censored("fever")
    with pytest.raises(InputError, match="at least one cause"):
        data.with_censored(*data.causes)


def test_a_months_scale_changes_times_only() -> None:
    days = CompetingCounts.from_subjects(range(400), ["rash", ""] * 200, endpoint="AE")
    months = days.in_unit("months")
    assert (months.time_unit, months.endpoint) == ("months", "AE")
    np.testing.assert_allclose(months.frame["time"] * 30.4375, days.frame["time"], rtol=1e-14)


def test_the_callers_frame_is_left_alone() -> None:
    frame = _frame()
    taken = CompetingCounts(frame=frame, arms=("A",), causes=("rash",)).to_frame()
    taken.loc[0, "time"] = 99
    assert frame["time"].tolist() == [1.0]


def test_survives_the_wire() -> None:
    data = CompetingCounts.from_subjects([1, 2], ["Ausschlag", ""], arms=["ä", "b"])
    assert same(Result.from_json(data.to_json()), data)
