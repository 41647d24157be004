"""How every result is taken away: a table, JSON that keeps every bit, and the way back.

A result is a frozen dataclass (`slots`, `kw_only`, `eq=False`) that inherits `Result` and is
registered by its name:

>>> from dataclasses import dataclass
>>> @registered
... @dataclass(frozen=True, slots=True, kw_only=True, eq=False)
... class Share(Result):
...     arm: str
...     share: float
>>> text = Share(arm="Placebo", share=1 / 3).to_json()
>>> Share.from_json(text).share == 1 / 3
True

The JSON names a class; only names in the registry are built, and nothing is imported or
executed because a text asks for it. Field types are checked against the annotations, so the
names used in them must be importable at run time (not under `TYPE_CHECKING`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Self, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np
import pandas as pd

from analytics import wire
from analytics.checks import InputError, require

FORMAT = 1  # of the JSON; a text that says another number is refused

Registered = TypeVar("Registered", bound="type[Result]")

_PLAIN: dict[Any, tuple[type, ...]] = {
    bool: (bool, np.bool_),
    int: (int, np.integer),
    float: (float, int, np.floating),
    str: (str,),
    NoneType: (NoneType,),
}

_registry: dict[str, type[Result]] = {}


class Result:
    """What every result value can do.

    Examples
    --------
    >>> from analytics.survival import SurvivalCounts, test_logrank
    >>> counts = SurvivalCounts.from_subjects([1, 2, 3, 4], [1, 1, 0, 1], arms=list("ABAB"))
    >>> test = test_logrank(counts)
    >>> Result.from_json(test.to_json()).statistic == test.statistic
    True
    """

    __slots__ = ()

    def to_frame(self) -> pd.DataFrame:
        """The result as one table, for people and for CSV."""
        scalars = {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]
        return pd.DataFrame([{k: v for k, v in scalars.items() if _is_cell(v)}])

    def to_json(self) -> str:
        """The result as JSON from which `from_json` rebuilds it without loss."""
        body = wire.encode(self, _result_to_wire)
        return json.dumps({"format": FORMAT, "value": body}, allow_nan=False, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Rebuild a result; `InputError` for a text that `to_json` did not write.

        Called on a class it accepts that class only; `Result.from_json` accepts any
        registered one.
        """
        document = _parsed(text)
        require(
            isinstance(document, dict) and set(document) == {"format", "value"},
            "a result's JSON is an object with format and value",
            got=type(document).__name__,
        )
        require(
            document["format"] == FORMAT,
            f"a result's JSON has format {FORMAT}",
            format=document["format"],
        )
        value = _decoded(document["value"])
        require(
            isinstance(value, cls),
            f"the JSON holds a {cls.__name__}",
            got=type(value).__name__,
        )
        return value  # type: ignore[no-any-return]


def registered(kind: Registered) -> Registered:
    """Let `from_json` build this class; use it as the outermost decorator.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @registered
    ... @dataclass(frozen=True, slots=True, kw_only=True, eq=False)
    ... class Total(Result):
    ...     subjects: int
    >>> Result.from_json(Total(subjects=3).to_json())
    Total(subjects=3)
    """
    ours = is_dataclass(kind) and issubclass(kind, Result)
    require(ours, "a registered class is a dataclass and a Result", kind=kind.__name__)
    known = _registry.get(kind.__name__)
    same_place = known is None or known.__module__ == kind.__module__
    require(same_place, "each result class has a name of its own", name=kind.__name__)
    _registry[kind.__name__] = kind
    return kind


def same(first: object, second: object) -> bool:
    """Whether two values are equal to the last bit; NaN equals NaN.

    Examples
    --------
    >>> same((1.0, float("nan")), (1.0, float("nan")))
    True
    >>> same(1, 1.0)
    False
    """
    return json.dumps(wire.encode(first, _result_to_wire)) == json.dumps(
        wire.encode(second, _result_to_wire)
    )


def require_columns(table: pd.DataFrame, columns: tuple[str, ...], rule: str) -> None:
    """Raise `InputError` unless the table has exactly these columns.

    Examples
    --------
    >>> require_columns(pd.DataFrame({"arm": ["A"]}), ("arm",), "one row per arm")
    """
    found = tuple(map(str, table.columns))
    require(found == columns, f"{rule}: columns {', '.join(columns)}", columns=found)


def _is_cell(value: object) -> bool:
    return value is None or isinstance(value, str | int | float | bool)


def _parsed(text: str) -> Any:
    require(isinstance(text, str), "a result's JSON is text", got=type(text).__name__)
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"`a result is written as JSON` must hold, but got {error}.") from error


def _refuse_constant(name: str) -> float:
    raise InputError(f"`numbers in a result's JSON are finite` must hold, but got {name}.")


def _decoded(body: Any) -> Any:
    try:
        return wire.decode(body, _result_from_wire)
    except InputError:
        raise
    except (TypeError, ValueError, OverflowError, KeyError, RecursionError) as error:
        # A tampered text can break numpy and pandas in many ways; all of them mean the same.
        sentence = f"`a result's JSON is as to_json wrote it` must hold, but got {error!r}."
        raise InputError(sentence) from error


def _result_to_wire(value: object) -> tuple[str, dict[str, Any]] | None:
    if not isinstance(value, Result):
        return None
    name = type(value).__name__
    require(_registry.get(name) is type(value), "a result's class is registered", name=name)
    return name, {f.name: getattr(value, f.name) for f in fields(value)}  # type: ignore[arg-type]


def _result_from_wire(name: str, values: Mapping[str, Any]) -> object:
    require(name in _registry, "the JSON names a known result", name=name)
    kind = _registry[name]
    hints = _hints(kind)
    require(
        set(values) == set(hints),
        f"a {name} has the fields {', '.join(hints)}",
        fields=tuple(values),
    )
    for field, value in values.items():
        require(
            _fits(value, hints[field]),
            f"{name}.{field} is of its stated type",
            got=type(value).__name__,
        )
    return kind(**values)


def _hints(kind: type[Result]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {f.name: hints[f.name] for f in fields(kind)}  # type: ignore[arg-type]


def _fits(value: object, hint: Any) -> bool:
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Any:
        return True
    if origin in (Union, UnionType):
        return any(_fits(value, one) for one in inner)
    if origin is Literal:
        return value in inner
    if origin is tuple:
        return isinstance(value, tuple) and _each_fits(value, inner)
    if origin is not None:  # dict[str, float], Mapping[str, str]: keys are text on the wire
        return isinstance(value, origin) and all(_fits(v, inner[-1]) for v in _items(value))
    if hint in _PLAIN:
        return isinstance(value, _PLAIN[hint]) and (hint is bool or not isinstance(value, bool))
    return _is_a(value, hint)


def _each_fits(value: tuple[Any, ...], inner: tuple[Any, ...]) -> bool:
    if len(inner) == 2 and inner[1] is Ellipsis:
        return all(_fits(one, inner[0]) for one in value)
    return len(inner) == len(value) and all(map(_fits, value, inner))


def _items(value: Any) -> Any:
    return value.values() if isinstance(value, Mapping) else value


def _is_a(value: object, hint: Any) -> bool:
    known = (pd.DataFrame, pd.Timestamp, np.ndarray, *wire.CALENDAR, *_registry.values())
    return any(hint is kind for kind in known) and isinstance(value, hint)
