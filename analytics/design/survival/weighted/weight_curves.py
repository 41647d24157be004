"""Weights of the log-rank family as functions of the pooled survival that a design expects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.checks import require
from analytics.results import Result, registered
from analytics.survival.logrank_weights import Weight

Floats = NDArray[np.float64]

_NOTHING = 1e-100  # of all events: so few that a power of it below 0 is still a number


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class ModestWeight(Result):
    """The modestly weighted log-rank test: 1 / max(S(t), S(delay)), at most `most`.

    S is the pooled Kaplan-Meier estimate just before t. Early events count less than late ones,
    but never less than half as much when `most` is 2. Unlike FH(0, gamma) it keeps the type I
    error also when survival on treatment is lower at all times.

    Parameters
    ----------
    delay : float
        Time since randomisation after which the weight no longer grows, > 0.
    most : float
        Largest weight, >= 1; infinite when only the delay limits it.

    References
    ----------
    Magirr and Burman (2019), Statistics in Medicine 38:3782-3790; Magirr (2021), Pharmaceutical
    Statistics 20:512-527.

    Examples
    --------
    >>> ModestWeight(delay=6, most=2).name
    'modest(6, 2)'
    """

    delay: float
    most: float = 2.0

    def __post_init__(self) -> None:
        require(0 < self.delay < np.inf, "delay > 0", delay=self.delay)
        require(self.most >= 1, "most >= 1", most=self.most)

    @property
    def name(self) -> str:
        """For tables and footnotes."""
        return f"modest({self.delay:g}, {self.most:g})"


LogRankWeight = Weight | ModestWeight


@dataclass(frozen=True, slots=True)
class WeightCurve:
    """A weight by time since randomisation, and how it moves with the curve it is taken from.

    Parameters
    ----------
    value : array
        The weight.
    slope : array
        Its derivative by the logarithm of the survival that it is taken from.
    frozen_at : float
        Time after which it no longer follows the curve.
    """

    value: Floats
    slope: Floats
    frozen_at: float


def weight_curve(weight: LogRankWeight, cumulative_hazard: Floats, at_delay: float) -> WeightCurve:
    """The weight at times at which the pooled cumulative hazard is known.

    Parameters
    ----------
    weight : Weight or ModestWeight
        Of the kinds of `Weight`, "fleming-harrington" only: the others weigh by the number at
        risk, or differ from FH(1, 0) by less than a design can see.
    cumulative_hazard : array
        Pooled, -log S.
    at_delay : float
        That at the delay of a `ModestWeight`; of no use otherwise.

    Examples
    --------
    >>> from analytics.survival.logrank_weights import fleming_harrington
    >>> weight_curve(fleming_harrington(0, 1), np.log([1, 2, 4]), 0.0).value.tolist()
    [0.0, 0.5, 0.75]
    >>> weight_curve(ModestWeight(delay=6), np.log([1, 2, 4]), np.log(1.6)).value.round(3).tolist()
    [1.0, 1.6, 1.6]
    """
    if isinstance(weight, ModestWeight):
        value = np.exp(np.minimum(cumulative_hazard, at_delay))
        capped = value >= weight.most
        slope = np.where(capped, 0.0, -value)
        return WeightCurve(np.minimum(value, weight.most), slope, weight.delay)
    kind = weight.kind
    require(kind == "fleming-harrington", "a design weighs by Fleming-Harrington", kind=kind)
    survival, happened = np.exp(-cumulative_hazard), -np.expm1(-cumulative_hazard)
    rho, gamma = weight.rho, weight.gamma
    value = survival**rho * happened**gamma
    if gamma == 0:
        return WeightCurve(value, rho * value, np.inf)
    started = np.maximum(happened, _NOTHING)
    late = survival ** (rho + 1) * started ** (gamma - 1)
    return WeightCurve(value, rho * value - gamma * late, np.inf)
