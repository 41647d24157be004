"""One numeric variable as counts per group and distinct value."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from analytics.baseline.groups import (
    Floats,
    Ints,
    group_positions,
    numbers,
    require_frame,
    require_groups,
    require_overall_given,
    require_possible_overall,
    require_subjects,
    require_summable,
    whole_numbers,
)
from analytics.checks import require
from analytics.results import Result, registered

_LARGEST = 1e150  # sums of squares of larger values are no longer numbers


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """The values of one group: what the kernels of this room compute on.

    Parameters
    ----------
    values : array of float
        Distinct, ascending.
    subjects : array of int
        How many have each value, at least one.
    missing : int
        Subjects without a value.
    """

    values: Floats
    subjects: Ints
    missing: int

    @property
    def size(self) -> int:
        """Subjects with a value."""
        return int(self.subjects.sum())


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ValueCounts(Result):
    """Subjects of each group at each distinct value of a numeric variable.

    Two values are the same when they are equal to the last bit, as in R.

    Parameters
    ----------
    frame : DataFrame
        Columns `group`, `value` (NaN or None for missing) and `subjects` (whole numbers >= 0), one
        row per group and value. Kept in order of group and value, missing last, without the rows
        of zero subjects.
    groups : tuple of str
        The groups in order, 1 to 8, each with at least one subject; the first is the reference.
    disjoint : bool
        Whether no subject is in two groups. Arms and levels of a variable are; cohorts rarely.
    overall : DataFrame, optional
        Overlapping groups only: columns `value` and `subjects`, each subject who is in at least
        one group counted once. Disjoint groups have their sum as overall.
    variable : str
        What the values are of.

    Raises
    ------
    InputError
        Values that are text, infinite or beyond 1e150, counts that are not whole numbers >= 0, a
        second row for a group and value, subjects of an unknown group, a group without subjects,
        more than 8 groups, an overall that cannot be the union of the groups.

    Examples
    --------
    >>> frame = pd.DataFrame(
    ...     {"group": ["A", "A", "B"], "value": [71, None, 64], "subjects": [3, 1, 2]}
    ... )
    >>> ValueCounts(frame=frame, groups=("A", "B"), disjoint=True).frame
      group  value  subjects
    0     A   71.0         3
    1     A    NaN         1
    2     B   64.0         2
    """

    frame: pd.DataFrame
    groups: tuple[str, ...]
    disjoint: bool
    overall: pd.DataFrame | None = None
    variable: str = ""

    def __post_init__(self) -> None:
        require_groups(self.groups)
        require_frame(self.frame, ("group", "value", "subjects"), "the counts")
        require_overall_given(self.disjoint, given=self.overall is not None)
        place = group_positions(self.frame["group"], self.groups)
        place, value, subjects = _sorted(self.frame, place)
        require_subjects(_sums(place, subjects, len(self.groups)), self.groups)
        named = np.array(self.groups, dtype=object)[place]
        columns = {"group": named, "value": value, "subjects": subjects}
        object.__setattr__(self, "frame", pd.DataFrame(columns))
        if self.overall is not None:
            tidy = _tidy_overall(self.overall, place, value, subjects, len(self.groups))
            object.__setattr__(self, "overall", tidy)

    @property
    def subjects(self) -> Ints:
        """Subjects of each group, those without a value included."""
        place = group_positions(self.frame["group"], self.groups)
        return _sums(place, self.frame["subjects"].to_numpy(), len(self.groups))

    def samples(self) -> tuple[Sample, ...]:
        """The values of each group."""
        place = group_positions(self.frame["group"], self.groups)
        edges = np.searchsorted(place, np.arange(len(self.groups) + 1))
        value, subjects = self.frame["value"].to_numpy(), self.frame["subjects"].to_numpy()
        return tuple(
            _sample(value[start:end], subjects[start:end]) for start, end in pairwise(edges)
        )

    def overall_sample(self) -> Sample:
        """The values of all groups together.

        Raises
        ------
        InputError
            When the groups overlap and no overall was given: their sum would count subjects twice.

        Examples
        --------
        >>> frame = pd.DataFrame({"group": ["A", "B"], "value": [64, 64], "subjects": [3, 2]})
        >>> ValueCounts(frame=frame, groups=("A", "B"), disjoint=True).overall_sample().size
        5
        """
        if self.overall is not None:
            return _sample(self.overall["value"].to_numpy(), self.overall["subjects"].to_numpy())
        require_summable(self.disjoint, self.variable)
        value, row = np.unique(self.frame["value"].to_numpy(), return_inverse=True)
        return _sample(value, _sums(row, self.frame["subjects"].to_numpy(), value.size))

    def overall_size(self) -> int:
        """Subjects of all groups together, those without a value included."""
        together = self.overall_sample()
        return together.size + together.missing

    def to_frame(self) -> pd.DataFrame:
        """The counts: group, value, subjects."""
        return self.frame.copy()


def _sorted(frame: pd.DataFrame, place: Ints) -> tuple[Ints, Floats, Ints]:
    value = _checked_values(frame)
    subjects = whole_numbers(frame["subjects"], "subjects")
    order = np.lexsort((value, place))  # NaN comes last
    place, value, subjects = place[order], value[order], subjects[order]
    equal = (value[1:] == value[:-1]) | (np.isnan(value[1:]) & np.isnan(value[:-1]))
    again = value[1:][equal & (place[1:] == place[:-1])]
    require(again.size == 0, "each group and value has one row", value=again[:1].tolist())
    held = subjects > 0
    return place[held], value[held], subjects[held]


def _checked_values(frame: pd.DataFrame) -> Floats:
    value = numbers(frame["value"], "values") + 0.0  # a negative zero becomes zero
    wrong = value[np.abs(value) > _LARGEST]
    require(wrong.size == 0, "values are finite and within ±1e150", value=wrong[:1].tolist())
    return value


def _sums(place: Ints, subjects: Ints, size: int) -> Ints:
    sums = np.zeros(size, dtype=np.int64)
    np.add.at(sums, place, subjects)
    return sums


def _sample(value: Floats, subjects: Ints) -> Sample:
    known = ~np.isnan(value)
    return Sample(
        values=value[known], subjects=subjects[known], missing=int(subjects[~known].sum())
    )


def _tidy_overall(
    overall: pd.DataFrame, place: Ints, value: Floats, subjects: Ints, groups: int
) -> pd.DataFrame:
    require_frame(overall, ("value", "subjects"), "the overall counts")
    _, own, count = _sorted(overall, np.zeros(len(overall), dtype=np.int64))
    distinct, row = np.unique(np.concatenate((value, own)), return_inverse=True)
    by_group = np.zeros((groups, distinct.size), dtype=np.int64)
    by_group[place, row[: value.size]] = subjects
    together = _sums(row[value.size :], count, distinct.size)
    require_possible_overall(together, by_group, distinct.tolist())
    return pd.DataFrame({"value": own, "subjects": count})
