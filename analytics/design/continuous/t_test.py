"""Power of t tests by the noncentral t distribution, as a normal deviate that keeps its tails."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import nctdtr, ndtri, stdtrit

Floats = NDArray[np.float64]
_RESOLVED = (-7.0, 17.0)  # deviates for which the distribution function is known to its digits
_MANY = 1e7


def t_power_deviate(noncentrality: ArrayLike, df: ArrayLike, alpha: float) -> Floats:
    """z of the power: the t test of one side at `alpha` has the power Phi(z).

    Parameters
    ----------
    noncentrality : array
        Mean of the statistic if the standard deviation were known; above 0 towards benefit.
    df : array
        Degrees of freedom, > 0.
    alpha : float
        Type I error of the one side.

    Notes
    -----
    Beyond what the distribution function resolves, and for more than 1e7 degrees of freedom, it is
    Phi^-1 of a normal approximation.

    References
    ----------
    Johnson and Welch (1940), Biometrika 31:362-389.

    Examples
    --------
    >>> t_power_deviate([0.0, 3.0], 100, 0.025).round(4).tolist()
    [-1.96, 1.0111]
    """
    shift, freedom = np.broadcast_arrays(
        np.asarray(noncentrality, dtype=float), np.asarray(df, dtype=float)
    )
    critical = -stdtrit(freedom, alpha)
    with np.errstate(all="ignore"):
        missed, shown = nctdtr(freedom, shift, critical), nctdtr(freedom, -shift, -critical)
        deviate = np.where(missed < 0.5, -ndtri(missed), ndtri(shown))
    spread = np.sqrt(1 + critical**2 / (2 * freedom))
    normal = (shift - critical * (1 - 1 / (4 * freedom))) / spread
    low, high = _RESOLVED
    beyond = np.where(normal < 0, np.minimum(normal, low), np.maximum(normal, high))
    resolved = (deviate > low) & (deviate < high) & (normal < high)
    return np.asarray(np.where(freedom < _MANY, np.where(resolved, deviate, beyond), normal))
