"""The log-rank family on the arms of one analysis: the same question, otherwise weighted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analytics.survival.counts import SurvivalCounts
from analytics.survival.logrank import LogRank, test_logrank
from analytics.survival.logrank_weights import (
    GEHAN,
    LOG_RANK,
    MODIFIED_PETO,
    PETO,
    TARONE_WARE,
    Weight,
    fleming_harrington,
)
from dashboard.analyses.survival.analysis import or_reason

WEIGHTS = (
    LOG_RANK,
    fleming_harrington(0, 1),
    fleming_harrington(0, 0.5),
    fleming_harrington(1, 0),
    fleming_harrington(1, 1),
    GEHAN,
    TARONE_WARE,
    PETO,
    MODIFIED_PETO,
)
"""What a reader may choose from."""

EMPHASIS = {
    LOG_RANK: "all times alike",
    fleming_harrington(0, 1): "late differences",
    fleming_harrington(0, 0.5): "late differences, less strongly",
    fleming_harrington(1, 0): "early differences",
    fleming_harrington(1, 1): "differences in the middle",
    GEHAN: "early differences, by the numbers at risk",
    TARONE_WARE: "early differences, less strongly",
    PETO: "early differences, by survival",
    MODIFIED_PETO: "early differences, by survival",
}
"""What each stresses."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FamilyTest:
    """One member of the family.

    Parameters
    ----------
    weight : Weight
    strata : tuple of str
        The columns it is stratified by.
    outcome : LogRank or str
        The sentence says why there is none.
    """

    weight: Weight
    strata: tuple[str, ...]
    outcome: LogRank | str

    def row(self) -> dict[str, object]:
        """The test as a row of a table; what is not estimable is NaN, with the reason."""
        row: dict[str, object] = {"test": self.weight.name, "strata": ", ".join(self.strata)}
        if isinstance(self.outcome, str):
            nothing = float("nan")
            numbers = (nothing, 0, nothing, nothing, self.outcome)
        else:
            test = self.outcome
            z = float("nan") if test.z is None else test.z
            numbers = (test.statistic, test.degrees_of_freedom, z, test.p_value, "")
        names = ("statistic", "degrees_of_freedom", "z", "p_value", "reason")
        return {**row, **dict(zip(names, numbers, strict=True))}


def make_tests(
    counts: SurvivalCounts, strata: tuple[str, ...], weights: Sequence[Weight]
) -> tuple[FamilyTest, ...]:
    """The test of each weight.

    Parameters
    ----------
    counts : SurvivalCounts
    strata : tuple of str
        The columns whose levels are the strata of the counts.
    weights : sequence of Weight

    Examples
    --------
    >>> counts = SurvivalCounts.from_subjects([1, 2, 3, 4], [1] * 4, arms=list("AABB"))
    >>> [round(test.outcome.p_value, 3) for test in make_tests(counts, (), [LOG_RANK, GEHAN])]
    [0.09, 0.102]
    """
    return tuple(
        FamilyTest(weight=weight, strata=strata, outcome=_outcome(counts, weight))
        for weight in weights
    )


def _outcome(counts: SurvivalCounts, weight: Weight) -> LogRank | str:
    return or_reason(lambda: test_logrank(counts, weight))


def family_table(tests: Sequence[FamilyTest]) -> pd.DataFrame:
    """One row per test: `test`, `strata`, `statistic`, `degrees_of_freedom`, `z`, `p_value`.

    `reason` says why a test has no result.

    Examples
    --------
    >>> counts = SurvivalCounts.from_subjects([1, 2, 3, 4], [0] * 4, arms=list("AABB"))
    >>> family_table(make_tests(counts, (), [LOG_RANK]))["reason"].item()
    'A log-rank test needs events (of a weight above 0), and there are none.'
    """
    return pd.DataFrame([test.row() for test in tests])
