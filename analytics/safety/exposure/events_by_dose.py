"""Events by the dose that was in force when they began, and their rates at each dose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered, require_columns
from analytics.safety.exposure.dose_levels import OTHER_LEVELS, dose_levels
from analytics.safety.exposure.dosing import Dosing
from analytics.survival.recurrent import RecurrentEvents, estimate_recurrent_rates

COLUMNS = (
    "arm", "level", "exposed", "patient_years", "subjects", "events", "rate", "lower", "upper",
)  # fmt: skip
EVENT_COLUMNS = ("subject", "day", "events")
_DAYS_IN_YEAR = 365.25


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EventsByDose(Result):
    """Events and their rates, by arm and dose at onset.

    Parameters
    ----------
    table : DataFrame
        `arm`, `level` (a dose, "Interrupted", "Before treatment" or "After treatment"), `exposed`
        (subjects with a day at it), `patient_years` at it, `subjects` with an event at it,
        `events`, `rate` (events per so many patient-years), `lower`, `upper`. Outside treatment
        there is no time at a dose: exposed, years and rate are NaN; so are limits without events
        or when subjects do not differ.
    onsets : DataFrame
        `subject`, `arm`, `level`, `events`: who is counted where.
    per, confidence_level : float
    levels : tuple of str
        Highest dose first.
    undosed_events, undated_events : int
        Events that are not counted: of treated subjects without doses on record, and without a
        day.
    """

    table: pd.DataFrame
    onsets: pd.DataFrame
    per: float
    confidence_level: float
    levels: tuple[str, ...]
    undosed_events: int
    undated_events: int

    def __post_init__(self) -> None:
        require_columns(self.table, COLUMNS, "a table of events by dose")

    def behind(self, arm: str, level: str) -> tuple[str, ...]:
        """The subjects of an arm with an event at a level."""
        own = self.onsets[(self.onsets["arm"] == arm) & (self.onsets["level"] == level)]
        return tuple(own["subject"])

    def to_frame(self) -> pd.DataFrame:
        """One row per arm and level."""
        return self.table.copy()


def count_events_by_dose(
    dosing: Dosing, events: pd.DataFrame, *, per: float = 100.0, confidence_level: float = 0.95
) -> EventsByDose:
    """Count events by the dose in force on the day they began.

    On a day on which the dose changes, the new dose is in force. Rates have the variance of
    `estimate_recurrent_rates`, which is robust by subject: events recur. Doses change because of
    events, so rates at different doses say nothing of what a dose causes.

    Parameters
    ----------
    dosing : Dosing
    events : DataFrame
        `subject`, `day` (study day of onset: 1 is the first dose, days before it are 0 or less;
        NaN when not known) and `events` on that day. Subjects who were not treated are left out.
    per : float
        Patient-years that rates refer to.
    confidence_level : float
        Two-sided coverage.

    Raises
    ------
    NotEstimableError
        When no subject has a dose on record.

    Examples
    --------
    >>> subjects = pd.DataFrame(
    ...     {"subject": ["1", "2"], "arm": "A", "days": [9, 5], "ongoing": False, "followed": 9.0}
    ... )
    >>> periods = pd.DataFrame(
    ...     {"subject": ["1", "1", "2"], "start": [1, 8, 1], "end": [5, 9, 5], "dose": [9, 5, 9]}
    ... )
    >>> events = pd.DataFrame({"subject": ["1", "1", "2"], "day": [3, 8, 20], "events": [2, 1, 1]})
    >>> dosing = Dosing.of(subjects, periods, arms=("A",), unit="mg")
    >>> count_events_by_dose(dosing, events).table[["level", "exposed", "subjects", "events"]]
                 level  exposed  subjects  events
    0             9 mg      2.0         1       2
    1             5 mg      1.0         1       1
    2      Interrupted      1.0         0       0
    3  After treatment      NaN         1       1
    """
    require(0 < per < np.inf, "0 < per < infinity", per=per)
    missing = [name for name in EVENT_COLUMNS if name not in events.columns]
    require(not missing, f"events have the columns {', '.join(EVENT_COLUMNS)}", missing=missing)
    level, order = dose_levels(dosing)
    states = dosing.states().assign(level=level)
    if states.empty:
        raise NotEstimableError("No subject of this cohort has a dose on record.")
    treated = events[events["subject"].isin(dosing.subjects["subject"])]
    dosed = treated[treated["subject"].isin(dosing.dosed)]
    onsets = _onsets(dosed.dropna(subset=["day"]), dosing, states)
    time = _time(states)
    rows = [
        _row(arm, name, onsets, time, per, confidence_level)
        for arm in dosing.arms
        for name in (*order, *OTHER_LEVELS[1:])
    ]
    table = pd.DataFrame([row for row in rows if row is not None], columns=list(COLUMNS))
    return EventsByDose(
        table=table.astype({"exposed": float}),
        onsets=onsets,
        per=float(per),
        confidence_level=confidence_level,
        levels=(*order, *(name for name in OTHER_LEVELS[1:] if name in set(table["level"]))),
        undosed_events=int(treated["events"].sum() - dosed["events"].sum()),
        undated_events=int(dosed.loc[dosed["day"].isna(), "events"].sum()),
    )


def _onsets(events: pd.DataFrame, dosing: Dosing, states: pd.DataFrame) -> pd.DataFrame:
    own = events.merge(dosing.subjects[["subject", "arm", "days"]], on="subject")
    own["day"] = own["day"].astype(np.int64)
    starts = states[["subject", "start", "level"]].sort_values("start")
    found = pd.merge_asof(
        own.sort_values("day"), starts, left_on="day", right_on="start", by="subject"
    )
    outside = np.where(found["day"] < 1, OTHER_LEVELS[1], OTHER_LEVELS[2])
    within = (found["day"] >= 1) & (found["day"] <= found["days"])
    found["level"] = found["level"].where(within, outside)
    keys = ["arm", "level", "subject"]
    summed = found.groupby(keys, as_index=False)["events"].sum()
    return summed[["subject", "arm", "level", "events"]]


def _time(states: pd.DataFrame) -> pd.DataFrame:
    days = states.assign(days=states["end"] - states["start"] + 1)
    return days.groupby(["arm", "level", "subject"], as_index=False)["days"].sum()


def _row(
    arm: str,
    level: str,
    onsets: pd.DataFrame,
    time: pd.DataFrame,
    per: float,
    confidence_level: float,
) -> tuple[object, ...] | None:
    had = onsets[(onsets["arm"] == arm) & (onsets["level"] == level)]
    at = time[(time["arm"] == arm) & (time["level"] == level)]
    subjects, events = len(had), int(had["events"].sum())
    if at.empty:
        nothing = (np.nan,) * 3
        return (arm, level, np.nan, np.nan, subjects, events, *nothing) if events else None
    rate = _rate(at, had, per, confidence_level)
    years = at["days"].sum() / _DAYS_IN_YEAR
    return arm, level, len(at), years, subjects, events, *rate


def _rate(
    at: pd.DataFrame, had: pd.DataFrame, per: float, confidence_level: float
) -> tuple[float, float, float]:
    ends = dict(zip(at["subject"], at["days"], strict=True))
    # A rate counts events, whenever they were: all are put at the end of the time at the dose.
    whose = had["subject"].repeat(had["events"])
    recurrent = RecurrentEvents(
        followup=pd.DataFrame(
            {"subject": ends.keys(), "arm": "A", "end": ends.values(), "died": 0}
        ),
        events=pd.DataFrame({"subject": whose, "time": whose.map(ends).astype(float)}),
        arms=("A",),
    )
    table = estimate_recurrent_rates(recurrent, per=per, confidence_level=confidence_level).table
    rate, lower, upper = (float(table[name].iloc[0]) for name in ("rate", "lower", "upper"))
    return rate, lower, upper
