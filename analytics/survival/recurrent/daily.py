"""Recurrent events on whole days as arrays: for very many subjects, whose names do not matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.checks import require
from analytics.survival.recurrent.mean_function import MeanFunction, on_steps

Integers = NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DailyEvents:
    """What `RecurrentEvents` says, for times that are whole days.

    Parameters
    ----------
    arm : array of int
        Of each subject, the place among `arms`.
    end : array of int
        Last day of each subject's follow-up, 0 or more.
    died : array of bool
        Whether death ended it.
    subject : array of int
        Of each event, the place of its subject; in any order.
    day : array of int
        Of each event, 0 to the subject's end.
    arms : tuple of str
        Reference first, each with at least one subject.
    endpoint : str
        What the events are.

    Raises
    ------
    InputError
        Arrays that do not fit together; an arm without subjects; an event after the end of
        follow-up.

    Examples
    --------
    >>> data = DailyEvents(
    ...     arm=np.array([0, 0]), end=np.array([10, 8]), died=np.array([False, True]),
    ...     subject=np.array([0, 0]), day=np.array([5, 2]), arms=("A",),
    ... )
    >>> data.mean_function("A").mean.tolist()
    [0.0, 0.5, 1.0, 1.0, 1.0]
    """

    arm: Integers
    end: Integers
    died: NDArray[np.bool_]
    subject: Integers
    day: Integers
    arms: tuple[str, ...]
    endpoint: str = ""

    def __post_init__(self) -> None:
        sizes = {self.arm.size, self.end.size, self.died.size}
        require(len(sizes) == 1, "one arm, end and death per subject", sizes=sorted(sizes))
        same = self.subject.size == self.day.size
        require(same, "one day per event", subjects=self.subject.size, days=self.day.size)
        counts = np.bincount(self.arm, minlength=len(self.arms))
        known = counts.size == len(self.arms) and bool((counts > 0).all())
        require(known, "each arm has at least one subject", subjects=counts.tolist())
        require(bool((self.end >= 0).all()), "end >= 0", least=int(self.end.min()))
        late = int(((self.day < 0) | (self.day > self.end[self.subject])).sum())
        require(late == 0, "events happen from day 0 until the end of follow-up", events=late)

    @property
    def time_unit(self) -> str:
        """Days, always."""
        return "days"

    def mean_function(self, arm: str) -> MeanFunction:
        """The mean function of one arm."""
        mine = self.arm == self.arms.index(arm)
        place = np.cumsum(mine) - 1
        end, own = self.end[mine], mine[self.subject]
        # Sorted by subject, then day: both in one number, which sorts fastest.
        width = int(self.end.max()) + 1
        key = place[self.subject[own]].astype(np.int64) * width + self.day[own]
        key.sort()
        subject, day = np.divmod(key, width)
        happens = np.zeros(width, dtype=bool)
        happens[0] = True
        happens[end] = True
        happens[day] = True
        steps, step_of = np.flatnonzero(happens), np.cumsum(happens) - 1
        return on_steps(
            steps=steps.astype(np.float64),
            last=step_of[end],
            died=self.died[mine].astype(np.int64),
            subject=subject,
            when=step_of[day],
        )

    def totals(self) -> dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]]:
        """By arm, the events and the time of each subject."""
        happened = np.bincount(self.subject, minlength=self.arm.size)
        return {
            name: (happened[self.arm == place], self.end[self.arm == place].astype(np.float64))
            for place, name in enumerate(self.arms)
        }
