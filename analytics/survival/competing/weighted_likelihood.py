"""Fine and Gray's weighted partial likelihood, and the robust variance of its maximum.

The risk set of an event time holds those still at risk, with weight 1, and those who have had a
competing event before, with weight G(s-) / G(T-): the probability of not having been censored by
now, given that they were not at their own time T. Sums over risk sets and sums over event times
are running sums over the sorted subjects, so that a fit takes time in proportion to their number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.survival.competing.censoring import Censoring, censoring_of

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Subjects:
    """Rows of subjects who share time, end and covariates.

    Parameters
    ----------
    time : array
        Ascending.
    cause, competing : array of bool
        Whether the time ends in the cause, or in a competing event; neither means censored.
    group : array of int
        Position of the censoring group.
    covariates : array, rows x covariates
        Centred.
    numbers : array
        How many subjects the row stands for.
    """

    time: Floats
    cause: NDArray[np.bool_]
    competing: NDArray[np.bool_]
    group: Integers
    covariates: Floats
    numbers: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Point:
    """The likelihood at one vector of coefficients.

    `mean` is the covariates' weighted mean in the risk set of each event time, `hazard` the
    baseline hazard at it.
    """

    coefficients: Floats
    value: float
    score: Floats
    information: Floats
    risk: Floats
    mean: Floats
    hazard: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WeightedLikelihood:
    """The likelihood as a function of the coefficients.

    Parameters
    ----------
    subjects : Subjects
    event_times : array
        Distinct times of the cause.
    events : array
        Events of the cause at each.
    first : array of int
        First row that is at risk at each event time.
    censoring : tuple of Censoring
        One per group.
    uncensored : array, groups x event times
        G(s-).
    inverse : array
        1 / G(T-) for rows with a competing event, 0 for the others.
    """

    subjects: Subjects
    event_times: Floats
    events: Floats
    first: Integers
    censoring: tuple[Censoring, ...]
    uncensored: Floats
    inverse: Floats

    @classmethod
    def of(cls, subjects: Subjects, censoring_ties: str) -> WeightedLikelihood:
        """With weights estimated from the same subjects."""
        time, cause, numbers = subjects.time, subjects.cause, subjects.numbers
        event_times, place = np.unique(time[cause], return_inverse=True)
        lost = ~(cause | subjects.competing)
        groups = [subjects.group == group for group in range(subjects.group.max() + 1)]
        censoring = tuple(
            censoring_of(time[own], lost[own].astype(np.float64), numbers[own], censoring_ties)
            for own in groups
        )
        inverse = np.zeros(time.size)
        for own, one in zip(groups, censoring, strict=True):
            rows = own & subjects.competing
            inverse[rows] = 1 / one.uncensored_before(time[rows])
        return cls(
            subjects=subjects,
            event_times=event_times,
            events=_counted(place, numbers[cause], event_times.size),
            first=np.searchsorted(time, event_times),
            censoring=censoring,
            uncensored=np.array([one.uncensored_before(event_times) for one in censoring]),
            inverse=inverse,
        )

    def at(self, coefficients: Floats) -> Point:
        """Value, score and information."""
        given = self.subjects
        x = given.covariates
        linear = x @ coefficients
        risk = np.exp(linear)
        weighted = given.numbers * risk
        total = self._over_risk_sets(weighted[:, None])[:, 0]
        mean = self._over_risk_sets(weighted[:, None] * x) / total[:, None]
        hazard = self.events / total
        exposure = weighted * self._over_event_times(hazard[:, None])[:, 0]
        own = given.numbers * given.cause
        return Point(
            coefficients=coefficients,
            value=float(own @ linear - self.events @ np.log(total)),
            score=own @ x - self.events @ mean,
            information=(x.T * exposure) @ x - (mean.T * self.events) @ mean,
            risk=risk,
            mean=mean,
            hazard=hazard,
        )

    def residuals(self, point: Point) -> Floats:
        """Each row's share in the score, the weights taken as known."""
        given = self.subjects
        rise = point.hazard[:, None]
        exposure = self._over_event_times(rise)
        seen = self._over_event_times(rise * point.mean)
        residual = -point.risk[:, None] * (given.covariates * exposure - seen)
        when = np.searchsorted(self.event_times, given.time[given.cause])
        residual[given.cause] += given.covariates[given.cause] - point.mean[when]
        return residual

    def weight_residuals(self, point: Point, *, own_events_only: bool) -> Floats:
        """Each row's share in the score through the weights, which it helps to estimate.

        With `own_events_only` only events of the subject's own censoring group are taken into
        account; see `fit_fine_gray`.
        """
        residual = np.zeros_like(self.subjects.covariates)
        for group, censoring in enumerate(self.censoring):
            own = self.subjects.group == group
            rise = point.hazard
            if own_events_only:
                rise = rise * self._share_of_events(own)
            pull = self._pull_of_censoring(point, group, rise)
            pull = pull / np.maximum(censoring.at_risk, 1)[:, None]
            met = np.cumsum(pull * censoring.hazard[:, None], axis=0)
            when = np.searchsorted(censoring.time, self.subjects.time[own])
            lost = ~(self.subjects.cause | self.subjects.competing)[own]
            residual[own] = pull[when] * lost[:, None] - met[when]
        return residual

    def _pull_of_censoring(self, point: Point, group: int, rise: Floats) -> Floats:
        """How the score answers to the hazard of censoring at each time of the group."""
        time, given = self.censoring[group].time, self.subjects
        rows = (given.group == group) & given.competing
        weight = (given.numbers * point.risk * self.inverse)[rows]
        columns = np.column_stack((weight, weight[:, None] * given.covariates[rows]))
        kept = _sums_before(columns, np.searchsorted(given.time[rows], time))
        ahead = rise * self.uncensored[group]
        columns = np.column_stack((ahead, ahead[:, None] * point.mean))
        still = _sums_from(columns, np.searchsorted(self.event_times, time))
        pull: Floats = kept[:, 1:] * still[:, :1] - kept[:, :1] * still[:, 1:]
        return pull

    def _share_of_events(self, own: NDArray[np.bool_]) -> Floats:
        rows = own & self.subjects.cause
        when = np.searchsorted(self.event_times, self.subjects.time[rows])
        numbers = self.subjects.numbers[rows]
        return _counted(when, numbers, self.events.size) / self.events

    def _over_risk_sets(self, values: Floats) -> Floats:
        """Weighted sum over the risk set of each event time."""
        total = _sums_from(values, self.first)
        for group, uncensored in enumerate(self.uncensored):
            kept = values * np.where(self.subjects.group == group, self.inverse, 0.0)[:, None]
            total += uncensored[:, None] * _sums_before(kept, self.first)
        return total

    def _over_event_times(self, values: Floats) -> Floats:
        """Sum over the event times whose risk set a row belongs to, with its weights."""
        past = np.searchsorted(self.event_times, self.subjects.time, side="right")
        total = _sums_before(values, past)
        for group, uncensored in enumerate(self.uncensored):
            rows = (self.subjects.group == group) & self.subjects.competing
            ahead = _sums_from(values * uncensored[:, None], past[rows])
            total[rows] += self.inverse[rows, None] * ahead
        return total


def _counted(place: Integers, numbers: Floats, size: int) -> Floats:
    count = np.zeros(size)
    np.add.at(count, place, numbers)
    return count


def _sums_before(values: Floats, place: Integers) -> Floats:
    """Sums of the rows before each place."""
    sums = np.concatenate((np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)))
    return np.asarray(sums[place], dtype=np.float64)


def _sums_from(values: Floats, place: Integers) -> Floats:
    """Sums of the rows from each place on; added up from the end, to lose nothing of small ones."""
    return _sums_before(values[::-1], len(values) - place)
