"""Bounds at looks that happen at other information than planned."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from analytics.checks import require
from analytics.design.boundaries.group_sequential import MOST_LOOKS, GroupSequential
from analytics.design.boundaries.rules import FixedFutility
from analytics.design.boundaries.solving import Looks, boundaries_of
from analytics.design.boundaries.stopping import Boundaries


def updated_boundaries(
    plan: GroupSequential,
    information: tuple[float, ...],
    *,
    planned_information: float,
    final: bool = False,
    remaining: tuple[float, ...] | None = None,
) -> Boundaries:
    """Bounds of a trial whose looks came at other information than planned.

    Errors are spent by the share of the planned information that a look has, and all of them by
    the last look, whether it has less information than planned or more. Correlations are those of
    the actual information, so that the type I error stays alpha, as long as looks are not timed by
    what they show (Lan and DeMets 1983; Proschan, Follmann and Waclawiw 1992).

    What each rule does at other looks:

    - Spending functions, for efficacy as for futility: as above; futility bounds spend beta under
      the effect that the plan was made for.
    - Wang-Tsiatis and Haybittle-Peto: interim looks keep the planned curve, read at the actual
      share of the information; the last bound takes what is left of alpha.
    - Futility bounds that somebody stated stay those of the first, second, ... look; for more
      looks than planned there are none, and the plan is refused.

    Parameters
    ----------
    plan : GroupSequential
    information : tuple of float
        At the looks until now, rising from above 0, in any unit, such as events.
    planned_information : float
        At the end of the trial, in the same unit.
    final : bool
        Whether the last of these looks ends the trial. One that has reached the planned
        information does.
    remaining : tuple of float, optional
        Information at the looks that are still to come. By default the plan's later looks that
        still lie ahead, the last with the planned information.

    Returns
    -------
    Boundaries
        At all looks, past and to come, by information over the planned information; the last may
        be below 1 or above.

    Raises
    ------
    InputError
        When information does not rise, a look that is not the last has reached the planned
        information, or looks remain after the final one.
    NotEstimableError
        When the interim bounds of Wang-Tsiatis or Haybittle-Peto alone spend more than alpha, or
        binding stops for futility leave less than alpha to spend.

    Examples
    --------
    >>> plan = GroupSequential(information_fractions=(0.5, 0.75, 1.0))
    >>> seen = updated_boundaries(plan, (172, 231, 345), planned_information=330)
    >>> [round(z, 4) for z in seen.z_efficacy]
    [2.8935, 2.4681, 2.0074]
    """
    every = looks_of_trial(plan, information, planned_information, final=final, remaining=remaining)
    return boundaries_at(plan, tuple(one / planned_information for one in every))


def looks_of_trial(
    plan: GroupSequential,
    information: tuple[float, ...],
    planned_information: float,
    *,
    final: bool,
    remaining: tuple[float, ...] | None,
) -> tuple[float, ...]:
    """Information at all looks of a trial, those to come as planned unless they are given.

    Examples
    --------
    >>> plan = GroupSequential(information_fractions=(0.5, 0.75, 1.0))
    >>> looks_of_trial(plan, (172,), 330, final=False, remaining=None)
    (172, 247.5, 330.0)
    """
    require_information(information, planned_information)
    done = final or information[-1] >= planned_information
    if remaining is None:
        planned = plan.information_fractions[len(information) : -1]
        ahead = (share * planned_information for share in planned)
        later = (*(one for one in ahead if one > information[-1]), float(planned_information))
        remaining = () if done else later
    require(not (done and remaining), "no look remains after the final one", remaining=remaining)
    every = (*information, *remaining)
    require_information(every, planned_information)
    rule = "only the last look has the planned information"
    require(all(one < planned_information for one in every[:-1]), rule, information=every)
    require(len(every) <= MOST_LOOKS, f"there are 1 to {MOST_LOOKS} looks", looks=len(every))
    return every


def require_information(information: tuple[float, ...], planned_information: float) -> None:
    """Raise `InputError` unless information rises from above 0.

    Examples
    --------
    >>> require_information((100, 200), 300)
    """
    rule = "the planned information is finite and above 0"
    fine = 0 < planned_information < np.inf
    require(fine, rule, planned_information=planned_information)
    rising = all(low < high for low, high in pairwise((0.0, *information)))
    ends = bool(information) and information[-1] < np.inf
    require(rising and ends, "information rises from above 0", information=information)


def boundaries_at(plan: GroupSequential, fractions: tuple[float, ...]) -> Boundaries:
    """Bounds at looks with these shares of the planned information, the last being the end.

    Examples
    --------
    >>> plan = GroupSequential(information_fractions=(0.5, 1.0))
    >>> boundaries_at(plan, (0.5, 1.0)) == plan.boundaries()
    True
    """
    if fractions == plan.information_fractions:
        return plan.boundaries()
    if isinstance(plan.futility, FixedFutility):
        rule = "each look but the last has a stated futility bound, or None"
        require(len(fractions) - 1 <= len(plan.futility.z), rule, looks=len(fractions))
    share = np.minimum(fractions, 1.0)
    share[-1] = 1.0
    looks = Looks(share=share, root=np.sqrt(np.array(fractions)))
    return boundaries_of(plan, looks, fractions)
