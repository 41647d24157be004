"""Dropout as it was: follow-up that ended without the event before the trial ended it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analytics.checks import require
from analytics.design import HazardAssumption
from analytics.results import Result, registered
from analytics.survival.counts import SurvivalCounts

DROPPED = ("left the study", "ended before the data cut")
ADMINISTRATIVE = ("completed the study", "reached the data cut")
UNDATED = "not dated"


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class FittedDropout(Result):
    """The constant hazard of leaving follow-up without the event.

    Parameters
    ----------
    arms : tuple of str
        Whose subjects it rests on.
    left : int
        Subjects whose end-of-study status says that they left the study, by the data cut.
    ended_early : int
        Subjects without such a status whose follow-up ended more than `allowance_days` before
        the data cut.
    deaths : int
        Of those who left: by death, where death is not the event.
    administrative : int
        Subjects without the event who completed the study or reached the data cut.
    undated : int
        Subjects without the event of whom neither can be told; they are not counted as dropouts.
    allowance_days : int
    time : float
        Follow-up of all subjects together, in `time_unit`.
    time_unit : str
    hazard : HazardAssumption or None
        Exponential, dropouts / time, its logarithm with the variance 1 / dropouts; None when
        nobody dropped out, or nobody's end can be told.

    Examples
    --------
    >>> found = FittedDropout(
    ...     arms=("Placebo",), left=4, ended_early=1, deaths=0, administrative=40, undated=0,
    ...     allowance_days=90, time=500.0, time_unit="months",
    ...     hazard=HazardAssumption.exponential(rate=0.01, events=5))
    >>> found.dropouts
    5
    """

    arms: tuple[str, ...]
    left: int
    ended_early: int
    deaths: int
    administrative: int
    undated: int
    allowance_days: int
    time: float
    time_unit: str
    hazard: HazardAssumption | None

    def __post_init__(self) -> None:
        some = self.hazard is None or self.dropouts > 0
        require(some, "a hazard of dropout rests on dropouts", dropouts=self.dropouts)

    @property
    def dropouts(self) -> int:
        """All who are counted as having dropped out."""
        return self.left + self.ended_early

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was counted, and what must be known of it."""
        who = " and ".join(self.arms)
        if self.undated and not (self.dropouts or self.administrative):
            return (
                f"Dropout of {who} is not estimated: the data tell neither an end-of-study status "
                "nor dates to hold against the data cut. State it by hand.",
            )
        said = [
            f"Dropout of {who}: {self.dropouts:,} in {self.time:,.0f} subject-{self.time_unit}: "
            f"{self.left:,} left the study without the event by the data cut, {self.ended_early:,} "
            f"others were followed until more than {self.allowance_days} days before it. "
            f"{self.administrative:,} without the event completed the study or reached the cut."
        ]
        if self.deaths:
            said.append(f"{self.deaths:,} of those who left died, which ends their follow-up here.")
        if self.undated:
            said.append(f"Of {self.undated:,} more it cannot be told; they are no dropouts.")
        if not self.dropouts:
            said.append("No dropout is assumed, since nobody dropped out.")
        return tuple(said)


def fit_dropout(
    endings: pd.DataFrame, counts: SurvivalCounts, arms: tuple[str, ...], *, allowance_days: int
) -> FittedDropout:
    """The dropout of some arms together.

    Parameters
    ----------
    endings : DataFrame
        As `queries.questions.endings_without_event` answers.
    counts : SurvivalCounts
        Of the same subjects: their follow-up.
    """
    own = endings[endings["arm"].isin(arms)]
    by_ending = own.groupby("ending")["subjects"].sum()
    followed = counts.frame[counts.frame["arm"].isin(arms)]
    time = float((followed["time"] * (followed["events"] + followed["censored"])).sum())
    left, early = (int(by_ending.get(name, 0)) for name in DROPPED)
    dropouts = left + early
    hazard = None
    if dropouts and time > 0:
        hazard = HazardAssumption.exponential(
            rate=dropouts / time, events=dropouts, time_unit=counts.time_unit
        )
    return FittedDropout(
        arms=arms,
        left=left,
        ended_early=early,
        deaths=int(own.loc[own["ending"] == DROPPED[0], "deaths"].sum()),
        administrative=sum(int(by_ending.get(name, 0)) for name in ADMINISTRATIVE),
        undated=int(by_ending.get(UNDATED, 0)),
        allowance_days=allowance_days,
        time=time,
        time_unit=counts.time_unit,
        hazard=hazard,
    )
