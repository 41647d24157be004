"""What a design for efficacy and toxicity recommends after the outcomes seen, and why."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analytics.dosing.efficacy_toxicity.outcomes import JointOutcomes
from analytics.results import Result, registered, require_columns

COLUMNS = (
    "dose",
    "patients",
    "toxicities",
    "efficacies",
    "utility",
    "desirability",
    "too_toxic",
    "futile",
    "admissible",
)


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OptimalDoseRecommendation(Result):
    """Supports the dose-escalation committee; decides nothing.

    Parameters
    ----------
    outcomes : JointOutcomes
        What it rests on.
    stop : bool
        Whether the trial stops.
    dose : int or None
        The dose for the next cohort, or when the trial stops the dose selected; None for none.
    patients : int
        In the next cohort; 0 when the trial stops.
    reasons : tuple of str
        In sentences.
    table : DataFrame
        By dose: `patients`, `toxicities`, `efficacies`, posterior mean `utility` (0 to 100),
        `desirability` (probability that the utility is above the benchmark), probabilities that
        the dose is `too_toxic` and that it is `futile`, and whether it is `admissible`.
    """

    outcomes: JointOutcomes
    stop: bool
    dose: int | None
    patients: int
    reasons: tuple[str, ...]
    table: pd.DataFrame

    def __post_init__(self) -> None:
        require_columns(self.table, COLUMNS, "one row per dose")

    def to_frame(self) -> pd.DataFrame:
        """The table by dose."""
        return self.table.copy()
