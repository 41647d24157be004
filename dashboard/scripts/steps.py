"""The steps by which a result is made from a snapshot, as a tree that a script is written from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """How one value is made.

    Parameters
    ----------
    name : str
        Of the variable that holds it in a script; "" for a part of a longer expression.
    """

    name: str = ""

    def before(self) -> Iterator[Step]:
        """The steps whose values this one takes."""
        yield from ()


@dataclass(frozen=True, slots=True, eq=False)
class StoreStep(Step):
    """The open store itself."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class AnswerStep(Step):
    """What a store answers to an analysis: `analysis.run(store)`."""

    analysis: Any


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class QuestionStep(Step):
    """What a store answers to a question that has a file in `queries/sql`."""

    question: str
    values: dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GivenStep(Step):
    """A plain value or a dataclass of them, written out."""

    value: Any


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CallStep(Step):
    """A function of a module, called."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def before(self) -> Iterator[Step]:
        yield from _steps_in((self.args, self.kwargs))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PartStep(Step):
    """An attribute of a value, or an item of a tuple."""

    of: Step
    part: str | int

    def before(self) -> Iterator[Step]:
        yield self.of


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MethodStep(Step):
    """A method of a value, called."""

    of: Step
    method: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def before(self) -> Iterator[Step]:
        yield self.of
        yield from _steps_in((self.args, self.kwargs))


def _steps_in(value: Any) -> Iterator[Step]:
    if isinstance(value, Step):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _steps_in(item)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _steps_in(item)
