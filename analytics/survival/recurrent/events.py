"""Events that can happen to a subject again and again, and until when each subject was followed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analytics.checks import require
from analytics.results import Result, registered
from analytics.survival.columns import checked_times, known_positions, label_codes, zero_or_one
from analytics.survival.counts import DAYS, merged_times
from analytics.survival.recurrent.mean_function import MeanFunction, mean_function

FOLLOWUP_COLUMNS = ("subject", "arm", "end", "died")
EVENT_COLUMNS = ("subject", "time")


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecurrentEvents(Result):
    """Follow-up of each subject and the events within it.

    Unlike times to a first event they cannot be counted over subjects beforehand: events of one
    subject belong together, and every standard error here rests on that. Times that differ only
    by rounding are one time, as in `SurvivalCounts`.

    Parameters
    ----------
    followup : DataFrame
        One row per subject: `subject` (its name), `arm`, `end` of follow-up (>= 0) and `died`:
        whether it ended in death, or in another event after which none of these can happen.
    events : DataFrame
        One row per event: `subject`, `time` (0 to the subject's end, both included).
    arms : tuple of str
        The arms in order, each with at least one subject; the first is the reference.
    endpoint : str
        What the events are.
    time_unit : {"days", "weeks", "months", "years"}
        Unit of all times.

    Raises
    ------
    InputError
        Times that are missing, negative or infinite; a subject followed twice; an event of a
        subject that is not followed, or after its end; an arm without subjects.

    Examples
    --------
    >>> data = RecurrentEvents.from_subjects([10, 8], [[2, 5], []], arms=["A", "A"])
    >>> data.events
      subject  time
    0       1   2.0
    1       1   5.0
    """

    followup: pd.DataFrame
    events: pd.DataFrame
    arms: tuple[str, ...]
    endpoint: str = ""
    time_unit: str = "days"

    def __post_init__(self) -> None:
        require(self.time_unit in DAYS, f"time_unit in {tuple(DAYS)}", time_unit=self.time_unit)
        _require_columns(self.followup, FOLLOWUP_COLUMNS, "follow-up")
        _require_columns(self.events, EVENT_COLUMNS, "events")
        require(len(set(self.arms)) == len(self.arms), "each arm is named once", arms=self.arms)
        followup, events = _tidy(self.followup, self.events, self.arms)
        object.__setattr__(self, "followup", followup)
        object.__setattr__(self, "events", events)

    @classmethod
    def from_subjects(
        cls,
        ends: ArrayLike,
        events: Sequence[Sequence[float]],
        *,
        arms: Sequence[str] | None = None,
        died: ArrayLike | None = None,
        order: tuple[str, ...] | None = None,
        endpoint: str = "",
        time_unit: str = "days",
    ) -> Self:
        """Subjects given one by one; they are named "1", "2", ...

        Parameters
        ----------
        ends : array
            End of each subject's follow-up.
        events : sequence of sequences of float
            The times of each subject's events.
        arms : sequence of str, optional
            Each subject's arm; one arm "All subjects" unless given.
        died : array of bool or 0/1, optional
            Whether follow-up ended in death; no unless given.
        order : tuple of str, optional
            The arms in order, reference first; alphabetical unless given.
        """
        end = np.asarray(ends).ravel()
        arm = ["All subjects"] * end.size if arms is None else list(arms)
        death = np.zeros(end.size) if died is None else np.asarray(died).ravel()
        lengths = {"events": len(events), "arms": len(arm), "died": death.size}
        same_length = set(lengths.values()) == {end.size}
        require(same_length, "one value per subject", ends=end.size, **lengths)
        name = np.array([str(number + 1) for number in range(end.size)], dtype=object)
        times = [time for own in events for time in own]
        named = {one for one in arm if isinstance(one, str)}
        return cls(
            followup=pd.DataFrame({"subject": name, "arm": arm, "end": end, "died": death}),
            events=pd.DataFrame(
                {"subject": name.repeat([len(own) for own in events]), "time": times}
            ),
            arms=tuple(sorted(named)) if order is None else order,
            endpoint=endpoint,
            time_unit=time_unit,
        )

    def in_unit(self, time_unit: str) -> RecurrentEvents:
        """The same on another time scale.

        Examples
        --------
        >>> data = RecurrentEvents.from_subjects([60.875], [[30.4375]])
        >>> data.in_unit("months").events["time"].tolist()
        [1.0]
        """
        require(time_unit in DAYS, f"time_unit in {tuple(DAYS)}", time_unit=time_unit)
        ratio = DAYS[self.time_unit] / DAYS[time_unit]
        # Both at once, or rounding could put an event behind the end of follow-up.
        return replace(
            self,
            followup=self.followup.assign(end=self.followup["end"] * ratio),
            events=self.events.assign(time=self.events["time"] * ratio),
            time_unit=time_unit,
        )

    def mean_function(self, arm: str) -> MeanFunction:
        """The mean function of one arm."""
        own = self.followup[self.followup["arm"] == arm].reset_index(drop=True)
        happened = self.events[self.events["subject"].isin(own["subject"])]
        return mean_function(
            end=own["end"].to_numpy(),
            died=own["died"].to_numpy(),
            subject=pd.Index(own["subject"]).get_indexer(happened["subject"]).astype(np.int64),
            time=happened["time"].to_numpy(),
        )

    def totals(self) -> dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]]:
        """By arm, the events and the time of each subject."""
        subjects = self.to_frame()
        return {
            arm: (own["events"].to_numpy(), own["end"].to_numpy())
            for arm, own in ((arm, subjects[subjects["arm"] == arm]) for arm in self.arms)
        }

    def to_frame(self) -> pd.DataFrame:
        """One row per subject: subject, arm, end, died, events."""
        happened = self.events["subject"].value_counts()
        events = self.followup["subject"].map(happened).fillna(0).astype(np.int64)
        return self.followup.assign(events=events)


def _require_columns(frame: pd.DataFrame, columns: tuple[str, ...], what: str) -> None:
    missing = [name for name in columns if name not in frame.columns]
    require(not missing, f"{what}: columns {', '.join(columns)}", missing=missing)


def _tidy(
    followup: pd.DataFrame, events: pd.DataFrame, arms: tuple[str, ...]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    end, time = _merged(checked_times(followup["end"], "ends"), checked_times(events["time"]))
    require(end.size > 0, "there is at least one subject", subjects=0)
    subject, names = label_codes(followup["subject"], "subject")
    require(
        len(names) == end.size, "each subject is followed once", rows=end.size, names=len(names)
    )
    arm = known_positions(followup["arm"], arms, "arm")
    empty = tuple(name for place, name in enumerate(arms) if place not in set(arm.tolist()))
    require(not empty, "each arm has at least one subject", arms_without_subjects=empty)
    whose = known_positions(events["subject"], names, "subject") if time.size else _none()
    ends = np.empty(end.size)
    ends[subject] = end
    late = np.flatnonzero(time > ends[whose])
    what = {"time": float(time[late[0]]), "end": float(ends[whose][late[0]])} if late.size else {}
    require(late.size == 0, "events happen until the end of follow-up", **what, events=late.size)
    order, in_order = np.argsort(subject), np.lexsort((time, whose))
    named = np.array(names, dtype=object)
    columns = {
        "subject": named,
        "arm": np.array(arms, dtype=object)[arm[order]],
        "end": end[order],
        "died": zero_or_one(followup["died"], "died")[order],
    }
    happened = {"subject": named[whose[in_order]], "time": time[in_order]}
    return pd.DataFrame(columns), pd.DataFrame(happened)


def _merged(
    end: NDArray[np.float64], time: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    both = merged_times(np.concatenate((end, time)))
    return both[: end.size], both[end.size :]


def _none() -> NDArray[np.int64]:
    return np.zeros(0, dtype=np.int64)
