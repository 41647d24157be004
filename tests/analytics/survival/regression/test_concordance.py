"""Concordance against R, against lifelines, and against counting pairs one by one."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines.utils import concordance_index

from analytics.checks import InputError, NotEstimableError
from analytics.results import same
from analytics.survival.regression import (
    Concordance,
    FollowUp,
    concordance,
    concordance_of_scores,
)
from analytics.survival.regression.dominance import later_weights
from tests.analytics.survival.regression.oracle_models import (
    fitted,
    follow_up,
    oracle_table,
)
from tests.analytics.survival.regression.small_trials import (
    follow_ups,
    trial,
    trial_follow_up,
)

TABLE = oracle_table("cox_concordance")
TABLE["until"] = TABLE["until"].astype(str)
FITS = TABLE[["case", "weighting", "until"]].drop_duplicates()


@pytest.mark.parametrize(("case", "weighting", "until"), FITS.to_numpy().tolist())
def test_agrees_with_the_reference(case: str, weighting: str, until: str) -> None:
    limit = float(until) if until else None
    found = concordance(fitted(case), follow_up(case), weighting=weighting, until=limit)
    for row in TABLE[(TABLE["case"] == case) & (TABLE["weighting"] == weighting)].itertuples():
        value = found.std_err**2 if row.quantity == "variance" else getattr(found, row.quantity)
        expected = pytest.approx(row.expected, rel=row.tolerance, abs=1e-10)
        assert value == expected, row.quantity


def test_agrees_with_lifelines() -> None:
    data = follow_up("gbsg_three")
    scores = data.frame["nodes"]
    theirs = concordance_index(data.frame[data.time], -scores, data.frame[data.event])
    assert concordance_of_scores(data, scores).concordance == pytest.approx(theirs, rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(follow_ups(), st.integers(1, 8), st.booleans())
def test_agrees_with_counting_pairs(data: FollowUp, scores: int, limited: bool) -> None:
    rows = data.frame.reset_index(drop=True)
    score = (rows["age"] * 10).astype(int) % scores
    until = float(rows["days"].median()) if limited else None
    try:
        found = concordance_of_scores(data, score, until=until)
    except NotEstimableError:
        found = None
    pairs = _pairs(rows, score, data, until)
    if not pairs[:3].any():
        assert found is None
        return
    assert found is not None
    counted = [
        found.concordant, found.discordant, found.tied_score, found.tied_time, found.tied_both,
    ]  # fmt: skip
    np.testing.assert_allclose(counted, pairs, rtol=1e-10, atol=1e-10)
    assert 0 <= found.lower <= found.concordance <= found.upper <= 1


def _pairs(rows: pd.DataFrame, score: pd.Series, data: FollowUp, until: float | None) -> np.ndarray:
    weight = rows["w"] if data.weight else pd.Series(1.0, index=rows.index)
    counts = np.zeros(5)
    for one, other in permutations(range(len(rows)), 2):
        first, second = rows.iloc[one], rows.iloc[other]
        together = not data.strata or first["site"] == second["site"]
        if not (together and first["died"] and (until is None or first["days"] <= until)):
            continue
        there = second["start"] < first["days"] <= second["days"]
        same_score = score[one] == score[other]
        amount = weight[one] * weight[other]
        if there and (second["days"] > first["days"] or not second["died"]):
            place = 2 if same_score else int(score[one] < score[other])
            counts[place] += amount
        elif second["died"] and second["days"] == first["days"] and one < other:
            counts[4 if same_score else 3] += amount
    return counts


@settings(max_examples=20, deadline=None)
@given(follow_ups(), st.sampled_from(["harrell", "uno"]))
def test_the_standard_error_is_the_infinitesimal_jackknife(data: FollowUp, weighting: str) -> None:
    if weighting == "uno":
        return  # its weights change with the rows' weights, and are taken as known
    rows = data.frame.assign(w=data.frame["w"] if data.weight else 1.0)
    score, step = rows["age"].round(-1), 1e-5

    def of(weights: pd.Series) -> float:
        part = FollowUp(
            frame=rows.assign(w=weights),
            time="days",
            event="died",
            entry="start",
            strata=data.strata,
            weight="w",
        )
        return concordance_of_scores(part, score).concordance

    try:
        found = concordance_of_scores(data, score)
    except NotEstimableError:
        return
    changes = []
    for place, weight in rows["w"].items():
        up, down = rows["w"].copy(), rows["w"].copy()
        up[place], down[place] = weight + step, weight - step
        changes.append(weight * (of(up) - of(down)) / (2 * step))
    assert found.std_err == pytest.approx(np.sqrt(np.sum(np.square(changes))), rel=1e-4, abs=1e-8)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.integers(0, 10**6))
def test_later_weights_are_sums_over_pairs(size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    key, score, weight = rng.permutation(size), rng.integers(0, 6, size), rng.random(size)
    later = key[None, :] > key[:, None]
    lower, same_score = later_weights(key, score, weight)
    np.testing.assert_allclose(lower, (later & (score < score[:, None])) @ weight, atol=1e-12)
    np.testing.assert_allclose(same_score, (later & (score == score[:, None])) @ weight, atol=1e-12)


def test_chance_and_certainty() -> None:
    data = trial_follow_up(trial(died=1))
    days = data.frame["days"]
    assert concordance_of_scores(data, -days).concordance == 1
    assert concordance_of_scores(data, days).concordance == 0
    constant = concordance_of_scores(data, np.ones(12))
    assert (constant.concordance, constant.std_err) == (0.5, 0)


@pytest.mark.slow
def test_uno_is_free_of_the_censoring_and_harrell_is_not() -> None:
    rng = np.random.default_rng(4)
    found: dict[tuple[str, float], list[float]] = {}
    for _ in range(150):
        x = rng.normal(size=400)
        # hazards that cross: the score is worth more early than late
        death = np.where(
            rng.random(400) < 0.5, rng.exponential(np.exp(-2 * x)), 2 + rng.exponential(size=400)
        )
        for scale in (1.0, 8.0):
            end = rng.exponential(scale, 400)
            rows = pd.DataFrame(
                {"days": np.minimum(death, end), "died": (death <= end).astype(int)}
            )
            for weighting in ("harrell", "uno"):
                value = concordance_of_scores(
                    trial_follow_up(rows), x, weighting=weighting, until=2.5
                ).concordance
                found.setdefault((weighting, scale), []).append(value)
    mean = {key: np.mean(values) for key, values in found.items()}
    assert abs(mean["uno", 1.0] - mean["uno", 8.0]) < 0.01
    assert abs(mean["harrell", 1.0] - mean["harrell", 8.0]) > 0.02


def test_survives_the_wire_and_refuses() -> None:
    data = trial_follow_up()
    found = concordance_of_scores(data, range(12))
    assert same(Concordance.from_json(found.to_json()), found)
    with pytest.raises(InputError, match=r"one score per row.*rows=12, scores=3"):
        concordance_of_scores(data, [1, 2, 3])
    with pytest.raises(InputError, match="scores are finite"):
        concordance_of_scores(data, [np.nan] * 12)
    with pytest.raises(InputError, match="weighting in"):
        concordance_of_scores(data, range(12), weighting="gonen")
    with pytest.raises(InputError, match="until > 0"):
        concordance_of_scores(data, range(12), until=0)
    late = trial_follow_up(trial(start=[0] * 11 + [3]), entry="start")
    with pytest.raises(InputError, match="Uno's weights need everybody at risk from 0"):
        concordance_of_scores(late, range(12), weighting="uno")


def test_says_when_there_is_nothing_to_compare() -> None:
    with pytest.raises(NotEstimableError, match="no two subjects can be compared"):
        concordance_of_scores(trial_follow_up(trial(died=0)), range(12))
    tied = trial_follow_up(trial(days=3, died=1, w=np.linspace(0.1, 0.7, 12)), weight="w")
    with pytest.raises(NotEstimableError, match="no two subjects can be compared"):
        concordance_of_scores(tied, range(12))
