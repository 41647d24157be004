"""What a search comes to on the page and in scripts: its whole result, and the tables drawn."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analytics.checks import NotEstimableError
from analytics.design.survival import SurvivalDesign
from analytics.search import (
    MEASURES,
    Front,
    SearchProblem,
    SearchResult,
    of_front,
    parameter_importance,
)
from analytics.search.characteristics import Characteristics
from analytics.search.front import BestDesigns
from analytics.search.result import TriedDesigns
from dashboard.analyses.search.asked import AskedSearch, Found, FrontConfirmation

_OVER = {
    "assumed": "",
    "mean": ", mean of scenarios",
    "worst": ", worst scenario",
    "quantile": ", all but the worst fifth",
}


def search_whole(asked: AskedSearch[Found]) -> Found:
    """All parts of a search, one after the other; the same as when workers share them.

    Examples
    --------
    >>> from analytics.search import Objective, SearchSpace
    >>> from analytics.search.textbook import example_design
    >>> problem = SearchProblem(
    ...     space=SearchSpace(design=example_design(), events=(200, 400)),
    ...     objectives=(Objective(measure="power"), Objective(measure="expected_events")))
    >>> from dashboard.analyses.search.asked import DesignSearch
    >>> search_whole(DesignSearch(problem=problem, budget=6, policy="random", seed=1,
    ...                           parts=2)).evaluations
    6
    """
    return asked.found_type.of_parts([part.run() for part in asked.divided()])


def confirmation_of(
    front: Front, *, most: int, replications: int, seed: int, priced: bool
) -> FrontConfirmation:
    """The request that simulates the designs of a front.

    Parameters
    ----------
    most : int
        Designs; see `analytics.search.of_front`.
    replications : int
        Of each design with the effect.
    seed : int
    priced : bool
        Whether costs are simulated, by the prices of the problem that was searched.

    Examples
    --------
    >>> from analytics.search.example import example_search
    >>> found = example_search()
    >>> confirmation_of(found.front(), most=2, replications=10_000, seed=1, priced=False).title
    '2 designs, 10,000 trials each'
    """
    return FrontConfirmation(
        designs=tuple(of_front(front, most=most).items()),
        costs=front.problem.costs if priced else None,
        replications=replications,
        seed=seed,
    )


# Tables that are drawn -------------------------------------------------------------------


def tried_designs(found: TriedDesigns, across: str, up: str) -> pd.DataFrame:
    """Designs that were evaluated: two objectives as `across` and `up`, and `feasible`.

    Examples
    --------
    >>> from analytics.search.example import example_search
    >>> found = example_search()
    >>> tried_designs(found, "expected_events", "power").shape
    (10, 3)
    """
    trials = found.trials[found.trials["evaluated"]]
    return pd.DataFrame(
        {
            "across": trials[across],
            "up": trials[up],
            "feasible": trials["feasible"].astype(bool),
        }
    )


def front_points(front: BestDesigns, across: str, up: str) -> pd.DataFrame:
    """The designs of a front: `number`, and two objectives as `across` and `up`.

    Examples
    --------
    >>> from analytics.search.example import example_search
    >>> found = example_search()
    >>> list(front_points(found.front(), "expected_events", "power"))
    ['number', 'across', 'up']
    """
    table = front.table
    points = table[["number"]].assign(across=table[across], up=table[up])
    return points.sort_values("across")


def feasible_objectives(found: SearchResult) -> pd.DataFrame:
    """All objectives of the designs that keep the limits, a column each.

    Examples
    --------
    >>> from analytics.search.example import example_search
    >>> found = example_search()
    >>> feasible_objectives(found).shape
    (10, 2)
    """
    return found.trials.loc[found.trials["feasible"].astype(bool), list(found.problem.labels)]


def front_objectives(front: Front) -> pd.DataFrame:
    """`number` and all objectives of the designs of a front.

    Examples
    --------
    >>> from analytics.search.example import example_search
    >>> found = example_search()
    >>> list(front_objectives(found.front()))
    ['number', 'power', 'expected_events']
    """
    return front.table[["number", *front.problem.labels]]


def front_numbers(front: Front) -> pd.DataFrame:
    """`number`, and the columns of a front that vary and are numbers.

    Examples
    --------
    >>> from analytics.search.example import example_search
    >>> found = example_search()
    >>> list(front_numbers(found.front()))
    ['number', 'events', 'power', 'expected_events']
    """
    kept = []
    for name in front.table.columns:
        if name in ("number", "design") or str(name).startswith("value:"):
            continue
        values = pd.to_numeric(front.table[name], errors="coerce")
        if values.notna().all() and values.nunique() > 1:
            kept.append(str(name))
    return front.table[["number", *kept]]


def own_point(
    problem: SearchProblem, design: SurvivalDesign, across: str, up: str
) -> dict[str, tuple[float, float]]:
    """Two objectives of the design that is to be improved, by its name; empty without them.

    Examples
    --------
    >>> from analytics.search import Objective, SearchSpace
    >>> from analytics.search.textbook import example_design
    >>> own = example_design()
    >>> problem = SearchProblem(
    ...     space=SearchSpace(design=own, events=(200, 400)),
    ...     objectives=(Objective(measure="power"), Objective(measure="expected_events")))
    >>> list(own_point(problem, own, "expected_events", "power"))
    ['Own design']
    """
    by_label = {one.label: one for one in problem.objectives}
    try:
        at = Characteristics(design=design, costs=problem.costs, value=problem.value)
        x, y = (
            float(MEASURES[by_label[one].measure].read(at, by_label[one].month or 0.0))
            for one in (across, up)
        )
    except NotEstimableError:
        return {}
    return {"Own design": (x, y)}


def history_of(found: SearchResult) -> pd.DataFrame:
    """How the front grew: `evaluations`, `hypervolume`.

    Examples
    --------
    >>> from analytics.search.example import example_search
    >>> found = example_search()
    >>> list(history_of(found))
    ['evaluations', 'hypervolume']
    """
    return found.hypervolume_history()[["evaluations", "hypervolume"]]


def importances(found: SearchResult) -> pd.DataFrame:
    """The share of each `variable` in how near the front designs are, and in each objective.

    Raises
    ------
    NotEstimableError
        As of `parameter_importance`.

    Examples
    --------
    >>> from analytics.search.example import example_search
    >>> found = example_search(budget=40)
    >>> list(importances(found))
    ['variable', 'Near the front', 'Power', 'Expected events']
    """
    names: Mapping[str | None, str] = {
        None: "Near the front",
        **{label: titled(found.problem, label) for label in found.problem.labels},
    }
    columns = [
        parameter_importance(found, label).set_index("variable")["importance"].rename(name)
        for label, name in names.items()
    ]
    return pd.concat(columns, axis=1).rename_axis("variable").reset_index()


def titled(problem: SearchProblem, label: str) -> str:
    """A label of an objective for people.

    Examples
    --------
    >>> from analytics.search import Objective, SearchSpace
    >>> from analytics.search.textbook import example_design
    >>> titled(SearchProblem(space=SearchSpace(design=example_design(), events=(200, 400)),
    ...                      objectives=(Objective(measure="power"),)), "power")
    'Power'
    """
    one = next(one for one in problem.objectives if one.label == label)
    return MEASURES[one.measure].title + _OVER[one.over]
