"""Table 1: who was in each group, variable by variable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd

from analytics.baseline.compare_levels import compare_levels
from analytics.baseline.compare_means import compare_means
from analytics.baseline.compare_ranks import compare_ranks
from analytics.baseline.comparison import Comparison
from analytics.baseline.described_variable import DescribedVariable
from analytics.baseline.differences import StandardisedDifferences, standardised_differences
from analytics.baseline.groups import require_label
from analytics.baseline.level_counts import LevelCounts
from analytics.baseline.level_table import LevelTable, describe_levels
from analytics.baseline.rounding import decimals_of
from analytics.baseline.table_display import RESERVED, Digits, display_frame
from analytics.baseline.table_footnotes import footnotes
from analytics.baseline.table_options import TableOptions
from analytics.baseline.value_counts import ValueCounts
from analytics.baseline.value_table import ValueTable, describe_values
from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered, require_columns

Answer = TypeVar("Answer")
Counts = LevelCounts | ValueCounts

TESTS = {"means": compare_means, "ranks": compare_ranks}
"""The tests of a numeric variable."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Variable:
    """A variable for a Table 1.

    Parameters
    ----------
    counts : LevelCounts or ValueCounts
        Its subjects by group.
    label : str
        As the table prints it; the variable's name in the counts unless given.
    section : str
        Heading under which it stands.
    unit : str
        Of a numeric variable.
    decimals : int, optional
        Of a numeric variable's data; those of the values unless given.
    test : {"means", "ranks"}
        Of a numeric variable, when tests are asked for.

    Examples
    --------
    >>> frame = pd.DataFrame({"group": ["A"], "value": [64.5], "subjects": [1]})
    >>> counts = ValueCounts(frame=frame, groups=("A",), disjoint=True, variable="Weight")
    >>> Variable(counts=counts, unit="kg").label
    'Weight'
    """

    counts: LevelCounts | ValueCounts
    label: str = ""
    section: str = ""
    unit: str = ""
    decimals: int | None = None
    test: str = "means"

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", self.label or self.counts.variable)
        require(bool(self.label.strip()), "a variable has a label", label=self.label)
        require(self.test in TESTS, f"test in {tuple(TESTS)}", test=self.test)
        if self.decimals is not None:
            require(self.decimals in range(13), "decimals in 0 to 12", decimals=self.decimals)


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TableOne(Result):
    """Variables by group, with all numbers unrounded.

    Parameters
    ----------
    variables : tuple of DescribedVariable
        In the order of the table.
    subjects : DataFrame
        `group`, `subjects`: the columns of the table and their sizes.
    disjoint : bool
        Whether no subject is in two groups.
    options : TableOptions
        What was asked for.
    """

    variables: tuple[DescribedVariable, ...]
    subjects: pd.DataFrame
    disjoint: bool
    options: TableOptions

    def __post_init__(self) -> None:
        require_columns(self.subjects, ("group", "subjects"), "the sizes of the groups")

    def to_frame(self) -> pd.DataFrame:
        """Every number, unrounded, one a row; see `DescribedVariable.to_frame`."""
        return pd.concat([one.to_frame() for one in self.variables], ignore_index=True)

    def display(self, digits: Digits | None = None, *, missing_lines: bool = False) -> pd.DataFrame:
        """The table as text.

        Means, medians and quartiles have one decimal more than the data and standard deviations
        two; zero counts stand without percentage; NE is not estimable.

        Parameters
        ----------
        digits : Digits, optional
            Other decimals than these.
        missing_lines : bool
            Whether every variable has a line of missing values, also when there are none.

        Returns
        -------
        DataFrame
            `Section`, `Variable`, `Statistic` (or level), a column per group, then those asked
            for: `|SMD|` (`Largest |SMD|` with more than two groups), `p (exploratory)`.
        """
        sizes = dict(self.subjects.itertuples(index=False))
        return display_frame(self.variables, sizes, digits or Digits(), missing_lines=missing_lines)

    def footnotes(self) -> tuple[str, ...]:
        """What the table's numbers are, and why some are not estimable, as sentences."""
        return footnotes(self.variables, self.options, disjoint=self.disjoint)


def table_one(variables: Sequence[Variable], options: TableOptions | None = None) -> TableOne:
    """Describe groups of subjects, one variable after the other.

    Parameters
    ----------
    variables : sequence of Variable
        All of the same subjects in the same groups. Variables of a section stand together, the
        sections in the order in which they are first named.
    options : TableOptions, optional
        Overall column, quartiles, denominator, standardised differences, p-values.

    Raises
    ------
    InputError
        No variables, two of the same label in a section, different groups or numbers of subjects,
        an overall of groups that overlap when the counts came without one.

    Examples
    --------
    >>> frame = pd.DataFrame(
    ...     {"group": list("AABB"), "value": [61, 70, 64, 73], "subjects": [5, 3, 4, 4]}
    ... )
    >>> age = ValueCounts(frame=frame, groups=("A", "B"), disjoint=True, variable="Age")
    >>> table = table_one([Variable(counts=age, unit="years")], TableOptions(differences=True))
    >>> table.display()[["Statistic", "A", "B"]]
             Statistic                  A                  B
    0                N                  8                  8
    1                n                  8                  8
    2        Mean (SD)        64.4 (4.66)        68.5 (4.81)
    3  Median [Q1, Q3]  61.0 [61.0, 70.0]  68.5 [64.0, 73.0]
    4          Min–Max              61–70              64–73
    """
    options = options or TableOptions()
    variables = _in_sections(variables)
    first = variables[0].counts
    require_label(options.overall, first.groups)
    reserved = [name for name in (*first.groups, options.overall) if name in RESERVED]
    require(not reserved, f"no group is called {', '.join(RESERVED)}", group=reserved)
    sizes = _sizes(variables, options.overall)
    return TableOne(
        variables=tuple(_described(one, options) for one in variables),
        subjects=pd.DataFrame({"group": list(sizes), "subjects": list(sizes.values())}),
        disjoint=first.disjoint,
        options=options,
    )


def _in_sections(variables: Sequence[Variable]) -> list[Variable]:
    require(len(variables) > 0, "there is at least one variable", variables=0)
    named = [(one.section, one.label) for one in variables]
    again = [name for name in named if named.count(name) > 1]
    require(not again, "each variable of a section has a label of its own", label=again[:1])
    sections = list(dict.fromkeys(section for section, _ in named))
    return sorted(variables, key=lambda one: sections.index(one.section))


def _sizes(variables: Sequence[Variable], overall: str) -> dict[str, int]:
    """Subjects of each column, which must be the same for all variables."""
    first = variables[0]
    for one in variables:
        rule = "all variables have the same groups, and say alike whether they are disjoint"
        require(_kind(one) == _kind(first), rule, variable=one.label, groups=one.counts.groups)
    expected = _sizes_of(first.counts, overall)
    for one in variables:
        found = _sizes_of(one.counts, overall)
        rule = "all variables count the same subjects, missing values included"
        require(found == expected, rule, variable=one.label, subjects=found, expected=expected)
    return expected


def _kind(variable: Variable) -> tuple[tuple[str, ...], bool]:
    return variable.counts.groups, variable.counts.disjoint


def _sizes_of(counts: Counts, overall: str) -> dict[str, int]:
    sizes = dict(zip(counts.groups, counts.subjects.tolist(), strict=True))
    return sizes | {overall: counts.overall_size()} if overall else sizes


def _described(variable: Variable, options: TableOptions) -> DescribedVariable:
    counts = variable.counts
    differences, no_differences = _asked(
        options.differences, lambda: _differences(counts, options.missing_as_level)
    )
    comparison, no_comparison = _asked(options.p_values, lambda: _comparison(counts, variable.test))
    return DescribedVariable(
        label=variable.label,
        unit=variable.unit,
        section=variable.section,
        decimals=_decimals(variable),
        description=_description(counts, options),
        differences=differences,
        no_differences=no_differences,
        comparison=comparison,
        no_comparison=no_comparison,
    )


def _asked(wanted: bool, answer: Callable[[], Answer]) -> tuple[Answer | None, str]:
    """The answer, or None and the sentence that says why there is none."""
    if not wanted:
        return None, ""
    try:
        return answer(), ""
    except NotEstimableError as error:
        return None, str(error)


def _description(counts: Counts, options: TableOptions) -> LevelTable | ValueTable:
    if isinstance(counts, LevelCounts):
        return describe_levels(counts, denominator=options.denominator, overall=options.overall)
    return describe_values(counts, quartiles=options.quartiles, overall=options.overall)


def _differences(counts: Counts, missing_as_level: bool) -> StandardisedDifferences:
    own_level = missing_as_level and isinstance(counts, LevelCounts)
    return standardised_differences(counts, missing_as_level=own_level)


def _comparison(counts: Counts, test: str) -> Comparison:
    if isinstance(counts, LevelCounts):
        return compare_levels(counts)
    return TESTS[test](counts)


def _decimals(variable: Variable) -> int:
    if variable.decimals is not None or isinstance(variable.counts, LevelCounts):
        return variable.decimals or 0
    return decimals_of(np.unique(variable.counts.frame["value"].dropna()))
