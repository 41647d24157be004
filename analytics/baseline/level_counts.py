"""One categorical variable as counts per group and level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analytics.baseline.groups import (
    Ints,
    group_positions,
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

MOST_LEVELS = 1000


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LevelCounts(Result):
    """Subjects of each group at each level of a categorical variable.

    Parameters
    ----------
    frame : DataFrame
        Columns `group`, `level` (text; None for missing) and `subjects` (whole numbers >= 0), one
        row per group and level. Rows that are not there count zero subjects; kept in full, with
        missing last.
    groups : tuple of str
        The groups in order, 1 to 8, each with at least one subject; the first is the reference.
    disjoint : bool
        Whether no subject is in two groups. Arms and levels of a variable are; cohorts rarely.
    levels : tuple of str
        The levels in order, at most 1,000, also those that nobody has; those of the frame, in
        alphabetical order, unless given.
    overall : DataFrame, optional
        Overlapping groups only: columns `level` and `subjects`, each subject who is in at least
        one group counted once. Disjoint groups have their sum as overall.
    variable : str
        What the levels are of.

    Raises
    ------
    InputError
        Counts that are not whole numbers >= 0, a second row for a group and level, subjects of an
        unknown group or level, a group without subjects, more than 8 groups, an overall that
        cannot be the union of the groups.

    Examples
    --------
    >>> frame = pd.DataFrame(
    ...     {"group": ["A", "A", "B"], "level": ["F", None, "M"], "subjects": [3, 1, 2]}
    ... )
    >>> LevelCounts(frame=frame, groups=("A", "B"), disjoint=True).frame
      group level  subjects
    0     A     F         3
    1     A     M         0
    2     A  None         1
    3     B     F         0
    4     B     M         2
    5     B  None         0
    """

    frame: pd.DataFrame
    groups: tuple[str, ...]
    disjoint: bool
    levels: tuple[str, ...] = ()
    overall: pd.DataFrame | None = None
    variable: str = ""

    def __post_init__(self) -> None:
        require_groups(self.groups)
        require_frame(self.frame, ("group", "level", "subjects"), "the counts")
        require_overall_given(self.disjoint, given=self.overall is not None)
        levels = self.levels or _levels_of(self.frame["level"])
        _require_levels(levels)
        group = group_positions(self.frame["group"], self.groups)
        table = _counted(self.frame, group, len(self.groups), levels)
        require_subjects(table.sum(axis=1), self.groups)
        object.__setattr__(self, "levels", levels)
        object.__setattr__(self, "frame", _long(table, self.groups, levels))
        if self.overall is not None:
            object.__setattr__(self, "overall", _tidy_overall(self.overall, table, levels))

    @property
    def table(self) -> Ints:
        """Subjects, one row per group, one column per level, missing in the last column."""
        subjects: Ints = self.frame["subjects"].to_numpy()
        return subjects.reshape(len(self.groups), len(self.levels) + 1)

    @property
    def subjects(self) -> Ints:
        """Subjects of each group, those whose level is missing included."""
        return np.asarray(self.table.sum(axis=1), dtype=np.int64)

    def overall_row(self) -> Ints:
        """Subjects of all groups together at each level, missing last.

        Raises
        ------
        InputError
            When the groups overlap and no overall was given: their sum would count subjects twice.

        Examples
        --------
        >>> frame = pd.DataFrame({"group": ["A", "B"], "level": ["F", "F"], "subjects": [3, 2]})
        >>> LevelCounts(frame=frame, groups=("A", "B"), disjoint=True).overall_row().tolist()
        [5, 0]
        """
        if self.overall is not None:
            return np.asarray(self.overall["subjects"], dtype=np.int64)
        require_summable(self.disjoint, self.variable)
        return np.asarray(self.table.sum(axis=0), dtype=np.int64)

    def overall_size(self) -> int:
        """Subjects of all groups together, those whose level is missing included."""
        return int(self.overall_row().sum())

    def to_frame(self) -> pd.DataFrame:
        """The counts: group, level, subjects."""
        return self.frame.copy()


def _levels_of(column: pd.Series[Any]) -> tuple[str, ...]:
    found = set(column.dropna())
    _require_text(tuple(found))
    return tuple(sorted(found))


def _require_text(levels: tuple[object, ...]) -> None:
    odd = [one for one in levels if not (isinstance(one, str) and one.strip())]
    require(not odd, "a level is named by text, a missing one by None", level=odd[:1])


def _require_levels(levels: tuple[str, ...]) -> None:
    require(isinstance(levels, tuple), "levels are a tuple of names", got=type(levels).__name__)
    _require_text(levels)
    require(len(set(levels)) == len(levels), "each level is named once", levels=levels)
    require(len(levels) <= MOST_LEVELS, f"at most {MOST_LEVELS} levels", levels=len(levels))


def _counted(frame: pd.DataFrame, group: Ints, groups: int, levels: tuple[str, ...]) -> Ints:
    level = _level_positions(frame["level"], levels)
    cell = group * (len(levels) + 1) + level
    again = frame["level"][pd.Series(cell, index=frame.index).duplicated()].head(1).tolist()
    require(not again, "each group and level has one row", level=again)
    table = np.zeros((groups, len(levels) + 1), dtype=np.int64)
    table[group, level] = whole_numbers(frame["subjects"], "subjects")
    return table


def _level_positions(column: pd.Series[Any], levels: tuple[str, ...]) -> Ints:
    missing = column.isna().to_numpy()
    place = np.asarray(pd.Index(levels, dtype=object).get_indexer(column), dtype=np.int64)
    place[missing] = len(levels)
    unknown = tuple(column[place < 0].drop_duplicates().head(3))
    require(not unknown, f"the levels are {', '.join(map(repr, levels))}", level=unknown)
    return place


def _long(table: Ints, groups: tuple[str, ...], levels: tuple[str, ...]) -> pd.DataFrame:
    named = np.array((*levels, None), dtype=object)
    return pd.DataFrame(
        {
            "group": np.repeat(np.array(groups, dtype=object), named.size),
            "level": np.tile(named, len(groups)),
            "subjects": table.ravel(),
        }
    )


def _tidy_overall(overall: pd.DataFrame, table: Ints, levels: tuple[str, ...]) -> pd.DataFrame:
    require_frame(overall, ("level", "subjects"), "the overall counts")
    one_group = np.zeros(len(overall), dtype=np.int64)
    subjects = _counted(overall, one_group, 1, levels)[0]
    require_possible_overall(subjects, table, (*levels, None))
    return pd.DataFrame({"level": np.array((*levels, None), dtype=object), "subjects": subjects})
