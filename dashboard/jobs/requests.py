"""The requests of jobs as JSON and back, by their stated types.

A request is a dataclass. What is read is what the types of its fields say and nothing else: no
JSON names a class, nothing is imported or executed because a text asks for it, and no value of
another type gets in.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from analytics.checks import require
from queries.cohorts import Cohort

Request = TypeVar("Request")

_DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def write_request(request: object) -> str:
    """A request as JSON, the same for the same request.

    Parameters
    ----------
    request : dataclass
        Its fields are None, bool, int, float, str, date, `Literal`, `Cohort`, further dataclasses,
        and tuples and mappings of them.

    Raises
    ------
    InputError
        When a value is not of the type that its field states.

    Examples
    --------
    >>> from queries.events import EventSelection
    >>> text = write_request(EventSelection(kinds=("serious",), least_grade=3))
    >>> text[:46]
    '{"days_after": 30, "emergence": "flagged", "ki'
    """
    _require_dataclass(type(request))
    plain = _to_plain(request, type(request), type(request).__name__)
    return json.dumps(plain, allow_nan=False, ensure_ascii=False, sort_keys=True)


def read_request(text: str, kind: type[Request]) -> Request:
    """The request that `write_request` wrote; `InputError` or `DataError` for anything else.

    Examples
    --------
    >>> from queries.events import EventSelection
    >>> asked = EventSelection(kinds=("serious",), least_grade=3)
    >>> read_request(write_request(asked), EventSelection) == asked
    True
    >>> read_request('{"command": "rm"}', EventSelection)
    Traceback (most recent call last):
        ...
    analytics.checks.InputError: `EventSelection has the fields emergence, days_after, until, \
kinds, least_grade` must hold, but got fields=['command'].
    """
    _require_dataclass(kind)
    require(isinstance(text, str), "a request is text", got=type(text).__name__)
    try:
        plain = json.loads(text, parse_constant=lambda name: require(False, "JSON", got=name))
    except (ValueError, RecursionError) as error:
        plain = None
        require(False, "a request is written as JSON", got=type(error).__name__)
    return cast(Request, _from_plain(plain, kind, kind.__name__))


def _require_dataclass(kind: type[Any]) -> None:
    require(is_dataclass(kind), "a request is a dataclass", kind=kind.__name__)


def _to_plain(value: Any, hint: Any, where: str) -> Any:
    kind = _member(value, hint)
    require(kind is not None, f"{where} is of its stated type", got=type(value).__name__)
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal or kind in (NoneType, bool, int, str):
        return value
    if kind is float:
        return float(value) if math.isfinite(value) else {"number": repr(float(value))}
    if kind is date:
        return value.isoformat()
    if kind is Cohort:
        return json.loads(value.to_json())
    if origin is tuple:
        hints = _hints_of_items(inner, len(value)) or ()
        return [_to_plain(one, h, f"{where}[]") for one, h in zip(value, hints, strict=True)]
    if origin is not None:
        return {key: _to_plain(one, inner[1], f"{where}[{key!r}]") for key, one in value.items()}
    plain = {
        name: _to_plain(getattr(value, name), h, f"{where}.{name}") for name, h in _fields(kind)
    }
    return {"one_of": kind.__name__, "fields": plain} if _is_choice(hint) else plain


def _member(value: Any, hint: Any) -> Any:
    """The type within a hint, itself or a part of its union, that the value is of; else None."""
    options = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    # An int where both fit is an int.
    ranked = sorted(options, key=lambda one: one is float)
    return next((one for one in ranked if _is_of(value, one)), None)


def _is_of(value: Any, kind: Any) -> bool:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return any(type(value) is type(one) and value == one for one in inner)
    if origin is tuple:
        fits = _hints_of_items(inner, len(value)) if isinstance(value, tuple) else None
        return fits is not None and all(map(_is_some, value, fits))
    if origin is not None:
        ours = isinstance(value, Mapping) and issubclass(origin, Mapping)
        return ours and all(type(k) is str and _is_some(v, inner[1]) for k, v in value.items())
    if kind is float:
        return type(value) in (float, int)
    return type(value) is kind


def _is_some(value: Any, hint: Any) -> bool:
    return _member(value, hint) is not None


def _from_plain(plain: Any, hint: Any, where: str) -> Any:
    if get_origin(hint) in (Union, UnionType):
        return _from_union(plain, hint, where)
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Cohort:
        return Cohort.from_json(json.dumps(plain))
    if origin is tuple:
        _require(isinstance(plain, list), where, plain)
        hints = _hints_of_items(inner, len(plain))
        _require(hints is not None, where, plain)
        pairs = zip(plain, hints or (), strict=True)
        return tuple(_from_plain(one, h, f"{where}[]") for one, h in pairs)
    if origin is not None and origin is not Literal:
        _require(isinstance(plain, dict), where, plain)
        return {key: _from_plain(one, inner[1], f"{where}[{key!r}]") for key, one in plain.items()}
    if is_dataclass(hint):
        return _built(plain, hint, where)
    return _scalar(plain, hint, where)


def _from_union(plain: Any, hint: Any, where: str) -> Any:
    """The one part of a union that a value can be of."""
    options = get_args(hint)
    if plain is None and NoneType in options:
        return None
    if isinstance(plain, dict) and set(plain) == {"one_of", "fields"}:
        named = [one for one in options if getattr(one, "__name__", "") == plain["one_of"]]
        _require(len(named) == 1 and is_dataclass(named[0]), where, plain["one_of"])
        return _built(plain["fields"], named[0], where)
    rest = [one for one in options if one is not NoneType]
    if len(rest) > 1:
        rest = [one for one in rest if get_origin(one) is Literal or one in (bool, int, float, str)]
        rest = [one for one in rest if _is_of(plain, one)][:1]
    _require(len(rest) == 1, where, plain)
    return _from_plain(plain, rest[0], where)


def _scalar(plain: Any, hint: Any, where: str) -> Any:
    if hint is float and isinstance(plain, dict):
        name = plain.get("number")
        _require(len(plain) == 1 and isinstance(name, str) and name in _NOT_FINITE, where, plain)
        return _NOT_FINITE[str(name)]
    if hint is date:
        _require(isinstance(plain, str) and _DAY.fullmatch(plain) is not None, where, plain)
        return date.fromisoformat(plain)
    _require(_is_of(plain, hint), where, plain)
    return float(plain) if hint is float else plain


def _built(plain: Any, kind: Any, where: str) -> Any:
    _require(isinstance(plain, dict), where, plain)
    hints = dict(_fields(kind))
    rule = f"{where} has the fields {', '.join(hints)}"
    require(set(plain) == set(hints), rule, fields=sorted(plain)[:5])
    return kind(
        **{name: _from_plain(plain[name], h, f"{where}.{name}") for name, h in hints.items()}
    )


def _require(ok: bool, where: str, got: object) -> None:
    require(ok, f"{where} is of its stated type", got=type(got).__name__)


def _fields(kind: Any) -> tuple[tuple[str, Any], ...]:
    require(is_dataclass(kind), "a request holds plain values and dataclasses", got=str(kind))
    hints = get_type_hints(kind)
    return tuple((one.name, hints[one.name]) for one in fields(kind) if one.init)


def _is_choice(hint: Any) -> bool:
    """Whether a hint leaves open what a value is of, apart from None."""
    return len([one for one in get_args(hint) if one is not NoneType]) > 1


def _hints_of_items(inner: tuple[Any, ...], number: int) -> tuple[Any, ...] | None:
    if len(inner) == 2 and inner[1] is Ellipsis:
        return (inner[0],) * number
    return inner if len(inner) == number else None
