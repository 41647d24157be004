"""How many patients are given a dose before the next decision."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.checks import require
from analytics.dosing.escalation.counts import Whole
from analytics.dosing.escalation.rules.situation import Situation
from analytics.results import Result, registered

MOST_IN_COHORT = 12


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class FixedCohorts(Result):
    """Cohorts of one size.

    Parameters
    ----------
    size : int
        1 to 12 patients.

    Examples
    --------
    >>> FixedCohorts(size=3).first
    3
    """

    size: int = 3

    def __post_init__(self) -> None:
        sound = 1 <= self.size <= MOST_IN_COHORT
        require(sound, f"1 <= size <= {MOST_IN_COHORT}", size=self.size)

    @property
    def first(self) -> int:
        """Patients in the first cohort."""
        return self.size

    def following(self, situation: Situation) -> tuple[Whole, Whole]:
        """After each cohort the dose of the next one and its patients."""
        return situation.proposed, np.full_like(situation.proposed, self.size)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class AcceleratedTitration(Result):
    """Single patients, one dose up each time, until a toxicity or the highest dose.

    That dose is then filled up to a whole cohort, and all later cohorts are whole.

    Parameters
    ----------
    size : int
        Of a whole cohort, 2 to 12 patients.

    References
    ----------
    Simon and others (1997), Journal of the National Cancer Institute 89:1138-1147. As in the R
    package BOIN.

    Examples
    --------
    >>> AcceleratedTitration(size=3).first
    1
    """

    size: int = 3

    def __post_init__(self) -> None:
        sound = 2 <= self.size <= MOST_IN_COHORT
        require(sound, f"2 <= size <= {MOST_IN_COHORT}", size=self.size)

    @property
    def first(self) -> int:
        """Patients in the first cohort."""
        return 1

    def following(self, situation: Situation) -> tuple[Whole, Whole]:
        """After each cohort the dose of the next one and its patients."""
        counts, given = situation.counts, situation.given
        single = (counts.patients.max(axis=1) <= 1)[given.rows] & (given.patients == 1)
        rising = single & (given.toxicities == 0) & (given.doses < counts.doses)
        doses = np.where(single, given.doses + rising, situation.proposed)
        sizes = np.where(rising, 1, np.where(single, self.size - 1, self.size))
        return doses, sizes


CohortSize = FixedCohorts | AcceleratedTitration
