"""A rule in English, as it stands under every figure.

Names and values come from the user's data and from links, so nothing in them can end the
sentence early or change how it reads: what is not plain is put in quotation marks, and
characters that do not show (controls, direction marks) are written as escapes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time

from queries.cohorts.criterion import Between, Criterion, MultipleOf, OneOf, Value
from queries.cohorts.rule import AllOf, AnyOf, AnyRecord, Not, Rule, Window, everything_in

SHOWN_VALUES = 20

_PLAIN_VALUE = re.compile(r"[^\W_][\w.+/%<>=*^-]*(?: [\w.+/%<>=*^-]+){0,7}")
_PLAIN_NAME = re.compile(r"[^\W_][\w.,+/%<>=*^'&#():\[\] -]*")
_WORDS_OF_THE_SENTENCE = re.compile(r"\b(?:and|or|not|is|missing|other than)\b", re.IGNORECASE)
_ANCHORS = {
    "first_dose": "first dose",
    "randomisation": "randomisation",
    "last_dose": "last dose",
}
_RECORDS = (
    ("adae", "adverse event", "adverse events"),
    ("ae", "adverse event", "adverse events"),
    ("adlb", "laboratory result", "laboratory results"),
    ("lb", "laboratory result", "laboratory results"),
    ("advs", "vital sign", "vital signs"),
    ("vs", "vital sign", "vital signs"),
    ("adex", "exposure record", "exposure records"),
    ("ex", "exposure record", "exposure records"),
)
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def rule_sentence(rule: Rule | None, labels: Mapping[str, str] | None = None) -> str:
    """What a rule says, in English, beginning with a capital and without a full stop.

    Parameters
    ----------
    rule : Rule or None
        None is everyone.
    labels : mapping of str to str, optional
        Column name to label, for columns of records "dataset.column". A column without one
        is called by its name.

    Examples
    --------
    >>> rule = AllOf((OneOf(column="SEX", values=("F",)), Between(column="AGE", low=65, high=80)))
    >>> rule_sentence(rule, {"SEX": "Sex", "AGE": "Age"})
    'Sex is F and age is between 65 and 80'
    >>> rule_sentence(Not(Between(column="AGE", low=65)))
    'AGE is below 65 (missing kept)'
    """
    if rule is None:
        return "All subjects"
    text = _Writer(labels or {}).write(rule, outermost=True)
    return text[:1].upper() + text[1:]


def labels_in(rule: Rule | None, labels: Mapping[str, str]) -> dict[str, str]:
    """The labels that the sentence of a rule can need, of all that are known.

    Examples
    --------
    >>> labels_in(Between(column="AGE", low=65), {"AGE": "Age", "SEX": "Sex", "adlb.AGE": "Age"})
    {'AGE': 'Age', 'adlb.AGE': 'Age'}
    """
    columns: set[str] = set()
    for part in () if rule is None else everything_in(rule):
        if isinstance(part, OneOf | Between | MultipleOf):
            columns.add(part.column)
        if isinstance(part, MultipleOf) and part.of is not None:
            columns.add(part.of)
    return {name: text for name, text in labels.items() if name.rpartition(".")[2] in columns}


class _Writer:
    def __init__(self, labels: Mapping[str, str], dataset: str = "") -> None:
        self.labels, self.dataset = labels, dataset

    def write(self, rule: Rule, *, outermost: bool = False) -> str:
        match rule:
            case AllOf(criteria=()):
                return "any record" if self.dataset else "every subject"
            case AnyOf(criteria=()):
                return "no record" if self.dataset else "no subject"
            case AllOf() | AnyOf():
                return self._group(rule, outermost=outermost)
            case Not():
                return self._negated(rule.criterion, outermost=outermost)
            case AnyRecord():
                return self._records(rule, negated=False, bare=outermost)
            case Criterion():
                return self._criterion(rule)

    def _group(self, group: AllOf | AnyOf, *, outermost: bool) -> str:
        word = "and" if isinstance(group, AllOf) else "or"
        parts = [self.write(part) for part in group.criteria]
        if len(parts) == 1:
            return parts[0]
        if outermost and len(parts) > 2:
            return "; ".join(parts[:-1]) + f"; {word} {parts[-1]}"
        text = f" {word} ".join(parts)
        return text if outermost else f"({text})"

    def _records(self, rule: AnyRecord, *, negated: bool, bare: bool) -> str:
        one, many = _record_words(rule.dataset)
        if rule.at_least > 1:
            number = "fewer than" if negated else "at least"
            counted = f"{number} {rule.at_least} {many}"
        else:
            counted = f"no {one}" if negated else f"any {one}"
        where = ""
        if rule.where is not None:
            where = f" where {_Writer(self.labels, rule.dataset).write(rule.where)}"
        when = "" if rule.within is None else f", {_when(rule.within)}"
        text = f"{counted}{where}{when}"
        return text if bare or text == counted else f"({text})"

    def _negated(self, rule: Rule, *, outermost: bool) -> str:
        match rule:
            case AnyRecord():
                return self._records(rule, negated=True, bare=outermost)
            case OneOf(values=()):
                return f"{self._name(rule)} is recorded"
            case Between(low=None, high=None):
                return f"{self._name(rule)} is missing"
            case OneOf():
                return f"{self._name(rule)} is other than {_listed(rule.values)}{_kept(rule, True)}"
            case Between():
                return f"{self._name(rule)} is {_outside(rule)}{_kept(rule, True)}"
        inner = self.write(rule)
        return f"not {inner}" if inner.startswith("(") else f"not ({inner})"

    def _criterion(self, rule: Criterion) -> str:
        match rule:
            case OneOf(values=()):
                return f"{self._name(rule)} is missing"
            case Between(low=None, high=None):
                return f"{self._name(rule)} is recorded"
            case OneOf():
                several = "one of " if len(rule.values) > 1 else ""
                return f"{self._name(rule)} is {several}{_listed(rule.values)}{_kept(rule, False)}"
            case Between():
                return f"{self._name(rule)} is {_inside(rule)}{_kept(rule, False)}"
            case MultipleOf():
                return f"{self._name(rule)} is {self._multiple(rule)}{_kept(rule, False)}"
        raise TypeError(f"no words for {type(rule).__name__}")  # a new criterion without its case

    def _multiple(self, rule: MultipleOf) -> str:
        times = "" if rule.factor == 1 else f"{_said(rule.factor)} × "
        other = "its first value" if rule.of is None else self._called(rule.of)
        return f"{rule.comparison.replace('_', ' ')} {times}{other}"

    def _name(self, criterion: Criterion) -> str:
        return self._called(criterion.column)

    def _called(self, column: str) -> str:
        key = f"{self.dataset}.{column}" if self.dataset else column
        label = self.labels.get(key, "").strip()
        text = label or column
        if not _PLAIN_NAME.fullmatch(text) or _WORDS_OF_THE_SENTENCE.search(text):
            return _in_quotes(text)
        # "Age" reads "age" within a sentence; "BMI" and a column's own name stay as they are.
        sentence_case = bool(label) and text[:2].istitle() and not text[1:2].isupper()
        return text[0].lower() + text[1:] if sentence_case else text


def _record_words(dataset: str) -> tuple[str, str]:
    for prefix, one, many in _RECORDS:
        if dataset.lower().startswith(prefix):
            return one, many
    name = dataset if _PLAIN_NAME.fullmatch(dataset) else _in_quotes(dataset)
    return f"record of {name}", f"records of {name}"


def _when(within: Window) -> str:
    low, high, anchor = within.low, within.high, _ANCHORS[within.anchor]
    if low is not None and high is not None:
        if low >= 0:
            return f"{low} to {_days(high)} after {anchor}"
        if high <= 0:
            return f"{-low} to {_days(-high)} before {anchor}"
        return f"from {_days(-low)} before to {_days(high)} after {anchor}"
    if low is not None:
        return f"at least {_offset(low)} {anchor}" if low else f"on or after the day of {anchor}"
    assert high is not None  # a window has at least one end
    if high == 0:
        return f"on or before the day of {anchor}"
    return f"at most {_offset(high)} {anchor}" if high > 0 else f"at least {_offset(high)} {anchor}"


def _offset(day: int) -> str:
    return f"{_days(abs(day))} {'after' if day > 0 else 'before'}"


def _days(number: int) -> str:
    return f"{number:,} day" if number == 1 else f"{number:,} days"


def _kept(criterion: Criterion, negated: bool) -> str:
    return " (missing kept)" if criterion.keep_missing is not negated else ""


def _listed(values: tuple[Value, ...]) -> str:
    shown = ", ".join(_said(value) for value in values[:SHOWN_VALUES])
    more = len(values) - SHOWN_VALUES
    return f"{shown} and {more:,} more" if more > 0 else shown


def _inside(rule: Between) -> str:
    if rule.low is not None and rule.high is not None:
        return f"between {_said(rule.low)} and {_said(rule.high)}"
    if rule.low is not None:
        return f"{_words(rule.low, 'at least', 'on or after', 'at or after')} {_said(rule.low)}"
    assert rule.high is not None  # `Between` without ends is said elsewhere
    return f"{_words(rule.high, 'at most', 'on or before', 'at or before')} {_said(rule.high)}"


def _outside(rule: Between) -> str:
    if rule.low is not None and rule.high is not None:
        return f"outside {_said(rule.low)} to {_said(rule.high)}"
    if rule.low is not None:
        return f"{_words(rule.low, 'below', 'before', 'before')} {_said(rule.low)}"
    assert rule.high is not None
    return f"{_words(rule.high, 'above', 'after', 'after')} {_said(rule.high)}"


def _words(value: Value, number: str, day: str, time_of_day: str) -> str:
    if isinstance(value, time):
        return time_of_day
    return day if isinstance(value, date) else number


def _said(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value).removesuffix(".0")
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if not isinstance(value, str):
        return value.isoformat()
    plain = _PLAIN_VALUE.fullmatch(value) and not _WORDS_OF_THE_SENTENCE.search(value)
    return value if plain else _in_quotes(value)


def _in_quotes(text: str) -> str:
    shown = "".join(_visible(character) for character in text)
    return f'"{shown}"'


def _visible(character: str) -> str:
    if character in {'"', "\\"}:
        return f"\\{character}"
    unseen = unicodedata.category(character) in _UNSEEN
    # A space other than the ordinary one cannot be told from it.
    if unseen or (character.isspace() and character != " "):
        return character.encode("unicode_escape").decode("ascii")
    return character
