"""Kaplan–Meier against R, against lifelines, and at its edges."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter

from analytics.checks import InputError
from analytics.survival import KaplanMeier, SurvivalCounts, fit_kaplan_meier
from tests.analytics.survival.oracle_data import counts, needs_trial_data, oracle_table, subjects
from tests.invariants import check_kaplan_meier

TABLE = oracle_table("kaplan_meier")
FITS = TABLE[["case", "data", "interval", "confidence_level"]].drop_duplicates()


@pytest.mark.parametrize("fit", list(FITS.itertuples()), ids=FITS["case"].tolist())
def test_agrees_with_the_reference(fit: tuple, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue("trial_data") if needs_trial_data(fit.data) else None
    result = fit_kaplan_meier(
        counts(fit.data, folder), interval=fit.interval, confidence_level=fit.confidence_level
    )
    check_kaplan_meier(result)
    for row in TABLE[TABLE["case"] == fit.case].itertuples():
        found = _found(result, row.quantity, float(row.at)).loc[row.arm]
        expected = pytest.approx(row.expected, rel=row.tolerance, abs=row.tolerance, nan_ok=True)
        assert found == expected, f"{row.arm}, {row.quantity} at {row.at}"


def _found(result: KaplanMeier, quantity: str, at: float) -> pd.Series:
    kind, _, limit = quantity.partition("_")
    if kind == "quantile":
        return result.quantile(at).set_index("arm")[limit or "estimate"]
    if kind == "followup":
        return result.median_followup().set_index("arm")[limit or "estimate"]
    return result.landmark(at).set_index("arm")[quantity]


@pytest.mark.parametrize("data", ["aml", "lung_by_sex", "veteran", "rotterdam", "time_zero"])
def test_agrees_with_lifelines(data: str) -> None:
    rows = subjects(data, None)
    for curve in fit_kaplan_meier(counts(data, None)).curves:
        own = rows[rows["arm"] == curve.arm]
        theirs = KaplanMeierFitter().fit(own["time"], own["event"])
        table = curve.table.set_index("time")
        survival = theirs.survival_function_.iloc[:, 0]
        np.testing.assert_allclose(table["survival"], survival, rtol=1e-12, atol=1e-15)
        inside = (survival > 0) & (survival < 1)
        limits = theirs.confidence_interval_[inside]
        np.testing.assert_allclose(table.loc[inside, ["lower", "upper"]], limits, rtol=1e-12)


def test_median_not_reached_is_nan() -> None:
    result = fit_kaplan_meier(SurvivalCounts.from_subjects([1, 2, 3], [1, 0, 0]))
    assert result.quantile(0.5)[["estimate", "lower", "upper"]].isna().sum(axis=1).tolist() == [2]
    assert result.quantile(0.5)["lower"].tolist() == [1.0]


@pytest.mark.parametrize("n", range(2, 500, 2))
def test_median_of_an_even_number_of_deaths_is_the_midpoint(n: int) -> None:
    result = fit_kaplan_meier(SurvivalCounts.from_subjects(range(1, n + 1), [1] * n))
    assert result.quantile(0.5)["estimate"].tolist() == [(n + 1) / 2]


def test_a_limit_that_rises_again_counts_from_its_first_crossing() -> None:
    # With interval "log" an upper limit can rise late. R sorts the levels and may then answer
    # with the time at which it has come back; the set of plausible medians ended earlier.
    times = [9, 14, 17, 21, 45, 52, 57, 61, 65, 75, 78]
    censored = [12, 25, 26, 29, 36, 39, 41, 44, 56, 58, 59, 70, 71, 72, 79]
    data = SurvivalCounts.from_subjects(times + censored, [1] * 11 + [0] * 15)
    result = fit_kaplan_meier(data, interval="log")
    assert np.diff(result.curves[0].table["upper"]).max() > 0
    assert result.quantile(0.1)["upper"].tolist() == [61.0]


def test_beyond_the_last_time_survival_is_not_estimable() -> None:
    result = fit_kaplan_meier(SurvivalCounts.from_subjects([1, 4], [1, 0]))
    assert result.landmark(4)["survival"].tolist() == [0.5]
    beyond = result.landmark(4.1)
    assert beyond[["survival", "std_err", "lower", "upper"]].isna().all(axis=None)
    assert beyond["at_risk"].tolist() == [0]


def test_limits_are_not_estimable_where_survival_is_zero_or_has_not_moved() -> None:
    data = SurvivalCounts.from_subjects([1, 2, 3], [0, 1, 1])
    for interval, unmoved in [("log-log", True), ("arcsin", True), ("log", False)]:
        table = fit_kaplan_meier(data, interval=interval).curves[0].table
        assert table["lower"].isna().tolist() == [False, unmoved, False, True]
        assert table["upper"].isna().tolist() == [False, unmoved, False, True]


@pytest.mark.parametrize(
    ("times", "events"), [([5], [1]), ([5], [0]), ([0], [1]), ([0], [0]), ([3, 3, 3], [1, 1, 0])]
)
def test_small_data(times: list[float], events: list[int]) -> None:
    result = fit_kaplan_meier(SurvivalCounts.from_subjects(times, events))
    check_kaplan_meier(result)
    assert result.curves[0].subjects == len(times)


def test_numbers_at_risk_count_those_who_reach_the_time() -> None:
    data = SurvivalCounts.from_subjects([0, 1, 2, 2, 3], [1, 0, 1, 0, 1])
    numbers = fit_kaplan_meier(data).at_risk([0, 1, 2, 2.5, 9])
    assert numbers["at_risk"].tolist() == [5, 4, 3, 1, 0]
    assert numbers["events"].tolist() == [1, 1, 2, 2, 3]
    assert numbers["censored"].tolist() == [0, 1, 2, 2, 2]


def test_strata_are_pooled() -> None:
    times, events = [1, 2, 2, 3], [1, 1, 0, 1]
    apart = SurvivalCounts.from_subjects(times, events, strata=["x", "y", "x", "y"])
    pooled = SurvivalCounts.from_subjects(times, events)
    one, other = (fit_kaplan_meier(data).to_frame() for data in (apart, pooled))
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize("p", [0, 1, -0.1, float("nan")])
def test_quantile_refuses_what_is_no_share(p: float) -> None:
    with pytest.raises(InputError, match="0 < p < 1"):
        fit_kaplan_meier(SurvivalCounts.from_subjects([1], [1])).quantile(p)


@pytest.mark.parametrize("time", [-1, float("nan"), float("inf")])
def test_times_asked_for_are_finite_and_not_negative(time: float) -> None:
    result = fit_kaplan_meier(SurvivalCounts.from_subjects([1], [1]))
    with pytest.raises(InputError, match="time < infinity"):
        result.landmark(time)
    with pytest.raises(InputError, match="finite"):
        result.at_risk([time])


def test_refuses_an_unknown_interval_and_an_impossible_level() -> None:
    data = SurvivalCounts.from_subjects([1], [1])
    with pytest.raises(InputError, match=r"interval in .*log-log.* but got interval='loglog'"):
        fit_kaplan_meier(data, interval="loglog")
    with pytest.raises(InputError, match="0 < confidence_level < 1"):
        fit_kaplan_meier(data, confidence_level=95)
