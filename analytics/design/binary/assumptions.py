"""What a design with a binary endpoint assumes of its subjects, and the effect that it is after."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics.checks import NotEstimableError, require
from analytics.design.binary.restricted_rates import (
    SCALES,
    contrast,
    contrast_variance,
    restricted_rates,
)
from analytics.results import Result, registered

Floats = NDArray[np.float64]
VARIANCES = ("pooled", "unpooled")
_EDGE = 1e-9  # how near to 0 and 1 an uncertain rate may come


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class BinaryAssumptions(Result):
    """Response rates of two arms, the scale of the effect, and the null hypothesis on it.

    Parameters
    ----------
    treatment_rate, control_rate : float
        Share of subjects with the event, 0 < rate < 1.
    scale : {"difference", "risk ratio", "odds ratio"}
        Treatment against control: t - c, t / c, or t (1 - c) / (c (1 - t)).
    margin : float or None
        Effect under the null hypothesis: a difference between -1 and 1, or a ratio > 0. None for
        superiority: 0, or 1. A margin on the side of harm is for non-inferiority.
    higher_is_better : bool
        Whether the event is good, so that a higher rate favours treatment.
    allocation_ratio : float
        Subjects on treatment per subject on control, > 0.
    effect_std_err : float
        Standard deviation of a normal prior around the assumed effect: of the difference, or of
        the log of the ratio. The control rate stays; the treatment rate is kept between 0 and 1.
        0 when the effect is certain.

    Examples
    --------
    >>> assumed = BinaryAssumptions(treatment_rate=0.4, control_rate=0.25, scale="odds ratio")
    >>> round(assumed.effect, 4), assumed.null
    (2.0, 1.0)
    """

    treatment_rate: float
    control_rate: float
    scale: str = "difference"
    margin: float | None = None
    higher_is_better: bool = True
    allocation_ratio: float = 1.0
    effect_std_err: float = 0.0

    def __post_init__(self) -> None:
        for name in ("treatment_rate", "control_rate"):
            rate = getattr(self, name)
            require(0 < rate < 1, f"0 < {name} < 1", **{name: rate})
        require(self.scale in SCALES, f"scale in {SCALES}", scale=self.scale)
        if self.scale == "difference":
            require(-1 < self.null < 1, "-1 < margin < 1 for a difference", margin=self.margin)
        else:
            require(0 < self.null < np.inf, "margin > 0 for a ratio", margin=self.margin)
        positive = 0 < self.allocation_ratio < np.inf
        require(positive, "allocation_ratio > 0", allocation_ratio=self.allocation_ratio)
        uncertain = 0 <= self.effect_std_err < np.inf
        require(uncertain, "effect_std_err >= 0", effect_std_err=self.effect_std_err)

    @property
    def null(self) -> float:
        """Effect under the null hypothesis."""
        if self.margin is not None:
            return self.margin
        return 0.0 if self.scale == "difference" else 1.0

    @property
    def effect(self) -> float:
        """Assumed effect on the scale."""
        return float(self.effects(self.treatment_rate))

    @property
    def direction(self) -> float:
        """1 when a higher rate favours treatment, else -1."""
        return 1.0 if self.higher_is_better else -1.0

    @property
    def certain(self) -> bool:
        """Whether the effect carries no uncertainty."""
        return self.effect_std_err == 0

    def effects(self, treatment_rates: ArrayLike) -> Floats:
        """The effect for other treatment rates and the same control rate.

        Examples
        --------
        >>> BinaryAssumptions(treatment_rate=0.4, control_rate=0.25).effects([0.25, 0.5]).tolist()
        [0.0, 0.25]
        """
        t, c = np.asarray(treatment_rates, dtype=float), self.control_rate
        if self.scale == "difference":
            return np.asarray(t - c)
        return np.asarray(t / c if self.scale == "risk ratio" else t * (1 - c) / (c * (1 - t)))

    def treatment_rates(self, effects: ArrayLike) -> Floats:
        """The treatment rates that give effects, kept between 0 and 1."""
        effect, c = np.asarray(effects, dtype=float), self.control_rate
        if self.scale == "difference":
            rates = c + effect
        elif self.scale == "risk ratio":
            rates = c * effect
        else:
            rates = c * effect / (1 - c + c * effect)
        return np.asarray(np.clip(rates, _EDGE, 1 - _EDGE))

    def prior_effects(self, deviates: ArrayLike) -> Floats:
        """Effects that lie some standard deviations of the prior from the assumed one."""
        shift = self.effect_std_err * np.asarray(deviates, dtype=float)
        if self.scale == "difference":
            return np.asarray(self.effect + shift)
        return np.asarray(np.exp(log(self.effect) + shift))

    def benefit(self, treatment_rates: ArrayLike) -> Floats:
        """How far rates are from the null hypothesis, towards benefit, on the tested contrast."""
        away = contrast(treatment_rates, self.control_rate, scale=self.scale, null=self.null)
        return np.asarray(self.direction * away)

    def std_errs(self, treatment_rates: ArrayLike, variance: str) -> tuple[Floats, Floats]:
        """Standard errors of the contrast with one subject: as the test takes it, and true.

        Parameters
        ----------
        treatment_rates : array
        variance : {"pooled", "unpooled"}
            See `BinaryDesign`.

        Examples
        --------
        >>> assumed = BinaryAssumptions(treatment_rate=0.4, control_rate=0.25)
        >>> [round(float(one), 4) for one in assumed.std_errs(0.4, "pooled")]
        [0.9367, 0.9247]
        """
        require(variance in VARIANCES, f"variance in {VARIANCES}", variance=variance)
        rates = np.asarray(treatment_rates, dtype=float), np.asarray(self.control_rate)
        true = self._std_err(*rates)
        if variance == "unpooled":
            return true, true
        null_rates = restricted_rates(
            *rates, scale=self.scale, null=self.null, allocation_ratio=self.allocation_ratio
        )
        return self._std_err(*null_rates), true

    def _std_err(self, treatment_rate: Floats, control_rate: Floats) -> Floats:
        variance = contrast_variance(
            treatment_rate,
            control_rate,
            scale=self.scale,
            null=self.null,
            allocation_ratio=self.allocation_ratio,
        )
        return np.asarray(np.sqrt(variance))

    def require_benefit(self) -> None:
        """Raise `NotEstimableError` unless the assumed effect is on the good side of the null.

        Examples
        --------
        >>> BinaryAssumptions(treatment_rate=0.4, control_rate=0.25).require_benefit()
        """
        if float(self.benefit(self.treatment_rate)) > 0:
            return
        side, more, less = (
            ("above", "higher", "lower") if self.higher_is_better else ("below", "lower", "higher")
        )
        raise NotEstimableError(
            f"No number of subjects shows that {_article(self.scale)} {self.scale} of "
            f"{self.effect:.4g} is {side} {self.null:g}: assume a {more} treatment rate than "
            f"{float(self.treatment_rates(self.null)):.4g}, or a {less} margin."
        )

    def with_effect(self, effect: float) -> BinaryAssumptions:
        """The same with the treatment rate that gives this effect.

        Examples
        --------
        >>> BinaryAssumptions(treatment_rate=0.4, control_rate=0.25).with_effect(0).treatment_rate
        0.25
        """
        return replace(self, treatment_rate=float(self.treatment_rates(effect)))


def _article(scale: str) -> str:
    return "an" if scale == "odds ratio" else "a"
