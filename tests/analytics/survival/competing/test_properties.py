"""What holds for any competing counts: ties, zeros, strata, causes without events."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.checks import NotEstimableError
from analytics.results import same
from analytics.survival import fit_cox_by_arm
from analytics.survival.competing import (
    CompetingCounts,
    fit_aalen_johansen,
    fit_competing_hazards,
    fit_fine_gray,
    test_gray,
)
from tests.analytics.survival.competing.invariants import (
    check_aalen_johansen,
    check_gray,
    check_hazards,
)

Answer = TypeVar("Answer")
Subject = tuple[float, str, str, str]

_TIMES = st.one_of(st.integers(0, 6).map(float), st.floats(0, 1e4).map(lambda time: round(time, 3)))
SUBJECTS = st.lists(
    st.tuples(
        _TIMES,
        st.sampled_from(["one", "two", "three", ""]),
        st.sampled_from("ABC"),
        st.sampled_from("xy"),
    ),
    min_size=1,
    max_size=30,
)
often = settings(max_examples=40, deadline=None)


def _counted(subjects: list[Subject], *, stratified: bool = False) -> CompetingCounts:
    times, causes, arms, strata = zip(*subjects, strict=True)
    return CompetingCounts.from_subjects(
        times,
        causes,
        arms=arms,
        strata=strata if stratified else None,
        cause_order=("one", "two", "three"),
    )


def _or_none(estimate: Callable[[], Answer]) -> Answer | None:
    """Where there is no answer, saying so is the right answer."""
    try:
        return estimate()
    except NotEstimableError:
        return None


@often
@given(
    SUBJECTS, st.sampled_from(["greenwood", "aalen"]), st.sampled_from(["log-log", "log", "plain"])
)
def test_every_incidence_is_an_incidence(
    subjects: list[Subject], variance: str, interval: str
) -> None:
    check_aalen_johansen(
        fit_aalen_johansen(_counted(subjects), variance=variance, interval=interval)
    )


@often
@given(SUBJECTS)
def test_incidence_is_below_its_overestimate(subjects: list[Subject]) -> None:
    result = fit_aalen_johansen(_counted(subjects))
    found = result.overestimate(sorted({time for time, *_ in subjects})).dropna()
    assert (found["incidence"] <= found["overestimate"] + 1e-12).all()


def _incidence(
    time: np.ndarray, cause: np.ndarray, weight: np.ndarray, when: np.ndarray
) -> np.ndarray:
    """The incidence of "one" with weights on the subjects, step by step."""
    event_free, incidence, found = 1.0, 0.0, []
    for step in when:
        at_risk = weight[time >= step].sum()
        now = time == step
        incidence += event_free * weight[now & (cause == "one")].sum() / at_risk
        event_free *= 1 - weight[now & (cause != "")].sum() / at_risk
        found.append(incidence)
    return np.array(found)


@often
@given(SUBJECTS)
def test_greenwood_is_the_infinitesimal_jackknife(subjects: list[Subject]) -> None:
    time = np.array([one[0] for one in subjects])
    cause = np.array([one[1] for one in subjects])
    when = np.unique(time)
    moved = 1e-5 * np.eye(time.size)
    change = [
        (_incidence(time, cause, 1 + one, when) - _incidence(time, cause, 1 - one, when)) / 2e-5
        for one in moved
    ]
    data = CompetingCounts.from_subjects(time, cause.tolist(), cause_order=("one", "two", "three"))
    table = fit_aalen_johansen(data).curve("All subjects", "one").table.set_index("time")
    found = table["std_err"].loc[when].fillna(0.0) ** 2
    np.testing.assert_allclose(found, np.square(change).sum(axis=0), rtol=1e-4, atol=1e-8)


@often
@given(SUBJECTS, st.booleans(), st.sampled_from([0.0, 1.0, -0.5]))
def test_every_gray_test_is_a_test(subjects: list[Subject], stratified: bool, rho: float) -> None:
    data = _counted(subjects, stratified=stratified)
    result = _or_none(lambda: test_gray(data, cause="one", rho=rho))
    if result is not None:
        check_gray(result)


@often
@given(SUBJECTS, st.permutations("ABC"), st.booleans())
def test_gray_does_not_depend_on_names(
    subjects: list[Subject], names: list[str], stratified: bool
) -> None:
    renamed = dict(zip("ABC", names, strict=True))
    other = [(time, cause, renamed[arm], stratum) for time, cause, arm, stratum in subjects]
    one, two = (
        _or_none(lambda rows=rows: test_gray(_counted(rows, stratified=stratified), cause="one"))
        for rows in (subjects, other)
    )
    assert (one is None) == (two is None)
    if one is not None and two is not None:
        assert one.statistic == pytest.approx(two.statistic, rel=1e-6, abs=1e-9)


@often
@given(SUBJECTS)
def test_gray_takes_the_other_causes_as_one(subjects: list[Subject]) -> None:
    merged = [
        (time, "two" if cause == "three" else cause, *rest) for time, cause, *rest in subjects
    ]
    one, other = (
        _or_none(lambda rows=rows: test_gray(_counted(rows), cause="one"))
        for rows in (subjects, merged)
    )
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert same(one.statistic, other.statistic)


@often
@given(SUBJECTS)
def test_without_competing_events_fine_and_gray_is_cox(subjects: list[Subject]) -> None:
    alone = [(time, "one" if cause == "one" else "", *rest) for time, cause, *rest in subjects]
    _same_as_cox(_counted(alone), _counted(alone))


@often
@given(SUBJECTS)
def test_with_nobody_censored_those_with_competing_events_stay(subjects: list[Subject]) -> None:
    complete = [(time, cause or "two", *rest) for time, cause, *rest in subjects]
    forever = [
        (time if cause == "one" else 1e6, cause if cause == "one" else "", *rest)
        for time, cause, *rest in complete
    ]
    _same_as_cox(_counted(complete), _counted(forever))


def _same_as_cox(competing: CompetingCounts, alone: CompetingCounts) -> None:
    if len(competing.arms) < 2:
        return
    table = fit_competing_hazards(competing, ties="breslow").table
    ours = table[(table["cause"] == "one") & (table["model"] == "subdistribution")]
    cox = _or_none(lambda: fit_cox_by_arm(alone.for_cause("one"), ties="breslow"))
    assert ours["hazard_ratio"].isna().all() == (cox is None)
    if cox is not None:
        np.testing.assert_allclose(
            ours["log_hazard_ratio"], cox.table["log_hazard_ratio"], rtol=1e-6, atol=1e-8
        )


@often
@given(SUBJECTS, st.booleans())
def test_every_hazard_ratio_is_a_ratio(subjects: list[Subject], by_arm: bool) -> None:
    data = _counted(subjects, stratified=True)
    result = _or_none(lambda: fit_competing_hazards(data, censoring_by_arm=by_arm))
    if result is not None:
        check_hazards(result)


@often
@given(SUBJECTS, st.lists(st.integers(-3, 3), min_size=30, max_size=30))
def test_counted_rows_and_single_subjects_have_one_answer(
    subjects: list[Subject], values: list[int]
) -> None:
    table = pd.DataFrame(subjects, columns=["time", "cause", "arm", "stratum"])
    table["x"] = values[: len(table)]
    counted = table.groupby(["time", "cause", "x"], as_index=False).size()
    one = _or_none(
        lambda: fit_fine_gray(table["time"], table["cause"].tolist(), table[["x"]], cause="one")
    )
    other = _or_none(
        lambda: fit_fine_gray(
            counted["time"],
            counted["cause"].tolist(),
            counted[["x"]],
            cause="one",
            numbers=counted["size"],
        )
    )
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        columns = ["coefficient", "std_err"]
        np.testing.assert_allclose(one.table[columns], other.table[columns], rtol=1e-5, atol=1e-8)


@often
@given(SUBJECTS, st.randoms(use_true_random=False))
def test_counts_and_rows_give_the_same_answer(subjects: list[Subject], random: object) -> None:
    data = _counted(subjects, stratified=True)
    shuffled = list(subjects)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again = CompetingCounts(
        frame=data.frame.sample(frac=1, random_state=0), arms=data.arms, causes=data.causes
    )
    assert same(data, again)
    assert same(data, _counted(shuffled, stratified=True))


@often
@given(SUBJECTS, st.integers(2, 4))
def test_the_unit_of_time_makes_no_difference(subjects: list[Subject], factor: int) -> None:
    data = _counted(subjects)
    slower = data.frame.assign(time=data.frame["time"] * 2.0**factor)
    stretched = CompetingCounts(frame=slower, arms=data.arms, causes=data.causes)
    columns = ["incidence", "std_err", "lower", "upper"]
    one, other = (fit_aalen_johansen(each).to_frame()[columns] for each in (data, stretched))
    assert same(one, other)


@often
@given(SUBJECTS)
def test_results_survive_the_wire(subjects: list[Subject]) -> None:
    result = fit_aalen_johansen(_counted(subjects))
    assert same(type(result).from_json(result.to_json()), result)
