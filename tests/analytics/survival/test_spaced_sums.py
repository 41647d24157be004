"""A few points give the sums over all."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.survival import SurvivalCounts, cox, fit_cox_by_arm
from analytics.survival.spaced_sums import POINTS, SMOOTH, spaced_points

COUNTS = np.array([16, 17, 33, 100, 1001, 250_000])


@pytest.mark.parametrize("degree", range(POINTS))
def test_sums_of_powers_are_exact(degree):
    points, weights = spaced_points(COUNTS)
    direct = [(np.arange(count) / count) ** degree for count in COUNTS]
    expected = [powers.sum() for powers in direct]
    np.testing.assert_allclose((weights * points**degree).sum(axis=1), expected, rtol=2e-14)


@pytest.mark.parametrize("share", [0.0, 1e-6, 0.01, 0.2, SMOOTH])
@pytest.mark.parametrize("of", [lambda d: 1 / d, lambda d: 1 / d**2, lambda d: np.log(9 * d)])
def test_sums_over_denominators_are_right_to_the_last_digits(share, of):
    points, weights = spaced_points(COUNTS)
    found = (weights * of(1 - share * points)).sum(axis=1)
    direct = [of(1 - share * np.arange(count) / count).sum() for count in COUNTS]
    np.testing.assert_allclose(found, direct, rtol=1e-13, atol=0)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("strata", [1, 4])
def test_cox_is_the_same_from_few_points_as_event_by_event(ties, strata, monkeypatch):
    rng = np.random.default_rng(5)
    size = 60_000
    arm = rng.integers(0, 3, size)
    time = np.ceil(rng.exponential(30 / np.array([1, 1.3, 0.6])[arm]))
    event = rng.random(size) < 0.8
    counts = SurvivalCounts.from_subjects(
        np.minimum(time, 60),
        event,
        arms=[f"arm {place}" for place in arm],
        strata=[f"stratum {place}" for place in rng.integers(0, strata, size)],
    )
    few = fit_cox_by_arm(counts, ties=ties)
    monkeypatch.setattr(cox, "SMOOTH", -1.0)
    each = fit_cox_by_arm(counts, ties=ties)
    numbers = ["log_hazard_ratio", "std_err", "z"]
    np.testing.assert_allclose(few.table[numbers], each.table[numbers], rtol=1e-11)
    np.testing.assert_allclose(few.tests["statistic"], each.tests["statistic"], rtol=1e-9)
    assert few.log_likelihood == pytest.approx(each.log_likelihood, rel=1e-13)
