"""Hidden counts, coarse curves and cohorts that are too alike."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.checks import InputError
from analytics.disclosure import (
    LinkedCounts,
    Relation,
    feasible_range,
    small_differences,
    suppress,
)
from analytics.disclosure.coarse_curves import coarsen_curves
from analytics.survival import SurvivalCounts, fit_kaplan_meier


def two_way(inner: np.ndarray) -> LinkedCounts:
    """A table with the totals of its rows and columns, and the total of all."""
    rows, columns = inner.shape
    full = np.zeros((rows + 1, columns + 1), dtype=int)
    full[:rows, :columns] = inner
    full[rows, :columns], full[:rows, columns] = inner.sum(axis=0), inner.sum(axis=1)
    full[rows, columns] = inner.sum()
    place = np.arange(full.size).reshape(full.shape)
    lines = [*place, *place.T]
    relations = [
        Relation(((int(one[-1]), -1), *((int(at), 1) for at in one[:-1])), equal=True)
        for one in lines
    ]
    cost = np.ones(full.shape)
    cost[-1], cost[:, -1] = 10, 10
    return LinkedCounts(values=full.ravel(), relations=tuple(relations), cost=cost.ravel())


@settings(max_examples=15)
@given(st.lists(st.integers(0, 40), min_size=9, max_size=9), st.sampled_from([5, 11]))
def test_no_small_cell_of_a_table_with_margins_is_narrow(cells, threshold):
    counts = two_way(np.array(cells).reshape(3, 3))
    found = suppress(counts, threshold=threshold)
    for place in np.flatnonzero(found.small):
        assert not found.shown[place]
        least, most = feasible_range(counts, found.shown, int(place))
        assert least <= counts.values[place] <= most
        assert most - least >= threshold - 1
    assert 0 <= found.loss <= 1
    assert not (found.complementary & found.small).any()


def test_a_table_without_small_counts_is_left_alone():
    found = suppress(two_way(np.full((3, 3), 25)))
    assert found.shown.all()
    assert found.loss == 0


def test_zeros_may_be_shown():
    found = suppress(two_way(np.array([[0, 30], [40, 0]])))
    assert found.shown.all()


def test_one_small_cell_takes_three_others_along():
    """In a table with margins a cell can only move around a rectangle."""
    found = suppress(two_way(np.array([[4, 30, 31], [32, 33, 34], [35, 36, 37]])))
    assert found.complementary.sum() == 3


def test_relations_that_do_not_hold_are_refused():
    wrong = Relation(((0, -1), (1, 1)), equal=True)
    with pytest.raises(InputError, match="the relations hold"):
        LinkedCounts(values=np.array([3, 4]), relations=(wrong,))


def test_small_thresholds_are_refused():
    with pytest.raises(InputError, match="threshold >= 2"):
        suppress(two_way(np.ones((2, 2), dtype=int)), threshold=1)


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(1, 400), st.booleans()), min_size=11, max_size=120))
def test_each_stretch_of_a_coarse_curve_holds_enough_events(subjects):
    times, events = (list(map(float, one)) for one in zip(*subjects, strict=True))
    counts = SurvivalCounts.from_subjects(
        times, [int(one) for one in events], arms=["A"] * len(times)
    )
    coarse = coarsen_curves(fit_kaplan_meier(counts).to_frame())
    cuts = [*coarse["time"], np.inf]
    for low, high in pairwise(cuts):
        inside = [event for time, event in zip(times, events, strict=True) if low < time <= high]
        if len(coarse) > 1:
            assert sum(inside) >= 11
            assert len(inside) - sum(inside) == 0 or len(inside) - sum(inside) >= 11
    assert coarse["survival"].is_monotonic_decreasing
    assert (coarse["at_risk"] >= 11).all()


def people(*numbers: range) -> frozenset[str]:
    return frozenset(str(n) for one in numbers for n in one)


EVERYONE = people(range(100))
EARLIER = {"all": EVERYONE, "low": people(range(10, 50)), "high": people(range(50, 100))}


@pytest.mark.parametrize(
    ("cohort", "found"),
    [
        (EVERYONE, {("low", "high")}),  # all but 10: those 10 are all, less the other two
        (EVERYONE - {"9"}, {("all",), ("low", "high")}),
        (people(range(10, 100)), {("all",)}),  # the very union of two is no difference
        (people(range(21, 100)), set()),  # 21 fewer than all, 11 fewer than the union
        (people(range(30)), set()),
        (people(range(5, 50)), {("low",), ("all", "high")}),  # with high: all but 5
    ],
)
def test_cohorts_that_differ_by_few_subjects_are_found(cohort, found):
    differences = small_differences(cohort, EARLIER)
    assert {one.others for one in differences} == found
    assert all("too few subjects" in one.sentence() for one in differences)
