"""Times to the first of several events as counts per distinct time, arm and cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analytics.checks import require
from analytics.results import Result, registered
from analytics.survival.columns import checked_counts, checked_times, known_positions, label_codes
from analytics.survival.counts import DAYS, SurvivalCounts, merged_times

COLUMNS = ("arm", "stratum", "time", "cause", "subjects")

CENSORED = ""
"""The cause of those whose time ends without any of the events."""


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompetingCounts(Result):
    """Subjects of each arm and stratum whose time ends at each distinct time, by its cause.

    Only the first event of a subject counts: after it, the others cannot be first any more.
    Times that differ only by rounding are one time, as in `SurvivalCounts`.

    Parameters
    ----------
    frame : DataFrame
        Columns `arm`, `stratum` ("" when unstratified), `time` (>= 0), `cause` ("" when censored)
        and `subjects` (whole numbers >= 0). Rows that agree in the first four are added up.
    arms : tuple of str
        The arms in order, each with at least one subject; the first is the reference.
    causes : tuple of str
        What may happen first, in order; a cause may have no events.
    endpoint : str
        What the times are about.
    time_unit : {"days", "weeks", "months", "years"}
        Unit of `time`.

    Raises
    ------
    InputError
        Times that are missing, negative or infinite; subjects that are not whole numbers; a cause
        or an arm that is not listed; an arm without subjects. A missing cause is refused too: it
        is not the same as censored.

    Examples
    --------
    >>> counts = CompetingCounts.from_subjects([5, 8, 8], ["rash", "", "death"], arms=["A"] * 3)
    >>> counts.frame[["arm", "time", "cause", "subjects"]]
      arm  time  cause  subjects
    0   A   5.0   rash         1
    1   A   8.0  death         1
    2   A   8.0                1
    """

    frame: pd.DataFrame
    arms: tuple[str, ...]
    causes: tuple[str, ...]
    endpoint: str = ""
    time_unit: str = "days"

    def __post_init__(self) -> None:
        require(self.time_unit in DAYS, f"time_unit in {tuple(DAYS)}", time_unit=self.time_unit)
        missing = [name for name in COLUMNS if name not in self.frame.columns]
        require(not missing, f"the counts have the columns {', '.join(COLUMNS)}", missing=missing)
        require(len(set(self.arms)) == len(self.arms), "each arm is named once", arms=self.arms)
        require(bool(self.causes), "there is at least one cause", causes=self.causes)
        named = CENSORED not in self.causes and len(set(self.causes)) == len(self.causes)
        require(named, "each cause has a name of its own", causes=self.causes)
        object.__setattr__(self, "frame", _tidy(self.frame, self.arms, self.causes))

    @classmethod
    def from_subjects(
        cls,
        times: ArrayLike,
        causes: Sequence[str],
        *,
        arms: Sequence[str] | None = None,
        strata: Sequence[str] | None = None,
        order: tuple[str, ...] | None = None,
        cause_order: tuple[str, ...] | None = None,
        endpoint: str = "",
        time_unit: str = "days",
    ) -> Self:
        """Count subjects given one by one.

        Parameters
        ----------
        times : array
            Time to the first event or to censoring.
        causes : sequence of str
            What happened first; "" for censored.
        arms, strata : sequence of str, optional
            Each subject's arm and stratum; one arm "All subjects" and one stratum unless given.
        order, cause_order : tuple of str, optional
            The arms, reference first, and the causes in order; alphabetical unless given.
        """
        time = np.asarray(times).ravel()
        columns = {
            "arm": ["All subjects"] * time.size if arms is None else list(arms),
            "stratum": [""] * time.size if strata is None else list(strata),
            "cause": list(causes),
        }
        lengths = {name: len(column) for name, column in columns.items()}
        same_length = set(lengths.values()) == {time.size}
        require(same_length, "one value per subject", times=time.size, **lengths)
        return cls(
            frame=pd.DataFrame(columns | {"time": time, "subjects": 1}),
            arms=_named(columns["arm"]) if order is None else order,
            causes=_named(columns["cause"]) if cause_order is None else cause_order,
            endpoint=endpoint,
            time_unit=time_unit,
        )

    @property
    def strata(self) -> tuple[str, ...]:
        """The strata, in alphabetical order; ("",) when unstratified."""
        return tuple(sorted(self.frame["stratum"].unique()))

    @property
    def subjects(self) -> int:
        """Subjects in all arms together."""
        return int(self.frame["subjects"].sum())

    def for_cause(self, cause: str) -> SurvivalCounts:
        """The same subjects with every other cause taken as censoring: cause-specific hazards.

        Examples
        --------
        >>> counts = CompetingCounts.from_subjects([5, 8], ["rash", "death"])
        >>> counts.for_cause("rash").frame[["time", "events", "censored"]]
           time  events  censored
        0   5.0       1         0
        1   8.0       0         1
        """
        require(cause in self.causes, f"cause in {self.causes}", cause=cause)
        return self._survival((self.frame["cause"] == cause).to_numpy())

    def any_cause(self) -> SurvivalCounts:
        """Time to the first event of whatever cause.

        Examples
        --------
        >>> counts = CompetingCounts.from_subjects([5, 8], ["rash", "death"])
        >>> counts.any_cause().frame["events"].tolist()
        [1, 1]
        """
        return self._survival((self.frame["cause"] != CENSORED).to_numpy())

    def with_censored(self, *causes: str) -> CompetingCounts:
        """The same subjects with these causes taken as censoring instead of as competing.

        Examples
        --------
        >>> counts = CompetingCounts.from_subjects([5, 8], ["rash", "withdrawal"])
        >>> counts.with_censored("withdrawal").causes
        ('rash',)
        """
        unknown = tuple(cause for cause in causes if cause not in self.causes)
        require(not unknown, f"causes in {self.causes}", causes=unknown)
        kept = tuple(cause for cause in self.causes if cause not in causes)
        cause = self.frame["cause"].where(self.frame["cause"].isin(kept), CENSORED)
        return replace(self, frame=self.frame.assign(cause=cause), causes=kept)

    def in_unit(self, time_unit: str) -> CompetingCounts:
        """The same counts on another time scale.

        Examples
        --------
        >>> counts = CompetingCounts.from_subjects([30.4375, 60.875], ["rash", ""])
        >>> counts.in_unit("months").frame["time"].tolist()
        [1.0, 2.0]
        """
        require(time_unit in DAYS, f"time_unit in {tuple(DAYS)}", time_unit=time_unit)
        time = self.frame["time"] * DAYS[self.time_unit] / DAYS[time_unit]
        return replace(self, frame=self.frame.assign(time=time), time_unit=time_unit)

    def to_frame(self) -> pd.DataFrame:
        """The counts: arm, stratum, time, cause, subjects."""
        return self.frame.copy()

    def _survival(self, happened: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> SurvivalCounts:
        subjects = self.frame["subjects"]
        columns = {"events": subjects.where(happened, 0), "censored": subjects.mask(happened, 0)}
        return SurvivalCounts(
            frame=self.frame.assign(**columns),
            arms=self.arms,
            endpoint=self.endpoint,
            time_unit=self.time_unit,
        )


def _named(labels: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({one for one in labels if isinstance(one, str) and one != CENSORED}))


def _tidy(frame: pd.DataFrame, arms: tuple[str, ...], causes: tuple[str, ...]) -> pd.DataFrame:
    subjects = checked_counts(frame["subjects"], "subjects")
    checked_times(frame["time"])
    held = subjects > 0
    require(bool(held.any()), "there is at least one subject", subjects=0)
    rows, subjects, ends = frame[held], subjects[held], (*causes, CENSORED)
    arm = known_positions(rows["arm"], arms, "arm")
    empty = tuple(name for place, name in enumerate(arms) if place not in set(arm.tolist()))
    require(not empty, "each arm has at least one subject", arms_without_subjects=empty)
    stratum, strata = label_codes(rows["stratum"], "stratum")
    cause = known_positions(rows["cause"], ends, "cause")
    keys = np.array([arm, stratum, merged_times(checked_times(rows["time"])), cause])
    order = np.lexsort(keys[::-1])
    keys, subjects = keys[:, order], subjects[order]
    start = np.concatenate(([0], np.flatnonzero((np.diff(keys) != 0).any(axis=0)) + 1))
    first = keys[:, start]
    return pd.DataFrame(
        {
            "arm": np.array(arms, dtype=object)[first[0].astype(np.int64)],
            "stratum": np.array(strata, dtype=object)[first[1].astype(np.int64)],
            "time": first[2],
            "cause": np.array(ends, dtype=object)[first[3].astype(np.int64)],
            "subjects": np.add.reduceat(subjects, start),
        }
    )
