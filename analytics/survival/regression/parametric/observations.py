"""What is known of each row's time, in one form for all kinds of censoring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.checks import InputError, require
from analytics.survival.regression.columns import Columns, Flags, Floats, Ints
from analytics.survival.regression.follow_up import FollowUp, require_each
from analytics.survival.regression.interval_follow_up import IntervalFollowUp
from analytics.survival.regression.parametric.families import Sample


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Observations:
    """Times of complete rows.

    Parameters
    ----------
    lower, upper : array
        The event lies in (lower, upper]; upper is infinite when right-censored, lower is minus
        infinity when left-censored.
    exact : array of bool
        The event is at lower = upper.
    entry : array or None
        From where the row is under observation; None when from the beginning.
    weight : array or None
        Case weights; None when all are 1.
    cluster : array of int or None
        Numbered from 0.
    """

    lower: Floats
    upper: Floats
    exact: Flags
    entry: Floats | None
    weight: Floats | None
    cluster: Ints | None

    @property
    def events(self) -> int:
        """Rows known to have had the event."""
        return int(np.isfinite(self.upper).sum())

    @property
    def last(self) -> float:
        """The last finite time: beyond it a model extrapolates."""
        both = np.concatenate((self.lower, self.upper))
        return float(both[np.isfinite(both)].max())

    def sample(self) -> Sample:
        """A rough summary, to start from."""
        low = np.where(np.isfinite(self.lower), self.lower, self.upper / 2)
        middle = np.where(np.isfinite(self.upper), (low + self.upper) / 2, low)
        return Sample.of(middle, self.events)


def observations(
    follow_up: FollowUp | IntervalFollowUp, columns: Columns, row: Ints, lowest: float
) -> Observations:
    """Times of some rows of a follow-up, all above the lowest that a family allows."""
    if isinstance(follow_up, IntervalFollowUp):
        found = _intervals(follow_up, columns, row, lowest)
    elif isinstance(follow_up, FollowUp):
        found = _times(follow_up, columns, row)
    else:
        kinds = "FollowUp or IntervalFollowUp"
        raise InputError(f"`the data are a {kinds}` must hold, but got {follow_up!r}.")
    known = np.where(np.isfinite(found.lower), found.lower, found.upper)
    require_each(known > lowest, "a parametric model of log time needs times > 0", known)
    return found


def _times(follow_up: FollowUp, columns: Columns, row: Ints) -> Observations:
    rule = "parametric models have no strata; fit the parts of `split` instead"
    require(not follow_up.strata, rule, strata=follow_up.strata)
    time, event = columns.numbers(follow_up.time)[row], columns.numbers(follow_up.event)[row] == 1
    entry = None if follow_up.entry is None else columns.numbers(follow_up.entry)[row]
    return Observations(
        lower=time,
        upper=np.where(event, time, np.inf),
        exact=event,
        entry=None if entry is None or not entry.any() else entry,
        weight=_weights(columns, follow_up.weight, row),
        cluster=_clusters(columns, follow_up.cluster, row),
    )


def _intervals(
    follow_up: IntervalFollowUp, columns: Columns, row: Ints, lowest: float
) -> Observations:
    after, by = columns.numbers(follow_up.after)[row], columns.numbers(follow_up.by)[row]
    open_below = np.isnan(after) | (after <= lowest)
    return Observations(
        lower=np.where(open_below & (after != by), -np.inf, after),
        upper=np.where(np.isnan(by), np.inf, by),
        exact=after == by,
        entry=None,
        weight=_weights(columns, follow_up.weight, row),
        cluster=_clusters(columns, follow_up.cluster, row),
    )


def _weights(columns: Columns, name: str | None, row: Ints) -> Floats | None:
    if name is None:
        return None
    weight = columns.numbers(name)[row]
    return None if (weight == 1).all() else weight


def _clusters(columns: Columns, name: str | None, row: Ints) -> Ints | None:
    if name is None:
        return None
    return np.unique(columns.labels(name)[0][row], return_inverse=True)[1]
