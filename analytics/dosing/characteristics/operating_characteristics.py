"""What a design does under scenarios: selections, patients, toxicities, overdosing, duration."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analytics.dosing.characteristics.scenarios import ToxicityScenario
from analytics.dosing.escalation.design import EscalationDesign
from analytics.dosing.late_toxicity.tite_crm import TiteCrm
from analytics.results import Result, registered, require_columns

DOSE_COLUMNS = (
    "scenario",
    "dose",
    "probability",
    "selected",
    "patients",
    "toxicities",
    "selected_se",
    "patients_se",
    "toxicities_se",
)
SUMMARY_COLUMNS = ("scenario", "measure", "value", "se")
SIZE_COLUMNS = ("scenario", "patients", "probability", "se")


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OperatingCharacteristics(Result):
    """What a design does under each scenario.

    Scenarios are numbered from 0 in the tables, in the order in which they are given.

    Parameters
    ----------
    design : EscalationDesign or TiteCrm
        What was evaluated.
    scenarios : tuple of ToxicityScenario
        What was assumed.
    doses : DataFrame
        By scenario and dose: the true `probability`, probability that the dose is `selected`,
        expected `patients` and `toxicities`; each with its Monte-Carlo error, 0 when exact.
    summary : DataFrame
        By scenario and measure: "correct" and "none" (probability that a dose that is right in the
        scenario, or no dose, is selected), "patients", "toxicities", "patients_at_target",
        "patients_above_target" (expected), "stopped_early" (probability of fewer patients than
        planned), "overdosed_60", "overdosed_80" (probability that more than 60 % or 80 % of the
        patients planned are given doses above the target), "cohorts" (expected; of TITE-CRM each
        patient is one) and, with accrual, "duration" (expected).
    sizes : DataFrame
        By scenario and total number of patients, its probability.
    method : str
        "exact" or "simulation".
    replications, seed : int or None
        Of a simulation.
    """

    design: EscalationDesign | TiteCrm
    scenarios: tuple[ToxicityScenario, ...]
    doses: pd.DataFrame
    summary: pd.DataFrame
    sizes: pd.DataFrame
    method: str
    replications: int | None = None
    seed: int | None = None

    def __post_init__(self) -> None:
        require_columns(self.doses, DOSE_COLUMNS, "one row per scenario and dose")
        require_columns(self.summary, SUMMARY_COLUMNS, "one row per scenario and measure")
        require_columns(self.sizes, SIZE_COLUMNS, "one row per scenario and number of patients")

    def value(self, measure: str, scenario: int = 0) -> float:
        """One figure of the summary.

        Examples
        --------
        >>> from analytics.dosing.characteristics import exact_characteristics
        >>> from analytics.dosing.escalation import ThreePlusThree
        >>> design = EscalationDesign(method=ThreePlusThree(doses=2), most_patients=12)
        >>> found = exact_characteristics(design, (ToxicityScenario(probabilities=(0.1, 0.3)),))
        >>> round(found.value("none"), 3)
        0.104
        """
        return self._found(measure, scenario, "value")

    def error(self, measure: str, scenario: int = 0) -> float:
        """Monte-Carlo standard error of one figure of the summary; 0 when exact."""
        return self._found(measure, scenario, "se")

    def _found(self, measure: str, scenario: int, column: str) -> float:
        own = (self.summary["scenario"] == scenario) & (self.summary["measure"] == measure)
        return float(self.summary.loc[own, column].iloc[0])

    def to_frame(self) -> pd.DataFrame:
        """One row per scenario, one column per measure."""
        wide = self.summary.pivot(index="scenario", columns="measure", values="value")
        order = self.summary["measure"].drop_duplicates()
        return wide[list(order)].rename_axis(columns=None).reset_index()
