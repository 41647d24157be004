"""What the driver, the rows of trials and the front need of a problem, whatever its designs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from optuna.distributions import BaseDistribution

from analytics.results import Result

Direction = Literal["minimize", "maximize"]
POSSIBLE = "possible"
"""The constraint that every search has: the design exists and can be judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is found of one point.

    Parameters
    ----------
    values : tuple of float or None
        Of the objectives; None when the design was given up before they were computed.
    violations : dict
        By constraint; 0 or less where it is kept.
    """

    values: tuple[float, ...] | None
    violations: dict[str, float]

    @property
    def feasible(self) -> bool:
        """Whether all constraints are kept."""
        return self.values is not None and all(one <= 0 for one in self.violations.values())


class Wanted(Protocol):
    """An objective."""

    @property
    def label(self) -> str:
        """Short and unique within a search."""

    @property
    def sign(self) -> float:
        """-1 for what is made large: sign x value is made small."""


class Limited(Wanted, Protocol):
    """A constraint; its sign is 1 for an upper bound, -1 for a lower one."""

    @property
    def bound(self) -> float:
        """Which must be kept."""


class Problem(Protocol):
    """Which designs to try, what is wanted of them, and how one of them is judged."""

    @property
    def objectives(self) -> tuple[Wanted, ...]:
        """1 to 4."""

    @property
    def constraints(self) -> tuple[Limited, ...]:
        """Perhaps none."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Of the objectives."""

    @property
    def directions(self) -> tuple[Direction, ...]:
        """Of the objectives, as Optuna calls them."""

    def distributions(self) -> dict[str, BaseDistribution]:
        """The free variables and their ranges."""

    def judge(self, point: Mapping[str, Any]) -> Outcome:
        """Objectives and constraints of one point."""

    def design_at(self, point: Mapping[str, Any]) -> Result:
        """The design of a point."""
