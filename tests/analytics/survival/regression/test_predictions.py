"""Baseline hazards, predicted and adjusted survival: against R, and by other routes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from analytics.checks import InputError
from analytics.results import same
from analytics.survival import SurvivalCounts, fit_kaplan_meier
from analytics.survival.regression import (
    AdjustedCurves,
    CoxBaseline,
    Factor,
    FollowUp,
    Numeric,
    PredictedSurvival,
    adjust_curves,
    estimate_baseline,
    fit_cox,
    predict_survival,
)
from tests.analytics.survival.regression.oracle_models import (
    cases,
    fitted,
    follow_up,
    frame,
    oracle_table,
)
from tests.analytics.survival.regression.small_trials import (
    TERMS,
    fit_or_none,
    follow_ups,
    trial,
    trial_follow_up,
)
from tests.invariants import check_not_increasing, check_ordered, check_probabilities

TABLE = oracle_table("cox_predictions")


@pytest.mark.parametrize("case", cases(TABLE))
def test_agrees_with_the_reference(case: str) -> None:
    baseline = estimate_baseline(fitted(case), follow_up(case))
    own = TABLE[TABLE["case"] == case]
    for (kind, profile, interval), rows in own.groupby(["kind", "profile", "interval"]):
        for row in rows.itertuples():
            found = _found(case, baseline, kind, profile, interval, row)
            expected = pytest.approx(row.expected, rel=row.tolerance, abs=1e-12)
            assert found == expected, f"{kind} {profile} {row.quantity} at {row.time}"


def _found(
    case: str, baseline: CoxBaseline, kind: str, profile: str, interval: str, row: tuple
) -> float:
    if kind == "baseline":
        zero = baseline.at_zero()
        steps = zero[(zero["stratum"] == row.stratum) & (zero["time"] <= row.time)]
        start = {"cumulative_hazard": 0.0, "survival": 1.0}[row.quantity]
        return steps[row.quantity].iloc[-1] if len(steps) else start
    if kind == "profile":
        found = predict_survival(
            baseline, _profile(case, profile), times=[row.time], interval=interval
        )
        return found.table[row.quantity].iloc[0]
    column, _, arm = profile.partition("=")
    curves = adjust_curves(fitted(case), follow_up(case), arm=column, times=[row.time])
    table = curves.table if kind == "adjusted" else curves.differences
    return table.loc[table["arm"] == arm, row.quantity].iloc[0]


def _profile(case: str, profile: str) -> pd.DataFrame:
    if profile.startswith("row "):
        return follow_up(case).frame.iloc[[int(profile.removeprefix("row "))]]
    values = (one.split("=") for one in profile.split("|"))
    return pd.DataFrame({name: [float(value)] for name, value in values})


@settings(max_examples=40, deadline=None)
@given(follow_ups())
def test_predictions_are_survival_curves(data: FollowUp) -> None:
    fit = fit_or_none(data)
    if fit is None:
        return
    baseline = estimate_baseline(fit, data)
    found = predict_survival(baseline, pd.DataFrame({"arm": data.frame["arm"], "age": 60.0})[:3])
    table = found.table
    check_probabilities(table["survival"])
    check_probabilities(table[["lower", "upper"]])
    check_ordered(table["lower"], table["survival"], table["upper"])
    for _, curve in table.groupby(["profile", "stratum"]):
        check_not_increasing(curve["survival"])
    assert same(CoxBaseline.from_json(baseline.to_json()), baseline)
    assert same(PredictedSurvival.from_json(found.to_json()), found)


@settings(max_examples=30, deadline=None)
@given(follow_ups())
def test_baselines_expect_the_events_that_happened(data: FollowUp) -> None:
    fit = fit_or_none(data, ties="breslow")
    if fit is None:
        return
    baseline = estimate_baseline(fit, data)
    rows = data.frame.reset_index(drop=True)
    weight = rows["w"] if data.weight else pd.Series(1.0, index=rows.index)
    names = dict(zip(fit.table["level"], fit.coefficients, strict=True))
    score = rows["arm"].map(names).fillna(0.0) + (rows["age"] * names[""])
    score -= baseline.centre @ fit.coefficients
    expected = 0.0
    for place, row in rows.iterrows():
        steps = baseline.table
        if data.strata:
            steps = steps[steps["stratum"] == row["site"]]
        hazard = np.concatenate(([0.0], steps["cumulative_hazard"]))
        ends = np.searchsorted(steps["time"], [row["start"], row["days"]], side="right")
        expected += weight[place] * np.exp(score[place]) * np.diff(hazard[ends])[0]
    assert expected == pytest.approx(weight @ rows["died"], rel=1e-9)


def test_curves_are_steps_and_end_with_the_follow_up() -> None:
    data = trial_follow_up()
    baseline = estimate_baseline(fit_cox(data, TERMS), data)
    profiles = pd.DataFrame({"arm": ["B"], "age": [60]})
    found = predict_survival(baseline, profiles, times=[0, 1, 1.9, 2, 25, 25.1]).table
    survival = found["survival"].to_numpy()
    assert survival[0] == 1
    assert survival[1] == survival[2] > survival[3]
    assert np.isnan(found[["survival", "std_err", "lower", "upper"]].iloc[-1]).all()


def test_a_time_that_differs_by_rounding_is_the_event_time() -> None:
    data = trial_follow_up(trial(days=np.array(trial()["days"]) / 10))
    fit = fit_cox(data, TERMS)
    profiles = pd.DataFrame({"arm": ["B"], "age": [60]})
    exact, rounded = 0.3 + 0.5, 0.1 + 0.7
    assert rounded < exact
    found = predict_survival(estimate_baseline(fit, data), profiles, times=[rounded, exact]).table
    assert found["survival"].nunique() == 1
    adjusted = adjust_curves(fit, data, arm="arm", times=[rounded, exact]).table
    assert adjusted.groupby("arm")["survival"].nunique().tolist() == [1, 1]


def test_each_profile_has_its_stratum_or_all_of_them() -> None:
    data = follow_up("veteran_strata")
    baseline = estimate_baseline(fitted("veteran_strata"), data)
    profiles = pd.DataFrame({"arm": [0, 1], "karno": [60, 60], "celltype": ["adeno", "large"]})
    named = predict_survival(baseline, profiles, times=[50]).table
    assert named["stratum"].tolist() == ["adeno", "large"]
    everywhere = predict_survival(baseline, profiles[["arm", "karno"]], times=[50]).table
    assert everywhere["stratum"].tolist() == ["adeno", "large", "smallcell", "squamous"] * 2
    assert named["survival"].iloc[0] == everywhere["survival"].iloc[0]


@pytest.mark.parametrize(
    ("profiles", "sentence"),
    [
        ({"arm": ["B"]}, "the frame has the column once.*'age'"),
        ({"arm": ["B"], "age": [None]}, "each profile has 'age'"),
        ({"arm": ["Z"], "age": [60]}, r"the levels of 'arm' are .*unknown=\('Z',\)"),
        ({"arm": [], "age": []}, "there is at least one profile"),
    ],
)
def test_refuses_profiles(profiles: dict[str, list], sentence: str) -> None:
    data = trial_follow_up()
    baseline = estimate_baseline(fit_cox(data, TERMS), data)
    with pytest.raises(InputError, match=sentence):
        predict_survival(baseline, pd.DataFrame(profiles))


def test_refuses_an_unknown_stratum() -> None:
    baseline = estimate_baseline(fitted("veteran_strata"), follow_up("veteran_strata"))
    profiles = pd.DataFrame({"arm": [0], "karno": [60], "celltype": ["giant"]})
    with pytest.raises(InputError, match=r"the strata are .*unknown=\('giant',\)"):
        predict_survival(baseline, profiles)


def test_adjusting_for_nothing_by_stratum_is_close_to_kaplan_meier() -> None:
    # With a covariate that matters little, each arm's adjusted curve is near its own curve.
    rows = frame("gbsg").assign(noise=np.random.default_rng(0).normal(size=686))
    data = FollowUp(frame=rows, time="rfstime", event="status")
    fit = fit_cox(data, [Factor("hormon"), Numeric("noise")])
    curves = adjust_curves(fit, data, arm="hormon", times=[730])
    counts = SurvivalCounts.from_subjects(
        rows["rfstime"], rows["status"], arms=[str(one) for one in rows["hormon"]]
    )
    own = fit_kaplan_meier(counts).landmark(730)
    np.testing.assert_allclose(curves.table["survival"], own["survival"], atol=0.02)


@settings(max_examples=8, deadline=None)
@given(follow_ups(late=False))
def test_the_adjusted_standard_error_is_the_infinitesimal_jackknife(data: FollowUp) -> None:
    fit = fit_or_none(data, robust=False)
    if fit is None or (fit.table["std_err"] > 3).any():
        return
    rows = data.frame.assign(w=data.frame["w"] if data.weight else 1.0)
    ends = rows.groupby("site")["days"].max().min() if data.strata else rows["days"].max()
    when = [float(min(rows["days"].median(), ends))]
    found = adjust_curves(fit, data, arm="arm", times=when)

    def of(weights: pd.Series) -> np.ndarray:
        part = FollowUp(
            frame=rows.assign(w=weights), time="days", event="died", strata=data.strata, weight="w"
        )
        again = adjust_curves(fit_cox(part, TERMS, robust=False), part, arm="arm", times=when)
        return np.concatenate((again.table["survival"], again.differences["difference"]))

    step, changes = 1e-4, []
    for place, weight in rows["w"].items():
        up, down = rows["w"].copy(), rows["w"].copy()
        up[place], down[place] = weight + step, weight - step
        changes.append(weight * (of(up) - of(down)) / (2 * step))
    expected = np.sqrt(np.square(changes).sum(axis=0))
    ours = np.concatenate((found.table["std_err"], found.differences["std_err"]))
    np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-8)


@pytest.mark.slow
def test_adjusted_differences_are_covered() -> None:
    rng = np.random.default_rng(8)
    covered, repeats = 0, 400
    age = rng.normal(size=200_000)
    truth = np.exp(-np.exp(-0.7 + age)).mean() - np.exp(-np.exp(age)).mean()
    for _ in range(repeats):
        age, arm = rng.normal(size=300), rng.integers(0, 2, 300)
        death = rng.exponential(np.exp(0.7 * arm - age))
        end = rng.uniform(0.5, 4, 300)
        rows = pd.DataFrame(
            {"days": np.minimum(death, end), "died": (death <= end) * 1, "arm": arm, "age": age}
        )
        data = trial_follow_up(rows)
        fit = fit_cox(data, [Numeric("arm"), Numeric("age")])
        row = adjust_curves(fit, data, arm="arm", times=[1]).differences.iloc[0]
        covered += row["lower"] < truth < row["upper"]
    assert abs(covered / repeats - 0.95) < 4 * np.sqrt(0.95 * 0.05 / repeats)


def test_adjusted_curves_survive_the_wire_and_refuse() -> None:
    data = trial_follow_up()
    fit = fit_cox(data, TERMS)
    curves = adjust_curves(fit, data, arm="arm")
    assert same(AdjustedCurves.from_json(curves.to_json()), curves)
    check_ordered(curves.table["lower"], curves.table["survival"], curves.table["upper"])
    with pytest.raises(InputError, match="the arm is a factor of the model, or a number in it"):
        adjust_curves(fit, data, arm="sex")
    with pytest.raises(InputError, match="'age' is 0 or 1"):
        adjust_curves(fit, data, arm="age")
    with pytest.raises(InputError, match="times are from 0 to 25"):
        adjust_curves(fit, data, arm="arm", times=[26])
    late = trial_follow_up(trial(start=[0] * 11 + [3]), entry="start")
    with pytest.raises(InputError, match="everybody is at risk from 0"):
        adjust_curves(fit_cox(late, TERMS), late, arm="arm")
