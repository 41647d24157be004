"""Levels of a column as values of its type, and as names on screen."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dashboard import state
from queries.cohorts import OneOf, Rule
from queries.cohorts.checking import column_kind
from queries.panels import Panel

MISSING = "Missing"


def value_of(panel: Panel, level: Any) -> Any:
    """A level, as a panel counts it, as a value of its column's type; None is missing."""
    if level is None or pd.isna(level):
        return None
    match column_kind(state.store().columns[panel.column]):
        case "number":
            return float(level)
        case "whole number":
            return int(level)
        case "truth":
            return level == "true"
        case _:
            return level


def named(panel: Panel, level: Any) -> str:
    """A level as it is called on screen."""
    value = value_of(panel, level)
    if value is None:
        return MISSING
    return f"{value:g}" if isinstance(value, float) else str(value)


def listed(own: Rule | None) -> set[Any]:
    """The values that a panel's own criterion asks for; None is missing."""
    if not isinstance(own, OneOf):
        return set()
    return {*own.values, *([None] if own.keep_missing else [])}
