"""The enrolled subjects of an ongoing trial, in calendar time, as they are known at a cut-off."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered, require_columns
from analytics.survival.counts import DAYS

Floats = NDArray[np.float64]
COLUMNS = ("arm", "entry", "time", "status")
EVENT, DROPOUT, COMPLETED, AT_RISK = "event", "dropout", "completed", "at risk"
STATUSES = (EVENT, DROPOUT, COMPLETED, AT_RISK)
EVERYBODY = "All subjects"
_ROUNDING = 1e-6  # of a unit of time, by which sums of times in whole days may differ


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrialFollowUp(Result):
    """Entry, time on study and status of each enrolled subject at a cut-off.

    Parameters
    ----------
    frame : DataFrame
        One row per subject: `arm`; `entry`, calendar time of entry, at most `now`; `time` on
        study >= 0, such that entry + time is at most `now`; `status`, one of "event", "dropout",
        "completed" (follow-up is over as planned, without the event) and "at risk".
    now : float
        Calendar time of the cut-off.
    arms : tuple of str
        In their order; one for a reader who does not see arms.
    time_unit : {"days", "weeks", "months", "years"}
        Unit of all times.
    endpoint : str

    Examples
    --------
    >>> known = TrialFollowUp.from_subjects(
    ...     entry=[0, 1, 2], time=[3, 9, 2], status=["event", "at risk", "dropout"], now=10)
    >>> known.summary()[["subjects", "events", "dropouts", "at_risk", "exposure"]].values.tolist()
    [[3.0, 1.0, 1.0, 1.0, 14.0]]
    """

    frame: pd.DataFrame
    now: float
    arms: tuple[str, ...]
    time_unit: str = "months"
    endpoint: str = ""

    def __post_init__(self) -> None:
        require_columns(self.frame, COLUMNS, "one row per subject")
        require(bool(np.isfinite(self.now)), "now is finite", now=self.now)
        require(self.time_unit in DAYS, f"time_unit in {tuple(DAYS)}", time_unit=self.time_unit)
        require(bool(len(self.frame)), "there is at least one subject", subjects=0)
        once = bool(self.arms) and len(set(self.arms)) == len(self.arms)
        require(once, "arms are named, each once", arms=self.arms)
        strange = sorted(set(self.frame["arm"]) - set(self.arms))
        require(not strange, f"arms are {', '.join(self.arms)}", arms=strange[:3])
        other = sorted(set(map(str, self.frame["status"])) - set(STATUSES))
        require(not other, f"status in {STATUSES}", status=other[:3])
        _require_times(self.frame["entry"], self.frame["time"], self.now)

    @classmethod
    def from_subjects(
        cls,
        *,
        entry: ArrayLike,
        time: ArrayLike,
        status: ArrayLike,
        now: float,
        arm: ArrayLike | None = None,
        arms: tuple[str, ...] | None = None,
        time_unit: str = "months",
        endpoint: str = "",
    ) -> Self:
        """From an array of each; without arms all subjects are one."""
        entries = np.asarray(entry, dtype=np.float64).ravel()
        lengths = {np.asarray(one).size for one in (entry, time, status)}
        given = [EVERYBODY] * entries.size if arm is None else list(map(str, np.asarray(arm)))
        same = len({*lengths, len(given)}) == 1
        require(same, "each subject has an entry, a time, a status and an arm", sizes=lengths)
        frame = pd.DataFrame(
            {
                "arm": given,
                "entry": entries,
                "time": np.asarray(time, dtype=np.float64).ravel(),
                "status": np.asarray(status).ravel().astype(object),
            }
        )
        named = arms if arms is not None else tuple(dict.fromkeys(sorted(given)))
        return cls(frame=frame, now=float(now), arms=named, time_unit=time_unit, endpoint=endpoint)

    @property
    def events(self) -> int:
        """That have happened."""
        return int((self.frame["status"] == EVENT).sum())

    @property
    def event_times(self) -> Floats:
        """Calendar times of the events, ascending."""
        own = self.frame[self.frame["status"] == EVENT]
        return np.sort((own["entry"] + own["time"]).to_numpy(dtype=np.float64))

    @property
    def shares(self) -> Floats:
        """Of the subjects, by arm."""
        counts = self.frame["arm"].value_counts().reindex(list(self.arms), fill_value=0)
        return np.asarray(counts / counts.sum(), dtype=np.float64)

    def pooled(self) -> TrialFollowUp:
        """The same subjects without arms, as a blinded reader knows them.

        Examples
        --------
        >>> known = TrialFollowUp.from_subjects(
        ...     entry=[0, 1], time=[3, 9], status=["event", "at risk"], now=10, arm=["A", "B"])
        >>> known.pooled().arms
        ('All subjects',)
        """
        return replace(self, frame=self.frame.assign(arm=EVERYBODY), arms=(EVERYBODY,))

    def known_at(self, cut_off: float) -> TrialFollowUp:
        """The trial as it would have looked at an earlier cut-off.

        Who enters at the cut-off or later is not there. What happened later has not happened: such
        a subject is at risk. Ends of follow-up that came by then are as they are known now.

        Parameters
        ----------
        cut_off : float
            Calendar time, at most `now`.

        Raises
        ------
        NotEstimableError
            When nobody had entered.

        Examples
        --------
        >>> known = TrialFollowUp.from_subjects(
        ...     entry=[0, 1, 6], time=[3, 7, 2], status=["event", "event", "at risk"], now=10)
        >>> known.known_at(5).frame[["time", "status"]].values.tolist()
        [[3.0, 'event'], [4.0, 'at risk']]
        """
        require(cut_off <= self.now, f"cut_off <= {self.now:g}", cut_off=cut_off)
        in_by_then = self.frame[self.frame["entry"] < cut_off - _ROUNDING]
        if in_by_then.empty:
            raise NotEstimableError(f"Nobody had entered by {cut_off:g} {self.time_unit}.")
        spent = cut_off - in_by_then["entry"]
        later = in_by_then["time"] > spent + _ROUNDING
        frame = in_by_then.assign(
            time=np.minimum(in_by_then["time"], spent),
            status=in_by_then["status"].where(~later, AT_RISK),
        )
        return replace(self, frame=frame.reset_index(drop=True), now=float(cut_off))

    def summary(self) -> pd.DataFrame:
        """By arm: `arm`, `subjects`, `events`, `dropouts`, `completed`, `at_risk`, `exposure`."""
        table = pd.DataFrame({"arm": self.arms})
        by_arm = self.frame.groupby("arm")
        table["subjects"] = table["arm"].map(by_arm.size()).fillna(0).astype(int)
        names = ("events", "dropouts", "completed", "at_risk")
        for name, status in zip(names, STATUSES, strict=True):
            found = self.frame[self.frame["status"] == status].groupby("arm").size()
            table[name] = table["arm"].map(found).fillna(0).astype(int)
        table["exposure"] = table["arm"].map(by_arm["time"].sum()).fillna(0.0)
        return table

    def to_frame(self) -> pd.DataFrame:
        """One row per subject."""
        return self.frame.copy()


def _require_times(entry: pd.Series, time: pd.Series, now: float) -> None:
    finite = bool(np.isfinite(entry).all() and np.isfinite(time).all())
    require(finite, "entries and times are finite")
    require(bool((time >= 0).all()), "times on study are >= 0", lowest=float(time.min()))
    last = float((entry + time).max())
    slack = _ROUNDING * max(1.0, abs(now))
    require(last <= now + slack, "follow-up ends by now", last=last, now=now)
    require(float(entry.max()) <= now + slack, "subjects entered by now", last=float(entry.max()))
