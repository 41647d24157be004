"""Criteria: statements about one row, a subject's own or one of its records.

A criterion says nothing of whose row it is about. In a rule it is about the subject's row in
ADSL; inside an `AnyRecord` it is about one record of that dataset.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from math import isfinite
from typing import Literal

from queries.errors import DataError

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


def check_value(column: str, value: Value) -> str:
    """The kind of a value that a criterion may hold; anything else is refused."""
    kind = kind_of(value)
    if isinstance(value, str):
        check_text(value, "text in a criterion is valid Unicode without NUL")
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


def check_text(text: object, rule: str) -> None:
    """Refuse what is no text, holds NUL or is not valid Unicode."""
    if not isinstance(text, str) or "\x00" in text:
        raise DataError(rule, got=text if isinstance(text, str) else type(text).__name__)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise DataError(rule, got=text) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One statement about one column of a row.

    Parameters
    ----------
    column : str
        Name of the column, exactly as in the data.
    keep_missing : bool
        Whether a row without a value in the column is kept. Default: not kept.
    """

    column: str
    keep_missing: bool = False

    def __post_init__(self) -> None:
        rule = "a criterion names its column, in valid Unicode without NUL"
        check_text(self.column, rule)
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
        if len({check_value(self.column, value) for value in self.values}) > 1:
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
        kinds = {check_value(self.column, bound) for bound in bounds}
        if kinds & {"text", "truth"}:
            raise DataError(f"the range of {self.column!r} is of numbers or dates", got=bounds[0])
        if len(kinds) > 1:
            raise DataError(f"both ends of the range of {self.column!r} are of one kind")
        if not bounds and self.keep_missing:
            raise DataError(f"a criterion on {self.column!r} has a bound or leaves out the missing")
        if len(bounds) == 2 and bounds[0] > bounds[1]:  # type: ignore[operator]  # one kind
            got = f"{self.low} to {self.high}"
            raise DataError(f"the range of {self.column!r} runs from low to high", got=got)


Comparison = Literal["above", "at_least", "below", "at_most"]
COMPARISONS: tuple[Comparison, ...] = ("above", "at_least", "below", "at_most")


@dataclass(frozen=True, slots=True, kw_only=True)
class MultipleOf(Criterion):
    """The column's number compared with a multiple of another number.

    Missing when either number is; so is a multiple of nothing at all.

    Parameters
    ----------
    of : str or None
        The other column of the same row, such as the upper limit of normal. None, for
        records only: the subject's first value of the same column, the earliest by date
        (the largest of that day), within the same PARAMCD where the dataset has it.
    comparison : {"above", "at_least", "below", "at_most"}
        "above" and "below" leave out equality.
    factor : float
        Above 0.

    Examples
    --------
    >>> MultipleOf(column="AVAL", comparison="above", factor=3, of="ANRHI").factor
    3
    >>> MultipleOf(column="AVAL", comparison="above", factor=0, of="ANRHI")
    Traceback (most recent call last):
        ...
    queries.errors.DataError: the factor that 'AVAL' is compared by is a number above 0, but got 0.
    """

    comparison: Comparison
    factor: int | float
    of: str | None = None

    def __post_init__(self) -> None:
        Criterion.__post_init__(self)
        if self.comparison not in COMPARISONS:
            rule = f"a comparison is one of {', '.join(COMPARISONS)}"
            raise DataError(rule, got=str(self.comparison))
        kind = check_value(self.column, self.factor)
        if kind != "number" or self.factor <= 0:
            rule = f"the factor that {self.column!r} is compared by is a number above 0"
            raise DataError(rule, got=self.factor)
        if self.of is not None:
            check_text(self.of, "the column that is compared with has a name")
            if not self.of:
                raise DataError("the column that is compared with has a name", got=self.of)
