"""Scores of risks: reference values, plain recomputation, and what must always hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analytics.checks import InputError, NotEstimableError
from analytics.results import Result
from analytics.safety.prediction.data import CENSORED, COMPETING, EVENT, RiskData
from analytics.safety.prediction.scores import (
    observed_by,
    recalibrated,
    score_risks,
    simple_scores,
)
from analytics.survival.competing import CompetingCounts, fit_aalen_johansen
from tests.analytics.survival.oracle_data import oracle_table

P = np.array(
    [0.02, 0.05, 0.07, 0.1, 0.12, 0.15, 0.18, 0.22, 0.25, 0.28,
     0.31, 0.35, 0.38, 0.42, 0.46, 0.5, 0.55, 0.61, 0.7, 0.82]
)  # fmt: skip
Y = np.array([0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1])


def data_of(days: np.ndarray, cause: np.ndarray) -> RiskData:
    n = len(days)
    return RiskData(
        subjects=[str(place) for place in range(n)],
        predictors=pd.DataFrame(index=range(n)),
        days=days.astype(float),
        cause=cause,
    )


def binary() -> RiskData:
    return data_of(np.where(Y == 1, 5.0, 10.0), np.where(Y == 1, EVENT, CENSORED))


def simulated(seed: int, n: int = 300) -> tuple[np.ndarray, RiskData]:
    rng = np.random.default_rng(seed)
    risk = rng.uniform(0.05, 0.9, n)
    times = rng.integers(1, 60, n).astype(float)
    cause = np.where(rng.uniform(size=n) < risk, EVENT, COMPETING)
    followed = rng.integers(1, 80, n).astype(float)
    seen = times <= followed
    return risk, data_of(np.minimum(times, followed), np.where(seen, cause, CENSORED))


@pytest.mark.parametrize("row", list(oracle_table("prediction_scores").itertuples()), ids=str)
def test_scores_of_known_outcomes_are_the_reference_values(row):
    scores = score_risks(P, binary(), days=10, thresholds=(0.1, 0.2, 0.3))
    if row.score == "calibration_intercept":
        found = recalibrated(P, observed_by(binary(), 10))[1]
    elif row.score in ("net_benefit", "treat_all"):
        at = scores.decisions.set_index("threshold")
        found = at.loc[float(row.threshold), row.score]
    else:
        found = getattr(scores, row.score)
    assert found == pytest.approx(float(row.expected), abs=float(row.tolerance))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("day", [10, 30, 59])
def test_the_weighted_incidence_is_aalen_and_johansens(seed, day):
    _, data = simulated(seed)
    names = {CENSORED: "", EVENT: "event", COMPETING: "other"}
    counts = CompetingCounts.from_subjects(data.days, [names[c] for c in data.cause])
    curves = fit_aalen_johansen(counts).landmark(day).set_index("cause")
    assert observed_by(data, day).share == pytest.approx(curves.loc["event", "incidence"])


@pytest.mark.parametrize("seed", range(3))
def test_scores_equal_a_plain_recomputation(seed):
    risk, data = simulated(seed, 60)
    day = 30.0
    found = observed_by(data, day)

    def followed_until(time: float) -> float:
        """Chance of not being censored before a time; events at a time come first."""
        chance = 1.0
        for when in np.unique(data.days[data.days < time]):
            lost = ((data.days == when) & (data.cause == CENSORED)).sum()
            gone = ((data.days == when) & (data.cause != CENSORED)).sum()
            chance *= 1 - lost / max((data.days >= when).sum() - gone, 1)
        return chance

    weights = []
    for time, cause in zip(data.days, data.cause, strict=True):
        known = cause != CENSORED or time >= day
        weights.append(1 / followed_until(min(time, day)) if known else 0.0)
    assert found.weight == pytest.approx(weights)
    happened = (data.cause == EVENT) & (data.days <= day)
    scores = score_risks(risk, data, days=day)
    brier = sum(w * (y - r) ** 2 for w, y, r in zip(weights, happened, risk, strict=True)) / 60
    assert scores.brier == pytest.approx(brier)
    won = total = 0.0
    for i in np.flatnonzero(happened):
        for j in np.flatnonzero(~happened):
            pair = weights[i] * weights[j]
            total += pair
            won += pair * ((risk[i] > risk[j]) + 0.5 * (risk[i] == risk[j]))
    assert scores.auc == pytest.approx(won / total)


@settings(max_examples=40)
@given(seed=st.integers(0, 10_000), day=st.integers(5, 55))
def test_what_holds_for_all_risks(seed, day):
    risk, data = simulated(seed, 80)
    try:
        scores = score_risks(risk, data, days=day)
    except NotEstimableError:
        assume(False)
    assert 0 <= scores.auc <= 1
    # Everybody without the event may have had a competing one.
    assert np.isnan(scores.auc_event_free) or 0 <= scores.auc_event_free <= 1
    assert scores.brier >= 0
    assert scores.ipa <= 1
    share = np.full(80, scores.observed)
    null = simple_scores(share, observed_by(data, day))
    assert null["ipa"] == pytest.approx(0)
    assert null["auc"] == pytest.approx(0.5)
    assert null["observed_expected"] == pytest.approx(1)
    assert null["calibration_in_the_large"] == pytest.approx(0, abs=1e-6)
    order = np.random.default_rng(seed).permutation(80)
    turned = score_risks(risk[order], data.at(order), days=day)
    assert turned.to_frame()["value"].tolist() == pytest.approx(
        scores.to_frame()["value"].tolist(), nan_ok=True
    )
    assert (scores.decisions["treat_none"] == 0).all()
    assert scores.curve["incidence"].between(0, 1).all()


def test_a_bootstrap_counts_a_subject_as_often_as_drawn():
    risk, data = simulated(1, 50)
    rng = np.random.default_rng(2)
    numbers = rng.multinomial(50, np.full(50, 0.02))
    places = np.repeat(np.arange(50), numbers)
    drawn = simple_scores(risk[places], observed_by(data.at(places), 30))
    counted = simple_scores(risk, observed_by(data, 30, numbers.astype(float)))
    smooth = {"ici", "e50", "e90"}  # a point that is there twice is two neighbours
    for name in set(drawn) - smooth:
        assert counted[name] == pytest.approx(drawn[name]), name


def test_perfect_risks_are_perfect():
    data = binary()
    scores = score_risks(Y.astype(float), data, days=10)
    assert (scores.auc, scores.brier, scores.ipa) == (1.0, 0.0, 1.0)


def test_what_cannot_be_scored_is_said():
    with pytest.raises(NotEstimableError, match=r"Nobody had the event by day 1\."):
        score_risks(P, binary(), days=1)
    everybody = data_of(np.full(20, 5.0), np.full(20, EVENT))
    with pytest.raises(NotEstimableError, match="Nobody is known to be without the event"):
        score_risks(P, everybody, days=9)
    early = data_of(np.array([2.0, 3.0, 4.0]), np.array([EVENT, COMPETING, CENSORED]))
    with pytest.raises(NotEstimableError, match="Nobody was followed to day 10"):
        score_risks(np.full(3, 0.5), early, days=10)
    with pytest.raises(InputError, match="0 <= risk <= 1"):
        score_risks(P + 1, binary(), days=10)
    with pytest.raises(InputError, match="a risk for each subject"):
        score_risks(P[1:], binary(), days=10)


def test_scores_survive_json():
    scores = score_risks(P, binary(), days=10)
    again = Result.from_json(scores.to_json())
    assert again.to_json() == scores.to_json()
