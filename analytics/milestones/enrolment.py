"""Who is still to be enrolled: rates of entry from the cut-off on, or times that were drawn."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import inf, isinf, sqrt

import numpy as np
import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.milestones.follow_up import TrialFollowUp
from analytics.results import Result, registered

MOST_SUBJECTS = 100_000


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class RemainingEnrolment(Result):
    """Subjects enter as a Poisson process with rates that are constant between ascending times.

    Parameters
    ----------
    ends : tuple of float
        Times since the cut-off, ascending and > 0, at which each rate ends. Enrolment is over at
        the last one. When `most` is given the last rate may have no end: there is one end less.
    rates : tuple of float
        Subjects per unit of time, >= 0, not all 0; the last > 0 when it has no end.
    most : int or None
        Subjects with whom enrolment is over, if that comes first; None when only time ends it.
    log_std_err : float
        Standard deviation of the logarithm of a factor on all rates; 0 when they are certain.

    Examples
    --------
    >>> RemainingEnrolment(ends=(8,), rates=(15,)).expected
    120.0
    >>> RemainingEnrolment.until(subjects=60, rate=12).expected
    60.0
    """

    ends: tuple[float, ...]
    rates: tuple[float, ...]
    most: int | None = None
    log_std_err: float = 0.0

    def __post_init__(self) -> None:
        edges = (0.0, *self.ends, inf)
        rising = all(low < high for low, high in pairwise(edges))
        require(rising, "ends are ascending times > 0", ends=self.ends)
        rates = len(self.ends), len(self.ends) + (self.most is not None)
        each = bool(self.rates) and len(self.rates) in rates
        rule = "each stretch has a rate; only one that ends with a number of subjects has no end"
        require(each, rule, ends=self.ends, rates=self.rates, most=self.most)
        sound = all(0 <= rate < inf for rate in self.rates) and any(self.rates)
        require(sound, "rates are >= 0 and not all 0", rates=self.rates)
        few = self.most is None or 1 <= self.most <= MOST_SUBJECTS
        require(few, f"1 <= most <= {MOST_SUBJECTS:,}", most=self.most)
        goes_on = not isinf(self.edges[-1]) or self.rates[-1] > 0
        require(goes_on, "a last rate without an end is > 0", rates=self.rates)
        require(0 <= self.log_std_err < inf, "log_std_err >= 0", log_std_err=self.log_std_err)
        require(self.expected <= MOST_SUBJECTS, f"expected <= {MOST_SUBJECTS:,}", rates=self.rates)

    @classmethod
    def until(cls, *, subjects: int, rate: float, log_std_err: float = 0.0) -> RemainingEnrolment:
        """At one rate until so many more subjects are in."""
        return cls(ends=(), rates=(rate,), most=subjects, log_std_err=log_std_err)

    @property
    def edges(self) -> tuple[float, ...]:
        """Where stretches begin, and where the last one ends, which may be never."""
        ends = (0.0, *self.ends)
        return ends if len(self.rates) == len(self.ends) else (*ends, inf)

    @property
    def expected(self) -> float:
        """Subjects who are expected to enter, but for those that `most` turns away by chance."""
        total = sum(
            (high - low) * rate if rate else 0.0
            for (low, high), rate in zip(pairwise(self.edges), self.rates, strict=True)
        )
        return float(total if self.most is None else min(total, self.most))

    def to_frame(self) -> pd.DataFrame:
        """One row per stretch: `from_time`, `to_time`, `subjects_per_time`."""
        starts, ends = self.edges[:-1], self.edges[1:]
        return pd.DataFrame({"from_time": starts, "to_time": ends, "subjects_per_time": self.rates})


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EntryTimes(Result):
    """Entry times of those still to be enrolled, drawn from a model of recruitment.

    Parameters
    ----------
    times : array, draws x subjects
        Calendar times after the cut-off; NaN or infinite where a draw has fewer subjects. The
        draws are used in turn when a forecast has more of them.

    Examples
    --------
    >>> EntryTimes(times=np.array([[12.5, 13.0], [12.1, np.inf]])).subjects.tolist()
    [2, 1]
    """

    times: np.ndarray

    def __post_init__(self) -> None:
        shape = self.times.shape
        require(len(shape) == 2 and shape[0] >= 1, "one row per draw", shape=shape)
        require(shape[1] <= MOST_SUBJECTS, f"at most {MOST_SUBJECTS:,} subjects", shape=shape)

    @property
    def subjects(self) -> np.ndarray:
        """In each draw."""
        return np.asarray(np.isfinite(self.times).sum(axis=1))

    def to_frame(self) -> pd.DataFrame:
        """One row per draw and subject: `draw`, `entry`."""
        draw, place = np.nonzero(np.isfinite(self.times))
        return pd.DataFrame({"draw": draw, "entry": self.times[draw, place]})


def recent_pace(
    follow_up: TrialFollowUp, *, subjects: int, window: float = 6.0
) -> RemainingEnrolment | None:
    """Enrolment that goes on as it lately went, until so many subjects are in altogether.

    Parameters
    ----------
    follow_up : TrialFollowUp
    subjects : int
        Whom the trial enrols in all.
    window : float
        The time before the cut-off whose entries make the pace, > 0; shorter when the first
        subject entered later.

    Returns
    -------
    RemainingEnrolment or None
        Its rate has the uncertainty of a Poisson count; None when nobody is missing.

    Raises
    ------
    NotEstimableError
        When subjects are missing and nobody entered in the window.

    Examples
    --------
    >>> known = TrialFollowUp.from_subjects(
    ...     entry=[0, 1, 2, 3], time=[1, 1, 1, 1], status=["event"] * 4, now=4)
    >>> recent_pace(known, subjects=10, window=2.5).rates
    (0.8,)
    """
    require(0 < window < inf, "window > 0", window=window)
    missing = subjects - len(follow_up.frame)
    if missing <= 0:
        return None
    entries = follow_up.frame["entry"]
    span = min(window, follow_up.now - float(entries.min()))
    lately = int((entries > follow_up.now - window).sum())
    if not lately or span <= 0:
        raise NotEstimableError(
            f"{missing:,} subjects are still to be enrolled, and nobody entered in the last "
            f"{window:g} {follow_up.time_unit}: state the rate at which they enter."
        )
    return RemainingEnrolment.until(
        subjects=missing, rate=lately / span, log_std_err=1 / sqrt(lately)
    )
