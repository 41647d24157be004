"""Repeated nested cross-validation: risks told by models that had not seen the subject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analytics.checks import NotEstimableError, require
from analytics.progress import Progress, unheard
from analytics.safety.prediction.data import EVENT, Floats, Ints, RiskData
from analytics.safety.prediction.model import RiskModel


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OutOfFold:
    """Risks told for subjects by models that had not seen them.

    Parameters
    ----------
    data : RiskData
        In the order of the identifiers.
    days : float
    risks : mapping
        By model, repeat and subject; the baseline first.
    apparent : mapping
        By model, risks told for the subjects that it was fitted to.
    parameters : mapping
        By model, how many it estimated from all the data.
    """

    data: RiskData
    days: float
    risks: Mapping[str, Floats]
    apparent: Mapping[str, Floats]
    parameters: Mapping[str, int]


def cross_validate(
    models: Sequence[RiskModel],
    data: RiskData,
    *,
    days: float,
    folds: int = 5,
    repeats: int = 2,
    by_site: bool = False,
    seed: int = 0,
    progress: Progress = unheard,
) -> OutOfFold:
    """Tell the risk of every subject by models fitted to the others.

    Subjects are put in the order of their identifiers first, so that the order in which they are
    given changes nothing.

    Parameters
    ----------
    models : sequence of RiskModel
        The baseline first. Whatever a model tunes, it tunes inside `fit`, on the other folds.
    folds : int
        Into which subjects are divided, balanced by what happened to them, 2 or more.
    repeats : int
        Divisions, each with its own folds.
    by_site : bool
        Divide sites instead of subjects: how the model does where it was never before.
    progress : callable
        Is told the share done; may raise to stop.

    Raises
    ------
    NotEstimableError
        With fewer sites than folds, or when a model cannot be fitted to the others of a fold.
    """
    require(folds >= 2, "folds >= 2", folds=folds)
    require(repeats >= 1, "repeats >= 1", repeats=repeats)
    require(len({m.name for m in models}) == len(models), "models have names of their own")
    data = data.at(np.argsort(np.array(data.subjects, dtype=str), kind="stable"))
    risks = {model.name: np.full((repeats, len(data)), np.nan) for model in models}
    steps, done = repeats * folds * len(models) + len(models), 0
    for repeat in range(repeats):
        fold_of = _folds(data, folds, by_site, np.random.default_rng([seed, repeat]))
        for fold in range(folds):
            train, test = np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)
            own = data.at(train)
            for model in models:
                fit = model.fit(own, days=days, seed=seed + repeat * folds + fold)
                risks[model.name][repeat, test] = fit.risk(data.predictors.iloc[test], days)
                done += 1
                said = f"{model.name}: repeat {repeat + 1} of {repeats}, fold {fold + 1}"
                progress(done / steps, said)
    apparent, parameters = {}, {}
    for model in models:
        fitted = model.fit(data, days=days, seed=seed)
        apparent[model.name] = fitted.risk(data.predictors, days)
        parameters[model.name] = fitted.parameters
        done += 1
        progress(done / steps, f"{model.name}: all subjects")
    return OutOfFold(data=data, days=days, risks=risks, apparent=apparent, parameters=parameters)


def _folds(data: RiskData, folds: int, by_site: bool, rng: np.random.Generator) -> Ints:
    """The fold of each subject, from 0."""
    if by_site:
        return _folds_of_sites(data, folds, rng)
    fold_of = np.empty(len(data), dtype=np.int64)
    place = 0
    for cause in np.unique(data.cause):
        own = rng.permutation(np.flatnonzero(data.cause == cause))
        fold_of[own] = (np.arange(own.size) + place) % folds  # go on where the last cause ended
        place += own.size
    return fold_of


def _folds_of_sites(data: RiskData, folds: int, rng: np.random.Generator) -> Ints:
    """Whole sites to folds, the largest first, each to the fold with the fewest events so far."""
    if data.sites is None or len(set(data.sites)) < folds:
        sites = 0 if data.sites is None else len(set(data.sites))
        raise NotEstimableError(
            f"Leaving sites out in {folds} folds needs as many; there are {sites}."
        )
    site = np.asarray(data.sites, dtype=object)
    names = rng.permutation(np.array(sorted(set(site)), dtype=object))
    events = {name: float((data.cause[site == name] == EVENT).sum()) for name in names}
    load, fold_of = np.zeros(folds), np.empty(len(data), dtype=np.int64)
    for name in sorted(names, key=lambda one: -events[one]):
        fold = int(np.argmin(load))
        own = site == name
        load[fold] += events[name] + own.mean()  # size breaks ties of events
        fold_of[own] = fold
    return fold_of
