"""The closed form: against direct convolution, its laws, new sites, screening, refusals."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import betabinom, nbinom

from analytics.checks import InputError, NotEstimableError
from analytics.enrolment import (
    EnrolmentForecast,
    EnrolmentModel,
    RatePrior,
    ScreenFailure,
    Sites,
    enrolled_by,
    expected_costs,
    forecast_enrolment,
    multiply_rates,
    probability_by,
    time_to_target,
)
from analytics.enrolment.model import SitePosteriors
from analytics.enrolment.negative_binomial_sums import CountSum
from tests.analytics.enrolment.random_sites import random_models
from tests.invariants import check_not_increasing, check_ordered, check_probabilities

Floats = NDArray[np.float64]


def convolved(counts: CountSum, size: int) -> Floats:
    """The same distribution by convolution of the sites' own ones."""
    total = np.zeros(size)
    for weight, sizes, odds in zip(counts.weights, counts.sizes, counts.odds, strict=True):
        one = np.eye(1, size)[0]
        for shape, odd in zip(sizes, odds, strict=True):
            one = np.convolve(one, nbinom.pmf(np.arange(size), shape, 1 / (1 + odd)))[:size]
        total += weight * one
    return total


@settings(max_examples=12, derandomize=True)
@given(model=random_models(), ahead=st.floats(0, 20))
def test_is_the_convolution_of_negative_binomials(model: EnrolmentModel, ahead: float) -> None:
    counts = SitePosteriors.of(model).count_until(6 + ahead)
    expected = convolved(counts, 400)
    found = np.zeros(400)
    given_counts = counts.probabilities()[:400]
    found[: given_counts.size] = given_counts
    assert np.abs(found - expected).max() < 1e-12
    for target in (1, 2, 7, 40, 150):
        below = counts.probability_below(target)
        assert below == pytest.approx(expected[:target].sum(), abs=1e-9)


@settings(max_examples=12, derandomize=True)
@given(model=random_models())
def test_laws_of_a_forecast(model: EnrolmentModel) -> None:
    forecast = forecast_enrolment(
        model, [6, 7, 9, 14, 30], scopes=("total", "country", "site"), level=0.8
    )
    total = forecast.of("total")
    check_ordered(total["lower"], total["median"], total["upper"])
    for column in ("mean", "lower", "median", "upper"):
        check_not_increasing(-total[column])
    for scope in ("country", "site"):
        parts = forecast.of(scope).groupby("month")["mean"].sum()  # type: ignore[arg-type]
        np.testing.assert_allclose(parts, total["mean"], rtol=1e-12)
    assert total["mean"][0] == total["lower"][0] == model.sites.randomised
    again = EnrolmentForecast.from_json(forecast.to_json())
    assert again.table.equals(forecast.table)


@settings(max_examples=8, derandomize=True)
@given(model=random_models(), missing=st.integers(1, 60))
def test_being_done_is_having_enough(model: EnrolmentModel, missing: int) -> None:
    target = model.sites.randomised + missing
    months = [6.0, 8.0, 12.0, 24.0]
    reached = probability_by(model, target, months)
    check_probabilities(reached)
    check_not_increasing(-reached)
    for month, share in zip(months, reached, strict=True):
        assert share == pytest.approx(enrolled_by(model, month).probability_of(target), abs=1e-9)
    faster = EnrolmentModel(sites=multiply_rates(model.sites, 1.3), prior=model.prior)
    assert (probability_by(faster, target, months) >= reached - 1e-12).all()


@settings(max_examples=8, derandomize=True)
@given(model=random_models(), missing=st.integers(1, 60))
def test_quantiles_of_the_time_invert_its_distribution(model: EnrolmentModel, missing: int) -> None:
    target = model.sites.randomised + missing
    found = time_to_target(model, target)
    check_not_increasing(-np.fmin(found.quantiles["month"].to_numpy(), 1e9))
    for row in found.quantiles.itertuples():
        if np.isfinite(row.month):
            share = float(probability_by(model, target, [row.month])[0])
            assert share == pytest.approx(row.probability, abs=1e-5)
        else:
            assert row.probability >= 1 - found.never - 1e-9
    assert np.isinf(found.mean) == (found.never > 1e-4)


def test_the_mean_time_of_one_site_is_known() -> None:
    """One site of Gamma(a, b): the target comes after m b / (a - 1) months on average."""
    model = EnrolmentModel(sites=Sites.planned([2.0]), prior=RatePrior.gamma(shape=8, rate=4))
    assert time_to_target(model, 20).mean == pytest.approx(2 + 20 * 4 / 7, abs=2e-3)


def test_sites_that_close_may_never_do() -> None:
    sites = Sites.of({"site": ["A"], "planned_month": [0.0], "closed_month": [10.0]}, now=0)
    model = EnrolmentModel(sites=sites, prior=RatePrior.gamma(shape=2, mean=1))
    found = time_to_target(model, 10)
    assert found.never == pytest.approx(nbinom.cdf(9, 2, 1 / 6), abs=1e-9)
    assert np.isinf(found.mean)
    assert np.isinf(found.quantile(0.95))


@settings(max_examples=8, derandomize=True)
@given(model=random_models(), fee=st.floats(0, 1000))
def test_costs_are_of_sites_and_patients(model: EnrolmentModel, fee: float) -> None:
    table = model.sites.table.assign(cost_per_site=1000.0, cost_per_patient=fee)
    priced = EnrolmentModel(sites=Sites(table=table, now=6), prior=model.prior)
    costs = expected_costs(priced, [6, 9, 30]).table
    means = forecast_enrolment(priced, [6, 9, 30]).table["mean"]
    np.testing.assert_allclose(costs["patients"], means, rtol=1e-12)
    np.testing.assert_allclose(costs["cost"], costs["sites_opened"] * 1000 + fee * means)


def test_screening_failures_thin_the_count() -> None:
    """A certain rate: the total is a beta-binomial of the screened."""
    sites = Sites.of(
        {"site": ["A"], "activated_month": [0.0], "screened": [30], "randomised": [0]}, now=6
    )
    failure = ScreenFailure(failed=4, passed=12)
    prior = RatePrior.gamma(shape=1e-9, mean=1e-9)
    model = EnrolmentModel(sites=sites, prior=prior, failure=failure)
    assert enrolled_by(model, 6).mean == 0  # nobody is decided yet
    counts = SitePosteriors.of(model).count_until(6.0 + 1e-9)
    mean, variance = counts.mean_and_variance()
    known = betabinom(30, 12, 4)
    assert mean == pytest.approx(known.mean(), rel=1e-6)
    assert variance == pytest.approx(known.var(), rel=1e-6)
    assert np.abs(counts.probabilities()[:31] - known.pmf(np.arange(31))).max() < 0.01


def test_failures_multiply_rates_when_they_are_certain() -> None:
    failure = ScreenFailure(failed=25e6, passed=75e6)
    prior = RatePrior.gamma(shape=1.5, mean=2.0)
    screened = EnrolmentModel(sites=Sites.planned([0, 3]), prior=prior, failure=failure)
    randomised = EnrolmentModel(
        sites=Sites.planned([0, 3]), prior=RatePrior.gamma(shape=1.5, mean=1.5)
    )
    first, second = (enrolled_by(one, 9).probabilities[:60] for one in (screened, randomised))
    assert np.abs(first - second).max() < 1e-6


@pytest.mark.parametrize("count", [1, 3, 5, 8])
def test_nodes_of_the_share_have_its_moments(count: int) -> None:
    for failed, passed in ((1.0, 1.0), (0.5, 0.5), (21.0, 81.0), (0.3, 400.0)):
        if count == 1:
            continue
        shares, weights = ScreenFailure(failed=failed, passed=passed).nodes(count)
        moment = 1.0
        for power in range(1, 2 * count):
            moment *= (failed + power - 1) / (failed + passed + power - 1)
            assert weights @ shares**power == pytest.approx(moment, rel=1e-8)


def test_a_large_trial_is_fast_and_normal() -> None:
    """100 sites, 36 months: a band in 50 ms where a machine is not shared."""
    model = EnrolmentModel(
        sites=Sites.planned(np.linspace(0, 12, 100)), prior=RatePrior.gamma(shape=1.2, rate=2.4)
    )
    months = np.arange(1, 37)
    forecast_enrolment(model, months)
    took = []
    for _ in range(3):
        begun = time.perf_counter()
        forecast = forecast_enrolment(model, months)
        took.append(time.perf_counter() - begun)
    assert min(took) < 0.5
    last = forecast.table.iloc[-1]
    half = (last["upper"] - last["lower"]) / 2
    assert half == pytest.approx(1.645 * last["std_dev"], rel=0.02)


def test_refusals() -> None:
    model = EnrolmentModel(sites=Sites.planned([0.0]), prior=RatePrior.gamma(shape=1, mean=1))
    with pytest.raises(InputError, match="months rise from now on"):
        forecast_enrolment(model, [3, 2])
    with pytest.raises(InputError, match="0 < level < 1"):
        forecast_enrolment(model, [3], level=1)
    with pytest.raises(InputError, match="scopes among"):
        forecast_enrolment(model, [3], scopes=("region",))  # type: ignore[arg-type]
    with pytest.raises(InputError, match="target is a whole number"):
        time_to_target(model, 0)
    with pytest.raises(InputError, match="month >= now"):
        enrolled_by(model, -1)
    with pytest.raises(InputError, match="country in"):
        enrolled_by(model, 3, country="FR")
    done = Sites.of({"site": ["A"], "activated_month": [0], "randomised": [9]}, now=6)
    with pytest.raises(NotEstimableError, match="has been reached"):
        time_to_target(EnrolmentModel(sites=done, prior=model.prior), 9)
    with pytest.raises(InputError, match="one of rate and mean"):
        RatePrior.gamma(shape=1, rate=1, mean=1)
    with pytest.raises(InputError, match="a trend has a clock"):
        RatePrior.gamma(shape=1, rate=1, log_change=-0.1)
