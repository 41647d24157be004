"""Survival designs: simulated trials a second and designs in milliseconds, beside those of rpact.

The trial: 500 subjects 1:1, hazard ratio 0.7, control median 12 months, uniform accrual over 18
months, dropout of 5 % a year, looks at 165, 248 and 330 events, O'Brien–Fleming spending. rpact
simulates on one core, in the same run and in turns with ours; where others use the second core,
the fastest turns say more than the median. The floor of a simulated trial is to draw 1,000 numbers
and to sort 500 once, by NumPy.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tracemalloc
from dataclasses import replace
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[2]))  # run as a script

import numpy as np

from analytics.design import (
    Accrual,
    HazardAssumption,
    SurvivalAssumptions,
    TreatmentEffect,
    dropout_hazard,
)
from analytics.design.boundaries import BetaSpending, GroupSequential, LanDeMetsOBrienFleming
from analytics.design.simulation import LOG_RANK_TEST, MAX_COMBO, ComparedTest, TrialSimulation
from analytics.design.survival import SurvivalDesign
from analytics.survival.logrank_weights import fleming_harrington
from tests.benchmarks.measure import compare, report, use_threads

TRIALS, TURNS = 20_000, 5
MILLION = "million"  # the argument with which this file simulates so many trials
GOALS = {
    "rpact": 15.0,  # times its trials a second, on two cores
    "floor": 2.5,  # times the floor, on one core
    "peak": 200.0,  # MB for a million trials
    "design": 2.0,  # ms for one analytic design of three looks
    "beta": 10.0,  # ms for five looks with β-spending
}
IN_R = """
suppressMessages(library(rpact))
least <- function(n, work) min(sapply(1:n, function(i) system.time(work(i))[["elapsed"]]))
"""
SIMULATED_IN_R = """
d <- getDesignGroupSequential(kMax = 3, alpha = 0.025, informationRates = c(165, 248, 330) / 330,
  typeOfDesign = "asOF")
cat(least(1, function(i) getSimulationSurvival(d, directionUpper = FALSE, hazardRatio = 0.7,
  median2 = 12, dropoutRate1 = 0.05, dropoutRate2 = 0.05, dropoutTime = 12,
  accrualTime = c(0, 18), maxNumberOfSubjects = 500, plannedEvents = c(165, 248, 330),
  maxNumberOfIterations = {trials}, seed = 1)))
"""
DESIGNED_IN_R = """
design <- function(i) getDesignGroupSequential(kMax = 3, alpha = 0.025, beta = 0.1,
  informationRates = c(0.5 + i * 1e-5, 0.75, 1), typeOfDesign = "asOF")
d <- design(0)
size <- function(i) getSampleSizeSurvival(d, hazardRatio = 0.7 + i * 1e-5, median2 = 12,
  dropoutRate1 = 0.05, dropoutRate2 = 0.05, dropoutTime = 12, accrualTime = c(0, 18),
  followUpTime = 18)
five <- function(i) getDesignGroupSequential(kMax = 5, alpha = 0.025, beta = 0.1,
  informationRates = c(0.2 + i * 1e-5, 0.4, 0.6, 0.8, 1), typeOfDesign = "asOF",
  typeBetaSpending = "bsOF", bindingFutility = FALSE)
invisible(size(0)); invisible(five(0))
cat(least(15, design), least(15, size), least(5, five))
"""


def main() -> None:
    """Print everything."""
    cores = use_threads()
    in_r = shutil.which("Rscript") is not None and _has_rpact()
    _trials_a_second(cores, in_r)
    _floor()
    _other_tests()
    _growth()
    _peak()
    _analytic(in_r)


def _trial(subjects: float = 500) -> SurvivalAssumptions:
    return SurvivalAssumptions.of(
        control=HazardAssumption.exponential(median=12),
        effect=TreatmentEffect.constant(0.7),
        accrual=Accrual.uniform(subjects=subjects, duration=18),
        dropout=dropout_hazard(0.05, by=12),
    )


def _design(subjects: float = 500) -> SurvivalDesign:
    return SurvivalDesign(
        assumptions=_trial(subjects),
        monitoring=GroupSequential(information_fractions=(0.5, 248 / 330, 1.0)),
        events=0.66 * subjects,
    )


def _simulation(replications: int = TRIALS, subjects: float = 500) -> TrialSimulation:
    return TrialSimulation(design=_design(subjects), replications=replications)


def _trials_a_second(cores: int, in_r: bool) -> None:
    simulation = _simulation()
    simulation.run()  # compiles, or reads what is cached
    ways = {f"{n} threads": n for n in range(1, min(cores, 2) + 1)}
    spent: dict[str, list[float]] = {name: [] for name in ways}
    if in_r:
        spent["rpact"] = []
    for _ in range(TURNS):
        for name, threads in ways.items():
            spent[name].append(_seconds(lambda threads=threads: simulation.run(threads=threads)))
        if in_r:
            spent["rpact"].append(_in_r(SIMULATED_IN_R.format(trials=TRIALS))[0])
    for name, seconds in spent.items():
        print(f"{name:12s} {TRIALS / min(seconds):10,.0f} trials a second")
    if in_r:
        for name in ways:
            pairs = zip(spent["rpact"], spent[name], strict=True)
            usual = float(np.median([theirs / ours for theirs, ours in pairs]))
            ratio = min(spent["rpact"]) / min(spent[name])
            goal = _verdict(ratio >= GOALS["rpact"]) if ways[name] == 2 else ""
            print(f"{name:12s} {ratio:10.1f} times rpact, median of turns {usual:.1f}{goal}")


def _floor() -> None:
    rng, numbers = np.random.default_rng(1), np.empty(1000)

    def one() -> None:
        rng.standard_exponential(out=numbers)
        np.sort(numbers[:500])

    floor = min(_seconds(lambda: [one() for _ in range(500)]) / 500 for _ in range(40))
    alone = _simulation()
    ours = min(_seconds(lambda: alone.run(threads=1)) for _ in range(7)) / TRIALS
    ratio = ours / floor
    print(f"floor {1e6 * floor:.1f} µs a trial, ours on one thread {1e6 * ours:.1f} µs: ", end="")
    print(f"{ratio:.2f} times{_verdict(ratio <= GOALS['floor'])}")


def _other_tests() -> None:
    late = ComparedTest(weights=(fleming_harrington(0, 1),))
    alone = _simulation(TRIALS // 2)
    ways = {
        "log-rank": alone,
        "log-rank and FH(0, 1)": replace(alone, tests=(LOG_RANK_TEST, late)),
        "MaxCombo of four": replace(alone, tests=(MAX_COMBO,)),
    }
    found = compare(
        f"{alone.replications:,} trials, bounds included",
        {name: one.run for name, one in ways.items()},
        turns=3,
    )
    report("designs", found)


def _growth() -> None:
    print("microseconds a trial by trials, and by subjects (and of n log n, as a share of 500)")
    for trials in (10_000, 40_000, 160_000):
        print(f"  {trials:8,d} trials   {_least_micros(_simulation(trials)):10.1f}")
    base = _least_micros(_simulation(8_000)) / (500 * np.log2(500))
    for subjects in (250, 500, 1000, 2000, 4000, 8000):
        micros = _least_micros(_simulation(4_000_000 // subjects, subjects))
        share = micros / (subjects * np.log2(subjects)) / base
        print(f"  {subjects:8,d} subjects {micros:10.1f}   {share:6.2f}")


def _least_micros(simulation: TrialSimulation) -> float:
    return 1e6 * min(_seconds(simulation.run) for _ in range(3)) / simulation.replications


def _peak() -> None:
    """What a million trials allocate, and the whole process with Python and its libraries."""
    command = [sys.executable, __file__, MILLION]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    own, before, after = map(float, done.stdout.split())
    print(
        f"1,000,000 trials allocate {own:.0f} MB at most{_verdict(own <= GOALS['peak'])}; ", end=""
    )
    print(f"the process has {before:.0f} MB before and {after:.0f} MB at most")


def _simulate_a_million() -> None:
    _simulation(1_000).run()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tracemalloc.start()
    _simulation(1_000_000).run()
    own = tracemalloc.get_traced_memory()[1]
    print(own / 1e6, before / 1024, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _analytic(in_r: bool) -> None:
    design, trial = _design(), _trial()
    plan = design.monitoring
    five = GroupSequential(
        information_fractions=(0.2, 0.4, 0.6, 0.8, 1.0),
        futility=BetaSpending(spending=LanDeMetsOBrienFleming()),
    )
    shift = iter(range(10_000_000))

    def moved() -> float:
        return next(shift) * 1e-9  # so that nothing is remembered

    def plan_of() -> GroupSequential:
        return replace(plan, information_fractions=(0.5 + moved(), 0.75, 1.0))

    ways = {
        "evaluate": lambda: replace(design, monitoring=plan_of()).evaluate(),
        "for_power and evaluate": lambda: SurvivalDesign.for_power(
            trial, plan_of(), study_duration=36
        ).evaluate(),
        "five looks, β-spending": lambda: _whole(
            replace(five, information_fractions=(0.2 + moved(), 0.4, 0.6, 0.8, 1.0))
        ),
    }
    found = compare("designs", ways, turns=15, warm_ups=3, calls=10)
    report("designs", found)
    ours = {name: 1000 * found.timing(name).least for name in ways}
    print(f"three looks {ours['evaluate']:.2f} ms{_verdict(ours['evaluate'] <= GOALS['design'])}")
    beta = ours["five looks, β-spending"]
    print(f"five looks with β-spending {beta:.2f} ms{_verdict(beta <= GOALS['beta'])}")
    if in_r:
        drawn, sized, spent = (1000 * one for one in _in_r(DESIGNED_IN_R))
        print(
            f"rpact: design {drawn:.0f} ms, sample size {sized:.0f} ms, five looks {spent:.0f} ms"
        )
        print(f"  ratios {(drawn + sized) / ours['for_power and evaluate']:.0f}, ", end="")
        print(f"{spent / beta:.0f}")


def _whole(plan: GroupSequential) -> float:
    """Bounds, the drift for the power, and what happens under it."""
    drift = plan.drift(0.9)
    return plan.boundaries().upper[0] + plan.stopping(drift).power


def _seconds(work: object) -> float:
    start = perf_counter()
    work()  # type: ignore[operator]
    return perf_counter() - start


def _has_rpact() -> bool:
    done = subprocess.run(["Rscript", "-e", "library(rpact)"], capture_output=True, check=False)
    return done.returncode == 0


def _in_r(script: str) -> list[float]:
    command = ["Rscript", "-e", IN_R + script]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [float(one) for one in done.stdout.split()]


def _verdict(reached: bool) -> str:
    return f" ({'goal reached' if reached else 'goal MISSED'})"


if __name__ == "__main__":
    if sys.argv[1:2] == [MILLION]:
        _simulate_a_million()
    else:
        main()
