"""Designs with a continuous endpoint, with and without interim looks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import ndtr, stdtrit

from analytics.checks import require
from analytics.design.assumptions.accrual import MOST_SUBJECTS, Accrual
from analytics.design.boundaries import GroupSequential
from analytics.design.continuous.assumptions import ContinuousAssumptions
from analytics.design.continuous.t_test import t_power_deviate
from analytics.design.endpoints.design import EndpointDesign, require_reachable, required_deviates
from analytics.design.endpoints.evaluation import EndpointEvaluation
from analytics.design.endpoints.monitored_power import ONE_LOOK
from analytics.results import registered

Floats = NDArray[np.float64]
TESTS = ("t", "z")
_FEWEST_BY_ARM = 1.05  # subjects; with 1 there is no standard deviation


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class ContinuousDesign(EndpointDesign):
    """A trial that compares the means of two arms, or that of one arm with a value.

    Parameters
    ----------
    assumptions : ContinuousAssumptions
    subjects, monitoring, accrual, months_to_endpoint
        See `EndpointDesign`.
    test : {"t", "z"}
        Whether the standard deviation is estimated (power by the noncentral t distribution,
        Satterthwaite's degrees of freedom when standard deviations differ), or taken as known.

    Notes
    -----
    Interim looks act through the inflation factor: bounds are those of normal statistics, taken
    as p-values in t tests.

    References
    ----------
    Jennison and Turnbull (2000), Group Sequential Methods with Applications to Clinical Trials,
    ch. 3 and 4; Kieser and Hauschke (1999), Journal of Biopharmaceutical Statistics 9:641-650, for
    the ratio of means.

    Examples
    --------
    >>> assumed = ContinuousAssumptions(treatment_mean=0.3, sd=1)
    >>> fixed = ContinuousDesign.for_power(assumed, power=0.9)
    >>> round(fixed.subjects, 3), round(fixed.evaluate().power, 6), fixed.rounded().subjects
    (468.926, 0.9, 470.0)
    >>> known = ContinuousDesign.for_power(assumed, power=0.9, test="z")
    >>> round(known.subjects, 3)
    466.997
    """

    assumptions: ContinuousAssumptions
    test: str = "t"

    def __post_init__(self) -> None:
        self._require_sound()
        require(self.test in TESTS, f"test in {TESTS}", test=self.test)
        fewest = _fewest(self.assumptions, self.test)
        rule = "there is more than one subject in each arm"
        require(self.subjects >= fewest, rule, subjects=self.subjects)

    @classmethod
    def for_power(
        cls,
        assumptions: ContinuousAssumptions,
        monitoring: GroupSequential = ONE_LOOK,
        power: float = 0.9,
        *,
        test: str = "t",
        accrual: Accrual | None = None,
        months_to_endpoint: float = 0.0,
    ) -> ContinuousDesign:
        """The design with the subjects that a power needs, not rounded.

        Raises
        ------
        NotEstimableError
            When no number of subjects is enough, more than 1,000,000 are needed, or so few that
            an arm has none or the power is missed by more than 0.005.

        Examples
        --------
        >>> assumed = ContinuousAssumptions(
        ...     treatment_mean=1, control_mean=1, sd=0.4, scale="ratio", margin=0.8)
        >>> round(ContinuousDesign.for_power(assumed, power=0.9).subjects, 2)
        139.81
        """
        require(test in TESTS, f"test in {TESTS}", test=test)
        assumptions.require_benefit()
        critical, deviate, lift = required_deviates(monitoring, power)
        found = lift**2 * _fixed_subjects(assumptions, test, critical, deviate)
        subjects = max(found, _fewest(assumptions, test))
        require_reachable(subjects, f"{assumptions.null:g}")
        return cls(
            assumptions=assumptions,
            subjects=subjects,
            monitoring=monitoring,
            test=test,
            accrual=accrual,
            months_to_endpoint=months_to_endpoint,
        )._having(power)

    def evaluate(self) -> ContinuousEvaluation:
        """Power, expected subjects and duration, and what happens at each look."""
        return ContinuousEvaluation(design=self, **self._characteristics())

    def _fixed_drift(self, subjects: Floats, critical: float, effects: ArrayLike | None) -> Floats:
        assumed = self.assumptions
        return _fixed_drift(
            assumed, self.test, subjects, critical, assumed.effect if effects is None else effects
        )

    def _effects_at(self, z: Floats, subjects: Floats) -> Floats:
        """At the assumed standard deviations and, for a ratio, control mean."""
        assumed = self.assumptions
        statistic = z
        if self.test == "t":
            one_sided = stdtrit(assumed.degrees_of_freedom(subjects), ndtr(-abs(z)))
            statistic = -np.sign(z) * one_sided
        away = statistic * np.sqrt(sum(assumed.variances) / subjects)
        return np.asarray(assumed.null + assumed.direction * away / assumed.unit)

    def _prior(self, deviates: Floats) -> Floats | None:
        assumed = self.assumptions
        return None if assumed.certain else assumed.effect + assumed.effect_std_err * deviates

    @property
    def _allocation(self) -> float | None:
        return self.assumptions.allocation_ratio if self.assumptions.arms == 2 else None


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ContinuousEvaluation(EndpointEvaluation):
    """Operating characteristics of a `ContinuousDesign`; see `EndpointEvaluation`.

    Examples
    --------
    >>> assumed = ContinuousAssumptions(treatment_mean=0.4, sd=1, effect_std_err=0.1)
    >>> plan = GroupSequential(information_fractions=(0.5, 1.0))
    >>> found = ContinuousDesign.for_power(assumed, plan, power=0.9).evaluate()
    >>> round(found.expected_subjects, 1), round(found.assurance, 3)
    (232.0, 0.84)
    """

    design: ContinuousDesign


def _fixed_drift(
    assumptions: ContinuousAssumptions,
    test: str,
    subjects: ArrayLike,
    critical: float,
    effects: ArrayLike,
) -> Floats:
    """z_alpha + z_beta of the test without interim looks."""
    n = np.asarray(subjects, dtype=float)
    shift = np.sqrt(n / sum(assumptions.variances)) * assumptions.benefit(effects)
    if test == "z":
        return np.asarray(shift)
    alpha = float(ndtr(-critical))
    return critical + t_power_deviate(shift, assumptions.degrees_of_freedom(n), alpha)


def _fewest(assumptions: ContinuousAssumptions, test: str) -> float:
    return _FEWEST_BY_ARM / min(assumptions.shares) if test == "t" else 0.0


def _fixed_subjects(
    assumptions: ContinuousAssumptions, test: str, critical: float, deviate: float
) -> float:
    """Subjects that a test without interim looks needs, for z_alpha and z_beta."""
    drift = critical + deviate
    each = float(assumptions.benefit(assumptions.effect)) ** 2 / sum(assumptions.variances)
    known = drift**2 / each
    if test == "z" or known > MOST_SUBJECTS:
        return known

    def missing(subjects: float) -> float:
        found = _fixed_drift(assumptions, test, subjects, critical, assumptions.effect)
        return float(found) - drift

    low = max(known, _fewest(assumptions, test))
    if missing(low) >= 0:
        return low
    high = low + 4
    while missing(high) < 0:
        high = low + 2 * (high - low)
    return float(brentq(missing, low, high, xtol=1e-10))
