"""How patients come one by one, and when their toxicities are seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analytics.checks import require
from analytics.results import Result, registered

ARRIVALS = ("poisson", "fixed")


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class PatientAccrual(Result):
    """Patients come one by one and are treated at once, however many are still followed.

    Parameters
    ----------
    rate : float
        Patients per unit of time, above 0. The first one comes as long after the trial opens as
        the others do after one another.
    arrivals : {"poisson", "fixed"}
        Exponential or equal times between patients.
    lateness : float
        A toxicity is seen at window x U^(1 / lateness) with U uniform: 1 is uniform over the
        window; with 2 three in four come in its second half. Above 0.

    Examples
    --------
    >>> PatientAccrual(rate=1 / 7).arrivals
    'poisson'
    """

    rate: float
    arrivals: Literal["poisson", "fixed"] = "poisson"
    lateness: float = 1.0

    def __post_init__(self) -> None:
        require(0 < self.rate < float("inf"), "rate > 0 and finite", rate=self.rate)
        require(self.arrivals in ARRIVALS, f"arrivals in {ARRIVALS}", arrivals=self.arrivals)
        sound = 0 < self.lateness < float("inf")
        require(sound, "lateness > 0 and finite", lateness=self.lateness)
