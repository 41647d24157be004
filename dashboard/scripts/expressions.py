"""Python expressions that make plain values and dataclasses again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dashboard.scripts.steps import Step
from queries.cohorts import Cohort

WIDTH = 88
Refer = Callable[[Step, int], str]


class Expressions:
    """Writes values as Python, and knows what that Python has to import.

    Examples
    --------
    >>> written = Expressions()
    >>> written.of({"since": date(2026, 3, 1), "share": float("nan")})
    "{'since': date(2026, 3, 1), 'share': float('nan')}"
    >>> written.needed
    {('datetime', 'date')}
    """

    def __init__(self, refer: Refer | None = None) -> None:
        self.needed: set[tuple[str, str]] = set()
        self._refer = refer

    def of(self, value: Any, *, indent: int = 0) -> str:
        """An expression that makes a value again.

        Raises
        ------
        TypeError
            For a value that has no literal form: it has to be made by a step.
        """
        if isinstance(value, Step) and self._refer is not None:
            return self._refer(value, indent)
        if isinstance(value, Cohort):
            return f"{self.name(Cohort)}.from_json({value.to_json()!r})"
        if is_dataclass(value) and not isinstance(value, type):
            return self.call(self.name(type(value)), (), _given_fields(value), indent=indent)
        if isinstance(value, Mapping):
            pairs = [f"{key!r}: {self.of(item, indent=indent + 4)}" for key, item in value.items()]
            return self._wrapped("{", pairs, "}", indent)
        if isinstance(value, tuple | list):
            return self._sequence(value, indent)
        return self._scalar(value)

    def name(self, thing: Any) -> str:
        """The name of a class or function, which is imported."""
        module, name = thing.__module__, thing.__qualname__
        if module.startswith(("pandas.", "numpy.")):
            module = module.partition(".")[0]
        if module == "builtins":
            return str(name)
        if "<" in name or "." in name:
            raise TypeError(f"a script imports what stands in a module, not {module}.{name}")
        self.needed.add((module, name))
        return str(name)

    def call(
        self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], *, indent: int
    ) -> str:
        """A call, over several lines where one is too long."""
        parts = [self.of(one, indent=indent + 4) for one in args]
        parts += [f"{key}={self.of(one, indent=indent + 4)}" for key, one in kwargs.items()]
        return self._wrapped(f"{name}(", parts, ")", indent)

    def _sequence(self, value: tuple[Any, ...] | list[Any], indent: int) -> str:
        parts = [self.of(item, indent=indent + 4) for item in value]
        if isinstance(value, list):
            return self._wrapped("[", parts, "]", indent)
        if len(parts) == 1 and len(parts[0]) + 3 + indent <= WIDTH and "\n" not in parts[0]:
            return f"({parts[0]},)"
        return self._wrapped("(", parts, ")", indent)

    def _wrapped(self, opening: str, parts: list[str], closing: str, indent: int) -> str:
        line = f"{opening}{', '.join(parts)}{closing}"
        if not parts or (len(line) + indent <= WIDTH and "\n" not in line):
            return line
        inner, outer = " " * (indent + 4), " " * indent
        return f"{opening}\n" + "".join(f"{inner}{part},\n" for part in parts) + f"{outer}{closing}"

    def _scalar(self, value: Any) -> str:
        if isinstance(value, np.generic):
            value = value.item()
        if value is None or isinstance(value, bool | int | str | bytes):
            return repr(value)
        if isinstance(value, float):
            return repr(value) if isfinite(value) else f"float({str(value)!r})"
        if isinstance(value, pd.Timestamp):
            return f"{self.name(pd.Timestamp)}({value.isoformat()!r})"
        if isinstance(value, date) and not isinstance(value, datetime):
            return f"{self.name(date)}({value.year}, {value.month}, {value.day})"
        if isinstance(value, frozenset | set):
            return f"{type(value).__name__}({self.of(sorted(value))})"
        if isinstance(value, Path):
            self.needed.add(("pathlib", "Path"))
            return f"Path({str(value)!r})"
        if callable(value):
            return self.name(value)
        raise TypeError(f"a script writes plain values out, not a {type(value).__name__}")


def _given_fields(value: Any) -> dict[str, Any]:
    """The fields whose values are not their defaults."""
    pairs = ((field, getattr(value, field.name)) for field in fields(value) if field.init)
    return {field.name: item for field, item in pairs if not _is_default(field, item)}


def _is_default(field: Field[Any], item: Any) -> bool:
    if field.default is not MISSING:
        return repr(item) == repr(field.default)
    return field.default_factory is not MISSING and repr(item) == repr(field.default_factory())


def import_lines(needed: set[tuple[str, str]]) -> list[str]:
    """The imports of what was written, with a blank line between ours and others.

    Examples
    --------
    >>> import_lines({("queries.store", "open_store"), ("pathlib", "Path")})
    ['from pathlib import Path', '', 'from queries.store import open_store']
    """
    by_module: dict[str, list[str]] = {}
    for module, name in sorted(needed):
        by_module.setdefault(module, []).append(name)
    lines = {m: f"from {m} import {', '.join(names)}" for m, names in by_module.items()}
    rooms = ("analytics", "queries", "dashboard", "sample_data")
    ours = [line for m, line in lines.items() if m.partition(".")[0] in rooms]
    others = [line for line in lines.values() if line not in ours]
    return [*others, *([""] if others and ours else []), *ours]
