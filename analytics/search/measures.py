"""The figures of a design that can be an objective or a constraint of a search, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from analytics.checks import require
from analytics.search.characteristics import Characteristics

Unit = Literal["probability", "subjects", "events", "time", "money"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure of a design.

    Parameters
    ----------
    title : str
        For people.
    unit : {"probability", "subjects", "events", "time", "money"}
        Time is in the unit of the assumptions, money in that of the costs.
    larger_is_better : bool
    read : callable
        From characteristics and, where the measure needs one, a month.
    needs : {"", "month", "costs", "value"}
        What it cannot be computed without.
    """

    title: str
    unit: Unit
    larger_is_better: bool
    read: Callable[[Characteristics, float], float]
    needs: str = ""


def _of(
    title: str,
    unit: Unit,
    read: Callable[[Characteristics], float],
    *,
    larger_is_better: bool = False,
    needs: str = "",
) -> Measure:
    return Measure(
        title=title,
        unit=unit,
        larger_is_better=larger_is_better,
        read=lambda shown, _: read(shown),
        needs=needs,
    )


MEASURES: dict[str, Measure] = {
    "power": _of("Power", "probability", lambda one: one.power, larger_is_better=True),
    "assurance": _of("Assurance", "probability", lambda one: one.assurance, larger_is_better=True),
    "expected_subjects": _of("Expected subjects", "subjects", lambda one: one.expected_subjects),
    "maximum_subjects": _of("Maximum subjects", "subjects", lambda one: one.maximum_subjects),
    "inferior_arm_subjects": _of(
        "Expected subjects on the inferior arm", "subjects", lambda one: one.inferior_arm_subjects
    ),
    "expected_events": _of("Expected events", "events", lambda one: one.expected_events),
    "maximum_events": _of("Maximum events", "events", lambda one: float(one.events[-1])),
    "null_expected_events": _of(
        "Expected events without effect", "events", lambda one: one.null_expected_events
    ),
    "expected_duration": _of("Expected duration", "time", lambda one: one.expected_duration),
    "maximum_duration": _of("Maximum duration", "time", lambda one: float(one.times[-1])),
    "null_expected_duration": _of(
        "Expected duration without effect", "time", lambda one: one.null_expected_duration
    ),
    "early_stop": _of(
        "Probability to stop early", "probability", lambda one: one.early_stop,
        larger_is_better=True,
    ),
    "null_early_stop": _of(
        "Probability to stop early without effect", "probability",
        lambda one: one.null_early_stop, larger_is_better=True,
    ),
    "finished_by": Measure(
        title="Probability to finish by a month",
        unit="probability",
        larger_is_better=True,
        read=lambda one, month: one.finished_by(month),
        needs="month",
    ),
    "expected_cost": _of(
        "Expected cost", "money", lambda one: one.expected_cost, needs="costs"
    ),
    "cost_q95": _of(
        "Cost not exceeded with 95 %", "money", lambda one: one.forecast.interval("cost")[1],
        needs="costs",
    ),
    "net_value": _of(
        "Expected net value", "money", lambda one: one.forecast.expected("net value"),
        larger_is_better=True, needs="value",
    ),
}  # fmt: skip
"""By the name that objectives and constraints use."""


def measure_of(name: str) -> Measure:
    """The measure of a name.

    Examples
    --------
    >>> measure_of("expected_duration").unit
    'time'
    """
    require(name in MEASURES, f"measure in {tuple(MEASURES)}", measure=name)
    return MEASURES[name]
