"""Log-rank test of any number of arms, stratified when the counts are.

lifelines has no stratified test and does not report observed, expected and variance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import chdtrc

from analytics.checks import NotEstimableError
from analytics.results import Result, registered, require_columns
from analytics.survival.counts import SurvivalCounts
from analytics.survival.risk_sets import RiskSets, risk_sets

Floats = NDArray[np.float64]


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogRank(Result):
    """Outcome of the test that all arms have the same hazard at every time.

    Parameters
    ----------
    statistic : float
        Chi-square.
    degrees_of_freedom : int
        Arms with expected events, less one.
    p_value : float
        Two-sided for two arms.
    z : float or None
        Two arms only: signed root of the statistic; below 0 when the arm that is not the
        reference had fewer events than expected. None with more arms.
    table : DataFrame
        `arm`, `stratum`, `subjects`, `observed`, `expected` events under equal hazards.
    variance : DataFrame
        Covariance of observed - expected, one column and one row per arm, in their order.
    arms, strata : tuple of str
        In the order of the tables; strata is ("",) for an unstratified test.
    """

    statistic: float
    degrees_of_freedom: int
    p_value: float
    z: float | None
    table: pd.DataFrame
    variance: pd.DataFrame
    arms: tuple[str, ...]
    strata: tuple[str, ...]
    endpoint: str

    def __post_init__(self) -> None:
        columns = ("arm", "stratum", "subjects", "observed", "expected")
        require_columns(self.table, columns, "the table of a log-rank test")

    def by_arm(self) -> pd.DataFrame:
        """Subjects, observed and expected events of each arm, all strata together."""
        sums = self.table.groupby("arm", sort=False)[["subjects", "observed", "expected"]].sum()
        return sums.loc[list(self.arms)].reset_index()

    def to_frame(self) -> pd.DataFrame:
        """Observed and expected events by arm, and the test beside them."""
        return self.by_arm().assign(
            statistic=self.statistic,
            degrees_of_freedom=self.degrees_of_freedom,
            p_value=self.p_value,
        )


def test_logrank(counts: SurvivalCounts) -> LogRank:
    """Log-rank test, stratified when the counts carry several strata.

    An arm that is never at risk when an event happens has no expected events and no part in the
    test (as in R's `survdiff`); the degrees of freedom say so.

    Parameters
    ----------
    counts : SurvivalCounts
        Two or more arms.

    Raises
    ------
    NotEstimableError
        With one arm, without events, or when nothing is left to chance: at each event only one arm
        is at risk, or everybody at risk has it at once.

    References
    ----------
    Mantel (1966), Cancer Chemotherapy Reports 50:163-170; Peto and Peto (1972), JRSS A
    135:185-207.

    Examples
    --------
    >>> counts = SurvivalCounts.from_subjects(
    ...     [6, 7, 10, 15, 19, 25, 1, 2, 3, 8, 12, 20], [1] * 12, arms=["A"] * 6 + ["B"] * 6
    ... )
    >>> test = test_logrank(counts)
    >>> round(test.statistic, 4), test.degrees_of_freedom, round(test.p_value, 4)
    (1.1176, 1, 0.2904)
    """
    if len(counts.arms) < 2:
        raise NotEstimableError("A log-rank test compares arms, and there is only one arm.")
    sets = risk_sets(counts)
    expected, variance = logrank_moments(sets)
    difference = sets.events.sum(axis=0) - expected.sum(axis=0)
    takes_part = expected.sum(axis=0) > 0
    statistic, freedom = _chi_square(difference[takes_part], variance[takes_part][:, takes_part])
    return LogRank(
        statistic=statistic,
        degrees_of_freedom=freedom,
        p_value=float(chdtrc(freedom, statistic)),
        z=_signed_root(statistic, difference),
        table=_table(counts, sets, expected),
        variance=pd.DataFrame(variance, columns=list(counts.arms)),
        arms=counts.arms,
        strata=counts.strata,
        endpoint=counts.endpoint,
    )


# pytest collects by name; this is the test of a hypothesis.
test_logrank.__test__ = False  # type: ignore[attr-defined]


def logrank_moments(sets: RiskSets) -> tuple[Floats, Floats]:
    """Expected events by stratum and arm, and the covariance of observed - expected.

    Examples
    --------
    >>> counts = SurvivalCounts.from_subjects([1, 2], [1, 1], arms=["A", "B"])
    >>> expected, variance = logrank_moments(risk_sets(counts))
    >>> expected.tolist(), variance.tolist()
    ([[0.5, 1.5]], [[0.25, -0.25], [-0.25, 0.25]])
    """
    happens = sets.with_events()
    deaths = happens.events.sum(axis=1)
    total = happens.at_risk.sum(axis=1)
    share = happens.at_risk / total[:, None]
    strata = int(sets.stratum[-1]) + 1
    expected = np.zeros((strata, share.shape[1]))
    np.add.at(expected, happens.stratum, share * deaths[:, None])
    # Hypergeometric: the last subject at risk leaves no choice, hence no variance.
    factor = deaths * (total - deaths) / np.maximum(total - 1, 1)
    weighted = share * factor[:, None]
    variance = np.diag(weighted.sum(axis=0)) - weighted.T @ share
    return expected, variance


def _chi_square(difference: Floats, variance: Floats) -> tuple[float, int]:
    if difference.size == 0:
        raise NotEstimableError("A log-rank test needs events, and there are none.")
    freedom = difference.size - 1
    if freedom == 0 or np.linalg.matrix_rank(variance, hermitian=True) < freedom:
        raise NotEstimableError(
            "No log-rank test: some arms cannot be compared, because at each event only one of "
            "them is at risk, or everybody at risk has the event at once."
        )
    free = difference[1:]
    return float(free @ np.linalg.solve(variance[1:, 1:], free)), freedom


def _signed_root(statistic: float, difference: Floats) -> float | None:
    return float(np.copysign(np.sqrt(statistic), difference[1])) if difference.size == 2 else None


def _table(counts: SurvivalCounts, sets: RiskSets, expected: Floats) -> pd.DataFrame:
    shape = expected.shape
    observed, subjects = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    np.add.at(observed, sets.stratum, sets.events)
    np.add.at(subjects, sets.stratum, sets.leaving)
    return pd.DataFrame(
        {
            "arm": np.tile(np.array(counts.arms, dtype=object), shape[0]),
            "stratum": np.repeat(np.array(counts.strata, dtype=object), shape[1]),
            "subjects": subjects.ravel(),
            "observed": observed.ravel(),
            "expected": expected.ravel(),
        }
    )
