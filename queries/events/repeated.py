"""Every event of every subject within follow-up, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from queries.events.counting import Days, collect_records
from queries.events.records import DIED
from queries.events.selection import EventTerms
from queries.events.tables import Asked
from queries.level_sets import Places
from queries.prepared import UNKNOWN_DAY


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RepeatedEvents:
    """Follow-up of the chosen subjects who have any, and the events within it; day 1 is the first.

    Parameters
    ----------
    labels : tuple of str
        The arms.
    arm : array of int
        Of each subject, the place of its arm.
    end : array of int
        Last day of follow-up, 1 or more.
    died : array of bool
        Whether death ended it.
    subject, day : array of int
        Of each event, the place of its subject and the day; by term, subject, day.
    not_followed : int
        Subjects without a dated follow-up.
    undated, late, of_not_followed, before : int
        Events that are not among them: without a date, after the end of follow-up, of subjects
        without follow-up; and those among them, on day 1, from before the first dose.
    """

    labels: tuple[str, ...]
    arm: Places
    end: Days
    died: npt.NDArray[np.bool_]
    subject: Days
    day: Days
    not_followed: int
    undated: int
    late: int
    of_not_followed: int
    before: int


def repeated_events(asked: Asked, of: EventTerms) -> RepeatedEvents:
    """The events of some terms."""
    number, day = _records(asked, asked.records.codes(of))
    chosen = asked.group_of < asked.groups
    followed = chosen & (asked.stay.days > 0)
    without, undated = ~followed[number], day == UNKNOWN_DAY
    time = np.clip(day, 0, UNKNOWN_DAY - 1) + 1
    late = ~without & ~undated & (time > asked.stay.days[number])
    fits = ~(without | undated | late)
    place = (np.cumsum(followed) - 1).astype(np.int32)
    return RepeatedEvents(
        labels=tuple(asked.labels["arm"]),
        arm=asked.group_of[followed].astype(np.int64),
        end=asked.stay.days[followed],
        died=np.asarray(asked.stay.ended_by[followed] == DIED),
        subject=place[number[fits]],
        day=time[fits],
        not_followed=int((chosen & ~followed).sum()),
        undated=int((undated & ~without).sum()),
        late=int(late.sum()),
        of_not_followed=int(without.sum()),
        before=int((fits & (day < 0)).sum()),
    )


def _records(asked: Asked, codes: Places) -> tuple[Days, Days]:
    """Number and day of every record of the terms that counts."""
    records = asked.records
    most = int(np.diff(records.starts)[codes].sum())
    number, day, held = np.empty(most, dtype=np.int32), np.empty(most, dtype=np.int32), 0
    for code in codes:
        held = collect_records(records.arrays, asked.choice, int(code), number, day, held)
    return number[:held], day[:held]
