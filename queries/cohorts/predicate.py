"""A rule as one SQL predicate with parameters.

Two-valued throughout: every part is TRUE or FALSE for every subject, never NULL, so that NOT
gives exactly the complement. A value is missing when it is NULL or, in a column of floating
numbers, NaN (which DuckDB would otherwise take for the largest number of all).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from math import ceil, floor

from queries.cohorts.checking import check_rule, column_kind
from queries.cohorts.rule import AllOf, AnyOf, Between, Not, OneOf, Rule, Value
from queries.identifiers import quoted


def predicate(rule: Rule | None, columns: Mapping[str, str]) -> tuple[str, dict[str, object]]:
    """SQL that is TRUE for a subject of the rule, and the parameters that belong to it.

    Parameters
    ----------
    rule : Rule or None
        None is everyone.
    columns : mapping of str to str
        Column name to DuckDB type, as `DESCRIBE` gives it. A criterion on any other column,
        or with a value of another type, is refused.

    Returns
    -------
    tuple of str and dict
        The SQL, to stand after WHERE where the columns of ADSL are in scope, and its
        parameters ``c0``, ``c1``, and so on.

    Examples
    --------
    >>> predicate(Between(column="AGE", low=65), {"AGE": "BIGINT"})
    ('("AGE" IS NOT NULL AND "AGE" >= $c0)', {'c0': 65})
    >>> predicate(None, {})
    ('TRUE', {})
    """
    check_rule(rule, columns)
    compiler = _Compiler(columns)
    sql = "TRUE" if rule is None else compiler.compile(rule)
    return sql, compiler.parameters


class _Compiler:
    def __init__(self, columns: Mapping[str, str]) -> None:
        self.columns = columns
        self.parameters: dict[str, object] = {}

    def compile(self, rule: Rule) -> str:
        match rule:
            case AllOf():
                return self._joined(rule.criteria, " AND ", empty="TRUE")
            case AnyOf():
                return self._joined(rule.criteria, " OR ", empty="FALSE")
            case Not():
                return f"(NOT {self.compile(rule.criterion)})"
            case OneOf():
                return self._one_of(rule)
            case Between():
                return self._between(rule)
        raise TypeError(f"no SQL for {type(rule).__name__}")  # a new kind of rule without its case

    def _joined(self, parts: tuple[Rule, ...], word: str, *, empty: str) -> str:
        return f"({word.join(map(self.compile, parts))})" if parts else empty

    def _parameter(self, value: object) -> str:
        name = f"c{len(self.parameters)}"
        self.parameters[name] = value
        return f"${name}"

    def _one_of(self, rule: OneOf) -> str:
        if not rule.values:
            return f"({self._operand(rule.column)} IS NULL)"
        days = not isinstance(rule.values[0], datetime)
        operand = self._operand(rule.column, as_day=days)
        kind = column_kind(self.columns[rule.column])
        # One list parameter: DuckDB takes seconds to plan thousands of single ones.
        listed = self._parameter([_bound(kind, value, up=True) for value in rule.values])
        return self._or_missing(rule, [f"{operand} IN {listed}"])

    def _between(self, rule: Between) -> str:
        given = rule.low if rule.low is not None else rule.high
        operand = self._operand(rule.column, as_day=not isinstance(given, datetime))
        kind = column_kind(self.columns[rule.column])
        tests = []
        if rule.low is not None:
            tests.append(f"{operand} >= {self._parameter(_bound(kind, rule.low, up=True))}")
        if rule.high is not None:
            tests.append(f"{operand} <= {self._parameter(_bound(kind, rule.high, up=False))}")
        return self._or_missing(rule, tests)

    def _or_missing(self, rule: OneOf | Between, tests: list[str]) -> str:
        operand = self._operand(rule.column)
        if not rule.keep_missing:
            return "(" + " AND ".join([f"{operand} IS NOT NULL", *tests]) + ")"
        return f"({operand} IS NULL OR ({' AND '.join(tests)}))"

    def _operand(self, column: str, *, as_day: bool = False) -> str:
        name, type_ = quoted(column), self.columns[column]
        if type_ in {"DOUBLE", "FLOAT"}:
            return f"NULLIF({name}, 'NaN'::{type_})"
        if as_day and column_kind(type_) == "moment":
            return f"CAST({name} AS DATE)"
        return name


def _bound(kind: str | None, value: Value, *, up: bool) -> Value:
    """A number in the column's own type, so that nothing is rounded on the way."""
    if isinstance(value, (bool, str)) or not isinstance(value, (int, float)):
        return value
    if kind != "whole number":
        return float(value)
    whole = ceil(value) if up else floor(value)
    return max(-(2**63), min(2**63, whole))  # beyond every 64-bit number is far enough
