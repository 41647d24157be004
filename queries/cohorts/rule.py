"""What a cohort's rule is made of: criteria on subjects, criteria on records, groups of them.

Two scopes, never confused. A criterion that stands in a rule looks at one column of the
subject's own row in ADSL. `AnyRecord` looks at the subject's records in another dataset; the
criteria inside it look at one record, and no group of subjects can stand there.

Every rule that exists is small (`MAX_CRITERIA`, `MAX_DEPTH`, `MAX_VALUES`), because each
part checks itself when it is made. Whoever walks a rule may therefore recurse.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from queries.cohorts.criterion import MAX_VALUES, Criterion, OneOf, check_text
from queries.errors import DataError

MAX_CRITERIA = 1_000
MAX_DEPTH = 20
MAX_DAYS = 100_000

Anchor = Literal["first_dose", "randomisation", "last_dose"]
ANCHORS: tuple[Anchor, ...] = ("first_dose", "randomisation", "last_dose")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When a record starts, in days after a day of the subject; that day itself is 0.

    This is no study day, which has no 0: study day 1 is 0 days after first dose.

    Parameters
    ----------
    low, high : int, optional
        Both included; None is open, but one of them is given.
    anchor : {"first_dose", "randomisation", "last_dose"}
        The day that is counted from.

    Examples
    --------
    >>> Window(low=0, high=30)
    Window(low=0, high=30, anchor='first_dose')
    >>> Window(low=30, high=0)
    Traceback (most recent call last):
        ...
    queries.errors.DataError: a window runs from low to high, but got '30 to 0'.
    """

    low: int | None = None
    high: int | None = None
    anchor: Anchor = "first_dose"

    def __post_init__(self) -> None:
        ends = [end for end in (self.low, self.high) if end is not None]
        for end in ends:
            if type(end) is not int or abs(end) > MAX_DAYS:
                rule = f"a window ends on a whole number of days, at most {MAX_DAYS}"
                raise DataError(rule, got=end if isinstance(end, int | float | str) else None)
        if not ends:
            raise DataError("a window has at least one end")
        if len(ends) == 2 and ends[0] > ends[1]:
            raise DataError("a window runs from low to high", got=f"{self.low} to {self.high}")
        if self.anchor not in ANCHORS:
            rule = f"the days of a window count from one of {', '.join(ANCHORS)}"
            raise DataError(rule, got=self.anchor)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyRecord:
    """The subject has a record in a dataset that meets all of this.

    Parameters
    ----------
    dataset : str
        Name of the dataset in the snapshot, such as "adae".
    where : Rule, optional
        What one record must meet; its criteria are on columns of the dataset. None: any record.
    within : Window, optional
        When the record starts. A record without a date is in no window.
    at_least : int
        How many such records, from 1 up.

    Examples
    --------
    >>> severe = AnyRecord(dataset="adae", where=OneOf(column="AETOXGR", values=("3", "4", "5")),
    ...                    within=Window(low=0, high=30))
    >>> severe.at_least
    1
    >>> AnyRecord(dataset="adae", where=severe)
    Traceback (most recent call last):
        ...
    queries.errors.DataError: a criterion on records holds criteria on one record, but got \
'AnyRecord'.
    """

    dataset: str
    where: Rule | None = None
    within: Window | None = None
    at_least: int = 1

    def __post_init__(self) -> None:
        rule = "a criterion on records names its dataset, in valid Unicode without NUL"
        check_text(self.dataset, rule)
        if not self.dataset:
            raise DataError(rule, got=self.dataset)
        if self.where is not None:
            _check_parts((self.where,))
            if any(isinstance(part, AnyRecord) for part in everything_in(self.where)):
                said = "a criterion on records holds criteria on one record"
                raise DataError(said, got="AnyRecord")
        if not isinstance(self.within, Window | None):
            raise DataError("`within` is a window", got=type(self.within).__name__)
        if type(self.at_least) is not int or not 1 <= self.at_least <= MAX_DAYS:
            raise DataError("`at_least` is a whole number from 1 up", got=self.at_least)


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds. Without parts: every subject.

    Examples
    --------
    >>> count_criteria(AllOf((OneOf(column="SEX", values=("F",)), AllOf(()))))
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


Rule = Criterion | AnyRecord | AllOf | AnyOf | Not


def is_rule(value: object) -> bool:
    """Whether a value can stand in a rule; a bare `Criterion` says nothing and cannot.

    Examples
    --------
    >>> is_rule(AnyOf(())), is_rule(Criterion(column="SEX")), is_rule("SEX = 'F'")
    (True, False, False)
    """
    return isinstance(value, Rule) and type(value) is not Criterion


def parts_of(rule: Rule) -> tuple[Rule, ...]:
    """The rules directly inside a rule; none for a criterion.

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
        case AnyRecord():
            return () if rule.where is None else (rule.where,)
        case _:
            return ()


def everything_in(rule: Rule) -> Iterator[Rule]:
    """The rule and all rules inside it, from left to right.

    Examples
    --------
    >>> [type(part).__name__ for part in everything_in(Not(AnyRecord(dataset="adae")))]
    ['Not', 'AnyRecord']
    """
    yield rule
    for part in parts_of(rule):
        yield from everything_in(part)


def count_criteria(rule: Rule) -> int:
    """Number of criteria in a rule; a part without parts counts as one.

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
        if not is_rule(part):
            raise DataError("a group holds criteria and groups", got=type(part).__name__)
    criteria = sum(count_criteria(part) for part in parts)
    if criteria > MAX_CRITERIA:
        raise DataError(f"a rule has at most {MAX_CRITERIA} criteria", got=criteria)
    if any(_depth(part) >= MAX_DEPTH for part in parts):
        raise DataError(f"groups are nested at most {MAX_DEPTH} deep")
    listed = (
        len(one.values) for part in parts for one in everything_in(part) if isinstance(one, OneOf)
    )
    if (values := sum(listed)) > MAX_VALUES:
        raise DataError(f"a rule lists at most {MAX_VALUES} values", got=values)
