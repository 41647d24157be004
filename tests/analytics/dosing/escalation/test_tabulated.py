"""The table of posteriors: the same numbers as without it, each found once."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.dosing.escalation.counts import Counts, Floats
from analytics.dosing.escalation.posteriors import tabulated
from analytics.dosing.escalation.posteriors.nodes import Nodes
from analytics.dosing.escalation.posteriors.tabulated import Tabulated

P = np.linspace(0.02, 0.9, 40)
TOXIC = np.stack([P**2, P])
NODES = Nodes(
    log_toxic=np.log(TOXIC), log_free=np.log1p(-TOXIC), log_weight=-((P - 0.3) ** 2)
)  # fmt: skip


def functions(kind: Hashable) -> Floats:
    return (float(kind) < TOXIC).astype(np.float64).T  # type: ignore[arg-type]


def outcomes(pairs: list[tuple[int, int, int, int]]) -> Counts:
    seen = [[(n, round(n * x / 9)), (m, round(m * y / 9))] for n, x, m, y in pairs]
    return Counts.of([[one[0] for one in row] for row in seen], [[t[1] for t in r] for r in seen])


PAIRS = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)),
    min_size=1,
    max_size=30,
)


@given(first=PAIRS, second=PAIRS)
def test_it_tells_what_the_nodes_tell(
    first: list[tuple[int, int, int, int]], second: list[tuple[int, int, int, int]]
) -> None:
    table = Tabulated(NODES, functions)
    for pairs, kind in ((first, 0.2), (second, 0.2), (second, 0.5), (first, 0.5)):
        counts = outcomes(pairs)
        direct = NODES.expectations(counts, functions(kind))
        by_weights = NODES.weights(counts) @ functions(kind)
        assert table.means(counts, kind) == pytest.approx(direct, abs=1e-12)
        assert direct == pytest.approx(by_weights, abs=1e-12)
    both = {(*n, *t) for one in (first, second) for n, t in _rows(outcomes(one))}
    assert table.rows == len(both)


def _rows(counts: Counts) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    rows = zip(counts.patients.tolist(), counts.toxicities.tolist(), strict=True)
    return [(tuple(n), tuple(t)) for n, t in rows]


def test_what_is_known_is_not_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    table, counts = Tabulated(NODES, functions), outcomes([(3, 3, 6, 3), (6, 0, 6, 9)])
    first = table.means(counts, 0.2)
    monkeypatch.setattr(Nodes, "expectations", None)
    assert np.array_equal(table.means(counts, 0.2), first)
    assert np.array_equal(table.means(counts.take(np.array([1, 0])), 0.2), first[::-1])
    assert table.means(counts.take(np.zeros(0, dtype=np.int64)), 0.2).shape == (0, 2)


def test_it_begins_anew_when_it_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tabulated, "MOST_ROWS", 3)
    table = Tabulated(NODES, functions)
    many = outcomes([(n, 3, 9, 3) for n in range(1, 5)])
    wanted = NODES.expectations(many, functions(0.2))
    assert table.means(many, 0.2) == pytest.approx(wanted)
    assert table.rows == 0  # more than it holds: none is kept
    for row in range(4):
        one = many.take(np.array([row]))
        assert table.means(one, 0.2)[0] == pytest.approx(wanted[row])
    assert table.rows == 1
    for place in range(20):
        kind = place / 21
        found = table.means(many.take(np.array([0])), kind)
        assert found == pytest.approx(NODES.expectations(many, functions(kind))[:1])


def test_counts_that_contradict_each_other_do_not_vanish() -> None:
    counts = Counts.of([[400, 400]], [[400, 0]])
    found = NODES.expectations(counts, functions(0.2))
    assert np.isfinite(found).all()
    assert found == pytest.approx(NODES.weights(counts) @ functions(0.2))
