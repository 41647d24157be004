"""Assumed hazards: against the fits they come from, against their own definitions, and refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad

from analytics.checks import InputError
from analytics.design import HazardAssumption, assumed_hazard
from analytics.design.assumptions.hazard_shapes import FAMILIES
from analytics.results import Result
from analytics.survival.regression import (
    FollowUp,
    ParametricFit,
    fit_parametric,
    parametric_quantile,
    predict_parametric,
)
from tests.invariants import check_not_increasing, check_probabilities

TIMES = [0.3, 2.0, 6.0, 11.0, 25.0, 70.0]
FITTED = tuple(family for family in FAMILIES if family != "cure")  # which is assumed, not fitted


def fitted(family: str, *, seed: int = 3) -> ParametricFit:
    rng = np.random.default_rng(seed)
    death, end = rng.lognormal(2.5, 0.8, 90), rng.uniform(5, 40, 90)
    rows = pd.DataFrame({"t": np.minimum(death, end), "e": (death <= end) * 1})
    follow_up = FollowUp(frame=rows, time="t", event="e", time_unit="months")
    cuts = (6.0, 15.0) if family == "piecewise" else ()
    return fit_parametric(follow_up, distribution=family, cuts=cuts)


def assumption(family: str) -> HazardAssumption:
    if family == "cure":
        own = HazardAssumption.cure(cured=0.15, median_uncured=9, shape=1.3)
        spread = ((0.09, 0.01, 0.0), (0.01, 0.02, 0.0), (0.0, 0.0, 0.03))
        return replace(own, covariance=spread)
    return assumed_hazard(fitted(family))


@pytest.mark.parametrize("family", FITTED)
def test_says_what_the_fit_says(family: str) -> None:
    fit = fitted(family)
    hazard, curves = assumed_hazard(fit), predict_parametric(fit, TIMES).table
    assert hazard.survival(TIMES) == pytest.approx(curves["survival"].to_numpy(), rel=1e-10)
    assert hazard.hazard(TIMES) == pytest.approx(curves["hazard"].to_numpy(), rel=1e-8)
    cumulative = curves["cumulative_hazard"].to_numpy()
    assert hazard.cumulative_hazard(TIMES) == pytest.approx(cumulative, rel=1e-10)
    median = parametric_quantile(fit, 0.5)["estimate"].iloc[0]
    assert hazard.quantile(0.5)[0] == pytest.approx(median, rel=1e-8)


@pytest.mark.parametrize("family", FITTED)
def test_draws_are_as_uncertain_as_the_fit(family: str) -> None:
    fit = fitted(family)
    hazard = assumed_hazard(fit)
    draws = hazard.sample(np.random.default_rng(8), 20_000)
    covariance = np.array(hazard.covariance)
    assert np.atleast_2d(np.cov(draws.T)) == pytest.approx(covariance, abs=0.05 * covariance.max())
    # By the delta method, at a time in the middle of the data, where it is nearly right.
    at = hazard.survival([11.0], draws[:500]).ravel()
    curve = predict_parametric(fit, [11.0]).table.iloc[0]
    low, high = np.quantile(at, [0.025, 0.975])
    assert low == pytest.approx(curve["survival_lower"], abs=0.04)
    assert high == pytest.approx(curve["survival_upper"], abs=0.04)


@pytest.mark.parametrize("family", FAMILIES)
def test_hazards_add_up_and_quantiles_lead_back(family: str) -> None:
    hazard = assumption(family)
    stretches = [(0.5, 6.0), (6.0, 15.0), (15.0, 40.0)]
    added = sum(quad(lambda t: hazard.hazard([t])[0], *ends)[0] for ends in stretches)
    ends = hazard.cumulative_hazard([0.5, 40.0])
    assert added == pytest.approx(ends[1] - ends[0], rel=1e-6)
    for p in (0.05, 0.5, 0.8):
        assert 1 - hazard.survival(hazard.quantile(p))[0] == pytest.approx(p, abs=1e-9)


@pytest.mark.parametrize("family", FAMILIES)
def test_many_draws_are_each_draw(family: str) -> None:
    hazard = assumption(family)
    draws = hazard.sample(np.random.default_rng(1), 4)
    curves = hazard.survival([0.0, *TIMES], draws)
    for row, own in zip(curves, draws, strict=True):
        assert row == pytest.approx(hazard.survival([0.0, *TIMES], own[None])[0], rel=1e-12)
        check_probabilities(row)
        check_not_increasing(row)
        assert row[0] == 1
    medians = [hazard.quantile(0.5, own[None])[0] for own in draws]
    assert hazard.quantile(0.5, draws) == pytest.approx(medians, rel=1e-12)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_start_has_a_hazard(family: str) -> None:
    hazard = assumption(family).hazard([0.0])
    assert not np.isnan(hazard).any()
    assert (hazard >= 0).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_another_unit_is_the_same_hazard(family: str) -> None:
    months = assumption(family)
    days = months.in_unit("days")
    when = np.array(TIMES)
    assert days.survival(when * 30.4375) == pytest.approx(months.survival(when), rel=1e-10)
    assert days.hazard(when * 30.4375) * 30.4375 == pytest.approx(months.hazard(when), rel=1e-8)
    back = days.in_unit("months")
    assert np.array(back.covariance) == pytest.approx(np.array(months.covariance), rel=1e-10)
    assert back.parameters == months.parameters


@pytest.mark.parametrize("family", FAMILIES)
def test_comes_back_from_json_and_from_its_repr(family: str) -> None:
    hazard = assumption(family)
    assert Result.from_json(hazard.to_json()) == hazard
    assert eval(repr(hazard), {"HazardAssumption": HazardAssumption}) == hazard


def test_the_same_seed_draws_the_same() -> None:
    hazard = assumption("weibull")
    one, other = (hazard.sample(np.random.default_rng(5), 3) for _ in range(2))
    assert one.tolist() == other.tolist()


def test_events_are_what_an_assumption_is_worth() -> None:
    hazard = HazardAssumption.exponential(median=12, events=100)
    assert hazard.to_frame()["std_err"].tolist() == [0.1]
    assert HazardAssumption.exponential(rate=np.log(2) / 12).quantile()[0] == pytest.approx(12)
    assert HazardAssumption.exponential(rate=0.1).certain


def test_some_may_never_have_the_event() -> None:
    hazard = HazardAssumption(
        family="gompertz", parameters=("shape", "log(rate)"), estimates=(-0.5, np.log(0.1))
    )
    assert hazard.survival([1e6])[0] == pytest.approx(np.exp(-0.2))
    assert hazard.quantile(0.5)[0] == np.inf


def test_the_cured_never_have_the_event() -> None:
    hazard = HazardAssumption.cure(cured=0.3, median_uncured=8, shape=1.4)
    assert hazard.survival([8.0, 1e5]) == pytest.approx([0.65, 0.3])
    assert hazard.quantile(0.35)[0] == pytest.approx(8)
    assert hazard.quantile(0.71)[0] == np.inf
    assert hazard.hazard([1e5])[0] == 0


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"cured": 0.0, "median_uncured": 8.0}, "0 < cured < 1"),
        ({"cured": 1.0, "median_uncured": 8.0}, "0 < cured < 1"),
        ({"cured": 0.3, "median_uncured": 0.0}, "the median of the uncured"),
        ({"cured": 0.3, "median_uncured": 8.0, "shape": -1.0}, "the median of the uncured"),
    ],
)
def test_refuses_a_cure_without_the_ill(given: dict[str, float], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        HazardAssumption.cure(**given)


def test_a_weibull_with_shape_one_is_exponential() -> None:
    weibull = HazardAssumption.weibull(shape=1, scale=10)
    assert weibull.hazard([0, 5, 50]) == pytest.approx([0.1] * 3)


def test_no_growth_is_the_exponential() -> None:
    hazard = HazardAssumption(
        family="gompertz", parameters=("shape", "log(rate)"), estimates=(0.0, np.log(0.1))
    )
    assert hazard.survival([5.0])[0] == pytest.approx(np.exp(-0.5))
    assert hazard.quantile()[0] == pytest.approx(np.log(2) / 0.1)


WEIBULL = {"family": "weibull", "parameters": ("log(shape)", "log(scale)"), "estimates": (0.0, 1.0)}


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"family": "cauchy"}, "family in"),
        ({"parameters": ("log(scale)", "log(shape)")}, "the parameters of a weibull hazard are"),
        ({"estimates": (0.0,)}, "each parameter has a finite estimate"),
        ({"estimates": (0.0, float("nan"))}, "each parameter has a finite estimate"),
        ({"covariance": ((1.0,),)}, "the covariance is 2 x 2"),
        ({"covariance": ((1.0, 0.5), (0.4, 1.0))}, "finite and symmetric"),
        ({"covariance": ((1.0, 2.0), (2.0, 1.0))}, "no negative variance"),
        ({"cuts": (3.0,)}, "only a piecewise exponential has cuts"),
        ({"time_unit": "hours"}, "time_unit in"),
        ({"family": "piecewise", "cuts": (6.0, 3.0)}, "cuts are ascending"),
    ],
)
def test_refuses(changed: dict[str, object], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        HazardAssumption(**{**WEIBULL, **changed})  # type: ignore[arg-type]


def test_refuses_what_it_cannot_evaluate() -> None:
    hazard = HazardAssumption.weibull(shape=1, scale=10)
    with pytest.raises(InputError, match="times are finite"):
        hazard.survival([-1.0])
    with pytest.raises(InputError, match="a column for each parameter"):
        hazard.survival([1.0], np.zeros((3, 1)))
    with pytest.raises(InputError, match="0 < p < 1"):
        hazard.quantile(1.0)
    with pytest.raises(InputError, match="n >= 1"):
        hazard.sample(np.random.default_rng(1), 0)


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({}, "a rate or a median"),
        ({"rate": 1.0, "median": 1.0}, "a rate or a median"),
        ({"median": 0.0}, "it is > 0"),
        ({"rate": 1.0, "events": 0.0}, "events > 0"),
    ],
)
def test_refuses_an_exponential_without_a_rate(given: dict[str, float], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        HazardAssumption.exponential(**given)


def test_a_piece_needs_its_rate() -> None:
    with pytest.raises(InputError, match="each parameter has a finite estimate"):
        HazardAssumption.piecewise(cuts=[3, 6], rates=[0.1, 0.2])
    with pytest.raises(InputError, match="rates are > 0"):
        HazardAssumption.piecewise(cuts=[3], rates=[0.1, 0.0])
