"""Thresholds: what lies on the cut, what is missing, and what they are called."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.checks import InputError
from analytics.safety.measurements.thresholds import (
    Direction,
    Threshold,
    count_thresholds,
    usual_thresholds,
)


@pytest.mark.parametrize(
    ("direction", "crossed"),
    [
        ("above", [False, False, True, False]),
        ("at least", [False, True, True, False]),
        ("below", [True, False, False, False]),
        ("at most", [True, True, False, False]),
    ],
)
def test_the_cut_itself(direction: Direction, crossed: list[bool]) -> None:
    values = [449.9, 450.0, 450.1, np.nan]
    worst = pd.DataFrame({"highest": values, "lowest": values})
    assert Threshold(test="QTCF", direction=direction, cut=450).crossed(worst).tolist() == crossed


def test_each_kind_and_direction_has_its_own_extreme() -> None:
    columns = ["highest", "lowest", "highest_change", "lowest_change"]
    columns += ["highest_percent_change", "lowest_percent_change"]
    worst = pd.DataFrame([range(6)], columns=columns)
    found = [
        Threshold(test="T", kind=kind, direction=direction, cut=0).extremes(worst).item()
        for kind in ("value", "change", "percent change")
        for direction in ("at least", "at most")
    ]
    assert found == [0, 1, 2, 3, 4, 5]


def test_only_who_has_the_change_is_counted_for_it() -> None:
    worst = pd.DataFrame(
        {
            "test": ["QTCF", "QTCF", "QTCF", "SYSBP"],
            "arm": ["A", "A", "B", "A"],
            "highest": [500.0, 460.0, 400.0, 999.0],
            "highest_change": [np.nan, 61.0, 60.0, 99.0],
        }
    )
    rules = [
        Threshold(test="QTCF", direction="above", cut=450),
        Threshold(test="QTCF", kind="change", direction="above", cut=60),
    ]
    frame = count_thresholds(worst, rules, arms=("A", "B")).frame
    assert frame["with_event"].tolist() == [2, 0, 1, 0]
    assert frame["subjects"].tolist() == [2, 1, 1, 1]


def test_the_usual_ones_are_those_of_the_guides() -> None:
    by_test: dict[str, list[tuple[str, str, float]]] = {}
    for one in usual_thresholds():
        by_test.setdefault(one.test, []).append((one.kind, one.direction, one.cut))
    assert by_test["QTCF"] == [
        ("value", "above", 450),
        ("value", "above", 480),
        ("value", "above", 500),
        ("change", "above", 30),
        ("change", "above", 60),
    ]
    assert by_test["WEIGHT"] == [
        ("percent change", "at least", 7),
        ("percent change", "at most", -7),
    ]
    assert [len(rules) for rules in by_test.values()] == [5, 5, 5, 5, 2, 2]
    assert len({one.name for one in usual_thresholds()}) == 24


@pytest.mark.parametrize(
    ("direction", "cut", "name"),
    [
        ("at most", -20, "S decrease ≥ 20 mmHg"),
        ("below", -20, "S decrease > 20 mmHg"),
        ("above", 30, "S increase > 30 mmHg"),
        ("at most", 5, "S change ≤ 5 mmHg"),
        ("at least", -5, "S change ≥ −5 mmHg"),
    ],
)
def test_a_change_is_named_by_its_way(direction: Direction, cut: float, name: str) -> None:
    one = Threshold(test="S", kind="change", direction=direction, cut=cut, unit="mmHg")
    assert one.name == name


def test_what_is_no_threshold_is_refused() -> None:
    with pytest.raises(InputError, match="cut is a number"):
        Threshold(test="T", direction="above", cut=np.nan)
    with pytest.raises(InputError, match="direction is one of"):
        Threshold(test="T", direction="over", cut=1)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="kind is one of"):
        Threshold(test="T", direction="above", cut=1, kind="ratio")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="a threshold is of a test"):
        Threshold(test="", direction="above", cut=1)
    twice = [Threshold(test="T", direction="above", cut=1)] * 2
    with pytest.raises(InputError, match="each threshold has a name of its own"):
        count_thresholds(pd.DataFrame(), twice, arms=("A",))
