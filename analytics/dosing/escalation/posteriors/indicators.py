"""Integrals up to a limit from the values at evenly spaced points."""

from __future__ import annotations

import numpy as np
from scipy.special import sici

from analytics.dosing.escalation.counts import Floats


def below(limit: Floats, points: Floats, step: float) -> Floats:
    """What each of evenly spaced points counts in an integral from below up to a limit.

    For a smooth integrand that vanishes at both ends, the sum of its values times these weights
    and the step has an error that falls exponentially with 1 / step; adding up the points below
    the limit would have one of the order of the step. Infinite limits give 0 and 1.

    References
    ----------
    Stenger (1993), Numerical methods based on sinc and analytic functions, section 3.6.

    Examples
    --------
    >>> points = np.arange(-10, 10, 0.5)
    >>> density = np.exp(-(points**2) / 2) / np.sqrt(2 * np.pi)
    >>> round(float(0.5 * density @ below(1.96, points, 0.5)), 4)
    0.975
    """
    with np.errstate(invalid="ignore"):
        return np.asarray(0.5 + sici(np.pi * (limit - points) / step)[0] / np.pi)
