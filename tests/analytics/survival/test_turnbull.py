"""Turnbull's estimate against R, against Kaplan–Meier, and its certificate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.checks import InputError
from analytics.survival import SurvivalCounts, Turnbull, fit_kaplan_meier, fit_turnbull
from tests.analytics.survival.oracle_data import ORACLES, agree, cases, oracle_table

INF = float("inf")
TABLE = oracle_table("turnbull")
INTERVALS = st.lists(
    st.tuples(st.integers(0, 8), st.sampled_from([0, 1, 2, 3, 5, INF])).filter(any),
    min_size=1,
    max_size=25,
)


@pytest.mark.parametrize("case", cases(TABLE, "file", "arm"))
def test_agrees_with_the_reference(case: Any) -> None:
    rows = pd.read_csv(ORACLES / "data" / case.file)
    if case.arm:
        rows = rows[rows["arm"] == case.arm]
    result = fit_turnbull(rows["left"], rows["right"])
    _check(result)
    expected = TABLE[TABLE["case"] == case.case]
    # R's survfit stops early: its rows have an absolute tolerance, which the others do not need.
    for tolerance, own in expected.groupby("tolerance"):
        agree(own, lambda row: _survival(result, row.at), absolute=tolerance)


def _survival(result: Turnbull, time: float) -> float:
    at = result.at(time).iloc[0]
    assert at["lowest"] == at["highest"]
    return at["highest"]


def _check(result: Turnbull) -> None:
    for arm in result.arms:
        own = result.table[result.table["arm"] == arm]
        assert own["mass"].sum() == pytest.approx(1)
        assert (own["mass"] >= 0).all()
        assert (own["left"] <= own["right"]).all()
        assert (own["right"].to_numpy()[:-1] <= own["left"].to_numpy()[1:]).all()
    assert (result.fits["excess"] <= 1e-9).all()


@settings(max_examples=60, deadline=None)
@given(INTERVALS)
def test_the_certificate_holds_by_its_definition(given_: list[tuple[float, float]]) -> None:
    left = np.array([after for after, _ in given_], float)
    right = left + [width for _, width in given_]
    result = fit_turnbull(left, right)
    _check(result)
    mass = result.table["mass"].to_numpy()
    ends = zip(left, right, strict=True)
    inside = np.array([[_covers(*own, *cell) for cell in _cells(result)] for own in ends])
    probability = inside @ mass
    assert (probability > 0).all()
    derivative = (inside / probability[:, None]).mean(axis=0)
    assert derivative.max() <= 1 + 1e-8
    assert np.abs(mass * (derivative - 1)).max() <= 1e-8
    likelihood = float(np.log(probability).sum())
    assert result.fits["log_likelihood"][0] == pytest.approx(likelihood, abs=1e-9)


def _cells(result: Turnbull) -> list[tuple[float, float]]:
    return list(result.table[["left", "right"]].itertuples(index=False, name=None))


def _covers(after: float, until: float, left: float, right: float) -> bool:
    if after == until:
        return left == right == after
    if left == right:
        return after < left <= until
    return after <= left and right <= until


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=1, max_size=25))
def test_exact_and_right_censored_times_are_kaplan_meier(rows: list[tuple[int, bool]]) -> None:
    times, events = (np.array(each) for each in zip(*rows, strict=True))
    result = fit_turnbull(times, np.where(events, times, INF))
    table = fit_kaplan_meier(SurvivalCounts.from_subjects(times, events)).curves[0].table
    for time, survival in table[["time", "survival"]].itertuples(index=False):
        assert result.at(time)["highest"][0] == pytest.approx(survival, abs=1e-7)


@settings(max_examples=30, deadline=None)
@given(INTERVALS)
def test_rows_twice_change_nothing(given_: list[tuple[float, float]]) -> None:
    left = np.array([after for after, _ in given_], float)
    right = left + [width for _, width in given_]
    once, twice = fit_turnbull(left, right), fit_turnbull(np.tile(left, 2), np.tile(right, 2))
    likelihoods = (2 * once.fits["log_likelihood"][0], twice.fits["log_likelihood"][0])
    assert likelihoods[0] == pytest.approx(likelihoods[1], abs=1e-6)
    np.testing.assert_allclose(once.table["mass"], twice.table["mass"], atol=1e-4)


def test_between_the_ends_survival_is_not_determined() -> None:
    result = fit_turnbull([0, 2, 4], [2, 4, INF])
    inside, outside = result.at(3).iloc[0], result.at(4).iloc[0]
    assert (inside["lowest"], inside["highest"]) == pytest.approx((1 / 3, 2 / 3))
    assert (outside["lowest"], outside["highest"]) == pytest.approx((1 / 3, 1 / 3))
    beyond = result.at(100).iloc[0]
    assert (beyond["lowest"], beyond["highest"]) == pytest.approx((0, 1 / 3))


def test_quantiles_are_intervals() -> None:
    result = fit_turnbull([0, 2, 4, 1], [2, 4, INF, 1], arms=list("AAAB"))
    found = result.quantile(0.5).set_index("arm")
    assert found.loc["A"].tolist() == [2, 4]
    assert found.loc["B"].tolist() == [1, 1]
    assert result.quantile(0.9).iloc[0, 1:].isna().all()


def test_one_subject_and_nobody_ever_found() -> None:
    single = fit_turnbull([3], [7])
    assert single.table[["left", "right", "mass"]].to_numpy().tolist() == [[3, 7, 1]]
    never = fit_turnbull([3, 5], [INF, INF])
    assert never.table[["left", "right", "mass"]].to_numpy().tolist() == [[5, INF, 1]]
    assert never.at(5)["lowest"].tolist() == [1]


def test_ends_equal_up_to_rounding_are_one() -> None:
    result = fit_turnbull([0, 0.1 + 0.2], [0.3, 1])
    assert result.table["right"].tolist() == [0.3, 1]


@pytest.mark.slow
def test_many_subjects() -> None:
    rng = np.random.default_rng(20260331)
    visits = rng.exponential(4, (20000, 12)).cumsum(axis=1)
    times = rng.weibull(1.3, 20000) * 20
    before = visits < times[:, None]
    result = fit_turnbull(
        np.where(before, visits, 0).max(axis=1), np.where(before, INF, visits).min(axis=1)
    )
    _check(result)
    truth = np.exp(-((15 / 20) ** 1.3))
    assert result.at(15)["highest"][0] == pytest.approx(truth, abs=0.05)


@pytest.mark.parametrize(
    ("left", "right", "sentence"),
    [
        ([2], [1], "0 <= left <= right.*left=2.0, right=1.0"),
        ([-1], [1], "0 <= left <= right"),
        ([np.nan], [1], "0 <= left <= right"),
        ([1], [np.nan], "0 <= left <= right"),
        ([INF], [INF], "left finite"),
        ([], [], "at least one subject"),
        ([1, 2], [3], "one value per subject"),
    ],
)
def test_refuses(left: list[float], right: list[float], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        fit_turnbull(left, right)


def test_refuses_arms_and_questions() -> None:
    with pytest.raises(InputError, match="names each arm that has subjects once"):
        fit_turnbull([1], [2], arms=["A"], order=("A", "B"))
    with pytest.raises(InputError, match="one value per subject"):
        fit_turnbull([1], [2], arms=["A", "B"])
    with pytest.raises(InputError, match="time_unit in"):
        fit_turnbull([1], [2], time_unit="moons")
    result = fit_turnbull([1], [2])
    with pytest.raises(InputError, match="0 <= time < infinity"):
        result.at(-1)
    with pytest.raises(InputError, match="0 < p < 1"):
        result.quantile(0)
