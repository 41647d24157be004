"""What every interval of an incidence or a contrast must satisfy, whatever the counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, hypergeom

from analytics.safety.incidence import (
    clopper_pearson,
    exact_odds_ratio,
    exact_rate_ratio,
    exact_rate_test,
    fisher_test,
    garwood,
    newcombe_difference,
    score_difference,
    score_odds_ratio,
    score_rate_ratio,
    score_rate_test,
    score_ratio,
    score_test,
    stratified_difference,
    wilson,
)
from analytics.safety.incidence.measures import MEASURES
from tests.invariants import check_ordered, check_probabilities

DIFFERENCES: dict[str, Callable[..., Any]] = {
    "miettinen-nurminen": score_difference,
    "mee": lambda *cells: score_difference(*cells, small_sample=False),
    "newcombe": newcombe_difference,
}
ODDS: dict[str, Callable[..., Any]] = {
    "miettinen-nurminen": score_odds_ratio,
    "cornfield": lambda *cells: score_odds_ratio(*cells, small_sample=False),
    "exact": lambda *cells: exact_odds_ratio(*cells)[1:],
}
RATES: dict[str, Callable[..., Any]] = {"exact": exact_rate_ratio, "score": score_rate_ratio}
ALL_METHODS = [(one, method) for one in MEASURES for method in MEASURES[one]]
often = settings(max_examples=40, deadline=None)
CLOSE = {"rtol": 1e-7, "atol": 1e-8, "equal_nan": True}


@st.composite
def arm(draw: st.DrawFn, most: int = 3000) -> tuple[int, int]:
    """Subjects with an event and subjects; few events are as likely as many."""
    subjects = draw(st.integers(1, most))
    few = st.integers(0, min(5, subjects))
    return draw(st.one_of(few, few.map(lambda x: subjects - x), st.integers(0, subjects))), subjects


@st.composite
def rate(draw: st.DrawFn) -> tuple[int, float]:
    """Events and patient-years."""
    return draw(st.integers(0, 500)), draw(st.floats(0.01, 1e5))


TWO = st.tuples(arm(), arm()).map(lambda two: (*two[0], *two[1]))
TWO_RATES = st.tuples(rate(), rate()).map(lambda two: (*two[0], *two[1]))


@often
@given(arm())
def test_one_arm_is_contained_and_mirrored(own: tuple[int, int]) -> None:
    x, n = own
    for limits in (clopper_pearson, wilson):
        lower, upper = limits(x, n)
        check_ordered(lower, x / n, upper)
        check_probabilities([lower, upper])
        np.testing.assert_allclose(limits(n - x, n), (1 - upper, 1 - lower), **CLOSE)
    check_ordered(*np.array(garwood(x, n))[[0, 0]], garwood(x, n)[1])


@often
@given(rate())
def test_a_rate_is_contained(own: tuple[int, float]) -> None:
    events, years = own
    lower, upper = garwood(events, years)
    check_ordered(lower, 100 * events / years, upper)
    np.testing.assert_allclose(np.array(garwood(events, years, per=1)) * 100, (lower, upper))


@pytest.mark.parametrize(("measure", "interval"), ALL_METHODS)
@often
@given(cells=TWO, rates=TWO_RATES)
def test_intervals_contain_the_estimate(
    measure: str, interval: str, cells: tuple[float, ...], rates: tuple[float, ...]
) -> None:
    numbers = rates if measure == "rate ratio" else cells
    found = MEASURES[measure][interval](*(np.array([float(one)]) for one in numbers), 0.95)
    check_probabilities(found.p_value)
    assert np.isnan(found.estimate) == np.isnan(found.lower)
    slack = 1e-9 * np.abs(np.nan_to_num(found.estimate, posinf=0.0))
    check_ordered(found.lower - slack, found.estimate, found.upper + slack)


@pytest.mark.parametrize("method", DIFFERENCES)
@often
@given(cells=TWO)
def test_differences_are_mirrored(method: str, cells: tuple[int, ...]) -> None:
    x1, n1, x2, n2 = cells
    limits = DIFFERENCES[method]
    lower, upper = limits(*cells)
    assert -1 <= lower < upper <= 1
    np.testing.assert_allclose(limits(x2, n2, x1, n1), (-upper, -lower), **CLOSE)
    np.testing.assert_allclose(limits(n1 - x1, n1, n2 - x2, n2), (-upper, -lower), **CLOSE)


@pytest.mark.parametrize("method", ODDS)
@often
@given(cells=TWO)
def test_odds_ratios_are_mirrored(method: str, cells: tuple[int, ...]) -> None:
    x1, n1, x2, n2 = cells
    limits = ODDS[method]
    swapped = _logs(limits(x2, n2, x1, n1))
    without = _logs(limits(n1 - x1, n1, n2 - x2, n2))
    lower, upper = _logs(limits(*cells))
    np.testing.assert_allclose(swapped, (-upper, -lower), **CLOSE)
    np.testing.assert_allclose(without, (-upper, -lower), **CLOSE)


@often
@given(TWO)
def test_risk_ratios_are_mirrored(cells: tuple[int, ...]) -> None:
    x1, n1, x2, n2 = cells
    for small_sample in (True, False):
        lower, upper = _logs(score_ratio(*cells, small_sample=small_sample))
        swapped = _logs(score_ratio(x2, n2, x1, n1, small_sample=small_sample))
        np.testing.assert_allclose(swapped, (-upper, -lower), **CLOSE)


@pytest.mark.parametrize("method", RATES)
@often
@given(cells=TWO_RATES)
def test_rate_ratios_are_mirrored(method: str, cells: tuple[float, ...]) -> None:
    d1, t1, d2, t2 = cells
    lower, upper = _logs(RATES[method](*cells))
    np.testing.assert_allclose(_logs(RATES[method](d2, t2, d1, t1)), (-upper, -lower), **CLOSE)


def _logs(limits: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return np.log(limits)


@often
@given(TWO)
def test_tests_do_not_see_which_arm_is_which(cells: tuple[int, ...]) -> None:
    x1, n1, x2, n2 = cells
    for test in (fisher_test, score_test):
        p = test(*cells)
        np.testing.assert_allclose(test(x2, n2, x1, n1), p, rtol=1e-8)
        np.testing.assert_allclose(test(n1 - x1, n1, n2 - x2, n2), p, rtol=1e-8)


@often
@given(TWO_RATES)
def test_tests_of_rates_do_not_see_which_arm_is_which(cells: tuple[float, ...]) -> None:
    d1, t1, d2, t2 = cells
    for test in (exact_rate_test, score_rate_test):
        np.testing.assert_allclose(test(d2, t2, d1, t1), test(*cells), rtol=1e-7, atol=1e-12)


@often
@given(TWO)
def test_score_intervals_and_the_test_agree(cells: tuple[int, ...]) -> None:
    p = float(score_test(*cells))
    if abs(p - 0.05) > 1e-6:
        ratios = [score_ratio(*cells), score_odds_ratio(*cells)]
        for lower, upper in [score_difference(*cells), *ratios]:
            null = 0 if (lower, upper) == score_difference(*cells) else 1
            if not np.isnan(lower):
                assert (lower <= null <= upper) == (p > 0.05), (cells, p)


@pytest.mark.parametrize(
    "limits", [score_difference, newcombe_difference, score_ratio, score_odds_ratio]
)
@often
@given(subjects=st.integers(1, 60), reference=arm(60))
def test_limits_rise_with_the_events(
    limits: Callable[..., Any], subjects: int, reference: tuple[int, int]
) -> None:
    lower, upper = limits(np.arange(subjects + 1), subjects, *reference)
    for side in (lower, upper):
        known = side[np.isfinite(side)]
        assert (np.diff(known) >= -1e-9 * np.maximum(1, known[1:])).all()


@pytest.mark.parametrize("limits", [*DIFFERENCES.values()])
@often
@given(cells=st.tuples(arm(300), arm(300)).map(lambda two: (*two[0], *two[1])))
def test_more_subjects_narrow_a_difference(
    limits: Callable[..., Any], cells: tuple[int, ...]
) -> None:
    lower, upper = limits(*(np.array([1, 2, 4, 16]) * one for one in cells))
    assert (np.diff(upper - lower) < 1e-12).all()


@often
@given(TWO)
def test_one_stratum_is_none(cells: tuple[int, ...]) -> None:
    plain = score_difference(*cells)
    for weights in ("mantel-haenszel", "miettinen-nurminen"):
        one = stratified_difference(*([each] for each in cells), weights=weights)
        np.testing.assert_allclose((one.lower, one.upper), plain, rtol=1e-8, atol=1e-10)
        # With an empty stratum beside it, or both arms in the same proportion: the same again.
        beside = stratified_difference(*([each, 0] for each in cells), weights=weights)
        assert beside.strata == 1
        np.testing.assert_array_equal((beside.lower, beside.upper), (one.lower, one.upper))


@often
@given(st.lists(st.tuples(arm(200), arm(200)), min_size=2, max_size=4))
def test_strata_are_mirrored_and_have_no_order(strata: list[Any]) -> None:
    x1, n1, x2, n2 = np.array([(*one, *two) for one, two in strata]).T
    for weights in ("mantel-haenszel", "miettinen-nurminen"):
        found = stratified_difference(x1, n1, x2, n2, weights=weights)
        swapped = stratified_difference(x2, n2, x1, n1, weights=weights)
        turned = stratified_difference(*(one[::-1] for one in (x1, n1, x2, n2)), weights=weights)
        assert found.lower - 1e-9 <= found.estimate <= found.upper + 1e-9
        for other, sign in ((swapped, -1), (turned, 1)):
            limits = sorted((sign * float(other.lower), sign * float(other.upper)))
            np.testing.assert_allclose(limits, (found.lower, found.upper), rtol=1e-6, atol=1e-8)
            np.testing.assert_allclose(other.p_value, found.p_value, rtol=1e-9)


def test_rows_do_not_depend_on_each_other() -> None:
    rng = np.random.default_rng(20260331)
    n1, n2 = rng.integers(1, 300, (2, 500))
    cells = rng.binomial(n1, 0.04), n1, rng.binomial(n2, 0.04), n2
    for methods in MEASURES.values():
        for method in methods.values():
            numbers = [one.astype(float) for one in cells]
            whole = method(*numbers, 0.95)
            for row in range(0, 500, 83):
                alone = method(*(one[row : row + 1] for one in numbers), 0.95)
                for name in ("estimate", "lower", "upper", "p_value"):
                    np.testing.assert_allclose(
                        getattr(whole, name)[row], getattr(alone, name)[0], rtol=1e-12
                    )


@pytest.mark.parametrize("subjects", [5, 24])
def test_clopper_pearson_covers_at_least_the_stated_share(subjects: int) -> None:
    outcomes = np.arange(subjects + 1)
    lower, upper = clopper_pearson(outcomes, subjects)
    for truth in np.linspace(0.01, 0.99, 49):
        covered = (lower <= truth) & (truth <= upper)
        assert binom.pmf(outcomes, subjects, truth)[covered].sum() >= 0.95


@pytest.mark.parametrize(("truth", "reference"), [(0.05, 0.1), (0.05, 0.3), (0.3, 0.1)])
def test_score_difference_covers_about_the_stated_share(truth: float, reference: float) -> None:
    """Exact coverage, every outcome weighed by its probability."""
    first, second = np.meshgrid(np.arange(61), np.arange(51), indexing="ij")
    lower, upper = score_difference(first, 60, second, 50)
    probability = binom.pmf(first, 60, truth) * binom.pmf(second, 50, reference)
    covered = probability[(lower <= truth - reference) & (truth - reference <= upper)].sum()
    assert 0.935 < covered < 0.97


@pytest.mark.slow
@pytest.mark.parametrize("weights", ["mantel-haenszel", "miettinen-nurminen"])
def test_stratified_difference_covers_the_stated_share(weights: str) -> None:
    rng = np.random.default_rng(20260331)
    trials = 20_000
    n1, n2 = np.array([90, 60, 120]), np.array([80, 70, 60])
    reference = np.array([0.1, 0.2, 0.35])
    x1, x2 = (
        rng.binomial(n1, reference + 0.1, (trials, 3)),
        rng.binomial(n2, reference, (trials, 3)),
    )
    found = stratified_difference(x1, n1, x2, n2, weights=weights)
    covered = ((found.lower <= 0.1) & (found.upper >= 0.1)).mean()
    assert abs(covered - 0.95) < 4 * np.sqrt(0.95 * 0.05 / trials)


@settings(max_examples=20)
@given(
    events=st.integers(1, 150_000),
    share=st.floats(0.0, 1.0),
    sizes=st.tuples(st.integers(100_000, 400_000), st.integers(100_000, 400_000)),
    shift=st.floats(-60.0, 60.0),
)
def test_fishers_test_of_large_arms_needs_only_the_likely_tables(events, share, sizes, shift):
    """What is left out is too unlikely to be seen, near the mean and far from it."""
    n1, n2 = sizes
    mean = events * n1 / (n1 + n2)
    x1 = int(np.clip(mean + shift * np.sqrt(mean * share + 1), max(0, events - n2), events))
    x1 = min(x1, n1)
    own = hypergeom.pmf(x1, n1 + n2, n1, events)
    every = hypergeom.pmf(np.arange(max(0, events - n2), min(n1, events) + 1), n1 + n2, n1, events)
    plain = min(every[every <= own * (1 + 1e-7)].sum(), 1.0)
    found = float(fisher_test(x1, n1, events - x1, n2))
    assert found == pytest.approx(plain, rel=1e-5, abs=1e-250)
