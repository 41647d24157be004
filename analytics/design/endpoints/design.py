"""What designs with a binary and with a continuous endpoint have in common."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, isclose, sqrt
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from analytics.checks import NotEstimableError, require
from analytics.design.assumptions.accrual import MOST_SUBJECTS, Accrual
from analytics.design.boundaries import GroupSequential
from analytics.design.endpoints.enrolling import enrol_until, subject_time
from analytics.design.endpoints.monitored_power import ONE_LOOK, MonitoredPower, critical_z
from analytics.results import Result

Floats = NDArray[np.float64]
_PRIOR_REACH = 7.0  # standard deviations
_PRIOR_POINTS = 281
_POWER_MISSED = 0.005  # by a number of subjects found for a power


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointDesign(Result):
    """A trial whose endpoint is known a fixed time after randomisation.

    Parameters
    ----------
    subjects : float
        Analysed at the last look, both arms together; need not be whole. Each look has the share
        of them that is its information fraction.
    monitoring : GroupSequential
        Looks, type I error and bounds; one look, one-sided 0.025, when left out.
    accrual : Accrual or None
        At whose rates subjects enter until all are in, the last rate going on; in months.
        Its uncertainty is not used.
    months_to_endpoint : float
        From randomisation until the endpoint is known, >= 0. Enrolment goes on meanwhile.
    """

    subjects: float
    monitoring: GroupSequential = ONE_LOOK
    accrual: Accrual | None = None
    months_to_endpoint: float = 0.0

    @abstractmethod
    def _fixed_drift(self, subjects: Floats, critical: float, effects: ArrayLike | None) -> Floats:
        """z_alpha + z_beta of the test without interim looks; at the assumed effect for None."""

    @abstractmethod
    def _effects_at(self, z: Floats, subjects: Floats) -> Floats:
        """Estimated effect for which the statistic is z; NaN where no estimate is so extreme."""

    @abstractmethod
    def _prior(self, deviates: Floats) -> Floats | None:
        """Effects by standard deviations from the assumed one; None when it is certain."""

    @property
    @abstractmethod
    def _allocation(self) -> float | None:
        """Subjects on treatment per subject on control; None with one arm."""

    @property
    def subjects_by_arm(self) -> tuple[float, ...]:
        """Analysed at the last look: treatment and control; one number with one arm.

        Examples
        --------
        >>> from analytics.design.binary import BinaryAssumptions, BinaryDesign
        >>> assumed = BinaryAssumptions(treatment_rate=0.5, control_rate=0.35, allocation_ratio=2)
        >>> BinaryDesign(assumptions=assumed, subjects=510).subjects_by_arm
        (340.0, 170.0)
        """
        ratio = self._allocation
        if ratio is None:
            return (self.subjects,)
        control = self.subjects / (1 + ratio)
        return self.subjects - control, control

    def power_by_effect(self, effects: ArrayLike) -> pd.DataFrame:
        """Power and expected subjects when the effect is another one than assumed.

        Parameters
        ----------
        effects : array
            On the scale of the assumptions.

        Returns
        -------
        DataFrame
            One row per effect: `effect`, `power`, `expected_subjects`.

        Examples
        --------
        >>> from analytics.design.binary import BinaryAssumptions, BinaryDesign
        >>> assumed = BinaryAssumptions(treatment_rate=0.4, control_rate=0.25)
        >>> BinaryDesign(assumptions=assumed, subjects=406).power_by_effect([0, 0.15]).round(3)
           effect  power  expected_subjects
        0    0.00  0.025              406.0
        1    0.15  0.900              406.0
        """
        values = np.atleast_1d(np.asarray(effects, dtype=float))
        monitored = MonitoredPower.of(self.monitoring)
        stops = [monitored.stopping(float(one)) for one in self._drifts(monitored, values)]
        return pd.DataFrame(
            {
                "effect": values,
                "power": [one.power for one in stops],
                "expected_subjects": [
                    self.subjects * one.expected_information_fraction for one in stops
                ],
            }
        )

    def success_by_effect(self, effects: ArrayLike) -> pd.DataFrame:
        """Probability to have shown efficacy by each look when the effect is another one.

        Parameters
        ----------
        effects : array
            On the scale of the assumptions.

        Returns
        -------
        DataFrame
            One row per effect and look: `effect`, `look`, `succeeded`.

        Examples
        --------
        >>> from analytics.design.binary import BinaryAssumptions, BinaryDesign
        >>> plan = GroupSequential(information_fractions=(0.5, 1.0))
        >>> assumed = BinaryAssumptions(treatment_rate=0.4, control_rate=0.25)
        >>> design = BinaryDesign(assumptions=assumed, subjects=406, monitoring=plan)
        >>> design.success_by_effect([0.15])["succeeded"].round(3).tolist()
        [0.252, 0.899]
        """
        values = np.atleast_1d(np.asarray(effects, dtype=float))
        monitored = MonitoredPower.of(self.monitoring)
        drifts = self._drifts(monitored, values)
        succeeded = [np.cumsum(monitored.stopping(float(one)).efficacy) for one in drifts]
        looks = len(self.monitoring.information_fractions)
        return pd.DataFrame(
            {
                "effect": np.repeat(values, looks),
                "look": np.tile(np.arange(1, looks + 1), values.size),
                "succeeded": np.concatenate(succeeded),
            }
        )

    def rounded(self) -> Self:
        """The design with the next whole number of subjects that keeps the allocation ratio.

        Examples
        --------
        >>> from analytics.design.binary import BinaryAssumptions, BinaryDesign
        >>> assumed = BinaryAssumptions(treatment_rate=0.5, control_rate=0.35, allocation_ratio=2)
        >>> BinaryDesign.for_power(assumed, power=0.9).rounded().subjects
        510.0
        """
        ratio = self._allocation
        block = 1
        if ratio is not None:
            simple = Fraction(ratio).limit_denominator(20)
            same = isclose(simple, ratio, rel_tol=1e-6)
            block = simple.numerator + simple.denominator if same else 1
        whole = block * ceil(self.subjects / block - 1e-9)
        return replace(self, subjects=float(max(whole, block)))

    def _require_sound(self) -> None:
        few = 0 < self.subjects <= MOST_SUBJECTS
        require(few, f"0 < subjects <= {MOST_SUBJECTS:,}", subjects=self.subjects)
        months = self.months_to_endpoint
        require(0 <= months < np.inf, "months_to_endpoint >= 0", months_to_endpoint=months)

    def _having(self, power: float) -> Self:
        """The design itself; `NotEstimableError` if it has not that power, or no subject by arm."""
        monitored = MonitoredPower.of(self.monitoring)
        found = monitored.stopping(float(self._drifts(monitored, None))).power
        if abs(found - power) > _POWER_MISSED or min(self.subjects_by_arm) < 1:
            raise NotEstimableError(
                "The normal approximation gives no sample size here; for a power of "
                f"{power:.4g} it finds {self.subjects:.4g} subjects, who have {found:.4g}: assume "
                "a smaller effect, or state the subjects."
            )
        return self

    def _characteristics(self) -> dict[str, Any]:
        """The fields of an `EndpointEvaluation`."""
        monitored = MonitoredPower.of(self.monitoring)
        drift = float(self._drifts(monitored, None))
        stops = monitored.stopping(drift)
        halfway, null = monitored.stopping(drift / 2), monitored.stopping(0.0)
        table = self._look_table(monitored).assign(
            efficacy=stops.efficacy, futility=stops.futility, harm=stops.harm, stop=stops.stop
        )
        timed = self.accrual is not None
        return {
            "power": stops.power,
            "assurance": self._assurance(monitored),
            "drift": drift,
            "expected_subjects": self.subjects * stops.expected_information_fraction,
            "expected_subjects_midpoint": self.subjects * halfway.expected_information_fraction,
            "expected_subjects_null": self.subjects * null.expected_information_fraction,
            "expected_randomised": float(table["randomised"] @ table["stop"]) if timed else None,
            "expected_duration": float(table["months"] @ table["stop"]) if timed else None,
            "looks": table,
        }

    def _drifts(self, monitored: MonitoredPower, effects: Floats | None) -> Floats:
        subjects = self.subjects if effects is None else np.full(effects.shape, self.subjects)
        lift = None if effects is None or effects.size < 5 else monitored.smooth_lift()

        critical = critical_z(monitored.monitoring)

        def fixed(analysed: Floats) -> Floats:
            return self._fixed_drift(analysed, critical, effects)

        return monitored.drift(fixed, subjects, lift)

    def _assurance(self, monitored: MonitoredPower) -> float | None:
        """The mean of the power over a normal prior, by the trapezoidal rule."""
        deviates = np.linspace(-_PRIOR_REACH, _PRIOR_REACH, _PRIOR_POINTS)
        effects = self._prior(deviates)
        if effects is None:
            return None
        weights = np.exp(-(deviates**2) / 2)
        power = monitored.power(self._drifts(monitored, effects))
        return float(weights @ power / weights.sum())

    def _look_table(self, monitored: MonitoredPower) -> pd.DataFrame:
        bounds = monitored.bounds.to_frame()
        subjects = self.subjects * bounds["information_fraction"].to_numpy(dtype=float)
        upper, lower = (bounds[f"z_{why}"].to_numpy(float) for why in ("efficacy", "futility"))
        return pd.DataFrame(
            {
                "look": bounds["look"],
                "information_fraction": bounds["information_fraction"],
                "subjects": subjects,
                **self._calendar(subjects),
                "z_efficacy": upper,
                "z_futility": lower,
                "p_efficacy": ndtr(-upper),
                "p_futility": ndtr(-lower),
                "effect_efficacy": self._effects_at(upper, subjects),
                "effect_futility": self._effects_at(lower, subjects),
            }
        )

    def _calendar(self, subjects: Floats) -> dict[str, Floats]:
        """When each look is made, and who is on study by then."""
        if self.accrual is None:
            nothing = np.full(subjects.shape, np.nan)
            return {"months": nothing, "randomised": nothing, "subject_months": nothing}
        accrual = enrol_until(self.accrual, self.subjects)
        months = accrual.entry_times(subjects / self.subjects) + self.months_to_endpoint
        return {
            "months": months,
            "randomised": accrual.entered(months),
            "subject_months": subject_time(accrual, months, self.months_to_endpoint),
        }


def required_deviates(monitoring: GroupSequential, power: float) -> tuple[float, float, float]:
    """What a power needs: z_alpha and z_beta of a test without interim looks, and the lift.

    Examples
    --------
    >>> [round(one, 4) for one in required_deviates(ONE_LOOK, 0.9)]
    [1.96, 1.2816, 1.0]
    """
    drift = monitoring.drift(power)
    critical, deviate = critical_z(monitoring), float(ndtri(power))
    return critical, deviate, drift / (critical + deviate)


def require_reachable(subjects: float, null: str) -> None:
    """Raise `NotEstimableError` for more subjects than any trial has.

    Examples
    --------
    >>> require_reachable(400.0, "a difference of 0")
    """
    if subjects > MOST_SUBJECTS:
        raise NotEstimableError(
            f"{subjects:,.0f} subjects would be needed, more than {MOST_SUBJECTS:,}: assume an "
            f"effect at least {sqrt(subjects / MOST_SUBJECTS):.2g} times as far from {null}, or "
            "accept less power."
        )
