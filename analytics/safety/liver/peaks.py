"""The highest value of each liver test that each subject had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.checks import require
from analytics.safety.liver.criteria import LiverCriteria
from analytics.safety.liver.quadrants import quadrant_of

TESTS = ("alt", "ast", "tbl", "alp")
"""Alanine and aspartate aminotransferase, total bilirubin, alkaline phosphatase."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LiverPeaks:
    """Peaks by subject, in multiples of the upper limit of normal (ULN).

    Parameters
    ----------
    table : DataFrame
        `subject` (each once), `arm`, and for each of `TESTS` its peak and the first day of it:
        `alt`, `alt_day`, ... Missing where a subject has no result with a limit.

    Examples
    --------
    >>> results = pd.DataFrame(
    ...     {"subject": "S1", "test": ["alt", "alt", "tbl"], "day": [8, 15, 20],
    ...      "multiple": [4.0, 6.0, 2.5]}
    ... )
    >>> peaks = LiverPeaks.from_results(results, arms={"S1": "Active"})
    >>> peaks.to_frame()[["at", "at_day", "tbl"]].values.tolist()
    [[6.0, 15.0, 2.5]]
    """

    table: pd.DataFrame

    def __post_init__(self) -> None:
        needed = {"subject", "arm", *TESTS, *(f"{test}_day" for test in TESTS)}
        missing = sorted(needed - set(self.table.columns))
        require(not missing, "peaks have a column for every test and day", missing=missing)
        twice = self.table["subject"].duplicated()
        require(not twice.any(), "each subject once", subject=self.table["subject"][twice].tolist())

    @classmethod
    def from_results(cls, results: pd.DataFrame, *, arms: Mapping[str, str]) -> LiverPeaks:
        """The peaks among results.

        Parameters
        ----------
        results : DataFrame
            `subject`, `test` (one of `TESTS`), `day`, `multiple` (of the ULN).
        arms : mapping
            Subjects and their arms; those without results have missing peaks.
        """
        unknown = set(results["test"]) - set(TESTS)
        require(not unknown, f"a test is one of {TESTS}", test=sorted(unknown))
        first = results.sort_values(["multiple", "day"], ascending=[False, True])
        first = first.drop_duplicates(["subject", "test"]).set_index(["subject", "test"])
        table = pd.DataFrame({"subject": list(arms), "arm": list(arms.values())})
        for test in TESTS:
            own = first.xs(test, level="test") if test in set(results["test"]) else first.iloc[:0]
            for column, taken in ((test, "multiple"), (f"{test}_day", "day")):
                values = dict(zip(own.index, own[taken], strict=True))
                table[column] = table["subject"].map(values).astype(float)
        return cls(table=table)

    def to_frame(self) -> pd.DataFrame:
        """The peaks, with the higher one of ALT and AST as `at` and its day as `at_day`."""
        table = self.table.copy()
        alt, ast = table["alt"], table["ast"]
        by_ast = (ast > alt) | (ast.eq(alt) & (table["ast_day"] < table["alt_day"])) | alt.isna()
        table["at"] = np.where(by_ast, ast, alt)
        table["at_day"] = np.where(by_ast, table["ast_day"], table["alt_day"])
        return table

    def in_quadrants(self, criteria: LiverCriteria) -> pd.DataFrame:
        """`to_frame` with the `quadrant` of each subject, None where a peak is missing."""
        table = self.to_frame()
        return table.assign(quadrant=quadrant_of(table["at"], table["tbl"], criteria))
