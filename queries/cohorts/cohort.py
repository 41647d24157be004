"""The cohort: a named rule over the subjects of a snapshot, and the algebra of cohorts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from queries.cohorts.checking import check_rule
from queries.cohorts.criterion import Between, OneOf  # noqa: F401  # for the examples
from queries.cohorts.rule import AllOf, AnyOf, Not, Rule, is_rule
from queries.cohorts.schema import Schema
from queries.cohorts.sentence import rule_sentence
from queries.cohorts.wire import read_json, rule_from_plain, rule_to_plain
from queries.errors import DataError

VERSION = 1
MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class Cohort:
    """A named rule over a snapshot's subjects; an immutable value.

    Parameters
    ----------
    rule : Rule, optional
        None, the default, is everyone.
    name : str, optional
        At most 200 characters. Default: "All subjects", or "Unnamed cohort" with a rule.

    Examples
    --------
    >>> women = Cohort(OneOf(column="SEX", values=("F",)), name="Women")
    >>> women.sentence({"SEX": "Sex"})
    'Sex is F'
    >>> Cohort.from_json(women.to_json()) == women
    True
    >>> Cohort().name
    'All subjects'
    """

    rule: Rule | None = None
    name: str = ""

    def __post_init__(self) -> None:
        if self.rule is not None and not is_rule(self.rule):
            raise DataError("a cohort has a rule or is everyone", got=type(self.rule).__name__)
        if not isinstance(self.name, str) or not (
            len(self.name) <= MAX_NAME and _encodes(self.name)
        ):
            rule = f"the name of a cohort is text of at most {MAX_NAME} characters"
            raise DataError(rule, got=self.name if isinstance(self.name, str) else None)
        if not self.name.strip():
            default = "All subjects" if self.rule is None else "Unnamed cohort"
            object.__setattr__(self, "name", default)

    def sentence(self, labels: Mapping[str, str] | None = None) -> str:
        """The rule in English; `labels` give columns their names.

        Examples
        --------
        >>> Cohort(Between(column="AGE", high=40)).sentence({"AGE": "Age"})
        'Age is at most 40'
        """
        return rule_sentence(self.rule, labels)

    def to_json(self) -> str:
        """The cohort as JSON, always the same text for the same cohort.

        Examples
        --------
        >>> Cohort().to_json()
        '{"version": 1, "name": "All subjects", "rule": null}'
        """
        plain = {"version": VERSION, "name": self.name, "rule": rule_to_plain(self.rule)}
        return json.dumps(plain, ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str, schema: Schema | None = None) -> Cohort:
        """The cohort that a JSON text describes.

        Parameters
        ----------
        text : str
            What `to_json` wrote, or a hand-edited form of it.
        schema : Schema, optional
            The columns of the snapshot. When given, the rule is checked against them.

        Raises
        ------
        DataError
            For anything that is not a cohort, is too large, or does not fit the columns.

        Examples
        --------
        >>> text = '{"version": 1, "rule": {"column": "SEXX", "one_of": ["F"]}}'
        >>> Cohort.from_json(text, Schema(subjects={"SEX": "VARCHAR"}))
        Traceback (most recent call last):
            ...
        queries.errors.DataError: column 'SEXX': a criterion uses a column that the snapshot's \
ADSL has.
        """
        plain = read_json(text)
        if not isinstance(plain, dict):
            raise DataError("a cohort is a JSON object", got=type(plain).__name__)
        _check_keys(plain)
        name = plain.get("name", "")
        rule = None if plain.get("rule") is None else rule_from_plain(plain["rule"])
        cohort = cls(rule, name=name)
        if schema is not None:
            check_rule(cohort.rule, schema)
        return cohort


def _check_keys(plain: dict[str, object]) -> None:
    if unknown := [key for key in plain if key not in {"version", "name", "rule"}]:
        raise DataError("a cohort has `version`, `name` and `rule`", got=unknown[0])
    version = plain.get("version")
    if type(version) is not int or version != VERSION:
        raise DataError(f"a cohort is written in version {VERSION} of its form", got=version)


def _encodes(text: str) -> bool:
    try:
        return b"\x00" not in text.encode()
    except UnicodeEncodeError:
        return False


EVERYONE = Cohort()


def union(*cohorts: Cohort, name: str = "") -> Cohort:
    """Subjects in at least one of the cohorts.

    Examples
    --------
    >>> young, old = Cohort(Between(column="AGE", high=40)), Cohort(Between(column="AGE", low=65))
    >>> union(young, old).sentence()
    'AGE is at most 40 or AGE is at least 65'
    """
    if any(cohort.rule is None for cohort in cohorts):
        return Cohort(name=name)
    return Cohort(AnyOf(tuple(one.rule for one in cohorts if one.rule is not None)), name=name)


def intersection(*cohorts: Cohort, name: str = "") -> Cohort:
    """Subjects in every one of the cohorts.

    Examples
    --------
    >>> intersection(Cohort(Between(column="AGE", high=40)), Cohort()).sentence()
    'AGE is at most 40'
    """
    rules = tuple(cohort.rule for cohort in cohorts if cohort.rule is not None)
    if not rules:
        return Cohort(name=name)
    return Cohort(rules[0] if len(rules) == 1 else AllOf(rules), name=name)


def difference(cohort: Cohort, without: Cohort, *, name: str = "") -> Cohort:
    """Subjects in the first cohort and not in the second.

    Examples
    --------
    >>> difference(Cohort(), Cohort(Between(column="AGE", low=65))).sentence()
    'AGE is below 65 (missing kept)'
    >>> difference(Cohort(), Cohort()).sentence()
    'No subject'
    """
    if without.rule is None:
        return Cohort(AnyOf(()), name=name)
    left_out = Not(without.rule)
    return Cohort(left_out if cohort.rule is None else AllOf((cohort.rule, left_out)), name=name)
