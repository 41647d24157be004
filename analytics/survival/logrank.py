"""Log-rank test and its weighted relatives, any number of arms, stratified when the counts are.

lifelines has no stratified test, does not report observed, expected and variance, and with case
weights its Fleming–Harrington test is wrong.
"""

# ruff: noqa: PT028  (a test of a hypothesis may have defaults)

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import chdtrc, ndtr

from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered, require_columns
from analytics.survival.counts import SurvivalCounts
from analytics.survival.logrank_weights import LOG_RANK, Weight
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
        `arm`, `stratum`, `subjects`, and `observed` and `expected` events under equal hazards,
        each counted with its weight.
    variance : DataFrame
        Covariance of observed - expected, one column and one row per arm, in their order.
    weight : Weight
        What the events of each time count; 1 in the log-rank test.
    arms, strata : tuple of str
        In the order of the tables; strata is ("",) for an unstratified test.
    """

    statistic: float
    degrees_of_freedom: int
    p_value: float
    z: float | None
    table: pd.DataFrame
    variance: pd.DataFrame
    weight: Weight
    arms: tuple[str, ...]
    strata: tuple[str, ...]
    endpoint: str

    def __post_init__(self) -> None:
        columns = ("arm", "stratum", "subjects", "observed", "expected")
        require_columns(self.table, columns, "the table of a log-rank test")

    def one_sided(self, direction: str) -> float:
        """One-sided p-value of a test of two arms.

        Parameters
        ----------
        direction : {"fewer", "more"}
            What is to be shown of the arm that is not the reference: "fewer" events than under
            equal hazards (it is better, when the event is bad), or "more".

        Examples
        --------
        >>> counts = SurvivalCounts.from_subjects([1, 2, 3, 4], [1] * 4, arms=list("AABB"))
        >>> test = test_logrank(counts)
        >>> round(test.one_sided("fewer"), 4), round(test.one_sided("more"), 4)
        (0.0448, 0.9552)
        """
        return one_sided_p_value(self.z, direction, arms=len(self.arms))

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


def test_logrank(counts: SurvivalCounts, weight: Weight = LOG_RANK) -> LogRank:
    """Log-rank test or a weighted relative, stratified when the counts carry several strata.

    An arm that is never at risk when an event (of a weight above 0) happens has no expected
    events and no part in the test, as in R's `survdiff`; the degrees of freedom say so.

    Parameters
    ----------
    counts : SurvivalCounts
        Two or more arms.
    weight : Weight
        `LOG_RANK`, `fleming_harrington(rho, gamma)`, `GEHAN`, `TARONE_WARE`, `PETO` or
        `MODIFIED_PETO`; those other than the log-rank test are sums of weighted differences,
        each stratum with its own weights.

    Raises
    ------
    NotEstimableError
        With one arm, without events of a weight above 0, or when nothing is left to chance: at
        each event only one arm is at risk, or everybody at risk has it at once.

    References
    ----------
    Mantel (1966), Cancer Chemotherapy Reports 50:163-170; Peto and Peto (1972), JRSS A
    135:185-207; Tarone and Ware (1977), Biometrika 64:156-160, for weights; see `Weight`.

    Examples
    --------
    >>> counts = SurvivalCounts.from_subjects(
    ...     [6, 7, 10, 15, 19, 25, 1, 2, 3, 8, 12, 20], [1] * 12, arms=["A"] * 6 + ["B"] * 6
    ... )
    >>> test = test_logrank(counts)
    >>> round(test.statistic, 4), test.degrees_of_freedom, round(test.p_value, 4)
    (1.1176, 1, 0.2904)
    >>> from analytics.survival.logrank_weights import GEHAN
    >>> round(test_logrank(counts, GEHAN).statistic, 4)
    1.6516
    """
    if len(counts.arms) < 2:
        raise NotEstimableError("A log-rank test compares arms, and there is only one arm.")
    sets = risk_sets(counts)
    observed, expected, variance = logrank_moments(sets, weight)
    difference = observed.sum(axis=0) - expected.sum(axis=0)
    takes_part = expected.sum(axis=0) > 0
    statistic, freedom = _chi_square(difference[takes_part], variance[takes_part][:, takes_part])
    return LogRank(
        statistic=statistic,
        degrees_of_freedom=freedom,
        p_value=float(chdtrc(freedom, statistic)),
        z=_signed_root(statistic, difference),
        table=_table(counts, sets, observed, expected),
        variance=pd.DataFrame(variance, columns=list(counts.arms)),
        weight=weight,
        arms=counts.arms,
        strata=counts.strata,
        endpoint=counts.endpoint,
    )


# pytest collects by name; this is the test of a hypothesis.
test_logrank.__test__ = False  # type: ignore[attr-defined]


def logrank_moments(
    sets: RiskSets, weight: Weight = LOG_RANK
) -> tuple[Floats | NDArray[np.int64], Floats, Floats]:
    """Observed and expected events by stratum and arm, and the covariance of their difference.

    Examples
    --------
    >>> counts = SurvivalCounts.from_subjects([1, 2], [1, 1], arms=["A", "B"])
    >>> observed, expected, variance = logrank_moments(risk_sets(counts))
    >>> observed.tolist(), expected.tolist(), variance.tolist()
    ([[1, 1]], [[0.5, 1.5]], [[0.25, -0.25], [-0.25, 0.25]])
    """
    happens = sets.with_events()
    plain = weight == LOG_RANK  # whole events stay whole numbers
    each = np.ones(happens.time.size, np.int64) if plain else weight.at(happens)
    total = happens.at_risk.sum(axis=1)
    share = happens.at_risk / total[:, None]
    deaths = happens.events.sum(axis=1)
    observed = _by_stratum(happens.events * each[:, None], sets, happens)
    expected = _by_stratum(share * (deaths * each)[:, None], sets, happens)
    weighted = share * (hypergeometric_factor(deaths, total) * each**2)[:, None]
    variance = np.diag(weighted.sum(axis=0)) - weighted.T @ share
    return observed, expected, variance


def hypergeometric_factor(deaths: NDArray[np.int64], total: NDArray[np.int64]) -> Floats:
    """The part of the hypergeometric variance that the arms share.

    Examples
    --------
    >>> hypergeometric_factor(np.array([2, 1]), np.array([5, 1])).tolist()
    [1.5, 0.0]
    """
    # The last subject at risk leaves no choice, hence no variance.
    factor: Floats = deaths * (total - deaths) / np.maximum(total - 1, 1)
    return factor


def one_sided_p_value(z: float | None, direction: str, *, arms: int) -> float:
    """P-value in a stated direction from a z that is below 0 for fewer events.

    Examples
    --------
    >>> one_sided_p_value(0.0, "fewer", arms=2)
    0.5
    """
    require(direction in ("fewer", "more"), "direction in ('fewer', 'more')", direction=direction)
    if z is None:
        raise NotEstimableError(f"A one-sided test compares two arms, and there are {arms}.")
    return float(ndtr(z if direction == "fewer" else -z))


def _by_stratum(values: NDArray[Any], sets: RiskSets, happens: RiskSets) -> NDArray[Any]:
    sums = np.zeros((int(sets.stratum[-1]) + 1, values.shape[1]), values.dtype)
    np.add.at(sums, happens.stratum, values)
    return sums


def _chi_square(difference: Floats, variance: Floats) -> tuple[float, int]:
    if difference.size == 0:
        raise NotEstimableError(
            "A log-rank test needs events (of a weight above 0), and there are none."
        )
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


def _table(
    counts: SurvivalCounts, sets: RiskSets, observed: NDArray[Any], expected: Floats
) -> pd.DataFrame:
    shape = expected.shape
    subjects = np.zeros(shape, np.int64)
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
