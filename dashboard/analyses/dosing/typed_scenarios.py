"""Scenarios as they are typed, one a line: a name, a colon, probabilities by dose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from analytics.checks import require
from dashboard.analyses.dosing.request import MOST_SCENARIOS


class Named(Protocol):
    """A scenario of any kind."""

    @property
    def name(self) -> str:
        """By which it is told from others."""


Scenario = TypeVar("Scenario", bound=Named)


def parsed_lines(text: str, parse: Callable[[str], Scenario]) -> tuple[Scenario, ...]:
    """The scenarios of a text.

    Parameters
    ----------
    parse : callable
        The scenario of a line.

    Raises
    ------
    InputError
        For none or too many, two of one name, or whatever `parse` raises.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    many = 1 <= len(lines) <= MOST_SCENARIOS
    require(many, f"1 to {MOST_SCENARIOS} scenarios, one a line", lines=len(lines))
    found = tuple(parse(line) for line in lines)
    names = [one.name for one in found]
    require(len(set(names)) == len(names), "names of scenarios differ", names=tuple(names))
    return found


def name_and_rest(line: str, rule: str, *, longest: int) -> tuple[str, str]:
    """The name before the colon, and what stands behind it.

    Examples
    --------
    >>> name_and_rest("Toxic: 0.5 0.6", "a name and a colon", longest=20)
    ('Toxic', ' 0.5 0.6')
    """
    name, colon, rest = line.rpartition(":")
    require(bool(colon) and bool(name.strip()), rule, line=line[:80])
    short = len(name.strip()) <= longest
    require(short, f"names of scenarios have at most {longest} characters", name=name[:80])
    return name.strip(), rest


def probabilities_of(text: str) -> tuple[float, ...]:
    """Numbers with commas or spaces between them.

    Raises
    ------
    ValueError
        When one of them is none.

    Examples
    --------
    >>> probabilities_of("0.1, 0.25")
    (0.1, 0.25)
    """
    return tuple(float(one) for one in text.replace(",", " ").split())
