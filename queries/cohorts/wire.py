"""Rules as JSON and back. What comes from outside is checked part by part.

A rule reads ``{"column": "SEX", "one_of": ["F"]}``, ``{"column": "AGE", "between": [65, null]}``,
``{"column": "AVAL", "above": 3, "times": "ANRHI"}`` (each with ``"keep_missing": true`` where
wanted), ``{"all_of": [...]}``, ``{"any_of": [...]}``, ``{"not": {...}}``, or for records
``{"any_record": "adae", "where": {...}, "within": {"days": [0, 30], "of": "first_dose"},
"at_least": 2}``. Dates and times say what they are: ``{"date": "2024-02-01"}``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any

from queries.cohorts.criterion import (
    COMPARISONS,
    Between,
    Criterion,
    MultipleOf,
    OneOf,
    Value,
    kind_of,
)
from queries.cohorts.rule import MAX_DEPTH, AllOf, AnyOf, AnyRecord, Not, Rule, Window
from queries.errors import DataError

MAX_JSON = 2 * 1024 * 1024

_PARTS = (
    "a part of a rule is `one_of`, `between`, `times`, `any_record`, `all_of`, `any_of` or `not`"
)

_TAGS: Mapping[str, str] = {"day": "date", "moment": "datetime", "time of day": "time"}
_READERS: Mapping[str, Callable[[str], Value]] = {
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "time": time.fromisoformat,
}


def rule_to_plain(rule: Rule | None) -> dict[str, object] | None:
    """A rule as dictionaries and lists that JSON can hold.

    Examples
    --------
    >>> rule_to_plain(Not(OneOf(column="SEX", values=("F",))))
    {'not': {'column': 'SEX', 'one_of': ['F']}}
    """
    match rule:
        case None:
            return None
        case AllOf():
            return {"all_of": [rule_to_plain(part) for part in rule.criteria]}
        case AnyOf():
            return {"any_of": [rule_to_plain(part) for part in rule.criteria]}
        case Not():
            return {"not": rule_to_plain(rule.criterion)}
        case OneOf():
            return _criterion(rule, one_of=[_value_to_plain(value) for value in rule.values])
        case Between():
            return _criterion(rule, between=[_value_to_plain(end) for end in (rule.low, rule.high)])
        case MultipleOf():
            return _criterion(rule, **{rule.comparison: rule.factor, "times": rule.of})
        case AnyRecord():
            return _records_to_plain(rule)
    raise TypeError(f"no JSON for {type(rule).__name__}")  # a new kind of rule without its case


def rule_text(rule: Rule | None) -> str:
    """A rule as JSON text, the same for the same rule and for no other.

    Examples
    --------
    >>> rule_text(AnyRecord(dataset="adae"))
    '{"any_record": "adae"}'
    """
    return json.dumps(rule_to_plain(rule), ensure_ascii=False, allow_nan=False)


def _records_to_plain(rule: AnyRecord) -> dict[str, object]:
    plain: dict[str, object] = {"any_record": rule.dataset}
    if rule.where is not None:
        plain["where"] = rule_to_plain(rule.where)
    if rule.within is not None:
        plain["within"] = {
            "days": [rule.within.low, rule.within.high],
            "of": rule.within.anchor,
        }
    if rule.at_least > 1:
        plain["at_least"] = rule.at_least
    return plain


def _criterion(criterion: Criterion, **test: object) -> dict[str, object]:
    kept = {"keep_missing": True} if criterion.keep_missing else {}
    return {"column": criterion.column, **test, **kept}


def _value_to_plain(value: Value | None) -> object:
    if value is None:
        return None
    tag = _TAGS.get(kind_of(value))
    return {tag: value.isoformat()} if tag and hasattr(value, "isoformat") else value


def rule_from_plain(plain: object, *, depth: int = 1) -> Rule:
    """The rule that dictionaries and lists describe.

    Raises
    ------
    DataError
        For anything that is not exactly a rule.

    Examples
    --------
    >>> rule_from_plain({"column": "AGE", "between": [65, None]})
    Between(column='AGE', keep_missing=False, low=65, high=None)
    >>> rule_from_plain({"all": []})
    Traceback (most recent call last):
        ...
    queries.errors.DataError: a part of a rule is `one_of`, `between`, `times`, `any_record`, \
`all_of`, `any_of` or `not`, but got 'all'.
    """
    if depth > MAX_DEPTH:
        raise DataError(f"groups are nested at most {MAX_DEPTH} deep")
    if not isinstance(plain, dict):
        raise DataError("a part of a rule is a JSON object", got=type(plain).__name__)
    match plain:
        case {"column": column, "one_of": list(values), **rest}:
            read = tuple(_value_from_plain(value) for value in values)
            return OneOf(column=column, values=read, keep_missing=_keep_missing(rest))
        case {"column": column, "between": [low, high], **rest}:
            keep = _keep_missing(rest)
            return Between(column=column, low=_end(low), high=_end(high), keep_missing=keep)
        case {"column": column, "times": of, **rest}:
            return _multiple_from_plain(column, of, rest)
        case {"any_record": dataset, **rest}:
            return _records_from_plain(dataset, rest, depth)
        case {"all_of": list(parts), **rest} if not rest:
            return AllOf(tuple(rule_from_plain(part, depth=depth + 1) for part in parts))
        case {"any_of": list(parts), **rest} if not rest:
            return AnyOf(tuple(rule_from_plain(part, depth=depth + 1) for part in parts))
        case {"not": part, **rest} if not rest:
            return Not(rule_from_plain(part, depth=depth + 1))
    raise DataError(_PARTS, got=", ".join(map(str, plain)))


def _multiple_from_plain(column: Any, of: Any, rest: dict[str, Any]) -> MultipleOf:
    given = [name for name in COMPARISONS if name in rest]
    if len(given) != 1:
        raise DataError(f"`times` goes with one of {', '.join(COMPARISONS)}", got=", ".join(rest))
    factor = rest.pop(given[0])
    return MultipleOf(
        column=column, comparison=given[0], factor=factor, of=of, keep_missing=_keep_missing(rest)
    )


def _records_from_plain(dataset: Any, rest: dict[str, Any], depth: int) -> AnyRecord:
    if unknown := [key for key in rest if key not in {"where", "within", "at_least"}]:
        rule = "a criterion on records has `where`, `within` and `at_least`"
        raise DataError(rule, got=unknown[0])
    where = rest.get("where")
    return AnyRecord(
        dataset=dataset,
        where=None if where is None else rule_from_plain(where, depth=depth + 1),
        within=None if rest.get("within") is None else _window_from_plain(rest["within"]),
        at_least=rest.get("at_least", 1),
    )


def _window_from_plain(plain: object) -> Window:
    match plain:
        case {"days": [low, high], "of": anchor, **rest} if not rest:
            return Window(low=low, high=high, anchor=anchor)
    raise DataError("a window has `days`, from and to, and what they are days `of`")


def _keep_missing(rest: dict[str, object]) -> bool:
    keep = rest.pop("keep_missing", False)
    if rest:
        raise DataError("a criterion has only `keep_missing` besides", got=next(iter(rest)))
    if not isinstance(keep, bool):
        raise DataError("`keep_missing` is true or false", got=keep)
    return keep


def _end(plain: object) -> Any:
    # Whether text or a truth can end a range is for `Between` to say.
    return None if plain is None else _value_from_plain(plain)


def _value_from_plain(plain: object) -> Value:
    if isinstance(plain, (str, bool, int, float)):
        return plain
    if isinstance(plain, dict) and len(plain) == 1:
        [(tag, text)] = plain.items()
        if tag in _READERS and isinstance(text, str):
            try:
                return _READERS[tag](text)
            except ValueError:
                raise DataError(f"a {tag} is written as ISO 8601", got=text) from None
    raise DataError(
        "a value in a criterion is text, a number, a truth or a dated object", got=plain
    )


def read_json(text: str) -> object:
    """Parsed JSON, with the limits that input from outside needs.

    Examples
    --------
    >>> read_json('{"rule": NaN}')
    Traceback (most recent call last):
        ...
    queries.errors.DataError: a cohort's JSON holds finite numbers, but got 'NaN'.
    """
    if not isinstance(text, str) or len(text) > MAX_JSON:
        raise DataError(f"a cohort's JSON is text of at most {MAX_JSON} characters")
    try:
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_without_repeats)
    except DataError:
        raise
    except RecursionError:
        raise DataError("a cohort's JSON is not nested without end") from None
    except ValueError as error:
        raise DataError("a cohort is written as JSON", got=str(error)) from None


def _refuse_constant(name: str) -> object:
    raise DataError("a cohort's JSON holds finite numbers", got=name)


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise DataError(
            "a cohort's JSON names each key once", got=", ".join(key for key, _ in pairs)
        )
    return found
