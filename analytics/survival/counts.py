"""Survival times as counts per distinct time: what every estimator of this room starts from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analytics.checks import InputError, require
from analytics.results import Result, registered

COLUMNS = ("arm", "stratum", "time", "events", "censored")
DAYS = {"days": 1.0, "weeks": 7.0, "months": 30.4375, "years": 365.25}
"""Days in each unit of time; a month is a twelfth of 365.25 days."""

TIE = float(np.sqrt(np.finfo(float).eps))
"""Times closer than this, absolutely or relatively, differ only by rounding."""


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SurvivalCounts(Result):
    """Events and censorings of each arm and stratum at each distinct time.

    Times that differ only by rounding (by at most 1.5e-8, or that share of the mean distinct
    time) are one time, the earliest of them, as in R's survival; else 0.1 + 0.2 and 0.3 would
    be two times and ties would be lost.

    Parameters
    ----------
    frame : DataFrame
        Columns `arm`, `stratum` ("" when unstratified), `time` (>= 0), `events` and `censored`
        (whole numbers >= 0). Rows of the same arm, stratum and time are added up.
    arms : tuple of str
        The arms in order, each with at least one subject; the first is the reference.
    endpoint : str
        What the times are about.
    time_unit : {"days", "weeks", "months", "years"}
        Unit of `time`.

    Raises
    ------
    InputError
        Times that are missing, negative or infinite, counts that are not whole numbers >= 0,
        an arm without subjects, or subjects of an arm that is not in `arms`.

    Examples
    --------
    >>> counts = SurvivalCounts.from_subjects([5, 8, 8], [1, 1, 0], arms=["A", "A", "A"])
    >>> counts.frame[["arm", "time", "events", "censored"]]
      arm  time  events  censored
    0   A   5.0       1         0
    1   A   8.0       1         1
    """

    frame: pd.DataFrame
    arms: tuple[str, ...]
    endpoint: str = ""
    time_unit: str = "days"

    def __post_init__(self) -> None:
        require(self.time_unit in DAYS, f"time_unit in {tuple(DAYS)}", time_unit=self.time_unit)
        missing = [name for name in COLUMNS if name not in self.frame.columns]
        require(not missing, f"the counts have the columns {', '.join(COLUMNS)}", missing=missing)
        require(len(set(self.arms)) == len(self.arms), "each arm is named once", arms=self.arms)
        object.__setattr__(self, "frame", _tidy(self.frame, self.arms))

    @classmethod
    def from_subjects(
        cls,
        times: ArrayLike,
        events: ArrayLike,
        *,
        arms: Sequence[str] | None = None,
        strata: Sequence[str] | None = None,
        weights: ArrayLike | None = None,
        order: tuple[str, ...] | None = None,
        endpoint: str = "",
        time_unit: str = "days",
    ) -> Self:
        """Count subjects given one by one.

        Parameters
        ----------
        times : array
            Time to event or censoring.
        events : array of bool or 0/1
            Whether the time ends in an event.
        arms, strata : sequence of str, optional
            Each subject's arm and stratum; one arm "All subjects" and one stratum unless given.
        weights : array of int, optional
            How many subjects each row stands for: whole numbers >= 0, one each unless given.
            (Weights that are no counts: `fit_weighted_kaplan_meier`.)
        order : tuple of str, optional
            The arms in order, reference first; alphabetical unless given.
        """
        size = np.asarray(times).size
        arm = np.asarray(["All subjects"] * size if arms is None else arms, dtype=object)
        stratum = np.asarray([""] * size if strata is None else strata, dtype=object)
        happened = _zero_or_one(events)
        each = _whole_weights(np.ones(size) if weights is None else weights)
        lengths = {"events": happened.size, "arms": arm.size, "strata": stratum.size}
        lengths["weights"] = each.size
        require(set(lengths.values()) == {size}, "one value per subject", times=size, **lengths)
        rows = pd.DataFrame(
            {
                "arm": arm,
                "stratum": stratum,
                "time": np.asarray(times).ravel(),
                "events": happened * each,
                "censored": (1 - happened) * each,
            }
        )
        named = {one for one in arm if isinstance(one, str)}
        known = tuple(sorted(named)) if order is None else order
        return cls(frame=rows, arms=known, endpoint=endpoint, time_unit=time_unit)

    @property
    def strata(self) -> tuple[str, ...]:
        """The strata, in alphabetical order; ("",) when unstratified."""
        return tuple(sorted(self.frame["stratum"].unique()))

    @property
    def subjects(self) -> int:
        """Subjects in all arms together."""
        return int(self.frame["events"].sum() + self.frame["censored"].sum())

    def in_unit(self, time_unit: str) -> SurvivalCounts:
        """The same counts on another time scale.

        Examples
        --------
        >>> counts = SurvivalCounts.from_subjects([30.4375, 60.875], [1, 0])
        >>> counts.in_unit("months").frame["time"].tolist()
        [1.0, 2.0]
        """
        require(time_unit in DAYS, f"time_unit in {tuple(DAYS)}", time_unit=time_unit)
        if time_unit == self.time_unit:
            return self
        days = self.frame["time"] * DAYS[self.time_unit]
        return SurvivalCounts(
            frame=self.frame.assign(time=days / DAYS[time_unit]),
            arms=self.arms,
            endpoint=self.endpoint,
            time_unit=time_unit,
        )

    def of_arms(self, arms: tuple[str, ...]) -> SurvivalCounts:
        """The counts of some of the arms, in the order given.

        Examples
        --------
        >>> counts = SurvivalCounts.from_subjects([1, 2, 3], [1, 1, 1], arms=["A", "B", "C"])
        >>> counts.of_arms(("C", "A")).arms
        ('C', 'A')
        """
        unknown = tuple(arm for arm in arms if arm not in self.arms)
        require(not unknown, f"the arms are {', '.join(map(repr, self.arms))}", arm=unknown)
        return SurvivalCounts(
            frame=self.frame[self.frame["arm"].isin(arms)],
            arms=arms,
            endpoint=self.endpoint,
            time_unit=self.time_unit,
        )

    def to_frame(self) -> pd.DataFrame:
        """The counts: arm, stratum, time, events, censored."""
        return self.frame.copy()


def merged_times(times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give times that differ only by rounding the earliest of their values.

    Examples
    --------
    >>> merged_times(np.array([0.3, 0.1 + 0.2, 1.0])).tolist()
    [0.3, 0.3, 1.0]
    """
    distinct = np.unique(times)
    gap = np.diff(distinct)
    # The rule of R's survival (vignette "Round off error and tied times").
    apart = (gap > TIE) & (gap > TIE * np.abs(distinct).mean()) if gap.size else gap > 0
    if apart.all():
        return times
    first = distinct[np.concatenate(([True], apart))]
    return first[np.searchsorted(first, times, side="right") - 1]


def _tidy(frame: pd.DataFrame, arms: tuple[str, ...]) -> pd.DataFrame:
    time = _checked_times(frame["time"])
    events = _checked_counts(frame["events"], "events")
    censored = _checked_counts(frame["censored"], "censored")
    held = events + censored > 0
    arm, stratum = _codes(frame["arm"], "arm"), _codes(frame["stratum"], "stratum")
    _require_known_arms(set(arm[1][np.unique(arm[0][held])]), arms)
    place = np.array([arms.index(name) if name in arms else -1 for name in arm[1]], dtype=np.int64)
    rows = _added_up(
        place[arm[0]][held], stratum[0][held], time[held], events[held], censored[held]
    )
    return pd.DataFrame(
        {
            "arm": np.array(arms, dtype=object)[rows[0]],
            "stratum": stratum[1].astype(object)[rows[1]],
            "time": rows[2],
            "events": rows[3],
            "censored": rows[4],
        }
    )


def _added_up(
    arm: NDArray[np.int64],
    stratum: NDArray[np.int64],
    time: NDArray[np.float64],
    events: NDArray[np.int64],
    censored: NDArray[np.int64],
) -> tuple[Any, ...]:
    time = merged_times(time)
    order = np.lexsort((time, stratum, arm))
    keys = [key[order] for key in (arm, stratum, time)]
    new = np.any([np.diff(key) != 0 for key in keys], axis=0)
    start = np.concatenate(([0], np.flatnonzero(new) + 1))
    sums = (np.add.reduceat(count[order], start) for count in (events, censored))
    return (*(key[start] for key in keys), *sums)


def _numbers(column: pd.Series[Any], name: str) -> NDArray[np.float64]:
    refusal = f"`{name} are numbers` must hold, but got text or dates."
    if column.dtype.kind in "mM":
        raise InputError(refusal)
    try:
        numbers: NDArray[np.float64] = column.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise InputError(refusal) from error
    return numbers


def _checked_times(column: pd.Series[Any]) -> NDArray[np.float64]:
    time = _numbers(column, "times")
    # + 0.0 turns a negative zero into zero
    wrong = time[~(np.isfinite(time) & (time >= 0))]
    require(wrong.size == 0, "times are finite and >= 0", time=_first(wrong), rows=wrong.size)
    return time + 0.0


def _checked_counts(column: pd.Series[Any], name: str) -> NDArray[np.int64]:
    count = _numbers(column, name)
    wrong = count[~((count >= 0) & (count == np.floor(count)) & (count < 2**53))]
    rule = f"{name} are whole numbers >= 0"
    require(wrong.size == 0, rule, **{name: _first(wrong)}, rows=wrong.size)
    return count.astype(np.int64)


def _whole_weights(weights: ArrayLike) -> NDArray[np.int64]:
    return _checked_counts(pd.Series(np.asarray(weights).ravel()), "weights")


def _first(values: NDArray[np.float64]) -> float | None:
    return float(values[0]) if values.size else None


def _codes(column: pd.Series[Any], name: str) -> tuple[NDArray[np.int64], NDArray[Any]]:
    codes, names = pd.factorize(column.to_numpy(dtype=object), sort=False)
    require(bool((codes >= 0).all()), f"each row names its {name}", missing=int((codes < 0).sum()))
    text = all(isinstance(one, str) for one in names)
    require(text, f"{name} is text", **{name: next((n for n in names if type(n) is not str), None)})
    rank = np.argsort(np.argsort(names)) if len(names) else np.zeros(0, dtype=np.int64)
    return rank[codes], np.sort(names)


def _require_known_arms(found: set[str], arms: tuple[str, ...]) -> None:
    require(bool(found), "there is at least one subject", subjects=0)
    unknown = tuple(sorted(found - set(arms)))
    require(not unknown, f"the arms are {', '.join(map(repr, arms))}", arm=unknown)
    empty = tuple(arm for arm in arms if arm not in found)
    require(not empty, "each arm has at least one subject", arms_without_subjects=empty)


def _zero_or_one(events: ArrayLike) -> NDArray[np.int64]:
    happened = _numbers(pd.Series(np.asarray(events).ravel()), "events")
    wrong = happened[(happened != 0) & (happened != 1)]
    require(wrong.size == 0, "events are 0 or 1", event=_first(wrong), rows=wrong.size)
    return happened.astype(np.int64)
