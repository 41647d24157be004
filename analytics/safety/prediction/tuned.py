"""Settings of a model chosen by cross-validation inside the data that it is fitted to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import optuna
import pandas as pd
from optuna.distributions import BaseDistribution

from analytics.checks import NotEstimableError, require
from analytics.safety.prediction import boosting, cause_specific_cox, discrete_hazards
from analytics.safety.prediction.boosting import Boosting
from analytics.safety.prediction.cause_specific_cox import CauseSpecificCox
from analytics.safety.prediction.data import EVENT, Floats, Ints, RiskData
from analytics.safety.prediction.discrete_hazards import DiscreteHazards
from analytics.safety.prediction.known_status import KnownStatus, known_status
from analytics.safety.prediction.model import FittedRisk
from analytics.safety.prediction.periods import require_events

Tunable = DiscreteHazards | CauseSpecificCox | Boosting

SPACES: Mapping[type, Mapping[str, BaseDistribution]] = {
    DiscreteHazards: discrete_hazards.SPACE,
    CauseSpecificCox: cause_specific_cox.SPACE,
    Boosting: boosting.SPACE,
}
LOSSES = ("log", "brier")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """A model whose settings Optuna chooses, by cross-validation by subject within the fit.

    The settings that are given are the first trial, so that tuning is never worse than them on
    the inner folds. Each trial is judged on the risks of all subjects, each told by a fit to the
    other folds, against what became of them, weighted for censoring. The chosen settings are then
    fitted to all the data. In nested cross-validation this is the inner one.

    Parameters
    ----------
    model : DiscreteHazards, CauseSpecificCox or Boosting
        Settings that are not in the model's `SPACE` stay as they are.
    trials : int
        Settings that are tried; the sampler's first few are random.
    folds : int
        Inner folds, balanced by what happened to the subjects.
    loss : {"log", "brier"}
        Logarithmic loss or squared error at the day of the fit.

    References
    ----------
    Akiba and others (2019), KDD 2623-2631 (Optuna); Bergstra and others (2011), NeurIPS 24
    (its sampler, TPE).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> data = RiskData(
    ...     subjects=[f"S{n}" for n in range(200)],
    ...     predictors=pd.DataFrame({"NOISE": rng.normal(size=200)}),
    ...     days=rng.exponential(100, 200), cause=rng.integers(1, 3, 200),
    ... )
    >>> fitted = Tuned(model=DiscreteHazards(periods=3), trials=4).fit(data, days=90, seed=7)
    >>> type(fitted.chosen).__name__, len(fitted.trials)
    ('DiscreteHazards', 4)
    """

    model: Tunable
    trials: int = 10
    folds: int = 3
    loss: str = "log"

    def __post_init__(self) -> None:
        kinds = tuple(kind.__name__ for kind in SPACES)
        require(type(self.model) in SPACES, f"model is one of {kinds}", model=self.model)
        require(self.trials >= 1, "trials >= 1", trials=self.trials)
        require(self.folds >= 2, "folds >= 2", folds=self.folds)
        require(self.loss in LOSSES, f"loss in {LOSSES}", loss=self.loss)

    @property
    def name(self) -> str:
        """What it is called on screen."""
        return f"{self.model.name}, tuned"

    def fit(self, data: RiskData, *, days: float, seed: int) -> FittedTuned:
        """Choose the settings, then fit them to all the data; the same seed gives the same.

        Raises
        ------
        NotEstimableError
            With fewer than two events by the day: a fit without one of the folds has none.
        """
        require_events(data, days)
        ending = np.where(data.days <= days, data.cause, -1)
        if (ending == EVENT).sum() < 2:
            raise NotEstimableError(f"No tuning: there is one event by day {days:g}.")
        fold = inner_folds(ending, self.folds, np.random.default_rng(seed))
        status = known_status(data, days)
        space, rows = dict(SPACES[type(self.model)]), []
        with _quiet_optuna():
            study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
            study.enqueue_trial({name: getattr(self.model, name) for name in space})
            for _ in range(self.trials):
                trial = study.ask(space)
                loss = self._loss(
                    replace(self.model, **trial.params), data, days, seed, fold, status
                )
                study.tell(trial, loss)
                rows.append({**trial.params, "loss": loss})
        trials = pd.DataFrame(rows)
        best = trials.drop(columns="loss").to_dict("records")[int(trials["loss"].argmin())]
        chosen = replace(self.model, **best)
        fitted = chosen.fit(data, days=days, seed=seed)
        return FittedTuned(chosen=chosen, fitted=fitted, trials=trials)

    def _loss(
        self,
        model: Tunable,
        data: RiskData,
        days: float,
        seed: int,
        fold: Ints,
        status: KnownStatus,
    ) -> float:
        risk = np.empty(len(data))
        for turn in range(self.folds):
            out = fold == turn
            fitted = model.fit(data.at(np.flatnonzero(~out)), days=days, seed=seed)
            risk[out] = fitted.risk(data.predictors[out], days)
        return weighted_loss(risk, status, self.loss)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedTuned:
    """A model fitted with the settings that did best.

    Parameters
    ----------
    chosen : DiscreteHazards, CauseSpecificCox or Boosting
        With those settings.
    fitted : FittedRisk
        Fitted to all the data.
    trials : DataFrame
        Settings tried, in order, and their `loss` on the inner folds.
    """

    chosen: Tunable
    fitted: FittedRisk
    trials: pd.DataFrame

    @property
    def parameters(self) -> int:
        """Of the fitted model."""
        return self.fitted.parameters

    def risk(self, predictors: pd.DataFrame, days: float) -> Floats:
        """Risk of the event by a day, one value per row."""
        return self.fitted.risk(predictors, days)


def inner_folds(cause: Ints, folds: int, rng: np.random.Generator) -> Ints:
    """A fold for each subject, at random, each with its share of every kind of ending.

    Examples
    --------
    >>> cause = np.array([1, 1, 0, 0, 2, 2])
    >>> fold = inner_folds(cause, 2, np.random.default_rng(1))
    >>> [sorted(cause[fold == turn].tolist()) for turn in range(2)]
    [[0, 1, 2], [0, 1, 2]]
    """
    if cause.size < folds:
        raise NotEstimableError(f"No tuning: {cause.size} subjects do not fill {folds} folds.")
    shuffled = rng.permutation(cause.size)
    order = shuffled[np.argsort(cause[shuffled], kind="stable")]
    fold = np.empty(cause.size, dtype=np.int64)
    fold[order] = np.arange(cause.size) % folds
    return fold


def weighted_loss(risk: Floats, status: KnownStatus, loss: str) -> float:
    """Mean loss of risks against the weighted status.

    Examples
    --------
    >>> status = KnownStatus(happened=np.array([1.0, 0.0]), weight=np.array([1.0, 1.0]))
    >>> weighted_loss(np.array([0.5, 0.5]), status, "brier")
    0.25
    """
    happened, weight = status
    if loss == "brier":
        each = (happened - risk) ** 2
    else:
        inside = np.clip(risk, 1e-6, 1 - 1e-6)
        each = -np.log(np.where(happened == 1, inside, 1 - inside))
    return float(weight @ each / weight.sum())


@contextmanager
def _quiet_optuna() -> Iterator[None]:
    """A line of log for every study says nothing to anybody."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)
