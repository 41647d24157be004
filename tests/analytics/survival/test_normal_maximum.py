"""The tail of the largest of correlated normals against other ways to get it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import multivariate_normal

from analytics.survival.normal_maximum import tail_of_largest


def _correlation(size: int, rank: int, seed: int) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(size, rank))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows @ rows.T


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("bound", [0.0, 0.3, 2.0, 5.0, 8.0])
def test_independent_statistics(size: int, bound: float) -> None:
    single = float(ndtr(-bound))
    for two_sided in (True, False):
        one = 2 * single if two_sided else single
        expected = -np.expm1(size * np.log1p(-one)) if one < 1 else 1.0
        found, error = tail_of_largest(np.eye(size), bound, two_sided=two_sided)
        assert found == pytest.approx(expected, rel=1e-10)
        assert error < 1e-8


@pytest.mark.parametrize("bound", [-3.0, -1.0, -0.1])
def test_independent_statistics_below_zero(bound: float) -> None:
    found, _ = tail_of_largest(np.eye(3), bound, two_sided=False)
    assert found == pytest.approx(1 - float(ndtr(bound)) ** 3, rel=1e-10)


@pytest.mark.parametrize("correlation", [-0.95, -0.5, 0.0, 0.3, 0.8, 0.999])
@pytest.mark.parametrize("bound", [-1.5, 0.0, 1.0, 2.5])
def test_two_statistics(correlation: float, bound: float) -> None:
    both = np.array([[1, correlation], [correlation, 1]])
    below = multivariate_normal(cov=both).cdf([bound, bound])  # deterministic in two dimensions
    found, _ = tail_of_largest(both, bound, two_sided=False)
    assert found == pytest.approx(1 - below, abs=1e-9)


FIVE = [pytest.param(5, rank, marks=pytest.mark.slow) for rank in (3, 4)]


@pytest.mark.parametrize(("size", "rank"), [(3, 2), (3, 3), (4, 3), (4, 4), *FIVE])
@pytest.mark.parametrize("two_sided", [True, False])
@pytest.mark.parametrize("bound", [0.7, 2.2])
def test_agrees_with_scipy(size: int, rank: int, two_sided: bool, bound: float) -> None:
    correlation = _correlation(size, rank, seed=size * 10 + rank)
    low = np.full(size, -bound if two_sided else -np.inf)
    inside = multivariate_normal(cov=correlation, allow_singular=True).cdf(
        np.full(size, bound), lower_limit=low, rng=np.random.default_rng(0)
    )
    found, error = tail_of_largest(correlation, bound, two_sided=two_sided)
    assert found == pytest.approx(1 - inside, abs=3e-4)  # scipy's is the larger error
    assert error < (1e-8 if rank <= 3 else 1e-3)


@pytest.mark.parametrize("bound", [-0.4, 1.0, 3.0])
def test_both_ways_agree(bound: float) -> None:
    # A fourth, independent dimension takes the other way; its statistic never is the largest.
    three = _correlation(3, 3, seed=1)
    four = np.eye(4)
    four[:3, :3] = three
    exact, _ = tail_of_largest(three, bound, two_sided=False)
    with_one_more = 1 - (1 - exact) * float(ndtr(bound))
    sampled, error = tail_of_largest(four, bound, two_sided=False)
    assert sampled == pytest.approx(with_one_more, abs=2 * error + 1e-6)


@pytest.mark.parametrize("gap", [1e-2, 1e-5, 1e-8, 1e-11, 0.0])
def test_nearly_the_same_statistic_twice(gap: float) -> None:
    twice = np.array([[1, 1 - gap, 0.5], [1 - gap, 1, 0.5], [0.5, 0.5, 1]])
    once, _ = tail_of_largest(twice[1:, 1:], 2.0, two_sided=True)
    found, error = tail_of_largest(twice, 2.0, two_sided=True)
    assert once <= found + 1e-12 <= once + 2 * np.sqrt(gap) + 2e-12
    assert error < 1e-8


def test_opposite_statistics_are_one_when_two_sided() -> None:
    opposite = np.array([[1.0, -1.0], [-1.0, 1.0]])
    assert tail_of_largest(opposite, 1.5, two_sided=True)[0] == pytest.approx(2 * ndtr(-1.5))
    assert tail_of_largest(opposite, 1.5, two_sided=False)[0] == pytest.approx(2 * ndtr(-1.5))


def test_grows_with_the_bound_falling_and_with_statistics_added() -> None:
    for rank in (2, 3, 4):
        correlation = _correlation(5, rank, seed=rank)
        tails = [
            tail_of_largest(correlation, bound, two_sided=False)[0] for bound in np.arange(-2, 5)
        ]
        assert (np.diff(tails) < 1e-9).all()
        fewer, _ = tail_of_largest(correlation[:3, :3], 1.0, two_sided=True)
        assert fewer <= tail_of_largest(correlation, 1.0, two_sided=True)[0] + 1e-4


def test_same_question_same_answer() -> None:
    for rank in (3, 4):
        correlation = _correlation(5, rank, seed=3)
        one, other = (tail_of_largest(correlation, 2.0, two_sided=True) for _ in range(2))
        assert one == other
