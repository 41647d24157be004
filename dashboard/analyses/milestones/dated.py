"""Follow-up of a study in calendar time, as a forecast takes it, and what its dates lack."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, isfinite

import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.milestones import TrialFollowUp
from analytics.milestones.follow_up import AT_RISK, COMPLETED, DROPOUT, EVENT
from analytics.results import Result, registered
from analytics.survival.counts import DAYS
from dashboard.analyses.survival.analysis import SurvivalAnalysis
from dashboard.analyses.survival.endpoint_times import recorded_unit
from dashboard.analyses.survival.immortal_time import immortal_time
from queries import questions
from queries.cohorts import EVERYONE, Cohort
from queries.store import ArmRole, Store

_STATUS: Mapping[str, str] = {
    "event": EVENT,
    "completed the study": COMPLETED,
    "left the study": DROPOUT,
    "ended before the data cut": DROPOUT,
    "reached the data cut": AT_RISK,
}
_LAG = 7  # days since the last contact, on average, from which on it is said
_OF_THE_FUTURE = (
    "The cohort uses what happened after baseline, when its subjects could not have been told "
    "(immortal time). A forecast needs a cohort that is known at randomisation."
)


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DatedFollowUp(Result):
    """Follow-up with the day from which its calendar time counts.

    A day counts as a whole: a subject who entered on the first day has the entry time 0, and an
    event on the same day the time of one day.

    Parameters
    ----------
    follow_up : TrialFollowUp
    origin : date
        Of the first entry; calendar time 0 is its beginning.
    cut_on : date
        The day of the data cut; `follow_up.now` is its end.
    notes : tuple of str
        What is missing, and what was done about it.

    Examples
    --------
    >>> known = TrialFollowUp.from_subjects(
    ...     entry=[0], time=[31], status=["event"], now=60, time_unit="days")
    >>> dated = DatedFollowUp(follow_up=known, origin=datetime.date(2024, 1, 1),
    ...                       cut_on=datetime.date(2024, 2, 29), notes=())
    >>> dated.day_of(31.0), dated.time_of(datetime.date(2024, 1, 31))
    (datetime.date(2024, 1, 31), 31.0)
    """

    follow_up: TrialFollowUp
    origin: datetime.date
    cut_on: datetime.date
    notes: tuple[str, ...]

    def day_of(self, time: float) -> datetime.date | None:
        """The day in which a calendar time is; None when it is never, or after the year 2200."""
        if not isfinite(time):
            return None
        days = ceil(round(time * DAYS[self.follow_up.time_unit], 6)) - 1
        last = (datetime.date(2200, 12, 31) - self.origin).days
        return self.origin + datetime.timedelta(days=days) if days <= last else None

    def time_of(self, day: datetime.date) -> float:
        """The calendar time at which a day ends."""
        return ((day - self.origin).days + 1) / DAYS[self.follow_up.time_unit]


def dated_trial(
    store: Store,
    *,
    endpoint: str,
    cohort: Cohort = EVERYONE,
    analysis_set: str | None = None,
    arm: ArmRole = "planned",
    by_arm: bool = True,
    allowance_days: int = 90,
    unit: str = "months",
) -> DatedFollowUp:
    """Ask the store for follow-up in calendar time.

    Parameters
    ----------
    by_arm : bool
        Whether arms are told apart, as far as this reader sees them.
    allowance_days : int
        Whoever's end-of-study status does not say it has dropped out when followed until more
        than this number of days before the data cut.

    Raises
    ------
    NotEstimableError
        When the cohort uses what happened after baseline, the study has no data cut, or nobody
        has the dates.

    Examples
    --------
    >>> dated = dated_trial(store, endpoint="OS", unit="days")
    >>> dated.origin, dated.follow_up.events, dated.follow_up.now
    (datetime.date(2024, 1, 3), 4, 120.0)
    """
    whole = 0 <= allowance_days <= 3650
    require(whole, "0 <= allowance_days <= 3650", allowance_days=allowance_days)
    require(unit in DAYS, f"unit in {tuple(DAYS)}", unit=unit)
    asked = SurvivalAnalysis(
        endpoint=endpoint, cohort=cohort, analysis_set=analysis_set, arm=arm, unit=unit
    )
    if immortal_time(store, asked):
        raise NotEstimableError(_OF_THE_FUTURE)
    rows = questions.dated_follow_up(
        store=store,
        endpoint=endpoint,
        allowance_days=allowance_days,
        cohort=asked.subjects(),
        arm=arm,
    )
    if rows.empty:
        raise NotEstimableError(f"No subject of this cohort has a time for {endpoint}.")
    days, cut_on, notes = _in_days(rows, recorded_unit(store, endpoint), allowance_days)
    told_apart = by_arm and not store.pooled
    left_out = tuple(
        f"Left out: {number:,} {reason}." for reason, number in asked.exclusions(store).items()
    )
    return DatedFollowUp(
        follow_up=_trial(days, cut_on, asked, store.arms(arm) if told_apart else None),
        origin=days["entry"].min().date(),
        cut_on=cut_on.date(),
        notes=(*left_out, *notes),
    )


def _trial(
    days: pd.DataFrame, cut_on: pd.Timestamp, asked: SurvivalAnalysis, arms: tuple[str, ...] | None
) -> TrialFollowUp:
    """In the unit asked for; arms that have nobody are left out, and all when none are given."""
    first, per = days["entry"].min(), DAYS[asked.unit]
    found = set(days["arm"])
    return TrialFollowUp.from_subjects(
        entry=(days["entry"] - first).dt.days / per,
        time=days["time"] / per,
        status=days["status"],
        arm=None if arms is None else days["arm"],
        arms=None if arms is None else tuple(one for one in arms if one in found),
        now=((cut_on - first).days + 1) / per,
        time_unit=asked.unit,
        endpoint=asked.endpoint,
    )


def _in_days(
    rows: pd.DataFrame, recorded: str, allowance_days: int
) -> tuple[pd.DataFrame, pd.Timestamp, tuple[str, ...]]:
    """`arm`, `entry` (a day), `time` (days, the first and the last included) and `status`."""
    table = rows.assign(
        **{name: pd.to_datetime(rows[name]) for name in ("enrolled_on", "started_on", "ended_on")}
    )
    cut_on, notes = _data_cut(table)
    entry = table["started_on"].fillna(table["enrolled_on"])
    length = pd.to_timedelta((table["time"] * DAYS[recorded]).round() - 1, unit="D")
    end = table["ended_on"].fillna(entry + length.clip(lower=pd.Timedelta(0)))
    status = table["ending"].map(_STATUS)
    recent = (cut_on - end).dt.days <= allowance_days
    status = status.where(status.notna(), recent.map({True: AT_RISK, False: DROPOUT}))
    later = end > cut_on
    notes += _missing(table, entry, later, end, cut_on)
    days = pd.DataFrame(
        {
            "arm": table["arm"],
            "entry": entry,
            "time": (end.where(~later, cut_on) - entry).dt.days + 1.0,
            "status": status.where(~later, AT_RISK),
        }
    )
    sound = entry.notna() & (entry <= cut_on) & (days["time"] >= 0)
    if not sound.any():
        raise NotEstimableError("No forecast: no subject has the day of entry by the data cut.")
    days = days[sound].assign(time=days["time"].clip(lower=1.0)).reset_index(drop=True)
    return days, cut_on, (*notes, *_waiting(days, cut_on))


def _data_cut(table: pd.DataFrame) -> tuple[pd.Timestamp, tuple[str, ...]]:
    cut_on = pd.to_datetime(table["cut_on"]).max()
    if pd.notna(cut_on):
        return cut_on, ()
    last = table[["ended_on", "started_on", "enrolled_on"]].max().max()
    if pd.isna(last):
        raise NotEstimableError("No forecast: the study has neither a data cut nor dates.")
    note = (
        f"The study states no data cut; it is taken as {last:%Y-%m-%d}, the last day in the data."
    )
    return last, (note,)


def _missing(
    table: pd.DataFrame, entry: pd.Series, later: pd.Series, end: pd.Series, cut_on: pd.Timestamp
) -> tuple[str, ...]:
    counts = {
        "Left out, without a day of entry": entry.isna(),
        "Left out, entered after the data cut": entry > cut_on,
        "Left out, follow-up ends before it starts": end < entry - pd.Timedelta(days=1),
        "The time has no first day, that of enrolment stands for it": (
            table["started_on"].isna() & table["enrolled_on"].notna()
        ),
        "The time has no last day, it is the first one and the recorded time": (
            table["ended_on"].isna() & entry.notna()
        ),
        "The time ends after the data cut, at which they are at risk": later,
    }
    return tuple(
        f"{what}: {int(n.sum()):,} of the subjects." for what, n in counts.items() if n.any()
    )


def _waiting(days: pd.DataFrame, cut_on: pd.Timestamp) -> tuple[str, ...]:
    """How long those at risk have not been heard of."""
    own = days[days["status"] == AT_RISK]
    if own.empty:
        return ("Nobody is at risk any more: no event will come from those enrolled.",)
    lag = float(((cut_on - own["entry"]).dt.days + 1 - own["time"]).mean())
    if lag < _LAG:
        return ()
    return (
        f"The {len(own):,} at risk were last heard of {lag:.0f} days before the data cut, on "
        "average; events that are expected since then count at the cut.",
    )
