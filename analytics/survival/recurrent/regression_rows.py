"""Recurrent events as (start, stop] rows, the form in which Cox regression takes them.

Every row but a subject's last ends with one of its events. Death ends the last row without one: in
these models it is censoring.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.checks import require
from analytics.survival.recurrent.events import RecurrentEvents


def andersen_gill_rows(events: RecurrentEvents) -> pd.DataFrame:
    """Rows for the Andersen–Gill model: at risk of the next event, whatever came before.

    Fit with a variance that is robust by subject: events of one subject are not independent.

    Returns
    -------
    DataFrame
        `subject`, `arm`, `start`, `stop`, `event` (0 or 1); by subject, then time. Subjects
        followed for no time have no row.

    Raises
    ------
    InputError
        When a subject has an event at time 0 or two at one time: between them no time passes in
        which it could be at risk.

    References
    ----------
    Andersen and Gill (1982), Annals of Statistics 10:1100-1120; Lin, Wei, Yang and Ying (2000),
    JRSS B 62:711-730.

    Examples
    --------
    >>> data = RecurrentEvents.from_subjects([10, 5], [[2, 7], [5]])
    >>> andersen_gill_rows(data)[["subject", "start", "stop", "event"]]
      subject  start  stop  event
    0       1    0.0   2.0      1
    1       1    2.0   7.0      1
    2       1    7.0  10.0      0
    3       2    0.0   5.0      1
    """
    followup = events.followup[["subject", "arm", "end"]]
    happened = events.events.merge(followup[["subject", "arm"]], on="subject", how="left")
    last = happened.groupby("subject")["time"].max().reindex(followup["subject"]).to_numpy()
    still = followup[followup["end"].to_numpy() > np.nan_to_num(last)]
    rows = pd.concat(
        [happened.assign(event=1), still.rename(columns={"end": "time"}).assign(event=0)]
    ).sort_values(["subject", "time"], kind="stable", ignore_index=True)
    start = rows.groupby("subject")["time"].shift(fill_value=0.0)
    empty = rows[rows["time"] <= start]
    rule = "a subject's events happen after time 0 and at different times"
    subject = None if empty.empty else empty["subject"].iloc[0]
    require(empty.empty, rule, subject=subject, events=len(empty))
    rows = rows.rename(columns={"time": "stop"}).assign(start=start)
    return rows[["subject", "arm", "start", "stop", "event"]]


def prentice_williams_peterson_rows(
    events: RecurrentEvents, *, time: str = "total", most: int | None = None
) -> pd.DataFrame:
    """Rows for Prentice, Williams and Peterson's model: the k-th event in a stratum of its own.

    A subject is at risk of its k-th event only after the one before. Fit with `stratum` as strata,
    so that each has a baseline hazard of its own, and a variance that is robust by subject.

    Parameters
    ----------
    events : RecurrentEvents
    time : {"total", "gap"}
        Whether time runs from the beginning of follow-up or anew from each event.
    most : int, optional
        Subjects leave after so many events; late strata hold few subjects.

    Returns
    -------
    DataFrame
        `subject`, `arm`, `start`, `stop`, `event` (0 or 1), `stratum` (1, 2, ...).

    Raises
    ------
    InputError
        As in `andersen_gill_rows`.

    References
    ----------
    Prentice, Williams and Peterson (1981), Biometrika 68:373-379.

    Examples
    --------
    >>> data = RecurrentEvents.from_subjects([10], [[2, 7]])
    >>> rows = prentice_williams_peterson_rows(data, time="gap")
    >>> rows[["start", "stop", "event", "stratum"]]
       start  stop  event  stratum
    0    0.0   2.0      1        1
    1    0.0   5.0      1        2
    2    0.0   3.0      0        3
    """
    require(time in ("total", "gap"), "time in ('total', 'gap')", time=time)
    require(most is None or most >= 1, "most >= 1", most=most)
    rows = andersen_gill_rows(events)
    rows["stratum"] = rows.groupby("subject").cumcount() + 1
    if most is not None:
        rows = rows[rows["stratum"] <= most].reset_index(drop=True)
    if time == "gap":
        rows = rows.assign(start=0.0, stop=rows["stop"] - rows["start"])
    return rows
