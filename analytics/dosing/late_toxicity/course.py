"""The patients of a trial with entry, toxicity and follow-up in days: `1@0 1@7 2@12T25`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from analytics.checks import require
from analytics.dosing.escalation.outcomes import MOST_DOSES, MOST_PATIENTS
from analytics.dosing.late_toxicity.follow_up import FollowedPatient
from analytics.results import Result, registered

LATEST_DAY = 99_999
_PATIENT = re.compile(r"([0-9]{1,3})@([0-9]{1,5})(?:([TN])([0-9]{1,5}))?")
_RULE = (
    "a patient is a dose, @ and the day of entry, then T and the day of a toxicity, or N and the "
    "last day of follow-up, such as 2@12 or 2@12T25"
)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredPatient(Result):
    """A patient of a trial, in days of the trial.

    Parameters
    ----------
    dose : int
        From 1.
    entered : int
        Day of the first dose, from 0.
    toxicity : int, optional
        Day on which a toxicity was seen.
    left : int, optional
        Last day of follow-up of a patient without toxicity who is followed no longer.

    Examples
    --------
    >>> str(EnteredPatient(dose=2, entered=12, toxicity=25))
    '2@12T25'
    """

    dose: int
    entered: int
    toxicity: int | None = None
    left: int | None = None

    def __post_init__(self) -> None:
        require(self.dose >= 1, "dose >= 1", dose=self.dose)
        sound = 0 <= self.entered <= LATEST_DAY
        require(sound, f"0 <= entered <= {LATEST_DAY:,}", entered=self.entered)
        one = self.toxicity is None or self.left is None
        require(one, "a toxicity or an end without, not both", toxicity=self.toxicity)
        for name in ("toxicity", "left"):
            day = getattr(self, name)
            later = day is None or day >= self.entered
            rule = "a toxicity or an end of follow-up is not before the entry"
            require(later, rule, entered=self.entered, day=day)

    @property
    def last(self) -> int:
        """The latest day that is recorded."""
        return max(self.entered, self.toxicity or 0, self.left or 0)

    def seen(self, day: int) -> FollowedPatient:
        """What was known of the patient on a day of the trial, not before the entry."""
        if self.toxicity is not None and self.toxicity <= day:
            time = float(self.toxicity - self.entered)
            return FollowedPatient(dose=self.dose, toxicity=True, followed=time)
        end = day if self.left is None else min(day, self.left)
        return FollowedPatient(dose=self.dose, toxicity=False, followed=float(end - self.entered))

    def __str__(self) -> str:
        word = f"{self.dose}@{self.entered}"
        if self.toxicity is not None:
            return f"{word}T{self.toxicity}"
        return word if self.left is None else f"{word}N{self.left}"


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class TrialCourse(Result):
    """The patients of a trial in the order in which they came, and the day on which one asks.

    Parameters
    ----------
    doses : int
        Doses that the trial may give, 1 to 30.
    today : int
        Day of the trial; nothing that is recorded is later.
    patients : tuple of EnteredPatient

    Examples
    --------
    >>> course = TrialCourse.parse("1@0 1@7 2@12T25", doses=3, today=28)
    >>> [one.followed for one in course.seen()]
    [28.0, 21.0, 13.0]
    >>> TrialCourse.parse("1@0 2@7T40", doses=3, today=28)
    Traceback (most recent call last):
        ...
    analytics.checks.InputError: `nothing is recorded after today` must hold, but got patient=2, \
day=40, today=28.
    """

    doses: int
    today: int
    patients: tuple[EnteredPatient, ...] = ()

    def __post_init__(self) -> None:
        require(1 <= self.doses <= MOST_DOSES, f"1 <= doses <= {MOST_DOSES}", doses=self.doses)
        require(0 <= self.today <= LATEST_DAY, f"0 <= today <= {LATEST_DAY:,}", today=self.today)
        many = len(self.patients)
        require(many <= MOST_PATIENTS, f"at most {MOST_PATIENTS} patients", patients=many)
        for place, one in enumerate(self.patients, start=1):
            listed = one.dose <= self.doses
            require(listed, f"1 <= dose <= {self.doses}", patient=place, dose=one.dose)
            known = one.last <= self.today
            rule = "nothing is recorded after today"
            require(known, rule, patient=place, day=one.last, today=self.today)
        for place, (former, one) in enumerate(pairwise(self.patients), start=2):
            rule = "patients stand in the order in which they came"
            sound = former.entered <= one.entered
            require(sound, rule, patient=place, entered=one.entered, before=former.entered)

    @classmethod
    def parse(cls, text: str, *, doses: int, today: int) -> Self:
        """From a word for each patient, see `EnteredPatient`."""
        patients = []
        for place, word in enumerate(text.split(), start=1):
            found = _PATIENT.fullmatch(word)
            require(found is not None, _RULE, patient=place, word=word[:80])
            assert found is not None
            dose, entered, letter, day = found.groups()
            ends = {} if letter is None else {"toxicity" if letter == "T" else "left": int(day)}
            patients.append(EnteredPatient(dose=int(dose), entered=int(entered), **ends))
        return cls(doses=doses, today=today, patients=tuple(patients))

    def seen(
        self, day: int | None = None, *, first: int | None = None
    ) -> tuple[FollowedPatient, ...]:
        """What was known on a day, today by default, of who had come: the first so many, or all."""
        on = self.today if day is None else day
        return tuple(one.seen(on) for one in self.patients[:first] if one.entered <= on)

    def __str__(self) -> str:
        return " ".join(map(str, self.patients))
