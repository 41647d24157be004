"""What every dose-finding method can do, so that rules, trees and simulations need no more."""

from __future__ import annotations

from typing import Protocol

from analytics.dosing.escalation.counts import Counts, Flags, Floats, Given, Limits, Whole
from analytics.dosing.escalation.outcomes import Outcomes


class DoseMethod(Protocol):
    """Outcomes in, recommendation out, for many outcomes at once.

    Doses count from 1; 0 means none. A method knows neither cohort sizes nor limits nor stopping
    rules: those are of the `EscalationDesign` around it.
    """

    @property
    def doses(self) -> int:
        """Doses that may be given."""

    @property
    def target(self) -> float:
        """The toxicity probability aimed at."""

    def next_doses(self, counts: Counts, given: Given) -> Whole:
        """The dose for the cohort after each cohort; 0 to stop."""

    def selected(self, counts: Counts) -> Whole:
        """The dose selected when a trial ends with these counts; 0 for none."""

    def admissible(self, counts: Counts) -> Flags:
        """Doses that the method would give at all."""

    def posterior(self, counts: Counts, level: float) -> Limits:
        """Estimated toxicity probability of each dose with an interval; NaN where there is none."""

    def above(self, counts: Counts, probability: float) -> Floats:
        """Pr(toxicity > probability) of each dose; NaN where a method does not know."""

    def reasons(self, outcomes: Outcomes) -> tuple[str, ...]:
        """In sentences, what the method itself makes of the outcomes."""
