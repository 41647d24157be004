"""What every adjustment must satisfy, whatever the p-values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from analytics.safety.multiplicity import (
    DoubleFdr,
    adjust_benjamini_hochberg,
    double_fdr_2004,
    double_fdr_2012,
)
from tests.invariants import check_probabilities

often = settings(max_examples=150, deadline=None)
NAN = float("nan")
a_p = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.01, 0.02, 0.05, 1.0]))
p_or_none = st.one_of(a_p, a_p, a_p, st.just(NAN))
TERMS = st.lists(st.tuples(p_or_none, st.sampled_from("ABCDE")), min_size=1, max_size=25)
LEVEL = st.sampled_from([0.01, 0.05, 0.1, 0.3])
DOUBLE = [double_fdr_2004, double_fdr_2012]


def _split(terms: list[tuple[float, str]]) -> tuple[np.ndarray, list[str]]:
    return np.array([p for p, _ in terms]), [name for _, name in terms]


def _class_of(found: DoubleFdr, name: str) -> int:
    return found.classes.index(name)


@often
@given(st.lists(p_or_none, max_size=30).map(np.array))
def test_benjamini_hochberg(p: np.ndarray) -> None:
    p = p.astype(float)
    found = adjust_benjamini_hochberg(p)
    known = ~np.isnan(p)
    assert (np.isnan(found) == ~known).all()
    check_probabilities(found)
    assert (found[known] >= p[known]).all()
    order = np.argsort(p[known], kind="stable")
    assert (np.diff(found[known][order]) >= 0).all()
    if known.any():
        assert found[known].max() == p[known].max()
        np.testing.assert_allclose(found[known], false_discovery_control(p[known]), rtol=1e-12)


@often
@given(st.lists(p_or_none, min_size=2, max_size=20), st.data())
def test_a_smaller_p_value_raises_no_other(p: list[float], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(p) - 1))
    smaller = [*p]
    smaller[place] = p[place] / 2
    before, after = adjust_benjamini_hochberg(p), adjust_benjamini_hochberg(smaller)
    known = ~np.isnan(before)
    assert (after[known] <= before[known]).all()


@pytest.mark.parametrize("method", DOUBLE)
@often
@given(terms=TERMS, alpha=LEVEL, class_alpha=LEVEL)
def test_double_fdr(
    method: Callable[..., DoubleFdr], terms: Any, alpha: float, class_alpha: float
) -> None:
    p, names = _split(terms)
    found = method(p, names, alpha=alpha, class_alpha=class_alpha)
    known = ~np.isnan(found.adjusted)
    check_probabilities(found.adjusted)
    check_probabilities(found.class_adjusted)
    assert (found.adjusted[known] >= p[known]).all()
    tested = ~np.isnan(found.representative)
    assert (found.class_adjusted[tested] >= found.representative[tested]).all()
    # Nothing is flagged in a class that fails, without a p-value, or above its level.
    assert not found.flagged[~found.passes[found.class_of_term]].any()
    assert not found.flagged[np.isnan(p)].any()
    assert (found.adjusted[found.flagged] <= alpha).all()
    assert found.passes.tolist() == (found.class_adjusted <= class_alpha).tolist()
    if method is double_fdr_2012:
        family = found.passes[found.class_of_term] & ~np.isnan(p)
        assert (known == family).all()


@pytest.mark.parametrize("method", DOUBLE)
@often
@given(terms=TERMS, alpha=LEVEL, seed=st.integers(0, 1000))
def test_double_fdr_does_not_see_the_order(
    method: Callable[..., DoubleFdr], terms: Any, alpha: float, seed: int
) -> None:
    p, names = _split(terms)
    order = np.random.default_rng(seed).permutation(len(p))
    one = method(p, names, alpha=alpha)
    other = method(p[order], [names[place] for place in order], alpha=alpha)
    np.testing.assert_array_equal(other.adjusted, one.adjusted[order])
    np.testing.assert_array_equal(other.flagged, one.flagged[order])
    for name in set(names):
        np.testing.assert_array_equal(
            one.class_adjusted[_class_of(one, name)], other.class_adjusted[_class_of(other, name)]
        )


@often
@given(terms=TERMS, alpha=LEVEL)
def test_classes_of_2012_are_never_easier(terms: Any, alpha: float) -> None:
    """Its representative is adjusted within the class, that of 2004 is not."""
    p, names = _split(terms)
    old, new = (method(p, names, alpha=alpha) for method in DOUBLE)
    tested = ~np.isnan(old.class_adjusted)
    assert (new.class_adjusted[tested] >= old.class_adjusted[tested]).all()


@often
@given(terms=TERMS, alpha=LEVEL)
def test_one_class_is_one_family(terms: Any, alpha: float) -> None:
    p, _ = _split(terms)
    plain = adjust_benjamini_hochberg(p)
    for method in DOUBLE:
        found = method(p, ["all"] * p.size, alpha=alpha)
        assert found.flagged.tolist() == (plain <= alpha).tolist()


@pytest.mark.slow
def test_false_discoveries_are_as_rare_as_stated() -> None:
    """Of independent tests, 10 of 50 with an effect: the mean share of false flags."""
    rng = np.random.default_rng(20260331)
    trials, false = 4000, np.arange(50) >= 10
    shares = []
    for _ in range(trials):
        p = rng.random(50)
        p[:10] = rng.beta(0.05, 1, 10)
        flagged = adjust_benjamini_hochberg(p) <= 0.1
        shares.append((flagged & false).sum() / max(flagged.sum(), 1))
    expected = 0.1 * 40 / 50  # exactly, under independence
    assert abs(np.mean(shares) - expected) < 4 * np.std(shares) / np.sqrt(trials)
