"""Random numbers: the distributions that they should have, and streams that keep apart."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit, uint64
from numpy.typing import NDArray
from scipy.stats import chisquare, kstest

from analytics.design.simulation.random_numbers import (
    MOST_REPLICATIONS,
    STREAM_BITS,
    exponential,
    mixed,
    stream_of,
    uniform,
)
from analytics.design.simulation.simulation import MOST_SUBJECTS

Floats = NDArray[np.float64]
MASK = (1 << 64) - 1
TAIL = 7.69711747013104972


@njit
def _many(seed: int, n: int) -> tuple[Floats, Floats]:  # type: ignore[no-any-unimported,unused-ignore]
    """Exponential numbers of one replication, uniform ones of the next."""
    first, second = np.empty(n), np.empty(n)
    one, other = stream_of(uint64(seed), 0), stream_of(uint64(seed), 1)
    for i in range(n):
        first[i], second[i] = exponential(one + uint64(i)), uniform(other + uint64(i))
    return first, second


@pytest.fixture(scope="module")
def draws() -> tuple[Floats, Floats]:
    return _many(3, 4_000_000)


def test_exponential_numbers(draws: tuple[Floats, Floats]) -> None:
    found, n = draws[0], draws[0].size
    assert (found >= 0).all()
    for power, moment in ((1, 1.0), (2, 2.0), (3, 6.0), (4, 24.0)):
        each = found**power
        error = each.std() / np.sqrt(n)
        assert abs(each.mean() - moment) < 4.5 * error
    assert kstest(found[:400_000], "expon").pvalue > 1e-3


def test_the_tail_of_exponential_numbers(draws: tuple[Floats, Floats]) -> None:
    """Beyond the lowest layer of the ziggurat begins an exponential again."""
    found, n = draws[0], draws[0].size
    for level in (TAIL - 0.5, TAIL, TAIL + 1, TAIL + 2.5):
        expected = n * np.exp(-level)
        assert abs((found > level).sum() - expected) < 4.5 * np.sqrt(expected)
    assert kstest(found[found > TAIL] - TAIL, "expon").pvalue > 1e-3
    assert found.max() > TAIL + 4


def test_all_layers_of_the_ziggurat(draws: tuple[Floats, Floats]) -> None:
    counts = np.histogram(-np.expm1(-draws[0]), bins=1024, range=(0, 1))[0]
    assert chisquare(counts).pvalue > 1e-3


def test_uniform_numbers(draws: tuple[Floats, Floats]) -> None:
    found = draws[1]
    assert found.min() >= 0
    assert found.max() < 1
    assert kstest(found[:400_000], "uniform").pvalue > 1e-3
    assert chisquare(np.histogram(found, bins=4096, range=(0, 1))[0]).pvalue > 1e-3


def test_neighbours_and_streams_are_not_correlated(draws: tuple[Floats, Floats]) -> None:
    limit = 4.5 / np.sqrt(draws[0].size)
    for found in draws:
        for lag in (1, 2, 500, 1001):
            assert abs(np.corrcoef(found[:-lag], found[lag:])[0, 1]) < limit
    assert abs(np.corrcoef(*draws)[0, 1]) < limit
    assert abs(np.corrcoef(draws[0], _many(4, draws[0].size)[0])[0, 1]) < limit


def _unmixed(word: int) -> int:
    """The counter of a word: each step of the mixture backwards."""
    for shift, factor in ((31, 0x94D049BB133111EB), (27, 0xBF58476D1CE4E5B9), (30, 0)):
        step = word
        while step:
            step >>= shift
            word ^= step
        if factor:
            word = word * pow(factor, -1, 1 << 64) & MASK
    return word * pow(0x9E3779B97F4A7C15, -1, 1 << 64) & MASK


@settings(max_examples=100, derandomize=True)
@given(counter=st.integers(0, MASK))
def test_the_mixture_is_a_bijection(counter: int) -> None:
    assert _unmixed(int(mixed(np.uint64(counter)))) == counter


def test_streams_do_not_overlap() -> None:
    """A trial takes a number for each entry and one more, and two for each course."""
    assert 3 * MOST_SUBJECTS + 1 < 1 << STREAM_BITS
    assert MOST_REPLICATIONS << STREAM_BITS <= 1 << 63
    starts = [int(stream_of(np.uint64(7), k)) for k in range(100)]
    assert {(high - low) & MASK for low, high in pairwise(starts)} == {1 << STREAM_BITS}
    assert len({int(stream_of(np.uint64(seed), 0)) for seed in range(1000)}) == 1000
