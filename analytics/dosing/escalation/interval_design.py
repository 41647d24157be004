"""Designs that compare the toxicities at the current dose with a table, and move by one dose."""

from __future__ import annotations

from abc import abstractmethod
from functools import lru_cache

import numpy as np
import pandas as pd
from numba import njit
from numpy.typing import NDArray
from scipy.stats import beta

from analytics.checks import require
from analytics.dosing.escalation.counts import Counts, Flags, Floats, Given, Limits, Whole
from analytics.dosing.escalation.isotonic_regression import (
    above,
    isotonic_estimates,
    nearest_isotonic,
)
from analytics.dosing.escalation.outcomes import MOST_DOSES, MOST_PATIENTS, Outcomes
from analytics.results import Result

Decisions = NDArray[np.int8]
ESCALATE, STAY, DEESCALATE, ELIMINATE = 1, 0, -1, -2
LETTERS = {ESCALATE: "E", STAY: "S", DEESCALATE: "D", ELIMINATE: "DU"}
_WORDS = {
    ESCALATE: "escalate",
    STAY: "stay",
    DEESCALATE: "de-escalate",
    ELIMINATE: "de-escalate and eliminate the dose",
}


class IntervalDesign(Result):
    """What all of them share: the walk over the doses, elimination, and the dose selected.

    A dose is eliminated with all above it. When dose 1 is eliminated the trial stops and no dose
    is selected. At the end the dose is selected whose isotonic estimate is nearest to the target,
    of those that were given and not eliminated.
    """

    __slots__ = ()

    doses: int
    target: float

    @abstractmethod
    def _table(self, most: int) -> Decisions:
        """Decisions by patients (rows, from 0) and toxicities (columns) at the current dose."""

    def _highest_estimate(self) -> float:
        """Doses with a higher isotonic estimate are not selected."""
        return 1.0

    def _check_shared(self) -> None:
        require(1 <= self.doses <= MOST_DOSES, f"1 <= doses <= {MOST_DOSES}", doses=self.doses)
        require(0 < self.target < 1, "0 < target < 1", target=self.target)

    def decisions(self, most: int = 30) -> pd.DataFrame:
        """The decision table: one row per number of patients at a dose, one column per toxicities.

        E escalate, S stay, D de-escalate, DU de-escalate and never give the dose again.

        Parameters
        ----------
        most : int
            Patients at a dose, 1 to 500.
        """
        require(1 <= most <= MOST_PATIENTS, f"1 <= most <= {MOST_PATIENTS}", most=most)
        table = self._decided(most)
        rows = [
            [LETTERS[int(table[n, t])] if t <= n else "" for t in range(most + 1)]
            for n in range(1, most + 1)
        ]
        frame = pd.DataFrame(rows, columns=[str(t) for t in range(most + 1)])
        frame.insert(0, "patients", range(1, most + 1))
        return frame

    def boundaries(self, most: int = 30) -> pd.DataFrame:
        """The table by its limits: toxicities at which to escalate, de-escalate and eliminate.

        NaN where no number of toxicities does so. A dose is de-escalated at `deescalate` or more,
        and eliminated at `eliminate` or more.
        """
        require(1 <= most <= MOST_PATIENTS, f"1 <= most <= {MOST_PATIENTS}", most=most)
        table, rows = self._decided(most), []
        for n in range(1, most + 1):
            own = table[n, : n + 1]
            reached = [np.flatnonzero(own <= one) for one in (DEESCALATE, ELIMINATE)]
            least = [float(one[0]) if one.size else np.nan for one in reached]
            up = np.flatnonzero(own == ESCALATE)
            rows.append((n, float(up[-1]) if up.size else np.nan, *least))
        return pd.DataFrame(rows, columns=["patients", "escalate", "deescalate", "eliminate"])

    def next_doses(self, counts: Counts, given: Given) -> Whole:
        """The dose for the cohort after each cohort; 0 to stop without a dose."""
        patients, toxicities = given.at_dose(counts)
        step = np.maximum(self._decided(int(patients.max(initial=0)))[patients, toxicities], -1)
        ceiling = self._ceiling(counts)[given.rows]
        stays = given.doses
        # A step up that ends above the highest dose left is not taken.
        up = np.where(given.doses + 1 <= ceiling, given.doses + 1, stays)
        moved = np.where(step > 0, up, np.maximum(stays + np.minimum(step, 0), 1))
        return np.minimum(moved, ceiling)

    def selected(self, counts: Counts) -> Whole:
        """The dose selected when the trial ends with these counts; 0 for none."""
        return nearest_isotonic(
            counts, self.admissible(counts), self.target, self._highest_estimate()
        )

    def admissible(self, counts: Counts) -> Flags:
        """Doses that are not eliminated."""
        return np.asarray(np.arange(1, counts.doses + 1) <= self._ceiling(counts)[:, None])

    def above(self, counts: Counts, probability: float) -> Floats:
        """Pr(toxicity > probability) of each dose alone, under Beta(1, 1)."""
        return above(probability, counts)

    def posterior(self, counts: Counts, level: float) -> Limits:
        """Isotonic estimate, and the equal-tailed interval of each dose alone under Beta(1, 1)."""
        tail, free = (1 - level) / 2, counts.patients - counts.toxicities
        low, high = (
            np.where(counts.patients > 0, beta.ppf(one, counts.toxicities + 1, free + 1), np.nan)
            for one in (tail, 1 - tail)
        )
        return isotonic_estimates(counts, counts.patients > 0), low, high

    def reasons(self, outcomes: Outcomes) -> tuple[str, ...]:
        """In words, what the table and the elimination say."""
        counts, dose = outcomes.counts, outcomes.current
        if dose is None:
            return ()
        n, t = outcomes.patients[dose - 1], outcomes.toxicities[dose - 1]
        word = _WORDS[int(self._decided(n)[n, t])]
        said = [f"{t} of {n} patients at dose {dose} had a toxicity: the table says {word}."]
        ceiling = int(self._ceiling(counts)[0])
        if ceiling == 0:
            said.append("The lowest dose is too toxic.")
        elif ceiling < outcomes.doses:
            said.append(f"Dose {ceiling + 1} and those above are eliminated.")
        return tuple(said)

    def _ceiling(self, counts: Counts) -> Whole:
        """The highest dose that may still be given; 0 when the trial is too toxic to go on."""
        table = self._decided(int(counts.patients.max(initial=0)))
        return np.asarray(_doses_left(table, counts.patients, counts.toxicities))

    def _decided(self, most: int) -> Decisions:
        return _remembered(self, -(-max(most, 1) // 30) * 30)[: most + 1, : most + 1]


@njit(cache=True, nogil=True)
def _doses_left(table: Decisions, patients: Whole, toxicities: Whole) -> Whole:
    """Of each row, the number of doses below the lowest that is eliminated."""
    rows, doses = patients.shape
    left = np.empty(rows, dtype=np.int64)
    for row in range(rows):
        dose = 0
        while dose < doses and table[patients[row, dose], toxicities[row, dose]] != ELIMINATE:
            dose += 1
        left[row] = dose
    return left


@lru_cache(maxsize=256)
def _remembered(design: IntervalDesign, most: int) -> Decisions:
    table = design._table(most)
    table.setflags(write=False)
    return table


def triangle(most: int) -> tuple[Whole, Whole]:
    """Patients and toxicities of a table, as a column and a row.

    Examples
    --------
    >>> patients, toxicities = triangle(2)
    >>> (toxicities <= patients).sum()
    np.int64(6)
    """
    return np.arange(most + 1)[:, None], np.arange(most + 1)[None, :]


def posterior_above(probability: float, most: int) -> Floats:
    """Pr(toxicity > probability) by patients and toxicities under Beta(1, 1)."""
    patients, toxicities = triangle(most)
    seen = np.minimum(toxicities, patients)
    return above(probability, Counts(patients=patients, toxicities=seen))
