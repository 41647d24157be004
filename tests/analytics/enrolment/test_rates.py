"""The distribution of rates: fits against R, the posterior against a grid, sites and ranks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from scipy.stats import gamma, rankdata

from analytics.checks import InputError, NotEstimableError
from analytics.enrolment import (
    EnrolmentModel,
    RatePrior,
    ScreenFailure,
    Sites,
    enrolled_by,
    estimate_site_failures,
    estimate_site_rates,
    fit_rate_prior,
    posterior_rate_prior,
    rank_sites,
)
from analytics.enrolment.parameter_posterior import WEAK
from analytics.enrolment.rate_likelihood import RateLikelihood
from analytics.results import Result, same
from tests.analytics.enrolment.oracle_models import FOLDER, oracle_model, oracle_rows
from tests.analytics.enrolment.random_sites import (
    random_models,
    simulated_trial,
    sites_of_trial,
)
from tests.invariants import check_ordered, check_probabilities


def _numbers(text: Any) -> list[float]:
    return [float(one) for one in str(text).split(";") if one]


def _fitted_sites(counts: str, exposures: str) -> Sites:
    months, numbers = _numbers(exposures), _numbers(counts)
    return Sites.of(
        {
            "site": [f"Site {i}" for i in range(len(months))],
            "activated_month": [20 - one for one in months],
            "randomised": numbers,
        },
        now=20,
    )


def _patients() -> tuple[Sites, pd.DataFrame]:
    patients = pd.read_csv(Path(FOLDER) / "data" / "enrolment_patients.csv")
    return sites_of_trial(patients, sites=15, now=14), patients


@pytest.mark.parametrize(
    "row",
    list(oracle_rows("enrolment_rates").itertuples()),
    ids=lambda r: f"{r.case}-{r.clock}-{r.parameter}-{r.quantity}",
)
def test_fits_agree_with_the_reference(row: Any) -> None:
    if row.clock == "none":
        found = fit_rate_prior(_fitted_sites(row.counts, row.exposures))
    else:
        sites, patients = _patients()
        found = fit_rate_prior(sites, clock=row.clock, patients=patients, interval="normal")
    value = found.table.set_index("parameter").loc[row.parameter, row.quantity]
    assert value == pytest.approx(row.expected, abs=row.tolerance)


def test_intervals_of_the_shape_may_be_open() -> None:
    """Counts that vary less than at one common rate: no upper limit, and no standard error."""
    sites = _fitted_sites("5;6;5;6;5;6", "6;6;6;6;6;6")
    found = fit_rate_prior(sites)
    table = found.table.set_index("parameter")
    assert found.homogeneous
    assert np.isnan(table.loc["shape", "std_err"])
    assert np.isinf(table.loc["shape", "upper"])
    assert table.loc["mean", "estimate"] == pytest.approx(33 / 36, rel=1e-3)
    assert 1 < posterior_rate_prior(sites).mean * 36 / 33 < 1.1
    assert same(Result.from_json(found.to_json()), found)


@pytest.mark.parametrize("case", ["enr-posterior-12sites", "enr-posterior-newsites"])
def test_the_posterior_is_that_of_a_fine_grid(case: str) -> None:
    sites = oracle_model(case).sites
    likelihood = RateLikelihood.of(sites, sites.column("randomised"), "none", None)
    density = WEAK.density(likelihood)
    shapes, means = np.meshgrid(np.linspace(-3, 4, 43), np.linspace(-1.5, 2.5, 49), indexing="ij")
    points = np.column_stack([shapes.ravel(), means.ravel()])
    logs = np.array([density(point) for point in points])
    weights = np.exp(logs - logs.max())
    kept = weights > 1e-4
    points, weights = points[kept], weights[kept] / weights[kept].sum()
    fine = RatePrior(
        shapes=tuple(np.exp(points[:, 0])),
        means=tuple(np.exp(points[:, 1])),
        log_changes=(0.0,) * len(points),
        weights=tuple(weights),
    )
    expected = enrolled_by(EnrolmentModel(sites=sites, prior=fine), 14)
    for nodes, tolerance in ((7, 2e-3), (15, 5e-4)):
        prior = posterior_rate_prior(sites, nodes=nodes)
        found = enrolled_by(EnrolmentModel(sites=sites, prior=prior), 14)
        size = min(found.probabilities.size, expected.probabilities.size)
        gap = np.cumsum(found.probabilities[:size]) - np.cumsum(expected.probabilities[:size])
        assert np.abs(gap).max() < tolerance
        assert found.mean == pytest.approx(expected.mean, rel=0.01)


@settings(max_examples=8, derandomize=True)
@given(model=random_models())
def test_laws_of_site_rates(model: EnrolmentModel) -> None:
    table = estimate_site_rates(model).table
    check_ordered(table["lower"], table["rate"], table["upper"].clip(lower=table["rate"]))
    check_probabilities(table["shrinkage"])
    closed = table["exposure_months"] == 0
    assert (table.loc[closed, "shrinkage"] > 1 - 1e-12).all()
    assert table.loc[closed, "raw_rate"].isna().all()


def test_a_rate_lies_between_the_prior_and_what_was_seen() -> None:
    model = oracle_model("enr-posterior-12sites")
    table = estimate_site_rates(model, level=0.8).table
    blend = table["shrinkage"] * 0.8 + (1 - table["shrinkage"]) * table["raw_rate"]
    np.testing.assert_allclose(table["rate"], blend, rtol=1e-12)
    first = gamma(10.2, scale=1 / 7.5)
    assert table["lower"][0] == pytest.approx(first.ppf(0.1), rel=1e-9)
    assert table["upper"][0] == pytest.approx(first.ppf(0.9), rel=1e-9)


def test_failures_make_rates_smaller() -> None:
    sites = Sites.of(
        {"site": ["A"], "activated_month": [0], "failed": [4], "randomised": [12]}, now=6
    )
    prior = RatePrior.gamma(shape=1.2, rate=1.5)
    failure = ScreenFailure(failed=25, passed=75)
    table = estimate_site_rates(EnrolmentModel(sites=sites, prior=prior, failure=failure)).table
    assert table["rate"][0] == pytest.approx(17.2 / 7.5 * 0.75, rel=1e-9)


def test_ranks_are_those_of_the_posterior() -> None:
    model = oracle_model("enr-posterior-12sites")
    found = rank_sites(model, top=3, draws=40_000, seed=4)
    rng = np.random.default_rng(99)
    shapes = model.counts + 1.2
    draws = rng.gamma(shapes, 1 / (1.5 + model.sites.exposure_months), (40_000, 12))
    ranks = rankdata(-draws, axis=1)
    table = found.table.set_index("site").loc[list(model.sites.names)]
    error = np.sqrt(2) * table["mc_std_err"].fillna(0) + 1e-4
    assert (np.abs(table["in_top"] - (ranks <= 3).mean(axis=0)) < 4.5 * error).all()
    assert np.abs(table["expected_rank"] - ranks.mean(axis=0)).max() < 0.1
    assert table["in_top"].sum() == pytest.approx(3)
    assert table["best"].sum() == pytest.approx(1)
    check_ordered(table["lower_rank"], table["expected_rank"].round(), table["upper_rank"])
    assert rank_sites(model, top=3, draws=500, seed=4).table.equals(
        rank_sites(model, top=3, draws=500, seed=4).table
    )


def test_three_patients_do_not_make_a_best_site() -> None:
    sites = Sites.of(
        {"site": ["old", "new"], "activated_month": [0, 11], "randomised": [24, 3]}, now=12
    )
    prior = RatePrior.gamma(shape=1.2, mean=1)
    table = rank_sites(EnrolmentModel(sites=sites, prior=prior), top=1).table
    assert table["site"][0] == "old" or table["best"][0] < 0.6


def test_shares_of_failures_are_shrunken() -> None:
    sites = Sites.of(
        {
            "site": list("ABCD"),
            "activated_month": [0.0] * 4,
            "failed": [10, 7, 1, 0],
            "randomised": [41, 25, 0, 0],
        },
        now=12,
    )
    found = estimate_site_failures(sites)
    table = found.table
    assert 0.15 < found.mean < 0.4
    assert table["share"][2] < 0.6 < table["raw_share"][2]
    assert table["share"][3] == pytest.approx(found.mean)
    check_ordered(table["lower"], table["share"], table["upper"])
    none = Sites.of({"site": ["A"], "activated_month": [0], "randomised": [3]}, now=2)
    with pytest.raises(NotEstimableError, match="Shares of failures"):
        estimate_site_failures(none)


def test_a_trend_is_found() -> None:
    """The mean of estimates over trials is the truth, within four standard errors."""
    rng = np.random.default_rng(3)
    found = []
    for _ in range(30):
        patients = simulated_trial(rng, sites=20, shape=1.5, mean=1.5, months=18, log_change=-0.06)
        sites = sites_of_trial(patients, sites=20, now=18)
        fit = fit_rate_prior(sites, clock="age", patients=patients, interval="normal")
        found.append(fit.table[["estimate", "std_err"]].to_numpy()[2])
    estimates, errors = np.array(found).T
    assert abs(estimates.mean() + 0.06) < 4 * estimates.std() / np.sqrt(30)
    assert errors.mean() == pytest.approx(estimates.std(), rel=0.35)


def test_refusals() -> None:
    sites = _fitted_sites("5;6;5", "6;6;6")
    with pytest.raises(NotEstimableError, match="state a prior"):
        fit_rate_prior(Sites.planned([0, 1]))
    with pytest.raises(InputError, match="months of patients"):
        fit_rate_prior(sites, clock="age")
    patients = pd.DataFrame({"site": ["Site 0"], "month": [15.0]})
    with pytest.raises(InputError, match="those that the sites count"):
        fit_rate_prior(sites, clock="age", patients=patients)
    with pytest.raises(InputError, match="3 <= nodes"):
        posterior_rate_prior(sites, nodes=40)
    model = EnrolmentModel(sites=Sites.planned([3]), prior=RatePrior.gamma(shape=1, mean=1))
    with pytest.raises(NotEstimableError, match="No site has opened"):
        rank_sites(model)
