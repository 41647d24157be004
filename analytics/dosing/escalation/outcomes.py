"""What was seen in a trial, cohort by cohort, as it is entered: `1NNN 2NNT`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from analytics.checks import require
from analytics.dosing.escalation.counts import Counts
from analytics.results import Result, registered

MOST_DOSES = 30
MOST_PATIENTS = 500
_COHORT = re.compile(r"([0-9]{1,3})([NT]+)")


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort(Result):
    """Patients who were given the same dose and judged together.

    Parameters
    ----------
    dose : int
        From 1.
    patients, toxicities : int
        At least one patient; at most as many toxicities as patients.

    Examples
    --------
    >>> str(Cohort(dose=2, patients=3, toxicities=1))
    '2NNT'
    """

    dose: int
    patients: int
    toxicities: int

    def __post_init__(self) -> None:
        require(self.dose >= 1, "dose >= 1", dose=self.dose)
        sound = 1 <= self.patients <= MOST_PATIENTS
        require(sound, f"1 <= patients <= {MOST_PATIENTS}", patients=self.patients)
        require(
            0 <= self.toxicities <= self.patients,
            "0 <= toxicities <= patients",
            toxicities=self.toxicities,
            patients=self.patients,
        )

    def __str__(self) -> str:
        free = self.patients - self.toxicities
        return f"{self.dose}{'N' * free}{'T' * self.toxicities}"


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes(Result):
    """The cohorts of a trial in their order.

    Parameters
    ----------
    doses : int
        Doses that the trial may give, 1 to 30.
    cohorts : tuple of Cohort
        None before the first patient.

    Examples
    --------
    >>> seen = Outcomes.parse("1NNN 2NNT", doses=4)
    >>> seen.patients, seen.toxicities, seen.current
    ((3, 3, 0, 0), (0, 1, 0, 0), 2)
    >>> Outcomes.parse("5NNN", doses=4)
    Traceback (most recent call last):
        ...
    analytics.checks.InputError: `1 <= dose <= 4` must hold, but got dose=5.
    """

    doses: int
    cohorts: tuple[Cohort, ...] = ()

    def __post_init__(self) -> None:
        require(1 <= self.doses <= MOST_DOSES, f"1 <= doses <= {MOST_DOSES}", doses=self.doses)
        for cohort in self.cohorts:
            listed = 1 <= cohort.dose <= self.doses
            require(listed, f"1 <= dose <= {self.doses}", dose=cohort.dose)
        total = sum(cohort.patients for cohort in self.cohorts)
        require(total <= MOST_PATIENTS, f"at most {MOST_PATIENTS} patients", patients=total)

    @classmethod
    def parse(cls, text: str, *, doses: int) -> Self:
        """From cohorts in words of a dose and a letter per patient: N without, T with toxicity.

        References
        ----------
        Brock (2019), trialr: Bayesian clinical trial designs in R and Stan, arXiv:1907.00161.
        """
        cohorts = []
        for word in text.split():
            found = _COHORT.fullmatch(word)
            rule = "a cohort is a dose and N or T for each patient, such as 2NNT"
            require(found is not None, rule, cohort=word[:80])
            assert found is not None
            dose, letters = found.groups()
            cohort = Cohort(dose=int(dose), patients=len(letters), toxicities=letters.count("T"))
            cohorts.append(cohort)
        return cls(doses=doses, cohorts=tuple(cohorts))

    @classmethod
    def of_counts(
        cls, patients: Sequence[int], toxicities: Sequence[int], *, current: int | None = None
    ) -> Self:
        """From totals by dose where the path is not known: each dose counts as one cohort.

        Parameters
        ----------
        patients, toxicities : sequence of int
            By dose.
        current : int, optional
            The dose given last; by default the highest one given.
        """
        same = len(patients) == len(toxicities)
        rule = "patients and toxicities have one number per dose"
        require(same, rule, patients=tuple(patients), toxicities=tuple(toxicities))
        pairs = list(enumerate(zip(patients, toxicities, strict=True), start=1))
        for _, (n, t) in pairs:
            require(0 <= t <= n, "0 <= toxicities <= patients", toxicities=t, patients=n)
        cohorts = [Cohort(dose=d, patients=n, toxicities=t) for d, (n, t) in pairs if n > 0]
        if current is not None:
            given = any(cohort.dose == current for cohort in cohorts)
            require(given, "the current dose was given", current=current, patients=tuple(patients))
            cohorts.sort(key=lambda cohort: cohort.dose == current)
        return cls(doses=len(patients), cohorts=tuple(cohorts))

    @property
    def patients(self) -> tuple[int, ...]:
        """By dose."""
        return self._by_dose([cohort.patients for cohort in self.cohorts])

    @property
    def toxicities(self) -> tuple[int, ...]:
        """By dose."""
        return self._by_dose([cohort.toxicities for cohort in self.cohorts])

    def _by_dose(self, numbers: list[int]) -> tuple[int, ...]:
        total = [0] * self.doses
        for cohort, number in zip(self.cohorts, numbers, strict=True):
            total[cohort.dose - 1] += number
        return tuple(total)

    @property
    def current(self) -> int | None:
        """The dose given last; None before the first patient."""
        return self.cohorts[-1].dose if self.cohorts else None

    @property
    def counts(self) -> Counts:
        """The totals as one row."""
        return Counts.of([self.patients], [self.toxicities])

    def before(self, cohorts: int) -> Outcomes:
        """What was known after the first so many cohorts."""
        return Outcomes(doses=self.doses, cohorts=self.cohorts[:cohorts])

    def followed_by(self, cohort: Cohort) -> Outcomes:
        """With one more cohort.

        Examples
        --------
        >>> more = Outcomes(doses=2).followed_by(Cohort(dose=1, patients=3, toxicities=0))
        >>> str(more)
        '1NNN'
        """
        return Outcomes(doses=self.doses, cohorts=(*self.cohorts, cohort))

    def __str__(self) -> str:
        return " ".join(map(str, self.cohorts))
