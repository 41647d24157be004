"""The mean function of a recurrent event and its robust variance, in one pass over the events.

With Y at risk, S alive before a time, N the events and D the deaths at it, each event adds S / Y to
the mean m. A subject moves m(t) by

    sum over its events of S / Y  -  (its death: (m(t) - m(end)) / Y)
    -  sum over the times it was at risk of S N / Y^2 - (m(t) - m(time)) D / Y^2,

all up to t, and the variance is the sum of the squares. For a subject whose follow-up has ended
this is a + m(t) b with a and b fixed at its end; all others share everything but their own events.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.survival.kaplan_meier import product_limit

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeanFunction:
    """One arm, at time 0 and at each distinct time.

    Parameters
    ----------
    time : array
        Ascending from 0.
    at_risk, events, deaths, ended : array of int
        Subjects followed just before the time; events and deaths at it; follow-up that ends at
        it without death.
    alive, mean, variance : array
        From the time on.
    """

    time: Floats
    at_risk: Integers
    events: Integers
    deaths: Integers
    ended: Integers
    alive: Floats
    mean: Floats
    variance: Floats


def mean_function(*, end: Floats, died: Integers, subject: Integers, time: Floats) -> MeanFunction:
    """Estimate it from one arm.

    Parameters
    ----------
    end : array
        End of each subject's follow-up.
    died : array of 0 and 1
        Whether it was death.
    subject, time : array
        Of each event: the subject's position in `end`, and when; by subject, then time.

    Examples
    --------
    >>> found = mean_function(
    ...     end=np.array([3.0, 3.0]), died=np.zeros(2, np.int64), subject=np.array([0]),
    ...     time=np.array([1.0]),
    ... )
    >>> found.mean.tolist(), found.variance.tolist()
    ([0.0, 0.5, 0.5], [0.0, 0.125, 0.125])
    """
    steps = np.unique(np.concatenate(([0.0], end, time)))
    last, when = np.searchsorted(steps, end), np.searchsorted(steps, time)
    return on_steps(steps=steps, last=last, died=died, subject=subject, when=when)


def on_steps(
    *, steps: Floats, last: Integers, died: Integers, subject: Integers, when: Integers
) -> MeanFunction:
    """The same where the places of all times are known.

    Parameters
    ----------
    steps : array
        Distinct times, ascending from 0.
    last, when : array of int
        Place of each end and of each event.

    Examples
    --------
    >>> found = on_steps(
    ...     steps=np.array([0.0, 1.0, 3.0]), last=np.array([2, 2]), died=np.zeros(2, np.int64),
    ...     subject=np.array([0]), when=np.array([1]),
    ... )
    >>> found.mean.tolist()
    [0.0, 0.5, 0.5]
    """
    events, leaving = (np.bincount(place, minlength=steps.size) for place in (when, last))
    deaths = np.bincount(last[died == 1], minlength=steps.size)
    at_risk = np.cumsum(leaving[::-1])[::-1]
    alive, _ = product_limit(deaths, at_risk)
    step = np.concatenate(([1.0], alive[:-1])) / at_risk
    mean = np.cumsum(step * events)
    risk = _Risk(
        mean=mean,
        counted=np.cumsum(step * events / at_risk),
        killed=np.cumsum(deaths / at_risk**2),
        killed_at=np.cumsum(mean * deaths / at_risk**2),
    )
    own = _running_sums(step[when], subject)
    total: Floats = np.bincount(subject, weights=step[when], minlength=last.size).astype(np.float64)
    variance = _of_ended(risk, last, total, died / at_risk[last])
    variance += _of_followed(risk, when, own, step[when], last, total)
    return MeanFunction(
        time=steps,
        at_risk=at_risk,
        events=events,
        deaths=deaths,
        ended=leaving - deaths,
        alive=alive,
        mean=mean,
        variance=np.maximum(variance, 0.0),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Risk:
    """Running sums over the times: m, and of S N / Y^2, D / Y^2 and m D / Y^2."""

    mean: Floats
    counted: Floats
    killed: Floats
    killed_at: Floats


def _of_ended(risk: _Risk, last: Integers, total: Floats, death: Floats) -> Floats:
    """Squares of those whose follow-up has ended, at each time."""
    mean = risk.mean
    fixed = total - risk.counted[last] - risk.killed_at[last] + death * mean[last]
    per_mean = risk.killed[last] - death
    squares, products, slopes = (
        np.cumsum(np.bincount(last, weights=one, minlength=mean.size))
        for one in (fixed**2, fixed * per_mean, per_mean**2)
    )
    sums: Floats = squares + 2 * mean * products + mean**2 * slopes
    return sums


def _of_followed(
    risk: _Risk, when: Integers, own: Floats, step: Floats, last: Integers, total: Floats
) -> Floats:
    """Squares of those still followed after each time: their own events less what all share."""
    size = risk.mean.size
    shared = risk.counted - risk.mean * risk.killed + risk.killed_at
    before = own - step
    count = last.size - np.cumsum(np.bincount(last, minlength=size))
    first = np.bincount(when, weights=step, minlength=size) - np.bincount(
        last, weights=total, minlength=size
    )
    second = np.bincount(when, weights=own**2 - before**2, minlength=size) - np.bincount(
        last, weights=total**2, minlength=size
    )
    sums: Floats = np.cumsum(second) - 2 * shared * np.cumsum(first) + count * shared**2
    return sums


def _running_sums(values: Floats, subject: Integers) -> Floats:
    """Sum of a subject's values up to and including each; the subjects stand together."""
    sums = np.cumsum(values)
    counts = np.bincount(subject) if subject.size else np.zeros(1, dtype=np.int64)
    before = np.concatenate(([0.0], sums))[np.concatenate(([0], np.cumsum(counts)[:-1]))]
    own: Floats = sums - np.repeat(before, counts)
    return own
