"""Pointwise confidence limits for a survival probability."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from analytics.checks import require

Floats = NDArray[np.float64]
Limits = tuple[Floats, Floats]


def survival_limits(
    survival: Floats, relative_variance: Floats, *, interval: str, confidence_level: float
) -> Limits:
    """Lower and upper limit at each time, as in R's `survfit`.

    Parameters
    ----------
    survival : array
        S(t).
    relative_variance : array
        Greenwood's sum of d / (n (n - d)): the variance of S(t) over S(t) squared.
    interval : {"log-log", "log", "plain", "arcsin", "logit"}
        Scale on which the interval is symmetric. "log-log" (the default of SAS) stays within
        0 and 1; "log" (the default of R) and "plain" are cut off there.
    confidence_level : float
        Coverage of the two-sided interval, between 0 and 1.

    Returns
    -------
    lower, upper : array
        NaN, not estimable, where S(t) = 0; on the log-log, arcsin and logit scales also where
        S(t) = 1, because nothing has happened yet from which to learn a width.

    References
    ----------
    Kalbfleisch and Prentice (2002), The Statistical Analysis of Failure Time Data, section 1.4;
    Borgan and Liestøl (1990), Scandinavian Journal of Statistics 17:35-41.

    Examples
    --------
    >>> lower, upper = survival_limits(
    ...     np.array([0.75]), np.array([1 / 12]), interval="log-log", confidence_level=0.95
    ... )
    >>> round(float(lower[0]), 4), round(float(upper[0]), 4)
    (0.1279, 0.9605)
    """
    require(interval in _SCALES, f"interval in {tuple(_SCALES)}", interval=interval)
    require(0 < confidence_level < 1, "0 < confidence_level < 1", confidence_level=confidence_level)
    lower, upper = np.full_like(survival, np.nan), np.full_like(survival, np.nan)
    low = survival > 0.0
    inside = low & (survival < 1.0)
    if interval in ("log", "plain"):
        lower[low], upper[low] = 1.0, 1.0  # where S = 1; the rest is overwritten
    reach = float(ndtri(0.5 + confidence_level / 2)) * np.sqrt(relative_variance[inside])
    lower[inside], upper[inside] = _SCALES[interval](survival[inside], reach)
    return lower, upper


def _log_log(survival: Floats, reach: Floats) -> Limits:
    shift = np.exp(reach / -np.log(survival))
    return survival**shift, survival ** (1 / shift)


def _log(survival: Floats, reach: Floats) -> Limits:
    return survival * np.exp(-reach), np.minimum(survival * np.exp(reach), 1.0)


def _plain(survival: Floats, reach: Floats) -> Limits:
    half = survival * reach
    return np.maximum(survival - half, 0.0), np.minimum(survival + half, 1.0)


def _arcsin(survival: Floats, reach: Floats) -> Limits:
    angle = np.arcsin(np.sqrt(survival))
    half = 0.5 * reach * np.sqrt(survival / (1 - survival))
    lower, upper = np.maximum(angle - half, 0.0), np.minimum(angle + half, np.pi / 2)
    return np.sin(lower) ** 2, np.sin(upper) ** 2


def _logit(survival: Floats, reach: Floats) -> Limits:
    odds, half = survival / (1 - survival), reach / (1 - survival)
    low, high = odds * np.exp(-half), odds * np.exp(half)
    return low / (1 + low), 1 - 1 / (1 + high)


_SCALES: dict[str, Callable[[Floats, Floats], Limits]] = {
    "log-log": _log_log,
    "log": _log,
    "plain": _plain,
    "arcsin": _arcsin,
    "logit": _logit,
}
