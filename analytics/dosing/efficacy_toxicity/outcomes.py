"""What was seen in a trial with efficacy and toxicity, as it is entered: `1NNE 2NTB`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

import numpy as np

from analytics.checks import require
from analytics.dosing.efficacy_toxicity.joint_counts import JointCounts
from analytics.dosing.escalation.outcomes import MOST_DOSES, MOST_PATIENTS
from analytics.results import Result, registered

_COHORT = re.compile(r"([0-9]{1,3})([NETB]+)")


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class JointCohort(Result):
    """Patients who were given the same dose and judged together.

    Parameters
    ----------
    dose : int
        From 1.
    neither, efficacy, toxicity, both : int
        Patients with neither, efficacy alone, toxicity alone and both; at least one in all.

    Examples
    --------
    >>> str(JointCohort(dose=2, neither=1, efficacy=1, both=1))
    '2NEB'
    """

    dose: int
    neither: int = 0
    efficacy: int = 0
    toxicity: int = 0
    both: int = 0

    def __post_init__(self) -> None:
        require(self.dose >= 1, "dose >= 1", dose=self.dose)
        parts = (self.neither, self.efficacy, self.toxicity, self.both)
        require(min(parts) >= 0, "numbers of patients are 0 or more", patients=parts)
        sound = 1 <= self.patients <= MOST_PATIENTS
        require(sound, f"1 <= patients <= {MOST_PATIENTS}", patients=self.patients)

    @property
    def patients(self) -> int:
        """In all."""
        return self.neither + self.efficacy + self.toxicity + self.both

    def __str__(self) -> str:
        letters = "N" * self.neither + "E" * self.efficacy + "T" * self.toxicity + "B" * self.both
        return f"{self.dose}{letters}"


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class JointOutcomes(Result):
    """The cohorts of a trial in their order.

    Parameters
    ----------
    doses : int
        Doses that the trial may give, 1 to 30.
    cohorts : tuple of JointCohort
        None before the first patient.

    Examples
    --------
    >>> seen = JointOutcomes.parse("1NNE 2NTB", doses=3)
    >>> seen.counts.efficacies.tolist(), seen.counts.toxicities.tolist()
    ([[1, 1, 0]], [[0, 2, 0]])
    >>> JointOutcomes.parse("1NX", doses=3)
    Traceback (most recent call last):
        ...
    analytics.checks.InputError: `a cohort is a dose and N, E, T or B for each patient, such as \
2NEB` must hold, but got cohort='1NX'.
    """

    doses: int
    cohorts: tuple[JointCohort, ...] = ()

    def __post_init__(self) -> None:
        require(1 <= self.doses <= MOST_DOSES, f"1 <= doses <= {MOST_DOSES}", doses=self.doses)
        for cohort in self.cohorts:
            listed = cohort.dose <= self.doses
            require(listed, f"1 <= dose <= {self.doses}", dose=cohort.dose)
        total = sum(cohort.patients for cohort in self.cohorts)
        require(total <= MOST_PATIENTS, f"at most {MOST_PATIENTS} patients", patients=total)

    @classmethod
    def parse(cls, text: str, *, doses: int) -> Self:
        """From cohorts in words of a dose and a letter per patient.

        N is neither, E efficacy alone, T toxicity alone, B both.
        """
        cohorts = []
        for word in text.split():
            found = _COHORT.fullmatch(word)
            rule = "a cohort is a dose and N, E, T or B for each patient, such as 2NEB"
            require(found is not None, rule, cohort=word[:80])
            assert found is not None
            letters = found.group(2)
            cohorts.append(
                JointCohort(
                    dose=int(found.group(1)),
                    neither=letters.count("N"),
                    efficacy=letters.count("E"),
                    toxicity=letters.count("T"),
                    both=letters.count("B"),
                )
            )
        return cls(doses=doses, cohorts=tuple(cohorts))

    @property
    def counts(self) -> JointCounts:
        """In one row."""
        found = np.zeros((4, 1, self.doses), dtype=np.int64)
        for one in self.cohorts:
            toxic, effective = one.toxicity + one.both, one.efficacy + one.both
            found[:, 0, one.dose - 1] += (one.patients, toxic, effective, one.both)
        return JointCounts(
            patients=found[0], toxicities=found[1], efficacies=found[2], both=found[3]
        )

    def before(self, cohorts: int) -> JointOutcomes:
        """What was known after the first so many cohorts."""
        return JointOutcomes(doses=self.doses, cohorts=self.cohorts[:cohorts])

    def __str__(self) -> str:
        return " ".join(map(str, self.cohorts))
