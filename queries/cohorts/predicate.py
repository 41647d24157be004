"""A rule as one SQL predicate with parameters.

Two-valued throughout: every part is TRUE or FALSE for every subject, never NULL, so that NOT
gives exactly the complement. A value is missing when it is NULL or, in a column of floating
numbers, NaN (which DuckDB would otherwise take for the largest number of all).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import ceil, floor

from queries.cohorts.checking import check_rule, column_kind
from queries.cohorts.criterion import Between, MultipleOf, OneOf, Value
from queries.cohorts.rule import AllOf, AnyOf, AnyRecord, Not, Rule, Window, everything_in
from queries.cohorts.schema import RecordTable, Schema
from queries.cohorts.wire import rule_text
from queries.identifiers import quoted


def predicate(rule: Rule | None, schema: Schema) -> tuple[str, dict[str, object]]:
    """SQL that is TRUE for a subject of the rule, and the parameters that belong to it.

    Parameters
    ----------
    rule : Rule or None
        None is everyone.
    schema : Schema
        The columns of the snapshot. A criterion on any other column or dataset, or with a
        value of another type, is refused.

    Returns
    -------
    tuple of str and dict
        The SQL, to stand after WHERE where the columns of ADSL are in scope, and its
        parameters ``c0``, ``c1``, and so on.

    Examples
    --------
    >>> predicate(Between(column="AGE", low=65), Schema(subjects={"AGE": "BIGINT"}))
    ('("AGE" IS NOT NULL AND "AGE" >= $c0)', {'c0': 65})
    >>> predicate(None, Schema(subjects={}))
    ('TRUE', {})
    """
    [sql], parameters = predicates([rule], schema)
    return sql, parameters


def predicates(
    rules: Sequence[Rule | None], schema: Schema, found: Mapping[str, str] | None = None
) -> tuple[list[str], dict[str, object]]:
    """Several predicates that share one set of parameters.

    Parameters
    ----------
    found : mapping of str to str, optional
        For criteria on records, by their JSON: SQL that is already known to be true for the
        subjects who meet them.

    Examples
    --------
    >>> predicates([None, AnyOf(())], Schema(subjects={}))
    (['TRUE', 'FALSE'], {})
    """
    compiler = _Compiler(schema, found or {})
    written = []
    for rule in rules:
        check_rule(rule, schema)
        written.append("TRUE" if rule is None else compiler.compile(rule))
    return written, compiler.parameters


class _Compiler:
    """Writes a rule about subjects; inside records, about the row called `record`."""

    def __init__(self, schema: Schema, found: Mapping[str, str]) -> None:
        self.schema, self.found = schema, found
        self.columns, self.row = schema.subjects, ""
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
            case MultipleOf():
                return self._multiple_of(rule)
            case AnyRecord():
                return self._any_record(rule)
        raise TypeError(f"no SQL for {type(rule).__name__}")  # a new kind of rule without its case

    def _joined(self, parts: tuple[Rule, ...], word: str, *, empty: str) -> str:
        return f"({word.join(map(self.compile, parts))})" if parts else empty

    def _parameter(self, value: object) -> str:
        name = f"c{len(self.parameters)}"
        self.parameters[name] = value
        return f"${name}"

    # Criteria on one row -----------------------------------------------------------

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

    def _multiple_of(self, rule: MultipleOf) -> str:
        value, other = f"{self._operand(rule.column)}::DOUBLE", self._reference(rule)
        sign = _SIGNS[rule.comparison]
        factor = self._parameter(float(rule.factor))
        test = f"COALESCE({value} {sign} {factor} * {other}, FALSE)"
        missing = f"({value} IS NULL OR {other} IS NULL)"
        return f"({missing} OR {test})" if rule.keep_missing else f"({test})"

    def _reference(self, rule: MultipleOf) -> str:
        name = rule.of
        if name is None:
            return f"{self.row}{quoted(_first_value_of(rule.column, self.columns))}"
        return f"{self._operand(name)}::DOUBLE"

    def _or_missing(self, rule: OneOf | Between, tests: list[str]) -> str:
        operand = self._operand(rule.column)
        if not rule.keep_missing:
            return "(" + " AND ".join([f"{operand} IS NOT NULL", *tests]) + ")"
        return f"({operand} IS NULL OR ({' AND '.join(tests)}))"

    def _operand(self, column: str, *, as_day: bool = False) -> str:
        name, type_ = f"{self.row}{quoted(column)}", self.columns[column]
        if type_ in {"DOUBLE", "FLOAT"}:
            return f"NULLIF({name}, 'NaN'::{type_})"
        if as_day and column_kind(type_) == "moment":
            return f"CAST({name} AS DATE)"
        return name

    # Criteria on records -------------------------------------------------------------

    def _any_record(self, rule: AnyRecord) -> str:
        if self.found and (known := self.found.get(rule_text(rule))) is not None:
            return known
        table = self.schema.records[rule.dataset]
        subject = f"record.{quoted(table.subject)}"
        self.columns, self.row = table.columns, "record."
        tests = [f"{subject} IS NOT NULL"]
        if rule.where is not None:
            tests.append(self.compile(rule.where))
        self.columns, self.row = self.schema.subjects, ""
        source = _with_first_values(rule, table)
        if rule.within is not None:
            source += f" JOIN {self._anchor_days(rule.within)} ON {subject} = anchor.subject"
            tests.append(self._within(rule.within, table))
        several = (
            f" GROUP BY {subject} HAVING count(*) >= {self._parameter(rule.at_least)}"
            if rule.at_least > 1
            else ""
        )
        found = f"SELECT {subject} FROM {source} WHERE {' AND '.join(tests)}{several}"
        return f"COALESCE({quoted(self.schema.subject)} IN ({found}), FALSE)"

    def _anchor_days(self, within: Window) -> str:
        day = self.schema.anchors[within.anchor]
        return (
            f"(SELECT {quoted(self.schema.subject)} AS subject, {day} AS day "
            f"FROM {self.schema.source}) AS anchor"
        )

    def _within(self, within: Window, table: RecordTable) -> str:
        days = f"date_diff('day', anchor.day, {table.starts_on})"
        tests = []
        if within.low is not None:
            tests.append(f"{days} >= {self._parameter(within.low)}")
        if within.high is not None:
            tests.append(f"{days} <= {self._parameter(within.high)}")
        return f"COALESCE({' AND '.join(tests)}, FALSE)"


_SIGNS = {"above": ">", "at_least": ">=", "below": "<", "at_most": "<="}


def _first_value_of(column: str, columns: Mapping[str, str]) -> str:
    """A name for the first value of a column that no column of the data has."""
    name = f"first value of {column}"
    while name.casefold() in {other.casefold() for other in columns}:
        name += "_"
    return name


def _with_first_values(rule: AnyRecord, table: RecordTable) -> str:
    wanted = {
        part.column
        for part in everything_in(rule)
        if isinstance(part, MultipleOf) and part.of is None
    }
    if not wanted:
        return f"{table.source} AS record"
    within = [table.subject] if table.parameter is None else [table.subject, table.parameter]
    partition = ", ".join(f"record.{quoted(name)}" for name in within)
    firsts = []
    for column in sorted(wanted):
        value = f"NULLIF(record.{quoted(column)}::DOUBLE, 'NaN'::DOUBLE)"
        order = f"{table.starts_on or 'NULL'} NULLS LAST, {value} DESC NULLS LAST"
        firsts.append(
            f"first_value({value} IGNORE NULLS) OVER (PARTITION BY {partition} ORDER BY {order} "
            "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) "
            f"AS {quoted(_first_value_of(column, table.columns))}"
        )
    return f"(SELECT record.*, {', '.join(firsts)} FROM {table.source} AS record) AS record"


def _bound(kind: str | None, value: Value, *, up: bool) -> Value:
    """A number in the column's own type, so that nothing is rounded on the way."""
    if isinstance(value, (bool, str)) or not isinstance(value, (int, float)):
        return value
    if kind != "whole number":
        return float(value)
    whole = ceil(value) if up else floor(value)
    return max(-(2**63), min(2**63, whole))  # beyond every 64-bit number is far enough
