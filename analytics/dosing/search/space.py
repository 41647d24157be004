"""Which dose-escalation designs a search may try."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from analytics.checks import require
from analytics.dosing.escalation import (
    Boin,
    Coherent,
    Crm,
    EscalationDesign,
    FixedCohorts,
    Keyboard,
    Mtpi,
    Mtpi2,
    NoSkipping,
    PatientsAtDose,
    Unsafe,
    indifference_skeleton,
)
from analytics.dosing.escalation.design import Method
from analytics.dosing.escalation.outcomes import MOST_DOSES, MOST_PATIENTS
from analytics.dosing.escalation.rules.cohort_sizes import MOST_IN_COHORT
from analytics.results import Result, registered

BOIN, KEYBOARD, MTPI, MTPI2, CRM = "boin", "keyboard", "mtpi", "mtpi2", "crm"
FAMILIES = (BOIN, KEYBOARD, MTPI, MTPI2, CRM)
_INTERVALS: dict[str, type[Keyboard | Mtpi | Mtpi2]] = {
    KEYBOARD: Keyboard,
    MTPI: Mtpi,
    MTPI2: Mtpi2,
}
_DIGITS = {"under": 2, "over": 2, "below": 3, "beyond": 3, "half_width": 3, "safety": 3}


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class DoseSearchSpace(Result):
    """The families of designs and the ranges of their parameters.

    All parameters are variables of the search; those of other families than the one tried do
    nothing. Pairs are (lowest, highest); with both the same the value is given. Designs have
    rounded parameters, as a protocol states them: multiples of the target to 0.01, the rest to
    0.001.

    Parameters
    ----------
    doses : int
        1 to 30.
    target : float
        0 < target < 1.
    families : tuple of str
        Of "boin", "keyboard", "mtpi", "mtpi2", "crm".
    under, over : (float, float)
        Of BOIN: the probabilities that mean too low and too high, as multiples of the target.
    below, beyond : (float, float)
        Of the keyboard and mTPI designs: how far the target interval reaches.
    half_width : (float, float)
        Of the CRM: half the indifference interval of its skeleton.
    prior_mtd : (int, int), optional
        Of the CRM: the dose guessed to have the target probability; otherwise any.
    safety : (float, float)
        Probability above which a dose is eliminated; of the CRM, above which the trial stops when
        dose 1 is above the target with it.
    cohort : (int, int)
        Patients in a cohort. Exact characteristics of cohorts of one take very long.
    patients : (int, int)
        With which the trial ends at the latest.
    stop_at : (int, int)
        The trial stops when so many patients were given the dose that is proposed again.
    start : int
        Dose of the first cohort.
    symmetric : bool
        Whether the target interval of the keyboard and mTPI designs reaches as far to both sides:
        `beyond` is then no variable.

    Examples
    --------
    >>> space = DoseSearchSpace(doses=5, target=0.25, families=("boin",))
    >>> space.design_at({"family": "boin", "under": 0.6, "over": 1.4, "safety": 0.95, "cohort": 3,
    ...                  "patients": 30, "stop_at": 12}).most_patients
    30
    """

    doses: int
    target: float
    families: tuple[str, ...] = (BOIN, KEYBOARD, CRM)
    under: tuple[float, float] = (0.4, 0.9)
    over: tuple[float, float] = (1.1, 1.8)
    below: tuple[float, float] = (0.02, 0.1)
    beyond: tuple[float, float] = (0.02, 0.1)
    half_width: tuple[float, float] = (0.02, 0.12)
    prior_mtd: tuple[int, int] | None = None
    safety: tuple[float, float] = (0.8, 0.98)
    cohort: tuple[int, int] = (2, 4)
    patients: tuple[int, int] = (18, 36)
    stop_at: tuple[int, int] = (9, 36)
    start: int = 1
    symmetric: bool = False

    def __post_init__(self) -> None:
        require(1 <= self.doses <= MOST_DOSES, f"1 <= doses <= {MOST_DOSES}", doses=self.doses)
        target = self.target
        require(0 < target < 1, "0 < target < 1", target=target)
        known = bool(self.families) and set(self.families) <= set(FAMILIES)
        once = len(set(self.families)) == len(self.families)
        require(known and once, f"families of {FAMILIES}, each once", families=self.families)
        require(1 <= self.start <= self.doses, f"1 <= start <= {self.doses}", start=self.start)
        narrow = min(target, 1 - target)
        limits: dict[str, tuple[float, float]] = {
            "under": (0.0, 1.0),
            "over": (1.0, 1 / target),
            "below": (0.0, target),
            "beyond": (0.0, 1 - target),
            "half_width": (0.0, narrow),
            "safety": (0.5, 1.0),
        }
        for name, (lowest, highest) in limits.items():
            low, high = getattr(self, name)
            rule = f"{lowest:g} < {name} < {highest:g}, the lowest first"
            require(lowest < low <= high < highest, rule, **{name: (low, high)})
        both = self.below[1] < 1 - target or not self.symmetric
        require(both, f"below < {1 - target:g} on both sides", below=self.below)
        counted = {"cohort": MOST_IN_COHORT, "patients": MOST_PATIENTS, "stop_at": MOST_PATIENTS}
        for name, most in counted.items():
            low, high = getattr(self, name)
            rule = f"1 <= {name} <= {most}, the lowest first"
            require(1 <= low <= high <= most, rule, **{name: (low, high)})
        low, high = self._guesses
        inside = 1 <= low <= high <= self.doses
        require(inside, f"1 <= prior_mtd <= {self.doses}, the lowest first", prior_mtd=(low, high))

    @property
    def _guesses(self) -> tuple[int, int]:
        return (1, self.doses) if self.prior_mtd is None else self.prior_mtd

    def distributions(self) -> dict[str, BaseDistribution]:
        """The variables and their ranges: those of the families that are tried, and the rest."""
        floats = []
        if BOIN in self.families:
            floats += ["under", "over"]
        if set(_INTERVALS) & set(self.families):
            floats += ["below"] if self.symmetric else ["below", "beyond"]
        if CRM in self.families:
            floats.append("half_width")
        found: dict[str, BaseDistribution] = {"family": CategoricalDistribution(self.families)}
        found |= {name: FloatDistribution(*getattr(self, name)) for name in (*floats, "safety")}
        if CRM in self.families:
            found["prior_mtd"] = IntDistribution(*self._guesses)
        whole = ("cohort", "patients", "stop_at")
        return found | {name: IntDistribution(*getattr(self, name)) for name in whole}

    def design_at(self, point: Mapping[str, Any]) -> EscalationDesign:
        """The design of a point.

        Parameters
        ----------
        point : mapping
            A value for each variable of its family, and for those of all.
        """
        crm, rounded = point["family"] == CRM, self.stated(point)
        stops = PatientsAtDose(patients=point["stop_at"])
        return EscalationDesign(
            method=self._method(rounded),
            most_patients=point["patients"],
            start=self.start,
            cohorts=FixedCohorts(size=point["cohort"]),
            limit=NoSkipping() & Coherent() if crm else None,
            stopping=Unsafe(cutoff=rounded["safety"]) | stops if crm else stops,
        )

    def stated(self, point: Mapping[str, Any]) -> dict[str, Any]:
        """The point with values as a protocol states them, within their ranges.

        Examples
        --------
        >>> DoseSearchSpace(doses=5, target=0.25).stated({"family": "boin", "under": 0.61234})
        {'family': 'boin', 'under': 0.61}
        """
        found = dict(point)
        for name in set(_DIGITS) & set(point):
            low, high = getattr(self, name)
            found[name] = min(max(round(point[name], _DIGITS[name]), low), high)
        return found

    def _method(self, point: Mapping[str, Any]) -> Method:
        family, doses, target = point["family"], self.doses, self.target
        if family == BOIN:
            return Boin(
                doses=doses,
                target=target,
                under=round(point["under"] * target, 12),
                over=round(point["over"] * target, 12),
                elimination=point["safety"],
            )
        if family == CRM:
            skeleton = indifference_skeleton(
                target=target,
                half_width=point["half_width"],
                prior_mtd=point["prior_mtd"],
                doses=doses,
            )
            return Crm(skeleton=skeleton, target=target)
        return _INTERVALS[family](
            doses=doses,
            target=target,
            below=point["below"],
            beyond=point["below" if self.symmetric else "beyond"],
            elimination=point["safety"],
        )

    def usual_points(self) -> tuple[dict[str, Any], ...]:
        """One point per family with textbook values, pulled into the ranges: to begin with."""
        usual = {
            "under": 0.6,
            "over": 1.4,
            "below": 0.05,
            "beyond": 0.05,
            "half_width": 0.05,
            "safety": 0.95,
            "prior_mtd": (self.doses + 1) // 2,
            "cohort": 3,
            "patients": self.patients[1],
            "stop_at": self.stop_at[1],
        }
        inside = {
            name: min(max(usual[name], one.low), one.high)
            for name, one in self.distributions().items()
            if isinstance(one, FloatDistribution | IntDistribution)
        }
        return tuple({"family": family, **inside} for family in self.families)
