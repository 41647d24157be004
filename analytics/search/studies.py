"""Optuna studies for a problem."""

from __future__ import annotations

import warnings

import optuna
from optuna.exceptions import ExperimentalWarning
from optuna.storages import BaseStorage

from analytics.search.protocol import Problem


def new_study(
    problem: Problem, *, storage: str | BaseStorage | None = None, name: str | None = None
) -> optuna.Study:
    """A study for a problem, in memory or in a storage that others may join.

    Parameters
    ----------
    storage : str or BaseStorage, optional
        URL of a database, as Optuna takes it, or one of its storages.
    name : str, optional
        Of the study; one of that name is gone on with.

    Examples
    --------
    >>> from analytics.search import Objective, SearchProblem, SearchSpace
    >>> from analytics.search.textbook import example_design
    >>> study = new_study(SearchProblem(
    ...     space=SearchSpace(design=example_design(), events=(200, 400)),
    ...     objectives=(Objective(measure="power"), Objective(measure="expected_duration"))))
    >>> [one.name for one in study.directions]
    ['MAXIMIZE', 'MINIMIZE']
    """
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        study = optuna.create_study(
            storage=storage,
            study_name=name,
            directions=list(problem.directions),
            load_if_exists=name is not None,
        )
    finally:
        optuna.logging.set_verbosity(before)
    with warnings.catch_warnings():  # names of objectives are still experimental in Optuna
        warnings.simplefilter("ignore", ExperimentalWarning)
        if not study.metric_names:
            study.set_metric_names(list(problem.labels))
    return study
