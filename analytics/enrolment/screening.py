"""The share of screened patients who are not randomised, with its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from analytics.checks import require
from analytics.enrolment.sites import Sites
from analytics.results import Result, registered

Floats = NDArray[np.float64]


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenFailure(Result):
    """Beta distribution of the share of screened patients who fail, one for all sites.

    Parameters
    ----------
    failed, passed : float
        The parameters of the distribution, > 0: patients who failed and who did not, with those
        of the prior.

    Examples
    --------
    >>> ScreenFailure(failed=21, passed=81).mean.__round__(3)
    0.206
    """

    failed: float
    passed: float

    def __post_init__(self) -> None:
        require(0 < self.failed < np.inf, "failed > 0", failed=self.failed)
        require(0 < self.passed < np.inf, "passed > 0", passed=self.passed)

    @property
    def mean(self) -> float:
        """Expected share of failures."""
        return self.failed / (self.failed + self.passed)

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Equal tails of the posterior.

        Examples
        --------
        >>> [round(one, 3) for one in ScreenFailure(failed=21, passed=81).interval()]
        [0.134, 0.289]
        """
        require(0 < level < 1, "0 < level < 1", level=level)
        tail = (1 - level) / 2
        low, high = beta.ppf([tail, 1 - tail], self.failed, self.passed)
        return float(low), float(high)

    def nodes(self, count: int = 5) -> tuple[Floats, Floats]:
        """Shares and weights that reproduce the first 2 `count` - 1 moments (Gauss-Jacobi).

        References
        ----------
        Golub and Welsch (1969), Mathematics of Computation 23:221-230.

        Examples
        --------
        >>> shares, weights = ScreenFailure(failed=1, passed=1).nodes()
        >>> round(float(weights @ shares**2), 9)
        0.333333333
        """
        a, b = self.passed - 1, self.failed - 1
        k = np.arange(1, count)
        twice = 2 * k + a + b
        middle = np.concatenate(
            [[(b - a) / (a + b + 2)], (b - a) * (b + a) / (twice * (twice + 2))]
        )
        beside = 4 * k * (k + a) * (k + b) * (k + a + b)
        # for k = 1 the factor k + a + b is in the denominator too, and both may be 0
        below = twice**2 * (twice + 1) * (twice - 1)
        beside[0], below[0] = 4 * (1 + a) * (1 + b), (2 + a + b) ** 2 * (3 + a + b)
        off = np.sqrt(beside / below)
        places, vectors = np.linalg.eigh(np.diag(middle) + np.diag(off, 1) + np.diag(off, -1))
        weights = vectors[0] ** 2
        return (places + 1) / 2, weights / weights.sum()


def fit_screen_failure(
    sites: Sites, *, prior_failed: float = 1.0, prior_passed: float = 1.0
) -> ScreenFailure:
    """Posterior of the share of failures from the patients whose screening has ended.

    Parameters
    ----------
    sites : Sites
    prior_failed, prior_passed : float
        Beta prior; 1 and 1 are uniform.

    Examples
    --------
    >>> sites = Sites.of({"site": ["A"], "activated_month": [0], "screened": [25],
    ...                   "failed": [5], "randomised": [18]}, now=6)
    >>> fit_screen_failure(sites)
    ScreenFailure(failed=6.0, passed=19.0)
    """
    failed = float(sites.column("failed").sum())
    return ScreenFailure(failed=prior_failed + failed, passed=prior_passed + sites.randomised)
