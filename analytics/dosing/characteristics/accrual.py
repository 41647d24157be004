"""How long a trial takes that waits for each cohort to be assessed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from analytics.checks import require
from analytics.dosing.escalation.counts import Floats
from analytics.results import Result, registered

Numbers = TypeVar("Numbers", float, Floats)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class CohortAccrual(Result):
    """Patients come by a Poisson process; a cohort opens when the former one has been assessed.

    Patients who come while no cohort is open go elsewhere.

    Parameters
    ----------
    rate : float
        Patients per unit of time, above 0.
    window : float
        Time from a patient's first dose to the end of the assessment for toxicity, in the same
        unit, 0 or more. A cohort is assessed when its last patient is.

    Examples
    --------
    >>> CohortAccrual(rate=2.0, window=1.0).expected(patients=30, cohorts=10)
    25.0
    """

    rate: float
    window: float

    def __post_init__(self) -> None:
        require(0 < self.rate < float("inf"), "rate > 0 and finite", rate=self.rate)
        require(0 <= self.window < float("inf"), "window >= 0 and finite", window=self.window)

    def expected(self, patients: Numbers, cohorts: Numbers) -> Numbers:
        """Expected duration of trials with so many patients and cohorts."""
        return patients / self.rate + cohorts * self.window
