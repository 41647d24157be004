"""What every estimate under competing risks must satisfy, whatever the data."""

from __future__ import annotations

import numpy as np

from analytics.survival.competing import AalenJohansen, CompetingHazards, GrayTest, IncidenceCurve
from tests.invariants import check_not_increasing, check_ordered, check_probabilities


def check_incidence_curve(curve: IncidenceCurve) -> None:
    """One cause in one arm."""
    table = curve.table
    assert table["time"].iloc[0] == 0
    assert (np.diff(table["time"]) > 0).all()
    check_probabilities(table["incidence"].round(12))
    check_not_increasing(-table["incidence"])
    check_not_increasing(table["at_risk"])
    check_not_increasing(table["event_free"])
    check_ordered(table["lower"], table["incidence"], table["upper"])
    check_probabilities(table[["lower", "upper"]])
    leaving = table[["events", "competing", "censored"]].sum(axis=1)
    assert leaving.sum() == curve.subjects == table["at_risk"].iloc[0]
    assert table["events"].sum() == curve.events
    assert table["std_err"].isna().equals(table["incidence"] == 1)


def check_aalen_johansen(result: AalenJohansen) -> None:
    """All causes in all arms."""
    for curve in result.curves:
        check_incidence_curve(curve)
    for arm in result.arms:
        curves = [result.curve(arm, cause).table for cause in result.causes]
        total = sum(table["incidence"] for table in curves) + curves[0]["event_free"]
        np.testing.assert_allclose(total, 1, rtol=1e-12)
    bands = result.stacked()
    top = bands[bands["cause"] == result.causes[-1]]["top"]
    check_probabilities(top.round(12))


def check_gray(result: GrayTest) -> None:
    """A test of equal incidences."""
    check_probabilities([result.p_value])
    assert result.statistic >= 0
    assert np.isclose(result.table["observed"].sum(), result.table["expected"].sum())
    np.testing.assert_allclose(result.table["score"].sum(), 0, atol=1e-9)
    variance = result.variance.to_numpy()
    np.testing.assert_allclose(variance, variance.T, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(variance.sum(axis=0), 0, atol=1e-8 * max(1, abs(variance).max()))


def check_hazards(result: CompetingHazards) -> None:
    """Hazard ratios of both models."""
    table = result.table
    missing = table["hazard_ratio"].isna()
    assert missing.equals(table["not_estimable"] != "")
    known = table[~missing]
    assert (known["lower"].dropna() > 0).all()
    check_ordered(known["lower"], known["hazard_ratio"], known["upper"])
    check_probabilities(known["p_value"])
