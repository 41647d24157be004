"""What holds for any counts, and for any comparison of arms."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.checks import NotEstimableError
from analytics.results import Result, same
from analytics.survival import (
    GEHAN,
    LOG_RANK,
    MODIFIED_PETO,
    PETO,
    TARONE_WARE,
    EntryCounts,
    SurvivalCounts,
    Weight,
    compare_at_milestone,
    compare_restricted_means,
    difference_of_curves,
    fit_kaplan_meier,
    fit_left_truncated,
    fit_nelson_aalen,
    fit_turnbull,
    fit_weighted_kaplan_meier,
    fleming_harrington,
    log_minus_log,
    peto_hazard_ratio,
    smooth_hazard,
    test_logrank,
    test_maxcombo,
    test_pairs,
    test_trend,
)
from tests.invariants import check_logrank, check_ordered, check_probabilities

Answer = TypeVar("Answer")
Subject = tuple[float, int, str, str]

WEIGHTS = st.sampled_from(
    [LOG_RANK, GEHAN, TARONE_WARE, PETO, MODIFIED_PETO]
    + [fleming_harrington(*powers) for powers in [(0, 1), (1, 0), (1, 1), (0.5, 0.5)]]
)
_TIMES = st.one_of(st.integers(0, 6).map(float), st.floats(0, 1e4).map(lambda time: round(time, 3)))


def _subjects(arms: str) -> st.SearchStrategy[list[Subject]]:
    each = st.tuples(_TIMES, st.integers(0, 1), st.sampled_from(arms), st.sampled_from("xy"))
    return st.lists(each, min_size=2, max_size=30).filter(
        lambda rows: {arm for _, _, arm, _ in rows} == set(arms)
    )


often = settings(max_examples=40, deadline=None)


def _counted(subjects: list[Subject], *, stratified: bool = False) -> SurvivalCounts:
    times, events, arms, strata = zip(*subjects, strict=True)
    return SurvivalCounts.from_subjects(
        times, events, arms=list(arms), strata=list(strata) if stratified else None
    )


def _or_none(estimate: Callable[[], Answer]) -> Answer | None:
    """Where there is no answer, saying so is the right answer."""
    try:
        return estimate()
    except NotEstimableError:
        return None


@often
@given(_subjects("ABC"), WEIGHTS, st.booleans())
def test_every_weighted_test_is_a_test(
    subjects: list[Subject], weight: Weight, stratified: bool
) -> None:
    result = _or_none(lambda: test_logrank(_counted(subjects, stratified=stratified), weight))
    if result is not None:
        check_logrank(result)


@often
@given(_subjects("AB"))
def test_without_censoring_gehan_is_the_test_of_rho_1(subjects: list[Subject]) -> None:
    # Then the share alive is the share at risk.
    data = _counted([(time, 1, *rest) for time, _, *rest in subjects])
    gehan = _or_none(lambda: test_logrank(data, GEHAN))
    survival = _or_none(lambda: test_logrank(data, fleming_harrington(1, 0)))
    assert (gehan is None) == (survival is None)
    if gehan is not None and survival is not None:
        assert gehan.z == pytest.approx(survival.z, rel=1e-9, abs=1e-10)


@often
@given(_subjects("AB"), WEIGHTS, st.booleans())
def test_turning_the_arms_turns_the_sign(
    subjects: list[Subject], weight: Weight, stratified: bool
) -> None:
    data = _counted(subjects, stratified=stratified)
    one = _or_none(lambda: test_logrank(data, weight))
    other = _or_none(lambda: test_logrank(data.of_arms(("B", "A")), weight))
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert one.z == pytest.approx(-other.z, rel=1e-8, abs=1e-10)
        assert one.one_sided("fewer") == pytest.approx(other.one_sided("more"), abs=1e-10)


@often
@given(_subjects("AB"), st.booleans(), st.sampled_from(["two-sided", "fewer", "more"]))
def test_maxcombo_lies_between_its_smallest_p_value_and_bonferroni(
    subjects: list[Subject], stratified: bool, alternative: str
) -> None:
    data = _counted(subjects, stratified=stratified)
    result = _or_none(lambda: test_maxcombo(data, alternative=alternative))
    if result is not None:
        smallest = result.table["p_value"].min()
        slack = result.p_value_error + 1e-9
        assert smallest - slack <= result.p_value <= min(1, 4 * smallest) + slack
        assert result.p_value_error < 1e-6


@often
@given(_subjects("ABC"), st.integers(-2, 3))
def test_restricted_means_scale_with_time(subjects: list[Subject], power: int) -> None:
    data = _counted(subjects)
    slower = SurvivalCounts(
        frame=data.frame.assign(time=data.frame["time"] * 2.0**power), arms=data.arms
    )
    one, other = (_or_none(lambda c=c: compare_restricted_means(c)) for c in (data, slower))
    assert (one is None) == (other is None)
    if one is None or other is None:
        return
    arms = one.by_arm
    assert arms["rmst"].between(0, one.horizon).all()
    np.testing.assert_allclose(arms["rmst"] + arms["rmtl"], one.horizon, rtol=1e-12)
    check_ordered(arms["lower"], arms["rmst"], arms["upper"])
    for name in ("rmst", "std_err", "rmtl"):
        np.testing.assert_allclose(arms[name] * 2.0**power, other.by_arm[name], rtol=1e-9)
    check_probabilities(one.contrasts["p_value"])


@often
@given(_subjects("ABC"), st.floats(0, 8))
def test_milestones_and_differences_are_of_probabilities(
    subjects: list[Subject], time: float
) -> None:
    data = _counted(subjects)
    curves = difference_of_curves(data).table
    assert curves["difference"].between(-1, 1).all()
    assert (curves["std_err"].dropna() > 0).all()
    result = _or_none(lambda: compare_at_milestone(data, time))
    if result is None:
        return
    check_probabilities(result.tests["p_value"])
    difference = result.differences
    check_ordered(difference["lower"], difference["difference"], difference["upper"])
    if difference["std_err"].isna().any():
        return
    assert (result.tests["statistic"] >= 0).all()


@often
@given(_subjects("AB"))
def test_hazard_lies_below_minus_the_log_of_survival(subjects: list[Subject]) -> None:
    data = _counted(subjects)
    hazard, survival = fit_nelson_aalen(data).table, fit_kaplan_meier(data).to_frame()["survival"]
    assert (np.diff(hazard["cumulative_hazard"])[np.diff(hazard["time"]) > 0] >= 0).all()
    assert (np.exp(-hazard["cumulative_hazard"]) >= survival - 1e-12).all()
    known = hazard.dropna()
    check_ordered(known["lower"], known["cumulative_hazard"], known["upper"])


@often
@given(_subjects("AB"))
def test_weights_of_one_and_entries_at_zero_are_kaplan_meier(subjects: list[Subject]) -> None:
    times, events, arms, _ = zip(*subjects, strict=True)
    later = np.array(times) + 1
    usual = fit_kaplan_meier(SurvivalCounts.from_subjects(later, events, arms=list(arms)))
    weighted = fit_weighted_kaplan_meier(
        later, events, weights=np.ones(len(times)), arms=list(arms)
    )
    np.testing.assert_allclose(weighted.table["survival"], usual.to_frame()["survival"], atol=1e-12)
    entered = EntryCounts.from_subjects(np.zeros(len(times)), later, events, arms=list(arms))
    assert same(fit_left_truncated(entered), usual)


DATA = SurvivalCounts.from_subjects(
    [1, 2, 2, 3, 5, 8, 9, 9], [1, 1, 0, 1, 1, 0, 1, 0], arms=list("ABABABAB"), endpoint="Überleben"
)
RESULTS = [
    GEHAN,
    test_logrank(DATA, PETO),
    test_trend(DATA),
    test_pairs(DATA),
    test_maxcombo(DATA),
    peto_hazard_ratio(DATA),
    compare_restricted_means(DATA),
    compare_at_milestone(DATA, 3),
    difference_of_curves(DATA),
    fit_nelson_aalen(DATA),
    log_minus_log(DATA),
    smooth_hazard(DATA),
    EntryCounts.from_subjects([0, 1], [2, 3], [1, 0]),
    fit_left_truncated(EntryCounts.from_subjects([0, 1], [2, 3], [1, 0])),
    fit_weighted_kaplan_meier([1, 2], [1, 0], weights=[0.5, 1.5]),
    fit_turnbull([0, 1, 2], [1, 3, float("inf")]),
]


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: type(result).__name__)
def test_every_result_travels(result: Result) -> None:
    text = result.to_json()
    back = type(result).from_json(text)
    assert same(back, result)
    assert back.to_json() == text
    assert same(Result.from_json(text), result)
    assert len(result.to_frame())
