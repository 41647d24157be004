"""Fronts and volumes against other ways to compute them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna._hypervolume import compute_hypervolume

from analytics.checks import InputError
from analytics.search import hypervolume, knee, non_dominated, ranks

SIZES = st.integers(1, 4)


def dominates(one: np.ndarray, other: np.ndarray) -> bool:
    return bool((one <= other).all() and (one < other).any())


@settings(max_examples=60, derandomize=True)
@given(size=SIZES, count=st.integers(1, 40), seed=st.integers(0, 10_000), steps=st.integers(2, 9))
def test_the_front_is_what_no_point_dominates(size: int, count: int, seed: int, steps: int) -> None:
    points = np.random.default_rng(seed).integers(0, steps, (count, size)).astype(float)
    wanted = [not any(dominates(other, one) for other in points) for one in points]
    assert non_dominated(points).tolist() == wanted


@settings(max_examples=20, derandomize=True)
@given(size=SIZES, seed=st.integers(0, 10_000))
def test_ranks_are_fronts_of_what_is_left(size: int, seed: int) -> None:
    points = np.random.default_rng(seed).integers(0, 5, (30, size)).astype(float)
    found = ranks(points)
    for rank in range(found.max() + 1):
        left = points[found >= rank]
        assert (non_dominated(left) == (found[found >= rank] == rank)).all()


@settings(max_examples=40, derandomize=True)
@given(size=SIZES, count=st.integers(1, 15), seed=st.integers(0, 10_000), whole=st.booleans())
def test_volume_is_that_of_optuna(size: int, count: int, seed: int, whole: bool) -> None:
    rng = np.random.default_rng(seed)
    points = rng.integers(0, 6, (count, size)) / 5.0 if whole else rng.random((count, size))
    reference = np.full(size, 1.2)
    wanted = compute_hypervolume(points, reference)
    assert hypervolume(points, reference) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("size", [2, 3, 4])
def test_volume_is_the_share_of_random_points_that_are_dominated(size: int) -> None:
    rng = np.random.default_rng(1)
    points, darts = rng.random((15, size)), rng.random((40_000, size))
    hit = (darts[:, None, :] >= points[None]).all(axis=2).any(axis=1).mean()
    error = np.sqrt(hit * (1 - hit) / len(darts))
    assert abs(hypervolume(points, np.ones(size)) - hit) < 4 * error


def test_what_is_worse_than_the_reference_adds_nothing() -> None:
    assert hypervolume([[2.0, 0.0]], [1.0, 1.0]) == 0.0
    assert hypervolume([[0.5, 0.5], [1.0, 0.0]], [1.0, 1.0]) == 0.25


def test_the_reference_has_as_many_values() -> None:
    with pytest.raises(InputError, match="1 to 4 objectives"):
        hypervolume([[1.0, 2.0]], [3.0])


def test_the_knee_is_in_the_middle_of_a_round_front() -> None:
    angle = np.linspace(0, np.pi / 2, 11)
    assert knee(np.column_stack([1 - np.sin(angle), 1 - np.cos(angle)])) == 5


def test_the_knee_of_a_straight_front_is_the_nearest_to_the_best_of_all() -> None:
    share = np.linspace(0, 1, 11)
    assert knee(np.column_stack([40 * share, 5 - 3 * share])) == 5
