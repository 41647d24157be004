"""What holds for any counts: ties, zeros, strata, arms of one subject, everybody censored."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test

from analytics.checks import NotEstimableError
from analytics.results import same
from analytics.survival import SurvivalCounts, fit_cox_by_arm, fit_kaplan_meier, test_logrank
from tests.invariants import check_cox, check_kaplan_meier, check_logrank

Answer = TypeVar("Answer")
Subject = tuple[float, int, str, str]

_TIMES = st.one_of(st.integers(0, 6).map(float), st.floats(0, 1e4).map(lambda time: round(time, 3)))
SUBJECTS = st.lists(
    st.tuples(_TIMES, st.integers(0, 1), st.sampled_from("ABC"), st.sampled_from("xy")),
    min_size=1,
    max_size=30,
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
@given(SUBJECTS, st.sampled_from(["log-log", "log", "plain", "arcsin", "logit"]))
def test_every_curve_is_a_curve(subjects: list[Subject], interval: str) -> None:
    check_kaplan_meier(fit_kaplan_meier(_counted(subjects), interval=interval))


@often
@given(SUBJECTS)
def test_every_followup_is_a_time_on_the_axis(subjects: list[Subject]) -> None:
    found = fit_kaplan_meier(_counted(subjects)).median_followup()["estimate"].dropna()
    assert found.between(0, max(time for time, *_ in subjects)).all()


@often
@given(SUBJECTS)
def test_survival_is_that_of_lifelines(subjects: list[Subject]) -> None:
    curves = fit_kaplan_meier(_counted(subjects)).curves
    for curve in curves:
        own = [(time, event) for time, event, arm, _ in subjects if arm == curve.arm]
        theirs = KaplanMeierFitter().fit(*zip(*own, strict=True)).survival_function_.iloc[:, 0]
        ours = curve.table.set_index("time")["survival"]
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-14)


@often
@given(SUBJECTS, st.booleans())
def test_every_logrank_test_is_a_test(subjects: list[Subject], stratified: bool) -> None:
    result = _or_none(lambda: test_logrank(_counted(subjects, stratified=stratified)))
    if result is not None:
        check_logrank(result)


@often
@given(SUBJECTS)
def test_logrank_is_that_of_lifelines(subjects: list[Subject]) -> None:
    ours = _or_none(lambda: test_logrank(_counted(subjects)))
    if ours is None or ours.degrees_of_freedom < len(ours.arms) - 1:
        return  # lifelines answers with a warning and NaN
    times, events, arms, _ = zip(*subjects, strict=True)
    theirs = multivariate_logrank_test(times, arms, events)
    assert ours.statistic == pytest.approx(theirs.test_statistic, rel=1e-8, abs=1e-12)


@often
@given(SUBJECTS, st.permutations("ABC"), st.booleans())
def test_logrank_does_not_depend_on_names(
    subjects: list[Subject], names: list[str], stratified: bool
) -> None:
    renamed = dict(zip("ABC", names, strict=True))
    other = [(time, event, renamed[arm], stratum) for time, event, arm, stratum in subjects]
    one, two = (
        _or_none(lambda rows=rows: test_logrank(_counted(rows, stratified=stratified)))
        for rows in (subjects, other)
    )
    assert (one is None) == (two is None)
    if one is not None and two is not None:
        assert one.statistic == pytest.approx(two.statistic, rel=1e-8, abs=1e-10)


@often
@given(SUBJECTS, st.sampled_from(["efron", "breslow"]), st.booleans())
def test_every_hazard_ratio_is_a_ratio(
    subjects: list[Subject], ties: str, stratified: bool
) -> None:
    data = _counted(subjects, stratified=stratified)
    result = _or_none(lambda: fit_cox_by_arm(data, ties=ties))
    if result is not None:
        check_cox(result)


@often
@given(SUBJECTS, st.booleans())
def test_without_ties_the_score_test_is_the_logrank_test(
    subjects: list[Subject], stratified: bool
) -> None:
    untied = [(float(rank), *rest) for rank, (_, *rest) in enumerate(subjects)]
    data = _counted(untied, stratified=stratified)
    cox = _or_none(lambda: fit_cox_by_arm(data))
    if cox is None:
        return
    test = test_logrank(data)  # where there is a hazard ratio, there is a test
    score = cox.tests.set_index("test")["statistic"]["score"]
    assert score == pytest.approx(test.statistic, rel=1e-8, abs=1e-10)


@often
@given(SUBJECTS)
def test_ties_make_no_difference_when_there_are_none(subjects: list[Subject]) -> None:
    data = _counted([(float(rank), *rest) for rank, (_, *rest) in enumerate(subjects)])
    one, other = (
        _or_none(lambda ties=ties: fit_cox_by_arm(data, ties=ties)) for ties in ("efron", "breslow")
    )
    assert (one is None) == (other is None)
    if one is None or other is None:
        return
    np.testing.assert_allclose(
        one.table["log_hazard_ratio"], other.table["log_hazard_ratio"], rtol=1e-8, atol=1e-9
    )


@often
@given(SUBJECTS, st.randoms(use_true_random=False))
def test_counts_and_rows_give_the_same_answer(subjects: list[Subject], random: object) -> None:
    rows = _counted(subjects, stratified=True)
    shuffled = list(subjects)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again = SurvivalCounts(frame=rows.frame.sample(frac=1, random_state=0), arms=rows.arms)
    assert same(rows, again)
    assert same(rows, _counted(shuffled, stratified=True))
    assert same(fit_kaplan_meier(rows), fit_kaplan_meier(again))


@often
@given(SUBJECTS, st.integers(2, 4))
def test_the_unit_of_time_makes_no_difference(subjects: list[Subject], factor: int) -> None:
    data = _counted(subjects)
    slower = data.frame.assign(time=data.frame["time"] * 2.0**factor)
    stretched = SurvivalCounts(frame=slower, arms=data.arms)
    one, other = (_or_none(lambda c=c: test_logrank(c)) for c in (data, stretched))
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert one.statistic == other.statistic


@often
@given(SUBJECTS)
def test_results_survive_the_wire(subjects: list[Subject]) -> None:
    result = fit_kaplan_meier(_counted(subjects))
    assert same(type(result).from_json(result.to_json()), result)
