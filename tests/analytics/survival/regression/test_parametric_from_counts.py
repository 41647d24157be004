"""Fits from counts are the fits from rows; where Newton loses its way it says so."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.survival import SurvivalCounts
from analytics.survival.regression import FollowUp, fit_parametric
from analytics.survival.regression.parametric.from_counts import fit_parametric_to_counts

EVERY = {
    "exponential": (),
    "weibull": (),
    "gompertz": (),
    "lognormal": (),
    "loglogistic": (),
    "gengamma": (),
    "piecewise": (6.0, 15.0),
}


@pytest.mark.parametrize("name", EVERY)
def test_counts_and_rows_give_the_same_fit(name: str) -> None:
    rng = np.random.default_rng(3)
    death, end = rng.lognormal(2.5, 0.8, 200), rng.uniform(5, 40, 200)
    time, event = np.ceil(np.minimum(death, end)), (death <= end) * 1
    arms = ["A", "B"] * 100
    counts = SurvivalCounts.from_subjects(
        time, event, arms=arms, strata=["x", "y", "y", "x"] * 50, time_unit="months"
    )
    rows = pd.DataFrame({"time": time, "event": event, "arm": arms})
    parts = FollowUp(frame=rows, time="time", event="event", time_unit="months").split("arm")
    from_rows = fit_parametric(parts["B"], distribution=name, cuts=EVERY[name])
    found = fit_parametric_to_counts(counts, "B", distribution=name, cuts=EVERY[name])
    for what in ("aic", "bic", "log_likelihood", "last_time"):
        assert getattr(found, what) == pytest.approx(getattr(from_rows, what), rel=1e-9), what
    assert (found.rows, found.events) == (from_rows.rows, from_rows.events)
    assert found.method == from_rows.method
    assert found.estimates == pytest.approx(from_rows.estimates, rel=1e-6)
    assert found.covariance == pytest.approx(from_rows.covariance, rel=1e-5)


def test_says_why_there_is_no_fit() -> None:
    counts = SurvivalCounts.from_subjects([1, 2, 3], [1, 0, 0], arms=["A", "B", "B"])
    with pytest.raises(NotEstimableError, match="no events"):
        fit_parametric_to_counts(counts, "B")
    with pytest.raises(InputError, match="the arms are 'A', 'B'"):
        fit_parametric_to_counts(counts, "C")


def test_times_of_zero_are_refused() -> None:
    counts = SurvivalCounts.from_subjects([0, 2, 3], [1, 1, 0])
    with pytest.raises(InputError, match="times > 0"):
        fit_parametric_to_counts(counts, "All subjects")


def test_a_likelihood_without_curvature_is_no_crash() -> None:
    """A small arm, most of it censored at the end, once ended in an error of linear algebra."""
    days = [8, 8, 22, 30, 44, 68, 29, 36, 78, *[84] * 31]
    counts = SurvivalCounts.from_subjects(
        np.array(days) / 30.4375, [1] * 6 + [0] * 34, time_unit="months"
    )
    with pytest.raises(NotEstimableError, match="No fit: the likelihood"):
        fit_parametric_to_counts(counts, "All subjects", distribution="gengamma")
