"""How much of what a design promises hangs on each of its assumptions: the bars of a tornado."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log
from typing import Any

import numpy as np
import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.design.assumptions.hazard import HazardAssumption
from analytics.design.assumptions.survival import SurvivalAssumptions
from analytics.results import Result, registered, require_columns
from analytics.search.changed_assumptions import (
    with_hazard_ratio,
    with_pace,
    with_times_to_dropout,
    with_times_to_event,
)
from analytics.search.measures import measure_of
from analytics.search.problem import SearchProblem

COLUMNS = ("assumption", "end", "changed_to", "objective", "value", "assumed")
EFFECT, CONTROL, ACCRUAL, DROPOUT = (
    "treatment effect",
    "control hazard",
    "pace of accrual",
    "dropout",
)
_NORMAL_95 = 1.6448536269514722
_DRAWS = 2_000


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tornado(Result):
    """Objectives of one design with one assumption changed at a time.

    Parameters
    ----------
    problem : SearchProblem
    table : DataFrame
        One row per assumption, end ("low", "high") and objective: what the assumption is changed
        to, the value of the objective then, and as assumed. NaN where the events never come.

    Examples
    --------
    >>> from analytics.search import Objective, SearchSpace
    >>> from analytics.search.textbook import example_design
    >>> problem = SearchProblem(
    ...     space=SearchSpace(design=example_design(), events=(200, 400)),
    ...     objectives=(Objective(measure="power"), Objective(measure="expected_duration")))
    >>> found = tornado(problem, {"events": 330})
    >>> found.bars("power")["assumption"].tolist()
    ['treatment effect', 'control hazard', 'pace of accrual', 'dropout']
    """

    problem: SearchProblem
    table: pd.DataFrame

    def __post_init__(self) -> None:
        require_columns(self.table, COLUMNS, "one row per assumption, end and objective")

    def bars(self, objective: str) -> pd.DataFrame:
        """One row per assumption, the longest bar first: `low`, `high`, `assumed`, `span`."""
        own = self.table[self.table["objective"] == objective]
        require(len(own) > 0, "an objective of the problem", objective=objective)
        wide = own.pivot(index="assumption", columns="end", values="value")
        wide = wide.loc[own["assumption"].drop_duplicates(), ["low", "high"]]
        span = (wide["high"] - wide["low"]).abs()
        wide = wide.assign(assumed=float(own["assumed"].iloc[0]), span=span)
        ordered = wide.sort_values("span", ascending=False, kind="stable").reset_index()
        return ordered.rename_axis(columns=None)

    def to_frame(self) -> pd.DataFrame:
        """One row per assumption, end and objective."""
        return self.table.copy()


def tornado(problem: SearchProblem, point: Mapping[str, Any], *, change: float = 1.1) -> Tornado:
    """The objectives of a design when one assumption after the other is changed.

    An uncertain assumption is moved to the 5 % and 95 % points of its distribution, a certain one
    is divided and multiplied by `change`: the hazard ratio, the times to the event on control,
    the rates of accrual, the times to dropout. Looks, rules and events stay.

    Parameters
    ----------
    problem : SearchProblem
        Objectives are taken under the assumptions of the design, not over scenarios.
    point : mapping
        Of the design.
    change : float
        > 1.
    """
    require(1 < change < np.inf, "change > 1", change=change)
    base = problem.characteristics(point)
    rows = []
    for name, ends in _changes(problem.space.design.assumptions, change).items():
        for end, (changed_to, assumptions) in zip(("low", "high"), ends, strict=True):
            for one in problem.objectives:
                measure, month = measure_of(one.measure), one.month or 0.0
                try:
                    value = measure.read(problem.under(point, assumptions), month)
                except NotEstimableError:
                    value = np.nan
                assumed = measure.read(base, month)
                rows.append((name, end, changed_to, one.label, value, assumed))
    return Tornado(problem=problem, table=pd.DataFrame(rows, columns=list(COLUMNS)))


Ends = tuple[tuple[str, SurvivalAssumptions], tuple[str, SurvivalAssumptions]]


def _changes(assumed: SurvivalAssumptions, change: float) -> dict[str, Ends]:
    """The assumptions with one changed to its lower, and to its upper end."""
    effect = max(one.effect.log_std_err for one in assumed.subgroups)
    shift = _NORMAL_95 * effect if effect > 0 else log(change)
    spread = assumed.accrual.log_std_err
    pace = exp(_NORMAL_95 * spread) if spread > 0 else change
    slow, quick = _time_factors(assumed.subgroups[0].control, change)
    found: dict[str, Ends] = {
        EFFECT: (
            (f"hazard ratio x {exp(-shift):.3g}", with_hazard_ratio(assumed, exp(-shift))),
            (f"hazard ratio x {exp(shift):.3g}", with_hazard_ratio(assumed, exp(shift))),
        ),
        CONTROL: (
            (f"times x {slow:.3g}", with_times_to_event(assumed, slow)),
            (f"times x {quick:.3g}", with_times_to_event(assumed, quick)),
        ),
        ACCRUAL: (
            (f"rates x {1 / pace:.3g}", with_pace(assumed, 1 / pace)),
            (f"rates x {pace:.3g}", with_pace(assumed, pace)),
        ),
    }
    dropouts = [one for one in (assumed.control_dropout, assumed.treatment_dropout) if one]
    if dropouts:
        slow, quick = _time_factors(dropouts[0], change)
        found[DROPOUT] = (
            (f"times x {slow:.3g}", with_times_to_dropout(assumed, slow)),
            (f"times x {quick:.3g}", with_times_to_dropout(assumed, quick)),
        )
    return found


def _time_factors(hazard: HazardAssumption, change: float) -> tuple[float, float]:
    """By what times are multiplied at the two ends: those of the median when it is uncertain."""
    if hazard.certain:
        return 1 / change, change
    middle = float(hazard.quantile(0.5)[0])
    draws = hazard.quantile(0.5, hazard.sample(np.random.default_rng(1), _DRAWS))
    ends = np.quantile(draws, (0.05, 0.95), method="inverted_cdf")
    if not (np.isfinite(middle) and np.isfinite(ends).all()):
        return 1 / change, change
    return float(ends[0] / middle), float(ends[1] / middle)
