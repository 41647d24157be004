"""The two ways in which a statistical function says no."""

from __future__ import annotations


class InputError(ValueError):
    """An argument breaks a stated rule."""


class NotEstimableError(ValueError):
    """Sound input for which the quantity does not exist."""


def require(ok: bool, rule: str, **got: object) -> None:
    """Raise `InputError` with the rule and what was received, unless `ok`.

    Examples
    --------
    >>> require(1 > 0, "events > 0", events=1)
    >>> require(-1 > 0, "events > 0", events=-1)
    Traceback (most recent call last):
        ...
    analytics.checks.InputError: `events > 0` must hold, but got events=-1.
    """
    if not ok:
        values = ", ".join(f"{name}={value!r}" for name, value in got.items())
        raise InputError(f"`{rule}` must hold, but got {values}.")
