"""When the subjects of a rule could be told: at baseline, some days later, or only at the end.

Whoever is chosen by something that happens after baseline had to live until it happened. A
comparison that starts at baseline would count that time (immortal time), so it needs a
landmark at which the whole rule is known, or must not be made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from queries.cohorts.criterion import Criterion, OneOf
from queries.cohorts.rule import AllOf, Anchor, AnyRecord, Rule, parts_of
from queries.cohorts.schema import Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A part of a rule that is not known at baseline.

    Parameters
    ----------
    part : Rule
        The criterion on a column of ADSL, or on records.
    known_by : int, optional
        Days after `anchor` by which it is known for every subject still under observation;
        None when no such day can be stated.
    anchor : {"first_dose", "randomisation"}
        What the days count from.
    """

    part: Rule
    known_by: int | None = None
    anchor: Anchor = "first_dose"


def late_parts(rule: Rule | None, schema: Schema) -> tuple[Late, ...]:
    """The parts of a rule that use what happened after baseline; none for a baseline cohort.

    Examples
    --------
    >>> from queries.cohorts.rule import Window
    >>> schema = Schema(subjects={"DTHFL": "VARCHAR"}, after_baseline=frozenset({"DTHFL"}))
    >>> [late.known_by for late in late_parts(OneOf(column="DTHFL", values=("Y",)), schema)]
    [None]
    >>> early = AnyRecord(dataset="adae", within=Window(low=0, high=30))
    >>> [late.known_by for late in late_parts(early, schema)]
    [30]
    >>> late_parts(AnyRecord(dataset="adlb", within=Window(high=0)), schema)
    ()
    """
    return () if rule is None else tuple(_late(rule, schema))


def _late(rule: Rule, schema: Schema) -> Iterator[Late]:
    match rule:
        case AnyRecord():
            if not _is_at_baseline(rule, schema):
                yield _known_by(rule)
        case Criterion():
            if rule.column in schema.after_baseline:
                yield Late(part=rule)
        case _:
            for part in parts_of(rule):
                yield from _late(part, schema)


def _is_at_baseline(rule: AnyRecord, schema: Schema) -> bool:
    table = schema.records.get(rule.dataset)
    if table is not None and table.at_baseline:
        return True
    within = rule.within
    if within is not None and within.high is not None and within.high <= 0:
        return within.anchor != "last_dose"
    return _asks_for_baseline_records(rule.where)


def _asks_for_baseline_records(where: Rule | None) -> bool:
    """Whether every record that fits carries the baseline flag."""
    match where:
        case OneOf(column=column, values=("Y",), keep_missing=False):
            return column.upper() == "ABLFL"
        case AllOf():
            return any(_asks_for_baseline_records(part) for part in where.criteria)
        case _:
            return False


def _known_by(rule: AnyRecord) -> Late:
    within = rule.within
    if within is None or within.high is None or within.anchor == "last_dose":
        return Late(part=rule)
    return Late(part=rule, known_by=within.high, anchor=within.anchor)
