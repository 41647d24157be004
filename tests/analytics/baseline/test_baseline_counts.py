"""Counting: what is kept, what is refused, and which overall is possible."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from analytics.baseline import LevelCounts, ValueCounts, describe_levels, describe_values
from analytics.checks import InputError
from analytics.results import Result, same
from tests.analytics.baseline import counted


def _levels(**columns: object) -> LevelCounts:
    usual = {"group": ["A", "B"], "level": ["F", "F"], "subjects": [3, 2]}
    return LevelCounts(frame=pd.DataFrame(usual | columns), groups=("A", "B"), disjoint=True)


def _values(**columns: object) -> ValueCounts:
    usual = {"group": ["A", "B"], "value": [64.0, 64.0], "subjects": [3, 2]}
    return ValueCounts(frame=pd.DataFrame(usual | columns), groups=("A", "B"), disjoint=True)


@pytest.mark.parametrize("counts", [_levels, _values])
@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"subjects": [3, -1]}, r"subjects are whole numbers >= 0.*subjects=-1.0, rows=1"),
        ({"subjects": [3, 0.5]}, "subjects are whole numbers >= 0.*0.5"),
        ({"subjects": [3, np.nan]}, "subjects are whole numbers >= 0.*nan"),
        ({"subjects": [3, np.inf]}, "subjects add up to at most a billion.*inf"),
        ({"subjects": [3, 10**9]}, "subjects add up to at most a billion"),
        ({"subjects": ["3", "2"]}, "subjects are numbers.*text"),
        ({"group": ["A", "Z"]}, r"the groups are 'A', 'B'.*group=\('Z',\)"),
        ({"group": ["A", None]}, r"the groups are 'A', 'B'.*group=\(None,\)"),
        ({"group": ["A", "A"]}, "each group and (level|value) has one row"),
        ({"subjects": [3, 0]}, r"each group has at least one subject.*'B'"),
    ],
)
def test_refuses(counts: type, columns: dict[str, object], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        counts(**columns)


@pytest.mark.parametrize(
    ("groups", "sentence"),
    [
        ((), "1 to 8 groups.*got=0"),
        (tuple("ABCDEFGHI"), "1 to 8 groups.*got=9"),
        (("A", "A"), "groups have different names"),
        (("A", " "), "groups are named by text"),
        ("AB", "groups are a tuple of names.*'str'"),
    ],
)
def test_refuses_groups(groups: tuple[str, ...], sentence: str) -> None:
    frame = pd.DataFrame({"group": ["A"], "value": [1.0], "level": ["F"], "subjects": [1]})
    for kind in (LevelCounts, ValueCounts):
        with pytest.raises(InputError, match=sentence):
            kind(frame=frame, groups=groups, disjoint=True)


@pytest.mark.parametrize(
    ("level", "sentence"),
    [
        (["F", 3], "a level is named by text, a missing one by None"),
        (["F", True], "a level is named by text"),
        (["F", ""], "a level is named by text"),
        (["F", "  "], "a level is named by text"),
    ],
)
def test_refuses_levels(level: list[object], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        _levels(level=level)


def test_refuses_a_list_of_levels_that_does_not_fit() -> None:
    frame = _levels().frame
    for levels, sentence in [
        (("M",), r"the levels are 'M'.*level=\('F',\)"),
        (("F", "F"), "each level is named once"),
        (["F"], "levels are a tuple of names"),
        (tuple(f"site {n}" for n in range(1001)), "at most 1000 levels"),
    ]:
        with pytest.raises(InputError, match=sentence):
            LevelCounts(frame=frame, groups=("A", "B"), disjoint=True, levels=levels)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ([64.0, np.inf], "values are finite and within ±1e150"),
        ([64.0, -1e200], "values are finite and within ±1e150"),
        (["64", "65"], "values are numbers.*text"),
        ([np.datetime64("2026-03-31")] * 2, "values are numbers"),
    ],
)
def test_refuses_values(value: list[object], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        _values(value=value)


def test_refuses_a_second_row_for_what_is_missing() -> None:
    twice = {"group": ["A", "A", "B"], "subjects": [1, 1, 1]}
    with pytest.raises(InputError, match=r"each group and value has one row.*nan"):
        _values(value=[np.nan, None, 1.0], **twice)
    with pytest.raises(InputError, match=r"each group and level has one row.*nan"):
        _levels(level=[None, np.nan, "F"], **twice)


def test_zero_and_negative_zero_are_one_value() -> None:
    with pytest.raises(InputError, match="each group and value has one row"):
        _values(group=["A", "A", "B"], value=[0.0, -0.0, 1.0], subjects=[1, 1, 1])


def test_refuses_a_frame_without_its_columns() -> None:
    for kind, name in ((LevelCounts, "level"), (ValueCounts, "value")):
        with pytest.raises(InputError, match=f"the counts have the columns group, {name}"):
            kind(frame=pd.DataFrame({"group": ["A"]}), groups=("A",), disjoint=True)
        with pytest.raises(InputError, match="the counts are a frame"):
            kind(frame=[("A", 1, 2)], groups=("A",), disjoint=True)
    with pytest.raises(InputError, match="disjoint is True or False"):
        counted.values("A", [1], disjoint="no")


def test_levels_are_in_the_order_that_was_given_with_those_that_nobody_has() -> None:
    found = counted.levels("AAB", ["low", None, "high"], levels=("low", "medium", "high"))
    assert found.table.tolist() == [[1, 0, 0, 1], [0, 0, 1, 0]]
    assert found.frame["level"].tolist() == ["low", "medium", "high", None] * 2


def test_values_are_in_order_with_missing_last() -> None:
    found = _values(group=["B", "A", "A"], value=[2.0, None, 1.0], subjects=[3, 4, 5])
    assert found.frame["group"].tolist() == ["A", "A", "B"]
    assert found.frame["subjects"].tolist() == [5, 4, 3]
    assert found.subjects.tolist() == [9, 3]


@pytest.mark.parametrize("kind", ["object", "category", "string", "Float64", "Decimal"])
def test_columns_of_any_kind_of_frame(kind: str) -> None:
    frame = pd.DataFrame({"group": ["A", "B"], "level": ["F", None], "value": [1.5, None]})
    frame["subjects"] = [3, 2]
    if kind in ("category", "string"):
        frame[["group", "level"]] = frame[["group", "level"]].astype(kind)
    elif kind == "Float64":
        frame = frame.astype({"value": "Float64", "subjects": "Int64"})
    elif kind == "Decimal":
        frame["value"] = [Decimal("1.5"), None]
    assert counted.levels("AAABB", ["F"] * 3 + [None] * 2).table.tolist() == (
        LevelCounts(frame=frame, groups=("A", "B"), disjoint=True).table.tolist()
    )
    ours = ValueCounts(frame=frame, groups=("A", "B"), disjoint=True).frame
    assert ours["value"].tolist()[0] == 1.5
    assert np.isnan(ours["value"].tolist()[1])


def test_the_callers_frame_is_left_alone() -> None:
    frame = pd.DataFrame({"group": ["A"], "value": [1.0], "level": ["F"], "subjects": [1]})
    for kind in (LevelCounts, ValueCounts):
        taken = kind(frame=frame, groups=("A",), disjoint=True).to_frame()
        taken.loc[0, "subjects"] = 99
    assert frame["subjects"].tolist() == [1]


# --- the overall column

OVERLAPPING_LEVELS = pd.DataFrame({"level": ["F", None], "subjects": [4, 1]})
OVERLAPPING_VALUES = pd.DataFrame({"value": [60.0, 70.0], "subjects": [4, 2]})


def _cohorts(overall: pd.DataFrame | None) -> LevelCounts:
    return counted.levels("AAAABBB", ["F"] * 3 + [None] + ["F"] * 2 + [None], disjoint=False,
                          overall=overall)  # fmt: skip


def test_overall_of_disjoint_groups_is_their_sum() -> None:
    levels = counted.levels("AAB", ["F", None, "F"])
    table = describe_levels(levels, overall="All").table
    assert table[table["group"] == "All"]["subjects"].tolist() == [2, 1]
    row = describe_values(counted.values("AAB", [1, 2, 6]), overall="All").table.iloc[-1]
    assert (row["group"], row["n"], row["mean"]) == ("All", 3, 3.0)


def test_overall_of_disjoint_groups_cannot_be_given() -> None:
    with pytest.raises(InputError, match="disjoint groups have their sum as overall"):
        counted.levels("AB", ["F", "F"], overall=OVERLAPPING_LEVELS)
    with pytest.raises(InputError, match="disjoint groups have their sum as overall"):
        counted.values("AB", [60, 70], overall=OVERLAPPING_VALUES)


def test_overlapping_groups_have_no_overall_unless_it_is_given() -> None:
    with pytest.raises(InputError, match="groups that overlap come with counts for the overall"):
        describe_levels(_cohorts(None), overall="All")
    with pytest.raises(InputError, match="groups that overlap come with counts for the overall"):
        describe_values(counted.values("AB", [60, 70], disjoint=False), overall="All")
    assert len(describe_levels(_cohorts(None)).table) == 4


def test_overlapping_groups_keep_the_overall_that_was_given() -> None:
    table = describe_levels(_cohorts(OVERLAPPING_LEVELS), overall="All").table
    assert table[table["group"] == "All"]["subjects"].tolist() == [4, 1]
    counts = counted.values("AAAABBB", [60] * 3 + [70] + [60] * 2 + [70], disjoint=False,
                            overall=OVERLAPPING_VALUES)  # fmt: skip
    assert describe_values(counts, overall="All").table.iloc[-1]["n"] == 6


@pytest.mark.parametrize(
    ("subjects", "sentence"),
    [
        ([2, 1], "largest=3, overall=2, sum=5"),
        ([6, 1], "largest=3, overall=6, sum=5"),
        ([4, 0], "at=None, largest=1, overall=0, sum=2"),
        ([4, 3], "at=None, largest=1, overall=3, sum=2"),
    ],
)
def test_an_overall_that_is_not_the_union_is_refused(subjects: list[int], sentence: str) -> None:
    overall = pd.DataFrame({"level": ["F", None], "subjects": subjects})
    with pytest.raises(InputError, match=sentence):
        _cohorts(overall)


@pytest.mark.parametrize(
    ("value", "subjects", "sentence"),
    [
        ([60.0], [3], "at=70.0, largest=1, overall=0"),
        ([60.0, 70.0, 80.0], [3, 1, 1], "at=80.0, largest=0, overall=1, sum=0"),
        ([60.0, 70.0, None], [3, 1, 1], "at=nan, largest=0, overall=1, sum=0"),
    ],
)
def test_an_overall_of_other_values_is_refused(
    value: list[float], subjects: list[int], sentence: str
) -> None:
    overall = pd.DataFrame({"value": value, "subjects": subjects})
    with pytest.raises(InputError, match=sentence):
        counted.values("AAAB", [60, 60, 60, 70], disjoint=False, overall=overall)


def test_overall_does_not_take_the_name_of_a_group() -> None:
    with pytest.raises(InputError, match="overall is not the name of a group"):
        describe_levels(counted.levels("AB", ["F", "F"]), overall="A")
    with pytest.raises(InputError, match="overall is not the name of a group"):
        describe_values(counted.values("AB", [1, 2]), overall="B")


@pytest.mark.parametrize(
    "counts",
    [
        _cohorts(OVERLAPPING_LEVELS),
        counted.levels("AB", ["F", None], levels=("M", "F")),
        counted.values("AAB", [1.5, None, 3]),
        counted.values("AAAAB", [60, 60, 60, 70, 60], disjoint=False,
                       overall=OVERLAPPING_VALUES.assign(subjects=[4, 1])),
    ],
)  # fmt: skip
def test_counts_survive_the_wire(counts: Result) -> None:
    assert same(type(counts).from_json(counts.to_json()), counts)
