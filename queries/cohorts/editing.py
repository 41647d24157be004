"""Changing a rule part by part, as a page does: each change gives a new rule.

What a page edits are the *parts* of a rule: the criteria and groups that all have to hold. A
rule that is no `AllOf` is its own only part.
"""

from __future__ import annotations

from collections.abc import Sequence

from queries.cohorts.criterion import OneOf, Value
from queries.cohorts.rule import AllOf, AnyOf, Not, Rule


def parts(rule: Rule | None) -> tuple[Rule, ...]:
    """The parts of a rule that all have to hold; none for everyone.

    Examples
    --------
    >>> parts(AllOf((OneOf(column="SEX", values=("F",)),)))
    (OneOf(column='SEX', keep_missing=False, values=('F',)),)
    >>> parts(None)
    ()
    """
    if rule is None:
        return ()
    return rule.criteria if isinstance(rule, AllOf) else (rule,)


def from_parts(wanted: Sequence[Rule]) -> Rule | None:
    """The rule that holds where every part does; None, everyone, when there is none.

    Examples
    --------
    >>> from_parts([]) is None
    True
    """
    if not wanted:
        return None
    lonely = len(wanted) == 1 and not isinstance(wanted[0], AllOf)
    return wanted[0] if lonely else AllOf(tuple(wanted))


def with_part(rule: Rule | None, part: Rule, *, place: int | None = None) -> Rule | None:
    """The rule with one part more, or with another part in the place of one.

    Examples
    --------
    >>> women = with_part(None, OneOf(column="SEX", values=("F",)))
    >>> len(parts(with_part(women, OneOf(column="COUNTRY", values=("DEU",)))))
    2
    """
    known = list(parts(rule))
    if place is None:
        return from_parts([*known, part])
    known[place] = part
    return from_parts(known)


def without_part(rule: Rule | None, place: int) -> Rule | None:
    """The rule without one of its parts.

    Examples
    --------
    >>> without_part(OneOf(column="SEX", values=("F",)), 0) is None
    True
    """
    known = list(parts(rule))
    del known[place]
    return from_parts(known)


def negated(part: Rule) -> Rule:
    """The opposite of a part; twice gives the part itself.

    Examples
    --------
    >>> women = OneOf(column="SEX", values=("F",))
    >>> negated(negated(women)) == women
    True
    """
    return part.criterion if isinstance(part, Not) else Not(part)


def joined_by_or(rule: Rule | None, places: Sequence[int]) -> Rule | None:
    """The rule in which one of some parts is enough, where the first of them stood.

    Examples
    --------
    >>> rule = AllOf((OneOf(column="A", values=(1,)), OneOf(column="B", values=(2,))))
    >>> type(joined_by_or(rule, [0, 1])).__name__
    'AnyOf'
    """
    known, chosen = list(parts(rule)), sorted(set(places))
    if len(chosen) < 2:
        return rule
    inside: list[Rule] = []
    for place in chosen:
        part = known[place]
        inside += part.criteria if isinstance(part, AnyOf) else (part,)
    kept = [part for place, part in enumerate(known) if place not in chosen[1:]]
    kept[chosen[0]] = AnyOf(tuple(inside))
    return from_parts(kept)


def split(rule: Rule | None, place: int) -> Rule | None:
    """The rule in which the parts of a group stand by themselves, so that all have to hold.

    Examples
    --------
    >>> either = AnyOf((OneOf(column="A", values=(1,)), OneOf(column="B", values=(2,))))
    >>> len(parts(split(either, 0)))
    2
    """
    known = list(parts(rule))
    part = known[place]
    if isinstance(part, AnyOf | AllOf):
        known[place : place + 1] = part.criteria
    return from_parts(known)


def toggled(chosen: OneOf | None, column: str, value: Value | None) -> OneOf | None:
    """A list of values with one more or one fewer; None when nothing is listed any more.

    A missing value (None) is toggled through `keep_missing`.

    Examples
    --------
    >>> women = toggled(None, "SEX", "F")
    >>> women.values
    ('F',)
    >>> toggled(women, "SEX", "F") is None
    True
    """
    values = () if chosen is None else chosen.values
    missing = chosen is not None and chosen.keep_missing
    if value is None:
        missing = not missing
    elif value in values:
        values = tuple(one for one in values if one != value)
    else:
        values = (*values, value)
    if not values and not missing:
        return None
    return OneOf(column=column, values=values, keep_missing=missing)
