"""Optimal contrasts, and the test of a dose-response signal by the largest of them (MCP)."""

# ruff: noqa: PT028  (a test of a hypothesis may have defaults)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, stdtr

from analytics.checks import require
from analytics.dosing.response.candidates import Candidates
from analytics.dosing.response.estimates import DoseEstimates, require_positive_definite
from analytics.dosing.response.largest_contrast import LargestContrast
from analytics.results import Result, registered, require_columns

Floats = NDArray[np.float64]
TEST_COLUMNS = (
    "shape",
    "estimate",
    "std_err",
    "statistic",
    "p_value",
    "adjusted_p_value",
    "adjusted_p_value_error",
)


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OptimalContrasts(Result):
    """For each candidate the contrast of doses that is most likely to show it.

    Parameters
    ----------
    candidates : Candidates
    coefficients : array, shapes x doses
        Each row sums to 0, has length 1, and is above 0 where the response benefits.
    covariance : array
        Of the estimates that they are optimal for, up to a factor.
    """

    candidates: Candidates
    coefficients: np.ndarray
    covariance: np.ndarray

    @property
    def correlation(self) -> Floats:
        """Of the contrasts' estimates."""
        between = self.coefficients @ self.covariance @ self.coefficients.T
        spread = np.sqrt(np.diag(between))
        return np.asarray(between / np.outer(spread, spread))

    def noncentralities(self, means: ArrayLike) -> Floats:
        """Mean of each contrast over its standard error, if the covariance has no factor."""
        error = np.sqrt(
            np.einsum("id,de,ie->i", self.coefficients, self.covariance, self.coefficients)
        )
        return np.asarray(self.coefficients @ np.asarray(means, dtype=float) / error)

    def to_frame(self) -> pd.DataFrame:
        """One row per shape: its name, and the coefficient of each dose."""
        doses = [f"dose {dose:g}" for dose in self.candidates.doses]
        table = pd.DataFrame(self.coefficients, columns=doses)
        table.insert(0, "shape", self.candidates.names)
        return table


def optimal_contrasts(
    candidates: Candidates,
    *,
    covariance: ArrayLike | None = None,
    subjects: Sequence[float] | None = None,
) -> OptimalContrasts:
    """The contrasts with the largest noncentrality under each candidate.

    Parameters
    ----------
    candidates : Candidates
    covariance : array, optional
        Of the estimates by dose, up to a factor; positive definite.
    subjects : sequence, optional
        By dose, instead of a covariance: independent means with one variance. Equal when neither
        is given.

    References
    ----------
    Bornkamp (2006), and Pinheiro, Bornkamp, Glimm and Bretz (2014), Statistics in Medicine
    33:1646-1661, section 3.

    Examples
    --------
    >>> from analytics.dosing.response import Shape
    >>> candidates = Candidates(doses=(0, 1, 2), shapes=(Shape.of("linear"),))
    >>> optimal_contrasts(candidates).coefficients.round(4).tolist()
    [[-0.7071, 0.0, 0.7071]]
    """
    count = len(candidates.doses)
    if covariance is None:
        share = np.ones(count) if subjects is None else np.asarray(subjects, dtype=float)
        sound = share.shape == (count,) and bool((share > 0).all() and np.isfinite(share).all())
        require(sound, "there are subjects at each dose", subjects=subjects)
        covariance = np.diag(1 / share)
    else:
        require(subjects is None, "covariance or subjects, not both")
    matrix = np.asarray(covariance, dtype=float)
    require(matrix.shape == (count, count), "one row per dose", shape=matrix.shape)
    require_positive_definite(matrix)
    shown = candidates.sign * candidates.standardised()
    weighted = np.linalg.solve(matrix, np.vstack([shown, np.ones(count)]).T).T
    mean = (weighted[:-1].sum(axis=1) / weighted[-1].sum())[:, None]
    raw = weighted[:-1] - mean * weighted[-1]
    coefficients = raw / np.linalg.norm(raw, axis=1, keepdims=True)
    return OptimalContrasts(candidates=candidates, coefficients=coefficients, covariance=matrix)


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ContrastTest(Result):
    """Whether the response depends on the dose, by the largest of several contrasts.

    Parameters
    ----------
    estimates : DoseEstimates
    contrasts : OptimalContrasts
    table : pandas.DataFrame
        Columns `TEST_COLUMNS`, one row per shape. Estimates above 0 are beneficial;
        `adjusted_p_value` is one-sided, adjusted for all shapes.
    critical_value, critical_value_error : float
        A larger statistic shows a signal at `alpha`, one-sided.
    alpha : float
    """

    estimates: DoseEstimates
    contrasts: OptimalContrasts
    table: pd.DataFrame
    critical_value: float
    critical_value_error: float
    alpha: float

    def __post_init__(self) -> None:
        require_columns(self.table, TEST_COLUMNS, "one row per shape")

    @property
    def p_value(self) -> float:
        """Of the test of any dose-response signal: the smallest adjusted one."""
        return float(self.table["adjusted_p_value"].min())

    @property
    def significant(self) -> tuple[bool, ...]:
        """By shape, whether its statistic is above the critical value."""
        return tuple((self.table["statistic"] > self.critical_value).tolist())

    def to_frame(self) -> pd.DataFrame:
        """The table of statistics, with the critical value beside them."""
        return self.table.assign(critical_value=self.critical_value)


def test_contrasts(
    estimates: DoseEstimates, candidates: Candidates, *, alpha: float = 0.025
) -> ContrastTest:
    """Test the response to dose by contrasts that are optimal for the candidates.

    Type I error is held over all candidates (family-wise, strong for the candidates' contrasts).
    With finite degrees of freedom statistics are jointly t, else jointly normal.

    Parameters
    ----------
    estimates : DoseEstimates
    candidates : Candidates
        On the same doses.
    alpha : float
        One-sided.

    References
    ----------
    Bretz, Pinheiro and Branson (2005), Biometrics 61:738-748; Pinheiro et al. (2014), Statistics
    in Medicine 33:1646-1661.

    Examples
    --------
    >>> from analytics.dosing.response import Shape
    >>> estimates = DoseEstimates.from_counts([0, 1, 2], events=[5, 9, 14], subjects=[40] * 3)
    >>> candidates = Candidates(doses=(0, 1, 2), shapes=(Shape.of("linear"),
    ...     Shape.of("emax", ed50=0.5)))
    >>> test = test_contrasts(estimates, candidates)
    >>> test.table["statistic"].round(3).tolist(), round(test.p_value, 4)
    ([2.314, 2.16], 0.0147)
    """
    same = candidates.doses == estimates.doses
    rule = "candidates and estimates have the same doses"
    require(same, rule, candidates=candidates.doses, estimates=estimates.doses)
    contrasts = optimal_contrasts(candidates, covariance=estimates.covariance)
    coefficients, covariance = contrasts.coefficients, contrasts.covariance
    value = coefficients @ np.asarray(estimates.estimates, dtype=float)
    error = np.sqrt(np.einsum("id,de,ie->i", coefficients, covariance, coefficients))
    statistic = value / error
    largest = LargestContrast.of(contrasts.correlation, estimates.df)
    adjusted = np.array([largest.tail(float(one)) for one in statistic])
    known = np.isinf(estimates.df)
    alone = ndtr(-statistic) if known else stdtr(estimates.df, -statistic)
    cells = (candidates.names, value, error, statistic, alone, adjusted[:, 0], adjusted[:, 1])
    critical, critical_error = largest.critical_value(alpha)
    return ContrastTest(
        estimates=estimates,
        contrasts=contrasts,
        table=pd.DataFrame(dict(zip(TEST_COLUMNS, cells, strict=True))),
        critical_value=critical,
        critical_value_error=critical_error,
        alpha=alpha,
    )


# pytest collects by name; this is the test of a hypothesis.
test_contrasts.__test__ = False  # type: ignore[attr-defined]
