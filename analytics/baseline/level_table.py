"""How many subjects of each group are at each level, and what share that is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.baseline.groups import Ints, require_label
from analytics.baseline.level_counts import LevelCounts
from analytics.checks import require
from analytics.results import Result, registered, require_columns

COLUMNS = ("group", "level", "subjects", "denominator", "proportion", "reason")
DENOMINATORS = ("with value", "all")


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LevelTable(Result):
    """Subjects and proportions by group and level.

    Parameters
    ----------
    table : DataFrame
        `group`, `level` (None for missing), `subjects`, `denominator`, `proportion` (subjects /
        denominator), `reason` (why a proportion is NaN, not estimable; "" where it is a number).
    groups : tuple of str
        In order; the first is the reference.
    levels : tuple of str
        In order, without missing.
    overall : str
        Name of the overall column in `table`; "" when there is none.
    denominator : {"with value", "all"}
        Subjects that a level's proportion is of; that of missing is always of all subjects.
    variable : str
        What the levels are of.
    """

    table: pd.DataFrame
    groups: tuple[str, ...]
    levels: tuple[str, ...]
    overall: str
    denominator: str
    variable: str

    def __post_init__(self) -> None:
        require_columns(self.table, COLUMNS, "the table of levels")

    def to_frame(self) -> pd.DataFrame:
        """A row per group and level."""
        return self.table.copy()


def describe_levels(
    counts: LevelCounts, *, denominator: str = "with value", overall: str = ""
) -> LevelTable:
    """Subjects and proportions of each group at each level.

    Parameters
    ----------
    counts : LevelCounts
        One group or several.
    denominator : {"with value", "all"}
        Whether proportions are of the subjects with a value, or of all subjects of the group.
    overall : str
        Name of a column for all groups together, after the groups; "" for none.

    Raises
    ------
    InputError
        An overall of groups that overlap, when the counts came without one.

    Examples
    --------
    >>> frame = pd.DataFrame(
    ...     {"group": ["A"] * 3, "level": ["F", "M", None], "subjects": [3, 1, 1]}
    ... )
    >>> counts = LevelCounts(frame=frame, groups=("A",), disjoint=True)
    >>> describe_levels(counts).table[["level", "subjects", "denominator", "proportion"]]
      level  subjects  denominator  proportion
    0     F         3            4        0.75
    1     M         1            4        0.25
    2  None         1            5        0.20
    """
    rule = f"denominator in {DENOMINATORS}"
    require(denominator in DENOMINATORS, rule, denominator=denominator)
    require_label(overall, counts.groups)
    rows = list(counts.table)
    if overall:
        rows.append(counts.overall_row())
    columns = (*counts.groups, *filter(None, [overall]))
    tables = [
        _described(name, row, counts.levels, denominator)
        for name, row in zip(columns, rows, strict=True)
    ]
    return LevelTable(
        table=pd.concat(tables, ignore_index=True),
        groups=counts.groups,
        levels=counts.levels,
        overall=overall,
        denominator=denominator,
        variable=counts.variable,
    )


def _described(
    group: str, subjects: Ints, levels: tuple[str, ...], denominator: str
) -> pd.DataFrame:
    everybody, with_value = int(subjects.sum()), int(subjects[:-1].sum())
    size = np.full(subjects.size, everybody if denominator == "all" else with_value)
    size[-1] = everybody
    proportion = np.full(subjects.size, np.nan)
    np.divide(subjects, size, out=proportion, where=size > 0)
    why = f"no subject of {group!r} has a value"
    return pd.DataFrame(
        {
            "group": group,
            "level": np.array((*levels, None), dtype=object),
            "subjects": subjects,
            "denominator": size,
            "proportion": proportion,
            "reason": np.where(size > 0, "", why).astype(object),
        }
    )
