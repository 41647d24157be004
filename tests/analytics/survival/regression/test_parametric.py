"""Parametric models against R and lifelines, their derivatives, and where there is no fit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import GeneralizedGammaFitter, LogNormalAFTFitter, PiecewiseExponentialFitter

from analytics.checks import InputError, NotEstimableError
from analytics.results import same
from analytics.survival.regression import (
    DistributionComparison,
    Factor,
    FollowUp,
    IntervalFollowUp,
    Numeric,
    ParametricCurves,
    ParametricFit,
    compare_distributions,
    fit_parametric,
    parametric_quantile,
    parametric_rmst,
    predict_parametric,
)
from analytics.survival.regression.parametric.distributions import DISTRIBUTIONS, family_of
from analytics.survival.regression.parametric.families import Family
from analytics.survival.regression.parametric.likelihood import ParametricLikelihood
from analytics.survival.regression.parametric.observations import Observations
from tests.analytics.survival.regression.oracle_models import cases, frame, oracle_table
from tests.analytics.survival.regression.parametric_models import data_of, fitted_distribution
from tests.analytics.survival.regression.small_trials import trial, trial_follow_up
from tests.invariants import check_not_increasing, check_ordered, check_probabilities

TABLE = oracle_table("parametric_fits")
EVERY = [(name, (10.0, 20.0) if name == "piecewise" else ()) for name in DISTRIBUTIONS]
often = settings(max_examples=30, deadline=None)


def _sixty(**columns: object) -> pd.DataFrame:
    """Sixty subjects whose times no family finds impossible."""
    rng = np.random.default_rng(3)
    death, end = rng.lognormal(2.5, 0.8, 60), rng.uniform(5, 40, 60)
    usual = {
        "days": np.minimum(death, end),
        "died": (death <= end) * 1,
        "arm": ["A", "B"] * 30,
        "age": rng.normal(60, 8, 60),
    }
    return pd.DataFrame(usual | columns)


@pytest.mark.parametrize("case", cases(TABLE))
def test_agrees_with_the_reference(case: str) -> None:
    fit = fitted_distribution(case)
    for row in TABLE[TABLE["case"] == case].itertuples():
        expected = pytest.approx(row.expected, rel=row.tolerance, abs=1e-10)
        assert _found(case, fit, row) == expected, f"{row.quantity} {row.parameter} {row.at}"


def _found(case: str, fit: ParametricFit, row: tuple) -> float:
    names = fit.table["parameter"].tolist()
    if row.quantity == "covariance":
        return fit.covariance[names.index(row.parameter), names.index(row.other)]
    if row.quantity == "parameter":
        return fit.parameters.set_index("parameter").loc[row.parameter, "estimate"]
    if row.quantity == "hazard_ratio":
        ratios = fit.ratios()
        own = ratios[(ratios["effect"] == "hazard ratio") & (ratios["covariate"] == row.parameter)]
        return own["estimate"].iloc[0]
    if row.parameter:
        return fit.table[row.quantity].iloc[names.index(row.parameter)]
    if row.at == "":
        return getattr(fit, row.quantity)
    at = float(row.at)
    profile = data_of(case).frame.iloc[[int(row.profile)]] if fit.terms else None
    column = "std_err" if row.quantity.endswith("std_err") else "estimate"
    if row.quantity.startswith("quantile"):
        return parametric_quantile(fit, at, profile)[column].iloc[0]
    if row.quantity.startswith("rmst"):
        return parametric_rmst(fit, at, profile)[column].iloc[0]
    return predict_parametric(fit, [at], profile).table[row.quantity].iloc[0]


def test_agrees_with_lifelines() -> None:
    rows = frame("gbsg")
    data = FollowUp(frame=rows, time="rfstime", event="status")
    theirs = GeneralizedGammaFitter().fit(rows["rfstime"], rows["status"])
    ours = fit_parametric(data, distribution="gengamma")
    assert ours.log_likelihood == pytest.approx(theirs.log_likelihood_, rel=1e-8)
    np.testing.assert_allclose(
        ours.parameters["estimate"],
        [theirs.mu_, np.exp(theirs.ln_sigma_), theirs.lambda_],
        rtol=1e-3,
    )
    pieces = PiecewiseExponentialFitter([365.5, 730.5]).fit(rows["rfstime"], rows["status"])
    piecewise = fit_parametric(data, distribution="piecewise", cuts=[365.5, 730.5])
    np.testing.assert_allclose(
        1 / piecewise.parameters["estimate"],
        [pieces.lambda_0_, pieces.lambda_1_, pieces.lambda_2_],
        rtol=1e-4,
    )
    aft = LogNormalAFTFitter().fit(rows[["rfstime", "status", "hormon"]], "rfstime", "status")
    normal = fit_parametric(data, [Numeric("hormon")], distribution="lognormal")
    found = normal.table.set_index("parameter")["estimate"]
    assert found["hormon"] == pytest.approx(aft.params_["mu_", "hormon"], rel=1e-4)


def test_an_exponential_arm_has_events_over_time() -> None:
    data = trial_follow_up()
    fit = fit_parametric(data, distribution="exponential")
    rate = fit.parameters["estimate"].iloc[0]
    assert rate == pytest.approx(10 / data.frame["days"].sum(), rel=1e-12)
    by_arm = fit_parametric(data, [Factor("arm")], distribution="exponential")
    sums = data.frame.groupby("arm")[["died", "days"]].sum()
    rates = sums["died"] / sums["days"]
    ratio = by_arm.ratios().set_index("effect").loc["hazard ratio", "estimate"]
    assert ratio == pytest.approx(rates["B"] / rates["A"], rel=1e-9)


def test_the_generalised_gamma_holds_its_special_cases() -> None:
    time, location = np.geomspace(0.01, 30, 40), np.full(40, 0.7)
    gamma, scale = family_of("gengamma"), np.array([0.3])
    for name, shape in (("weibull", 1.0), ("lognormal", 0.0)):
        family = family_of(name)
        for kind in ("log_survival", "log_density"):
            special = getattr(family, kind)(time, location, scale)
            general = getattr(gamma, kind)(time, location, np.array([0.3, shape]))
            np.testing.assert_allclose(general.value, special.value, rtol=1e-11, atol=1e-12)
            np.testing.assert_allclose(general.first[:2], special.first, rtol=1e-9, atol=1e-10)


def test_the_generalised_gamma_beats_the_log_normal_by_little_when_it_is_one() -> None:
    data = FollowUp(frame=frame("rotterdam"), time="dtime", event="death")
    terms = [Numeric("hormon"), Numeric("nodes")]
    wide = fit_parametric(data, terms, distribution="gengamma")
    narrow = fit_parametric(data, terms, distribution="lognormal")
    assert 0 <= wide.log_likelihood - narrow.log_likelihood < 0.01
    assert abs(wide.parameters["estimate"].iloc[2]) < 0.01


def _numbers(family: Family, rng: np.random.Generator) -> np.ndarray:
    others = rng.normal(0, 0.5, len(family.others))
    return others / 30 if family.name == "gompertz" else others


@often
@given(st.sampled_from(EVERY), st.integers(0, 10**6))
def test_derivatives_are_those_of_the_values(chosen: tuple, seed: int) -> None:
    family, rng = family_of(*chosen), np.random.default_rng(seed)
    time = rng.uniform(1, 30, 12)
    location, others = rng.normal(2, 0.5, 12), _numbers(family, rng)
    step = 1e-5
    for kind in (family.log_survival, family.log_density):
        jet = kind(time, location, others)
        for place, one in enumerate(np.eye(1 + others.size) * step):
            up = kind(time, location + one[0], others + one[1:])
            down = kind(time, location - one[0], others - one[1:])
            scale = 1 + np.abs(jet.first[place]).max()
            slope = (up.value - down.value) / (2 * step)
            np.testing.assert_allclose(slope / scale, jet.first[place] / scale, atol=1e-6)
            scale = 1 + np.abs(jet.second[place]).max()
            bend = (up.first - down.first) / (2 * step)
            np.testing.assert_allclose(bend / scale, jet.second[place] / scale, atol=1e-5)


@often
@given(st.sampled_from(EVERY), st.integers(0, 10**6))
def test_the_hazard_is_the_slope_of_the_cumulative_hazard(chosen: tuple, seed: int) -> None:
    family, rng = family_of(*chosen), np.random.default_rng(seed)
    time = rng.uniform(1, 30, 12) + 0.001
    location, others = rng.normal(2, 0.5, 12), _numbers(family, rng)
    step = 1e-6
    up, down = (family.log_survival(time + turn, location, others) for turn in (step, -step))
    density = family.log_density(time, location, others)
    survival = family.log_survival(time, location, others)
    hazard = np.exp(density.value - survival.value)
    np.testing.assert_allclose((down.value - up.value) / (2 * step), hazard, rtol=1e-5, atol=1e-9)


@often
@given(st.sampled_from(EVERY), st.booleans(), st.integers(0, 10**6))
def test_the_information_is_the_slope_of_the_score(chosen: tuple, late: bool, seed: int) -> None:
    family, rng = family_of(*chosen), np.random.default_rng(seed)
    lower = rng.uniform(2, 20, 20)
    kind, wide = rng.integers(0, 4, 20), rng.uniform(1, 9, 20)
    seen = Observations(
        lower=np.where(kind == 3, -np.inf, lower),
        upper=np.select([kind == 0, kind == 1], [lower, np.inf], lower + wide),
        exact=kind == 0,
        entry=np.where(kind == 3, 0.0, lower / 2) if late and family.lowest == 0 else None,
        weight=rng.uniform(0.5, 2, 20),
        cluster=None,
    )
    likelihood = ParametricLikelihood.of(family, seen, rng.normal(size=(20, 2)))
    start = np.linalg.solve(
        likelihood.to_units,
        np.concatenate((np.full(int(family.intercept), 2.0), [0.1, -0.2], _numbers(family, rng))),
    )
    here = likelihood.at(start)
    np.testing.assert_allclose(likelihood.scores(start).sum(axis=1), here.score, rtol=1e-9)
    step = 1e-5
    for place, one in enumerate(np.eye(start.size) * step):
        up, down = likelihood.at(start + one), likelihood.at(start - one)
        assert (up.value - down.value) / (2 * step) == pytest.approx(
            here.score[place], rel=1e-5, abs=1e-4
        )
        np.testing.assert_allclose(
            (down.score - up.score) / (2 * step), here.information[place], rtol=1e-4, atol=1e-3
        )


@pytest.mark.parametrize(("name", "cuts"), EVERY)
def test_a_row_cut_in_two_is_the_same_row(name: str, cuts: tuple) -> None:
    if name == "normal":
        return  # has no late entry in the same sense
    rows = _sixty(start=0.0)
    early = rows.assign(days=rows["days"] * 0.4, died=0)
    late = rows.assign(start=rows["days"] * 0.4)
    whole = fit_parametric(trial_follow_up(rows), distribution=name, cuts=cuts)
    cut = trial_follow_up(pd.concat([late, early]), entry="start")
    parts = fit_parametric(cut, distribution=name, cuts=cuts)
    np.testing.assert_allclose(parts.estimates, whole.estimates, rtol=1e-5)
    assert parts.log_likelihood == pytest.approx(whole.log_likelihood, rel=1e-9)


@pytest.mark.parametrize(("name", "cuts"), EVERY)
def test_the_unit_of_time_changes_the_scale_only(name: str, cuts: tuple) -> None:
    days = trial_follow_up(_sixty())
    hours = trial_follow_up(_sixty(days=_sixty()["days"] * 24))
    terms = [Numeric("age")]
    longer = tuple(cut * 24 for cut in cuts)
    one = fit_parametric(days, terms, distribution=name, cuts=cuts)
    other = fit_parametric(hours, terms, distribution=name, cuts=longer)
    profile = pd.DataFrame({"age": [60]})
    when = predict_parametric(one, [5, 30], profile).table
    same_when = predict_parametric(other, [120, 720], profile).table
    columns = ["survival", "survival_lower", "survival_upper"]
    np.testing.assert_allclose(same_when[columns], when[columns], rtol=1e-6)
    np.testing.assert_allclose(same_when["hazard"] * 24, when["hazard"], rtol=1e-6)
    assert other.log_likelihood == pytest.approx(
        one.log_likelihood - one.events * np.log(24), rel=1e-9
    )


@pytest.mark.parametrize(("name", "cuts"), EVERY)
def test_every_fit_is_sound(name: str, cuts: tuple) -> None:
    data = trial_follow_up(_sixty())
    fit = fit_parametric(data, [Factor("arm")], distribution=name, cuts=cuts)
    assert same(ParametricFit.from_json(fit.to_json()), fit)
    assert (fit.table["lower"] < fit.table["upper"]).all()
    assert fit.log_likelihood >= fit.log_likelihood_null
    assert fit.aic == pytest.approx(2 * len(fit.table) - 2 * fit.log_likelihood)
    profiles = pd.DataFrame({"arm": ["A", "B"]})
    curves = predict_parametric(fit, np.linspace(0.5, 80, 30), profiles)
    assert same(ParametricCurves.from_json(curves.to_json()), curves)
    table = curves.table
    check_probabilities(table[["survival", "survival_lower", "survival_upper"]])
    check_ordered(table["survival_lower"], table["survival"], table["survival_upper"])
    check_ordered(table["hazard_lower"], table["hazard"], table["hazard_upper"])
    assert table["extrapolated"].equals(table["time"] > data.frame["days"].max())
    for _, curve in table.groupby("profile"):
        check_not_increasing(curve["survival"])
    medians = parametric_quantile(fit, 0.5, profiles)
    for number, median in enumerate(medians["estimate"]):
        at = predict_parametric(fit, [median], profiles.iloc[[number]]).table["survival"]
        assert at.iloc[0] == pytest.approx(0.5, rel=1e-9)
    check_ordered(medians["lower"], medians["estimate"], medians["upper"])


def test_a_restricted_mean_is_the_area_under_the_curve() -> None:
    for name, cuts in EVERY[:-1]:
        fit = fit_parametric(trial_follow_up(_sixty()), distribution=name, cuts=cuts)
        time = np.linspace(0, 30, 20_001)[1:] - 0.00075
        area = predict_parametric(fit, time).table["survival"].sum() * 0.0015
        assert parametric_rmst(fit, 30)["estimate"].iloc[0] == pytest.approx(area, rel=1e-5)


def test_a_gompertz_with_survivors_has_no_median() -> None:
    rows = pd.DataFrame({"days": [1, 2, 3, 4, 6, 9] + [100] * 20, "died": [1] * 6 + [0] * 20})
    fit = fit_parametric(trial_follow_up(rows), distribution="gompertz")
    assert fit.parameters["estimate"].iloc[0] < 0
    assert parametric_quantile(fit).iloc[0].isna().tolist() == [
        False,
        True,
        True,
        True,
        True,
        False,
    ]
    assert parametric_quantile(fit, 0.1)["estimate"].notna().all()


def test_intervals_shrink_to_the_times_they_hold() -> None:
    rows = trial()
    exact = fit_parametric(trial_follow_up(rows), [Numeric("age")])
    narrow = rows.assign(
        after=np.where(rows["died"] == 1, rows["days"] - 1e-4, rows["days"]),
        by=np.where(rows["died"] == 1, rows["days"] + 1e-4, np.nan),
    )
    data = IntervalFollowUp(frame=narrow, after="after", by="by")
    fit = fit_parametric(data, [Numeric("age")])
    np.testing.assert_allclose(fit.estimates, exact.estimates, rtol=1e-5)
    assert fit.log_likelihood == pytest.approx(exact.log_likelihood + 10 * np.log(2e-4), rel=1e-6)
    assert (fit.events, data.events) == (10, 10)
    assert "interval-censored times" in fit.method


def test_no_earlier_time_and_time_0_are_both_left_censored() -> None:
    rows = pd.DataFrame({"after": [np.nan, 2, 5, 7], "by": [3, 6, np.nan, 7], "zero": [0, 2, 5, 7]})
    one = fit_parametric(IntervalFollowUp(frame=rows, after="after", by="by"))
    other = fit_parametric(IntervalFollowUp(frame=rows, after="zero", by="by"))
    assert same(one, other)


def test_distributions_are_ranked_in_each_arm() -> None:
    data = FollowUp(frame=frame("gbsg"), time="rfstime", event="status")
    found = compare_distributions(data, by="hormon")
    assert same(DistributionComparison.from_json(found.to_json()), found)
    assert found.table["group"].tolist() == ["0"] * 6 + ["1"] * 6
    for _, group in found.table.groupby("group"):
        assert group["aic"].is_monotonic_increasing
    alone = fit_parametric(data.split("hormon")["1"], distribution="weibull")
    row = found.table.set_index(["group", "distribution"]).loc[("1", "weibull")]
    assert (row["aic"], row["parameters"]) == (alone.aic, 2)


def test_a_distribution_without_a_fit_is_listed_last() -> None:
    rows = trial(days=[5] * 12)
    found = compare_distributions(trial_follow_up(rows), distributions=["weibull", "exponential"])
    assert found.table["distribution"].tolist() == ["exponential", "weibull"]
    assert "'log(scale)' goes to minus infinity" in found.table["note"].iloc[1]


@pytest.mark.parametrize(
    ("columns", "options", "sentence"),
    [
        ({"died": 0}, {}, "No fit: there are no events"),
        ({"days": 5}, {}, r"the likelihood keeps rising as 'log\(scale\)' goes to minus infinity"),
        ({"age": 7}, {"terms": [Numeric("age")]}, "'age': it has the same value in all rows"),
        (
            {"died": [1] * 6 + [0] * 6},
            {"terms": [Factor("arm")]},
            "keeps rising as 'arm=B' goes to infinity",
        ),
        (
            {},
            {"distribution": "piecewise", "cuts": [8, 9]},
            r"No log\(rate 8-9\): there are no events in the piece",
        ),
    ],
)
def test_says_why_there_is_no_fit(
    columns: dict[str, object], options: dict[str, object], sentence: str
) -> None:
    with pytest.raises(NotEstimableError, match=sentence):
        fit_parametric(trial_follow_up(trial(**columns)), **options)


@pytest.mark.parametrize(
    ("columns", "names", "options", "sentence"),
    [
        ({"days": 0}, {}, {}, r"a parametric model of log time needs times > 0.*rows=12"),
        ({}, {"strata": ("arm",)}, {}, "parametric models have no strata"),
        ({}, {}, {"distribution": "gamma"}, "distribution in"),
        ({}, {}, {"cuts": [3]}, "only a piecewise exponential has cuts"),
        ({}, {}, {"distribution": "piecewise"}, "cuts are ascending times > 0"),
        ({}, {}, {"distribution": "piecewise", "cuts": [3, 2]}, "cuts are ascending times > 0"),
        ({}, {}, {"terms": ["age"]}, "each term is a Numeric"),
        ({}, {}, {"confidence_level": 95}, "0 < confidence_level < 1"),
    ],
)
def test_refuses(
    columns: dict[str, object],
    names: dict[str, object],
    options: dict[str, object],
    sentence: str,
) -> None:
    with pytest.raises(InputError, match=sentence):
        fit_parametric(trial_follow_up(trial(**columns), **names), **options)


def test_refuses_impossible_intervals() -> None:
    for after, by, sentence in (
        ([2, 5], [3, 4], "after <= by"),
        ([None, 1], [None, 2], "each row has a time"),
        ([1, "2"], [3, 4], "column 'after' holds numbers"),
    ):
        rows = pd.DataFrame({"after": after, "by": by})
        with pytest.raises(InputError, match=sentence):
            IntervalFollowUp(frame=rows, after="after", by="by")


def test_refuses_predictions_it_cannot_make() -> None:
    plain = fit_parametric(trial_follow_up())
    aged = fit_parametric(trial_follow_up(), [Numeric("age")])
    mean = fit_parametric(trial_follow_up(), distribution="normal")
    one = pd.DataFrame({"age": [60]})
    with pytest.raises(InputError, match="a model without terms has no profiles"):
        predict_parametric(plain, [5], one)
    with pytest.raises(InputError, match="a model with terms needs profiles"):
        predict_parametric(aged, [5])
    with pytest.raises(InputError, match="each profile has 'age'"):
        predict_parametric(aged, [5], pd.DataFrame({"age": [None]}))
    with pytest.raises(InputError, match="times are finite and > 0"):
        predict_parametric(plain, [0])
    with pytest.raises(InputError, match="0 < p < 1"):
        parametric_quantile(plain, 1)
    with pytest.raises(InputError, match="a restricted mean needs times > 0"):
        parametric_rmst(mean, 5)
    with pytest.raises(InputError, match="0 < until < infinity"):
        parametric_rmst(plain, np.inf)


@pytest.mark.slow
def test_limits_are_covered() -> None:
    rng = np.random.default_rng(6)
    covered, repeats = np.zeros(3), 500
    for _ in range(repeats):
        death, end = 10 * rng.weibull(1.5, 200), rng.uniform(2, 20, 200)
        rows = pd.DataFrame({"days": np.minimum(death, end), "died": (death <= end) * 1})
        fit = fit_parametric(trial_follow_up(rows))
        curve = predict_parametric(fit, [25]).table.iloc[0]
        median, mean = parametric_quantile(fit).iloc[0], parametric_rmst(fit, 10).iloc[0]
        covered += [
            curve["survival_lower"] < np.exp(-(2.5**1.5)) < curve["survival_upper"],
            median["lower"] < 10 * np.log(2) ** (1 / 1.5) < median["upper"],
            mean["lower"] < 6.99792 < mean["upper"],
        ]
    margin = 4 * np.sqrt(0.95 * 0.05 / repeats)
    np.testing.assert_allclose(covered / repeats, 0.95, atol=margin)
