"""Group-sequential log-rank tests at calendar times, by the average hazard ratio."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from analytics.checks import NotEstimableError, require
from analytics.design.assumptions.survival import SurvivalAssumptions
from analytics.design.boundaries import Boundaries, GroupSequential, StoppingProbabilities
from analytics.design.survival.average_hazard_ratio import average_hazard_ratio
from analytics.design.survival.expected_events import ExpectedEvents
from analytics.results import Result, registered

Floats = NDArray[np.float64]

KINDS = ("null", "alternative")
_MOST = 1e6  # times the subjects of the assumptions: beyond that there is no such trial
_FAR_OFF = 20.0  # a mean of z at which power is 1


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarLooks(Result):
    """Looks of a log-rank test at calendar times, and how probable it is to stop at each.

    Parameters
    ----------
    assumptions : SurvivalAssumptions
    times : tuple of float
        Calendar times of the looks.
    plan : GroupSequential
        Its information fractions are those of the expected events.
    enrolled, events : tuple of float
        Subjects and events that are expected by each look.
    hazard_ratios : tuple of float
        Average hazard ratios; below 1 favours treatment.
    mean_z : tuple of float
        -log(average hazard ratio) x sqrt(information).
    information : {"null", "alternative"}
        Which information, see `calendar_looks`.
    boundaries : Boundaries
    stopping : StoppingProbabilities
        Under the assumptions.
    """

    assumptions: SurvivalAssumptions
    times: tuple[float, ...]
    plan: GroupSequential
    enrolled: tuple[float, ...]
    events: tuple[float, ...]
    hazard_ratios: tuple[float, ...]
    mean_z: tuple[float, ...]
    information: str
    boundaries: Boundaries
    stopping: StoppingProbabilities

    @property
    def power(self) -> float:
        """Probability to succeed at some look."""
        return self.stopping.power

    @property
    def cumulative_power(self) -> tuple[float, ...]:
        """Probability to have succeeded by each look."""
        return tuple(np.cumsum(self.stopping.efficacy).tolist())

    def to_frame(self) -> pd.DataFrame:
        """One row per look."""
        bounds = self.boundaries.to_frame()
        return pd.DataFrame(
            {
                "look": bounds["look"],
                "time": self.times,
                "enrolled": self.enrolled,
                "events": self.events,
                "average_hazard_ratio": self.hazard_ratios,
                "information_fraction": bounds["information_fraction"],
                "z_efficacy": bounds["z_efficacy"],
                "z_futility": bounds["z_futility"],
                "cumulative_power": self.cumulative_power,
            }
        )


def calendar_looks(
    assumptions: SurvivalAssumptions,
    *,
    times: ArrayLike,
    plan: GroupSequential,
    information: str = "null",
) -> CalendarLooks:
    """A group-sequential log-rank test whose looks are at calendar times.

    The mean of z at a look is that of the average hazard ratio by then, and z has variance 1. For
    hazards that are far from proportional `weighted_test` comes closer: with hazard ratio 1.4 for
    4 months and 0.5 after, a test that has a power of 0.804 in simulations has 0.825 by the average
    hazard ratio and 0.806 by `weighted_test`.

    Parameters
    ----------
    assumptions : SurvivalAssumptions
        Taken at their central values.
    times : array-like
        Of the looks, ascending, > 0.
    plan : GroupSequential
        With as many looks; its information fractions are replaced by those of the events.
    information : {"null", "alternative"}
        At the last look, of the log hazard ratio: "null" is events x shares of the arms, as if the
        events fell on the arms like the subjects; "alternative" as they fall under the assumptions,
        which is less when the hazards differ, and so gives less power or more subjects. It grows
        with the expected events in both. gsDesign2's `gs_design_ahr(info_scale = "h0_info")` solves
        for the number of subjects by the second.

    References
    ----------
    Mukhopadhyay et al. (2020), Contemporary Clinical Trials 95:106056.

    Examples
    --------
    >>> from analytics.design import Accrual, HazardAssumption, TreatmentEffect
    >>> found = calendar_looks(
    ...     SurvivalAssumptions.of(
    ...         control=HazardAssumption.exponential(median=12),
    ...         effect=TreatmentEffect.delayed(hazard_ratio=0.6, delay=4),
    ...         accrual=Accrual.uniform(subjects=500, duration=18)),
    ...     times=[18, 24, 36], plan=GroupSequential(information_fractions=(0.4, 0.7, 1.0)))
    >>> [round(one) for one in found.events], [round(one, 2) for one in found.cumulative_power]
    ([173, 252, 354], [0.08, 0.49, 0.92])
    """
    when = np.atleast_1d(np.asarray(times, dtype=float))
    rising = bool(np.isfinite(when).all() and (np.diff(when, prepend=0.0) > 0).all())
    require(rising, "times rise from above 0", times=tuple(when[:5].tolist()))
    require(information in KINDS, f"information in {KINDS}", information=information)
    looks = len(plan.information_fractions)
    require(looks == when.size, "the plan has a look at each time", looks=looks, times=when.size)
    expected = ExpectedEvents.of(assumptions)
    average = average_hazard_ratio(expected, when)
    events = np.array(average.events)
    own = replace(plan, information_fractions=tuple((events / events[-1]).tolist()))
    last = (average.information_null if information == "null" else average.information)[-1]
    means = -np.log(average.hazard_ratios) * np.sqrt(last * events / events[-1])
    return CalendarLooks(
        assumptions=assumptions,
        times=tuple(when.tolist()),
        plan=own,
        enrolled=tuple(expected.enrolled(when).tolist()),
        events=average.events,
        hazard_ratios=average.hazard_ratios,
        mean_z=tuple(means.tolist()),
        information=information,
        boundaries=own.boundaries(),
        stopping=own.stopping_at(means),
    )


def calendar_looks_for_power(
    assumptions: SurvivalAssumptions,
    *,
    times: ArrayLike,
    plan: GroupSequential,
    power: float,
    information: str = "null",
) -> CalendarLooks:
    """The same with as many subjects, enrolled in the shape of the accrual, as the power needs.

    Parameters
    ----------
    assumptions : SurvivalAssumptions
        Accrual gives the shape and the duration; its rates are scaled.
    times, plan, information
        See `calendar_looks`.
    power : float
        alpha < power < 1.

    Raises
    ------
    NotEstimableError
        When no number of subjects is enough: there is no benefit at the times of the looks, or
        futility bounds stop too many trials.

    Examples
    --------
    >>> from analytics.design import Accrual, HazardAssumption, TreatmentEffect
    >>> found = calendar_looks_for_power(
    ...     SurvivalAssumptions.of(
    ...         control=HazardAssumption.exponential(median=12),
    ...         effect=TreatmentEffect.delayed(hazard_ratio=0.6, delay=4),
    ...         accrual=Accrual.uniform(subjects=100, duration=18)),
    ...     times=[24, 36], plan=GroupSequential(information_fractions=(0.7, 1.0)), power=0.9)
    >>> round(found.assumptions.accrual.subjects), round(found.power, 6)
    (464, 0.9)
    """
    given = calendar_looks(assumptions, times=times, plan=plan, information=information)
    alpha = plan.alpha / plan.sides
    require(alpha < power < 1, "alpha < power < 1", power=power, alpha=plan.alpha)
    means = np.array(given.mean_z)

    def missing(log_factor: float) -> float:
        grown = np.clip(means * np.exp(log_factor / 2), -_FAR_OFF, _FAR_OFF)
        return given.plan.stopping_at(grown).power - power

    if missing(np.log(_MOST)) < 0:
        raise NotEstimableError(
            f"No number of subjects gives a power of {power:g}: the average hazard ratio is "
            f"{given.hazard_ratios[-1]:.3g} at the last look. Look later, or assume more effect."
        )
    factor = float(np.exp(brentq(missing, -np.log(_MOST), np.log(_MOST), xtol=1e-12)))
    accrual = assumptions.accrual.scaled(assumptions.accrual.subjects * factor)
    sized = replace(assumptions, accrual=accrual)
    return calendar_looks(sized, times=times, plan=plan, information=information)
