"""Adverse events counted record by record, in loops that are compiled.

Records of a term stand in the order of subjects and days, so that one pass sees where the next
subject begins, and the first record of each is the first event. What each subject had in a class
is written down by number. Nothing here knows a name: terms are places, groups are places.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from queries.level_sets import Places
from queries.prepared import KINDS, UNKNOWN_DAY

Days = npt.NDArray[np.int32]
Small = npt.NDArray[np.uint8]
GroupOf = npt.NDArray[np.unsignedinteger[Any]]

NO_EVENT = UNKNOWN_DAY + 1
NO_WINDOW = -1
GRADES = 6  # 0 is not graded
SEVERE = 3
SEVERE_BIT, ANY_BIT = 64, 1
KIND_BITS = {
    "any": ANY_BIT,
    "serious": KINDS["serious"],
    "severe": SEVERE_BIT,
    "related": KINDS["related"],
    "withdrawn": KINDS["withdrawn"],
    "fatal": KINDS["fatal"],
}
"""The kinds that an overview shows, and their bits in what `note_kinds` writes."""
_ENDED_BEFORE = KINDS["ended_before"]
_KEPT_BITS = sum(KINDS[kind] for kind in ("serious", "related", "withdrawn", "fatal"))


class Records(NamedTuple):
    """The arrays of `EventRecords`, as compiled loops take them."""

    starts: Places
    number: Days
    day: Days
    kinds: Small
    grade: Small


class Choice(NamedTuple):
    """Which records count, of whom.

    Parameters
    ----------
    need : int
        Bits of `kinds` that must be set.
    least_grade : int
    days_after : int
        Of a window after the last dose; `NO_WINDOW` for none.
    treated, followed : array
        By number of a subject: days from first to last dose, and of follow-up.
    group_of : array
        By number the place of the group; `groups` for those not chosen.
    groups : int
    """

    need: int
    least_grade: int
    days_after: int
    treated: Days
    followed: Days
    group_of: GroupOf
    groups: int


# The loops take arrays out of their tuples once, before they begin: taken out at every record,
# each would be counted as referred to, which takes four times as long as the counting.


@njit(cache=True, nogil=True)
def _fits(kinds: int, grade: int, day: int, treated: int, limits: tuple[int, int, int]) -> bool:
    """Whether a record counts, given what it is and how long its subject was treated.

    `limits` are the bits needed, the least grade, and the days of a window after the last dose.
    """
    need, least_grade, days_after = limits
    if kinds & need != need or grade < least_grade:
        return False
    if days_after == NO_WINDOW:
        return True
    if day == UNKNOWN_DAY:
        return bool(kinds & _ENDED_BEFORE == 0)
    return bool(treated >= 0 and 0 <= day <= treated + days_after)


@njit(cache=True, nogil=True)
def _lost_days(followed: int, day: int) -> int:
    """Days of follow-up after a first event; none where its day is not known.

    A subject whose event is dated after their follow-up was at risk until its end. An event
    before the first dose leaves one day.
    """
    lost: int = 0 if day == UNKNOWN_DAY else max(followed - max(day, 0) - 1, 0)
    return lost


@njit(cache=True, nogil=True)
def tally_terms(
    records: Records, choice: Choice, first: int, last: int, first_day: Days, tally: Places
) -> int:
    """Count the terms from `first` until before `last`.

    Parameters
    ----------
    first_day : array
        By number the first day of any of the terms; written where it is earlier.
    tally : array of int
        Row of the term, group, then subjects, records and lost days; added to.

    Returns
    -------
    int
        Records that count and have no date.
    """
    starts, number, days, kinds, grades = records
    limits = choice.need, choice.least_grade, choice.days_after
    treated, followed, group_of, groups = (
        choice.treated, choice.followed, choice.group_of, choice.groups,
    )  # fmt: skip
    undated = 0
    for term in range(first, last):
        before, row = -1, term - first
        for place in range(starts[term], starts[term + 1]):
            who, day = number[place], days[place]
            group = group_of[who]
            if group == groups or not _fits(kinds[place], grades[place], day, treated[who], limits):
                continue
            tally[row, group, 1] += 1
            undated += day == UNKNOWN_DAY
            if who != before:
                before = who
                tally[row, group, 0] += 1
                tally[row, group, 2] += _lost_days(followed[who], day)
                first_day[who] = min(first_day[who], day)
    return undated


@njit(cache=True, nogil=True)
def collect_records(
    records: Records, choice: Choice, term: int, into_number: Days, into_day: Days, held: int
) -> int:
    """Write number and day of the records of a term that count behind those already held.

    Returns
    -------
    int
        How many are held then.
    """
    starts, number, days, kinds, grades = records
    limits = choice.need, choice.least_grade, choice.days_after
    treated, group_of, groups = choice.treated, choice.group_of, choice.groups
    for place in range(starts[term], starts[term + 1]):
        who, day = number[place], days[place]
        if group_of[who] != groups and _fits(
            kinds[place], grades[place], day, treated[who], limits
        ):
            into_number[held], into_day[held] = who, day
            held += 1
    return held


@njit(cache=True, nogil=True)
def tally_subjects(choice: Choice, first_day: Days, tally: Places) -> None:
    """Count subjects and lost days by group, from the first days of `tally_terms`."""
    followed, group_of = choice.followed, choice.group_of
    for who in range(len(first_day)):
        if first_day[who] < NO_EVENT:
            tally[group_of[who], 0] += 1
            tally[group_of[who], 2] += _lost_days(followed[who], first_day[who])


@njit(cache=True, nogil=True)
def note_kinds(
    records: Records, choice: Choice, first: int, last: int, noted: Small, events: Places
) -> None:
    """Note by number which kinds of events a subject had, and count records by kind and group.

    Parameters
    ----------
    noted : array
        Bits of `KIND_BITS`; added to.
    events : array of int
        Bit (0 to 7), group; added to.
    """
    starts, number, days, kinds, grades = records
    limits = choice.need, choice.least_grade, choice.days_after
    treated, group_of, groups = choice.treated, choice.group_of, choice.groups
    for place in range(starts[first], starts[last]):
        who, kind, grade = number[place], kinds[place], grades[place]
        group = group_of[who]
        if group == groups or not _fits(kind, grade, days[place], treated[who], limits):
            continue
        bits = ANY_BIT | (kind & _KEPT_BITS)
        if grade >= SEVERE:
            bits |= SEVERE_BIT
        noted[who] |= bits
        for bit in range(8):
            events[bit, group] += bits >> bit & 1


@njit(cache=True, nogil=True)
def tally_grades(
    records: Records,
    choice: Choice,
    first: int,
    last: int,
    worst: npt.NDArray[np.int8],
    tally: Places,
) -> None:
    """Count subjects by term, group and the worst grade they had.

    Parameters
    ----------
    worst : array
        By number the worst grade in any of the terms; written where it is higher.
    tally : array of int
        Row of the term, group, grade; added to.
    """
    starts, number, days, kinds, grades = records
    limits = choice.need, choice.least_grade, choice.days_after
    treated, group_of, groups = choice.treated, choice.group_of, choice.groups
    for term in range(first, last):
        before, own, row = -1, 0, term - first
        for place in range(starts[term], starts[term + 1]):
            who, grade = number[place], min(grades[place], GRADES - 1)
            group = group_of[who]
            if group == groups or not _fits(
                kinds[place], grades[place], days[place], treated[who], limits
            ):
                continue
            if who != before:
                before, own = who, grade
                tally[row, group, grade] += 1
            elif grade > own:
                tally[row, group, own] -= 1
                tally[row, group, grade] += 1
                own = grade
            worst[who] = max(worst[who], own)


@njit(cache=True, nogil=True)
def tally_periods(
    records: Records, choice: Choice, first: int, last: int, edges: Places, tally: Places
) -> None:
    """Count subjects by term, group and period in which an event of theirs starts.

    Parameters
    ----------
    edges : array of int
        Days at which periods begin, and the end of the last.
    tally : array of int
        Row of the term, group, period; added to.
    """
    starts, number, days, kinds, grades = records
    limits = choice.need, choice.least_grade, choice.days_after
    treated, group_of, groups = choice.treated, choice.group_of, choice.groups
    for term in range(first, last):
        before, counted, row = -1, -1, term - first
        for place in range(starts[term], starts[term + 1]):
            who, day = number[place], days[place]
            group = group_of[who]
            if group == groups or not _fits(kinds[place], grades[place], day, treated[who], limits):
                continue
            period = np.searchsorted(edges, day, side="right") - 1
            inside = 0 <= period < len(edges) - 1
            if inside and (who != before or period != counted):
                before, counted = who, period
                tally[row, group, period] += 1


@njit(cache=True, nogil=True)
def tally_class_periods(
    records: Records,
    choice: Choice,
    first: int,
    last: int,
    edges: Places,
    seen: npt.NDArray[np.uint64],
    tally: Places,
) -> None:
    """Count subjects by group and period in which an event of any of the terms starts.

    Parameters
    ----------
    seen : array
        By number one bit a period, 64 in a word; at first without any.
    tally : array of int
        Group, period; added to.
    """
    starts, number, days, kinds, grades = records
    limits = choice.need, choice.least_grade, choice.days_after
    treated, group_of, groups = choice.treated, choice.group_of, choice.groups
    for place in range(starts[first], starts[last]):
        who, day = number[place], days[place]
        group = group_of[who]
        if group == groups or not _fits(kinds[place], grades[place], day, treated[who], limits):
            continue
        period = np.searchsorted(edges, day, side="right") - 1
        if 0 <= period < len(edges) - 1:
            word, bit = period // 64, np.uint64(1) << np.uint64(period % 64)
            if seen[who, word] & bit == 0:
                seen[who, word] |= bit
                tally[group, period] += 1


@njit(cache=True, nogil=True)
def note_starting(
    records: Records,
    choice: Choice,
    first: int,
    last: int,
    between: tuple[int, int],
    having: npt.NDArray[np.bool_],
) -> None:
    """Note by number who has an event that starts between two days, both included."""
    starts, number, days, kinds, grades = records
    limits = choice.need, choice.least_grade, choice.days_after
    treated, group_of, groups = choice.treated, choice.group_of, choice.groups
    for place in range(starts[first], starts[last]):
        who, day = number[place], days[place]
        if group_of[who] != groups and between[0] <= day <= between[1]:
            having[who] |= _fits(kinds[place], grades[place], day, treated[who], limits)
