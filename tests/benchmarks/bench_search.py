"""Policies of a search by the hypervolume that they reach, and the time that they take for it.

Three objectives, six variables, one constraint; the share is of the hypervolume of the front of a
grid of 69,120 designs. TPE takes a time that grows with the square of its trials.
"""

from __future__ import annotations

import sys
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).parents[2]))  # run as a script

import numpy as np

from analytics.search import DEFAULT_POLICY, SearchProblem, run
from analytics.search.trial_rows import losses_of
from tests.analytics.search.problems import LEVELS, three_objectives
from tests.analytics.search.test_against_grid import Floats, grid_losses, share_reached

STEPS = (250, 500, 1_000, 2_000)
BUDGETS = {"random": 2_000, "nsga2": 2_000, "nsga3": 2_000, "tpe+nsga2": 2_000, "tpe": 500}
SEEDS = {"tpe": 3, "random": 3, "nsga3": 3, "tpe+nsga2": 3}
_MOST_SEEDS = 10


def main(policies: list[str]) -> None:
    """Print one row per policy."""
    problem = three_objectives()
    began = process_time()
    grid, size = grid_losses(problem, LEVELS)
    print(f"A grid of {size:,} designs: {process_time() - began:.0f} s of processor time.")
    run(problem, budget=60)  # compiled and loaded
    columns = "".join(f"{f'{step:,}':>16}" for step in STEPS)
    print(f"{'policy':<12}{'seeds':>6}{'CPU s':>8}{columns}   median (worst) share")
    for policy in policies or list(BUDGETS):
        print(_row(problem, grid, policy), flush=True)


def _row(problem: SearchProblem, grid: Floats, policy: str) -> str:
    budget, seeds = BUDGETS[policy], SEEDS.get(policy, _MOST_SEEDS)
    seconds, shares = [], []
    for seed in range(1, seeds + 1):
        began = process_time()
        trials = run(problem, budget=budget, policy=policy, seed=seed).trials
        seconds.append(process_time() - began)
        steps = [trials.head(step) for step in STEPS if step <= budget]
        each = [losses_of(problem, one[one["feasible"]]) for one in steps]
        shares.append([share_reached(problem, grid, losses) for losses in each])
    median, worst = np.median(shares, axis=0), np.min(shares, axis=0)
    cells = "".join(f"{f'{m:.4f} ({w:.4f})':>16}" for m, w in zip(median, worst, strict=True))
    name = f"{policy} *" if policy == DEFAULT_POLICY else policy
    return f"{name:<12}{seeds:>6}{np.median(seconds):>8.1f}{cells}"


if __name__ == "__main__":
    main(sys.argv[1:])
