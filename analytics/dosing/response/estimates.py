"""Mean responses by dose with their covariance: all that contrasts and curves are estimated from.

Any first model will do that estimates a response for each dose: an analysis of variance, a
logistic regression, a model with covariates (generalised MCP-Mod).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analytics.checks import NotEstimableError, require
from analytics.dosing.response.candidates import require_doses
from analytics.results import Result, registered

Floats = NDArray[np.float64]
_ASYMMETRY = 1e-8


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class DoseEstimates(Result):
    """Estimated responses, one per dose.

    Parameters
    ----------
    doses : tuple of float
        Rising from placebo, 0.
    estimates : tuple of float
        Response at each dose (not its difference from placebo), on a scale on which estimates are
        normal: a mean, a log odds.
    covariance : tuple of tuple of float
        Of the estimates; positive definite.
    df : float
        Degrees of freedom of the covariance; infinite when it counts as known.
    subjects : tuple of int, optional
        By dose, when the response is normal and the estimates are plain means; then curves are
        fitted by least squares, and their residual variance is estimated.

    References
    ----------
    Pinheiro, Bornkamp, Glimm and Bretz (2014), Statistics in Medicine 33:1646-1661.

    Examples
    --------
    >>> DoseEstimates(doses=(0, 1), estimates=(0.1, 0.5), covariance=((0.04, 0), (0, 0.04)))
    DoseEstimates(doses=(0, 1), estimates=(0.1, 0.5), covariance=((0.04, 0), (0, 0.04)), df=inf, \
subjects=None)
    """

    doses: tuple[float, ...]
    estimates: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    df: float = float("inf")
    subjects: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        require_doses(self.doses)
        shapes = len(self.estimates), np.shape(self.covariance)
        count = len(self.doses)
        rule = "there is one estimate per dose, and their covariance"
        require(shapes == (count, (count, count)), rule, doses=self.doses, shapes=shapes)
        finite = bool(np.isfinite(self.estimates).all())
        require(finite, "estimates are finite", estimates=self.estimates)
        require(self.df > 0, "df > 0", df=self.df)
        require_positive_definite(self.covariance)

    @classmethod
    def from_subjects(cls, doses: ArrayLike, responses: ArrayLike) -> DoseEstimates:
        """Means of a normal response with one variance (analysis of variance).

        Parameters
        ----------
        doses, responses : array
            One of each per subject.

        Raises
        ------
        NotEstimableError
            When no dose has two subjects, or responses do not vary within doses.

        Examples
        --------
        >>> found = DoseEstimates.from_subjects([0, 0, 1, 1], [1.0, 3.0, 2.0, 4.0])
        >>> found.estimates, found.covariance[0], found.df, found.subjects
        ((2.0, 3.0), (1.0, 0.0), 2, (2, 2))
        """
        dose, response = np.asarray(doses, dtype=float), np.asarray(responses, dtype=float)
        same = dose.ndim == 1 and dose.shape == response.shape
        require(same, "each subject has a dose and a response", shapes=(dose.shape, response.shape))
        known = bool(np.isfinite(dose).all() and np.isfinite(response).all())
        require(known, "doses and responses are finite")
        levels, place = np.unique(dose, return_inverse=True)
        require_doses(levels.tolist())
        count = np.bincount(place)
        means = np.bincount(place, weights=response) / count
        df = dose.size - levels.size
        within = float(((response - means[place]) ** 2).sum())
        if df < 1 or within <= 0:
            raise NotEstimableError("Responses do not vary within doses: no variance is estimable.")
        return cls(
            doses=tuple(levels.tolist()),
            estimates=tuple(means.tolist()),
            covariance=_diagonal(within / df / count),
            df=df,
            subjects=tuple(count.tolist()),
        )

    @classmethod
    def from_counts(cls, doses: ArrayLike, events: ArrayLike, subjects: ArrayLike) -> DoseEstimates:
        """Log odds of an event by dose: logistic regression on dose as a factor.

        Raises
        ------
        NotEstimableError
            When nobody or everybody at some dose had the event.

        Examples
        --------
        >>> found = DoseEstimates.from_counts([0, 10], events=[5, 10], subjects=[20, 20])
        >>> [round(one, 3) for one in found.estimates], round(found.covariance[0][0], 3)
        ([-1.099, 0.0], 0.267)
        """
        level = np.asarray(doses, dtype=float)
        event, total = np.asarray(events, dtype=float), np.asarray(subjects, dtype=float)
        same = level.shape == event.shape == total.shape and level.ndim == 1
        require(same, "each dose has events and subjects", events=events, subjects=subjects)
        sound = bool(((event >= 0) & (event <= total) & (total > 0)).all())
        require(sound, "0 <= events <= subjects", events=events, subjects=subjects)
        if ((event == 0) | (event == total)).any():
            raise NotEstimableError("Nobody or everybody at some dose had the event: no log odds.")
        return cls(
            doses=tuple(level.tolist()),
            estimates=tuple(np.log(event / (total - event)).tolist()),
            covariance=_diagonal(1 / event + 1 / (total - event)),
        )

    @property
    def residual_sum(self) -> float:
        """Sum of squares within doses, for plain means of a normal response."""
        require(self.subjects is not None, "estimates are plain means of subjects")
        counts = self.subjects or ()
        return self.covariance[0][0] * counts[0] * self.df

    def to_frame(self) -> pd.DataFrame:
        """One row per dose: `dose`, `estimate`, `std_err`, and `subjects` when known."""
        error = np.sqrt(np.diag(np.asarray(self.covariance, dtype=float)))
        columns = {"dose": self.doses, "estimate": self.estimates, "std_err": error}
        table = pd.DataFrame(columns)
        return table if self.subjects is None else table.assign(subjects=self.subjects)


def require_positive_definite(covariance: ArrayLike) -> None:
    """Raise `InputError` unless a matrix can be a covariance of full rank.

    Examples
    --------
    >>> require_positive_definite([[1, 0.5], [0.5, 1]])
    """
    matrix = np.asarray(covariance, dtype=float)
    rule = "the covariance is symmetric and positive definite"
    require(bool(np.isfinite(matrix).all()), rule, covariance=covariance)
    largest = float(np.abs(matrix).max())
    symmetric = bool(np.abs(matrix - matrix.T).max() <= _ASYMMETRY * largest)
    require(symmetric, rule, covariance=covariance)
    # Judged as correlations: doses may be estimated with very different precision.
    spread = np.sqrt(np.maximum(np.diag(matrix), 0.0))
    positive = bool((spread > 0).all())
    require(positive, rule, covariance=covariance)
    roots = np.linalg.eigvalsh(matrix / np.outer(spread, spread))
    require(float(roots.min()) > 1e-10, rule, eigenvalues=roots.tolist())


def _diagonal(variances: Floats) -> tuple[tuple[float, ...], ...]:
    return tuple(map(tuple, np.diag(variances).tolist()))
