"""What a survival design does: by look, under its assumptions and under the null hypothesis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analytics.checks import NotEstimableError
from analytics.design.assumptions.effect import TreatmentEffect
from analytics.design.assumptions.survival import SurvivalAssumptions
from analytics.design.boundaries import Boundaries, GroupSequential, StoppingProbabilities
from analytics.design.courses import TrialCourses
from analytics.design.survival.average_hazard_ratio import average_hazard_ratio
from analytics.design.survival.expected_events import ExpectedEvents
from analytics.results import Result, registered

Floats = NDArray[np.float64]
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(100)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalEvaluation(Result):
    """Tuples have one value per look.

    Parameters
    ----------
    boundaries : Boundaries
    events : tuple of float
        At which each look is made.
    calendar_times, null_calendar_times : tuple of float
        Of the looks, under the assumptions and under the null hypothesis (the hazard ratio is the
        margin), in the unit of the assumptions. Infinite where the events are never expected.
    subjects : tuple of float
        Randomised by each look, under the assumptions.
    average_hazard_ratios : tuple of float
        Treatment / control, of the events until each look.
    hazard_ratios_efficacy, hazard_ratios_futility : tuple of float or None
        The estimate at which each bound is reached, by Schoenfeld's approximation.
    stopping, null_stopping : StoppingProbabilities
        Under the assumptions, and under the null hypothesis.
    subject_months : tuple of float
        Time on study added up over subjects, until each look.
    time_unit : str

    Examples
    --------
    >>> from analytics.design import Accrual, HazardAssumption, TreatmentEffect
    >>> from analytics.design.survival import SurvivalDesign
    >>> found = SurvivalDesign(
    ...     assumptions=SurvivalAssumptions.of(
    ...         control=HazardAssumption.exponential(median=12),
    ...         effect=TreatmentEffect.constant(0.7),
    ...         accrual=Accrual.uniform(subjects=500, duration=18)),
    ...     monitoring=GroupSequential(information_fractions=(0.5, 1.0)), events=330).evaluate()
    >>> round(found.expected_events), round(found.expected_duration, 1)
    (289, 28.5)
    """

    boundaries: Boundaries
    events: tuple[float, ...]
    calendar_times: tuple[float, ...]
    null_calendar_times: tuple[float, ...]
    subjects: tuple[float, ...]
    average_hazard_ratios: tuple[float, ...]
    hazard_ratios_efficacy: tuple[float | None, ...]
    hazard_ratios_futility: tuple[float | None, ...]
    stopping: StoppingProbabilities
    null_stopping: StoppingProbabilities
    subject_months: tuple[float, ...]
    time_unit: str

    @classmethod
    def of(
        cls,
        assumptions: SurvivalAssumptions,
        monitoring: GroupSequential,
        events: tuple[float, ...],
        margin: float,
    ) -> Self:
        """Of looks at so many events."""
        expected, at = ExpectedEvents.of(assumptions), np.array(events)
        times = expected.calendar_time(at)
        share = assumptions.control_share
        roots = np.sqrt(at * share * (1 - share))
        ratios = np.array(average_hazard_ratio(expected, times).hazard_ratios)
        bounds = monitoring.boundaries()
        null = assumptions.with_effect(TreatmentEffect.constant(margin))
        return cls(
            boundaries=bounds,
            events=events,
            calendar_times=tuple(times.tolist()),
            null_calendar_times=_null_times(null, at),
            subjects=tuple(expected.enrolled(times).tolist()),
            average_hazard_ratios=tuple(ratios.tolist()),
            hazard_ratios_efficacy=_ratios_at(bounds.z_efficacy, roots, margin),
            hazard_ratios_futility=_ratios_at(bounds.z_futility, roots, margin),
            stopping=monitoring.stopping_at(-np.log(ratios / margin) * roots),
            null_stopping=monitoring.stopping(0.0),
            subject_months=tuple(time_on_study(expected, times).tolist()),
            time_unit=assumptions.time_unit,
        )

    @property
    def power(self) -> float:
        """Probability of success under the assumptions."""
        return self.stopping.power

    @property
    def expected_events(self) -> float:
        """At the look at which the trial stops, under the assumptions."""
        return float(np.dot(self.stopping.stop, self.events))

    @property
    def null_expected_events(self) -> float:
        """At the look at which the trial stops, under the null hypothesis."""
        return float(np.dot(self.null_stopping.stop, self.events))

    @property
    def expected_subjects(self) -> float:
        """Randomised by the look at which the trial stops, under the assumptions."""
        return float(np.dot(self.stopping.stop, self.subjects))

    @property
    def expected_duration(self) -> float:
        """From the first subject to the look at which the trial stops, under the assumptions."""
        return float(np.dot(self.stopping.stop, self.calendar_times))

    @property
    def null_expected_duration(self) -> float:
        """The same under the null hypothesis; infinite when its events are never expected."""
        stop, times = np.array(self.null_stopping.stop), np.array(self.null_calendar_times)
        return float(np.sum(np.where(stop > 0, stop * times, 0.0)))

    def courses(self) -> TrialCourses:
        """What the trial may cost and how long it may take, by the look at which it stops."""
        shown = np.array(self.stopping.efficacy)
        return TrialCourses.at_looks(
            months=self.calendar_times,
            subjects=self.subjects,
            efficacy=shown,
            other=np.maximum(np.array(self.stopping.stop) - shown, 0.0),
            subject_months=self.subject_months,
        )

    def to_frame(self) -> pd.DataFrame:
        """One row per look."""
        bounds = self.boundaries.to_frame()
        return bounds.assign(
            events=self.events,
            calendar_time=self.calendar_times,
            null_calendar_time=self.null_calendar_times,
            subjects=self.subjects,
            average_hazard_ratio=self.average_hazard_ratios,
            hazard_ratio_efficacy=_numbers(self.hazard_ratios_efficacy),
            hazard_ratio_futility=_numbers(self.hazard_ratios_futility),
            efficacy_probability=self.stopping.efficacy,
            futility_probability=self.stopping.futility,
            harm_probability=self.stopping.harm,
            null_efficacy_probability=self.null_stopping.efficacy,
            null_futility_probability=self.null_stopping.futility,
        )


def time_on_study(expected: ExpectedEvents, times: ArrayLike) -> Floats:
    """Time from randomisation to event, dropout or the calendar time, added up over subjects.

    Examples
    --------
    >>> from analytics.design import Accrual, HazardAssumption, TreatmentEffect
    >>> expected = ExpectedEvents.of(SurvivalAssumptions.of(
    ...     control=HazardAssumption.exponential(rate=0.05), effect=TreatmentEffect.constant(1.0),
    ...     accrual=Accrual.uniform(subjects=100, duration=10)))
    >>> bool(abs(time_on_study(expected, [20])[0] * 0.05 - expected.events([20])[0]) < 1e-6)
    True
    """
    when = np.atleast_1d(np.asarray(times, dtype=float))
    ends = np.array((0.0, *expected.assumptions.accrual.ends))
    total = np.zeros(when.size)
    for at, end in enumerate(when):
        cuts = {*(end - ends[ends < end]), *(cut for arm in expected.arms for cut in arm.cuts)}
        knots = np.array([0.0, *sorted(cut for cut in cuts if 0 < cut < end), end])
        half = np.diff(knots)[:, None] / 2
        lags = (knots[:-1, None] + half * (1 + _NODES)).ravel()
        weights = (half * _WEIGHTS).ravel()
        entered = expected.enrolled(end - lags)
        followed = sum(arm.share * arm.followed(lags) for arm in expected.arms)
        total[at] = float(np.sum(weights * entered * followed))
    return total


def _null_times(assumptions: SurvivalAssumptions, events: Floats) -> tuple[float, ...]:
    null = ExpectedEvents.of(assumptions)
    try:
        return tuple(null.calendar_time(events).tolist())
    except NotEstimableError:
        ever = null.eventually
        reached = [one for one in events if one < ever * (1 - 1e-6)]
        times = null.calendar_time(np.array(reached)).tolist() if reached else []
        return (*times, *([np.inf] * (events.size - len(times))))


def _ratios_at(
    bounds: tuple[float | None, ...], roots: Floats, margin: float
) -> tuple[float | None, ...]:
    return tuple(
        None if z is None else float(margin * np.exp(-z / root))
        for z, root in zip(bounds, roots, strict=True)
    )


def _numbers(values: tuple[float | None, ...]) -> list[float]:
    return [np.nan if value is None else value for value in values]
