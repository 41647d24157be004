"""Gray's test: do arms have the same cumulative incidence of a cause?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import chdtrc

from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered, require_columns
from analytics.survival.competing.counts import CompetingCounts
from analytics.survival.competing.gray_moments import GrayMoments, gray_moments
from analytics.survival.risk_sets import risk_sets

Floats = NDArray[np.float64]


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GrayTest(Result):
    """Outcome of the test that all arms have the same cumulative incidence of a cause.

    Parameters
    ----------
    cause : str
        The event in question; the others compete with it.
    statistic : float
        Chi-square.
    degrees_of_freedom : int
        Arms with expected events, less one.
    p_value : float
        Two-sided for two arms.
    z : float or None
        Two arms only: signed root of the statistic; below 0 when the arm that is not the
        reference had fewer events of the cause than expected. None with more arms.
    table : DataFrame
        One row per arm: `arm`, `subjects`, `observed` events of the cause, `expected` of them under
        equal incidences, and the test's `score`: their difference, weighted when rho is not 0.
    variance : DataFrame
        Covariance of the scores, one column and one row per arm, in their order.
    rho : float
        Power of the weight.
    arms, strata : tuple of str
        Strata is ("",) for an unstratified test.
    """

    cause: str
    statistic: float
    degrees_of_freedom: int
    p_value: float
    z: float | None
    table: pd.DataFrame
    variance: pd.DataFrame
    rho: float
    arms: tuple[str, ...]
    strata: tuple[str, ...]
    endpoint: str

    def __post_init__(self) -> None:
        columns = ("arm", "subjects", "observed", "expected", "score")
        require_columns(self.table, columns, "the table of a Gray test")

    def to_frame(self) -> pd.DataFrame:
        """Observed and expected events by arm, and the test beside them."""
        return self.table.assign(
            cause=self.cause,
            statistic=self.statistic,
            degrees_of_freedom=self.degrees_of_freedom,
            p_value=self.p_value,
        )


def test_gray(
    counts: CompetingCounts,
    *,
    cause: str,
    rho: float = 0.0,  # noqa: PT028 - not a test of pytest's, see below
) -> GrayTest:
    """Gray's K-sample test, stratified when the counts carry several strata.

    Unlike the log-rank test of the cause with the others censored, which compares cause-specific
    hazards, it compares what `fit_aalen_johansen` shows. An arm that is never at risk when the
    cause happens has no part in the test.

    Parameters
    ----------
    counts : CompetingCounts
        Two or more arms.
    cause : str
        One of the causes.
    rho : float
        The weight of a time is (1 - F)^rho, with F the pooled incidence before it: 0 weighs all
        times alike, more than 0 gives more weight to early ones.

    Raises
    ------
    NotEstimableError
        With one arm, without events of the cause, or when arms cannot be compared because they are
        not at risk at the same times.

    References
    ----------
    Gray (1988), Annals of Statistics 16:1141-1154.

    Examples
    --------
    >>> counts = CompetingCounts.from_subjects(
    ...     [1, 3, 5, 7, 9, 11, 2, 4, 6, 8, 10, 12],
    ...     ["rash", "rash", "death", "rash", "", ""] + ["death", "", "rash", "death", "death", ""],
    ...     arms=["A"] * 6 + ["B"] * 6,
    ... )
    >>> test = test_gray(counts, cause="rash")
    >>> round(test.statistic, 4), test.degrees_of_freedom, round(test.p_value, 4)
    (1.1408, 1, 0.2855)
    """
    require(cause in counts.causes, f"cause in {counts.causes}", cause=cause)
    require(bool(np.isfinite(rho)), "rho is finite", rho=rho)
    if len(counts.arms) < 2:
        raise NotEstimableError("Gray's test compares arms, and there is only one arm.")
    moments = gray_moments(
        risk_sets(counts.for_cause(cause)), risk_sets(counts.any_cause()), rho=rho
    )
    statistic, freedom = _chi_square(moments, cause)
    return GrayTest(
        cause=cause,
        statistic=statistic,
        degrees_of_freedom=freedom,
        p_value=float(chdtrc(freedom, statistic)),
        z=_signed_root(statistic, moments.score),
        table=_table(counts, moments),
        variance=pd.DataFrame(moments.variance, columns=list(counts.arms)),
        rho=float(rho),
        arms=counts.arms,
        strata=counts.strata,
        endpoint=counts.endpoint,
    )


# pytest collects by name; this is the test of a hypothesis.
test_gray.__test__ = False  # type: ignore[attr-defined]


def _chi_square(moments: GrayMoments, cause: str) -> tuple[float, int]:
    part = moments.expected > 0
    if not part.any():
        raise NotEstimableError(f"Gray's test needs events of {cause!r}, and there are none.")
    score, variance = moments.score[part][1:], moments.variance[part][:, part][1:, 1:]
    freedom = score.size
    if freedom == 0 or np.linalg.matrix_rank(variance, hermitian=True) < freedom:
        raise NotEstimableError(
            f"No Gray test: some arms cannot be compared, because whenever {cause!r} happens only "
            "one of them is at risk, or everybody at risk has it at once."
        )
    return float(score @ np.linalg.solve(variance, score)), freedom


def _signed_root(statistic: float, score: Floats) -> float | None:
    return float(np.copysign(np.sqrt(statistic), score[1])) if score.size == 2 else None


def _table(counts: CompetingCounts, moments: GrayMoments) -> pd.DataFrame:
    subjects = counts.frame.groupby("arm", sort=False)["subjects"].sum()
    return pd.DataFrame(
        {
            "arm": np.array(counts.arms, dtype=object),
            "subjects": subjects.loc[list(counts.arms)].to_numpy(),
            "observed": moments.observed,
            "expected": moments.expected,
            "score": moments.score,
        }
    )
