"""Cohorts: rules over the subjects of a snapshot, as values, sentences, JSON and SQL."""

from __future__ import annotations

from queries.cohorts.checking import check_rule
from queries.cohorts.cohort import EVERYONE, Cohort, difference, intersection, union
from queries.cohorts.criterion import Between, Criterion, MultipleOf, OneOf
from queries.cohorts.predicate import predicate, predicates
from queries.cohorts.rule import (
    AllOf,
    AnyOf,
    AnyRecord,
    Not,
    Rule,
    Window,
    everything_in,
    parts_of,
)
from queries.cohorts.schema import RecordTable, Schema
from queries.cohorts.sentence import labels_in
from queries.cohorts.timing import Late, late_parts

__all__ = [
    "EVERYONE",
    "AllOf",
    "AnyOf",
    "AnyRecord",
    "Between",
    "Cohort",
    "Criterion",
    "Late",
    "MultipleOf",
    "Not",
    "OneOf",
    "RecordTable",
    "Rule",
    "Schema",
    "Window",
    "check_rule",
    "difference",
    "everything_in",
    "intersection",
    "labels_in",
    "late_parts",
    "parts_of",
    "predicate",
    "predicates",
    "union",
]
