"""What a design with a continuous endpoint assumes, and the effect that it is after."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered

Floats = NDArray[np.float64]
SCALES = ("difference", "ratio")
_LEAST_FREEDOM = 0.05


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class ContinuousAssumptions(Result):
    """Means and standard deviations, the scale of the effect, and the null hypothesis on it.

    Parameters
    ----------
    treatment_mean : float
    control_mean : float or None
        None for a trial with one arm, whose mean is held against the margin.
    sd : float
        Standard deviation of a subject, > 0: of control, and of treatment as well unless it has
        its own.
    treatment_sd : float or None
    scale : {"difference", "ratio"}
        Treatment - control, or treatment / control for a control mean > 0.
    margin : float or None
        Effect under the null hypothesis; None for superiority: 0, or 1. A margin on the side of
        harm is for non-inferiority.
    higher_is_better : bool
        Whether a higher mean favours treatment.
    allocation_ratio : float
        Subjects on treatment per subject on control, > 0; of no use with one arm.
    effect_std_err : float
        Standard deviation of a normal prior around the assumed effect, on its scale; 0 when it is
        certain.

    Examples
    --------
    >>> assumed = ContinuousAssumptions(treatment_mean=7.5, control_mean=6, sd=5)
    >>> assumed.effect, assumed.null, assumed.arms
    (1.5, 0.0, 2)
    """

    treatment_mean: float
    sd: float
    control_mean: float | None = 0.0
    treatment_sd: float | None = None
    scale: str = "difference"
    margin: float | None = None
    higher_is_better: bool = True
    allocation_ratio: float = 1.0
    effect_std_err: float = 0.0

    def __post_init__(self) -> None:
        for name in ("treatment_mean", "control_mean", "margin"):
            value = getattr(self, name)
            require(value is None or np.isfinite(value), f"{name} is finite", **{name: value})
        for name in ("sd", "treatment_sd"):
            value = getattr(self, name)
            require(value is None or 0 < value < np.inf, f"{name} > 0", **{name: value})
        require(self.scale in SCALES, f"scale in {SCALES}", scale=self.scale)
        positive = 0 < self.allocation_ratio < np.inf
        require(positive, "allocation_ratio > 0", allocation_ratio=self.allocation_ratio)
        uncertain = 0 <= self.effect_std_err < np.inf
        require(uncertain, "effect_std_err >= 0", effect_std_err=self.effect_std_err)
        self._require_sound_scale()

    def _require_sound_scale(self) -> None:
        one_sd = self.control_mean is not None or self.treatment_sd is None
        require(one_sd, "with one arm, sd is that of treatment", treatment_sd=self.treatment_sd)
        if self.scale == "ratio":
            above = self.control_mean is not None and self.control_mean > 0
            require(above, "control_mean > 0 for a ratio", control_mean=self.control_mean)
            require(self.null > 0, "margin > 0 for a ratio", margin=self.margin)

    @property
    def arms(self) -> int:
        """1 or 2."""
        return 1 if self.control_mean is None else 2

    @property
    def null(self) -> float:
        """Effect under the null hypothesis."""
        if self.margin is not None:
            return float(self.margin)
        return 0.0 if self.scale == "difference" else 1.0

    @property
    def effect(self) -> float:
        """Assumed effect on the scale; with one arm its mean."""
        if self.scale == "ratio":
            return self.treatment_mean / self.unit
        return self.treatment_mean - (self.control_mean or 0.0)

    @property
    def unit(self) -> float:
        """What an effect of 1 is in units of the endpoint: 1, or the control mean for a ratio."""
        return float(self.control_mean or 1.0) if self.scale == "ratio" else 1.0

    @property
    def direction(self) -> float:
        """1 when a higher mean favours treatment, else -1."""
        return 1.0 if self.higher_is_better else -1.0

    @property
    def certain(self) -> bool:
        """Whether the effect carries no uncertainty."""
        return self.effect_std_err == 0

    @property
    def equal_sd(self) -> bool:
        """Whether subjects vary alike in all arms."""
        return self.treatment_sd is None or self.treatment_sd == self.sd

    @property
    def shares(self) -> tuple[float, ...]:
        """Shares of the subjects by arm, treatment first."""
        if self.arms == 1:
            return (1.0,)
        ratio = self.allocation_ratio
        return ratio / (1 + ratio), 1 / (1 + ratio)

    @property
    def variances(self) -> tuple[float, ...]:
        """Variance of the tested contrast for one subject in all, by arm, treatment first.

        The contrast is treatment - control, or treatment - margin x control for a ratio; that of n
        subjects has 1 / n of the sum.
        """
        own = self.sd if self.treatment_sd is None else self.treatment_sd
        if self.arms == 1:
            return (own**2,)
        factor = self.null if self.scale == "ratio" else 1.0
        by_treatment, by_control = self.shares
        return own**2 / by_treatment, (factor * self.sd) ** 2 / by_control

    def benefit(self, effects: ArrayLike) -> Floats:
        """How far effects are from the null hypothesis, towards benefit, in units of the endpoint.

        Examples
        --------
        >>> ContinuousAssumptions(treatment_mean=1, sd=5, margin=-1.5).benefit([0, 1]).tolist()
        [1.5, 2.5]
        """
        away = np.asarray(effects, dtype=float) - self.null
        return np.asarray(self.direction * self.unit * away)

    def degrees_of_freedom(self, subjects: ArrayLike) -> Floats:
        """Of the t test, by Satterthwaite's formula for unequal standard deviations; >= 0.05.

        Examples
        --------
        >>> assumed = ContinuousAssumptions(treatment_mean=1, sd=5, treatment_sd=8)
        >>> assumed.degrees_of_freedom([60]).round(2).tolist()
        [48.66]
        """
        n = np.asarray(subjects, dtype=float)
        if self.equal_sd:
            return np.asarray(np.maximum(n - self.arms, _LEAST_FREEDOM))
        each = np.array(self.variances)
        by_arm = (np.maximum(n * share - 1, _LEAST_FREEDOM / 2) for share in self.shares)
        parts = [one**2 / freedom for one, freedom in zip(each, by_arm, strict=True)]
        return np.asarray(each.sum() ** 2 / sum(parts))

    def require_benefit(self) -> None:
        """Raise `NotEstimableError` unless the assumed effect is on the good side of the null.

        Examples
        --------
        >>> ContinuousAssumptions(treatment_mean=1, sd=5).require_benefit()
        """
        if float(self.benefit(self.effect)) > 0:
            return
        side, more, less = (
            ("above", "higher", "lower") if self.higher_is_better else ("below", "lower", "higher")
        )
        what = "mean" if self.arms == 1 else f"{self.scale} of means"
        mean = self.null * self.unit
        if self.scale == "difference":
            mean += self.control_mean or 0.0
        raise NotEstimableError(
            f"No number of subjects shows that a {what} of {self.effect:.4g} is {side} "
            f"{self.null:g}: assume a {more} treatment mean than {mean:.4g}, or a {less} margin."
        )

    def with_effect(self, effect: float) -> ContinuousAssumptions:
        """The same with the treatment mean that gives this effect.

        Examples
        --------
        >>> ContinuousAssumptions(treatment_mean=1, control_mean=2, sd=5).with_effect(0)
        ... # doctest: +ELLIPSIS
        ContinuousAssumptions(treatment_mean=2.0, sd=5, control_mean=2, ...)
        """
        if self.scale == "ratio":
            return replace(self, treatment_mean=float(effect * self.unit))
        return replace(self, treatment_mean=float(effect + (self.control_mean or 0.0)))
