"""What TITE-CRM recommends now, with patients still followed, and why."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analytics.dosing.late_toxicity.follow_up import FollowedPatient
from analytics.results import Result, registered, require_columns

COLUMNS = (
    "dose",
    "patients",
    "toxicities",
    "followed",
    "counted",
    "estimate",
    "lower",
    "upper",
    "above_target",
)


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TiteRecommendation(Result):
    """Supports the dose-escalation committee; decides nothing.

    Parameters
    ----------
    patients : tuple of FollowedPatient
        What it rests on.
    weights : tuple of float
        How much each of them counts, 0 to 1.
    stop : bool
        Whether the trial stops.
    dose : int or None
        For the next patient, or when the trial stops the dose selected; None for none.
    reasons : tuple of str
        In sentences.
    level : float
        Probability of the intervals.
    table : DataFrame
        By dose: `patients`, `toxicities`, patients still `followed`, the sum of weights `counted`,
        `estimate` of the toxicity probability with `lower` and `upper` limits, and the probability
        `above_target`.
    """

    patients: tuple[FollowedPatient, ...]
    weights: tuple[float, ...]
    stop: bool
    dose: int | None
    reasons: tuple[str, ...]
    level: float
    table: pd.DataFrame

    def __post_init__(self) -> None:
        require_columns(self.table, COLUMNS, "one row per dose")

    def to_frame(self) -> pd.DataFrame:
        """The table by dose."""
        return self.table.copy()
