"""Importance, dependence and contributions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.checks import InputError
from analytics.results import Result, same
from analytics.safety.prediction.boosting import Boosting
from analytics.safety.prediction.cause_specific_cox import CauseSpecificCox
from analytics.safety.prediction.contributions import (
    reference_subject,
    replacement_contributions,
    shapley_contributions,
)
from analytics.safety.prediction.data import EVENT, Floats, RiskData
from analytics.safety.prediction.discrete_hazards import DiscreteHazards
from analytics.safety.prediction.explanation import (
    NOT_CAUSAL,
    PermutationImportance,
    partial_dependence,
    permutation_importance,
)
from analytics.safety.prediction.model import FittedRisk
from tests.analytics.safety.prediction.simulated import DAY, people, subjects
from tests.invariants import check_ordered


def _score(risk: Floats, data: RiskData) -> float:
    happened = (data.cause == EVENT) & (data.days <= DAY)
    return -float(((happened - risk) ** 2).mean())


def _parts(n: int = 800) -> list[tuple[FittedRisk, RiskData]]:
    data = subjects(n, np.random.default_rng(1), censored=False)
    half = np.arange(n // 2)
    first, second = data.at(half), data.at(half + n // 2)
    model = DiscreteHazards()
    return [
        (model.fit(first, days=DAY, seed=0), second),
        (model.fit(second, days=DAY, seed=0), first),
    ]


def _importance(seed: int = 3, **more: object) -> PermutationImportance:
    rng = np.random.default_rng(seed)
    settings = {"repeats": 3, "resamples": 100, **more}
    return permutation_importance(
        _parts(), days=DAY, score=_score, rng=rng, **settings  # type: ignore[arg-type]
    )  # fmt: skip


def test_what_matters_comes_first_and_noise_does_not() -> None:
    found = _importance()
    table = found.table.set_index("predictor")
    assert found.table["predictor"].tolist()[:2] == ["AGE", "arm"]
    assert table.loc["AGE", "lower"] > 0
    assert table.loc["NOISE", "lower"] < 0.001
    check_ordered(table["lower"], table["importance"], table["upper"])
    assert found.note == NOT_CAUSAL
    assert same(Result.from_json(found.to_json()), found)
    assert found.to_frame() is found.table


def test_same_seed_same_importance() -> None:
    assert same(_importance(), _importance())
    assert not same(_importance(), _importance(seed=4))


def test_more_confidence_is_wider() -> None:
    narrow, wide = (_importance(confidence_level=level).table for level in (0.5, 0.95))
    assert (wide["upper"] - wide["lower"] > narrow["upper"] - narrow["lower"]).all()


def test_a_predictor_the_model_does_not_use_has_no_importance() -> None:
    data = subjects(300, np.random.default_rng(1), censored=False)
    fitted = DiscreteHazards().fit(data, days=DAY, seed=0)
    more = RiskData(
        subjects=data.subjects,
        predictors=data.predictors.assign(UNUSED=np.arange(300.0)),
        days=data.days,
        cause=data.cause,
    )
    rng = np.random.default_rng(2)
    found = permutation_importance(
        [(fitted, more)], days=DAY, score=_score, rng=rng, repeats=2, resamples=20
    )
    unused = found.table.set_index("predictor").loc["UNUSED"]
    assert unused.tolist() == [0, 0, 0]


def test_partial_dependence_follows_the_truth() -> None:
    fitted, data = _parts(2000)[0]
    found = partial_dependence(fitted, data.predictors, name="AGE", days=DAY, points=9)
    assert np.all(np.diff(found.table["risk"]) > 0)
    assert np.all(np.diff(found.table["value"]) > 0)
    check_ordered(found.table["lower"], found.table["risk"], found.table["upper"])
    arms = partial_dependence(fitted, data.predictors, name="arm", days=DAY).table
    assert arms["value"].tolist() == ["Active", "Placebo"]
    assert arms["risk"][0] > arms["risk"][1]
    assert same(Result.from_json(found.to_json()), found)


def test_partial_dependence_is_the_mean_risk() -> None:
    fitted, data = _parts()[0]
    found = partial_dependence(fitted, data.predictors, name="arm", days=DAY)
    active = fitted.risk(data.predictors.assign(arm="Active"), DAY)
    assert found.table["risk"][0] == active.mean()
    with pytest.raises(InputError, match="among the columns"):
        partial_dependence(fitted, data.predictors, name="HEIGHT", days=DAY)


def test_linear_contributions_are_exact() -> None:
    data = subjects(500, np.random.default_rng(1))
    fitted = DiscreteHazards().fit(data, days=DAY, seed=0)
    fresh = people(20, np.random.default_rng(2))
    parts = fitted.contributions(fresh)
    assert list(parts.columns) == ["arm", "AGE", "STAGE", "NOISE"]
    chances = fitted.likelihood.chances(fitted.estimate, fitted.encoding.matrix(fresh))
    odds = np.log(chances[0] / (1 - chances.sum(axis=0)))[:, 0]
    average = np.zeros((1, len(fitted.encoding.columns)))
    base = fitted.likelihood.chances(fitted.estimate, average)
    start = np.log(base[0] / (1 - base.sum(axis=0)))[0, 0]
    assert parts.sum(axis=1).to_numpy() == pytest.approx(odds - start, abs=1e-10)


@pytest.mark.parametrize("model", [DiscreteHazards(), CauseSpecificCox(), Boosting(rounds=5)])
def test_shapley_values_add_up(model: DiscreteHazards) -> None:
    data = subjects(300, np.random.default_rng(1))
    fitted = model.fit(data, days=DAY, seed=0)
    fresh = people(4, np.random.default_rng(2)).set_index(pd.Index(list("abcd")))
    found = shapley_contributions(
        fitted,
        fresh,
        days=DAY,
        background=data.predictors,
        rng=np.random.default_rng(3),
        orders=6,
    )
    assert found.exact
    assert list(found.table.index) == list("abcd")
    assert found.table.sum(axis=1).to_numpy() + found.reference == pytest.approx(found.risk)
    assert found.risk.tolist() == fitted.risk(fresh, DAY).tolist()


def test_shapley_values_of_a_sum_are_its_terms() -> None:
    class Sum:
        parameters = 2

        def risk(self, predictors: pd.DataFrame, days: float) -> Floats:
            return np.asarray(0.01 * predictors["AGE"] + 0.1 * (predictors["arm"] == "B"))

    background = pd.DataFrame({"AGE": [40.0, 60.0], "arm": ["A", "B"]})
    fresh = pd.DataFrame({"AGE": [70.0], "arm": ["B"]})
    found = shapley_contributions(
        Sum(), fresh, days=1, background=background, rng=np.random.default_rng(1), orders=400
    )
    assert found.table.loc[0].tolist() == pytest.approx([0.2, 0.05], abs=0.02)


def test_replacement_tells_what_one_predictor_does() -> None:
    data = subjects(500, np.random.default_rng(1))
    fitted = Boosting().fit(data, days=DAY, seed=0)
    reference = reference_subject(data.predictors)
    assert reference["STAGE"] == "I"
    assert reference["AGE"] == data.predictors["AGE"].median()
    typical = pd.DataFrame([reference])
    found = replacement_contributions(fitted, typical, days=DAY, reference=reference)
    assert (found.table == 0).all(axis=None)
    assert found.risk.tolist() == found.reference.tolist()
    old = typical.assign(AGE=85.0)
    aged = replacement_contributions(fitted, old, days=DAY, reference=reference)
    assert aged.table["AGE"][0] == pytest.approx(aged.risk[0] - aged.reference[0])
    assert aged.table["AGE"][0] > 0.05
    assert same(Result.from_json(aged.to_json()), aged)
    with pytest.raises(InputError, match="missing="):
        replacement_contributions(fitted, old, days=DAY, reference={"HEIGHT": 1.0})
