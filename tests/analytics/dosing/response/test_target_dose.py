"""Target doses: closed forms, intervals, and effects that are not reached."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.checks import InputError, NotEstimableError
from analytics.dosing.response import (
    DoseEstimates,
    TargetDose,
    estimate_effective_dose,
    estimate_target_dose,
    fit_dose_response,
)
from analytics.results import same
from tests.analytics.dosing.response.oracle_shapes import BIOM_DOSES, biom


def line(slope: float, variance: float = 0.01) -> DoseEstimates:
    """Estimates on a straight line through 1 at placebo."""
    means = [1 + slope * dose for dose in BIOM_DOSES]
    covariance = tuple(map(tuple, (variance * np.eye(5)).tolist()))
    return DoseEstimates(doses=BIOM_DOSES, estimates=tuple(means), covariance=covariance)


@settings(max_examples=25)
@given(st.floats(0.1, 3), st.floats(0.05, 0.95), st.sampled_from([1, -1]))
def test_on_a_line_the_target_is_a_quotient(slope: float, share: float, sign: int) -> None:
    direction = "increase" if sign > 0 else "decrease"
    fit = fit_dose_response(line(sign * slope), "linear")
    found = estimate_target_dose(fit, share * slope, direction=direction, interval="delta")
    assert found.estimate == pytest.approx(share, rel=1e-9)
    error = share * fit.std_err[1] / slope
    reach = 1.959964 * error
    assert found.lower == pytest.approx(max(share - reach, 0), abs=1e-6)
    assert found.upper == pytest.approx(min(share + reach, 1), abs=1e-6)
    effective = estimate_effective_dose(fit, share, direction=direction, interval="delta")
    assert effective.estimate == pytest.approx(share, rel=1e-9)


@settings(max_examples=10)
@given(st.floats(0.05, 0.6))
def test_the_curve_has_the_effect_at_the_dose_and_not_before(difference: float) -> None:
    for family in ("emax", "quadratic", "logistic", "sigmoid-emax"):
        fit = fit_dose_response(biom(), family)
        try:
            dose = estimate_target_dose(fit, difference, interval="delta").estimate
        except NotEstimableError:
            assert np.ptp(fit.at(np.linspace(0, 1, 2001))) < difference + 1e-6
            continue
        assert float(fit.at(dose)[0] - fit.at(0.0)[0]) == pytest.approx(difference, abs=1e-9)
        before = fit.at(np.linspace(0, dose * 0.999, 300)) - fit.at(0.0)
        assert before.max() < difference


def test_an_effect_that_is_not_reached_is_said_so() -> None:
    fit = fit_dose_response(biom(), "emax")
    with pytest.raises(
        NotEstimableError, match=r"no difference of 0.9 .* largest benefit .* 0.653"
    ):
        estimate_target_dose(fit, 0.9)
    with pytest.raises(NotEstimableError, match="shows no benefit"):
        estimate_effective_dose(fit, 0.5, direction="decrease")


def test_an_effect_at_the_top_of_a_curve_only() -> None:
    """The top of this quadratic lies between doses of the trial."""
    doses = np.array(BIOM_DOSES)
    means = 4 * doses * (0.8 - doses)
    estimates = DoseEstimates(
        doses=BIOM_DOSES,
        estimates=tuple(means.tolist()),
        covariance=tuple(map(tuple, (0.01 * np.eye(5)).tolist())),
    )
    fit = fit_dose_response(estimates, "quadratic")
    found = estimate_target_dose(fit, 0.64 - 1e-9, interval="delta")
    assert found.estimate == pytest.approx(0.4, abs=1e-4)
    assert found.trial_dose is None


def test_the_bootstrap_says_how_often_the_effect_is_reached() -> None:
    fit = fit_dose_response(line(0.5, variance=0.04), "linear")
    found = estimate_target_dose(fit, 0.45, draws=4000)
    # The slope is normal: it reaches the effect with a known probability.
    from scipy.stats import norm

    expected = norm.cdf((0.5 - 0.45) / fit.std_err[1])
    assert found.reached == pytest.approx(expected, abs=4 * np.sqrt(0.25 / 4000))
    assert found.upper == np.inf
    assert 0 < found.lower < found.estimate
    again = estimate_target_dose(fit, 0.45, draws=4000)
    assert same(found, again)
    assert same(TargetDose.from_json(found.to_json()), found)
    assert not same(found, estimate_target_dose(fit, 0.45, draws=4000, seed=2))


@pytest.mark.slow
@pytest.mark.parametrize("interval", ["delta", "bootstrap"])
def test_intervals_cover_the_true_dose(interval: str) -> None:
    """1,000 trials with a true Emax curve and small errors."""
    doses, rng, covered, trials = np.array(BIOM_DOSES), np.random.default_rng(9), 0, 1000
    means = 0.2 + doses / (0.2 + doses)
    covariance = tuple(map(tuple, (0.001 * np.eye(5)).tolist()))
    for _ in range(trials):
        values = tuple((means + np.sqrt(0.001) * rng.standard_normal(5)).tolist())
        fit = fit_dose_response(
            DoseEstimates(doses=BIOM_DOSES, estimates=values, covariance=covariance), "emax"
        )
        found = estimate_target_dose(fit, 0.5, interval=interval, draws=400)
        covered += found.lower <= 0.2 <= found.upper
    assert covered / trials == pytest.approx(0.95, abs=0.03)


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ({"difference": -1}, "difference > 0"),
        ({"difference": float("nan")}, "difference > 0"),
        ({"difference": 0.4, "direction": "up"}, "direction in"),
        ({"difference": 0.4, "interval": "profile"}, "interval in"),
        ({"difference": 0.4, "level": 1.0}, "level < 1"),
        ({"difference": 0.4, "draws": 5}, "draws >= 100"),
        ({"difference": 0.4, "seed": -1}, "seed >= 0"),
    ],
)
def test_targets_that_cannot_be(arguments: dict[str, object], rule: str) -> None:
    fit = fit_dose_response(biom(), "emax")
    with pytest.raises(InputError, match=rule):
        estimate_target_dose(fit, **arguments)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="share < 1"):
        estimate_effective_dose(fit, 1.5)
