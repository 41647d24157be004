"""Simulation: against the closed form, with caps, the same on any number of threads."""

from __future__ import annotations

from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.stats import nbinom

from analytics.checks import InputError
from analytics.design.simulation import random_numbers
from analytics.enrolment import (
    EnrolmentModel,
    RatePrior,
    ScreenFailure,
    Sites,
    arrivals,
    cap_sites,
    forecast_enrolment,
    probability_by,
    simulate_enrolment,
)
from tests.analytics.enrolment.random_sites import random_models

MONTHS = [6.0, 7.0, 12.0, 30.0]
MANY = 4_000


def test_a_change_of_what_the_kernel_calls_is_seen() -> None:
    text = Path(random_numbers.__file__).read_text(encoding="utf-8")
    found = crc32(text.encode())
    assert found == arrivals.CALLED, f"say `CALLED = 0x{found:08X}` in arrivals.py"


@settings(max_examples=6, derandomize=True)
@given(model=random_models())
def test_agrees_with_the_closed_form(model: EnrolmentModel) -> None:
    scopes = ("total", "country", "site")
    known = forecast_enrolment(model, MONTHS, scopes=scopes).table  # type: ignore[arg-type]
    found = simulate_enrolment(
        model,
        MONTHS,
        scopes=scopes,  # type: ignore[arg-type]
        replications=MANY,
        seed=5,
    ).forecast.table
    assert (found[["scope", "name", "month"]] == known[["scope", "name", "month"]]).all(axis=None)
    error = known["std_dev"] / np.sqrt(MANY)
    assert (np.abs(found["mean"] - known["mean"]) <= 4.5 * error + 1e-9).all()
    # of a standard deviation whose kurtosis is at most about that of a Gamma of shape 0.4
    assert (np.abs(found["std_dev"] - known["std_dev"]) <= 12 * error + 1e-9).all()


def test_times_agree_with_the_closed_form() -> None:
    sites = Sites.of(
        {
            "site": list("ABCDE"),
            "planned_month": [0, 0, 2, 8, 9],
            "activated_month": [0, 0, 2, None, None],
            "screened": [10, 6, 9, 0, 0],
            "failed": [2, 1, 0, 0, 0],
            "randomised": [6, 3, 6, 0, 0],
        },
        now=6,
    )
    prior = RatePrior.gamma(shape=1.5, mean=1.4, log_change=-0.02, clock="age")
    model = EnrolmentModel(sites=sites, prior=prior, failure=ScreenFailure(failed=4, passed=16))
    simulated = simulate_enrolment(model, [60], target=70, replications=20_000, seed=3)
    for month in (12.0, 18.0, 25.0, 40.0):
        share, error = simulated.probability_by(month)
        assert abs(share - probability_by(model, 70, [month])[0]) < 4 * error
    assert simulated.forecast.table["upper"].max() <= 70


def test_caps_of_one_site_are_a_capped_negative_binomial() -> None:
    sites = cap_sites(Sites.planned([0.0]), 8)
    model = EnrolmentModel(sites=sites, prior=RatePrior.gamma(shape=1.2, rate=2))
    table = simulate_enrolment(model, [12], replications=20_000).forecast.table
    counts = np.fmin(np.arange(400), 8)
    likely = nbinom.pmf(np.arange(400), 1.2, 2 / 14)
    mean = likely @ counts
    error = np.sqrt(likely @ (counts - mean) ** 2 / 20_000)
    assert abs(table["mean"][0] - mean) < 4 * error


def test_countries_and_the_trial_end_when_they_are_full() -> None:
    sites = Sites.of(
        {"site": list("ABCD"), "country": list("XXYY"), "planned_month": [0.0] * 4}, now=0
    )
    model = EnrolmentModel(sites=sites, prior=RatePrior.gamma(shape=2, mean=2))
    found = simulate_enrolment(
        model,
        [6, 200],
        country_caps={"X": 15},
        target=50,
        scopes=("total", "country"),
        replications=1000,
    )
    forecast = found.forecast
    assert forecast.of("country", "X")["upper"].max() == 15
    assert forecast.of("total")["upper"].tolist()[1] == 50
    assert forecast.of("country")["mean"].sum() == pytest.approx(forecast.of("total")["mean"].sum())
    assert np.isfinite(found.times).mean() > 0.95


def test_is_the_same_on_any_number_of_threads_and_for_the_first_trials() -> None:
    model = EnrolmentModel(
        sites=Sites.planned([0, 0, 3, 5]), prior=RatePrior.gamma(shape=1.2, rate=2)
    )

    def times(replications: int, threads: int, seed: int = 9) -> list[float]:
        found = simulate_enrolment(
            model, [40], target=30, replications=replications, seed=seed, threads=threads
        )
        return [float(one) for one in found.times]

    alone = times(1200, 1)
    assert alone == times(1200, 3)
    assert alone[:700] == times(700, 2)
    assert alone != times(1200, 1, seed=10)


def test_refusals() -> None:
    model = EnrolmentModel(sites=Sites.planned([0.0]), prior=RatePrior.gamma(shape=1, mean=1))
    with pytest.raises(InputError, match="replications"):
        simulate_enrolment(model, [3], replications=10)
    with pytest.raises(InputError, match="known countries"):
        simulate_enrolment(model, [3], country_caps={"FR": 3})
    with pytest.raises(InputError, match="target > patients so far"):
        simulate_enrolment(model, [3], target=0)
    found = simulate_enrolment(model, [3], replications=100)
    with pytest.raises(InputError, match="a target was simulated"):
        found.quantile(0.5)
