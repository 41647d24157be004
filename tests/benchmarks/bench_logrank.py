"""How fast the two-arm log-rank test is: ratios against lifelines, the best of several runs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from lifelines.statistics import logrank_test

from analytics.survival import LOG_RANK, SurvivalCounts, logrank_z, test_logrank
from analytics.survival.logrank import logrank_moments
from analytics.survival.risk_sets import risk_sets

GOAL = 100  # times as fast as lifelines, at 300 subjects


def best_time(work: Callable[[], object], repeats: int) -> float:
    """Seconds of the fastest of several runs."""
    times = []
    for _ in range(repeats):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return min(times)


def trial(subjects: int, *, whole_days: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times, events and arms of a trial of three years with two fifths censored."""
    rng = np.random.default_rng(20260331)
    experimental = np.arange(subjects) % 2 == 1
    died = rng.exponential(np.where(experimental, 1200, 900))
    left = rng.uniform(180, 1095, subjects)
    time = np.minimum(died, left)
    return np.ceil(time) if whole_days else time, died <= left, experimental


def compare(subjects: int, *, whole_days: bool, repeats: int) -> float:
    """Print the times of one size, and give the ratio of the fast statistic."""
    time, event, arm = trial(subjects, whole_days=whole_days)
    names = np.where(arm, "B", "A").tolist()
    counts = SurvivalCounts.from_subjects(time, event, arms=names)
    sets = risk_sets(counts)
    theirs = logrank_test(time[arm], time[~arm], event[arm], event[~arm]).test_statistic
    assert np.isclose(logrank_z(time, event, arm) ** 2, theirs, rtol=1e-8)
    assert np.isclose(test_logrank(counts).statistic, theirs, rtol=1e-8)
    ways: dict[str, Callable[[], object]] = {
        "lifelines.logrank_test": lambda: logrank_test(
            time[arm], time[~arm], event[arm], event[~arm]
        ),
        "logrank_z, from arrays": lambda: logrank_z(time, event, arm),
        "test_logrank, from counts": lambda: test_logrank(counts),
        "logrank_moments, from risk sets": lambda: logrank_moments(sets, LOG_RANK),
    }
    kind = "whole days" if whole_days else "no ties"
    print(f"{subjects:,} subjects, {kind}, {len(counts.frame):,} counts")
    seconds = {name: best_time(work, repeats) for name, work in ways.items()}
    slowest = seconds["lifelines.logrank_test"]
    for name, took in seconds.items():
        print(f"  {name:32} {took * 1000:10.3f} ms   {slowest / took:7.1f} x")
    return slowest / seconds["logrank_z, from arrays"]


if __name__ == "__main__":
    ratio = compare(300, whole_days=False, repeats=30)
    print(f"  goal {GOAL} x: {'reached' if ratio >= GOAL else 'MISSED'}")
    compare(300, whole_days=True, repeats=30)
    compare(1_000_000, whole_days=True, repeats=3)
    compare(1_000_000, whole_days=False, repeats=2)
