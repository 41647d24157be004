"""A group-sequential trial with a time-to-event endpoint as a value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from analytics.checks import NotEstimableError, require
from analytics.design.assumptions.accrual import MOST_SUBJECTS
from analytics.design.assumptions.survival import SurvivalAssumptions
from analytics.design.boundaries import GroupSequential
from analytics.design.survival.average_hazard_ratio import average_hazard_ratio
from analytics.design.survival.evaluation import SurvivalEvaluation
from analytics.design.survival.expected_events import ExpectedEvents
from analytics.design.survival.sample_size import require_benefit, required_events
from analytics.results import Result, registered

Floats = NDArray[np.float64]
_MOST_GROWTH = 1e4  # times the accrual that subjects are looked for
_TRIED = 33  # numbers of events at which a power that is not reached at the end is looked for
_ALL = 1 - 1e-6  # of the events that ever happen: later than that nothing is looked for


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalDesign(Result):
    """A trial that is analysed with the log-rank test when so many events have happened.

    Parameters
    ----------
    assumptions : SurvivalAssumptions
    monitoring : GroupSequential
        Looks at these fractions of the events, and what stops the trial at them.
    events : float
        At the final analysis, both arms together; not rounded, as sample-size formulas give it.
    margin : float
        Hazard ratio (treatment / control) of the null hypothesis: 1 for superiority, above 1 for
        non-inferiority.

    References
    ----------
    Schoenfeld (1981), Biometrika 68:316-319; Tsiatis (1982), JASA 77:855-861, for the independent
    increments of the log-rank statistic; Mukhopadhyay et al. (2020), Contemporary Clinical Trials
    95:106056, for the average hazard ratio.

    Examples
    --------
    >>> from analytics.design import Accrual, HazardAssumption, TreatmentEffect
    >>> trial = SurvivalDesign(
    ...     assumptions=SurvivalAssumptions.of(
    ...         control=HazardAssumption.exponential(median=12),
    ...         effect=TreatmentEffect.constant(0.7),
    ...         accrual=Accrual.uniform(subjects=500, duration=18)),
    ...     monitoring=GroupSequential(information_fractions=(0.5, 0.75, 1.0)), events=330)
    >>> round(trial.evaluate().power, 4)
    0.8944
    """

    assumptions: SurvivalAssumptions
    monitoring: GroupSequential
    events: float
    margin: float = 1.0

    def __post_init__(self) -> None:
        require(0 < self.events < np.inf, "events > 0", events=self.events)
        require(0 < self.margin < np.inf, "margin > 0", margin=self.margin)
        most = self.assumptions.accrual.subjects
        rule = "events are at most the number of subjects"
        require(self.events <= most * (1 + 1e-9), rule, events=self.events, subjects=most)

    @classmethod
    def for_power(
        cls,
        assumptions: SurvivalAssumptions,
        monitoring: GroupSequential,
        *,
        power: float = 0.9,
        margin: float = 1.0,
        study_duration: float | None = None,
    ) -> SurvivalDesign:
        """The design that has a power, with the events that this takes.

        Parameters
        ----------
        power : float
            alpha < power < 1.
        study_duration : float, optional
            From the first subject to the final analysis. When given, subjects are found: the
            accrual keeps its shape and duration, its rates are scaled. When left out, the subjects
            stay, and the trial lasts until the events have happened.

        Raises
        ------
        NotEstimableError
            When the effect is none or points the wrong way, or when the subjects never have the
            events; the sentence says what would be enough.

        Examples
        --------
        >>> from analytics.design import Accrual, HazardAssumption, TreatmentEffect
        >>> found = SurvivalDesign.for_power(
        ...     SurvivalAssumptions.of(
        ...         control=HazardAssumption.exponential(median=12),
        ...         effect=TreatmentEffect.constant(0.7),
        ...         accrual=Accrual.uniform(subjects=100, duration=18)),
        ...     GroupSequential(information_fractions=(0.5, 0.75, 1.0)), study_duration=36)
        >>> round(found.events, 1), round(found.assumptions.accrual.subjects, 1)
        (336.4, 468.2)
        """
        if study_duration is not None:
            return _sized(assumptions, monitoring, power, margin, study_duration)
        events = _required(assumptions, monitoring, power, margin)
        expected = ExpectedEvents.of(assumptions)
        expected.calendar_time(events)  # says what would be enough when they never happen
        return cls(assumptions=assumptions, monitoring=monitoring, events=events, margin=margin)

    @classmethod
    def at_calendar_times(
        cls,
        assumptions: SurvivalAssumptions,
        monitoring: GroupSequential,
        times: tuple[float, ...],
        *,
        margin: float = 1.0,
    ) -> SurvivalDesign:
        """The design whose looks are made at these times, if all goes as assumed.

        Parameters
        ----------
        monitoring : GroupSequential
            Its information fractions are replaced by those of the events expected by the times.
        times : tuple of float
            Rising, > 0, since the first subject.

        Examples
        --------
        >>> from analytics.design import Accrual, HazardAssumption, TreatmentEffect
        >>> found = SurvivalDesign.at_calendar_times(
        ...     SurvivalAssumptions.of(
        ...         control=HazardAssumption.exponential(median=12),
        ...         effect=TreatmentEffect.constant(0.7),
        ...         accrual=Accrual.uniform(subjects=500, duration=18)),
        ...     GroupSequential(information_fractions=(1.0,)), (18.0, 36.0))
        >>> [round(one, 3) for one in found.monitoring.information_fractions]
        [0.465, 1.0]
        """
        rising = all(low < high for low, high in zip((0.0, *times), times, strict=False))
        require(bool(times) and rising, "calendar times rise from above 0", times=times)
        events = ExpectedEvents.of(assumptions).events(times)
        fractions = (*(events[:-1] / events[-1]).tolist(), 1.0)
        looks = replace(monitoring, information_fractions=fractions)
        return cls(
            assumptions=assumptions, monitoring=looks, events=float(events[-1]), margin=margin
        )

    @property
    def look_events(self) -> tuple[float, ...]:
        """Events at which each look is made."""
        return tuple(self.events * one for one in self.monitoring.information_fractions)

    def evaluate(self) -> SurvivalEvaluation:
        """What the design does when its assumptions hold, and when the null hypothesis does.

        Raises
        ------
        NotEstimableError
            When the events are never expected.
        """
        return SurvivalEvaluation.of(
            self.assumptions, self.monitoring, self.look_events, self.margin
        )

    def drift_at(self, hazard_ratio: float) -> float:
        """Mean of the final z under a constant hazard ratio; positive below the margin."""
        require(0 < hazard_ratio < np.inf, "hazard ratio > 0", hazard_ratio=hazard_ratio)
        return -log(hazard_ratio / self.margin) * sqrt(self.events * self._information_per_event)

    def hazard_ratio_at(self, drift: float) -> float:
        """The constant hazard ratio under which the final z has a mean.

        Examples
        --------
        >>> from analytics.design import Accrual, HazardAssumption, TreatmentEffect
        >>> trial = SurvivalDesign(
        ...     assumptions=SurvivalAssumptions.of(
        ...         control=HazardAssumption.exponential(median=12),
        ...         effect=TreatmentEffect.constant(0.7),
        ...         accrual=Accrual.uniform(subjects=500, duration=18)),
        ...     monitoring=GroupSequential(information_fractions=(1.0,)), events=330)
        >>> round(trial.hazard_ratio_at(trial.drift_at(0.7)), 9)
        0.7
        """
        return self.margin * exp(-drift / sqrt(self.events * self._information_per_event))

    def power_at(self, hazard_ratio: float) -> float:
        """Power under a constant hazard ratio in place of the assumed effect."""
        return self.monitoring.stopping(self.drift_at(hazard_ratio)).power

    @property
    def _information_per_event(self) -> float:
        share = self.assumptions.control_share
        return share * (1 - share)


def _required(
    assumptions: SurvivalAssumptions, monitoring: GroupSequential, power: float, margin: float
) -> float:
    """Events for a power with the subjects given; under other than proportional hazards they
    depend on when they happen."""
    ratio = assumptions.allocation_ratio
    drift = monitoring.drift(power)
    if assumptions.proportional:
        hazard_ratio = assumptions.subgroups[0].effect.hazard_ratios[0]
        return required_events(hazard_ratio, drift=drift, margin=margin, allocation_ratio=ratio)
    expected = ExpectedEvents.of(assumptions)
    most = expected.eventually * _ALL

    def excess(events: float) -> float:
        fractions = np.array(monitoring.information_fractions)
        means = look_means(expected, fractions * events, margin)
        return monitoring.stopping_at(means).power - power

    low, high = most * 1e-4, most
    if excess(most) < 0:  # an effect that wears off may have been shown before
        tried = np.linspace(low, most, _TRIED)
        found = np.array([excess(float(one)) for one in tried])
        if found.max() < 0:
            raise NotEstimableError(
                f"A power of {power:g} is not reached however long the trial goes on: its "
                f"{assumptions.accrual.subjects:g} subjects ever have {most:,.0f} events, and with "
                f"{tried[found.argmax()]:,.0f} of them it is {found.max() + power:.3f}, the most. "
                "More subjects, or a larger or earlier effect, would."
            )
        first = int((found >= 0).argmax())
        low, high = float(tried[first - 1]), float(tried[first])
    return float(brentq(excess, low, high, xtol=1e-6))


def _sized(
    assumptions: SurvivalAssumptions,
    monitoring: GroupSequential,
    power: float,
    margin: float,
    study_duration: float,
) -> SurvivalDesign:
    """Subjects for a power; times of looks and hazard ratios do not depend on their number."""
    require(0 < study_duration < np.inf, "study_duration > 0", study_duration=study_duration)
    expected = ExpectedEvents.of(assumptions)
    events = float(expected.events([study_duration])[0])
    if events > expected.eventually * _ALL:
        soon = float(expected.calendar_time(np.array([0.999 * expected.eventually]))[0])
        raise NotEstimableError(
            f"By {study_duration:g} {assumptions.time_unit} all events have happened that ever "
            f"will: assume a shorter study. 99.9 % of them are there by {soon:.1f}."
        )
    if assumptions.proportional:
        require_benefit(assumptions.subgroups[0].effect.hazard_ratios[0], margin)
    means = look_means(expected, np.array(monitoring.information_fractions) * events, margin)
    drift = monitoring.drift(power)  # also says when futility bounds make it impossible
    if means[-1] <= 0:
        raise NotEstimableError(
            f"At {study_duration:g} {assumptions.time_unit} the average hazard ratio is not below "
            f"{margin:g}: no number of subjects is enough. Assume a larger or earlier effect, or "
            "a longer trial."
        )

    def excess(growth: float) -> float:
        return monitoring.stopping_at(means * sqrt(growth)).power - power

    near = (drift / means[-1]) ** 2
    low, high = near / 2, near * 2
    while excess(low) > 0:
        low /= 2
    while excess(high) < 0:
        high *= 2
        if high > near * _MOST_GROWTH:
            raise NotEstimableError(
                f"A power of {power:g} is not reached with any number of subjects: with very many "
                f"it is {excess(high) + power:.3f}, as the trial stops for futility before the "
                "effect shows. Look later, or without futility bounds."
            )
    growth = float(brentq(excess, low, high, xtol=1e-10 * near))
    subjects = assumptions.accrual.subjects * growth
    if subjects > MOST_SUBJECTS:
        raise NotEstimableError(
            f"A power of {power:g} after {study_duration:g} {assumptions.time_unit} takes "
            f"{subjects:,.0f} subjects, and a design has at most {MOST_SUBJECTS:,}. A larger "
            "effect, a longer study or less power needs fewer."
        )
    sized = replace(assumptions, accrual=assumptions.accrual.scaled(subjects))
    return SurvivalDesign(
        assumptions=sized, monitoring=monitoring, events=events * growth, margin=margin
    )


def look_means(expected: ExpectedEvents, events: Floats, margin: float) -> Floats:
    """Means of the log-rank z at looks at so many events, by the average hazard ratio."""
    share = expected.assumptions.control_share
    times = expected.calendar_time(events)
    ratios = np.array(average_hazard_ratio(expected, times).hazard_ratios)
    return np.asarray(-np.log(ratios / margin) * np.sqrt(events * share * (1 - share)))
