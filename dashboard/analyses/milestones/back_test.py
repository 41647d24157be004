"""What would have been forecast from earlier cut-offs of the same study."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.milestones import BackTest, back_test, fit_event_models, recent_pace_until
from analytics.progress import Progress, unheard
from analytics.results import Result, registered
from analytics.survival.counts import DAYS
from dashboard.analyses.milestones.dated import DatedFollowUp
from dashboard.analyses.milestones.forecast import MilestoneAnalysis
from queries.store import Store

ENROLMENTS = ("as it was", "recent pace")
_FIRST_EVENTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class BackTestAnalysis:
    """Which forecasts to try on the past.

    Parameters
    ----------
    analysis : MilestoneAnalysis
        What is forecast, and how. Draws are at most 2,000 from each cut-off.
    cut_offs : int
        How many, 1 to 60: evenly in time, from the tenth event on to the last milestone, or to
        the data cut when it has not come.
    enrolment : {"as it was", "recent pace"}
        Whether a forecast knew who would enter when, which tests the forecast of events alone, or
        expected the pace of the months before to go on until the subjects of the study were in.

    Examples
    --------
    >>> BackTestAnalysis(analysis=MilestoneAnalysis(endpoint="OS", milestones=(3,))).run(store)
    Traceback (most recent call last):
        ...
    analytics.checks.NotEstimableError: A back-test begins at event 10, and there are 4.
    """

    analysis: MilestoneAnalysis
    cut_offs: int = 12
    enrolment: str = "as it was"

    def __post_init__(self) -> None:
        require(1 <= self.cut_offs <= 60, "1 <= cut_offs <= 60", cut_offs=self.cut_offs)
        known = self.enrolment in ENROLMENTS
        require(known, f"enrolment in {ENROLMENTS}", enrolment=self.enrolment)

    def run(self, store: Store, progress: Progress = unheard) -> BackTestAnswer:
        """Ask the store, look back and compare.

        Raises
        ------
        NotEstimableError
            With fewer than 10 events, or when no cut-off has a forecast.
        """
        asked, how = self.analysis, self.analysis.how
        dated = asked.follow_up(store)
        known = dated.follow_up
        if known.events < _FIRST_EVENTS:
            raise NotEstimableError(
                f"A back-test begins at event {_FIRST_EVENTS}, and there are {known.events}."
            )
        subjects = max(asked.subjects or 0, len(known.frame))
        expected = recent_pace_until(subjects, window=asked.window)
        found = back_test(
            known,
            asked.milestones,
            self._cut_offs(dated),
            enrolment=None if self.enrolment == "as it was" else expected,
            fit=partial(
                fit_event_models,
                families=how.families,
                criterion=how.criterion,
                pieces=how.pieces,
                dropout=how.dropout,
            ),
            followup_limit=asked.limit,
            recorded_to=1 / DAYS[asked.unit],
            uncertain=how.uncertain,
            replications=min(how.replications, 2_000),
            seed=how.seed,
            confidence_level=how.confidence_level,
            progress=progress,
        )
        return BackTestAnswer(
            back_test=found,
            dated=dated,
            notes=(*dated.notes, _AS_KNOWN_NOW, *_left_out(found, dated)),
        )

    def _cut_offs(self, dated: DatedFollowUp) -> list[float]:
        """At ends of whole days."""
        known = dated.follow_up
        happened, last = known.event_times, max(self.analysis.milestones)
        first = float(happened[_FIRST_EVENTS - 1])
        end = float(happened[last - 1]) if last <= happened.size else known.now
        if end <= first:
            raise NotEstimableError(
                f"A back-test begins at event {_FIRST_EVENTS}; no milestone is later."
            )
        times = np.linspace(first, end, self.cut_offs + 1)[:-1]
        days = [day for one in times if (day := dated.day_of(float(one))) is not None]
        return [time for day in days if (time := dated.time_of(day)) < known.now]


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BackTestAnswer(Result):
    """What was forecast and what happened, with days.

    Parameters
    ----------
    back_test : BackTest
    dated : DatedFollowUp
    notes : tuple of str
    """

    back_test: BackTest
    dated: DatedFollowUp
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """As `BackTest.table`, with days in place of times."""
        table = self.back_test.to_frame()
        days = {
            name: pd.Series([self.dated.day_of(one) for one in table[name]], dtype=object)
            for name in ("cut_off", "actual", "lower", "median", "upper")
        }
        return table.assign(**days)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The record of the forecasts, and what must be known of it."""
        found = self.back_test
        if not found.judged:
            return ("No forecast can be judged: none of the milestones has come.", *self.notes)
        return (
            f"{found.coverage:.0%} of {found.judged:,} bands of {found.confidence_level:.0%} held "
            f"what happened{_how_late(found)}.",
            "Forecasts of one study share its subjects and are not independent of each other.",
            *self.notes,
        )


_AS_KNOWN_NOW = (
    "An earlier cut-off shows what is known of it now; reports that came late, and corrections "
    "since, were not known then."
)


def _how_late(found: BackTest) -> str:
    late = found.mean_error
    if not np.isfinite(late):
        return ""
    side = "later" if late > 0 else "earlier"
    return (
        f"; milestones came {abs(late):.1f} {found.time_unit} {side} than their medians, on average"
    )


def _left_out(found: BackTest, dated: DatedFollowUp) -> tuple[str, ...]:
    return tuple(
        f"No forecast from {dated.day_of(one.cut_off)}: {one.reason}"
        for one in found.left_out.itertuples()
    )
