"""What holds for any subjects: counts agree with rows, order is a name only, NaN has a reason."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from itertools import combinations, permutations
from math import sqrt
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from analytics.baseline import (
    Comparison,
    TableOne,
    TableOptions,
    Variable,
    compare_levels,
    compare_means,
    compare_ranks,
    describe_levels,
    describe_values,
    standardised_differences,
    table_one,
)
from analytics.checks import NotEstimableError
from analytics.results import Result, same
from tests.analytics.baseline import counted
from tests.invariants import check_probabilities

Answer = TypeVar("Answer")
Number = tuple[str, float | None]
Level = tuple[str, str | None]

_VALUES = st.one_of(
    st.none(),
    st.integers(-3, 3).map(float),
    st.floats(-1e6, 1e6).map(lambda value: round(value, 3)),
)
NUMBERS = st.lists(st.tuples(st.sampled_from("ABC"), _VALUES), min_size=1, max_size=40)
LEVELS = st.lists(
    st.tuples(st.sampled_from("ABC"), st.sampled_from(["v", "w", "x", "y", None])),
    min_size=1,
    max_size=60,
)
often = settings(max_examples=60, deadline=None)


def _values(subjects: list[Number], **more: object) -> counted.ValueCounts:
    return counted.values(*zip(*subjects, strict=True), **more)


def _levels(subjects: list[Level], **more: object) -> counted.LevelCounts:
    return counted.levels(*zip(*subjects, strict=True), **more)


def _or_none(answer: Callable[[], Answer]) -> Answer | None:
    """Where there is no answer, saying so is the right answer."""
    try:
        return answer()
    except NotEstimableError:
        return None


def _rows(subjects: list[Number]) -> list[np.ndarray]:
    groups = sorted({group for group, _ in subjects})
    return [np.array([v for g, v in subjects if g == one and v is not None]) for one in groups]


def _check_wire(result: Result) -> None:
    assert same(type(result).from_json(result.to_json()), result)


# --- descriptions


@often
@given(NUMBERS)
def test_descriptions_are_those_of_the_rows(subjects: list[Number]) -> None:
    table = describe_values(_values(subjects)).table
    other = describe_values(_values(subjects), quartiles=2).table
    for row, sas, rows in zip(table.itertuples(), other.itertuples(), _rows(subjects), strict=True):
        assert row.n == rows.size
        if not rows.size:
            continue
        reach = 1e-12 * max(1.0, np.abs(rows).max())
        assert row.mean == pytest.approx(rows.mean(), rel=1e-12, abs=reach)
        assert (row.min, row.max) == (rows.min(), rows.max())
        quarters = [0.25, 0.5, 0.75]
        np.testing.assert_allclose(
            [row.q1, row.median, row.q3], np.quantile(rows, quarters), rtol=1e-12, atol=reach
        )
        np.testing.assert_allclose(
            [sas.q1, sas.median, sas.q3],
            np.quantile(rows, quarters, method="averaged_inverted_cdf"),
            rtol=1e-12,
            atol=reach,
        )
        if rows.size > 1:
            assert row.sd == pytest.approx(rows.std(ddof=1), rel=1e-9, abs=reach)


@often
@given(NUMBERS, st.sampled_from([7, 2]))
def test_every_description_is_one(subjects: list[Number], definition: int) -> None:
    result = describe_values(_values(subjects), quartiles=definition, overall="All")
    table = result.table
    numbers = ["mean", "sd", "min", "q1", "median", "q3", "max"]
    assert ((table["reason"] != "") == table[numbers].isna().any(axis=1)).all()
    assert (table["n"] + table["missing"] == table["subjects"]).all()
    known = table.dropna(subset=["mean"])
    ordered = known[["min", "q1", "median", "q3", "max"]].to_numpy()
    slack = 1e-12 * np.abs(ordered).max(initial=1.0)
    assert (np.diff(ordered, axis=1) >= -slack).all()
    assert known["mean"].between(known["min"] - slack, known["max"] + slack).all()
    assert (known["sd"].dropna() >= 0).all()
    _check_wire(result)


@often
@given(NUMBERS)
def test_overall_is_the_description_of_everybody(subjects: list[Number]) -> None:
    overall = describe_values(_values(subjects), overall="All").table.iloc[-1]
    alone = describe_values(_values([("All", value) for _, value in subjects])).table.iloc[0]
    assert same(overall.to_dict(), alone.to_dict())


@often
@given(NUMBERS, st.integers(-30, 30))
def test_the_unit_of_a_number_makes_no_difference(subjects: list[Number], power: int) -> None:
    scaled = [(g, None if v is None else v * 2.0**power) for g, v in subjects]
    one, other = (describe_values(_values(rows)).table for rows in (subjects, scaled))
    np.testing.assert_array_equal(one["sd"] * 2.0**power, other["sd"])
    first, second = (
        _or_none(lambda r=rows: standardised_differences(_values(r))) for rows in (subjects, scaled)
    )
    if first is not None and second is not None:
        np.testing.assert_array_equal(first.table["difference"], second.table["difference"])


@often
@given(LEVELS, st.sampled_from(["with value", "all"]))
def test_every_table_of_levels_is_one(subjects: list[Level], denominator: str) -> None:
    result = describe_levels(_levels(subjects), denominator=denominator, overall="All")
    table = result.table
    check_probabilities(table["proportion"])
    assert (table["proportion"].isna() == (table["reason"] != "")).all()
    whole = table if denominator == "all" else table.dropna(subset=["level"])
    for share in whole.groupby("group")["proportion"].sum(min_count=1).dropna():
        assert share == pytest.approx(1)
    for row in table.itertuples():
        own = [level for group, level in subjects if row.group in (group, "All")]
        assert row.subjects == own.count(row.level)
    _check_wire(result)


# --- standardised differences


def _check_differences(result: object) -> None:
    table = result.table
    assert (table["difference"].isna() == (table["reason"] != "")).all()
    assert np.isfinite(table["difference"].dropna()).all()
    largest, reason = result.largest()
    assert (largest != largest) == bool(reason)
    _check_wire(result)


@often
@given(NUMBERS)
def test_differences_of_numbers_are_those_of_the_rows(subjects: list[Number]) -> None:
    counts = _values(subjects)
    assume(len(counts.groups) > 1)
    result = standardised_differences(counts)
    _check_differences(result)
    rows = dict(zip(counts.groups, _rows(subjects), strict=True))
    for pair in result.table.dropna().itertuples():
        one, other = rows[pair.against], rows[pair.group]
        spread = sqrt((one.var(ddof=1) + other.var(ddof=1)) / 2)
        if spread > 1e-6 * max(1.0, abs(one.mean())):
            expected = (other.mean() - one.mean()) / spread
            assert pair.difference == pytest.approx(expected, rel=1e-8, abs=1e-8)


@often
@given(LEVELS, st.booleans())
def test_differences_of_levels_are_mahalanobis_distances(
    subjects: list[Level], missing_as_level: bool
) -> None:
    counts = _levels(subjects)
    assume(len(counts.groups) > 1)
    result = standardised_differences(counts, missing_as_level=missing_as_level)
    _check_differences(result)
    table = counts.table if missing_as_level else counts.table[:, :-1]
    for pair in result.table.dropna().itertuples():
        p, q = (
            table[place] / table[place].sum()
            for place in (counts.groups.index(pair.group), counts.groups.index(pair.against))
        )
        # Another way to the same number: the pseudo-inverse of the full, singular covariance.
        covariance = (np.diag(p) - np.outer(p, p) + np.diag(q) - np.outer(q, q)) / 2
        inverse = np.linalg.pinv(covariance, rcond=1e-10, hermitian=True)
        expected = sqrt(max((p - q) @ inverse @ (p - q), 0))
        assert abs(pair.difference) == pytest.approx(expected, rel=1e-7, abs=1e-7)


@often
@given(NUMBERS, LEVELS)
def test_differences_turn_their_sign_with_the_groups(
    numbers: list[Number], levels: list[Level]
) -> None:
    for count, subjects in ((_values, numbers), (_levels, levels)):
        groups = tuple(sorted({group for group, _ in subjects}))
        if len(groups) < 2:
            continue
        one = standardised_differences(count(subjects, order=groups))
        other = standardised_differences(count(subjects, order=groups[::-1]))
        turned = -1 if one.method.startswith("difference") else 1
        theirs = other.table.set_index(["against", "group"])["difference"]
        for pair in one.table.itertuples():
            expected = turned * theirs[pair.group, pair.against]
            assert pair.difference == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True)


@often
@given(LEVELS, st.permutations(["v", "w", "x", "y"]))
def test_differences_do_not_depend_on_the_order_of_levels(
    subjects: list[Level], order: list[str]
) -> None:
    assume(len({group for group, _ in subjects}) > 1)
    one = standardised_differences(_levels(subjects)).table
    other = standardised_differences(_levels(subjects, levels=tuple(order))).table
    np.testing.assert_allclose(
        one["difference"].abs(), other["difference"].abs(), rtol=1e-9, atol=1e-12
    )


# --- tests


def _check_comparison(result: Comparison) -> None:
    check_probabilities([result.p_value])
    assert result.p_value == result.p_value
    assert result.method
    _check_wire(result)


def _two(subjects: list[tuple]) -> list[tuple]:
    return [(group, one) for group, one in subjects if group != "C"]


@often
@given(NUMBERS)
def test_two_means_and_ranks_are_those_of_scipy(subjects: list[Number]) -> None:
    subjects = _two(subjects)
    assume({group for group, _ in subjects} == {"A", "B"})
    first, second = _rows(subjects)
    means = _or_none(lambda: compare_means(_values(subjects)))
    if means is not None:
        _check_comparison(means)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of lost digits, which ours does not lose
            theirs = stats.ttest_ind(second, first, equal_var=False)
        assert means.statistic == pytest.approx(theirs.statistic, rel=1e-7, abs=1e-9)
        assert means.p_value == pytest.approx(theirs.pvalue, rel=1e-6, abs=1e-12)
    ranks = _or_none(lambda: compare_ranks(_values(subjects)))
    if ranks is not None:
        _check_comparison(ranks)
        theirs = stats.mannwhitneyu(second, first, method="asymptotic")
        assert ranks.statistic == theirs.statistic
        assert ranks.p_value == pytest.approx(theirs.pvalue, rel=1e-9)


@often
@given(NUMBERS)
def test_ranks_of_several_groups_are_those_of_scipy(subjects: list[Number]) -> None:
    assume({group for group, _ in subjects} == set("ABC"))
    result = _or_none(lambda: compare_ranks(_values(subjects)))
    if result is not None:
        _check_comparison(result)
        theirs = stats.kruskal(*_rows(subjects))
        assert result.statistic == pytest.approx(theirs.statistic, rel=1e-9, abs=1e-9)
        assert result.p_value == pytest.approx(theirs.pvalue, rel=1e-8)


@often
@given(LEVELS)
def test_levels_are_compared_as_by_scipy(subjects: list[Level]) -> None:
    result = _or_none(lambda: compare_levels(_levels(subjects)))
    if result is None:
        return
    _check_comparison(result)
    table = _levels(subjects).table[:, :-1]
    table = table[:, table.any(axis=0)]
    if result.method.startswith("Fisher"):
        theirs = stats.fisher_exact(table).pvalue
    else:
        theirs = stats.chi2_contingency(table, correction=False).pvalue
    assert result.p_value == pytest.approx(theirs, rel=1e-8)


@often
@given(NUMBERS)
def test_p_values_do_not_depend_on_the_order_of_groups(subjects: list[Number]) -> None:
    groups = tuple(sorted({group for group, _ in subjects}))
    for compare in (compare_means, compare_ranks):
        found = [
            _or_none(lambda o=order: compare(_values(subjects, order=o)))  # noqa: B023
            for order in permutations(groups)
        ]
        assert len({one is None for one in found}) == 1
        if found[0] is not None:
            p_values = [one.p_value for one in found]
            assert p_values == pytest.approx([p_values[0]] * len(found), rel=1e-7, abs=1e-12)


@often
@given(LEVELS)
def test_p_values_of_levels_do_not_depend_on_any_order(subjects: list[Level]) -> None:
    groups = tuple(sorted({group for group, _ in subjects}))
    found = [
        _or_none(lambda o=order, v=levels: compare_levels(_levels(subjects, order=o, levels=v)))
        for order, levels in zip(
            permutations(groups), permutations(("v", "w", "x", "y")), strict=False
        )
    ]
    assert len({one is None for one in found}) == 1
    if found[0] is not None:
        p_values = [one.p_value for one in found]
        assert p_values == pytest.approx([p_values[0]] * len(found), rel=1e-9)


@often
@given(NUMBERS, st.integers(2, 5))
def test_ranks_see_the_order_of_values_only(subjects: list[Number], power: int) -> None:
    cubed = [(g, None if v is None else float(v) ** 3 + power) for g, v in subjects]
    distinct = [{v for _, v in rows} for rows in (subjects, cubed)]
    assume(len(distinct[0]) == len(distinct[1]))  # unless rounding made ties
    one, other = (_or_none(lambda r=rows: compare_ranks(_values(r))) for rows in (subjects, cubed))
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert (one.statistic, one.p_value) == (other.statistic, other.p_value)


# --- the table


@often
@given(
    st.lists(
        st.tuples(st.sampled_from("ABC"), _VALUES, st.sampled_from(["x", "y", "z", None])),
        min_size=1,
        max_size=25,
    ),
    st.sampled_from([7, 2]),
    st.booleans(),
)
def test_every_table_can_be_shown_and_says_why(
    subjects: list[tuple], quartiles: int, own_level: bool
) -> None:
    groups, numbers, levels = zip(*subjects, strict=True)
    options = TableOptions(
        overall="All",
        quartiles=quartiles,
        differences=True,
        missing_as_level=own_level,
        p_values=True,
    )
    variables = [
        Variable(counts=counted.values(groups, numbers), label="Number", test="ranks"),
        Variable(counts=counted.levels(groups, levels), label="Level"),
    ]
    table = table_one(variables, options)
    found = table.to_frame()
    assert (found["value"].isna() == (found["reason"] != "")).all()
    shown = table.display()
    assert shown.map(lambda cell: isinstance(cell, str) and "nan" not in cell).all(axis=None)
    if shown.map(lambda cell: "NE" in cell).any(axis=None):
        assert "NE: not estimable." in table.footnotes()
    assert same(TableOne.from_json(table.to_json()), table)


@often
@given(st.lists(st.integers(0, 6), min_size=4, max_size=4).filter(any))
def test_fisher_is_the_sum_of_tables_no_likelier(cells: list[int]) -> None:
    from analytics.baseline.compare_levels import fisher_exact

    table = np.array(cells).reshape(2, 2)
    found = fisher_exact(table)
    for view in (table.T, table[::-1], table[:, ::-1]):
        assert fisher_exact(view) == pytest.approx(found, rel=1e-12)
    assert 0 < found <= 1


def test_pairs_are_all_there() -> None:
    groups = "ABCDEFGH"
    counts = counted.values(groups * 2, range(16))
    table = standardised_differences(counts).table
    assert list(zip(table["against"], table["group"], strict=True)) == list(combinations(groups, 2))
