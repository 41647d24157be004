"""How high the next dose may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from analytics.checks import require
from analytics.dosing.escalation.counts import Whole
from analytics.dosing.escalation.rules.situation import Situation
from analytics.results import Result, registered


class _Joined(Result):
    """A limit that can be joined with another one."""

    __slots__ = ()

    def __and__(self, other: DoseLimit) -> AllLimits:
        return AllLimits(first=self, second=other)  # type: ignore[arg-type]

    def __or__(self, other: DoseLimit) -> AnyLimit:
        return AnyLimit(first=self, second=other)  # type: ignore[arg-type]


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class NoSkipping(_Joined):
    """No dose is skipped on the way up.

    Parameters
    ----------
    above : {"current", "given"}
        At most one dose above the one just given, or above the highest one given so far.

    Examples
    --------
    >>> NoSkipping() & Coherent()
    AllLimits(first=NoSkipping(above='current'), second=Coherent())
    """

    above: Literal["current", "given"] = "current"

    def __post_init__(self) -> None:
        known = self.above in ("current", "given")
        require(known, "above is current or given", above=self.above)

    def highest(self, situation: Situation) -> Whole:
        """The highest dose allowed after each cohort."""
        if self.above == "current":
            return situation.given.doses + 1
        counts = situation.counts
        doses = np.where(counts.patients > 0, np.arange(1, counts.doses + 1), 0)
        return np.asarray(doses.max(axis=1)[situation.given.rows] + 1)

    @property
    def sentence(self) -> str:
        """In words."""
        over = "the current dose" if self.above == "current" else "the highest dose given"
        return f"At most one dose above {over}."


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Coherent(_Joined):
    """No dose above the current one after a cohort whose share of toxicities is at the target.

    References
    ----------
    Cheung (2005), Biometrics 61:237-240. For cohorts as in the R package dfcrm.

    Examples
    --------
    >>> Coherent().sentence
    'No higher dose after a cohort with a share of toxicities at or above the target.'
    """

    def highest(self, situation: Situation) -> Whole:
        """The highest dose allowed after each cohort."""
        given = situation.given
        high = given.toxicities >= situation.method.target * given.patients
        return np.where(high, given.doses, situation.counts.doses)

    @property
    def sentence(self) -> str:
        """In words."""
        return "No higher dose after a cohort with a share of toxicities at or above the target."


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class AllLimits(_Joined):
    """What both limits allow."""

    first: DoseLimit
    second: DoseLimit

    def highest(self, situation: Situation) -> Whole:
        """The highest dose allowed after each cohort."""
        return np.minimum(self.first.highest(situation), self.second.highest(situation))

    @property
    def sentence(self) -> str:
        """In words."""
        return f"{self.first.sentence} {self.second.sentence}"


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class AnyLimit(_Joined):
    """What either limit allows."""

    first: DoseLimit
    second: DoseLimit

    def highest(self, situation: Situation) -> Whole:
        """The highest dose allowed after each cohort."""
        return np.maximum(self.first.highest(situation), self.second.highest(situation))

    @property
    def sentence(self) -> str:
        """In words."""
        return f"Either: {self.first.sentence} Or: {self.second.sentence}"


DoseLimit = NoSkipping | Coherent | AllLimits | AnyLimit
