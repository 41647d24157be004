"""Whether a rule fits the columns of a snapshot: they exist, and their types allow it."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

from queries.cohorts.rule import Between, Criterion, OneOf, Rule, Value, criteria_of, kind_of
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


def check_rule(rule: Rule | None, columns: Mapping[str, str]) -> None:
    """Refuse a rule that the columns of a snapshot cannot answer.

    Parameters
    ----------
    rule : Rule or None
        None is everyone and always fits.
    columns : mapping of str to str
        Column name to DuckDB type, as `DESCRIBE` gives it.

    Raises
    ------
    DataError
        Naming the column, its type and the value that does not fit.

    Examples
    --------
    >>> check_rule(OneOf(column="AGE", values=("old",)), {"AGE": "DOUBLE"})
    Traceback (most recent call last):
        ...
    queries.errors.DataError: column 'AGE': a column of type DOUBLE is compared with numbers, \
but got 'old'.
    """
    if rule is None:
        return
    for criterion in criteria_of(rule):
        _check_criterion(criterion, columns)


def _check_criterion(criterion: Criterion, columns: Mapping[str, str]) -> None:
    # A name from a hand-edited link is shown escaped.
    shown = repr(criterion.column)[:80]
    if criterion.column not in columns:
        raise DataError("a criterion uses a column that the snapshot's ADSL has", column=shown)
    type_ = columns[criterion.column]
    kind = column_kind(type_)
    if kind is None:
        raise DataError("a criterion uses text, numbers, dates or truths", got=type_, column=shown)
    for value in values_of(criterion):
        if not _fits(kind, value, listed=isinstance(criterion, OneOf)):
            rule = f"a column of type {type_} is compared with {_SAID[kind]}"
            raise DataError(rule, got=_shown(value), column=shown)


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
