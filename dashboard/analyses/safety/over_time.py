"""When adverse events start: subjects with one in each period of the trial, by term and arm."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from analytics.checks import require
from dashboard.analyses.safety.subjects import SafetySubjects
from queries.events import EventSelection
from queries.store import Store

PERIODS = {"week": 7.0, "2 weeks": 14.0, "4 weeks": 28.0, "month": 30.4375}
"""How long a period is, in days."""

MOST_PERIODS = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsOverTime:
    """Subjects with an event that starts in a period, among those still followed.

    Parameters
    ----------
    subjects : SafetySubjects
    selection : EventSelection
        Which records count.
    period : {"week", "2 weeks", "4 weeks", "month"}
        Months are of 30.4375 days, each beginning on a whole day.
    periods : int
        From first dose, 1 to 26.
    column : str, optional
        A column of the adverse events whose levels are the classes.
    whole_classes : bool
        Of classes, not of terms.

    Examples
    --------
    >>> EventsOverTime(period="month", periods=3).edges
    (0, 30, 61, 91)
    """

    subjects: SafetySubjects = field(default_factory=SafetySubjects)
    selection: EventSelection = field(default_factory=EventSelection)
    period: str = "4 weeks"
    periods: int = 12
    column: str | None = None
    whole_classes: bool = False

    def __post_init__(self) -> None:
        require(self.period in PERIODS, f"period in {tuple(PERIODS)}", period=self.period)
        least = f"1 <= periods <= {MOST_PERIODS}"
        require(1 <= self.periods <= MOST_PERIODS, least, periods=self.periods)

    @property
    def edges(self) -> tuple[int, ...]:
        """Days after first dose on which periods begin, and the end of the last."""
        return tuple(round(PERIODS[self.period] * place) for place in range(self.periods + 1))

    def days(self, period: int) -> tuple[int, int]:
        """The first and the last day of a period, in days after first dose.

        Examples
        --------
        >>> EventsOverTime().days(1)
        (28, 55)
        """
        return self.edges[period], self.edges[period + 1] - 1

    def run(self, store: Store) -> OverTimeAnswer:
        """Ask the store."""
        table, followed = store.event_sets.by_period(
            self.selection,
            self.edges,
            cohort=self.subjects.chosen(),
            arm=self.subjects.arm,
            column=self.column,
            whole_classes=self.whole_classes,
        )
        here = set(followed.loc[followed["at_risk"] > 0, "arm"])
        arms = tuple(arm for arm in self.subjects.arms_of(store) if arm in here)
        table = table[table["arm"].isin(arms)].merge(followed, on=["arm", "period"])
        share = (table["with_event"] / table["at_risk"]).where(table["at_risk"] > 0)
        return OverTimeAnswer(
            asked=self,
            arms=arms,
            table=table.assign(share=share.astype(float)).reset_index(drop=True),
            followed=followed[followed["arm"].isin(arms)].reset_index(drop=True),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OverTimeAnswer:
    """Events by period.

    Parameters
    ----------
    asked : EventsOverTime
    arms : tuple of str
        Those with somebody followed, reference first.
    table : DataFrame
        `class`, `term`, `arm`, `period` (place from 0), `with_event` (subjects; only where there
        are any), `at_risk` (followed when the period begins) and `share` of them.
    followed : DataFrame
        `arm`, `period`, `at_risk`.
    """

    asked: EventsOverTime
    arms: tuple[str, ...]
    table: pd.DataFrame
    followed: pd.DataFrame

    @property
    def shown(self) -> int:
        """How many periods have somebody still followed."""
        still = self.followed.loc[self.followed["at_risk"] > 0, "period"]
        return int(still.max()) + 1 if len(still) else 0

    def events(self) -> pd.DataFrame:
        """`table` as far as somebody is still followed."""
        return self.table[self.table["period"] < self.shown]

    def sizes(self) -> pd.DataFrame:
        """`followed` as far as somebody is."""
        return self.followed[self.followed["period"] < self.shown]
