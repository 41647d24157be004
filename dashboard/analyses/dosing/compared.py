"""Several designs under the same scenarios, as tables, beside the non-parametric benchmark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.checks import NotEstimableError
from analytics.dosing.characteristics import (
    OperatingCharacteristics,
    ToxicityScenario,
    optimal_benchmark,
)
from analytics.dosing.efficacy_toxicity import (
    EfficacyToxicityCharacteristics,
    EfficacyToxicityScenario,
)
from dashboard.analyses.dosing.proposal import DosingProposal

BENCHMARK = "Benchmark"
MEAN = "Mean of the scenarios"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How a figure of the characteristics is called.

    Parameters
    ----------
    label : str
    share : bool
        Whether it is a probability.
    """

    label: str
    share: bool = False


MEASURES: Mapping[str, Shown] = {
    "correct": Shown(label="Correct selection", share=True),
    "none": Shown(label="No dose selected", share=True),
    "patients_at_target": Shown(label="Patients at the target dose"),
    "patients_above_target": Shown(label="Patients above the target"),
    "overdosed_60": Shown(label="More than 60 % of patients overdosed", share=True),
    "overdosed_80": Shown(label="More than 80 % of patients overdosed", share=True),
    "patients": Shown(label="Patients treated"),
    "toxicities": Shown(label="Toxicities"),
    "stopped_early": Shown(label="Fewer patients than planned", share=True),
    "duration": Shown(label="Duration, months"),
}


def scenario_names(
    scenarios: Sequence[ToxicityScenario | EfficacyToxicityScenario],
) -> list[str]:
    """Names, or numbers from 1 where there are none.

    Examples
    --------
    >>> scenario_names((ToxicityScenario(probabilities=(0.1, 0.2)),))
    ['Scenario 1']
    """
    return [one.name or f"Scenario {place}" for place, one in enumerate(scenarios, start=1)]


def compared(
    found: Mapping[str, OperatingCharacteristics | EfficacyToxicityCharacteristics],
    measure: str,
    *,
    averaged: bool = False,
) -> pd.DataFrame:
    """One figure: `design`, `scenario`, `value`, `se`.

    Parameters
    ----------
    found : mapping
        By design, all under the same scenarios.
    measure : str
        One of `MEASURES`.
    averaged : bool
        Whether over the scenarios. Trials of different scenarios share random numbers, so the
        error of a mean is at most the mean of the errors, which is given.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> from dashboard.analyses.dosing.request import request_for
    >>> truths = (ToxicityScenario(probabilities=(0.05, 0.1, 0.25, 0.4, 0.5), name="Usual"),)
    >>> found = {"BOIN": request_for(usual_dosing(), "BOIN", truths, seed=1).run()}
    >>> compared(found, "patients").round(1).to_numpy().tolist()
    [['BOIN', 'Usual', 30.0, 0.0]]
    """
    tables = []
    for design, own in found.items():
        rows = own.summary[own.summary["measure"] == measure].sort_values("scenario")
        names = scenario_names(own.scenarios)
        value, se = rows["value"].to_numpy(), rows["se"].to_numpy()
        if averaged:
            names, value, se = [MEAN], np.array([value.mean()]), np.array([se.mean()])
        tables.append(pd.DataFrame({"design": design, "scenario": names, "value": value, "se": se}))
    return pd.concat(tables, ignore_index=True)


def benchmark_table(
    proposal: DosingProposal, scenarios: tuple[ToxicityScenario, ...], *, averaged: bool = False
) -> pd.DataFrame:
    """Correct selection of the benchmark with all patients planned: `scenario`, `value`.

    Scenarios in which no dose is right have none: the benchmark always selects a dose. A mean is
    given only where every scenario has one.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> truths = (ToxicityScenario(probabilities=(0.05, 0.1, 0.25, 0.4, 0.5), name="Usual"),)
    >>> benchmark_table(usual_dosing(), truths).round(3).to_numpy().tolist()
    [['Usual', 0.723]]
    """
    rows = []
    for name, one in zip(scenario_names(scenarios), scenarios, strict=True):
        try:
            found = optimal_benchmark(
                one, target=proposal.target, patients=proposal.most_patients
            ).correct
        except NotEstimableError:
            continue
        rows.append((name, found))
    table = pd.DataFrame(rows, columns=["scenario", "value"])
    if not averaged:
        return table
    if len(table) < len(scenarios):
        return table.iloc[:0]
    return pd.DataFrame({"scenario": [MEAN], "value": [float(table["value"].mean())]})


def scenario_cells(
    found: Mapping[str, OperatingCharacteristics], measure: str, proposal: DosingProposal
) -> pd.DataFrame:
    """As `compared`, by scenario; correct selection with the benchmark as one more design.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> from dashboard.analyses.dosing.request import request_for
    >>> truths = (ToxicityScenario(probabilities=(0.05, 0.1, 0.25, 0.4, 0.5), name="Usual"),)
    >>> found = {"BOIN": request_for(usual_dosing(), "BOIN", truths, seed=1).run()}
    >>> scenario_cells(found, "correct", usual_dosing())["design"].tolist()
    ['BOIN', 'Benchmark']
    """
    cells = compared(found, measure)
    if measure != "correct":
        return cells
    scenarios = next(iter(found.values())).scenarios
    each = benchmark_table(proposal, scenarios).assign(design=BENCHMARK, se=0.0)
    return pd.concat([cells, each], ignore_index=True)


def summaries(found: Mapping[str, OperatingCharacteristics]) -> pd.DataFrame:
    """All figures of all designs below one another, with a column `design`.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> from dashboard.analyses.dosing.request import request_for
    >>> truths = (ToxicityScenario(probabilities=(0.05, 0.1, 0.25, 0.4, 0.5), name="Usual"),)
    >>> found = {"BOIN": request_for(usual_dosing(), "BOIN", truths, seed=1).run()}
    >>> set(summaries(found)["design"])
    {'BOIN'}
    """
    tables = [own.summary.assign(design=name) for name, own in found.items()]
    return pd.concat(tables, ignore_index=True)


def where_right(
    proposal: DosingProposal, found: Mapping[str, OperatingCharacteristics]
) -> pd.DataFrame:
    """Mean correct selection over the scenarios that have a benchmark: `design`, `value`.

    The last row is the benchmark; no rows without such a scenario.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> from dashboard.analyses.dosing.request import request_for
    >>> from dashboard.analyses.dosing.scenarios import fixed_scenarios
    >>> truths = fixed_scenarios(usual_dosing())
    >>> found = {"BOIN": request_for(usual_dosing(), "BOIN", truths, seed=1).run()}
    >>> where_right(usual_dosing(), found).round(2).to_numpy().tolist()
    [['BOIN', 0.56], ['Benchmark', 0.68]]
    """
    first = next(iter(found.values()))
    bound = benchmark_table(proposal, first.scenarios)
    cells = compared(found, "correct")
    cells = cells[cells["scenario"].isin(set(bound["scenario"]))]
    both = pd.concat([cells, bound.assign(design=BENCHMARK)])
    return both.groupby("design", sort=False)["value"].mean().reset_index()


def precision_sentence(found: Mapping[str, OperatingCharacteristics]) -> str:
    """Which designs are exact, and how precise the others are.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> from dashboard.analyses.dosing.request import request_for
    >>> truths = (ToxicityScenario(probabilities=(0.05, 0.1, 0.25, 0.4, 0.5)),)
    >>> precision_sentence({"BOIN": request_for(usual_dosing(), "BOIN", truths, seed=1).run()})
    'Exact, without Monte-Carlo error: BOIN.'
    """
    exact = [name for name, own in found.items() if own.method == "exact"]
    said = [f"Exact, without Monte-Carlo error: {', '.join(exact)}."] if exact else []
    for name, own in found.items():
        if own.replications is not None:
            largest = max(own.error("correct", k) for k in range(len(own.scenarios)))
            said.append(
                f"{name}: {own.replications:,} simulated trials a scenario, seed {own.seed}, "
                f"Monte-Carlo error of correct selection at most {100 * largest:.1f} points."
            )
    return " ".join(said)
