"""A Table 1 as text: one row per line, one column per group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from analytics.baseline.described_variable import COUNT_LINE, LINES, MISSING_LINE, DescribedVariable
from analytics.baseline.level_table import LevelTable
from analytics.baseline.rounding import NOT_ESTIMABLE, count_and_percent, p_value, rounded
from analytics.baseline.value_table import ValueTable
from analytics.checks import require

FIRST = ("Section", "Variable", "Statistic")
DIFFERENCE, LARGEST, P_VALUE = "|SMD|", "Largest |SMD|", "p (exploratory)"
RESERVED = (*FIRST, DIFFERENCE, LARGEST, P_VALUE)
"""Columns of the display that no group may be called by."""

Line = tuple[str, dict[str, str]]
"""What stands in front of a line, and the cell of each column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digits:
    """Decimals of a displayed table.

    Parameters
    ----------
    mean : int
        Of means, medians and quartiles, beyond those of the data.
    sd : int
        Of standard deviations, beyond those of the data.
    percent, difference : int
        Of percentages and standardised differences.

    Examples
    --------
    >>> Digits(percent=0).sd
    2
    """

    mean: int = 1
    sd: int = 2
    percent: int = 1
    difference: int = 3

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            require(value in range(11), f"{field.name} in 0 to 10", **{field.name: value})


def display_frame(
    variables: Sequence[DescribedVariable],
    subjects: Mapping[str, int],
    digits: Digits,
    *,
    missing_lines: bool,
) -> pd.DataFrame:
    """The table as text; see `TableOne.display`.

    Examples
    --------
    >>> display_frame([], {"A": 1200}, Digits(), missing_lines=False)
      Section  Variable Statistic      A
    0          Subjects         N  1,200
    """
    sizes = {name: f"{size:,}" for name, size in subjects.items()}
    rows = [dict(zip(FIRST, ("", "Subjects", "N"), strict=True)) | sizes]
    for variable in variables:
        rows.extend(_rows(variable, digits, missing_lines))
    columns = [*FIRST, *subjects, *_beside(variables)]
    return pd.DataFrame(rows, columns=columns).fillna("")


def _beside(variables: Sequence[DescribedVariable]) -> list[str]:
    """The columns after the groups."""
    named = (name for variable in variables for name in _comparisons(variable, Digits()))
    return list(dict.fromkeys(sorted(named, key=RESERVED.index)))


def _rows(
    variable: DescribedVariable, digits: Digits, missing_lines: bool
) -> Iterator[dict[str, str]]:
    description = variable.description
    if isinstance(description, LevelTable):
        name = f"{variable.label}, {COUNT_LINE}"
        lines = _level_lines(description, digits.percent, missing_lines)
    else:
        name = f"{variable.label} ({variable.unit})" if variable.unit else variable.label
        lines = _value_lines(description, variable.decimals, digits, missing_lines)
    comparisons = _comparisons(variable, digits)
    for statistic, cells in lines:
        front = dict(zip(FIRST, (variable.section, name, statistic), strict=True))
        yield front | cells | comparisons
        comparisons = {}  # they stand in the first line only


def _level_lines(description: LevelTable, percent: int, missing_lines: bool) -> Iterator[Line]:
    table = description.table
    for level in (*description.levels, None):
        rows = table[table["level"].isna() if level is None else table["level"] == level]
        if level is not None or missing_lines or rows["subjects"].any():
            yield (
                MISSING_LINE if level is None else level,
                {
                    row.group: count_and_percent(row.subjects, row.denominator, percent)
                    for row in rows.itertuples()
                },
            )


def _value_lines(
    description: ValueTable, decimals: int, digits: Digits, missing_lines: bool
) -> Iterator[Line]:
    rows = list(description.table.itertuples())
    middle, spread = decimals + digits.mean, decimals + digits.sd
    for line in LINES:
        yield line, {row.group: _cell(line, row, decimals, middle, spread) for row in rows}
    if missing_lines or any(row.missing for row in rows):
        cells = {
            row.group: count_and_percent(row.missing, row.subjects, digits.percent) for row in rows
        }
        yield MISSING_LINE, cells


def _cell(line: str, row: Any, decimals: int, middle: int, spread: int) -> str:
    if line == "n":
        return f"{row.n:,}"
    if row.n == 0:
        return NOT_ESTIMABLE
    if line == "Mean (SD)":
        return f"{rounded(row.mean, middle)} ({rounded(row.sd, spread)})"
    if line == "Median [Q1, Q3]":
        median, first, third = (rounded(one, middle) for one in (row.median, row.q1, row.q3))
        return f"{median} [{first}, {third}]"
    between = " to " if row.min < 0 else "–"  # a dash before a minus sign cannot be read
    return f"{rounded(row.min, decimals)}{between}{rounded(row.max, decimals)}"


def _comparisons(variable: DescribedVariable, digits: Digits) -> dict[str, str]:
    cells = {}
    if variable.differences is not None:
        two = len(variable.differences.groups) == 2
        value, _ = variable.differences.largest()
        cells[DIFFERENCE if two else LARGEST] = rounded(value, digits.difference)
    elif variable.no_differences:
        cells[DIFFERENCE] = NOT_ESTIMABLE
    if variable.comparison is not None:
        cells[P_VALUE] = p_value(variable.comparison.p_value)
    elif variable.no_comparison:
        cells[P_VALUE] = NOT_ESTIMABLE
    return cells
