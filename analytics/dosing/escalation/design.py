"""A dose-escalation design: a method, and the rules around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.checks import require
from analytics.dosing.escalation.blrm import Blrm
from analytics.dosing.escalation.boin import Boin
from analytics.dosing.escalation.counts import Counts, Given, Whole
from analytics.dosing.escalation.crm import Crm
from analytics.dosing.escalation.ewoc import Ewoc
from analytics.dosing.escalation.keyboard import Keyboard, Mtpi, Mtpi2
from analytics.dosing.escalation.method import DoseMethod
from analytics.dosing.escalation.outcomes import MOST_PATIENTS, Outcomes
from analytics.dosing.escalation.recommendation import Recommendation
from analytics.dosing.escalation.rules import CohortSize, DoseLimit, FixedCohorts, StoppingRule
from analytics.dosing.escalation.rules.situation import Situation
from analytics.dosing.escalation.three_plus_three import ThreePlusThree
from analytics.dosing.escalation.two_parameter_crm import TwoParameterCrm
from analytics.results import Result, registered

Method = Boin | Keyboard | Mtpi | Mtpi2 | ThreePlusThree | Crm | TwoParameterCrm | Blrm | Ewoc
STOP = 0
_THREES = FixedCohorts(size=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """What follows each cohort.

    Parameters
    ----------
    doses : array of whole numbers
        Of the next cohort; 0 where the trial stops.
    patients : array of whole numbers
        In the next cohort; 0 where the trial stops.
    selected : array of whole numbers
        The dose selected where the trial stops; 0 for none, and where it goes on.
    """

    doses: Whole
    patients: Whole
    selected: Whole


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationDesign(Result):
    """Doses are given to cohorts; after each the method proposes a dose and the rules hold it.

    Parameters
    ----------
    method : Method
        Such as `Boin`, `ThreePlusThree` or `Crm`.
    most_patients : int
        With which the trial ends at the latest; the last cohort may be cut short. 1 to 500.
    start : int
        Dose of the first cohort.
    cohorts : CohortSize
        How many patients are given a dose before the next decision.
    limit : DoseLimit, optional
        How high the next dose may be.
    stopping : StoppingRule, optional
        When the trial stops earlier.

    Examples
    --------
    >>> design = EscalationDesign(method=Boin(doses=5, target=0.3), most_patients=30)
    >>> found = design.recommend(Outcomes.parse("1NNN 2NNT", doses=5))
    >>> found.dose, found.stop, found.reasons[0]
    (2, False, '1 of 3 patients at dose 2 had a toxicity: the table says stay.')
    """

    method: Method
    most_patients: int
    start: int = 1
    cohorts: CohortSize = _THREES
    limit: DoseLimit | None = None
    stopping: StoppingRule | None = None

    def __post_init__(self) -> None:
        sound = 1 <= self.most_patients <= MOST_PATIENTS
        rule = f"1 <= most_patients <= {MOST_PATIENTS}"
        require(sound, rule, most_patients=self.most_patients)
        listed = 1 <= self.start <= self.doses
        require(listed, f"1 <= start <= {self.doses}", start=self.start)
        if isinstance(self.method, ThreePlusThree):
            threes = self.cohorts == _THREES
            require(threes, "3+3 has cohorts of three", cohorts=self.cohorts)

    @property
    def doses(self) -> int:
        """Doses that may be given."""
        return self.method.doses

    @property
    def target(self) -> float:
        """The toxicity probability aimed at."""
        return self.method.target

    @property
    def first_patients(self) -> int:
        """In the first cohort."""
        return min(self.cohorts.first, self.most_patients)

    def decide(self, counts: Counts, given: Given) -> Decisions:
        """What follows each of many cohorts: the one place in which a design decides.

        Parameters
        ----------
        counts : Counts
            Outcomes, one row each.
        given : Given
            The cohorts just seen.
        """
        situation = self._situation(counts, given)
        doses, patients = self.cohorts.following(situation)
        stops = (situation.proposed == STOP) | (doses == STOP)
        left = self.most_patients - counts.patients.sum(axis=1)[given.rows]
        stops |= left <= 0
        if self.stopping is not None:
            stops |= self.stopping.holds(situation)
        selected = np.zeros_like(doses)
        selected[stops] = self.method.selected(counts.take(given.rows[stops]))
        if self.stopping is not None:
            selected[self.stopping.forbids(situation)] = 0
        return Decisions(
            doses=np.where(stops, STOP, doses),
            patients=np.where(stops, 0, np.minimum(patients, left)),
            selected=selected,
        )

    def _situation(self, counts: Counts, given: Given) -> Situation:
        method: DoseMethod = self.method
        proposed = method.next_doses(counts, given)
        situation = Situation(method=method, counts=counts, given=given, proposed=proposed)
        if self.limit is None:
            return situation
        limited = np.minimum(proposed, self.limit.highest(situation))
        return Situation(method=method, counts=counts, given=given, proposed=limited)

    def recommend(self, outcomes: Outcomes, *, level: float = 0.9) -> Recommendation:
        """What the design recommends after these outcomes.

        Outcomes that the design itself would not have led to are allowed, and named in
        `deviations`.

        Parameters
        ----------
        outcomes : Outcomes
            Of as many doses as the design has.
        level : float
            Of the intervals, 0 < level < 1.
        """
        same = outcomes.doses == self.doses
        require(same, f"outcomes of {self.doses} doses", doses=outcomes.doses)
        require(0 < level < 1, "0 < level < 1", level=level)
        stop, dose, patients, reasons = self._next(outcomes)
        return Recommendation(
            outcomes=outcomes,
            stop=stop,
            dose=dose or None,
            patients=patients,
            reasons=reasons,
            deviations=self._deviations(outcomes),
            level=level,
            table=self._by_dose(outcomes, level),
        )

    def _next(self, outcomes: Outcomes) -> tuple[bool, int, int, tuple[str, ...]]:
        """Whether to stop, the dose, the patients, and why."""
        if not outcomes.cohorts:
            said = f"The first cohort is given dose {self.start}."
            return False, self.start, self.first_patients, (said,)
        counts, given = outcomes.counts, last_cohort(outcomes)
        decided = self.decide(counts, given)
        dose, patients = int(decided.doses[0]), int(decided.patients[0])
        reasons = self._reasons(outcomes, dose)
        if dose != STOP:
            return False, dose, patients, reasons
        selected = int(decided.selected[0])
        return True, selected, 0, (*reasons, _selected_words(selected, outcomes))

    def _reasons(self, outcomes: Outcomes, dose: int) -> tuple[str, ...]:
        counts, given = outcomes.counts, last_cohort(outcomes)
        situation = self._situation(counts, given)
        said = list(self.method.reasons(outcomes))
        wanted, proposed = int(self.method.next_doses(counts, given)[0]), int(situation.proposed[0])
        if self.limit is not None and proposed < wanted:
            said.append(f"Dose {proposed} and not {wanted}: {self.limit.sentence}")
        if dose not in (STOP, proposed):
            said.append(f"Titration goes on with dose {dose}.")
        if self.stopping is not None:
            said += self.stopping.sentences(situation)
        if sum(outcomes.patients) >= self.most_patients:
            said.append(f"All {self.most_patients} patients have been seen.")
        return tuple(said)

    def _deviations(self, outcomes: Outcomes) -> tuple[str, ...]:
        """Cohorts given another dose than recommended then, or after the end."""
        said = []
        for i, cohort in enumerate(outcomes.cohorts):
            stop, dose, _, _ = self._next(outcomes.before(i))
            if stop:
                said.append(f"Cohort {i + 1} was given dose {cohort.dose} after the trial's end.")
            elif dose != cohort.dose:
                was = f"Cohort {i + 1} was given dose {cohort.dose}"
                said.append(f"{was}; the design recommended dose {dose}.")
        return tuple(said)

    def _by_dose(self, outcomes: Outcomes, level: float) -> pd.DataFrame:
        counts, method = outcomes.counts, self.method
        estimate, lower, upper = method.posterior(counts, level)
        return pd.DataFrame(
            {
                "dose": range(1, self.doses + 1),
                "patients": outcomes.patients,
                "toxicities": outcomes.toxicities,
                "estimate": estimate[0],
                "lower": lower[0],
                "upper": upper[0],
                "above_target": method.above(counts, method.target)[0],
                "admissible": method.admissible(counts)[0],
            }
        )


def last_cohort(outcomes: Outcomes) -> Given:
    """The cohort that led to the only row of the counts of these outcomes.

    Examples
    --------
    >>> last_cohort(Outcomes.parse("1NNN 2NT", doses=3)).toxicities
    array([1])
    """
    last = outcomes.cohorts[-1]
    return Given(
        rows=np.array([0]),
        doses=np.array([last.dose]),
        patients=np.array([last.patients]),
        toxicities=np.array([last.toxicities]),
    )


def _selected_words(selected: int, outcomes: Outcomes) -> str:
    if selected == 0:
        return "The trial stops and no dose is selected."
    said = f"The trial stops and dose {selected} is selected"
    if outcomes.patients[selected - 1] == 0:
        return f"{said}, which was never given."
    if selected == 1:
        return f"{said}, the lowest: a lower one was not studied."
    if selected == outcomes.doses:
        return f"{said}, the highest: a higher one was not studied."
    return f"{said}."
