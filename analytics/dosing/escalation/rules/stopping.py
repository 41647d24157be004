"""When a trial stops before its last patient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.checks import require
from analytics.dosing.escalation.counts import Flags, Floats
from analytics.dosing.escalation.rules.situation import Situation
from analytics.results import Result, registered


class _Joined(Result):
    """A rule that can be joined with another one; unless it says so a dose is still selected."""

    __slots__ = ()

    def __and__(self, other: StoppingRule) -> AllOf:
        return AllOf(first=self, second=other)  # type: ignore[arg-type]

    def __or__(self, other: StoppingRule) -> AnyOf:
        return AnyOf(first=self, second=other)  # type: ignore[arg-type]

    def forbids(self, situation: Situation) -> Flags:
        """Where the rule stops the trial without selecting a dose."""
        return np.zeros(len(situation.proposed), dtype=bool)

    def sentences(self, situation: Situation) -> tuple[str, ...]:
        """In words, what holds after the first cohort."""
        return (self.sentence,) if bool(self.holds(situation)[0]) else ()

    def holds(self, situation: Situation) -> Flags:
        """Where the rule stops the trial."""
        raise NotImplementedError

    @property
    def sentence(self) -> str:
        """In words."""
        raise NotImplementedError


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Patients(_Joined):
    """So many patients in all.

    Parameters
    ----------
    patients : int
        At least 1.

    Examples
    --------
    >>> Patients(patients=24).sentence
    '24 patients or more have been seen.'
    """

    patients: int

    def __post_init__(self) -> None:
        require(self.patients >= 1, "patients >= 1", patients=self.patients)

    def holds(self, situation: Situation) -> Flags:
        """Where the rule stops the trial."""
        total = situation.counts.patients.sum(axis=1)
        return situation.of_cohorts(total >= self.patients)

    @property
    def sentence(self) -> str:
        """In words."""
        return f"{self.patients} patients or more have been seen."


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class PatientsAtDose(_Joined):
    """The next dose is the current one, and so many patients were given it already.

    Parameters
    ----------
    patients : int
        At least 1.

    Examples
    --------
    >>> PatientsAtDose(patients=12) | Patients(patients=24)
    AnyOf(first=PatientsAtDose(patients=12), second=Patients(patients=24))
    """

    patients: int

    def __post_init__(self) -> None:
        require(self.patients >= 1, "patients >= 1", patients=self.patients)

    def holds(self, situation: Situation) -> Flags:
        """Where the rule stops the trial."""
        so_far = situation.given.at_dose(situation.counts)[0]
        stays = situation.proposed == situation.given.doses
        return np.asarray(stays & (so_far >= self.patients))

    @property
    def sentence(self) -> str:
        """In words."""
        return f"{self.patients} patients or more were given the dose proposed again."


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Unsafe(_Joined):
    """The lowest dose is too toxic: Pr(toxicity at dose 1 > target) > cutoff. Selects no dose.

    The probability is that of the method's own posterior.

    Parameters
    ----------
    cutoff : float
        0 < cutoff < 1.
    patients : int
        Least number of patients at dose 1.

    Examples
    --------
    >>> Unsafe(cutoff=0.9).sentence
    'The lowest dose is above the target with a probability of more than 0.9.'
    """

    cutoff: float = 0.95
    patients: int = 0

    def __post_init__(self) -> None:
        require(0 < self.cutoff < 1, "0 < cutoff < 1", cutoff=self.cutoff)
        require(self.patients >= 0, "patients >= 0", patients=self.patients)

    def holds(self, situation: Situation) -> Flags:
        """Where the rule stops the trial."""
        counts, method = situation.counts, situation.method
        certain = method.above(counts, method.target)[:, 0] > self.cutoff
        return situation.of_cohorts(certain & (counts.patients[:, 0] >= self.patients))

    def forbids(self, situation: Situation) -> Flags:
        """Where the rule stops the trial without selecting a dose: wherever it holds."""
        return self.holds(situation)

    @property
    def sentence(self) -> str:
        """In words."""
        return f"The lowest dose is above the target with a probability of more than {self.cutoff}."


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Precise(_Joined):
    """The interval of the dose proposed is short.

    Parameters
    ----------
    width : float
        Of the equal-tailed interval for its toxicity probability, 0 < width < 1.
    level : float
        Of the interval, 0 < level < 1.

    Examples
    --------
    >>> Precise(width=0.3).sentence
    'The 90 % interval of the dose proposed is at most 0.3 wide.'
    """

    width: float
    level: float = 0.9

    def __post_init__(self) -> None:
        require(0 < self.width < 1, "0 < width < 1", width=self.width)
        require(0 < self.level < 1, "0 < level < 1", level=self.level)

    def holds(self, situation: Situation) -> Flags:
        """Where the rule stops the trial."""
        _, low, high = situation.method.posterior(situation.counts, self.level)
        return np.asarray(_at_proposed(situation, high - low) <= self.width)

    @property
    def sentence(self) -> str:
        """In words."""
        share = f"{100 * self.level:g} %"
        return f"The {share} interval of the dose proposed is at most {self.width} wide."


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Confident(_Joined):
    """The dose proposed is near the target with a high probability.

    Parameters
    ----------
    low, high : float
        Toxicity probabilities that count as near, 0 <= low < high <= 1.
    cutoff : float
        0 < cutoff < 1.

    Examples
    --------
    >>> Confident(low=0.2, high=0.35, cutoff=0.5).sentence
    'The dose proposed is between 0.2 and 0.35 with a probability of more than 0.5.'
    """

    low: float
    high: float
    cutoff: float

    def __post_init__(self) -> None:
        ordered = 0 <= self.low < self.high <= 1
        require(ordered, "0 <= low < high <= 1", low=self.low, high=self.high)
        require(0 < self.cutoff < 1, "0 < cutoff < 1", cutoff=self.cutoff)

    def holds(self, situation: Situation) -> Flags:
        """Where the rule stops the trial."""
        counts, method = situation.counts, situation.method
        over = [
            np.full(counts.patients.shape, 1.0 - one)
            if one in (0.0, 1.0)
            else method.above(counts, one)
            for one in (self.low, self.high)
        ]
        return np.asarray(_at_proposed(situation, over[0] - over[1]) > self.cutoff)

    @property
    def sentence(self) -> str:
        """In words."""
        between = f"between {self.low} and {self.high}"
        return f"The dose proposed is {between} with a probability of more than {self.cutoff}."


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf(_Joined):
    """Stops when both rules do."""

    first: StoppingRule
    second: StoppingRule

    def holds(self, situation: Situation) -> Flags:
        """Where the rule stops the trial."""
        return self.first.holds(situation) & self.second.holds(situation)

    def forbids(self, situation: Situation) -> Flags:
        """Where both stop it and one of them selects no dose."""
        either = self.first.forbids(situation) | self.second.forbids(situation)
        return self.holds(situation) & either

    @property
    def sentence(self) -> str:
        """In words."""
        return f"{self.first.sentence} {self.second.sentence}"


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf(_Joined):
    """Stops when either rule does."""

    first: StoppingRule
    second: StoppingRule

    def holds(self, situation: Situation) -> Flags:
        """Where the rule stops the trial."""
        return self.first.holds(situation) | self.second.holds(situation)

    def forbids(self, situation: Situation) -> Flags:
        """Where one stops it without selecting a dose."""
        return self.first.forbids(situation) | self.second.forbids(situation)

    def sentences(self, situation: Situation) -> tuple[str, ...]:
        """In words, what holds after the first cohort."""
        return (*self.first.sentences(situation), *self.second.sentences(situation))

    @property
    def sentence(self) -> str:
        """In words."""
        return f"Either: {self.first.sentence} Or: {self.second.sentence}"


StoppingRule = Patients | PatientsAtDose | Unsafe | Precise | Confident | AllOf | AnyOf


def _at_proposed(situation: Situation, values: Floats) -> Floats:
    """Of the dose proposed after each cohort; NaN where none is."""
    proposed = situation.proposed
    found = values[situation.given.rows, np.maximum(proposed, 1) - 1]
    return np.where(proposed > 0, found, np.nan)
