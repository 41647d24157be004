"""A value together with the steps that made it.

A view makes its tables and figures through these, so that the script shown beside a result
cannot say anything else than what the page did:

    answer = state.made(analysis)
    results.figure(
        answer.then(draw_incidence, styles=styles),
        data=answer.call("to_frame"),
        ...
    )
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from dashboard.scripts.steps import (
    AnswerStep,
    CallStep,
    GivenStep,
    MethodStep,
    PartStep,
    QuestionStep,
    Step,
)
from queries.cohorts import EVERYONE, Cohort
from queries.store import ArmRole

Value = TypeVar("Value")
Other = TypeVar("Other")


@dataclass(frozen=True, slots=True, eq=False)
class Made(Generic[Value]):
    """A value, and how it is made.

    Examples
    --------
    >>> from datetime import date
    >>> day = given(date(2026, 3, 1), name="day")
    >>> day.call("isoformat").value, day.part("year").value
    ('2026-03-01', 2026)
    """

    value: Value
    step: Step

    def part(self, name: str | int) -> Made[Any]:
        """An attribute of the value; with a number, an item of it."""
        found = getattr(self.value, name) if isinstance(name, str) else self.value[name]  # type: ignore[index]
        return Made(found, PartStep(of=self.step, part=name))

    def call(self, method: str, *args: Any, **kwargs: Any) -> Made[Any]:
        """What a method of the value gives."""
        found = getattr(self.value, method)(*_values(args), **_values(kwargs))
        return Made(
            found, MethodStep(of=self.step, method=method, args=_steps(args), kwargs=_steps(kwargs))
        )

    def then(self, function: Callable[..., Other], *args: Any, **kwargs: Any) -> Made[Other]:
        """What a function makes of the value and of what else it takes."""
        return made_by(function, self, *args, **kwargs)

    def named(self, name: str) -> Made[Value]:
        """The same, held by a variable of this name in scripts."""
        return Made(self.value, replace(self.step, name=name))


def made_by(function: Callable[..., Other], *args: Any, **kwargs: Any) -> Made[Other]:
    """What a function of a module makes of its arguments, some of which may be `Made`.

    Examples
    --------
    >>> made_by(max, given(1), 2).value
    2
    """
    found = function(*_values(args), **_values(kwargs))
    step = CallStep(function=function, args=_steps(args), kwargs=_steps(kwargs))
    return Made(found, step)


def given(value: Value, *, name: str = "") -> Made[Value]:
    """A plain value, or a dataclass of plain values, that a script writes out."""
    return Made(value, GivenStep(name=name, value=value))


def answer_of(analysis: Any, answer: Value, *, name: str = "answer") -> Made[Value]:
    """What a store has answered to an analysis."""
    return Made(answer, AnswerStep(name=name, analysis=analysis))


def result_of(
    request: Any, result: Value, *, name: str = "result", method: str = "run"
) -> Made[Value]:
    """What came of a request that needs no store: `request.run()`, or another method of it.

    The result is taken as it is: it may have been computed long ago, by another process. So may
    the request be a value that was `Made`.

    Examples
    --------
    >>> from fractions import Fraction
    >>> result_of(Fraction(1, 2), 42).value
    42
    """
    asked = request if isinstance(request, Made) else given(request, name="request")
    return Made(result, MethodStep(name=name, of=asked.step, method=method, args=(), kwargs={}))


def taken_for(
    value: Value, function: Callable[..., Value], *args: Any, name: str = "", **kwargs: Any
) -> Made[Value]:
    """A value that is known already for what a function would make of its arguments.

    Examples
    --------
    >>> taken_for(2, max, given(1), 2).value
    2
    """
    step = CallStep(name=name, function=function, args=_steps(args), kwargs=_steps(kwargs))
    return Made(value, step)


def answer_to(
    answer: Value,
    asked: str,
    *,
    cohort: Cohort = EVERYONE,
    arm: ArmRole = "planned",
    stratum: tuple[str, ...] = (),
    **values: Any,
) -> Made[Value]:
    """What a store has answered to a question; arguments are those of `Store.ask`."""
    said: dict[str, Any] = {} if cohort == EVERYONE else {"cohort": cohort}
    said |= {} if arm == "planned" else {"arm": arm}
    said |= {"stratum": stratum} if stratum else {}
    return Made(answer, QuestionStep(name=asked, question=asked, values=said | values))


def _values(held: Any) -> Any:
    return _each(held, Made, lambda made: made.value)


def _steps(held: Any) -> Any:
    return _each(held, Made, lambda made: made.step)


def _each(held: Any, kind: type, change: Callable[[Any], Any]) -> Any:
    """The same dicts, lists and tuples with every value of a kind changed."""
    if isinstance(held, kind):
        return change(held)
    if type(held) is dict:
        return {key: _each(item, kind, change) for key, item in held.items()}
    if type(held) in (tuple, list):
        return type(held)(_each(item, kind, change) for item in held)
    return held
