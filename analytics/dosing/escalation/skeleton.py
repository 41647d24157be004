"""Skeletons: prior guesses of the toxicity probabilities, evenly placed for telling doses apart."""

from __future__ import annotations

from math import exp, log
from typing import Literal

from scipy.special import expit, logit

from analytics.checks import require
from analytics.dosing.escalation.outcomes import MOST_DOSES


def indifference_skeleton(
    *,
    target: float,
    half_width: float,
    prior_mtd: int,
    doses: int,
    curve: Literal["power", "logistic"] = "power",
    intercept: float = 3.0,
) -> tuple[float, ...]:
    """The skeleton with the same indifference interval between any two neighbouring doses.

    Between two neighbours the parameter at which the model is undecided makes the lower one
    target - half_width and the higher one target + half_width toxic.

    Parameters
    ----------
    target : float
        0 < target < 1.
    half_width : float
        0 < half_width < min(target, 1 - target).
    prior_mtd : int
        The dose guessed to have the target probability, from 1.
    doses : int
        1 to 30.
    curve : {"power", "logistic"}
        Of the model.
    intercept : float
        Of the logistic model; above logit(target + half_width).

    References
    ----------
    Lee and Cheung (2009), Clinical Trials 6:227-238.

    Examples
    --------
    >>> skeleton = indifference_skeleton(target=0.25, half_width=0.05, prior_mtd=3, doses=5)
    >>> [round(p, 3) for p in skeleton]
    [0.084, 0.157, 0.25, 0.355, 0.46]
    """
    require(0 < target < 1, "0 < target < 1", target=target)
    widest = min(target, 1 - target)
    rule = "0 < half_width < min(target, 1 - target)"
    require(0 < half_width < widest, rule, half_width=half_width)
    require(1 <= doses <= MOST_DOSES, f"1 <= doses <= {MOST_DOSES}", doses=doses)
    require(1 <= prior_mtd <= doses, f"1 <= prior_mtd <= {doses}", prior_mtd=prior_mtd)
    require(curve in ("power", "logistic"), "curve is power or logistic", curve=curve)
    low, high = target - half_width, target + half_width
    if curve == "power":
        ratio = log(high) / log(low)
        return tuple(exp(log(target) * ratio ** (k - prior_mtd)) for k in range(1, doses + 1))
    most = float(logit(high))
    require(intercept > most, "intercept > logit(target + half_width)", intercept=intercept)
    ratio = (intercept - most) / (intercept - float(logit(low)))
    at_target = float(logit(target)) - intercept
    return tuple(
        float(expit(intercept + at_target * ratio ** (k - prior_mtd))) for k in range(1, doses + 1)
    )
