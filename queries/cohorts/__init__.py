"""Cohorts: rules over the subjects of a snapshot, as values, sentences, JSON and SQL."""

from __future__ import annotations

from queries.cohorts.checking import check_rule
from queries.cohorts.cohort import EVERYONE, Cohort, difference, intersection, union
from queries.cohorts.predicate import predicate
from queries.cohorts.rule import (
    AllOf,
    AnyOf,
    Between,
    Criterion,
    Not,
    OneOf,
    Rule,
    criteria_of,
)

__all__ = [
    "EVERYONE",
    "AllOf",
    "AnyOf",
    "Between",
    "Cohort",
    "Criterion",
    "Not",
    "OneOf",
    "Rule",
    "check_rule",
    "criteria_of",
    "difference",
    "intersection",
    "predicate",
    "union",
]
