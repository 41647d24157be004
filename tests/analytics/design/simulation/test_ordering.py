"""Orders that simulated trials rest on, against NumPy's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics.design.simulation.ordering import fill_buckets, order_of, smallest, time_of_rank

Floats = NDArray[np.float64]
TIMES = st.lists(
    st.one_of(
        st.floats(0, 100), st.sampled_from([0.0, 1.0, 2.0, 1e-300, 1e300]), st.just(float("inf"))
    ),
    min_size=1,
    max_size=60,
)


@settings(max_examples=150, derandomize=True)
@given(values=TIMES, centre=st.floats(0.01, 50), buckets=st.integers(1, 80))
def test_order_is_that_of_a_sort(values: list[float], centre: float, buckets: int) -> None:
    times = np.array(values)
    order = np.full(times.size, -1, dtype=np.int64)
    counts, places = np.empty(buckets + 1, dtype=np.int64), np.empty_like(order)
    order_of(times, centre, counts, places, order)
    assert sorted(order.tolist()) == list(range(times.size))
    assert times[order].tolist() == np.sort(times).tolist()


@pytest.mark.parametrize("spread", [1.0, 1e-9, 1e9])
def test_order_of_many(spread: float) -> None:
    times = np.random.default_rng(1).exponential(spread, 3000)
    order = np.empty(times.size, dtype=np.int64)
    order_of(times, 1.0, np.empty(3001, dtype=np.int64), np.empty_like(order), order)
    assert (order == np.argsort(times)).all()


@settings(max_examples=150, derandomize=True)
@given(values=TIMES, data=st.data())
def test_a_rank_is_found_as_by_a_partition(values: list[float], data: st.DataObject) -> None:
    times = np.array(values)
    first = data.draw(st.integers(0, times.size - 1))
    last = data.draw(st.integers(first + 1, times.size))
    rank = data.draw(st.integers(first, last - 1))
    own = times.copy()
    found = smallest(own, first, last, rank)
    part = np.sort(times[first:last])
    assert found == own[rank] == part[rank - first]
    assert (own[first:rank] <= found).all()
    assert (own[rank:last] >= found).all()
    assert np.sort(own[first:last]).tolist() == part.tolist()
    assert own[:first].tolist() + own[last:].tolist() == [*times[:first], *times[last:]]


@settings(max_examples=150, derandomize=True)
@given(values=TIMES, horizon=st.floats(0.01, 1000), seed=st.integers(0, 99))
def test_times_of_rising_ranks(values: list[float], horizon: float, seed: int) -> None:
    times = np.array(values)
    counted = np.random.default_rng(seed).integers(0, 2, times.size).astype(np.uint8)
    counts, buckets = np.empty(times.size, dtype=np.int64), np.empty(times.size, dtype=np.int64)
    if times.size > 1:
        total = fill_buckets(times, counted, horizon, counts, buckets)
        happened = np.sort(times[(counted == 1) & np.isfinite(times)])
        assert total == happened.size == counts.sum()
        bucket, before, scratch = 0, 0, np.empty(times.size)
        for rank in range(total):
            found, bucket, before = time_of_rank(
                times, counted, counts, buckets, (bucket, before), rank, scratch
            )
            assert found == happened[rank]
