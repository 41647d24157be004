"""Rows under observation: what every regression of this room starts from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from analytics.checks import require
from analytics.survival.counts import DAYS, merged_times
from analytics.survival.regression.columns import Columns, Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FollowUp:
    """Rows of follow-up: each is at risk from its entry (exclusive) to its time (inclusive).

    Usually a row is a subject. With `entry` a subject may have several: for covariates that
    change, or for events that recur (Andersen and Gill 1982); then `cluster` names the subject.
    Times that differ only by rounding are one time, see `SurvivalCounts`.

    Parameters
    ----------
    frame : DataFrame
        The rows, with covariates.
    time : str
        Column with the time of event or censoring, >= 0. A time of 0 is a time like any other
        to Cox's model, which uses their order only; parametric models need times > 0.
    event : str
        Column that says whether the time ends in an event: booleans or 0/1.
    entry : str, optional
        Column with the time from which the row is at risk, 0 <= entry < time. A row is not at
        risk for an event at its entry.
    strata : tuple of str
        Columns whose combinations have a baseline hazard of their own.
    weight : str, optional
        Column with case weights, > 0.
    cluster : str, optional
        Column that says which rows belong together (subject, pair, site) for robust variances.
    endpoint : str
        What the times are about.
    time_unit : {"days", "weeks", "months", "years"}
        Unit of the times.

    Raises
    ------
    InputError
        Columns that are not there; times, events, entries, weights or clusters that are missing
        or out of range. Missing covariates and strata are no error: a fit leaves those rows out
        and says how many and why.

    Examples
    --------
    >>> rows = pd.DataFrame({"days": [5, 8, 8], "died": [1, 1, 0], "age": [61, 70, 55]})
    >>> FollowUp(frame=rows, time="days", event="died").events
    2
    """

    frame: pd.DataFrame
    time: str
    event: str
    entry: str | None = None
    strata: tuple[str, ...] = ()
    weight: str | None = None
    cluster: str | None = None
    endpoint: str = ""
    time_unit: str = "days"

    def __post_init__(self) -> None:
        require(self.time_unit in DAYS, f"time_unit in {tuple(DAYS)}", time_unit=self.time_unit)
        require(
            not isinstance(self.strata, str), "strata is a tuple of columns", strata=self.strata
        )
        require(len(self.frame) > 0, "there is at least one row", rows=0)
        columns = Columns(frame=self.frame)
        time = columns.numbers(self.time)
        require_each(time >= 0, "times are finite and >= 0", time)
        event = columns.numbers(self.event)
        require_each((event == 0) | (event == 1), "events are 0 or 1", event)
        for name in self.strata:
            columns.labels(name)
        if self.entry is not None:
            entry = columns.numbers(self.entry)
            require_each((entry >= 0) & (entry < time), "0 <= entry < time", entry)
        if self.weight is not None:
            weight = columns.numbers(self.weight)
            require_each(weight > 0, "weights are finite and > 0", weight)
        if self.cluster is not None:
            lacking = int((columns.labels(self.cluster)[0] < 0).sum())
            require(not lacking, "each row names its cluster", missing=lacking)

    @property
    def events(self) -> int:
        """How many rows end in an event."""
        return int(Columns(frame=self.frame).numbers(self.event).sum())

    def split(self, by: str) -> dict[str, FollowUp]:
        """The follow-up of each label of a column, in the order of the labels.

        Rows without a label are in no part.

        Examples
        --------
        >>> rows = pd.DataFrame({"days": [5, 8], "died": [1, 0], "arm": ["B", "A"]})
        >>> list(FollowUp(frame=rows, time="days", event="died").split("arm"))
        ['A', 'B']
        """
        codes, found = Columns(frame=self.frame).labels(by)
        return {
            label: replace(self, frame=self.frame[codes == place])
            for place, label in enumerate(found)
        }

    def merged(self, columns: Columns) -> tuple[Floats, Floats | None]:
        """Times and entries of these columns, rounding errors taken out."""
        time = columns.numbers(self.time)
        if self.entry is None:
            return merged_times(time) + 0.0, None
        both = merged_times(np.concatenate((columns.numbers(self.entry), time))) + 0.0
        entry, time = both[: time.size], both[time.size :]
        require_each(entry < time, "0 <= entry < time, by more than rounding", entry)
        return time, entry


def require_each(good: np.ndarray[Any, Any], rule: str, values: Floats) -> None:
    """Raise `InputError` with the rule, the first value that breaks it and how many do.

    Examples
    --------
    >>> require_each(np.array([True]), "times >= 0", np.array([1.0]))
    """
    if not good.all():
        wrong = values[~good]
        require(False, rule, got=float(wrong[0]), rows=wrong.size)
