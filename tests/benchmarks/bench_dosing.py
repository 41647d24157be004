"""Dose escalation: exact and simulated characteristics, against goals and the seconds of R.

R's BOIN and dfcrm are not in Debian: when they are not installed, their seconds are those measured
on a quiet machine with the same trials (METHODS-DESIGN.md of the project, speed baseline).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # run as a script

import numpy as np

from analytics.dosing.characteristics import (
    PatientAccrual,
    ToxicityScenario,
    exact_characteristics,
    random_scenarios,
    simulate_characteristics,
    simulate_tite,
)
from analytics.dosing.characteristics.tree import decision_tree
from analytics.dosing.efficacy_toxicity import (
    Boin12,
    EfficacyToxicityScenario,
    simulate_boin12,
)
from analytics.dosing.escalation import (
    Boin,
    Coherent,
    Crm,
    EscalationDesign,
    FixedCohorts,
    Keyboard,
    NoSkipping,
    ThreePlusThree,
    indifference_skeleton,
)
from analytics.dosing.late_toxicity import TiteCrm
from analytics.dosing.search import (
    DoseObjective,
    DoseSearchProblem,
    DoseSearchSpace,
    search_doses,
)
from tests.benchmarks.measure import compare, report

TRUTH = (ToxicityScenario(probabilities=(0.02, 0.05, 0.15, 0.30, 0.45, 0.60)),)
SKELETON = indifference_skeleton(target=0.3, half_width=0.05, prior_mtd=4, doses=6)
BOIN = EscalationDesign(method=Boin(doses=6, target=0.3), most_patients=30)
CRM = EscalationDesign(
    method=Crm(skeleton=SKELETON, target=0.3), most_patients=30, limit=NoSkipping() & Coherent()
)
SINGLY = replace(CRM, cohorts=FixedCohorts(size=1))
TITE = TiteCrm(method=Crm(skeleton=SKELETON, target=0.3), window=28.0, most_patients=30)
FOUR_A_WINDOW = PatientAccrual(rate=4 / 28)
BOIN12 = Boin12(doses=5, toxicity_limit=0.35, least_efficacy=0.25)
UTILITY = EfficacyToxicityScenario(
    toxicity=(0.03, 0.17, 0.35, 0.5, 0.65), efficacy=(0.12, 0.39, 0.43, 0.55, 0.65)
)
BOIN12_TRIAL_IN_R = 0.053  # seconds of the R package escalation
EXACT_GOALS = {"BOIN": 20.0, "CRM by threes": 200.0}  # milliseconds
SECONDS_IN_R = {"BOIN": 7.1, "CRM by threes": 7.1, "CRM one by one": 20.4, "TITE-CRM": 21.0}
RATIO_GOALS = {"BOIN": 100.0, "CRM by threes": 50.0, "CRM one by one": 50.0, "TITE-CRM": 50.0}
IN_R = {
    "BOIN": """seconds(BOIN::get.oc(target = .3, p.true = p, ncohort = 10, cohortsize = 3,
        ntrial = 10000, seed = 6))""",
    "CRM by threes": """seconds(dfcrm::crmsim(PI = p, prior = sk, target = .3, n = 30, x0 = 1,
        nsim = 1000, mcohort = 3, count = FALSE, seed = 1009))""",
    "CRM one by one": """seconds(dfcrm::crmsim(PI = p, prior = sk, target = .3, n = 30, x0 = 1,
        nsim = 1000, mcohort = 1, count = FALSE, seed = 1009))""",
    "TITE-CRM": """seconds(dfcrm::titesim(PI = p, prior = sk, target = .3, n = 30, x0 = 1,
        nsim = 1000, obswin = 28, rate = 4, accrual = "poisson", count = FALSE, seed = 1009))""",
}
PREPARED_IN_R = """
p <- c(.02, .05, .15, .30, .45, .60); sk <- dfcrm::getprior(.05, .30, 4, 6)
seconds <- function(work) cat(system.time(work)[["elapsed"]], "")
"""


def main() -> None:
    """Print everything."""
    _exact()
    _simulated()
    _searched()


def _exact() -> None:
    many = random_scenarios(doses=6, target=0.3, count=100, rng=np.random.default_rng(1))
    three = EscalationDesign(method=ThreePlusThree(doses=6), most_patients=36)
    keyboard = replace(BOIN, method=Keyboard(doses=6, target=0.3))
    found = compare(
        "exact, six doses, 30 patients",
        {
            "BOIN": lambda: _anew(BOIN),
            "Keyboard": lambda: _anew(keyboard),
            "3+3": lambda: _anew(three),
            "CRM by threes": lambda: _anew(CRM),
        },
        turns=15,
        warm_ups=2,
    )
    report("dosing", found)
    known = {
        "one scenario": lambda: exact_characteristics(BOIN, TRUTH),
        "100 scenarios": lambda: exact_characteristics(BOIN, many),
    }
    report("dosing", compare("exact, states of BOIN known", known, warm_ups=2))
    for way, goal in EXACT_GOALS.items():
        least = 1000 * found.timing(way).least
        print(f"{way}: {least:.1f} ms, goal {goal:.0f} ms{_verdict(least <= goal)}")


def _anew(design: EscalationDesign) -> None:
    """As if the design had not been evaluated before."""
    decision_tree.cache_clear()
    exact_characteristics(design, TRUTH)


def _simulated() -> None:
    ways: dict[str, Callable[[], object]] = {
        "BOIN": lambda: simulate_characteristics(BOIN, TRUTH, replications=10_000),
        "CRM by threes": lambda: simulate_characteristics(CRM, TRUTH, replications=1_000),
        "CRM one by one": lambda: simulate_characteristics(SINGLY, TRUTH, replications=1_000),
        "TITE-CRM": lambda: simulate_tite(TITE, TRUTH, accrual=FOUR_A_WINDOW),
        "BOIN12": lambda: simulate_boin12(BOIN12, (UTILITY,), replications=1_000),
    }
    found = compare("simulated: BOIN 10,000 trials, the others 1,000", ways, turns=9)
    report("dosing", found)
    ratio = 1_000 * BOIN12_TRIAL_IN_R / found.timing("BOIN12").least
    print(f"BOIN12: {ratio:.0f} times the R package escalation (as measured before)")
    there, seconds = _has_packages(), dict(SECONDS_IN_R)
    if there:
        seconds = {way: _in_r(script) for way, script in IN_R.items()}
    source = "measured in this run" if there else "as measured before"
    for way, goal in RATIO_GOALS.items():
        ratio = seconds[way] / found.timing(way).least
        print(f"{way}: {ratio:.0f} times R ({source}), goal {goal:.0f}{_verdict(ratio >= goal)}")


def _searched() -> None:
    thirty = random_scenarios(doses=6, target=0.3, count=30, rng=np.random.default_rng(1))
    for family in ("boin", "crm"):
        problem = DoseSearchProblem(
            space=DoseSearchSpace(doses=6, target=0.3, families=(family,), patients=(18, 30)),
            scenarios=thirty,
            objectives=(DoseObjective(measure="correct"), DoseObjective(measure="patients")),
        )
        found = search_doses(problem, budget=30, policy="random")
        each = 1000 * found.seconds / found.evaluations
        print(f"search, {family}: {each:.0f} ms a design, exactly under 30 scenarios")


def _has_packages() -> bool:
    if shutil.which("Rscript") is None:
        return False
    command = ["Rscript", "-e", "library(BOIN); library(dfcrm)"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _in_r(script: str) -> float:
    command = ["Rscript", "-e", PREPARED_IN_R + script]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])


def _verdict(reached: bool) -> str:
    return f" ({'goal reached' if reached else 'goal MISSED'})"


if __name__ == "__main__":
    main()
