"""What a cohort's rule is made of: criteria on columns of ADSL, and groups of them.

Every rule that exists is small (`MAX_CRITERIA`, `MAX_DEPTH`, `MAX_VALUES`), because each
part checks itself when it is made. Whoever walks a rule may therefore recurse.

These are *subject* criteria: each looks at one column of the subject's own row. A criterion
on records (adverse events, laboratory values) will be one more member of `Rule`; it needs one
more case in `wire`, `sentence`, `checking` and `predicate`, each of which is a single `match`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from math import isfinite

from queries.errors import DataError

MAX_CRITERIA = 1_000
MAX_DEPTH = 20
MAX_VALUES = 10_000

Value = str | bool | int | float | date | datetime | time

_LARGEST_WHOLE_NUMBER = 2**63 - 1


def kind_of(value: object) -> str:
    """What a value is compared as: text, truth, number, moment, day or time of day.

    Examples
    --------
    >>> kind_of("F"), kind_of(True), kind_of(65), kind_of(date(2024, 2, 1))
    ('text', 'truth', 'number', 'day')
    """
    kinds: tuple[tuple[str, type | tuple[type, ...]], ...] = (
        ("text", str),
        ("truth", bool),  # before number and moment before day: the first is also the second
        ("number", (int, float)),
        ("moment", datetime),
        ("day", date),
        ("time of day", time),
    )
    for kind, types in kinds:
        if isinstance(value, types):
            return kind
    raise DataError(
        "a value in a criterion is text, a number, true or false, a date or a time",
        got=type(value).__name__,
    )


def _check_value(column: str, value: Value) -> str:
    kind = kind_of(value)
    if isinstance(value, str):
        _check_text(value, "text in a criterion is valid Unicode without NUL")
    elif isinstance(value, float) and not isfinite(value):
        raise DataError(f"a number compared with {column!r} is finite", got=value)
    elif isinstance(value, int) and abs(value) > _LARGEST_WHOLE_NUMBER:
        # Very long integers cannot even be printed, so they are described.
        raise DataError(
            f"a whole number compared with {column!r} fits in 64 bits",
            got=f"a number of {value.bit_length()} bits",
        )
    elif isinstance(value, (datetime, time)) and value.tzinfo is not None:
        raise DataError(f"a time compared with {column!r} has no time zone", got=value.isoformat())
    return kind


def _check_text(text: object, rule: str) -> None:
    if not isinstance(text, str) or "\x00" in text:
        raise DataError(rule, got=text if isinstance(text, str) else type(text).__name__)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise DataError(rule, got=text) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One statement about one column of ADSL.

    Parameters
    ----------
    column : str
        Name of the column, exactly as in the data.
    keep_missing : bool
        Whether a subject without a value in the column is kept. Default: not kept.
    """

    column: str
    keep_missing: bool = False

    def __post_init__(self) -> None:
        rule = "a criterion names its column, in valid Unicode without NUL"
        _check_text(self.column, rule)
        if not self.column:
            raise DataError(rule, got=self.column)
        if not isinstance(self.keep_missing, bool):
            raise DataError("`keep_missing` is true or false", got=type(self.keep_missing).__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf(Criterion):
    """The column's value is one of those listed.

    With no values and ``keep_missing=True`` it asks for the subjects whose value is missing.

    Examples
    --------
    >>> OneOf(column="SEX", values=("F",))
    OneOf(column='SEX', keep_missing=False, values=('F',))
    """

    values: tuple[Value, ...]

    def __post_init__(self) -> None:
        Criterion.__post_init__(self)
        if isinstance(self.values, str) or not isinstance(self.values, (tuple, list)):
            raise DataError("`values` is a list", got=type(self.values).__name__)
        object.__setattr__(self, "values", tuple(self.values))
        if not self.values and not self.keep_missing:
            raise DataError(f"a criterion on {self.column!r} lists at least one value")
        if len(self.values) > MAX_VALUES:
            raise DataError(f"a rule lists at most {MAX_VALUES} values", got=len(self.values))
        if len({_check_value(self.column, value) for value in self.values}) > 1:
            raise DataError(f"the values listed for {self.column!r} are all of one kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Between(Criterion):
    """The column's number, date or time lies in a range, both ends included.

    A bound that is None is open; with neither bound, any value that is present will do.
    A date compared with a column of dates and times means the whole of that day.

    Examples
    --------
    >>> Between(column="AGE", low=65, high=80)
    Between(column='AGE', keep_missing=False, low=65, high=80)
    >>> Between(column="AGE", low=80, high=65)
    Traceback (most recent call last):
        ...
    queries.errors.DataError: the range of 'AGE' runs from low to high, but got '80 to 65'.
    """

    low: int | float | date | datetime | time | None = None
    high: int | float | date | datetime | time | None = None

    def __post_init__(self) -> None:
        Criterion.__post_init__(self)
        bounds = [bound for bound in (self.low, self.high) if bound is not None]
        kinds = {_check_value(self.column, bound) for bound in bounds}
        if kinds & {"text", "truth"}:
            raise DataError(f"the range of {self.column!r} is of numbers or dates", got=bounds[0])
        if len(kinds) > 1:
            raise DataError(f"both ends of the range of {self.column!r} are of one kind")
        if not bounds and self.keep_missing:
            raise DataError(f"a criterion on {self.column!r} has a bound or leaves out the missing")
        if len(bounds) == 2 and bounds[0] > bounds[1]:  # type: ignore[operator]  # one kind
            got = f"{self.low} to {self.high}"
            raise DataError(f"the range of {self.column!r} runs from low to high", got=got)


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds. Without parts: every subject.

    Examples
    --------
    >>> count_criteria(AllOf((OneOf(column="SEX", values=("F",)), Between(column="AGE", low=65))))
    2
    """

    criteria: tuple[Rule, ...]

    def __post_init__(self) -> None:
        _check_group(self)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds. Without parts: no subject.

    Examples
    --------
    >>> AnyOf(())
    AnyOf(criteria=())
    """

    criteria: tuple[Rule, ...]

    def __post_init__(self) -> None:
        _check_group(self)


@dataclass(frozen=True, slots=True)
class Not:
    """Exactly the subjects whom the part leaves out, those with a missing value among them.

    Examples
    --------
    >>> Not(OneOf(column="SEX", values=("F",))).criterion.column
    'SEX'
    """

    criterion: Rule

    def __post_init__(self) -> None:
        _check_parts((self.criterion,))


Rule = Criterion | AllOf | AnyOf | Not


def parts_of(rule: Rule) -> tuple[Rule, ...]:
    """The rules directly inside a group; none for a criterion.

    Examples
    --------
    >>> parts_of(AnyOf(()))
    ()
    """
    match rule:
        case AllOf() | AnyOf():
            return rule.criteria
        case Not():
            return (rule.criterion,)
        case _:
            return ()


def criteria_of(rule: Rule) -> Iterator[Criterion]:
    """Every criterion of a rule, from left to right.

    Examples
    --------
    >>> [part.column for part in criteria_of(Not(OneOf(column="SEX", values=("F",))))]
    ['SEX']
    """
    if isinstance(rule, Criterion):
        yield rule
    for part in parts_of(rule):
        yield from criteria_of(part)


def count_criteria(rule: Rule) -> int:
    """Number of criteria in a rule; a group without parts counts as one.

    Examples
    --------
    >>> count_criteria(AnyOf((AllOf(()), OneOf(column="SEX", values=("F",)))))
    2
    """
    return max(1, sum(count_criteria(part) for part in parts_of(rule)))


def _depth(rule: Rule) -> int:
    return 1 + max((_depth(part) for part in parts_of(rule)), default=0)


def _check_group(group: AllOf | AnyOf) -> None:
    if not isinstance(group.criteria, (tuple, list)):
        raise DataError("a group holds a list of criteria", got=type(group.criteria).__name__)
    object.__setattr__(group, "criteria", tuple(group.criteria))
    _check_parts(group.criteria)


def _check_parts(parts: tuple[Rule, ...]) -> None:
    for part in parts:
        if not isinstance(part, (OneOf, Between, AllOf, AnyOf, Not)):
            raise DataError("a group holds criteria and groups", got=type(part).__name__)
    criteria = sum(count_criteria(part) for part in parts)
    if criteria > MAX_CRITERIA:
        raise DataError(f"a rule has at most {MAX_CRITERIA} criteria", got=criteria)
    if any(_depth(part) >= MAX_DEPTH for part in parts):
        raise DataError(f"groups are nested at most {MAX_DEPTH} deep")
    listed = (
        len(one.values) for part in parts for one in criteria_of(part) if isinstance(one, OneOf)
    )
    if (values := sum(listed)) > MAX_VALUES:
        raise DataError(f"a rule lists at most {MAX_VALUES} values", got=values)
