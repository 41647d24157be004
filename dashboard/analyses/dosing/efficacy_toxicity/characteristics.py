"""What BOIN12 does under scenarios of toxicity and efficacy, as a value that runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analytics.checks import require
from analytics.dosing.efficacy_toxicity import (
    EfficacyToxicityCharacteristics,
    EfficacyToxicityScenario,
    simulate_boin12,
)
from analytics.progress import Progress, unheard
from analytics.results import Result, registered
from dashboard.analyses.dosing.compared import Shown, scenario_names
from dashboard.analyses.dosing.proposal import DosingProposal
from dashboard.analyses.dosing.request import MOST_SCENARIOS

REPLICATIONS = 10_000
NO_BENCHMARK = (
    "No benchmark is shown: the non-parametric one is defined for a target toxicity, not for the "
    "dose with the highest utility."
)
JOINT_MEASURES: Mapping[str, Shown] = {
    "correct": Shown(label="Best dose selected", share=True),
    "none": Shown(label="No dose selected", share=True),
    "patients_at_best": Shown(label="Patients at the best dose"),
    "patients_above_limit": Shown(label="Patients above the toxicity limit"),
    "patients": Shown(label="Patients treated"),
    "toxicities": Shown(label="Toxicities"),
    "efficacies": Shown(label="Efficacies"),
    "stopped_early": Shown(label="Fewer patients than planned", share=True),
    "duration": Shown(label="Duration, months"),
}


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class EfficacyToxicityRequest(Result):
    """The operating characteristics of BOIN12.

    Parameters
    ----------
    proposal : DosingProposal
    scenarios : tuple of EfficacyToxicityScenario
        1 to 30.
    seed : int
        Of the simulation.
    replications : int
        Simulated trials under each scenario.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> truth = EfficacyToxicityScenario(toxicity=(0.1, 0.2, 0.3, 0.5, 0.6),
    ...                                  efficacy=(0.1, 0.5, 0.5, 0.5, 0.5))
    >>> asked = EfficacyToxicityRequest(proposal=usual_dosing(), scenarios=(truth,), seed=1,
    ...                                 replications=500)
    >>> asked.title, 0.4 < asked.run().value("correct") < 0.8
    ('BOIN12 under 1 scenario', True)
    """

    proposal: DosingProposal
    scenarios: tuple[EfficacyToxicityScenario, ...]
    seed: int
    replications: int = REPLICATIONS

    def __post_init__(self) -> None:
        many = 1 <= len(self.scenarios) <= MOST_SCENARIOS
        require(many, f"1 to {MOST_SCENARIOS} scenarios", scenarios=len(self.scenarios))

    @property
    def title(self) -> str:
        """For the list of jobs."""
        many = len(self.scenarios)
        return f"BOIN12 under {'1 scenario' if many == 1 else f'{many} scenarios'}"

    def run(self, progress: Progress = unheard) -> EfficacyToxicityCharacteristics:
        """Compute."""
        return simulate_boin12(
            self.proposal.boin12(),
            self.scenarios,
            accrual=self.proposal.accrual,
            replications=self.replications,
            seed=self.seed,
            progress=progress,
        )


def selection_table(
    found: EfficacyToxicityCharacteristics, names: tuple[str, ...], value: str = "selected"
) -> pd.DataFrame:
    """By scenario and dose: `design` (the dose), `scenario`, `value`, `se`; selections with none.

    Parameters
    ----------
    found : EfficacyToxicityCharacteristics
    names : tuple of str
        Of the doses.
    value : str
        "selected" or "patients".
    """
    rows = []
    for k, scenario in enumerate(scenario_names(found.scenarios)):
        own = found.doses[found.doses["scenario"] == k]
        pairs = zip(names, own[value], own[f"{value}_se"], strict=True)
        rows += [(name, scenario, share, error) for name, share, error in pairs]
        if value == "selected":
            rows.append(("None", scenario, found.value("none", k), found.error("none", k)))
    return pd.DataFrame(rows, columns=["design", "scenario", "value", "se"])


def joint_precision(found: EfficacyToxicityCharacteristics) -> str:
    """How precise a simulation is, in a sentence."""
    largest = max(found.error("correct", k) for k in range(len(found.scenarios)))
    return (
        f"BOIN12: {found.replications:,} simulated trials a scenario, seed {found.seed}, "
        f"Monte-Carlo error of best dose selected at most {100 * largest:.1f} points."
    )
