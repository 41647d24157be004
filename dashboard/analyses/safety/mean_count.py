"""Adverse events that repeat: how many a subject has had by a day on average, and at what rate."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.survival.recurrent import (
    DailyEvents,
    MeanCumulativeCount,
    RecurrentRates,
    estimate_recurrent_rates,
    fit_mean_cumulative_count,
)
from dashboard.analyses.safety.adverse_events import one_arm
from dashboard.analyses.safety.onset import LANDMARKS, TimeUnit
from dashboard.analyses.safety.subjects import SafetySubjects, comparison_refusal
from queries.events import EventSelection, EventTerms
from queries.events.repeated import RepeatedEvents
from queries.store import Store

_FEWEST_AT_RISK = 10
PER = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanCountAnalysis:
    """Every event of some classes and terms, with death as the end of all of them.

    Parameters
    ----------
    subjects : SafetySubjects
    selection : EventSelection
        Which records count, and until when subjects are followed for them.
    of : EventTerms
    column : str, optional
        The column of the adverse events whose levels are the classes of `of`.
    unit : {"days", "weeks", "months"}
        Of the curves; 1 is the day of first dose.
    day : int, optional
        When mean counts are stated; unless given, the latest of `LANDMARKS` at which 10 subjects
        of every arm are followed, or the last day of all arms.
    confidence_level : float
        Two-sided coverage.

    Examples
    --------
    >>> MeanCountAnalysis(of=EventTerms(classes=("Gut",))).of.title()
    'Gut'
    """

    subjects: SafetySubjects = field(default_factory=SafetySubjects)
    selection: EventSelection = field(default_factory=EventSelection)
    of: EventTerms = field(default_factory=EventTerms)
    column: str | None = None
    unit: TimeUnit = "days"
    day: int | None = None
    confidence_level: float = 0.95

    def __post_init__(self) -> None:
        require(self.day is None or self.day >= 1, "day >= 1", day=self.day)

    def run(self, store: Store) -> MeanCountAnswer:
        """Ask the store and estimate.

        Raises
        ------
        NotEstimableError
            When nobody was followed.
        """
        found = store.event_sets.repeated(
            self.selection,
            of=self.of,
            cohort=self.subjects.chosen(),
            arm=self.subjects.arm,
            column=self.column,
        )
        events = daily_events(found, self.subjects.arms_of(store), self.of.title())
        level = self.confidence_level
        means = fit_mean_cumulative_count(events, confidence_level=level)
        return MeanCountAnswer(
            asked=self,
            means=means,
            rates=estimate_recurrent_rates(events, per=PER, confidence_level=level),
            day=usual_day(events) if self.day is None else self.day,
            refusal=comparison_refusal(store, self.subjects) or one_arm(store, events.arms),
            deaths_recorded=store.collected("died_on") or store.collected("discontinuation_reason"),
            left_out={
                "not_followed": found.not_followed,
                "undated": found.undated,
                "late": found.late,
                "of_not_followed": found.of_not_followed,
                "before": found.before,
            },
        )


def daily_events(found: RepeatedEvents, arms: tuple[str, ...], endpoint: str = "") -> DailyEvents:
    """The same of some arms, in their order; arms without follow-up are left out.

    Raises
    ------
    NotEstimableError
        When nobody was followed.
    """
    sizes = np.bincount(found.arm, minlength=len(found.labels))
    here = tuple(arm for arm in arms if arm in found.labels and sizes[found.labels.index(arm)])
    if not here:
        raise NotEstimableError(
            f"No subject has a dated follow-up (without one: {found.not_followed:,})."
        )
    order = np.full(len(found.labels), -1)
    order[[found.labels.index(arm) for arm in here]] = np.arange(len(here))
    own = order[found.arm] >= 0
    place = np.cumsum(own) - 1
    theirs = own[found.subject] if not own.all() else slice(None)
    return DailyEvents(
        arm=order[found.arm[own]],
        end=found.end[own],
        died=found.died[own],
        subject=place[found.subject[theirs]],
        day=found.day[theirs],
        arms=here,
        endpoint=endpoint,
    )


def usual_day(events: DailyEvents) -> int:
    """The latest of `LANDMARKS` at which at least 10 subjects of every arm are followed.

    Where there is none, the last day to which somebody of every arm was.

    Examples
    --------
    >>> usual_day(DailyEvents(arm=np.zeros(12, int), end=np.full(12, 30), died=np.zeros(12, bool),
    ...     subject=np.array([], int), day=np.array([], int), arms=("A",)))
    28
    """
    ends = [events.end[events.arm == place] for place in range(len(events.arms))]
    reached = [
        day for day in LANDMARKS if all((own >= day).sum() >= _FEWEST_AT_RISK for own in ends)
    ]
    return reached[-1] if reached else int(min(own.max() for own in ends))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeanCountAnswer:
    """Mean cumulative counts and rates.

    Parameters
    ----------
    asked : MeanCountAnalysis
    means : MeanCumulativeCount
        In days.
    rates : RecurrentRates
        Per 100 patient-years of follow-up.
    day : int
        When mean counts are stated.
    refusal : str or None
        Why arms are not compared.
    deaths_recorded : bool
        Whether the data can tell who died.
    left_out : dict
        Subjects `not_followed`; events `undated`, `late` and `of_not_followed`; and `before`,
        which count on day 1.
    """

    asked: MeanCountAnalysis
    means: MeanCumulativeCount
    rates: RecurrentRates
    day: int
    refusal: str | None
    deaths_recorded: bool
    left_out: dict[str, int]

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms with follow-up, reference first."""
        return self.means.arms

    @property
    def events(self) -> int:
        """Events during follow-up."""
        return sum(curve.events for curve in self.means.curves)

    def table(self) -> pd.DataFrame:
        """One row per arm: the mean count at the day, and the rate over all of follow-up.

        Returns
        -------
        DataFrame
            `arm`, `day`, `subjects`, `at_risk`, `events` (in all of follow-up), `patient_years`,
            `mean`, `lower`, `upper`, `rate`, `rate_lower`, `rate_upper`; where arms are compared
            `difference` (of mean counts), `ratio` (of mean counts) and `rate_ratio` with
            `…_lower`, `…_upper`, `…_p_value`, missing for the reference.
        """
        means = self.means.landmark(self.day).rename(columns={"time": "day"})
        means = means.drop(columns="std_err")
        rates = self.rates.table.rename(columns={"lower": "rate_lower", "upper": "rate_upper"})
        rates = rates.drop(columns=["log_std_err", "poisson_log_std_err"])
        table = means.assign(day=self.day).merge(rates, on="arm")
        if self.refusal is not None:
            return table
        compared = {
            "difference": self.means.differences(self.day),
            "ratio": self.means.ratios(self.day),
            "rate_ratio": self.rates.ratios().rename(columns={"ratio": "rate_ratio"}),
        }
        for name, found in compared.items():
            ends = {side: f"{name}_{side}" for side in ("lower", "upper", "p_value")}
            own = found.rename(columns=ends)[["arm", name, *ends.values()]]
            table = table.merge(own, on="arm", how="left")
        return table
