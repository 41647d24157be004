"""Patients by dose, with toxicity, with efficacy and with both: many trials at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.dosing.escalation.counts import Counts, Flags, Floats, Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class JointCounts:
    """Outcomes by dose, one row per trial.

    Parameters
    ----------
    patients, toxicities, efficacies, both : array of whole numbers
        One row per trial, one column per dose; `both` counts patients with a toxicity and
        efficacy.

    Examples
    --------
    >>> one = np.array([[3]])
    >>> JointCounts(patients=one, toxicities=one - 2, efficacies=one - 1, both=one - 2).utilities(
    ...     neither=40.0, both=60.0)
    array([[2.]])
    """

    patients: Whole
    toxicities: Whole
    efficacies: Whole
    both: Whole

    @property
    def doses(self) -> int:
        """How many doses."""
        return int(self.patients.shape[1])

    @property
    def toxic(self) -> Counts:
        """Patients and toxicities."""
        return Counts(patients=self.patients, toxicities=self.toxicities)

    @property
    def without_efficacy(self) -> Counts:
        """Patients, and those without efficacy in the place of toxicities."""
        return Counts(patients=self.patients, toxicities=self.patients - self.efficacies)

    def take(self, rows: Whole | Flags) -> JointCounts:
        """Some of the rows."""
        return JointCounts(
            patients=self.patients[rows],
            toxicities=self.toxicities[rows],
            efficacies=self.efficacies[rows],
            both=self.both[rows],
        )

    def utilities(self, *, neither: float, both: float) -> Floats:
        """Sum of the utilities of patients as shares of that of efficacy without toxicity.

        Parameters
        ----------
        neither, both : float
            Utility of neither and of both, where that of efficacy alone is 100 and that of
            toxicity alone is 0.
        """
        alone = self.efficacies - self.both
        none = self.patients - self.toxicities - alone
        return np.asarray((100.0 * alone + neither * none + both * self.both) / 100.0)
