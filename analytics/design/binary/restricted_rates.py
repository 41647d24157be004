"""Response rates of two arms under a null hypothesis, and the variance of what is tested.

Restricted rates are those that the data of both arms make most likely when the effect is that of
the null hypothesis. For a design they are taken at the rates that are assumed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics.checks import require

Floats = NDArray[np.float64]
SCALES = ("difference", "risk ratio", "odds ratio")
_ROUNDING = 1e-12


def restricted_rates(
    treatment_rate: ArrayLike,
    control_rate: ArrayLike,
    *,
    scale: str,
    null: float,
    allocation_ratio: float = 1.0,
) -> tuple[Floats, Floats]:
    """Maximum-likelihood rates of treatment and control under a null effect, in closed form.

    Parameters
    ----------
    treatment_rate, control_rate : array
        0 < rate < 1.
    scale : {"difference", "risk ratio", "odds ratio"}
        Treatment against control.
    null : float
        Effect under the null hypothesis: between -1 and 1, or a ratio > 0.
    allocation_ratio : float
        Subjects on treatment per subject on control.

    References
    ----------
    Farrington and Manning (1990), Statistics in Medicine 9:1447-1454; Miettinen and Nurminen
    (1985), Statistics in Medicine 4:213-226.

    Examples
    --------
    >>> treatment, control = restricted_rates(0.7, 0.7, scale="difference", null=-0.1)
    >>> round(float(treatment), 4), round(float(control), 4)
    (0.6453, 0.7453)
    """
    require(scale in SCALES, f"scale in {SCALES}", scale=scale)
    t, c = (np.asarray(rate, dtype=float) for rate in (treatment_rate, control_rate))
    if scale == "difference":
        return _by_difference(t, c, null, allocation_ratio)
    share = allocation_ratio / (1 + allocation_ratio)
    if scale == "risk ratio":
        return _by_risk_ratio(t, c, null, share)
    return _by_odds_ratio(t, c, null, share)


def contrast(t: ArrayLike, c: ArrayLike, *, scale: str, null: float) -> Floats:
    """What is tested against 0: t - c - null, t - null c, or the log odds ratio less its null.

    Examples
    --------
    >>> round(float(contrast(0.5, 0.4, scale="risk ratio", null=0.8)), 9)
    0.18
    """
    treatment, control = np.asarray(t, dtype=float), np.asarray(c, dtype=float)
    if scale == "difference":
        return np.asarray(treatment - control - null)
    if scale == "risk ratio":
        return np.asarray(treatment - null * control)
    return np.asarray(_logit(treatment) - _logit(control) - np.log(null))


def contrast_variance(
    t: ArrayLike, c: ArrayLike, *, scale: str, null: float, allocation_ratio: float
) -> Floats:
    """Variance of the contrast for one subject in all; that for n subjects is 1 / n of it.

    Examples
    --------
    >>> float(contrast_variance(0.5, 0.5, scale="difference", null=0.0, allocation_ratio=1.0))
    1.0
    """
    treatment, control = (np.asarray(rate, dtype=float) for rate in (t, c))
    by_treatment, by_control = treatment * (1 - treatment), control * (1 - control)
    share = allocation_ratio / (1 + allocation_ratio)
    if scale == "odds ratio":
        return np.asarray(1 / (share * by_treatment) + 1 / ((1 - share) * by_control))
    factor = null if scale == "risk ratio" else 1.0
    return np.asarray(by_treatment / share + factor**2 * by_control / (1 - share))


def _by_difference(t: Floats, c: Floats, null: float, ratio: float) -> tuple[Floats, Floats]:
    """The root of a cubic, by trigonometry."""
    theta = 1 / ratio
    a = 1 + theta
    b = -(1 + theta + t + theta * c + null * (theta + 2))
    middle = null**2 + null * (2 * t + theta + 1) + t + theta * c
    d = -t * null * (1 + null)
    v = (b / (3 * a)) ** 3 - b * middle / (6 * a**2) + d / (2 * a)
    u = np.where(v < 0, -1.0, 1.0) * np.sqrt(np.maximum((b / (3 * a)) ** 2 - middle / (3 * a), 0.0))
    cube = np.where(u == 0, 1.0, u**3)
    angle = (np.pi + np.arccos(np.clip(np.where(u == 0, 0.0, v / cube), -1, 1))) / 3
    treatment = 2 * u * np.cos(angle) - b / (3 * a)
    low, high = max(0.0, null), min(1.0, 1.0 + null)
    treatment = np.clip(treatment, low + _ROUNDING, high - _ROUNDING)
    return treatment, treatment - null


def _by_risk_ratio(t: Floats, c: Floats, null: float, share: float) -> tuple[Floats, Floats]:
    others = 1 - share
    total = share * t + others * c
    b = null * (share + others * c) + others + share * t
    control = 2 * total / (b + np.sqrt(np.maximum(b**2 - 4 * null * total, 0.0)))
    return null * control, control


def _by_odds_ratio(t: Floats, c: Floats, null: float, share: float) -> tuple[Floats, Floats]:
    others = 1 - share
    total = share * t + others * c
    a = others * (null - 1)
    b = share * null + others - total * (null - 1)
    control = 2 * total / (b + np.sqrt(b**2 + 4 * a * total))
    return null * control / (1 + control * (null - 1)), control


def _logit(rate: Floats) -> Floats:
    return np.asarray(np.log(rate) - np.log1p(-rate))
