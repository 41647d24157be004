"""The comparison of groups of subjects: which groups, in what, and how to say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf, isnan
from typing import Literal

from analytics.baseline import (
    DescribedVariable,
    Digits,
    LevelCounts,
    TableOne,
    TableOptions,
    ValueCounts,
    Variable,
    overlap,
    table_one,
)
from analytics.checks import InputError, NotEstimableError, require
from dashboard.analyses.comparison_answer import ComparisonAnswer, Counts
from queries.cohorts import EVERYONE, Cohort
from queries.groups import GroupCounts, count_groups
from queries.store import Store

Order = Literal["chosen", "alphabetical", "difference"]
ORDERS: tuple[Order, ...] = ("chosen", "alphabetical", "difference")

_DIGITS = Digits()
_USUAL = TableOptions(overall="Overall", differences=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedVariable:
    """A column of ADSL and how it is described.

    Parameters
    ----------
    column : str
    kind : {"levels", "numbers"}
        Whether subjects are counted by level, or means and quartiles are taken.
    label : str
        The column's name unless given.
    unit : str
        Of numbers.
    section : str
        Heading under which it stands in a table.

    Examples
    --------
    >>> ComparedVariable(column="AGE", kind="numbers", unit="years").label
    'AGE'
    """

    column: str
    kind: Literal["levels", "numbers"] = "levels"
    label: str = ""
    unit: str = ""
    section: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", self.label or self.column)
        require(self.kind in ("levels", "numbers"), "kind is levels or numbers", kind=self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonAnalysis:
    """Which groups to compare, in what, and how to say it.

    Parameters
    ----------
    groups : tuple of Cohort
        1 to 8, each with a name of its own; the first is the reference. They may overlap.
    variables : tuple of ComparedVariable
        In the order of the table.
    within : Cohort
        Only its subjects are compared.
    options : TableOptions
        Overall column, quartiles, denominator, differences, p-values.
    test : {"means", "ranks"}
        Of numbers, when p-values are asked for.
    order : {"chosen", "alphabetical", "difference"}
        Of the variables within their sections; "difference" is the largest difference first.
    frequent_first : bool
        Whether levels stand by their number of subjects and not in their own order.
    digits : Digits
        Decimals of the displayed table.
    missing_lines : bool
        Whether each variable has a line of missing values, also when there are none.

    Examples
    --------
    >>> from queries.cohorts import OneOf
    >>> arms = [Cohort(OneOf(column="TRT01P", values=(a,)), name=a) for a in ("Placebo", "Active")]
    >>> age = ComparedVariable(column="AGE", kind="numbers", label="Age", unit="years")
    >>> answer = ComparisonAnalysis(groups=tuple(arms), variables=(age,)).run(store)
    >>> answer.display()[["Statistic", "Placebo", "Active"]].iloc[2:4]
             Statistic            Placebo             Active
    2        Mean (SD)       65.5 (10.66)       59.0 (11.00)
    3  Median [Q1, Q3]  63.5 [59.5, 69.5]  59.0 [53.5, 64.5]
    """

    groups: tuple[Cohort, ...]
    variables: tuple[ComparedVariable, ...] = ()
    within: Cohort = EVERYONE
    options: TableOptions = _USUAL
    test: str = "means"
    order: Order = "chosen"
    frequent_first: bool = False
    digits: Digits = _DIGITS
    missing_lines: bool = False

    def __post_init__(self) -> None:
        require(self.order in ORDERS, f"order in {ORDERS}", order=self.order)
        labels = [variable.label for variable in self.variables]
        again = [label for label in labels if labels.count(label) > 1]
        require(not again, "each variable has a label of its own", label=again[:1])

    def columns(self, kind: str) -> tuple[str, ...]:
        """The columns of the variables of a kind."""
        return tuple(one.column for one in self.variables if one.kind == kind)

    def run(self, store: Store) -> ComparisonAnswer:
        """Ask the store and compare.

        Raises
        ------
        NotEstimableError
            When no subject is in any of the groups.
        """
        counted = count_groups(
            store,
            self.groups,
            within=self.within,
            levels=self.columns("levels"),
            values=self.columns("numbers"),
        )
        return self.answer(counted)

    def answer(self, counted: GroupCounts) -> ComparisonAnswer:
        """What the counts say; a variable that cannot be described is left out with its reason."""
        shown = tuple(name for name, size in counted.sizes.items() if size)
        if not shown:
            raise NotEstimableError(
                "No subject is in any of these groups; choose others, or widen the cohort."
            )
        counts: dict[str, Counts] = {}
        left_out: dict[str, str] = {}
        for variable in self.variables:
            try:
                counts[variable.column] = self._counts_of(variable, counted, shown)
            except InputError as error:
                left_out[variable.label] = str(error)
        return ComparisonAnswer(
            analysis=self,
            groups=shown,
            overlap=overlap(counted.patterns, counted.names),
            counts=counts,
            table=self._table(counts, shown, disjoint=counted.disjoint),
            left_out=left_out,
        )

    def _counts_of(
        self, variable: ComparedVariable, counted: GroupCounts, shown: tuple[str, ...]
    ) -> Counts:
        frame, together = counted.by_group(variable.column), counted.together(variable.column)
        disjoint = counted.disjoint
        overall = None if disjoint else together
        if variable.kind == "numbers":
            return ValueCounts(
                frame=frame,
                groups=shown,
                disjoint=disjoint,
                overall=overall,
                variable=variable.label,
            )
        levels = counted.level_order(variable.column)
        if self.frequent_first:
            sizes = dict(together.itertuples(index=False))
            levels = tuple(sorted(levels, key=lambda level: -sizes[level]))
        return LevelCounts(
            frame=frame,
            groups=shown,
            disjoint=disjoint,
            levels=levels,
            overall=overall,
            variable=variable.label,
        )

    def _table(
        self, counts: Mapping[str, Counts], shown: tuple[str, ...], *, disjoint: bool
    ) -> TableOne | str:
        if not counts:
            return "No variable was chosen, or none of those chosen can be described."
        several = len(shown) > 1
        options = replace(
            self.options,
            overall=self.options.overall if several else "",
            differences=self.options.differences and several,
            p_values=self.options.p_values and several and disjoint,
        )
        variables = [
            Variable(
                counts=counts[one.column],
                label=one.label,
                section=one.section,
                unit=one.unit,
                test=self.test,
            )
            for one in self.variables
            if one.column in counts
        ]
        return self._ordered(table_one(variables, options))

    def _ordered(self, table: TableOne) -> TableOne:
        sections = list(dict.fromkeys(one.section for one in table.variables))

        def place(one: DescribedVariable) -> tuple[object, ...]:
            section = sections.index(one.section)
            if self.order == "alphabetical":
                return section, one.label.casefold()
            if self.order == "difference" and one.differences is not None:
                largest, _ = one.differences.largest()
                return section, inf if isnan(largest) else -largest  # not estimable last
            return section, 0.0

        return replace(table, variables=tuple(sorted(table.variables, key=place)))
