"""Which variables of a search decide how good a design is, by Optuna's evaluators."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Literal

import pandas as pd
from optuna.importance import (
    BaseImportanceEvaluator,
    FanovaImportanceEvaluator,
    PedAnovaImportanceEvaluator,
    get_param_importances,
)
from optuna.trial import FrozenTrial

from analytics.checks import NotEstimableError, require
from analytics.search.result import TriedDesigns

EVALUATORS = ("ped_anova", "fanova")
_FEWEST = 20


def parameter_importance(
    result: TriedDesigns,
    objective: str | None = None,
    *,
    evaluator: Literal["ped_anova", "fanova"] = "ped_anova",
    seed: int = 1,
) -> pd.DataFrame:
    """The share that each variable has in how good the designs of a search are.

    Parameters
    ----------
    result : TriedDesigns
    objective : str, optional
        Label of one objective. Left out, all of them: what decides whether a design comes near
        the front; only "ped_anova" can say.
    evaluator : {"ped_anova", "fanova"}
        "ped_anova" compares the best tenth of the designs with all of them; "fanova" splits the
        variance of an objective over the range by a random forest.
    seed : int
        Of the forest.

    Returns
    -------
    DataFrame
        One row per variable: `variable`, `importance` from 0 to 1, adding up to 1; the most
        important first.

    Raises
    ------
    NotEstimableError
        With fewer than 20 evaluated designs.

    References
    ----------
    Watanabe, Bansal and Hutter (2023), PED-ANOVA, IJCAI 2023; Hutter, Hoos and Leyton-Brown
    (2014), ICML 2014, for fANOVA.

    Examples
    --------
    >>> from analytics.search import Objective, SearchSpace, search
    >>> from analytics.search.textbook import example_design
    >>> found = search(
    ...     SearchSpace(design=example_design(), events=(200, 400), fractions=(0.2, 0.9)),
    ...     [Objective(measure="power")], budget=60, policy="random")
    >>> parameter_importance(found)["variable"].tolist()
    ['events', 'look_1']
    """
    labels = result.problem.labels
    require(evaluator in EVALUATORS, f"evaluator in {EVALUATORS}", evaluator=evaluator)
    one = objective is None or objective in labels
    require(one, f"objective in {labels}", objective=objective)
    whole = evaluator == "ped_anova" or objective is not None or len(labels) == 1
    require(whole, "fanova is of one objective", evaluator=evaluator)
    evaluated = int(result.trials["evaluated"].sum())
    if evaluated < _FEWEST:
        raise NotEstimableError(
            f"Importance needs at least {_FEWEST} evaluated designs, and there are {evaluated}."
        )
    chosen = labels[0] if objective is None and len(labels) == 1 else objective
    with warnings.catch_warnings():
        # It says that less must be better of a target: of a loss, it is.
        warnings.filterwarnings("ignore", message="PedAnovaImportanceEvaluator computes")
        found = get_param_importances(
            result.study(),
            evaluator=_evaluator(evaluator, seed),
            target=None if chosen is None else _loss(result, chosen),
        )
    return pd.DataFrame({"variable": list(found), "importance": list(found.values())})


def _evaluator(name: str, seed: int) -> BaseImportanceEvaluator:
    if name == "fanova":
        return FanovaImportanceEvaluator(seed=seed)
    return PedAnovaImportanceEvaluator()


def _loss(result: TriedDesigns, label: str) -> Callable[[FrozenTrial], float]:
    """The objective, so that less is better, as PED-ANOVA wants it."""
    place = result.problem.labels.index(label)
    sign = result.problem.objectives[place].sign
    return lambda trial: sign * float(trial.values[place])
