"""Values in the ranges of Optuna's distributions."""

from __future__ import annotations

from typing import Any

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from analytics.checks import InputError, require

_CLOSE = 1e-9


def middle(one: BaseDistribution) -> Any:
    """The middle of a range, or the first of several choices.

    Examples
    --------
    >>> middle(IntDistribution(10, 20)), middle(CategoricalDistribution(["a", "b"]))
    (15, 'a')
    """
    if isinstance(one, CategoricalDistribution):
        return one.choices[0]
    if isinstance(one, IntDistribution):
        return (one.low + one.high) // 2
    assert isinstance(one, FloatDistribution)
    return (one.low + one.high) / 2


def pulled_inside(name: str, value: Any, one: BaseDistribution) -> Any:
    """The value, pulled onto the end of its range when only rounding keeps it out.

    Raises
    ------
    InputError
        When it is farther out.

    Examples
    --------
    >>> pulled_inside("beta", 0.2 + 1e-12, FloatDistribution(0.1, 0.2))
    0.2
    """
    if isinstance(one, CategoricalDistribution):
        if value in one.choices:
            return value
        raise InputError(f"`{name} among {one.choices}` must hold, but got {value!r}.")
    assert isinstance(one, FloatDistribution | IntDistribution)
    slack = _CLOSE * max(1.0, abs(one.low), abs(one.high))
    inside = one.low - slack <= value <= one.high + slack
    require(inside, f"{one.low:g} <= {name} <= {one.high:g}", **{name: value})
    return min(max(value, one.low), one.high)
