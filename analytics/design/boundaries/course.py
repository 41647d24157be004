"""A trial at one of its looks: what information it has had, and the bounds at all its looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from analytics.checks import require
from analytics.design.boundaries.group_sequential import GroupSequential
from analytics.design.boundaries.monitoring import (
    boundaries_at,
    looks_of_trial,
    require_information,
)
from analytics.design.boundaries.solving import Looks
from analytics.design.boundaries.stopping import Boundaries

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The looks of a trial, of which the first ones have happened.

    Parameters
    ----------
    plan : GroupSequential
    information : tuple of float
        At all looks, past and to come.
    seen : int
        How many have happened.
    bounds : Boundaries
        At all looks; their information fractions give the correlations.

    Examples
    --------
    >>> plan = GroupSequential(information_fractions=(0.5, 0.75, 1.0))
    >>> now = Course.of(plan, (172,), 330, final=False, remaining=None, as_planned=False)
    >>> now.information, now.seen, now.ended
    ((172, 247.5, 330.0), 1, False)
    """

    plan: GroupSequential
    information: tuple[float, ...]
    seen: int
    bounds: Boundaries

    @classmethod
    def of(
        cls,
        plan: GroupSequential,
        information: tuple[float, ...],
        planned_information: float,
        *,
        final: bool,
        remaining: tuple[float, ...] | None,
        as_planned: bool,
    ) -> Self:
        """With looks to come as planned unless they are given."""
        if as_planned:
            every = _as_planned(plan, information, planned_information, final, remaining)
            bounds = plan.boundaries()
        else:
            every = looks_of_trial(
                plan, information, planned_information, final=final, remaining=remaining
            )
            bounds = boundaries_at(plan, tuple(one / planned_information for one in every))
        return cls(plan=plan, information=every, seen=len(information), bounds=bounds)

    @property
    def ended(self) -> bool:
        """Whether no look is to come."""
        return self.seen == len(self.information)

    @property
    def looks(self) -> Looks:
        """Shares of the errors and roots of the information, at all looks."""
        fractions = np.array(self.bounds.information_fractions)
        share = np.minimum(fractions, 1.0)
        share[-1] = 1.0
        return Looks(share=share, root=np.sqrt(fractions))

    @property
    def root_information(self) -> Floats:
        """sqrt(information) at all looks, in its own unit."""
        return np.sqrt(np.array(self.information, dtype=np.float64))


def _as_planned(
    plan: GroupSequential,
    information: tuple[float, ...],
    planned_information: float,
    final: bool,
    remaining: tuple[float, ...] | None,
) -> tuple[float, ...]:
    """Information at all looks, each counting as the planned one of its number."""
    looks, seen = len(plan.information_fractions), len(information)
    require(seen <= looks, "no more looks than planned", looks=looks, seen=seen)
    rule = "with bounds as planned, the final look is the planned last one"
    require(not final or seen == looks, rule, looks=looks, seen=seen)
    if remaining is None:
        remaining = tuple(one * planned_information for one in plan.information_fractions[seen:])
    every = (*information, *remaining)
    rule = "with bounds as planned, there are as many looks as planned"
    require(len(every) == looks, rule, looks=looks, information=every)
    require_information(every, planned_information)
    return every
