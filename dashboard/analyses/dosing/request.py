"""What a design does under scenarios, as a value that runs: exactly, or by simulation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil

from analytics.checks import require
from analytics.dosing.characteristics import (
    OperatingCharacteristics,
    ToxicityScenario,
    exact_characteristics,
    simulate_characteristics,
    simulate_tite,
)
from analytics.dosing.late_toxicity import TiteCrm
from analytics.progress import Progress, unheard
from analytics.results import Result, registered
from dashboard.analyses.dosing.families import FACTS, ComparedFamily
from dashboard.analyses.dosing.proposal import DosingProposal

MOST_SCENARIOS = 30
# Cohorts times the outcomes of each: up to here all states of a trial are found in half a second.
_MOST_EXACT = {True: 48, False: 40}  # by whether a table decides
_REPLICATIONS = {True: 10_000, False: 1_000}
_SLOW_REPLICATIONS = 1_000
_TITE_REPLICATIONS = 2_000
SIMULATED = (
    "Simulated where a trial has too many states to find them all, as with cohorts of one patient."
)
_MOST_QUICK = {True: 12, False: 4}  # scenarios that are simulated within a second


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class CharacteristicsRequest(Result):
    """The operating characteristics of a family.

    Parameters
    ----------
    proposal : DosingProposal
    family : str
        May be another one than that of the proposal.
    scenarios : tuple of ToxicityScenario
        1 to 30.
    replications : int or None
        Simulated trials under each scenario; None to find all states of a trial.
    seed : int
        Of the simulation.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> truth = ToxicityScenario(probabilities=(0.05, 0.1, 0.25, 0.4, 0.5))
    >>> asked = request_for(usual_dosing(), "BOIN", (truth,), seed=1)
    >>> asked.replications, asked.is_quick, round(asked.run().value("correct"), 3)
    (None, True, 0.593)
    """

    proposal: DosingProposal
    family: ComparedFamily
    scenarios: tuple[ToxicityScenario, ...]
    replications: int | None
    seed: int

    def __post_init__(self) -> None:
        many = 1 <= len(self.scenarios) <= MOST_SCENARIOS
        require(many, f"1 to {MOST_SCENARIOS} scenarios", scenarios=len(self.scenarios))

    @property
    def is_quick(self) -> bool:
        """Whether it takes less than about a second: then it needs no job."""
        if FACTS[self.family].slow or self.family == "TITE-CRM":
            return False
        most = _MOST_QUICK[_by_table(self.family)]
        return self.replications is None or len(self.scenarios) <= most

    @property
    def title(self) -> str:
        """For the list of jobs."""
        many = len(self.scenarios)
        scenarios = "1 scenario" if many == 1 else f"{many} scenarios"
        return f"{self.family} under {scenarios}"

    def run(self, progress: Progress = unheard) -> OperatingCharacteristics:
        """Compute."""
        if self.family == "TITE-CRM":
            return self._run_tite(progress)
        design = self.proposal.design(self.family)
        accrual = self.proposal.accrual
        if self.replications is None:
            return exact_characteristics(design, self.scenarios, accrual=accrual)
        return simulate_characteristics(
            design,
            self.scenarios,
            accrual=accrual,
            replications=self.replications,
            seed=self.seed,
            progress=progress,
        )

    def tite_in_months(self) -> TiteCrm:
        """TITE-CRM in the unit of the other families: their durations stand side by side."""
        return replace(self.proposal.tite_crm(), window=self.proposal.accrual.window)

    def _run_tite(self, progress: Progress) -> OperatingCharacteristics:
        own = self.proposal
        return simulate_tite(
            self.tite_in_months(),
            self.scenarios,
            accrual=own.late.accrual(own.accrual.rate),
            replications=self.replications or _TITE_REPLICATIONS,
            seed=self.seed,
            progress=progress,
        )


def request_for(
    proposal: DosingProposal,
    family: ComparedFamily,
    scenarios: tuple[ToxicityScenario, ...],
    *,
    seed: int,
) -> CharacteristicsRequest:
    """Exact where all states of a trial are soon found, else a simulation."""
    return CharacteristicsRequest(
        proposal=proposal.without_data(),
        family=family,
        scenarios=scenarios,
        replications=_replications(proposal, family),
        seed=seed,
    )


def _replications(proposal: DosingProposal, family: ComparedFamily) -> int | None:
    if family == "3+3":
        return None
    if family == "TITE-CRM":
        return _TITE_REPLICATIONS
    by_table, size = _by_table(family), proposal.cohort_size
    states = ceil(proposal.most_patients / size) * (size + 1)
    few = states <= _MOST_EXACT[by_table]
    titrated = proposal.rules.accelerated and not by_table
    if few and not titrated:
        return None
    return _SLOW_REPLICATIONS if FACTS[family].slow else _REPLICATIONS[by_table]


def _by_table(family: ComparedFamily) -> bool:
    return FACTS[family].has_card or family == "3+3"
