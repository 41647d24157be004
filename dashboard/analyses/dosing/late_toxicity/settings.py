"""What TITE-CRM is told beyond doses, target and the prior guess that it shares with the CRM."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from analytics.dosing.characteristics import CohortAccrual, PatientAccrual
from analytics.dosing.escalation import Crm
from analytics.dosing.late_toxicity import TiteCrm
from analytics.dosing.late_toxicity.follow_up import Scheme
from analytics.results import Result, registered

DAYS_PER_MONTH = 365.25 / 12


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class LateToxicitySettings(Result):
    """Of TITE-CRM. Its window is the assessment of the accrual, so that designs can be compared.

    Parameters
    ----------
    scheme, skips
        As in `TiteCrm`.
    overdose : float or None
        No dose is given that is above the target with more than this probability, and the trial
        stops when none is left; None leaves that out.
    arrivals, lateness
        As in `PatientAccrual`, for simulations.
    """

    scheme: Scheme = "linear"
    skips: bool = False
    overdose: float | None = 0.95
    arrivals: Literal["poisson", "fixed"] = "poisson"
    lateness: float = 1.0

    def design(self, method: Crm, *, window: float, most_patients: int, start: int) -> TiteCrm:
        """The design around the curve of a CRM.

        Examples
        --------
        >>> method = Crm(skeleton=(0.1, 0.25), target=0.25)
        >>> made = LateToxicitySettings().design(method, window=42.0, most_patients=12, start=1)
        >>> made.method.overdose, made.window
        (0.95, 42.0)
        """
        return TiteCrm(
            method=replace(method, overdose=self.overdose),
            window=window,
            most_patients=most_patients,
            start=start,
            scheme=self.scheme,
            skips=self.skips,
        )

    def accrual(self, rate: float) -> PatientAccrual:
        """How patients come, so many per unit of time."""
        return PatientAccrual(rate=rate, arrivals=self.arrivals, lateness=self.lateness)


def window_days(accrual: CohortAccrual) -> int:
    """The assessment in whole days, as a clinic counts it.

    Examples
    --------
    >>> window_days(CohortAccrual(rate=2.0, window=1.0))
    30
    """
    return round(accrual.window * DAYS_PER_MONTH)


def with_window(accrual: CohortAccrual, days: int) -> CohortAccrual:
    """The accrual with an assessment of so many days; as it was when it has as many.

    Examples
    --------
    >>> window_days(with_window(CohortAccrual(rate=2.0, window=1.0), 42))
    42
    """
    if days == window_days(accrual):
        return accrual
    return replace(accrual, window=days / DAYS_PER_MONTH)
