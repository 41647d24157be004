"""Many trials at once: the outcomes by dose, and the cohorts that were just seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Limits = tuple[Floats, Floats, Floats]
"""Estimates with their lower and upper limits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Patients and toxicities by dose, one row per distinct outcome of a trial.

    Parameters
    ----------
    patients, toxicities : array of whole numbers
        One row per outcome, one column per dose.

    Examples
    --------
    >>> Counts.of([[3, 3, 0]], [[0, 1, 0]]).observed()
    array([[0.        , 0.33333333,        nan]])
    """

    patients: Whole
    toxicities: Whole

    @classmethod
    def of(cls, patients: Sequence[Sequence[int]], toxicities: Sequence[Sequence[int]]) -> Self:
        """From plain numbers."""
        return cls(
            patients=np.array(patients, dtype=np.int64),
            toxicities=np.array(toxicities, dtype=np.int64),
        )

    @property
    def rows(self) -> int:
        """How many outcomes."""
        return len(self.patients)

    @property
    def doses(self) -> int:
        """How many doses."""
        return int(self.patients.shape[1])

    def take(self, rows: Whole) -> Counts:
        """Some of the rows, in the order asked for."""
        return Counts(patients=self.patients[rows], toxicities=self.toxicities[rows])

    def observed(self) -> Floats:
        """Share with a toxicity; NaN for a dose that nobody was given."""
        treated = np.where(self.patients > 0, self.patients, 1)
        return np.where(self.patients > 0, self.toxicities / treated, np.nan)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The cohorts just seen, which brought trials to a row of the counts.

    Several cohorts may lead to one row: decisions are made for each cohort, posteriors found once
    for each row.

    Parameters
    ----------
    rows : array of whole numbers
        The row of the counts that each cohort led to.
    doses : array of whole numbers
        The dose that it was given, from 1.
    patients, toxicities : array of whole numbers
        Of the cohort alone.
    """

    rows: Whole
    doses: Whole
    patients: Whole
    toxicities: Whole

    def at_dose(self, counts: Counts) -> tuple[Whole, Whole]:
        """Patients and toxicities so far at the dose of each cohort.

        Examples
        --------
        >>> one = np.array([0])
        >>> given = Given(rows=one, doses=one + 2, patients=one + 3, toxicities=one)
        >>> given.at_dose(Counts.of([[3, 6]], [[0, 1]]))
        (array([6]), array([1]))
        """
        places = self.rows, self.doses - 1
        return counts.patients[places], counts.toxicities[places]
