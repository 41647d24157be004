"""Information fractions that are in order by construction, from numbers between 0 and 1.

With n looks before the end still to be placed between t and the latest time, the next one is
their smallest: t + (1 - t) (1 - (1 - u)^(1 / n)) on a scale on which the latest is 1. For uniform
u these are uniform order statistics: every set of looks is as likely as any other, and no draw is
thrown away.
"""

from __future__ import annotations

from collections.abc import Sequence

from analytics.checks import require

Limits = tuple[float, float]
_ROUNDING = 1e-9


def fractions_from(units: Sequence[float], limits: Limits, spacing: float) -> tuple[float, ...]:
    """Information fractions of the interim looks and, at the end, 1.

    Parameters
    ----------
    units : sequence of float
        One for each interim look, from 0 to 1.
    limits : (float, float)
        Of the first and the last interim look.
    spacing : float
        Least distance between two interim looks.

    Examples
    --------
    >>> [round(one, 3) for one in fractions_from([0.25, 0.5], (0.2, 0.9), 0.1)]
    [0.28, 0.64, 1.0]
    """
    count = len(units)
    room = _room(count, limits, spacing)
    reached, found = 0.0, []
    for place, unit in enumerate(units):
        reached += (1 - reached) * (1 - (1 - unit) ** (1 / (count - place)))
        found.append(limits[0] + spacing * place + room * reached)
    return (*found, 1.0)


def units_of(fractions: Sequence[float], limits: Limits, spacing: float) -> tuple[float, ...]:
    """The numbers from which `fractions_from` makes these fractions; the last fraction is 1.

    Raises
    ------
    InputError
        When a look is outside the limits, or two are closer than the spacing.

    Examples
    --------
    >>> found = units_of(fractions_from([0.25, 0.5], (0.2, 0.9), 0.1), (0.2, 0.9), 0.1)
    >>> [round(one, 9) for one in found]
    [0.25, 0.5]
    """
    interim = fractions[:-1]
    room, before, found = _room(len(interim), limits, spacing), 0.0, []
    for place, fraction in enumerate(interim):
        above = fraction - limits[0] - spacing * place
        at = above / room if room > 0 else 0.0
        inside = before - _ROUNDING <= at <= 1 + _ROUNDING
        rule = f"looks are {limits[0]:g} to {limits[1]:g}, at least {spacing:g} apart"
        require(inside, rule, information_fractions=tuple(fractions))
        at = min(max(at, before), 1.0)
        left = (1 - at) / (1 - before) if before < 1 else 1.0
        found.append(1 - left ** (len(interim) - place))
        before = at
    return tuple(found)


def _room(count: int, limits: Limits, spacing: float) -> float:
    room = limits[1] - limits[0] - spacing * max(count - 1, 0)
    rule = "the interim looks have room between their limits"
    require(room >= 0 or count == 0, rule, looks=count + 1, limits=limits, spacing=spacing)
    return room
