"""The effect that a design assumes: the hazard ratio by time since randomisation."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analytics.checks import require
from analytics.results import Result, registered

Floats = NDArray[np.float64]


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class TreatmentEffect(Result):
    """A hazard ratio, treatment / control, that is constant between cuts.

    Parameters
    ----------
    hazard_ratios : tuple of float
        One more than there are cuts, each > 0; below 1 favours the treatment. It is the ratio of
        hazards at one time, whatever the family of the control hazard.
    cuts : tuple of float
        Ascending times > 0 since randomisation, in the unit of the assumptions.
    log_std_err : float
        Standard deviation of a normal shift of all log hazard ratios together; 0 when the effect
        is certain.

    References
    ----------
    Spiegelhalter, Abrams and Myles (2004), Bayesian Approaches to Clinical Trials, chapter 6.

    Examples
    --------
    >>> TreatmentEffect.delayed(hazard_ratio=0.6, delay=4).at([2, 4, 9]).tolist()
    [1.0, 0.6, 0.6]
    """

    hazard_ratios: tuple[float, ...]
    cuts: tuple[float, ...] = ()
    log_std_err: float = 0.0

    def __post_init__(self) -> None:
        positive = all(0 < ratio < np.inf for ratio in self.hazard_ratios)
        require(positive, "hazard ratios are > 0", hazard_ratios=self.hazard_ratios)
        one_more = len(self.hazard_ratios) == len(self.cuts) + 1
        rule = "there is one hazard ratio more than there are cuts"
        require(one_more, rule, hazard_ratios=self.hazard_ratios, cuts=self.cuts)
        finite = all(0 < cut < np.inf for cut in self.cuts)
        rising = all(low < high for low, high in pairwise(self.cuts))
        require(finite and rising, "cuts are ascending times > 0", cuts=self.cuts)
        uncertain = 0 <= self.log_std_err < np.inf
        require(uncertain, "log_std_err >= 0", log_std_err=self.log_std_err)

    @classmethod
    def constant(cls, hazard_ratio: float, *, log_std_err: float = 0.0) -> TreatmentEffect:
        """Proportional hazards.

        Examples
        --------
        >>> TreatmentEffect.constant(0.7).proportional
        True
        """
        return cls(hazard_ratios=(float(hazard_ratio),), log_std_err=log_std_err)

    @classmethod
    def delayed(
        cls, *, hazard_ratio: float, delay: float, log_std_err: float = 0.0
    ) -> TreatmentEffect:
        """No effect until `delay`, then a hazard ratio.

        Examples
        --------
        >>> TreatmentEffect.delayed(hazard_ratio=0.6, delay=4)
        TreatmentEffect(hazard_ratios=(1.0, 0.6), cuts=(4.0,), log_std_err=0.0)
        """
        return cls(
            hazard_ratios=(1.0, float(hazard_ratio)),
            cuts=(float(delay),),
            log_std_err=log_std_err,
        )

    @classmethod
    def crossing(
        cls, *, early: float, late: float, change: float, log_std_err: float = 0.0
    ) -> TreatmentEffect:
        """One hazard ratio before `change`, another after it.

        Examples
        --------
        >>> TreatmentEffect.crossing(early=1.4, late=0.5, change=4).at([0, 4]).tolist()
        [1.4, 0.5]
        """
        return cls(
            hazard_ratios=(float(early), float(late)),
            cuts=(float(change),),
            log_std_err=log_std_err,
        )

    @property
    def proportional(self) -> bool:
        """Whether the hazard ratio is the same at all times."""
        return len(set(self.hazard_ratios)) == 1

    @property
    def certain(self) -> bool:
        """Whether the effect carries no uncertainty."""
        return self.log_std_err == 0

    def at(self, times: ArrayLike) -> Floats:
        """The hazard ratio at times since randomisation; at a cut, the later one."""
        piece = np.searchsorted(np.array(self.cuts), np.asarray(times, dtype=float), side="right")
        return np.asarray(np.array(self.hazard_ratios)[piece])

    def shifted(self, log_shift: float) -> TreatmentEffect:
        """The effect with every log hazard ratio moved, and certain.

        Examples
        --------
        >>> TreatmentEffect.constant(0.5).shifted(np.log(2)).hazard_ratios
        (1.0,)
        """
        ratios = tuple((np.array(self.hazard_ratios) * np.exp(log_shift)).tolist())
        return TreatmentEffect(hazard_ratios=ratios, cuts=self.cuts)

    def to_frame(self) -> pd.DataFrame:
        """One row per stretch of time: `from_time`, `to_time`, `hazard_ratio`."""
        return pd.DataFrame(
            {
                "from_time": (0.0, *self.cuts),
                "to_time": (*self.cuts, np.inf),
                "hazard_ratio": self.hazard_ratios,
            }
        )


NO_EFFECT = TreatmentEffect.constant(1.0)
