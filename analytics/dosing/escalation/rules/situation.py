"""What rules look at."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.dosing.escalation.counts import Counts, Flags, Given, Whole
from analytics.dosing.escalation.method import DoseMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Trials after a cohort, and the dose that the method and the limits propose.

    Parameters
    ----------
    method : DoseMethod
        What proposes doses.
    counts : Counts
        Outcomes.
    given : Given
        The cohorts just seen.
    proposed : array of whole numbers
        For each cohort the dose proposed next; 0 for none.
    """

    method: DoseMethod
    counts: Counts
    given: Given
    proposed: Whole

    def of_cohorts(self, by_row: Flags) -> Flags:
        """From one value per row of the counts to one per cohort."""
        return by_row[self.given.rows]
