"""Cox regression against R and lifelines, its refusals, and what may not change it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import CoxPHFitter

from analytics.checks import InputError, NotEstimableError
from analytics.results import same
from analytics.survival import SurvivalCounts, fit_cox_by_arm
from analytics.survival.regression import (
    CoxRegression,
    Factor,
    FollowUp,
    Interaction,
    Numeric,
    fit_cox,
)
from tests.analytics.survival.regression.oracle_models import (
    cases,
    fitted,
    follow_up,
    frame,
    oracle_table,
)
from tests.analytics.survival.regression.small_trials import (
    fit_or_none,
    follow_ups,
    trial,
    trial_follow_up,
)

TABLE = oracle_table("cox_regression")
often = settings(max_examples=40, deadline=None)


@pytest.mark.parametrize("case", cases(TABLE))
def test_agrees_with_the_reference(case: str) -> None:
    fit = fitted(case)
    for row in TABLE[TABLE["case"] == case].itertuples():
        expected = pytest.approx(row.expected, rel=row.tolerance, abs=1e-10)
        assert _found(fit, row) == expected, f"{row.quantity} {row.covariate} {row.other}"


def _found(fit: CoxRegression, row: tuple) -> float:
    names = fit.table["covariate"].tolist()
    tests = fit.tests.set_index("test")
    if row.quantity == "covariance":
        return fit.covariance[names.index(row.covariate), names.index(row.other)]
    if row.quantity == "model_std_err":
        return np.sqrt(np.diag(fit.model_covariance))[names.index(row.covariate)]
    if row.covariate:
        return fit.table[row.quantity].iloc[names.index(row.covariate)]
    if row.quantity == "likelihood ratio p":
        return tests.loc["likelihood ratio", "p_value"]
    if row.quantity in tests.index:
        return tests.loc[row.quantity, "statistic"]
    return getattr(fit, row.quantity)


@pytest.mark.parametrize("case", ["veteran_efron", "rotterdam", "cox-tv-strata-heart"])
def test_agrees_with_lifelines(case: str) -> None:
    fit, data = fitted(case), follow_up(case)
    names = fit.table["covariate"].tolist()
    kept = [*names, data.time, data.event, *data.strata, *filter(None, [data.entry])]
    theirs = CoxPHFitter().fit(
        data.frame[kept],
        data.time,
        data.event,
        entry_col=data.entry,
        strata=list(data.strata) or None,
        fit_options={"precision": 1e-12},
    )
    np.testing.assert_allclose(fit.coefficients, theirs.params_[names], rtol=1e-7)
    np.testing.assert_allclose(fit.table["std_err"], theirs.standard_errors_[names], rtol=1e-7)
    assert fit.log_likelihood == pytest.approx(theirs.log_likelihood_, rel=1e-10)


def test_late_entry_counts_in_the_robust_variance() -> None:
    # lifelines, which leaves it out, has 0.254
    assert fitted("cgd_ag").table["std_err"].iloc[0] == pytest.approx(0.311936577081626, rel=1e-9)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("strata", [(), ("sex",)])
def test_the_arm_alone_gives_the_answer_of_the_counts(ties: str, strata: tuple[str, ...]) -> None:
    rows = frame("colon_death")
    data = FollowUp(frame=rows, time="time", event="status", strata=strata)
    fit = fit_cox(data, [Factor("rx", reference="Obs")], ties=ties)
    counts = SurvivalCounts.from_subjects(
        rows["time"],
        rows["status"],
        arms=rows["rx"].tolist(),
        strata=[str(one) for one in rows["sex"]] if strata else None,
        order=("Obs", "Lev", "Lev+5FU"),
    )
    by_arm = fit_cox_by_arm(counts, ties=ties)
    np.testing.assert_allclose(
        fit.coefficients, by_arm.table["log_hazard_ratio"], rtol=1e-10, atol=1e-12
    )
    np.testing.assert_allclose(fit.covariance, by_arm.covariance, rtol=1e-9)
    assert fit.log_likelihood == pytest.approx(by_arm.log_likelihood, rel=1e-12)


def test_whole_weights_are_rows_repeated_under_breslow() -> None:
    rows = trial(times=[1, 2, 3] * 4)
    terms = [Factor("arm"), Numeric("age")]
    weighted = fit_cox(trial_follow_up(rows, weight="times"), terms, ties="breslow")
    repeated = fit_cox(
        trial_follow_up(rows.loc[rows.index.repeat(rows["times"])]), terms, ties="breslow"
    )
    np.testing.assert_allclose(weighted.coefficients, repeated.coefficients, rtol=1e-9)
    np.testing.assert_allclose(weighted.covariance, repeated.covariance, rtol=1e-9)


def test_a_row_cut_in_two_is_the_same_row() -> None:
    rows = trial(start=0.0, subject=range(12))
    early = rows.assign(days=rows["days"] * 0.4, died=0)
    late = rows.assign(start=rows["days"] * 0.4)
    cut = trial_follow_up(pd.concat([late, early]), entry="start", cluster="subject")
    whole = trial_follow_up(rows, cluster="subject")
    one, two = (fit_cox(each, [Factor("arm"), Numeric("age")]) for each in (cut, whole))
    np.testing.assert_allclose(one.coefficients, two.coefficients, rtol=1e-9)
    np.testing.assert_allclose(one.covariance, two.covariance, rtol=1e-9)
    assert (one.clusters, one.rows, one.events) == (12, 24, 10)


def test_incomplete_rows_are_left_out_and_counted() -> None:
    age = [60.0, None, 64, 50, None, 49, 70, 66, 61, 57, 63, 52]
    arm = ["A", "A", "A", "A", None, "A", "B", "B", "B", "B", "B", " "]
    rows = trial(age=age, arm=arm)
    terms = [Factor("arm"), Numeric("age")]
    fit = fit_cox(trial_follow_up(rows), terms)
    assert fit.dropped.to_dict("records") == [
        {"reason": "'arm' and 'age' are missing", "rows": 1},
        {"reason": "'arm' is missing", "rows": 1},
        {"reason": "'age' is missing", "rows": 1},
    ]
    complete = fit_cox(trial_follow_up(rows.iloc[[0, 2, 3, 5, 6, 7, 8, 9, 10]]), terms)
    np.testing.assert_array_equal(fit.coefficients, complete.coefficients)
    assert fit.rows == 9


def test_missing_strata_are_left_out_too() -> None:
    rows = trial(site=["x", "y", None] * 4)
    fit = fit_cox(trial_follow_up(rows, strata=("site",)), [Numeric("age")])
    assert fit.dropped.to_dict("records") == [{"reason": "'site' is missing", "rows": 4}]
    assert fit.strata == ("x", "y")


HOSTILE = ["a + b", "I(x)", "log(days)", "=1+1", "'; DROP TABLE", "a:b", "self", "", "é×ß", "frame"]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_data(name: str) -> None:
    rows = trial().rename(columns={"age": name})
    fit = fit_cox(trial_follow_up(rows), [Factor("arm"), Numeric(name)])
    plain = fit_cox(trial_follow_up(), [Factor("arm"), Numeric("age")])
    assert fit.table["covariate"].tolist() == ["arm=B", name]
    np.testing.assert_array_equal(fit.coefficients, plain.coefficients)
    assert same(CoxRegression.from_json(fit.to_json()), fit)


def test_levels_are_named_whatever_their_type() -> None:
    text = fit_cox(trial_follow_up(), [Factor("arm", reference="B")])
    numbers = fit_cox(
        trial_follow_up(trial(arm=[0.0] * 6 + [1.0] * 6)), [Factor("arm", reference="1")]
    )
    truth = fit_cox(trial_follow_up(trial(arm=[False] * 6 + [True] * 6)), [Factor("arm")])
    kinds = pd.Categorical(list("AAAAAABBBBBB"), categories=["B", "unused", "A"])
    categories = fit_cox(trial_follow_up(trial(arm=kinds)), [Factor("arm")])
    assert text.table["covariate"].tolist() == ["arm=A"]
    assert numbers.table["covariate"].tolist() == ["arm=0"]
    assert truth.table["covariate"].tolist() == ["arm=True"]
    assert categories.table["covariate"].tolist() == ["arm=A"]
    np.testing.assert_allclose(
        [text.coefficients, numbers.coefficients, -truth.coefficients, categories.coefficients],
        text.coefficients[0],
    )


def test_an_interaction_is_a_model_of_its_own_in_each_arm() -> None:
    arm, age = Factor("arm"), Numeric("age")
    rows = frame("veteran").assign(arm=lambda d: d["trt"].map({1: "A", 2: "B"}))
    data = FollowUp(frame=rows, time="time", event="status", strata=("arm",))
    # the arm is the stratum, so each arm's slope of age is that of its own subjects
    inside = rows.assign(age_b=rows["age"] * (rows["arm"] == "B"))
    both = fit_cox(
        FollowUp(frame=inside, time="time", event="status", strata=("arm",)),
        [Numeric("age"), Numeric("age_b")],
    )
    first, second = (fit_cox(part, [age]).coefficients[0] for part in data.split("arm").values())
    np.testing.assert_allclose(both.coefficients, [first, second - first], rtol=1e-8)
    unstratified = FollowUp(frame=rows, time="time", event="status")
    crossed = fit_cox(unstratified, [arm, age, Interaction(arm, age)])
    assert crossed.table["covariate"].tolist() == ["arm=B", "age", "arm=B × age"]


@pytest.mark.parametrize(
    ("columns", "terms", "sentence"),
    [
        ({"died": 0}, ["age"], "there are no events"),
        ({"age": 7}, ["age"], "No estimate for 'age': it has the same value in all rows"),
        (
            {"months": [age * 12 for age in trial()["age"]]},
            ["age", "months"],
            "No estimate for 'months': it is determined by 'age' among those at risk",
        ),
        ({"died": [1] * 6 + [0] * 6}, ["arm"], r"that of 'arm=B' goes to 0, because at every"),
        ({"died": [0] * 6 + [1] * 6}, ["arm"], r"that of 'arm=B' goes to infinity"),
        (
            {"age": range(12, 0, -1), "days": range(1, 13)},
            ["age"],
            "that of 'age' goes to infinity",
        ),
        ({"age": None}, ["age"], "No fit: no row has a value in each of the columns 'age'"),
    ],
)
def test_says_why_there_is_no_estimate(
    columns: dict[str, object], terms: list[str], sentence: str
) -> None:
    with pytest.raises(NotEstimableError, match=sentence):
        fit_cox(
            trial_follow_up(trial(**columns)),
            [Factor(t) if t == "arm" else Numeric(t) for t in terms],
        )


def test_finds_a_direction_in_which_several_covariates_separate() -> None:
    # The event always falls on the highest 2 x one - other; neither alone separates.
    rng = np.random.default_rng(5)
    one, other = rng.normal(size=60), rng.normal(size=60)
    order = np.argsort(-(2 * one - other))
    days = np.empty(60)
    days[order] = np.arange(1, 61)
    rows = pd.DataFrame({"days": days, "died": 1, "one": one, "other": other})
    with pytest.raises(NotEstimableError, match=r"'one' goes to infinity and that of 'other' goes"):
        fit_cox(trial_follow_up(rows), [Numeric("one"), Numeric("other")])


def test_a_covariate_that_varies_between_strata_only_is_named() -> None:
    rows = trial(site=list("AAAAAABBBBBB"))
    with pytest.raises(NotEstimableError, match="'arm=B': it does not vary among those at risk"):
        fit_cox(trial_follow_up(rows, strata=("site",)), [Numeric("age"), Factor("arm")])


def test_a_huge_but_finite_hazard_ratio_is_estimated() -> None:
    rows = pd.DataFrame(
        {"days": range(1, 202), "died": 1, "x": [1.0] * 100 + [0.0] + [1.0] + [0.0] * 99}
    )
    fit = fit_cox(trial_follow_up(rows), [Numeric("x")])
    assert 50 < fit.table["hazard_ratio"].iloc[0] < 1e4


@pytest.mark.parametrize(
    ("columns", "names", "sentence"),
    [
        ({"days": [-1] + [5] * 11}, {}, r"times are finite and >= 0.*got=-1.0, rows=1"),
        ({"days": [None] + [5] * 11}, {}, r"times are finite and >= 0.*got=nan"),
        ({"days": [np.inf] + [5] * 11}, {}, r"column 'days' is finite"),
        ({"days": ["soon"] * 12}, {}, r"column 'days' holds numbers.*got str"),
        ({"days": ["5"] * 12}, {}, r"column 'days' holds numbers.*got str"),
        ({"days": pd.Timestamp("2026-01-01")}, {}, r"column 'days' holds numbers"),
        ({"died": 2}, {}, r"events are 0 or 1.*got=2.0, rows=12"),
        ({"start": 30}, {"entry": "start"}, r"0 <= entry < time.*rows=12"),
        ({"start": -1}, {"entry": "start"}, r"0 <= entry < time"),
        ({"w": 0}, {"weight": "w"}, r"weights are finite and > 0"),
        ({"id": None}, {"cluster": "id"}, r"each row names its cluster.*missing=12"),
        ({}, {"time": "weeks"}, r"the frame has the column once.*'weeks', found=0"),
        ({}, {"strata": "arm"}, r"strata is a tuple of columns"),
        ({}, {"time_unit": "moons"}, r"time_unit in"),
    ],
)
def test_refuses_a_follow_up(
    columns: dict[str, object], names: dict[str, object], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        trial_follow_up(trial(**columns), **names)


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        ([], "there is at least one term"),
        (["age"], r"each term is a Numeric, Factor or Interaction.*got 'age'"),
        ([Numeric("age"), Numeric("age")], "each term is given once"),
        ([Numeric("arm")], "column 'arm' holds numbers"),
        ([Numeric("days")], "no term reads the time or the event"),
        ([Factor("arm", reference="Z")], r"the reference of 'arm' is one of its levels.*'Z'"),
        ([Factor("arm", levels=("A",))], r"the levels of 'arm' are .*unknown=\('B',\)"),
        ([Interaction(Factor("arm"), Numeric("age"))], "are given beside it"),
        ([Numeric("weight")], "the frame has the column once"),
    ],
)
def test_refuses_terms(terms: list, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        fit_cox(trial_follow_up(), terms)


def test_refuses_unknown_options_and_unclear_columns() -> None:
    with pytest.raises(InputError, match="ties in"):
        fit_cox(trial_follow_up(), [Numeric("age")], ties="exact")
    with pytest.raises(InputError, match="0 < confidence_level < 1"):
        fit_cox(trial_follow_up(), [Numeric("age")], confidence_level=95)
    with pytest.raises(InputError, match="text or numbers, not both"):
        fit_cox(trial_follow_up(trial(arm=[1, "1"] * 6)), [Factor("arm")])
    doubled = pd.concat([trial(), trial()[["age"]]], axis=1)
    with pytest.raises(InputError, match=r"the frame has the column once.*found=2"):
        fit_cox(trial_follow_up(doubled), [Numeric("age")])
    many = trial().loc[np.zeros(600, dtype=int)].assign(site=range(600))
    with pytest.raises(InputError, match="a factor has at most 500 levels; a stratum may"):
        fit_cox(trial_follow_up(many), [Factor("site")])


def test_a_factor_with_many_levels_is_fitted() -> None:
    rng = np.random.default_rng(2)
    rows = pd.DataFrame(
        {
            "days": rng.exponential(100, 3000),
            "died": rng.integers(0, 2, 3000),
            "site": rng.integers(0, 60, 3000),
        }
    )
    fit = fit_cox(trial_follow_up(rows), [Factor("site")])
    assert len(fit.table) == 59
    assert fit.term_tests()["degrees_of_freedom"].tolist() == [59]
    wald = fit.tests.set_index("test").loc["Wald", "statistic"]
    assert fit.term_tests()["statistic"].iloc[0] == pytest.approx(wald, rel=1e-9)


def test_times_equal_up_to_rounding_are_ties() -> None:
    close = trial(days=[0.1 + 0.2, 0.3, *range(2, 12)])
    equal = trial(days=[0.3, 0.3, *range(2, 12)])
    one, other = (fit_cox(trial_follow_up(rows), [Numeric("age")]) for rows in (close, equal))
    assert same(one, other)


def test_the_method_is_said() -> None:
    rows = trial(start=[0, 0, 2] * 2 + [0] * 6, site=list("xy") * 6, id=range(12), w=1.5)
    data = trial_follow_up(rows, entry="start", strata=("site",), cluster="id", weight="w")
    assert fit_cox(data, [Numeric("age")], ties="breslow").method == (
        "Stratified Cox regression, Breslow ties, late entry, case weights, robust variance, "
        "by cluster"
    )


@often
@given(follow_ups(), st.sampled_from(["efron", "breslow"]), st.booleans())
def test_every_fit_is_sound(data: FollowUp, ties: str, robust: bool) -> None:
    fit = fit_or_none(data, ties=ties, robust=robust)
    if fit is None:
        return
    table = fit.table
    assert (table["lower"] <= table["hazard_ratio"]).all()
    assert (table["hazard_ratio"] <= table["upper"]).all()
    assert table["p_value"].between(0, 1).all()
    assert fit.log_likelihood >= fit.log_likelihood_null - 1e-9
    assert (np.linalg.eigvalsh(fit.model_covariance) > 0).all()
    np.testing.assert_array_equal(fit.model_covariance, fit.model_covariance.T)
    assert same(CoxRegression.from_json(fit.to_json()), fit)


@often
@given(follow_ups(), st.sampled_from(["efron", "breslow"]))
def test_units_and_order_of_rows_make_no_difference(data: FollowUp, ties: str) -> None:
    rows = data.frame.sample(frac=1, random_state=3)
    rows["age"] = 1000 - 4 * rows["age"]
    rows["days"], rows["start"] = 2 * rows["days"], 2 * rows["start"]
    other = FollowUp(
        frame=rows,
        time="days",
        event="died",
        entry="start",
        strata=data.strata,
        weight=data.weight,
    )
    one, two = fit_or_none(data, ties=ties), fit_or_none(other, ties=ties)
    assert (one is None) == (two is None)
    if one is not None and two is not None:
        factor = np.where(one.table["covariate"] == "age", -4, 1)
        np.testing.assert_allclose(
            one.coefficients, two.coefficients * factor, rtol=1e-6, atol=1e-8
        )
        assert one.log_likelihood == pytest.approx(two.log_likelihood, rel=1e-10, abs=1e-10)


@often
@given(follow_ups())
def test_the_top_is_a_top(data: FollowUp) -> None:
    fit = fit_or_none(data)
    if fit is None:
        return
    rows = data.frame
    arms = [rows["arm"].eq(arm).to_numpy(dtype=float) for arm in fit.table["level"][:-1]]
    covariates = np.column_stack([*arms, rows["age"]])
    assert _log_likelihood(data, covariates @ fit.coefficients) == pytest.approx(
        fit.log_likelihood, rel=1e-9, abs=1e-9
    )
    every = np.eye(len(fit.table))
    for step in (*every, *-every):
        moved = fit.coefficients + step * 0.05 * fit.table["std_err"]
        assert _log_likelihood(data, covariates @ moved) < fit.log_likelihood


def _log_likelihood(data: FollowUp, score: np.ndarray) -> float:
    """Efron's partial log-likelihood, event by event from its definition."""
    rows = data.frame.reset_index(drop=True)
    weight = rows["w"] if data.weight else pd.Series(1.0, index=rows.index)
    stratum = rows["site"] if data.strata else pd.Series("", index=rows.index)
    total = 0.0
    events = rows.assign(stratum=stratum)[rows["died"] == 1]
    for (label, day), dying in events.groupby(["stratum", "days"]):
        at_risk = (stratum == label) & (rows["start"] < day) & (rows["days"] >= day)
        risk = weight * np.exp(score)
        own = dying.index
        total += float((weight * score)[own].sum())
        for turn in range(len(own)):
            left = risk[at_risk].sum() - turn / len(own) * risk[own].sum()
            total -= float(weight[own].mean() * np.log(left))
    return total


def test_a_robust_variance_without_an_inverse_gives_no_wald_test() -> None:
    rows = pd.DataFrame(
        {
            "days": [2.0, 2, 1, 2, 1, 2, 1, 1],
            "start": [1.0, 1, 0, 1, 0, 1, 0, 0],
            "died": [0, 1, 1, 0, 1, 1, 1, 1],
            "age": [45.0, 66, 70, 60, 62, 38, 65, 61],
            "arm": list("CCCCACCB"),
            "w": [0.97, 0.75, 0.93, 1.18, 1.8, 0.9, 0.83, 1.28],
        }
    )
    data = FollowUp(frame=rows, time="days", event="died", entry="start", weight="w")
    fit = fit_or_none(data, ties="efron")
    assert fit is not None
    tests = fit.tests.set_index("test")["statistic"]
    assert np.isnan(tests["Wald"])
    assert tests["likelihood ratio"] > 0
    assert len(fit.term_tests()) == 2


@pytest.mark.parametrize("beside", [1, 2, 3, 4])
def test_one_event_at_an_extreme_is_said_before_rounding_takes_over(beside: int) -> None:
    """The log-likelihood rises to 0: what is left of it then is rounding."""
    rows = pd.DataFrame(
        {
            "days": [float(place) for place in range(1, beside + 2)],
            "died": [1] + [0] * beside,
            "arm": ["B"] + ["A"] * beside,
        }
    )
    with pytest.raises(NotEstimableError, match="'arm=B' goes to infinity, because at every event"):
        fit_cox(trial_follow_up(rows), [Factor("arm")])
