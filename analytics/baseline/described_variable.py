"""One variable of a Table 1 with everything that was computed for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from analytics.baseline.comparison import Comparison
from analytics.baseline.differences import StandardisedDifferences
from analytics.baseline.level_table import LevelTable
from analytics.baseline.value_table import ValueTable
from analytics.results import Result, registered

NUMBER_COLUMNS = (
    "section", "variable", "line", "level", "statistic", "group", "against", "value", "reason",
)  # fmt: skip
COUNT_LINE, MISSING_LINE = "n (%)", "Missing"
LINES = {
    "n": ("n",),
    "Mean (SD)": ("mean", "sd"),
    "Median [Q1, Q3]": ("median", "q1", "q3"),
    "Min–Max": ("min", "max"),
}
"""The lines of a numeric variable, and the statistics that stand in each."""


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DescribedVariable(Result):
    """One variable of a Table 1.

    Parameters
    ----------
    label, unit, section : str
        As the table prints them.
    decimals : int
        With which the data were written; 0 for a categorical variable.
    description : LevelTable or ValueTable
        By group.
    differences : StandardisedDifferences or None
        None when not asked for, or not estimable: then `no_differences` says why.
    comparison : Comparison or None
        Likewise, with `no_comparison`.
    """

    label: str
    unit: str
    section: str
    decimals: int
    description: LevelTable | ValueTable
    differences: StandardisedDifferences | None
    no_differences: str
    comparison: Comparison | None
    no_comparison: str

    def to_frame(self) -> pd.DataFrame:
        """Every number of the variable, unrounded, one a row.

        Returns
        -------
        DataFrame
            `section`, `variable`, `line` (of the table in which the number stands), `level`,
            `statistic` (what it is), `group`, `against` (differences only), `value`, `reason` (why
            `value` is NaN, not estimable; "" where it is a number).
        """
        numbers = (*self._description(), *self._differences(), *self._p_value())
        rows = [(self.section, self.label, *number) for number in numbers]
        return pd.DataFrame(rows, columns=list(NUMBER_COLUMNS)).astype({"value": float})

    def _description(self) -> Iterator[tuple[object, ...]]:
        if isinstance(self.description, LevelTable):
            yield from _level_numbers(self.description)
        else:
            yield from _value_numbers(self.description)

    def _differences(self) -> Iterator[tuple[object, ...]]:
        if self.differences is not None:
            for group, against, value, reason in self.differences.table.itertuples(index=False):
                yield "", None, "standardised difference", group, against, value, reason
            yield "", None, "largest absolute difference", "", "", *self.differences.largest()
        elif self.no_differences:
            nothing = float("nan"), self.no_differences
            yield "", None, "standardised difference", "", "", *nothing

    def _p_value(self) -> Iterator[tuple[object, ...]]:
        if self.comparison is not None:
            yield "", None, "p-value", "", "", self.comparison.p_value, ""
        elif self.no_comparison:
            yield "", None, "p-value", "", "", float("nan"), self.no_comparison


def _level_numbers(description: LevelTable) -> Iterator[tuple[object, ...]]:
    for row in description.table.itertuples(index=False):
        line = MISSING_LINE if row.level is None else COUNT_LINE
        yield line, row.level, "subjects", row.group, "", row.subjects, ""
        yield line, row.level, "proportion", row.group, "", row.proportion, row.reason


def _value_numbers(description: ValueTable) -> Iterator[tuple[object, ...]]:
    for row in description.table.itertuples(index=False):
        for line, statistics in LINES.items():
            for statistic in statistics:
                value = getattr(row, statistic)
                why = row.reason if value != value else ""
                yield line, None, statistic, row.group, "", value, why
        yield MISSING_LINE, None, "subjects", row.group, "", row.missing, ""
        yield MISSING_LINE, None, "proportion", row.group, "", row.missing / row.subjects, ""
