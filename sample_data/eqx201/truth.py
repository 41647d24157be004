"""What is true in EQX-201: how effect and harm depend on the dose."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sample_data.hazards import Floats

DOSES = (0.0, 10.0, 30.0, 60.0, 100.0)
WEEKS = (2, 4, 8, 12)
DAYS = 84

PLACEBO_CHANGE, LARGEST_EFFECT, HALF_DOSE, STEEPNESS = -6.0, -17.0, 28.0, 1.6
_ONSET_WEEKS = 3.5


def true_mean_change(dose: ArrayLike, *, week: float = 12.0) -> Floats:
    """Mean change of the itch score from baseline, by a sigmoid Emax curve.

    Parameters
    ----------
    dose : array_like
        Milligrams once daily, 0 or more.
    week : float
        Weeks since first dose; the effect grows towards week 12.

    Returns
    -------
    array
        Points; negative is better.

    Examples
    --------
    >>> true_mean_change([0, 28, 100]).round(2).tolist()
    [-6.0, -14.5, -21.04]
    """
    power = np.asarray(dose, dtype=float) ** STEEPNESS
    full = PLACEBO_CHANGE + LARGEST_EFFECT * power / (HALF_DOSE**STEEPNESS + power)
    return np.asarray(full * np.expm1(-week / _ONSET_WEEKS) / np.expm1(-12.0 / _ONSET_WEEKS))


def queasiness_rate(dose: ArrayLike) -> Floats:
    """Daily hazard of morning queasiness while on treatment.

    Examples
    --------
    >>> queasiness_rate([0, 50]).round(5).tolist()
    [0.0012, 0.00445]
    """
    amount = np.asarray(dose, dtype=float)
    return np.asarray(0.0012 + 0.0065 * amount / (amount + 50.0))


def true_queasiness_risk(dose: ArrayLike, *, by_day: float = DAYS) -> Floats:
    """Chance of morning queasiness by a study day if treatment lasts that long.

    Examples
    --------
    >>> true_queasiness_risk([0, 100]).round(3).tolist()
    [0.096, 0.372]
    """
    return np.asarray(-np.expm1(-queasiness_rate(dose) * by_day))


def stopping_rate(dose: ArrayLike) -> Floats:
    """Daily hazard of stopping treatment for reasons other than an adverse event.

    Examples
    --------
    >>> stopping_rate([0, 100]).round(5).tolist()
    [0.0009, 0.0013]
    """
    return np.asarray(0.0009 + 0.000004 * np.asarray(dose, dtype=float))
