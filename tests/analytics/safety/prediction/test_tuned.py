"""Tuning: what it chooses, from what, and that it stays inside its data."""

from __future__ import annotations

import numpy as np
import optuna
import pytest

from analytics.checks import NotEstimableError
from analytics.safety.prediction.boosting import Boosting
from analytics.safety.prediction.cause_specific_cox import CauseSpecificCox
from analytics.safety.prediction.data import CENSORED, EVENT
from analytics.safety.prediction.discrete_hazards import DiscreteHazards
from analytics.safety.prediction.known_status import KnownStatus, known_status
from analytics.safety.prediction.tuned import SPACES, Tuned, inner_folds, weighted_loss
from tests.analytics.safety.prediction.simulated import DAY, people, subjects

FAMILIES = [DiscreteHazards(), CauseSpecificCox(), Boosting()]


@pytest.mark.parametrize("model", FAMILIES, ids=lambda one: one.name)
@pytest.mark.parametrize("loss", ["log", "brier"])
def test_chooses_the_best_of_its_trials(model: DiscreteHazards, loss: str) -> None:
    data = subjects(200, np.random.default_rng(4))
    tuned = Tuned(model=model, trials=3, folds=2, loss=loss)
    fitted = tuned.fit(data, days=DAY, seed=9)
    space = SPACES[type(model)]
    best = fitted.trials.loc[fitted.trials["loss"].idxmin()]
    assert len(fitted.trials) == 3
    assert {name: getattr(fitted.chosen, name) for name in space} == best.drop("loss").to_dict()
    first = fitted.trials.iloc[0].drop("loss").to_dict()
    assert first == {name: getattr(model, name) for name in space}
    fresh = people(5, np.random.default_rng(1))
    again = fitted.chosen.fit(data, days=DAY, seed=9).risk(fresh, DAY)
    assert fitted.risk(fresh, DAY).tolist() == again.tolist()
    assert fitted.parameters == fitted.fitted.parameters


def test_loss_of_a_trial_is_that_of_its_inner_folds() -> None:
    data = subjects(200, np.random.default_rng(4))
    model = DiscreteHazards()
    fitted = Tuned(model=model, trials=1, folds=2).fit(data, days=DAY, seed=9)
    ending = np.where(data.days <= DAY, data.cause, -1)
    fold = inner_folds(ending, 2, np.random.default_rng(9))
    risk = np.empty(len(data))
    for turn in range(2):
        inside = model.fit(data.at(np.flatnonzero(fold != turn)), days=DAY, seed=9)
        risk[fold == turn] = inside.risk(data.predictors[fold == turn], DAY)
    expected = weighted_loss(risk, known_status(data, DAY), "log")
    assert fitted.trials["loss"].tolist() == pytest.approx([expected], rel=1e-12)


def test_leaves_optuna_as_it_was() -> None:
    before = optuna.logging.get_verbosity()
    data = subjects(100, np.random.default_rng(4))
    Tuned(model=DiscreteHazards(), trials=1).fit(data, days=DAY, seed=0)
    assert optuna.logging.get_verbosity() == before


def test_one_event_is_too_few() -> None:
    data = subjects(100, np.random.default_rng(4))
    data.cause[data.cause == EVENT] = CENSORED
    data.cause[0], data.days[0] = EVENT, 10
    with pytest.raises(NotEstimableError, match="there is one event by day 100"):
        Tuned(model=DiscreteHazards(), trials=1).fit(data, days=DAY, seed=0)
    with pytest.raises(NotEstimableError, match="100 subjects do not fill 101 folds"):
        inner_folds(data.cause, 101, np.random.default_rng(1))


def test_two_events_can_be_tuned_on() -> None:
    data = subjects(100, np.random.default_rng(4))
    data.cause[data.cause == EVENT] = CENSORED
    data.cause[:2], data.days[:2] = EVENT, [10, 20]
    fitted = Tuned(model=DiscreteHazards(), trials=2).fit(data, days=DAY, seed=0)
    assert np.isfinite(fitted.trials["loss"]).all()


def test_weights_are_those_of_the_censored() -> None:
    data = subjects(4000, np.random.default_rng(6))
    happened, weight = known_status(data, DAY)
    assert weight.sum() == pytest.approx(len(data), rel=0.02)
    assert (weight[(data.cause == CENSORED) & (data.days < DAY)] == 0).all()
    assert (happened[weight == 0] == 0).all()
    complete = subjects(500, np.random.default_rng(6), censored=False)
    assert (known_status(complete, DAY).weight == 1).all()


def test_losses_by_hand() -> None:
    status = KnownStatus(happened=np.array([1.0, 0.0, 0.0]), weight=np.array([2.0, 1.0, 0.0]))
    risk = np.array([0.8, 0.4, 0.9])
    assert weighted_loss(risk, status, "brier") == pytest.approx((2 * 0.04 + 0.16) / 3)
    logs = -(2 * np.log(0.8) + np.log(0.6)) / 3
    assert weighted_loss(risk, status, "log") == pytest.approx(logs)
