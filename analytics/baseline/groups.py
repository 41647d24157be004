"""What every count by group must satisfy: named groups, whole numbers, an overall that can be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.checks import InputError, require

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_GROUPS = 8
_MOST_SUBJECTS = 1e9  # rank sums of more would not fit 64 bits


def require_groups(groups: tuple[str, ...], what: str = "groups") -> None:
    """Raise `InputError` unless there are 1 to 8 groups, each with a name of its own.

    Examples
    --------
    >>> require_groups(("Placebo", "Drug"))
    """
    require(isinstance(groups, tuple), f"{what} are a tuple of names", got=type(groups).__name__)
    require(1 <= len(groups) <= MOST_GROUPS, f"1 to {MOST_GROUPS} {what}", got=len(groups))
    nameless = [name for name in groups if not (isinstance(name, str) and name.strip())]
    require(not nameless, f"{what} are named by text", name=nameless[:1])
    require(len(set(groups)) == len(groups), f"{what} have different names", names=groups)


def require_frame(frame: pd.DataFrame, columns: Sequence[str], what: str) -> None:
    """Raise `InputError` unless the frame has these columns.

    Examples
    --------
    >>> require_frame(pd.DataFrame({"level": [], "subjects": []}), ("level",), "the counts")
    """
    require(isinstance(frame, pd.DataFrame), f"{what} are a frame", got=type(frame).__name__)
    missing = [name for name in columns if name not in frame.columns]
    require(not missing, f"{what} have the columns {', '.join(columns)}", missing=missing)


def group_positions(column: pd.Series[Any], groups: tuple[str, ...]) -> Ints:
    """Each row's group, as its position among the groups.

    Examples
    --------
    >>> group_positions(pd.Series(["B", "A", "B"]), ("A", "B")).tolist()
    [1, 0, 1]
    """
    place = np.asarray(pd.Index(groups, dtype=object).get_indexer(column), dtype=np.int64)
    unknown = tuple(column[place < 0].drop_duplicates().head(3))
    require(not unknown, f"the groups are {', '.join(map(repr, groups))}", group=unknown)
    return place


def whole_numbers(column: pd.Series[Any], name: str) -> Ints:
    """The column as counts; `InputError` unless they are whole numbers >= 0.

    Examples
    --------
    >>> whole_numbers(pd.Series([3.0, 0.0]), "subjects").tolist()
    [3, 0]
    """
    count = numbers(column, name)
    wrong = count[~((count >= 0) & (count == np.floor(count)))]
    rule = f"{name} are whole numbers >= 0"
    require(wrong.size == 0, rule, **{name: _first(wrong)}, rows=wrong.size)
    total = float(count.sum())
    require(total <= _MOST_SUBJECTS, f"{name} add up to at most a billion", **{name: total})
    return count.astype(np.int64)


def numbers(column: pd.Series[Any], name: str) -> Floats:
    """The column as floats, with NaN for what is missing; `InputError` for text or dates.

    Examples
    --------
    >>> numbers(pd.Series([1, None, 3]), "values").tolist()
    [1.0, nan, 3.0]
    """
    refusal = f"`{name} are numbers` must hold, but got text or dates."
    # numpy would read the text "12" as twelve
    text = column.dtype.kind == "O" and any(isinstance(one, str) for one in column)
    if text or column.dtype.kind in "mMUS":
        raise InputError(refusal)
    try:
        found: Floats = column.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise InputError(refusal) from error
    return found


def require_subjects(subjects: Ints, groups: tuple[str, ...]) -> None:
    """Raise `InputError` when a group has no subjects at all.

    Examples
    --------
    >>> require_subjects(np.array([3, 1]), ("A", "B"))
    """
    empty = tuple(name for name, size in zip(groups, subjects, strict=True) if size == 0)
    require(not empty, "each group has at least one subject", groups_without_subjects=empty)


def require_overall_given(disjoint: bool, *, given: bool) -> None:
    """Raise `InputError` when the overall cannot be known, or is given where it is a sum.

    Examples
    --------
    >>> require_overall_given(True, given=False)
    """
    require(isinstance(disjoint, bool), "disjoint is True or False", disjoint=disjoint)
    rule = "disjoint groups have their sum as overall, so none is given"
    require(not (disjoint and given), rule, overall="a frame")


def require_summable(disjoint: bool, variable: str) -> None:
    """Raise `InputError` when adding up the groups would count subjects twice.

    Examples
    --------
    >>> require_summable(True, "Age")
    """
    rule = "groups that overlap come with counts for the overall column"
    require(disjoint, rule, variable=variable, overall=None)


def require_possible_overall(overall: Ints, by_group: Ints, names: Sequence[object]) -> None:
    """Raise `InputError` unless the overall can be the union of the groups.

    Subjects who are in at least one group are no fewer than in the largest group and no more
    than in all groups added up, for each level or value.

    Parameters
    ----------
    overall : array of int
        Subjects at each level or value who are in at least one group.
    by_group : array of int, groups x levels
        Subjects of each group.
    names : sequence
        The levels or values, for the sentence.

    Examples
    --------
    >>> require_possible_overall(np.array([4]), np.array([[3], [2]]), ["F"])
    """
    least, most = by_group.max(axis=0), by_group.sum(axis=0)
    wrong = np.flatnonzero((overall < least) | (overall > most))
    if wrong.size:
        one = wrong[0]
        rule = "overall counts the subjects of at least one group: largest group <= overall <= sum"
        got = {"largest": int(least[one]), "overall": int(overall[one]), "sum": int(most[one])}
        require(False, rule, at=names[one], **got)


def require_label(overall: str, groups: tuple[str, ...]) -> None:
    """Raise `InputError` when the overall column would carry the name of a group.

    Examples
    --------
    >>> require_label("Overall", ("A", "B"))
    """
    require(isinstance(overall, str), "overall is the name of a column", overall=overall)
    require(overall not in groups, "overall is not the name of a group", overall=overall)


def _first(values: Floats) -> float | None:
    return float(values[0]) if values.size else None
