"""Two-arm designs with a binary endpoint, with and without interim looks."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from analytics.checks import NotEstimableError, require
from analytics.design.assumptions.accrual import Accrual
from analytics.design.binary.assumptions import VARIANCES, BinaryAssumptions
from analytics.design.boundaries import GroupSequential
from analytics.design.endpoints.design import EndpointDesign, require_reachable, required_deviates
from analytics.design.endpoints.evaluation import EndpointEvaluation
from analytics.design.endpoints.monitored_power import ONE_LOOK
from analytics.results import registered

Floats = NDArray[np.float64]
_EDGE = 1e-9
_STEPS = 1000


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class BinaryDesign(EndpointDesign):
    """A trial that compares the rates of two arms by a normal test.

    Parameters
    ----------
    assumptions : BinaryAssumptions
    subjects, monitoring, accrual, months_to_endpoint
        See `EndpointDesign`.
    variance : {"pooled", "unpooled"}
        Whether the test takes the variance at the rates that are most likely under the null
        hypothesis (the pooled rate for superiority; Farrington and Manning with a margin), or at
        the observed rates.

    Notes
    -----
    Power is by normal approximation: it is not for arms with a handful of events, nor without
    them. Looks act through the inflation factor, as is usual. With the pooled variance the
    variance of the statistic is not quite 1 under the alternative; the power allows for it, while
    probabilities to stop at single looks are off by up to a few thousandths, with a few hundred
    subjects up to a hundredth.

    References
    ----------
    Farrington and Manning (1990), Statistics in Medicine 9:1447-1454; Jennison and Turnbull
    (2000), Group Sequential Methods with Applications to Clinical Trials, ch. 12.

    Examples
    --------
    >>> assumed = BinaryAssumptions(treatment_rate=0.4, control_rate=0.25)
    >>> fixed = BinaryDesign.for_power(assumed, power=0.9)
    >>> round(fixed.subjects, 2), round(fixed.evaluate().power, 6)
    (405.62, 0.9)
    >>> plan = GroupSequential(information_fractions=(0.4, 0.7, 1.0))
    >>> looks = BinaryDesign.for_power(assumed, plan, power=0.9).evaluate().looks
    >>> looks[["subjects", "z_efficacy", "effect_efficacy", "efficacy"]].round(3)
       subjects  z_efficacy  effect_efficacy  efficacy
    0   164.552       3.357            0.254     0.098
    1   287.965       2.445            0.134     0.516
    2   411.379       2.001            0.090     0.286
    """

    assumptions: BinaryAssumptions
    variance: str = "pooled"

    def __post_init__(self) -> None:
        self._require_sound()
        require(self.variance in VARIANCES, f"variance in {VARIANCES}", variance=self.variance)

    @classmethod
    def for_power(
        cls,
        assumptions: BinaryAssumptions,
        monitoring: GroupSequential = ONE_LOOK,
        power: float = 0.9,
        *,
        variance: str = "pooled",
        accrual: Accrual | None = None,
        months_to_endpoint: float = 0.0,
    ) -> BinaryDesign:
        """The design with the subjects that a power needs, not rounded.

        Raises
        ------
        NotEstimableError
            When no number of subjects is enough, more than 1,000,000 are needed, or so few that
            an arm has none or the power is missed by more than 0.005.

        Examples
        --------
        >>> assumed = BinaryAssumptions(treatment_rate=0.7, control_rate=0.7, margin=-0.1)
        >>> round(BinaryDesign.for_power(assumed, power=0.9).subjects, 1)
        881.0
        """
        assumptions.require_benefit()
        critical, deviate, lift = required_deviates(monitoring, power)
        subjects = lift**2 * _fixed_subjects(assumptions, variance, critical, deviate)
        require_reachable(subjects, f"{assumptions.null:g}")
        return cls(
            assumptions=assumptions,
            subjects=subjects,
            monitoring=monitoring,
            variance=variance,
            accrual=accrual,
            months_to_endpoint=months_to_endpoint,
        )._having(power)

    def evaluate(self) -> BinaryEvaluation:
        """Power, expected subjects and duration, and what happens at each look."""
        return BinaryEvaluation(design=self, **self._characteristics())

    def _fixed_drift(self, subjects: Floats, critical: float, effects: ArrayLike | None) -> Floats:
        assumed = self.assumptions
        rates = assumed.treatment_rate if effects is None else assumed.treatment_rates(effects)
        tested, true = assumed.std_errs(rates, self.variance)
        reach = np.sqrt(subjects) * assumed.benefit(rates) - critical * tested
        return np.asarray(critical + reach / true)

    def _effects_at(self, z: Floats, subjects: Floats) -> Floats:
        """At the assumed control rate."""
        rates = [
            _rate_at(self.assumptions, self.variance, one / np.sqrt(n)) if isfinite(one) else np.nan
            for one, n in zip(z, subjects, strict=True)
        ]
        return self.assumptions.effects(rates)

    def _prior(self, deviates: Floats) -> Floats | None:
        return None if self.assumptions.certain else self.assumptions.prior_effects(deviates)

    @property
    def _allocation(self) -> float:
        return self.assumptions.allocation_ratio


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BinaryEvaluation(EndpointEvaluation):
    """Operating characteristics of a `BinaryDesign`; see `EndpointEvaluation`.

    Examples
    --------
    >>> assumed = BinaryAssumptions(treatment_rate=0.4, control_rate=0.25, effect_std_err=0.05)
    >>> found = BinaryDesign.for_power(
    ...     assumed, power=0.9, accrual=Accrual.uniform(subjects=400, duration=20),
    ...     months_to_endpoint=6).evaluate()
    >>> round(found.assurance, 3), round(found.expected_duration, 2)
    (0.812, 26.28)
    """

    design: BinaryDesign


def _fixed_subjects(
    assumptions: BinaryAssumptions, variance: str, critical: float, deviate: float
) -> float:
    """Subjects that a test without interim looks needs, for z_alpha and z_beta."""
    tested, true = assumptions.std_errs(assumptions.treatment_rate, variance)
    reach = float(critical * tested + deviate * true)
    if reach <= 0:
        raise NotEstimableError(
            "The power is so near to the type I error that the normal approximation has no "
            "number of subjects for it: ask for more power."
        )
    return (reach / float(assumptions.benefit(assumptions.treatment_rate))) ** 2


def _rate_at(assumptions: BinaryAssumptions, variance: str, z: float) -> float:
    """The treatment rate, nearest to the null, at which the statistic of one subject is z."""

    def statistic(rates: ArrayLike) -> Floats:
        tested, _ = assumptions.std_errs(rates, variance)
        return np.asarray(assumptions.benefit(rates) / tested)

    start = float(assumptions.treatment_rates(assumptions.null))
    upwards = z * assumptions.direction > 0
    path = np.linspace(start, 1 - _EDGE if upwards else _EDGE, _STEPS)
    reached = np.flatnonzero(abs(statistic(path)) >= abs(z))
    if reached.size == 0:
        return np.nan
    if reached[0] == 0:
        return start
    ends = path[reached[0] - 1], path[reached[0]]
    return float(brentq(lambda rate: float(statistic(rate)) - z, *ends, xtol=1e-13))
