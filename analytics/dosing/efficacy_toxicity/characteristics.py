"""What a design for efficacy and toxicity does under scenarios."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analytics.dosing.efficacy_toxicity.boin12 import Boin12
from analytics.dosing.efficacy_toxicity.scenarios import EfficacyToxicityScenario
from analytics.results import Result, registered, require_columns

DOSE_COLUMNS = (
    "scenario",
    "dose",
    "toxicity",
    "efficacy",
    "utility",
    "selected",
    "patients",
    "toxicities",
    "efficacies",
    "selected_se",
    "patients_se",
    "toxicities_se",
    "efficacies_se",
)
SUMMARY_COLUMNS = ("scenario", "measure", "value", "se")


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EfficacyToxicityCharacteristics(Result):
    """What a design does under each scenario, simulated.

    Scenarios are numbered from 0 in the tables, in the order in which they are given.

    Parameters
    ----------
    design : Boin12
        What was evaluated.
    scenarios : tuple of EfficacyToxicityScenario
        What was assumed.
    doses : DataFrame
        By scenario and dose: true `toxicity`, `efficacy` and mean `utility`, probability that the
        dose is `selected`, expected `patients`, `toxicities` and `efficacies`; with Monte-Carlo
        errors.
    summary : DataFrame
        By scenario and measure: "correct" and "none" (probability that the best dose of the
        scenario, or no dose, is selected), "patients", "toxicities", "efficacies",
        "patients_at_best", "patients_above_limit" (expected), "stopped_early" (probability of
        fewer patients than planned) and, with accrual, "duration" (expected).
    replications, seed : int
        Of the simulation.
    """

    design: Boin12
    scenarios: tuple[EfficacyToxicityScenario, ...]
    doses: pd.DataFrame
    summary: pd.DataFrame
    replications: int
    seed: int

    def __post_init__(self) -> None:
        require_columns(self.doses, DOSE_COLUMNS, "one row per scenario and dose")
        require_columns(self.summary, SUMMARY_COLUMNS, "one row per scenario and measure")

    def value(self, measure: str, scenario: int = 0) -> float:
        """One figure of the summary."""
        return self._found(measure, scenario, "value")

    def error(self, measure: str, scenario: int = 0) -> float:
        """Monte-Carlo standard error of one figure of the summary."""
        return self._found(measure, scenario, "se")

    def _found(self, measure: str, scenario: int, column: str) -> float:
        own = (self.summary["scenario"] == scenario) & (self.summary["measure"] == measure)
        return float(self.summary.loc[own, column].iloc[0])

    def to_frame(self) -> pd.DataFrame:
        """One row per scenario, one column per measure."""
        wide = self.summary.pivot(index="scenario", columns="measure", values="value")
        order = self.summary["measure"].drop_duplicates()
        return wide[list(order)].rename_axis(columns=None).reset_index()
