"""Points of the log-minus-log plot."""

from __future__ import annotations

import numpy as np

from analytics.survival import SurvivalCounts, fit_kaplan_meier, log_minus_log
from tests.analytics.survival.oracle_data import counts


def test_points_are_the_steps_of_the_curve_transformed() -> None:
    data = counts("veteran", None)
    table = log_minus_log(data).table
    for curve in fit_kaplan_meier(data).curves:
        own = table[table["arm"] == curve.arm]
        steps = curve.table[(curve.table["events"] > 0) & (curve.table["survival"] > 0)]
        np.testing.assert_array_equal(own["time"], steps["time"])
        np.testing.assert_allclose(own["log_time"], np.log(steps["time"]))
        np.testing.assert_allclose(np.exp(-np.exp(own["log_minus_log"])), steps["survival"])


def test_what_has_no_logarithm_has_no_point() -> None:
    # An event at 0, censoring before any event, and survival of 0 at the end.
    data = SurvivalCounts.from_subjects([0, 2, 3, 1, 4, 5], [1, 1, 1, 0, 1, 1], arms=list("AAABBB"))
    table = log_minus_log(data).table
    assert table[["arm", "time"]].to_numpy().tolist() == [["A", 2.0], ["B", 4.0]]


def test_no_points_at_all() -> None:
    assert log_minus_log(SurvivalCounts.from_subjects([1, 2], [0, 0])).table.empty
