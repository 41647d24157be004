"""Time cut into periods: who is at risk in each, and what happens to them there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from analytics.checks import NotEstimableError, require
from analytics.safety.prediction.data import CENSORED, COMPETING, EVENT, Floats, RiskData


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Periods:
    """The periods between the landmark and the day for which risks are wanted.

    They end at quantiles of the days on which anything happened, so that each has about as many
    events as the others.

    Parameters
    ----------
    edges : array
        Days; the first is 0, the last the day of the question. A period holds its end.
    lived : array, subjects x periods
        Share of the period that the subject was under observation in: 1 for those with an event
        in it, a fraction for those censored in it.
    event, competing : array of 0 and 1, subjects x periods
        Whether it happens then.

    Examples
    --------
    >>> import pandas as pd
    >>> data = RiskData(subjects=["1", "2", "3"], predictors=pd.DataFrame({"AGE": [50, 60, 70]}),
    ...                 days=[10, 25, 40], cause=[EVENT, CENSORED, COMPETING])
    >>> cut = Periods.of(data, days=40, number=2)
    >>> cut.edges.tolist(), cut.lived.tolist()
    ([0.0, 10.0, 40.0], [[1.0, 0.0], [1.0, 0.5], [1.0, 1.0]])
    """

    edges: Floats
    lived: Floats
    event: Floats
    competing: Floats

    @classmethod
    def of(cls, data: RiskData, *, days: float, number: int) -> Self:
        """Cut the subjects' time into at most `number` periods."""
        edges = period_edges(data, days=days, number=number)
        start, end = edges[:-1], edges[1:]
        time = data.days[:, None]
        inside = (time > start) & (time <= end)
        share = np.clip((time - start) / (end - start), 0.0, 1.0)
        censored = (data.cause == CENSORED)[:, None]
        lived = np.where(inside & censored, share, (time > start).astype(np.float64))
        return cls(
            edges=edges,
            lived=lived,
            event=(inside & (data.cause == EVENT)[:, None]).astype(np.float64),
            competing=(inside & (data.cause == COMPETING)[:, None]).astype(np.float64),
        )


def period_edges(data: RiskData, *, days: float, number: int) -> Floats:
    """Days at which periods begin and end: from 0 to `days`."""
    require_events(data, days)
    seen = data.days[(data.cause != CENSORED) & (data.days <= days)]
    inner = np.quantile(seen, np.linspace(0, 1, number + 1)[1:-1], method="inverted_cdf")
    inner = np.unique(inner[(inner > 0) & (inner < days)])
    return np.concatenate(([0.0], inner, [float(days)]))


def require_events(data: RiskData, days: float) -> None:
    """Raise unless the event happens by the day.

    Raises
    ------
    InputError
        When the day is not after the landmark.
    NotEstimableError
        Without an event by the day: nothing can be learned about it.
    """
    require(days > 0, "days > 0", days=days)
    if not ((data.cause == EVENT) & (data.days <= days)).any():
        raise NotEstimableError(
            f"No model: none of the {len(data)} subjects has the event by day {days:g}."
        )


def cumulative_incidence(edges: Floats, event: Floats, competing: Floats, days: float) -> Floats:
    """Chance of the event by a day from its chances, and the competing event's, in each period.

    Within a period the chance grows evenly.

    Parameters
    ----------
    edges : array
        Days, as in `Periods`.
    event, competing : array, subjects x periods
        Chance that it happens in the period to those at risk at its start.
    days : float
        Above 0, at most the last edge.

    Examples
    --------
    >>> half = np.full((1, 2), 0.5)
    >>> cumulative_incidence(np.array([0.0, 10.0, 20.0]), half, 0 * half, 15.0).tolist()
    [0.625]
    """
    require_horizon(days, float(edges[-1]))
    left = np.cumprod(1 - event - competing, axis=1)
    before = np.column_stack([np.ones(len(event)), left[:, :-1]])
    passed = np.clip((days - edges[:-1]) / np.diff(edges), 0.0, 1.0)
    return np.clip((before * event) @ passed, 0.0, 1.0)


def require_horizon(days: float, horizon: float) -> None:
    """Raise `InputError` unless a model that was fitted for a day can tell the risk by another."""
    require(0 < days <= horizon, f"0 < days <= {horizon:g}, the day of the fit", days=days)
