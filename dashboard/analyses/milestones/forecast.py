"""When an ongoing study reaches its milestones, from its own data."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from math import inf

import pandas as pd

from analytics.checks import InputError, require
from analytics.milestones import (
    EntryTimes,
    EventModels,
    MilestoneForecast,
    RemainingEnrolment,
    fit_event_models,
    forecast_milestones,
    recent_pace,
)
from analytics.milestones.models import CRITERIA, DROPOUTS, FAMILIES, USUAL_FAMILIES
from analytics.progress import Progress, part, unheard
from analytics.results import Result, registered
from dashboard.analyses.milestones.dated import DatedFollowUp, dated_trial
from queries.cohorts import EVERYONE, Cohort
from queries.store import ArmRole, Store

MOST_MILESTONES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class EventForecasting:
    """How events are forecast, whatever the study.

    Parameters
    ----------
    families : tuple of str
        Of the hazard; averaged with weights by `criterion`.
    criterion : {"bic", "aic", "equal"}
    pieces : int
        Of the piecewise hazard.
    dropout : {"pooled", "by arm", "none"}
    uncertain : bool
        Whether the uncertainty of the hazards is in the bands (Bayesian), or not (plug-in).
    replications, seed, confidence_level
        As of `forecast_milestones`.

    Examples
    --------
    >>> EventForecasting(families=("weibull",), uncertain=False).criterion
    'aic'
    """

    families: tuple[str, ...] = USUAL_FAMILIES
    criterion: str = "aic"
    pieces: int = 3
    dropout: str = "pooled"
    uncertain: bool = True
    replications: int = 10_000
    seed: int = 1
    confidence_level: float = 0.9

    def __post_init__(self) -> None:
        known = bool(self.families) and set(self.families) <= set(FAMILIES)
        require(known, f"families are among {FAMILIES}", families=self.families)
        require(self.criterion in CRITERIA, f"criterion in {CRITERIA}", criterion=self.criterion)
        require(self.dropout in DROPOUTS, f"dropout in {DROPOUTS}", dropout=self.dropout)

    def fit(self, dated: DatedFollowUp) -> EventModels:
        """The models of what is known."""
        return fit_event_models(
            dated.follow_up,
            families=self.families,
            criterion=self.criterion,
            pieces=self.pieces,
            dropout=self.dropout,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneAnalysis:
    """What to forecast.

    Parameters
    ----------
    endpoint : str
        A PARAMCD of ADTTE.
    milestones : tuple of int
        Events > 0, at most 20 of them.
    cohort : Cohort
        Known at baseline.
    analysis_set : str, optional
        The ADSL flag whose subjects are analysed.
    arm : {"planned", "actual"}
    by_arm : bool
        Whether each arm has a hazard of its own; arms are pooled for a blinded reader.
    subjects : int, optional
        Whom the study enrols in all; None when enrolment is complete.
    rate : float, optional
        Subjects per `unit` who are still to enter; by default the pace of the last months.
    window : float
        How long before the cut those months begin, in `unit`.
    followup_limit : float, optional
        Time on study after which a subject is no longer followed, in `unit`; None for follow-up
        to the end of the study.
    unit : {"days", "weeks", "months", "years"}
    allowance_days : int
        As of `dated_trial`.
    how : EventForecasting

    Examples
    --------
    >>> asked = MilestoneAnalysis(endpoint="OS", milestones=(6,), how=EventForecasting(
    ...     families=("exponential",), replications=200))
    >>> asked.run(store).to_frame()[["milestone", "reached", "probability_ever"]].values.tolist()
    [[6, False, 0.0]]
    """

    endpoint: str
    milestones: tuple[int, ...]
    cohort: Cohort = EVERYONE
    analysis_set: str | None = None
    arm: ArmRole = "planned"
    by_arm: bool = True
    subjects: int | None = None
    rate: float | None = None
    window: float = 6.0
    followup_limit: float | None = None
    unit: str = "months"
    allowance_days: int = 90
    how: EventForecasting = field(default_factory=EventForecasting)

    def __post_init__(self) -> None:
        some = 1 <= len(self.milestones) <= MOST_MILESTONES and min(self.milestones) > 0
        rule = f"1 to {MOST_MILESTONES} milestones of events > 0"
        require(some, rule, milestones=self.milestones)
        require(self.subjects is None or self.subjects > 0, "subjects > 0", subjects=self.subjects)
        require(self.rate is None or self.rate > 0, "rate > 0", rate=self.rate)
        limit = self.followup_limit
        require(limit is None or limit > 0, "followup_limit > 0", followup_limit=limit)

    def run(
        self, store: Store, progress: Progress = unheard, *, entries: EntryTimes | None = None
    ) -> MilestoneAnswer:
        """Ask the store, fit and forecast.

        Parameters
        ----------
        progress : callable
        entries : EntryTimes, optional
            From a model of recruitment, in `unit` since the first entry; in place of the rate.

        Raises
        ------
        NotEstimableError
            As of `dated_trial` and `fit_event_models`, or when the pace of enrolment is not known.
        """
        dated = self.follow_up(store)
        progress(0.1, "Fitting hazards.")
        models = self.how.fit(dated)
        enrolment = self._enrolment(dated) if entries is None else entries
        found = forecast_milestones(
            dated.follow_up,
            models,
            self.milestones,
            enrolment=enrolment,
            followup_limit=self.limit,
            uncertain=self.how.uncertain,
            replications=self.how.replications,
            seed=self.how.seed,
            confidence_level=self.how.confidence_level,
            progress=part(progress, 0.2, 1.0),
        )
        return MilestoneAnswer(
            forecast=found,
            dated=dated,
            enrolment=enrolment,
            notes=(*dated.notes, *models.notes, *_arms_note(store, self.by_arm)),
        )

    def follow_up(self, store: Store) -> DatedFollowUp:
        """What is known of the subjects."""
        return dated_trial(
            store,
            endpoint=self.endpoint,
            cohort=self.cohort,
            analysis_set=self.analysis_set,
            arm=self.arm,
            by_arm=self.by_arm,
            allowance_days=self.allowance_days,
            unit=self.unit,
        )

    @property
    def limit(self) -> float:
        """Time on study after which a subject is no longer followed, which may be never."""
        return inf if self.followup_limit is None else self.followup_limit

    def _enrolment(self, dated: DatedFollowUp) -> RemainingEnrolment | None:
        missing = 0 if self.subjects is None else self.subjects - len(dated.follow_up.frame)
        if missing <= 0:
            return None
        if self.rate is not None:
            return RemainingEnrolment.until(subjects=missing, rate=self.rate)
        return recent_pace(dated.follow_up, subjects=self.subjects or 0, window=self.window)


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MilestoneAnswer(Result):
    """The forecast with its dates, and everything it rests on.

    Parameters
    ----------
    forecast : MilestoneForecast
    dated : DatedFollowUp
        What was known at the data cut.
    enrolment : RemainingEnrolment, EntryTimes or None
    notes : tuple of str
        What a reader must know.
    """

    forecast: MilestoneForecast
    dated: DatedFollowUp
    enrolment: RemainingEnrolment | EntryTimes | None
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row per milestone: `milestone`, `reached`, days `lower`, `median` and `upper` (None
        when that is never), and `probability_ever`."""
        table = self.forecast.to_frame()
        days = {
            name: pd.Series([self.dated.day_of(one) for one in table[name]], dtype=object)
            for name in ("lower", "median", "upper")
        }
        return table.assign(**days)

    def curve(self) -> pd.DataFrame:
        """Events by day: `day`, `expected`, `lower`, `median`, `upper`, `enrolled`."""
        table = self.forecast.curve
        days = [self.dated.day_of(one) for one in table["time"]]
        return table.drop(columns="time").assign(day=days)[["day", *table.columns[1:]]]

    def course(self) -> pd.DataFrame:
        """What came: `day` of each event, and `events` so far."""
        days = [self.dated.day_of(float(one)) for one in self.dated.follow_up.event_times]
        return pd.DataFrame({"day": days, "events": range(1, len(days) + 1)})

    def probability_by(self, milestone: int, day: datetime.date) -> float:
        """That a milestone is reached by the end of a day.

        Raises
        ------
        InputError
            For a day before the data cut.
        """
        if day < self.dated.cut_on:
            rule = f"`the day is {self.dated.cut_on} or later` must hold, but got {day}."
            raise InputError(rule)
        return self.forecast.probability_by(milestone, self.dated.time_of(day) + 1e-9)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the forecast rests on, in words."""
        found, unit = self.forecast, self.forecast.time_unit
        weights = ", ".join(f"{one.name} {one.weight:.0%}" for one in found.models.models)
        whose = " and ".join(found.models.arms)
        said = [
            f"On {self.dated.cut_on} there were {found.events:,} events of {found.subjects:,} "
            f"subjects.",
            f"Hazards of {whose}: {weights}, weighted by {found.models.criterion.upper()}; "
            f"{found.replications:,} draws, seed {found.seed}, "
            + ("uncertain hazards." if found.uncertain else "hazards taken as known."),
        ]
        return (*said, _entering(self.enrolment, unit), *self.notes)


def _entering(enrolment: RemainingEnrolment | EntryTimes | None, unit: str) -> str:
    if enrolment is None:
        return "Nobody more is enrolled."
    if isinstance(enrolment, EntryTimes):
        mean = float(enrolment.subjects.mean())
        return (
            f"{mean:,.0f} more subjects enter, on average, as the model of recruitment draws them."
        )
    return (
        f"{enrolment.most:,} more subjects enter at {enrolment.rates[-1]:.1f} a "
        f"{unit.removesuffix('s')}."
    )


def _arms_note(store: Store, by_arm: bool) -> tuple[str, ...]:
    if store.pooled:
        return ("Blinded: all arms are pooled.",)
    return () if by_arm else ("Arms are pooled.",)
