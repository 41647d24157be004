"""What a design recommends after the outcomes seen, and why."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analytics.dosing.escalation.outcomes import Outcomes
from analytics.results import Result, registered, require_columns

COLUMNS = (
    "dose",
    "patients",
    "toxicities",
    "estimate",
    "lower",
    "upper",
    "above_target",
    "admissible",
)


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recommendation(Result):
    """Supports the dose-escalation committee; decides nothing.

    Parameters
    ----------
    outcomes : Outcomes
        What it rests on.
    stop : bool
        Whether the trial stops.
    dose : int or None
        The dose for the next cohort, or when the trial stops the dose selected; None for none.
    patients : int
        In the next cohort; 0 when the trial stops.
    reasons : tuple of str
        In sentences.
    deviations : tuple of str
        Cohorts that were given another dose than the design recommended.
    level : float
        Probability of the intervals.
    table : DataFrame
        By dose: `patients`, `toxicities`, `estimate` of the toxicity probability with `lower` and
        `upper` limits, probability `above_target`, and whether the dose is `admissible`. NaN where
        the method has none.
    """

    outcomes: Outcomes
    stop: bool
    dose: int | None
    patients: int
    reasons: tuple[str, ...]
    deviations: tuple[str, ...]
    level: float
    table: pd.DataFrame

    def __post_init__(self) -> None:
        require_columns(self.table, COLUMNS, "one row per dose")

    @property
    def admissible(self) -> tuple[int, ...]:
        """Doses that the method would give at all."""
        return tuple(int(one) for one in self.table.loc[self.table["admissible"], "dose"])

    @property
    def at_edge(self) -> bool:
        """Whether the trial stops with the lowest or the highest dose: the MTD may lie beyond."""
        return self.stop and self.dose in (1, self.outcomes.doses)

    def to_frame(self) -> pd.DataFrame:
        """The table by dose."""
        return self.table.copy()
