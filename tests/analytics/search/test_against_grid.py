"""What a search finds against every design of a grid; and what the policies cost for it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from analytics.search import SearchProblem, hypervolume, run
from analytics.search.trial_rows import losses_of
from tests.analytics.search.problems import LEVELS, grid_of, three_objectives

Floats = NDArray[np.float64]
SEEDS = range(1, 11)
BUDGET = 2_000


def grid_losses(problem: SearchProblem, levels: dict[str, int]) -> tuple[Floats, int]:
    """Objectives, as losses, of the feasible designs of a grid; and how many designs it has."""
    points = grid_of(problem, levels)
    outcomes = [problem.judge(point) for point in points]
    signs = np.array([one.sign for one in problem.objectives])
    values = [one.values for one in outcomes if one.feasible]
    return np.array(values) * signs, len(points)


def share_reached(problem: SearchProblem, grid: Floats, found: Floats) -> float:
    """Hypervolume of a search over that of a grid, scaled to the range of the grid, with the
    reference 10 % of the range beyond its worst."""
    low, span = grid.min(axis=0), np.ptp(grid, axis=0)
    reference = np.full(low.size, 1.1)
    volumes = [hypervolume((losses - low) / span, reference) for losses in (found, grid)]
    return volumes[0] / volumes[1]


def search_losses(problem: SearchProblem, seed: int, budget: int) -> Floats:
    """Objectives, as losses, of the feasible designs that the default policy tries."""
    trials = run(problem, budget=budget, seed=seed).trials
    return losses_of(problem, trials[trials["feasible"]])


@pytest.mark.slow
def test_two_thousand_designs_are_worth_a_grid_of_seventy_thousand() -> None:
    problem = three_objectives()
    grid, size = grid_losses(problem, LEVELS)
    assert size >= 50_000
    assert size * 0.04 >= BUDGET
    shares = [share_reached(problem, grid, search_losses(problem, seed, BUDGET)) for seed in SEEDS]
    assert np.median(shares) >= 0.99
    assert min(shares) >= 0.98


def test_few_designs_are_worth_a_small_grid() -> None:
    problem = three_objectives()
    levels = dict.fromkeys(LEVELS, 3) | {"subjects": 5, "events": 5}
    grid, size = grid_losses(problem, levels)
    assert size == 2_025
    assert share_reached(problem, grid, search_losses(problem, 1, 400)) >= 0.98
