"""What all models of risk have in common, and that each finds risks that are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.safety.prediction.arm_average import ArmAverage
from analytics.safety.prediction.boosting import Boosting
from analytics.safety.prediction.cause_specific_cox import CauseSpecificCox
from analytics.safety.prediction.data import CENSORED, COMPETING, EVENT, RiskData
from analytics.safety.prediction.discrete_hazards import DiscreteHazards
from analytics.safety.prediction.model import RiskModel
from analytics.safety.prediction.tuned import Tuned
from tests.analytics.safety.prediction.simulated import DAY, judged, people, subjects, true_risk
from tests.invariants import check_not_increasing, check_probabilities

MODELS = [
    ArmAverage(),
    DiscreteHazards(),
    CauseSpecificCox(),
    Boosting(),
    Tuned(model=DiscreteHazards(), trials=2),
]
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)


def _small(seed: int = 1) -> RiskData:
    return subjects(240, np.random.default_rng(seed))


def _with(data: RiskData, **more: object) -> RiskData:
    fields = {name: getattr(data, name) for name in ("subjects", "predictors", "days", "cause")}
    return RiskData(**{**fields, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("model", "slope"),
    [
        (DiscreteHazards(penalty=2.0), 0.06),
        (CauseSpecificCox(penalty=2.0), 0.06),
        (Boosting(rounds=150, leaves=2), 0.15),
    ],
    ids=lambda one: getattr(one, "name", ""),
)
def test_known_risks_are_found(model: RiskModel, slope: float) -> None:
    rng = np.random.default_rng(11)
    fitted = model.fit(subjects(6000, rng), days=DAY, seed=1)
    fresh = subjects(40_000, rng, censored=False)
    happened = ((fresh.cause == EVENT) & (fresh.days <= DAY)).astype(float)
    truth = judged(true_risk(fresh.predictors, DAY), happened)
    found = judged(fitted.risk(fresh.predictors, DAY), happened)
    assert found.auc == pytest.approx(truth.auc, abs=0.01)
    assert found.slope == pytest.approx(1, abs=slope)
    assert found.observed_expected == pytest.approx(1, abs=0.04)


@each_model
def test_risks_are_probabilities_that_grow_with_time(model: RiskModel) -> None:
    fitted = model.fit(_small(), days=DAY, seed=1)
    fresh = people(50, np.random.default_rng(2))
    risks = np.array([fitted.risk(fresh, day) for day in (1, 10, 50, DAY)])
    check_probabilities(risks)
    check_not_increasing((1 - risks).T)


@each_model
def test_mean_risk_is_that_of_aalen_and_johansen(model: RiskModel) -> None:
    data = subjects(3000, np.random.default_rng(3))
    whole = _with(data, predictors=data.predictors.drop(columns="arm"))
    everybody = ArmAverage().fit(whole, days=DAY, seed=0).risk(whole.predictors, DAY)[0]
    told = model.fit(data, days=DAY, seed=1).risk(data.predictors, DAY).mean()
    assert told == pytest.approx(everybody, abs=0.006)


@each_model
def test_same_seed_same_answer(model: RiskModel) -> None:
    fresh = people(20, np.random.default_rng(2))
    one, other = (model.fit(_small(), days=DAY, seed=5).risk(fresh, DAY) for _ in range(2))
    assert one.tolist() == other.tolist()


@each_model
def test_repr_rebuilds_it(model: RiskModel) -> None:
    assert eval(repr(model)) == model


@each_model
def test_order_of_subjects_does_not_matter_to_their_risks(model: RiskModel) -> None:
    fitted = model.fit(_small(), days=DAY, seed=1)
    fresh = people(30, np.random.default_rng(2))
    backwards = fitted.risk(fresh.iloc[::-1], DAY)[::-1]
    assert fitted.risk(fresh, DAY) == pytest.approx(backwards, abs=1e-12)


@each_model
def test_a_category_never_seen_is_like_a_missing_one(model: RiskModel) -> None:
    fitted = model.fit(_small(), days=DAY, seed=1)
    fresh = people(10, np.random.default_rng(2))
    unknown = fitted.risk(fresh.assign(STAGE="IX", arm="New"), DAY)
    missing = fitted.risk(fresh.assign(STAGE=None, arm=None), DAY)
    check_probabilities(unknown)
    assert unknown.tolist() == missing.tolist()


@each_model
def test_what_does_not_vary_changes_nothing(model: RiskModel) -> None:
    data = _small()
    more = data.predictors.assign(ONE=1.0, NONE=np.nan, SAME="x", EMPTY=pd.Series(dtype=object))
    plain = model.fit(data, days=DAY, seed=1).risk(data.predictors, DAY)
    fitted = model.fit(_with(data, predictors=more), days=DAY, seed=1)
    assert fitted.risk(more, DAY).tolist() == plain.tolist()
    strange = more.assign(ONE=7.0, NONE=3.0, SAME="y", EMPTY="z")
    assert fitted.risk(strange, DAY).tolist() == plain.tolist()


@each_model
def test_without_predictors_everybody_has_the_average(model: RiskModel) -> None:
    data = _small()
    bare = _with(data, predictors=data.predictors[[]])
    fitted = model.fit(bare, days=DAY, seed=1)
    risks = fitted.risk(bare.predictors, DAY)
    average = ArmAverage().fit(bare, days=DAY, seed=1).risk(bare.predictors, DAY)
    assert fitted.parameters == 0
    assert len(risks) == len(data)
    assert risks == pytest.approx(average, abs=0.015)


@each_model
def test_one_arm_only(model: RiskModel) -> None:
    data = _small()
    alone = _with(data, predictors=data.predictors.assign(arm="Active"))
    check_probabilities(model.fit(alone, days=DAY, seed=1).risk(alone.predictors, DAY))


@each_model
def test_no_competing_events(model: RiskModel) -> None:
    data = _small()
    only = _with(data, cause=np.where(data.cause == COMPETING, CENSORED, data.cause))
    fitted = model.fit(only, days=DAY, seed=1)
    risks = fitted.risk(only.predictors, DAY)
    check_probabilities(risks)
    assert risks.mean() > model.fit(data, days=DAY, seed=1).risk(data.predictors, DAY).mean()


@each_model
def test_everybody_has_the_event(model: RiskModel) -> None:
    data = _small()
    early = _with(data, cause=np.full(len(data), EVENT), days=np.arange(len(data)) % 60 + 1)
    risks = model.fit(early, days=DAY, seed=1).risk(data.predictors, DAY)
    assert (risks > 0.95).all()


@each_model
def test_no_events_by_the_day(model: RiskModel) -> None:
    data = _small()
    none = _with(data, cause=np.where(data.cause == EVENT, CENSORED, data.cause))
    with pytest.raises(NotEstimableError, match="none of the 240 subjects has the event by day"):
        model.fit(none, days=DAY, seed=1)
    late = _with(data, days=data.days + DAY)
    with pytest.raises(NotEstimableError, match="has the event by day 100"):
        model.fit(late, days=DAY, seed=1)


@each_model
def test_days_and_columns_are_checked(model: RiskModel) -> None:
    data = _small()
    with pytest.raises(InputError, match="days > 0"):
        model.fit(data, days=0, seed=1)
    fitted = model.fit(data, days=DAY, seed=1)
    with pytest.raises(InputError, match="the day of the fit"):
        fitted.risk(data.predictors, DAY + 1)
    with pytest.raises(InputError, match="the columns of the fit"):
        fitted.risk(data.predictors.drop(columns="arm"), DAY)


@each_model
def test_missing_numbers_are_no_obstacle(model: RiskModel) -> None:
    data = _small()
    holes = data.predictors.assign(AGE=data.predictors["AGE"].where(np.arange(240) % 3 > 0))
    fitted = model.fit(_with(data, predictors=holes), days=DAY, seed=1)
    check_probabilities(fitted.risk(holes, DAY))
    check_probabilities(fitted.risk(holes.assign(AGE=np.nan), DAY))
    check_probabilities(fitted.risk(holes.assign(AGE=None), DAY))


@pytest.mark.parametrize(
    ("model", "changed", "rule"),
    [
        (DiscreteHazards(), {"penalty": 0.0}, "penalty > 0"),
        (DiscreteHazards(), {"periods": 0}, "periods >= 1"),
        (DiscreteHazards(), {"smoothing": -1.0}, "smoothing >= 0"),
        (CauseSpecificCox(), {"penalty": -1.0}, "penalty > 0"),
        (CauseSpecificCox(), {"fewest": 0}, "fewest >= 1"),
        (Boosting(), {"rounds": 0}, "rounds >= 1"),
        (Boosting(), {"learning_rate": 1.5}, "learning_rate <= 1"),
        (Boosting(), {"leaves": 1}, "leaves >= 2"),
        (Tuned(model=Boosting()), {"folds": 1}, "folds >= 2"),
        (Tuned(model=Boosting()), {"trials": 0}, "trials >= 1"),
        (Tuned(model=Boosting()), {"loss": "accuracy"}, "loss in"),
        (Tuned(model=Boosting()), {"model": ArmAverage()}, "model is one of"),
    ],
)
def test_settings_are_checked(model: RiskModel, changed: dict[str, object], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        replace(model, **changed)  # type: ignore[type-var]
