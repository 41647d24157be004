"""What a comparison of groups answers: Table 1, differences, distributions, overlap, remarks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analytics.baseline import (
    LevelCounts,
    LevelTable,
    Overlap,
    TableOne,
    ValueCounts,
    ValueTable,
    describe_levels,
    describe_values,
)
from analytics.baseline.rounding import decimals_of
from analytics.checks import NotEstimableError
from queries.profile import nice_width

if TYPE_CHECKING:
    from dashboard.analyses.comparison import ComparisonAnalysis

Counts = LevelCounts | ValueCounts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ComparisonAnswer:
    """The groups described; where there is no table, the sentence that says why.

    Parameters
    ----------
    analysis : ComparisonAnalysis
    groups : tuple of str
        Those that have subjects, in order; the first is the reference.
    overlap : Overlap
        Of all groups, the empty ones among them.
    counts : mapping of str to LevelCounts or ValueCounts
        By column.
    table : TableOne or str
    left_out : mapping of str to str
        Why a variable, by its label, is not described.
    """

    analysis: ComparisonAnalysis
    groups: tuple[str, ...]
    overlap: Overlap
    counts: Mapping[str, Counts]
    table: TableOne | str
    left_out: Mapping[str, str]

    def display(self) -> pd.DataFrame:
        """The table as text, with the digits asked for; `NotEstimableError` without one."""
        table = self._known_table()
        return table.display(self.analysis.digits, missing_lines=self.analysis.missing_lines)

    def differences(self) -> pd.DataFrame:
        """Standardised differences of each variable from the reference.

        Returns
        -------
        DataFrame
            `variable`, `group`, `reference`, `difference` and `reason` (why it is NaN).
        """
        parts = [
            one.differences.against_reference().assign(variable=one.label)
            for one in self._known_table().variables
            if one.differences is not None
        ]
        if not parts:
            raise NotEstimableError("A standardised difference compares groups, and there is one.")
        table = pd.concat(parts, ignore_index=True).rename(columns={"against": "reference"})
        return table[["variable", "group", "reference", "difference", "reason"]]

    def _known_table(self) -> TableOne:
        if isinstance(self.table, str):
            raise NotEstimableError(self.table)
        return self.table

    def described(self, column: str) -> LevelTable | ValueTable:
        """One variable by group."""
        counts, options = self.counts[column], self.analysis.options
        if isinstance(counts, ValueCounts):
            return describe_values(counts, quartiles=options.quartiles)
        return describe_levels(counts, denominator=options.denominator)

    def histogram(self, column: str) -> pd.DataFrame:
        """Subjects of each group in bins of one width: `group`, `low`, `high`, `subjects`."""
        frame = self.counts[column].to_frame().dropna(subset="value")
        value = frame["value"].to_numpy()
        if not value.size:
            return pd.DataFrame(columns=["group", "low", "high", "subjects"])
        least = 10.0 ** -decimals_of(np.unique(value))
        width = nice_width(float(value.max() - value.min()), least=least)
        start = np.floor(value.min() / width) * width
        # A hair's breadth, so that 0.3 / 0.1 lands in the third bin and not in the second.
        place = np.floor((value - start) / width + 1e-9)
        binned = frame.assign(place=place).groupby(["group", "place"], sort=False)["subjects"].sum()
        bins = binned.reset_index()
        low = start + bins["place"] * width
        return bins.assign(low=low, high=low + width)[["group", "low", "high", "subjects"]]

    def patterns(self) -> pd.DataFrame:
        """`pattern` and `subjects` of all who are asked about, those in no group among them."""
        inside = self.overlap.intersections[["pattern", "subjects"]]
        if not self.overlap.outside:
            return inside
        nowhere = {"pattern": ["0" * len(self.overlap.names)], "subjects": [self.overlap.outside]}
        return pd.concat([inside, pd.DataFrame(nowhere)], ignore_index=True)

    def remarks(self) -> tuple[str, ...]:
        """What has to be said of the groups and variables, as sentences."""
        return (*self._about_groups(), *self._about_tests(), *self._about_variables())

    def _about_groups(self) -> Iterator[str]:
        named = self.overlap.names
        if empty := [name for name in named if name not in self.groups]:
            yield f"Left out, since no subject is in it: {', '.join(empty)}."
        if named[0] not in self.groups and len(self.groups) > 1:
            yield f"The reference is {self.groups[0]}."
        if self.overlap.outside:
            inside = self.overlap.union + self.overlap.outside
            yield f"{self.overlap.outside:,} of {inside:,} subjects are in none of the groups."
        if not self.overlap.disjoint:
            several = self.overlap.intersections
            shared = int(several.loc[several["degree"] > 1, "subjects"].sum())
            yield (
                f"The groups overlap: {shared:,} of {self.overlap.union:,} subjects are in more "
                "than one of them."
            )

    def _about_tests(self) -> Iterator[str]:
        options = self.analysis.options
        if len(self.groups) == 1 and (options.differences or options.p_values):
            yield "There is one group only, so nothing is compared."
        elif options.p_values and not self.overlap.disjoint:
            yield "No tests: the groups share subjects, and the tests are for separate groups."

    def _about_variables(self) -> Iterator[str]:
        for label, reason in self.left_out.items():
            yield f"{label} is left out: {reason}"
