"""What every estimate must satisfy, whatever the data."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from analytics.survival import CoxByArm, Curve, KaplanMeier, LogRank

ROUNDING = 1e-12


def check_probabilities(values: ArrayLike) -> None:
    """Within 0 and 1, NaN (not estimable) left out."""
    known = np.asarray(values, dtype=float)
    known = known[~np.isnan(known)]
    assert ((known >= 0) & (known <= 1)).all()


def check_not_increasing(values: ArrayLike) -> None:
    """Never up, rounding apart."""
    assert (np.diff(np.asarray(values, dtype=float)) <= ROUNDING).all()


def check_ordered(lower: ArrayLike, estimate: ArrayLike, upper: ArrayLike) -> None:
    """Limits on either side of the estimate, and both there or neither."""
    low, middle, high = (np.asarray(one, dtype=float) for one in (lower, estimate, upper))
    assert (np.isnan(low) == np.isnan(high)).all()
    known = ~np.isnan(low)
    assert (low[known] <= middle[known] + ROUNDING).all()
    assert (middle[known] <= high[known] + ROUNDING).all()


def check_curve(curve: Curve) -> None:
    """One arm's Kaplan–Meier estimate."""
    table = curve.table
    assert table["time"].iloc[0] == 0
    assert (np.diff(table["time"]) > 0).all()
    check_probabilities(table["survival"])
    check_not_increasing(table["survival"])
    check_not_increasing(table["at_risk"])
    check_ordered(table["lower"], table["survival"], table["upper"])
    check_probabilities(table[["lower", "upper"]])
    assert table["at_risk"].iloc[0] == curve.subjects
    assert table["events"].sum() == curve.events
    assert (table["events"] + table["censored"]).sum() == curve.subjects
    assert table["std_err"].isna().equals(table["survival"] == 0)


def check_kaplan_meier(result: KaplanMeier) -> None:
    """The estimate of all arms and what is read off it."""
    for curve in result.curves:
        check_curve(curve)
    for p in (0.25, 0.5):
        earlier, later = result.quantile(p), result.quantile(p + 0.25)
        both = ~(earlier["estimate"].isna() | later["estimate"].isna())
        assert (earlier["estimate"][both] <= later["estimate"][both]).all()
        known = earlier.dropna()
        check_ordered(known["lower"], known["estimate"], known["upper"])


def check_logrank(result: LogRank) -> None:
    """A test of equal hazards."""
    check_probabilities([result.p_value])
    assert result.statistic >= 0
    assert np.isclose(result.table["observed"].sum(), result.table["expected"].sum())
    variance = result.variance.to_numpy()
    scale = max(1.0, np.abs(variance).max())  # weights can be large
    np.testing.assert_allclose(variance, variance.T, atol=ROUNDING * scale)
    np.testing.assert_allclose(variance.sum(axis=0), 0, atol=1e-9 * scale)


def check_cox(result: CoxByArm) -> None:
    """Hazard ratios by arm."""
    table = result.table
    assert (table["lower"] > 0).all()
    check_ordered(table["lower"], table["hazard_ratio"], table["upper"])
    check_probabilities(table["p_value"])
    check_probabilities(result.tests["p_value"])
    assert result.log_likelihood >= result.log_likelihood_null - 1e-9
