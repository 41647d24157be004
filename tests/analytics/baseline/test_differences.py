"""Standardised differences against R, where nothing varies, and what counts as a level."""

from __future__ import annotations

from functools import cache

import pandas as pd
import pytest

from analytics.baseline import StandardisedDifferences, standardised_differences
from analytics.checks import InputError, NotEstimableError
from tests.analytics.baseline import counted
from tests.analytics.baseline.oracle_data import counts
from tests.analytics.survival.oracle_data import oracle_table

DIFFERENCES = oracle_table("baseline_differences")


@cache
def _differences(data: str, missing_as_level: bool) -> StandardisedDifferences:
    return standardised_differences(counts(data), missing_as_level=missing_as_level)


@pytest.mark.parametrize("row", list(DIFFERENCES.itertuples()), ids=lambda row: f"{row.Index}")
def test_agrees_with_the_reference(row: tuple) -> None:
    table = _differences(row.data, row.missing_as_level).table.set_index(["group", "against"])
    found = table.loc[(row.group, row.against)]
    expected = pytest.approx(row.expected, rel=row.tolerance, abs=1e-13, nan_ok=True)
    if "Stack Overflow" in row.source:
        expected = pytest.approx(row.expected, abs=row.tolerance)
    assert found["difference"] == expected
    assert bool(found["reason"]) == pd.isna(row.expected)


def _only(counted_rows: object, **more: bool) -> tuple[float, str]:
    row = standardised_differences(counted_rows, **more).table.iloc[0]
    return row["difference"], row["reason"]


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        ([5, 5], [6, 6], "'A' and 'B' each have one value only, and not the same"),
        ([1, 2], [7], "only one subject of 'B' has a value, so there is no standard deviation"),
        ([1], [7, 8], "only one subject of 'A' has a value"),
        ([1, 2], [None], "no subject of 'B' has a value"),
    ],
)
def test_numbers_without_an_answer(first: list, second: list, sentence: str) -> None:
    groups = "A" * len(first) + "B" * len(second)
    difference, reason = _only(counted.values(groups, first + second))
    assert difference != difference
    assert sentence in reason


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        ("xx", "yy", "'A' and 'B' have no level in common"),
        ("xy", "zw", "'A' and 'B' have no level in common"),
        ("xy", [None], "no subject of 'B' has a value"),
        ([None], "xy", "no subject of 'A' has a value"),
    ],
)
def test_levels_without_an_answer(first: list, second: list, sentence: str) -> None:
    groups = "A" * len(first) + "B" * len(second)
    difference, reason = _only(counted.levels(groups, [*first, *second]))
    assert difference != difference
    assert reason == sentence


def test_constant_and_equal_is_no_difference() -> None:
    assert _only(counted.values("AAABB", [37.2] * 5)) == (0.0, "")
    assert _only(counted.values("AABB", [0.0] * 4)) == (0.0, "")
    assert _only(counted.levels("AAABB", ["x"] * 5)) == (0.0, "")


def test_values_that_differ_by_rounding_only_are_constant() -> None:
    assert _only(counted.values("AABB", [0.1 + 0.2, 0.3, 0.3, 0.3])) == (0.0, "")


def test_one_group_without_spread_is_enough_for_an_answer() -> None:
    assert _only(counted.values("AABB", [5, 5, 6, 8]))[0] == pytest.approx(2.0)


def test_the_sign_is_that_of_the_group_less_the_reference() -> None:
    values = standardised_differences(counted.values("AABB", [1, 2, 4, 5])).table
    assert values.loc[0, ["group", "against"]].tolist() == ["B", "A"]
    assert values.loc[0, "difference"] > 0
    found = standardised_differences(counted.levels("AAABBB", list("nnynyy")))
    assert found.method == "difference of the shares of 'y' / root of the mean variance"
    assert found.table.loc[0, "difference"] > 0


def test_missing_is_left_out_or_a_level_of_its_own() -> None:
    found = counted.levels("AAABBBB", ["x", "x", "y", "x", "x", "y", None])
    assert _only(found) == (0.0, "")
    assert _only(found, missing_as_level=True)[0] > 0


def test_missing_as_the_second_of_two_levels() -> None:
    rows = counted.levels("AABB", ["x", "x", "x", None])
    found = standardised_differences(rows, missing_as_level=True)
    assert found.method.startswith("difference of the shares of 'missing'")
    assert found.table.loc[0, "difference"] == pytest.approx(0.5 / (0.25 / 2) ** 0.5)


def test_missing_numbers_are_no_level() -> None:
    with pytest.raises(InputError, match="missing values of a numeric variable are no level"):
        standardised_differences(counted.values("AB", [1, 2]), missing_as_level=True)


def test_one_group_has_no_difference() -> None:
    with pytest.raises(NotEstimableError, match="compares groups, and there is only one"):
        standardised_differences(counted.values("AA", [1, 2]))


def test_the_largest_of_all_pairs_and_those_against_the_reference() -> None:
    found = standardised_differences(counted.values("AABBCC", [4, 6, 1, 3, 8, 10]))
    assert found.against_reference()["group"].tolist() == ["B", "C"]
    largest, reason = found.largest()
    assert (largest, reason) == (pytest.approx(7 / 2**0.5), "")  # B against C
    assert largest > found.against_reference()["difference"].abs().max()


def test_no_largest_while_a_pair_has_no_answer() -> None:
    found = standardised_differences(counted.values("AABBCC", [1, 2, 1, 3, 5, None]))
    largest, reason = found.largest()
    assert largest != largest
    assert "only one subject of 'C' has a value" in reason


def test_overlapping_groups_may_be_compared() -> None:
    assert _only(counted.values("AABB", [1, 2, 2, 3], disjoint=False))[1] == ""
