"""Subjects and events that are expected by calendar time, and the time at which events come."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analytics.checks import NotEstimableError, require
from analytics.design.assumptions.survival import SurvivalAssumptions
from analytics.design.survival.arm_hazards import CONTROL, ArmHazard, arm_hazards
from analytics.design.survival.event_courses import EventCourses, PiecewiseCourses
from analytics.design.survival.quadrature_courses import QuadratureCourses

Floats = NDArray[np.float64]

_SURELY = 1e-9  # of all events ever: so near to the last one no time is looked for
_STEPS = 200
_NEAR = 1e-9  # of a step of Newton's, which squares the error


@dataclass(frozen=True, slots=True)
class ExpectedEvents:
    """What is expected of a trial under its assumptions, by time since the first subject.

    In closed form when all hazards are constant between cuts, else by quadrature to about ten
    digits; `ExpectedEvents.of` chooses.

    Parameters
    ----------
    assumptions : SurvivalAssumptions
        Taken at their central values, without uncertainty.
    arms : tuple of ArmHazard
        Control and treatment of each subgroup.
    courses : EventCourses
        Of the subjects in each of them.

    References
    ----------
    Lachin and Foulkes (1986), Biometrics 42:507-519, extended to piecewise accrual and hazards.

    Examples
    --------
    >>> from analytics.design import Accrual, HazardAssumption, TreatmentEffect, dropout_hazard
    >>> expected = ExpectedEvents.of(SurvivalAssumptions.of(
    ...     control=HazardAssumption.exponential(median=12),
    ...     effect=TreatmentEffect.constant(0.7),
    ...     accrual=Accrual.uniform(subjects=500, duration=18),
    ...     dropout=dropout_hazard(0.05, by=12)))
    >>> expected.events([12, 36]).round(2).tolist()
    [79.82, 343.51]
    >>> expected.calendar_time([165, 330]).round(2).tolist()
    [18.11, 33.86]
    """

    assumptions: SurvivalAssumptions
    arms: tuple[ArmHazard, ...]
    courses: EventCourses
    shares: Floats
    knots: Floats
    turns: Floats

    @classmethod
    def of(cls, assumptions: SurvivalAssumptions) -> ExpectedEvents:
        """In closed form where there is one."""
        return cls.of_arms(assumptions, arm_hazards(assumptions))

    @classmethod
    def of_arms(
        cls, assumptions: SurvivalAssumptions, arms: tuple[ArmHazard, ...]
    ) -> ExpectedEvents:
        """With hazards that differ from those of the assumptions, as under a null hypothesis."""
        closed = all(arm.piecewise for arm in arms)
        courses = PiecewiseCourses.of(arms) if closed else QuadratureCourses.of(arms)
        return cls._with(assumptions, arms, courses)

    @classmethod
    def by_quadrature(cls, assumptions: SurvivalAssumptions) -> ExpectedEvents:
        """By quadrature even where there is a closed form, to check one by the other."""
        arms = arm_hazards(assumptions)
        return cls._with(assumptions, arms, QuadratureCourses.of(arms))

    @classmethod
    def _with(
        cls, assumptions: SurvivalAssumptions, arms: tuple[ArmHazard, ...], courses: EventCourses
    ) -> ExpectedEvents:
        accrual = assumptions.accrual
        return cls(
            assumptions,
            arms,
            courses,
            np.array([arm.share for arm in arms]),
            np.array([0.0, *accrual.ends]),
            np.diff([0.0, *accrual.rates, 0.0]),
        )

    def enrolled(self, times: ArrayLike) -> Floats:
        """Subjects randomised by each calendar time."""
        return self.assumptions.accrual.entered(times)

    def events(self, times: ArrayLike) -> Floats:
        """Events of all subjects by each calendar time >= 0."""
        return np.asarray(self.by_piece(times).sum(axis=(0, 1)))

    def by_group(self, times: ArrayLike) -> Floats:
        """Events of each arm of each subgroup: groups x times, in the order of `arms`."""
        return np.asarray(self.by_piece(times).sum(axis=1))

    def by_arm(self, times: ArrayLike) -> tuple[Floats, Floats]:
        """Events on control, and on treatment, by each calendar time."""
        found = self.by_group(times)
        control = np.array([arm.arm == CONTROL for arm in self.arms])
        return found[control].sum(axis=0), found[~control].sum(axis=0)

    def by_piece(self, times: ArrayLike) -> Floats:
        """Events by the piece of time since randomisation: groups x pieces x times.

        Pieces begin at `courses.starts`: at every cut of a hazard or a hazard ratio.
        """
        lags = self._lags(times)
        found = self.courses.integrated(lags.ravel())
        found = found.reshape(*found.shape[:2], *lags.shape) @ self.turns
        return np.asarray(found * self.shares[:, None, None])

    def rate(self, times: ArrayLike) -> Floats:
        """Events per unit of calendar time."""
        lags = self._lags(times)
        found = self.shares @ self.courses.happened(lags.ravel())
        return np.asarray(found.reshape(lags.shape) @ self.turns)

    @property
    def eventually(self) -> float:
        """Events that are ever expected, however long the follow-up."""
        return float(self.shares @ self.courses.eventually()) * self.assumptions.accrual.subjects

    def calendar_time(self, events: ArrayLike) -> Floats:
        """The times at which so many events are expected.

        Raises
        ------
        NotEstimableError
            When fewer are ever expected; the sentence says how many, and what would be enough.

        Examples
        --------
        >>> from analytics.design import Accrual, HazardAssumption, TreatmentEffect
        >>> ExpectedEvents.of(SurvivalAssumptions.of(
        ...     control=HazardAssumption.cure(cured=0.5, median_uncured=10),
        ...     effect=TreatmentEffect.constant(1.0),
        ...     accrual=Accrual.uniform(subjects=100, duration=10))).calendar_time(60)
        Traceback (most recent call last):
            ...
        analytics.checks.NotEstimableError: 60 events are never expected: ...
        """
        wanted = np.atleast_1d(np.asarray(events, dtype=float))
        positive = bool((np.isfinite(wanted) & (wanted > 0)).all())
        require(positive, "events > 0", events=tuple(wanted.tolist()))
        self._require_reachable(float(wanted.max()))
        high = self.assumptions.accrual.duration
        while self.events([high])[0] < wanted.max():
            high *= 2
        return _risen(self, wanted, high)

    def to_frame(self, times: ArrayLike) -> pd.DataFrame:
        """One row per time, subgroup and arm: `time`, `subgroup`, `arm`, `enrolled`, `events`."""
        when = np.atleast_1d(np.asarray(times, dtype=float))
        subjects, events = self.enrolled(when), self.by_group(when)
        tables = [
            pd.DataFrame(
                {
                    "time": when,
                    "subgroup": arm.subgroup,
                    "arm": arm.arm,
                    "enrolled": subjects * arm.share,
                    "events": own,
                }
            )
            for arm, own in zip(self.arms, events, strict=True)
        ]
        return pd.concat(tables, ignore_index=True)

    def _lags(self, times: ArrayLike) -> Floats:
        when = np.atleast_1d(np.asarray(times, dtype=float))
        good = bool((np.isfinite(when) & (when >= 0)).all())
        require(good, "times are finite and >= 0", times=tuple(when[:5].tolist()))
        return np.asarray(np.maximum(when[:, None] - self.knots, 0.0))

    def _require_reachable(self, events: float) -> None:
        ever = self.eventually
        if events <= ever * (1 - _SURELY):
            return
        subjects = self.assumptions.accrual.subjects
        enough = int(np.floor(subjects * events / ever)) + 1
        raise NotEstimableError(
            f"{events:g} events are never expected: {subjects:g} subjects have {ever:.1f} in the "
            f"end, however long they are followed. With {enough:,} subjects they would come; so "
            "they may with less dropout, or with an endpoint that more of them reach."
        )


def _risen(expected: ExpectedEvents, wanted: Floats, high: float) -> Floats:
    """Newton's steps, halving where they would leave the bracket."""
    lower, upper = np.zeros(wanted.size), np.full(wanted.size, high)
    time = upper / 2
    for _ in range(_STEPS):
        short = expected.events(time) - wanted
        lower, upper = np.where(short < 0, time, lower), np.where(short < 0, upper, time)
        with np.errstate(divide="ignore", invalid="ignore"):
            ahead = time - short / expected.rate(time)
        inside = (ahead >= lower) & (ahead <= upper)
        ahead = np.where(inside, ahead, (lower + upper) / 2)
        moved, time = np.abs(ahead - time), ahead
        if (moved <= _NEAR * high).all():
            break
    return time
