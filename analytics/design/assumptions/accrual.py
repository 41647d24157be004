"""How subjects enter a trial: a rate that is constant between ascending times."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analytics.checks import require
from analytics.results import Result, registered

Floats = NDArray[np.float64]
MOST_SUBJECTS = 1_000_000


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Accrual(Result):
    """Subjects randomised per unit of time, from the first one on.

    Parameters
    ----------
    ends : tuple of float
        Ascending times > 0 at which each rate ends; enrolment is over at the last.
    rates : tuple of float
        Subjects per unit of time in each stretch, >= 0, not all 0.
    log_std_err : float
        Standard deviation of the logarithm of a factor on all rates; 0 when they are certain. The
        number of subjects stays: what varies is how long enrolment takes.

    Examples
    --------
    >>> accrual = Accrual(ends=(6, 18), rates=(10, 25))
    >>> accrual.subjects, accrual.entered([3, 6, 30]).tolist()
    (360.0, [30.0, 60.0, 360.0])
    """

    ends: tuple[float, ...]
    rates: tuple[float, ...]
    log_std_err: float = 0.0

    def __post_init__(self) -> None:
        finite = all(0 < end < np.inf for end in self.ends)
        rising = all(low < high for low, high in pairwise(self.ends))
        require(
            bool(self.ends) and finite and rising, "ends are ascending times > 0", ends=self.ends
        )
        each = len(self.rates) == len(self.ends)
        require(each, "each stretch of accrual has a rate", ends=self.ends, rates=self.rates)
        sound = all(0 <= rate < np.inf for rate in self.rates) and any(self.rates)
        require(sound, "rates are >= 0 and not all 0", rates=self.rates)
        few = self.subjects <= MOST_SUBJECTS
        require(few, f"subjects <= {MOST_SUBJECTS:,}", subjects=self.subjects)
        require(0 <= self.log_std_err < np.inf, "log_std_err >= 0", log_std_err=self.log_std_err)

    @classmethod
    def uniform(cls, *, subjects: float, duration: float, log_std_err: float = 0.0) -> Accrual:
        """A number of subjects at one rate.

        Examples
        --------
        >>> Accrual.uniform(subjects=500, duration=20).rates
        (25.0,)
        """
        require(0 < duration < np.inf, "duration > 0", duration=duration)
        return cls(ends=(float(duration),), rates=(subjects / duration,), log_std_err=log_std_err)

    @property
    def subjects(self) -> float:
        """All who are randomised when enrolment is over."""
        return float(np.dot(self.rates, np.diff((0.0, *self.ends))))

    @property
    def duration(self) -> float:
        """The time at which enrolment is over."""
        return self.ends[-1]

    def entered(self, times: ArrayLike) -> Floats:
        """Subjects randomised by each time."""
        reached = np.concatenate([[0.0], np.cumsum(np.diff((0.0, *self.ends)) * self.rates)])
        return np.asarray(np.interp(np.asarray(times, dtype=float), (0.0, *self.ends), reached))

    def entry_times(self, shares: ArrayLike) -> Floats:
        """The times by which shares (0 to 1) of all subjects are randomised.

        Examples
        --------
        >>> Accrual(ends=(6, 18), rates=(10, 25)).entry_times([0, 0.5, 1]).tolist()
        [0.0, 10.8, 18.0]
        """
        starts, rates = np.array((0.0, *self.ends[:-1])), np.array(self.rates)
        reached = np.cumsum(np.diff((0.0, *self.ends)) * rates)
        enrolling = rates > 0  # in a pause nobody enters
        starts, rates, after = starts[enrolling], rates[enrolling], reached[enrolling]
        target = np.asarray(shares, dtype=float) * reached[-1]
        stretch = np.minimum(np.searchsorted(after, target), after.size - 1)
        before = np.concatenate([[0.0], after])[stretch]
        return np.asarray(starts[stretch] + (target - before) / rates[stretch])

    def scaled(self, subjects: float) -> Accrual:
        """The same shape in the same time with another number of subjects.

        Examples
        --------
        >>> Accrual.uniform(subjects=500, duration=20).scaled(400).rates
        (20.0,)
        """
        require(0 < subjects < np.inf, "subjects > 0", subjects=subjects)
        factor = subjects / self.subjects
        return replace(self, rates=tuple(rate * factor for rate in self.rates))

    def at_pace(self, factor: float) -> Accrual:
        """The same subjects, enrolled `factor` times as fast, and certain.

        Examples
        --------
        >>> Accrual.uniform(subjects=500, duration=20).at_pace(2).duration
        10.0
        """
        require(0 < factor < np.inf, "factor > 0", factor=factor)
        return Accrual(
            ends=tuple(end / factor for end in self.ends),
            rates=tuple(rate * factor for rate in self.rates),
        )

    def to_frame(self) -> pd.DataFrame:
        """One row per stretch: `from_time`, `to_time`, `subjects_per_time`, `subjects`."""
        starts = (0.0, *self.ends[:-1])
        table = pd.DataFrame(
            {"from_time": starts, "to_time": self.ends, "subjects_per_time": self.rates}
        )
        return table.assign(
            subjects=(table["to_time"] - table["from_time"]) * table["subjects_per_time"]
        )
