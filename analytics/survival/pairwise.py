"""Every pair of arms compared by a test of the log-rank family."""

# ruff: noqa: PT028  (a test of a hypothesis may have defaults)

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered, require_columns
from analytics.survival.adjustment import METHODS, adjusted_p_values
from analytics.survival.counts import SurvivalCounts
from analytics.survival.logrank import test_logrank
from analytics.survival.logrank_weights import LOG_RANK, Weight

PAIR_COLUMNS = ("arm", "reference", "statistic", "z", "p_value", "adjusted_p_value", "reason")


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairwiseTests(Result):
    """Tests of all pairs of arms.

    Parameters
    ----------
    table : DataFrame
        One row per pair: `arm`, `reference` (the earlier of the two), `statistic` (chi-square
        with 1 degree of freedom), `z` (below 0 when `arm` had fewer events than expected),
        `p_value` (two-sided), `adjusted_p_value`, and the `reason` where there is no test (else
        "").
    adjustment : str
        How the p-values are adjusted for the number of pairs.
    weight : Weight
        The member of the log-rank family.
    strata : tuple of str
        ("",) when unstratified.
    """

    table: pd.DataFrame
    adjustment: str
    weight: Weight
    strata: tuple[str, ...]
    endpoint: str

    def __post_init__(self) -> None:
        require_columns(self.table, PAIR_COLUMNS, "the table of pairs")

    def to_frame(self) -> pd.DataFrame:
        """One row per pair."""
        return self.table.copy()


def test_pairs(
    counts: SurvivalCounts, weight: Weight = LOG_RANK, *, adjustment: str = "holm"
) -> PairwiseTests:
    """Test each pair of arms on the subjects of these two arms.

    A pair that cannot be tested has NaN and the reason; it still counts in the adjustment.

    Parameters
    ----------
    counts : SurvivalCounts
        Two or more arms.
    weight : Weight
        See `test_logrank`.
    adjustment : {"holm", "bonferroni", "benjamini-hochberg", "none"}
        See `adjusted_p_values`.

    Examples
    --------
    >>> counts = SurvivalCounts.from_subjects(
    ...     range(1, 13), [1] * 12, arms=list("AABBCCAABBCC"), order=("A", "B", "C")
    ... )
    >>> test_pairs(counts).table[["arm", "reference", "adjusted_p_value"]].round(3)
      arm reference  adjusted_p_value
    0   B         A             0.624
    1   C         A             0.624
    2   C         B             0.624
    """
    if len(counts.arms) < 2:
        raise NotEstimableError("A comparison of pairs needs two arms, and there is only one.")
    require(adjustment in METHODS, f"adjustment in {METHODS}", adjustment=adjustment)
    pairs = combinations(counts.arms, 2)
    table = pd.DataFrame([_row(counts.of_arms(pair), weight) for pair in pairs])
    table["adjusted_p_value"] = adjusted_p_values(table["p_value"], adjustment)
    return PairwiseTests(
        table=table[list(PAIR_COLUMNS)],
        adjustment=adjustment,
        weight=weight,
        strata=counts.strata,
        endpoint=counts.endpoint,
    )


# pytest collects by name; these are tests of hypotheses.
test_pairs.__test__ = False  # type: ignore[attr-defined]


def _row(pair: SurvivalCounts, weight: Weight) -> dict[str, object]:
    row: dict[str, object] = {"arm": pair.arms[1], "reference": pair.arms[0], "reason": ""}
    try:
        test = test_logrank(pair, weight)
    except NotEstimableError as error:
        nothing = float("nan")
        return {**row, "statistic": nothing, "z": nothing, "p_value": nothing, "reason": str(error)}
    return {**row, "statistic": test.statistic, "z": test.z, "p_value": test.p_value}
