"""Tests against R: which one is made, what it says beside the p-value, and when there is none."""

from __future__ import annotations

from collections.abc import Callable
from math import comb

import numpy as np
import pytest

from analytics.baseline import Comparison, compare_levels, compare_means, compare_ranks
from analytics.baseline.compare_levels import fisher_exact
from analytics.checks import NotEstimableError
from tests.analytics.baseline import counted
from tests.analytics.baseline.oracle_data import cases, counts
from tests.analytics.survival.oracle_data import oracle_table

TESTS = oracle_table("baseline_tests")
SMALL_P = 1e-300
COMPARE = {"levels": compare_levels, "means": compare_means, "ranks": compare_ranks}
METHODS = {
    "t": "Welch's t-test",
    "F": "Welch's one-way analysis of variance",
    "W": "Wilcoxon rank-sum test (normal approximation with continuity correction)",
    "H": "Kruskal–Wallis test",
    "Pearson": "Pearson's chi-square test without continuity correction",
    "Fisher": "Fisher's exact test",
}


def _compared(data: str, test: str) -> Comparison:
    return COMPARE[test](counts(data))


@pytest.mark.parametrize(("data", "test", "method"), cases(TESTS, "data", "test", "method"))
def test_agrees_with_the_reference(data: str, test: str, method: str) -> None:
    if not method:
        with pytest.raises(NotEstimableError, match="No test"):
            _compared(data, test)
        return
    found = _compared(data, test)
    name, _, small = method.partition(" ")
    assert found.method == METHODS[name]
    assert ("expected count is below 5" in found.note) == bool(small)
    values = {"statistic": found.statistic, "p_value": found.p_value}
    values |= {f"df{place + 1}": one for place, one in enumerate(found.degrees_of_freedom)}
    rows = TESTS[(TESTS["data"] == data) & (TESTS["test"] == test)]
    assert set(rows["quantity"]) == {key for key, one in values.items() if one is not None}
    for row in rows.itertuples():
        expected = pytest.approx(row.expected, rel=row.tolerance, abs=SMALL_P)
        assert values[row.quantity] == expected, row.quantity


@pytest.mark.parametrize("compare", [compare_means, compare_ranks, compare_levels])
@pytest.mark.parametrize(
    ("groups", "disjoint", "sentence"),
    [
        ("AABB", False, "No test: the groups may share subjects"),
        ("AAAA", True, "No test: there is only one group"),
    ],
)
def test_groups_that_cannot_be_compared(
    compare: Callable, groups: str, disjoint: bool, sentence: str
) -> None:
    count = counted.levels if compare is compare_levels else counted.values
    rows = list("xyxy") if compare is compare_levels else [1, 2, 3, 4]
    with pytest.raises(NotEstimableError, match=sentence):
        compare(count(groups, rows, disjoint=disjoint))


@pytest.mark.parametrize(
    ("compare", "rows", "sentence"),
    [
        (compare_means, [1, 2, 3, None], "needs 2 or more subjects with a value.*'B' has 1"),
        (compare_means, [1, 1, 3, 3], "No test of means: neither group has any spread"),
        (compare_ranks, [1, 2, None, None], "needs 1 or more subjects with a value.*'B' has 0"),
        (compare_ranks, [7, 7, 7, 7], "No test by ranks: all values are equal"),
        (
            compare_levels,
            ["x", "y", None, None],
            "needs 1 or more subjects with a value.*'B' has 0",
        ),
        (compare_levels, ["x", "x", "x", "x"], "No test: all subjects have the same level"),
    ],
)
def test_data_without_a_test(compare: Callable, rows: list, sentence: str) -> None:
    count = counted.levels if compare is compare_levels else counted.values
    with pytest.raises(NotEstimableError, match=sentence):
        compare(count("AABB", rows))


def test_more_than_two_means_need_spread_in_each_group() -> None:
    with pytest.raises(NotEstimableError, match="No test of means: 'B' has no spread"):
        compare_means(counted.values("AABBCC", [1, 2, 5, 5, 3, 7]))


def test_statistics_are_those_of_the_group_against_the_reference() -> None:
    rows = counted.values("AAABBB", [1, 2, 3, 4, 5, 7])
    assert compare_means(rows).statistic > 0
    assert compare_ranks(rows).statistic == 9


def test_few_values_are_said() -> None:
    few = compare_ranks(counted.values("A" * 9 + "B" * 10, range(19)))
    assert few.note == "A group has fewer than 10 values: the approximation is rough."
    assert compare_ranks(counted.values("A" * 10 + "B" * 10, range(20))).note == ""


def test_fisher_only_for_two_by_two_with_a_small_expected_count() -> None:
    enough = compare_levels(counted.levels("A" * 10 + "B" * 10, list("xxxxxyyyyy" * 2)))
    assert (enough.method.partition("'")[0], enough.note) == ("Pearson", "")
    small = compare_levels(counted.levels("A" * 10 + "B" * 9, list("xxxxxyyyyyxxxxyyyyy")))
    assert small.method == "Fisher's exact test"
    assert (small.statistic, small.statistic_name, small.degrees_of_freedom) == (None, "", ())
    larger = compare_levels(counted.levels("AABBCC", list("xyxyxy")))
    assert larger.method.startswith("Pearson")
    assert larger.note.startswith("An expected count is below 5")


def test_levels_that_nobody_has_do_not_count() -> None:
    groups, rows = "A" * 10 + "B" * 10, list("xxxxxyyyyy" * 2)
    used = compare_levels(counted.levels(groups, rows))
    assert compare_levels(counted.levels(groups, rows, levels=("x", "y", "z"))).p_value == (
        used.p_value
    )


def test_tables_that_are_equally_likely_count_both() -> None:
    # [[10, 3], [3, 10]] and its mirror image: one rounding error would halve the p-value.
    both_tails = 2 * sum(comb(13, cell) ** 2 for cell in range(4)) / comb(26, 13)
    assert fisher_exact(np.array([[10, 3], [3, 10]])) == pytest.approx(both_tails, rel=1e-12)
    assert fisher_exact(np.array([[2, 2], [2, 2]])) == 1.0
    assert fisher_exact(np.array([[4, 0], [0, 0]])) == 1.0
