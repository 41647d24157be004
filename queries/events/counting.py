"""Adverse events counted by group, class and term: subjects, records and time at risk.

One class at a time, so that what is worked on stays near the processor. Records of a term stand
in the order of subjects and days, so that the first of each subject is where the subject changes;
the first of a class is the least of its terms' firsts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from queries.events.records import Days, EventRecords, Flags, FollowUp, Small, selected
from queries.events.selection import EventSelection
from queries.level_sets import Places
from queries.prepared import KINDS, UNKNOWN_DAY

KINDS_SHOWN = ("any", "serious", "severe", "related", "withdrawn", "fatal")
SEVERE = 3  # the grade
GroupOf = npt.NDArray[np.unsignedinteger]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tally:
    """Numbers by row (a term, a class, everything) and group.

    Parameters
    ----------
    with_event, events : array of int
        Subjects and records.
    lost_days : array of int
        Days of follow-up that come after the first event, of those who have one.
    """

    with_event: Places
    events: Places
    lost_days: Places


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kept:
    """Records of one class that count, with the group of their subject; made by `kept`."""

    code: Places  # from the first term of the class
    number: Days
    day: Days
    kinds: Small
    grade: Small
    group: GroupOf

    @property
    def firsts(self) -> Places:
        """Where each subject of each term begins."""
        if not len(self.number):
            return np.empty(0, dtype=np.int64)
        changes = (self.number[1:] != self.number[:-1]) | (self.code[1:] != self.code[:-1])
        return np.flatnonzero(np.r_[True, changes])


def kept(
    records: EventRecords,
    first: int,
    last: int,
    *,
    selection: EventSelection,
    stay: FollowUp,
    group_of: GroupOf,
    groups: int,
) -> Kept:
    """The records of the terms from `first` until before `last` that count, of the chosen.

    Parameters
    ----------
    group_of : array
        By number of a subject the place of its group; `groups` for those not chosen.
    """
    part = slice(int(records.starts[first]), int(records.starts[last]))
    group = group_of[records.number[part]]
    where = np.flatnonzero(selected(records, part, selection, stay) & (group < groups))
    sizes = np.diff(records.starts[first : last + 1])
    code = np.repeat(np.arange(last - first), sizes)[where]
    return Kept(
        code=code,
        number=records.number[part][where],
        day=records.day[part][where],
        kinds=records.kinds[part][where],
        grade=records.grade[part][where],
        group=group[where],
    )


def is_of_kind(found: Kept, kind: str) -> Flags:
    """Which records are of a kind of `KINDS_SHOWN`."""
    if kind == "any":
        return np.ones(len(found.number), dtype=bool)
    if kind == "severe":
        return np.asarray(found.grade >= SEVERE)
    return np.asarray((found.kinds & KINDS[kind]) > 0)


def by_class(
    records: EventRecords,
    *,
    selection: EventSelection,
    stay: FollowUp,
    group_of: GroupOf,
    groups: int,
) -> Iterator[tuple[str, int, int, Kept]]:
    """Class by class: its name, its first term, the one after its last, and what is kept."""
    for name, first, last in records.classes():
        yield (
            name,
            first,
            last,
            kept(
                records,
                first,
                last,
                selection=selection,
                stay=stay,
                group_of=group_of,
                groups=groups,
            ),
        )


def tally(
    place: Places, number: Days, day: Days, group: GroupOf, *, stay: FollowUp, shape: Sequence[int]
) -> Tally:
    """Subjects by place and group, from the first record of each; `events` are 0.

    Parameters
    ----------
    place : array of int
        The row of each.
    shape : sequence of int
        Rows and groups.
    """
    cell = place * shape[1] + group
    size = int(shape[0] * shape[1])
    with_event = np.bincount(cell, minlength=size)
    lost = np.bincount(cell, weights=lost_days(number, day, stay), minlength=size)
    return Tally(
        with_event=with_event.reshape(shape),
        events=np.zeros(shape, dtype=np.int64),
        lost_days=np.rint(lost).astype(np.int64).reshape(shape),
    )


def lost_days(number: Days, day: Days, stay: FollowUp) -> Days:
    """Days of follow-up after the first event; none where its day is not known.

    A subject whose event is dated after their follow-up was at risk until its end. An event
    before the first dose leaves one day.
    """
    followed = stay.days[number]
    time = np.clip(day, 0, UNKNOWN_DAY - 1) + 1
    lost: Days = np.where(day == UNKNOWN_DAY, 0, np.maximum(followed - time, 0))
    return lost


def earliest(found: Kept, firsts: Places, into: Days) -> None:
    """Write the first day of each subject of a class over a later one in `into`.

    `into` holds, by number of a subject, a day, or more than `UNKNOWN_DAY` for no event.
    """
    number, day = found.number[firsts], found.day[firsts]
    for part in _terms_of(found.code[firsts]):
        own = number[part]
        into[own] = np.minimum(into[own], day[part])


def worst_of_class(
    found: Kept, firsts: Places, worst: Small, *, into: npt.NDArray[np.int8]
) -> None:
    """Write the worst grade of each subject of a class over a better one in `into`."""
    number = found.number[firsts]
    for part in _terms_of(found.code[firsts]):
        own = number[part]
        into[own] = np.maximum(into[own], worst[part].view(np.int8))


def _terms_of(code: Places) -> Iterator[slice]:
    """Where each term is; within it every subject stands once, so that places may be written."""
    if len(code):
        bounds = np.flatnonzero(np.r_[True, code[1:] != code[:-1], True])
        yield from (slice(int(start), int(end)) for start, end in pairwise(bounds))
