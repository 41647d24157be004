"""What a design does under one set of assumptions, each part computed when it is first asked for.

A search asks for two or three figures of thousands of designs: nothing else is computed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from analytics.checks import NotEstimableError, require
from analytics.design.assumptions.effect import TreatmentEffect
from analytics.design.assumptions.survival import SurvivalAssumptions
from analytics.design.boundaries import StoppingProbabilities
from analytics.design.cost import Costs, ValueCurve
from analytics.design.courses import CostForecast, TrialCourses
from analytics.design.survival.assurance import assurance
from analytics.design.survival.average_hazard_ratio import average_hazard_ratio
from analytics.design.survival.design import SurvivalDesign
from analytics.design.survival.evaluation import time_on_study
from analytics.design.survival.expected_events import ExpectedEvents

Floats = NDArray[np.float64]
_SURELY = 1e-9  # of all events ever: so near to the last one no look is made


@dataclass(frozen=True, kw_only=True, eq=False)
class Characteristics:
    """Operating characteristics of a design, in closed form.

    Parameters
    ----------
    design : SurvivalDesign
        Its assumptions are those it is looked at under.
    costs : Costs, optional
        With the sites of the design.
    value : ValueCurve, optional

    Examples
    --------
    >>> from analytics.design import Accrual, HazardAssumption
    >>> from analytics.design.boundaries import GroupSequential
    >>> own = SurvivalDesign(
    ...     assumptions=SurvivalAssumptions.of(
    ...         control=HazardAssumption.exponential(median=12),
    ...         effect=TreatmentEffect.constant(0.7),
    ...         accrual=Accrual.uniform(subjects=500, duration=18)),
    ...     monitoring=GroupSequential(information_fractions=(0.5, 1.0)), events=330)
    >>> shown = Characteristics(design=own)
    >>> round(shown.power, 4), round(shown.expected_duration, 1)
    (0.8987, 28.5)
    """

    design: SurvivalDesign
    costs: Costs | None = None
    value: ValueCurve | None = None

    @cached_property
    def events(self) -> Floats:
        """At which each look is made."""
        return np.array(self.design.look_events)

    @cached_property
    def expected(self) -> ExpectedEvents:
        """Events by calendar time."""
        return ExpectedEvents.of(self.design.assumptions)

    def require_reached(self) -> None:
        """Raise `NotEstimableError` when the events of the last look are never expected."""
        ever = self.expected.eventually
        if self.events[-1] > ever * (1 - _SURELY):
            raise NotEstimableError(f"{self.events[-1]:g} events never come: {ever:.1f} do.")

    @cached_property
    def times(self) -> Floats:
        """Of the looks; `NotEstimableError` when their events are never expected."""
        return self.expected.calendar_time(self.events)

    @cached_property
    def subjects(self) -> Floats:
        """Randomised by each look."""
        return self.expected.enrolled(self.times)

    @cached_property
    def hazard_ratios(self) -> Floats:
        """Average ones, of the events until each look."""
        assumed = self.design.assumptions
        if assumed.proportional:
            return np.full(self.events.size, assumed.subgroups[0].effect.hazard_ratios[0])
        return np.array(average_hazard_ratio(self.expected, self.times).hazard_ratios)

    @cached_property
    def stopping(self) -> StoppingProbabilities:
        """Under the assumptions."""
        share = self.design.assumptions.control_share
        roots = np.sqrt(self.events * share * (1 - share))
        means = -np.log(self.hazard_ratios / self.design.margin) * roots
        return self.design.monitoring.stopping_at(means)

    @cached_property
    def stop(self) -> Floats:
        """Probability that each look is the last."""
        return np.array(self.stopping.stop)

    @cached_property
    def null_stopping(self) -> StoppingProbabilities:
        """Under the null hypothesis."""
        return self.design.monitoring.stopping(0.0)

    @cached_property
    def null_times(self) -> Floats:
        """Of the looks under the null hypothesis; infinite where they are never expected."""
        null = TreatmentEffect.constant(self.design.margin)
        expected = ExpectedEvents.of(self.design.assumptions.with_effect(null))
        reached = self.events < expected.eventually * (1 - 1e-6)
        found = np.full(self.events.size, np.inf)
        if reached.any():
            found[reached] = expected.calendar_time(self.events[reached])
        return found

    # Figures ------------------------------------------------------------------

    @property
    def power(self) -> float:
        """Probability of success."""
        return self.stopping.power

    @cached_property
    def most_power(self) -> float:
        """What no design with these events exceeds: the power of one look at all of them.

        By the lemma of Neyman and Pearson; 1 where hazards are not proportional, since earlier
        looks may then find more.
        """
        assumed, plan = self.design.assumptions, self.design.monitoring
        if not assumed.proportional:
            return 1.0
        drift = self.design.drift_at(assumed.subgroups[0].effect.hazard_ratios[0])
        return float(ndtr(drift - ndtri(1 - plan.alpha / plan.sides)))

    @cached_property
    def assurance(self) -> float:
        """Power averaged over the uncertainty of the assumptions."""
        if self.design.assumptions.certain:
            return self.power
        return assurance(self.design).probability

    @property
    def expected_events(self) -> float:
        """When the trial stops."""
        return float(self.stop @ self.events)

    @property
    def null_expected_events(self) -> float:
        """The same under the null hypothesis."""
        return float(np.array(self.null_stopping.stop) @ self.events)

    @property
    def expected_subjects(self) -> float:
        """Randomised when the trial stops."""
        return float(self.stop @ self.subjects)

    @property
    def maximum_subjects(self) -> float:
        """Randomised when the trial goes on to its last look."""
        return float(self.subjects[-1])

    @property
    def inferior_arm_subjects(self) -> float:
        """Expected on the arm that is worse under the assumptions; 0 when none is."""
        ratio, share = float(self.hazard_ratios[-1]), self.design.assumptions.control_share
        if ratio == 1:
            return 0.0
        return self.expected_subjects * (share if ratio < 1 else 1 - share)

    @property
    def expected_duration(self) -> float:
        """Until the trial stops."""
        return float(self.stop @ self.times)

    @property
    def null_expected_duration(self) -> float:
        """The same under the null hypothesis; infinite when a look may never come."""
        stop = np.array(self.null_stopping.stop)
        return float(np.sum(np.where(stop > 0, stop * self.null_times, 0.0)))

    @property
    def early_stop(self) -> float:
        """Probability to stop before the last look."""
        return 1 - float(self.stop[-1])

    @property
    def null_early_stop(self) -> float:
        """The same under the null hypothesis."""
        return 1 - float(self.null_stopping.stop[-1])

    def finished_by(self, month: float) -> float:
        """Probability that the trial has stopped by a time.

        The events by a time are taken as normal with the variance of a binomial share of all
        subjects: a look is made by then when its events are there.

        Parameters
        ----------
        month : float
            >= 0, in the unit of the assumptions.
        """
        there, all_in = float(self.expected.events([month])[0]), self.subjects_in
        spread = np.sqrt(max(there * (1 - there / all_in), 1e-12))
        made = ndtr((there - self.events + 0.5) / spread)
        return float(self.stop @ made)

    @property
    def subjects_in(self) -> float:
        """All who are randomised if enrolment goes on to its end."""
        return self.design.assumptions.accrual.subjects

    @cached_property
    def courses(self) -> TrialCourses:
        """One for each look at which the trial may stop."""
        paid = self.costs is not None and self.costs.per_subject_month > 0
        shown = np.array(self.stopping.efficacy)
        return TrialCourses.at_looks(
            months=self.times,
            subjects=self.subjects,
            efficacy=shown,
            other=np.maximum(self.stop - shown, 0.0),
            subject_months=time_on_study(self.expected, self.times) if paid else None,
        )

    @property
    def expected_cost(self) -> float:
        """Until the trial stops."""
        courses = self.courses
        return float(courses.costs(self._costs) @ courses.weights)

    @cached_property
    def forecast(self) -> CostForecast:
        """What the trial costs, and what it is worth, with ranges."""
        return self.courses.forecast(self._costs, self.value)

    @property
    def _costs(self) -> Costs:
        require(self.costs is not None, "objectives of money need costs")
        assert self.costs is not None
        return self.costs


def under(design: SurvivalDesign, assumptions: SurvivalAssumptions) -> SurvivalDesign:
    """The same looks, rules and events under other assumptions.

    Raises
    ------
    NotEstimableError
        When there are fewer subjects than events.

    Examples
    --------
    >>> from analytics.design import Accrual, HazardAssumption
    >>> from analytics.design.boundaries import GroupSequential
    >>> own = SurvivalDesign(
    ...     assumptions=SurvivalAssumptions.of(
    ...         control=HazardAssumption.exponential(median=12),
    ...         effect=TreatmentEffect.constant(0.7),
    ...         accrual=Accrual.uniform(subjects=500, duration=18)),
    ...     monitoring=GroupSequential(information_fractions=(1.0,)), events=330)
    >>> round(under(own, own.assumptions.under_null()).evaluate().power, 4)
    0.025
    """
    if design.events > assumptions.accrual.subjects:
        raise NotEstimableError(
            f"{design.events:g} events do not come from {assumptions.accrual.subjects:g} subjects."
        )
    return replace(design, assumptions=assumptions)
