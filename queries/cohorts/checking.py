"""Whether a rule fits the columns of a snapshot: they exist, and their types allow it."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

from queries.cohorts.criterion import (
    Between,
    Criterion,
    MultipleOf,
    OneOf,
    Value,
    kind_of,
)
from queries.cohorts.rule import AnyRecord, Rule, everything_in, parts_of
from queries.cohorts.schema import Schema
from queries.errors import DataError

_KIND_OF_TYPE = {
    "VARCHAR": "text",
    "BOOLEAN": "truth",
    "DATE": "day",
    "TIME": "time of day",
    "DOUBLE": "number",
    "FLOAT": "number",
    "DECIMAL": "number",
    "TINYINT": "whole number",
    "SMALLINT": "whole number",
    "INTEGER": "whole number",
    "BIGINT": "whole number",
}

_SAID = {
    "text": "text",
    "truth": "true or false",
    "number": "numbers",
    "whole number": "whole numbers",
    "day": "dates",
    "moment": "dates and times",
    "time of day": "times of day",
}


def column_kind(type_: str) -> str | None:
    """What a column of a DuckDB type is compared as; None when no criterion can use it.

    Examples
    --------
    >>> column_kind("BIGINT"), column_kind("DECIMAL(18,3)"), column_kind("TIMESTAMP_S")
    ('whole number', 'number', 'moment')
    >>> column_kind("INTEGER[]") is None
    True
    """
    if type_ in {"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"}:
        return "moment"
    base = "DECIMAL" if type_.startswith("DECIMAL(") and type_.endswith(")") else type_
    return _KIND_OF_TYPE.get(base)


def check_rule(rule: Rule | None, schema: Schema) -> None:
    """Refuse a rule that the columns of a snapshot cannot answer.

    Parameters
    ----------
    rule : Rule or None
        None is everyone and always fits.
    schema : Schema
        The columns of the snapshot that a rule may use.

    Raises
    ------
    DataError
        Naming the column, its type and the value that does not fit.

    Examples
    --------
    >>> check_rule(OneOf(column="AGE", values=("old",)), Schema(subjects={"AGE": "DOUBLE"}))
    Traceback (most recent call last):
        ...
    queries.errors.DataError: column 'AGE': a column of type DOUBLE is compared with numbers, \
but got 'old'.
    """
    if rule is not None:
        _check(rule, schema)


def _check(rule: Rule, schema: Schema) -> None:
    match rule:
        case AnyRecord():
            _check_records(rule, schema)
        case MultipleOf(of=None):
            raise DataError("records have a first value, subjects do not", column=_name(rule))
        case Criterion():
            _check_criterion(rule, schema.subjects, "the snapshot's ADSL")
        case _:
            for part in parts_of(rule):
                _check(part, schema)


def _check_records(rule: AnyRecord, schema: Schema) -> None:
    shown = repr(rule.dataset)[:80]
    if rule.dataset not in schema.records:
        raise DataError("a criterion on records uses a dataset of the snapshot", got=rule.dataset)
    table = schema.records[rule.dataset]
    if rule.within is not None:
        if table.starts_on is None:
            raise DataError(f"the records of {shown} have dates, so that a window can be met")
        if rule.within.anchor not in schema.anchors:
            raise DataError(
                "a window counts from a day that the snapshot has", got=rule.within.anchor
            )
    for part in everything_in(rule):
        if isinstance(part, Criterion):
            _check_criterion(part, table.columns, f"the dataset {shown}")


def _check_criterion(criterion: Criterion, columns: Mapping[str, str], place: str) -> None:
    kind = _kind(criterion.column, columns, place)
    if isinstance(criterion, MultipleOf):
        others = [] if criterion.of is None else [criterion.of]
        for name in (criterion.column, *others):
            if _kind(name, columns, place) not in {"number", "whole number"}:
                rule = "a multiple is of numbers"
                raise DataError(rule, got=columns[name], column=repr(name)[:80])
        return
    for value in values_of(criterion):
        if not _fits(kind, value, listed=isinstance(criterion, OneOf)):
            rule = f"a column of type {columns[criterion.column]} is compared with {_SAID[kind]}"
            raise DataError(rule, got=_shown(value), column=_name(criterion))


def _kind(column: str, columns: Mapping[str, str], place: str) -> str:
    # A name from a hand-edited link is shown escaped.
    shown = repr(column)[:80]
    if column not in columns:
        raise DataError(f"a criterion uses a column that {place} has", column=shown)
    kind = column_kind(columns[column])
    if kind is None:
        rule = "a criterion uses text, numbers, dates or truths"
        raise DataError(rule, got=columns[column], column=shown)
    return kind


def _name(criterion: Criterion) -> str:
    return repr(criterion.column)[:80]


def values_of(criterion: Criterion) -> tuple[Value, ...]:
    """The values a criterion compares its column with.

    Examples
    --------
    >>> values_of(Between(column="AGE", low=65))
    (65,)
    """
    match criterion:
        case OneOf():
            return criterion.values
        case Between():
            return tuple(bound for bound in (criterion.low, criterion.high) if bound is not None)
        case _:
            return ()


def _fits(kind: str, value: Value, *, listed: bool) -> bool:
    given = kind_of(value)
    if kind == "moment":
        return given in {"moment", "day"}
    if kind == "whole number" and isinstance(value, float) and listed:
        # A range may end between two whole numbers; a listed 2.5 could never be met.
        return isfinite(value) and value.is_integer() and abs(value) < 2**63
    return given == kind.removeprefix("whole ")


def _shown(value: Value) -> Value:
    return value.isoformat() if hasattr(value, "isoformat") else value
