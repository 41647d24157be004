"""Ticks that people would choose, and numbers as they would write them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 36, 60, 120)


def time_ticks(horizon: float, *, unit: str = "months", most: int = 9) -> list[float]:
    """Round ticks from 0 to a horizon, at most `most` of them.

    Months step by 1, 2, 3, 6, 12 ..., other units by 1, 2 or 5 times a power of ten.

    Examples
    --------
    >>> time_ticks(31.4)
    [0.0, 6.0, 12.0, 18.0, 24.0, 30.0]
    >>> time_ticks(182, unit="days", most=6)
    [0.0, 50.0, 100.0, 150.0]
    """
    if horizon <= 0:
        return [0.0]
    steps = _MONTH_STEPS if unit == "months" and 2 <= horizon < 1000 else _decimal_steps(horizon)
    step = next((s for s in steps if horizon / s <= most - 1), steps[-1])
    return [float(x) for x in np.arange(int(horizon / step + 1e-9) + 1) * step]


def _decimal_steps(horizon: float) -> tuple[float, ...]:
    power = 10.0 ** np.floor(np.log10(horizon) - 2)
    return tuple(float(power * factor) for factor in (1, 2, 5, 10, 20, 50, 100, 200, 500))


def log_ticks(low: float, high: float, *, most: int = 9) -> list[float]:
    """Ticks of a logarithmic axis: 1, 2 and 5 times powers of ten, or these alone.

    Examples
    --------
    >>> log_ticks(6, 130)
    [10.0, 20.0, 50.0, 100.0]
    >>> log_ticks(0.5, 2e5)
    [1.0, 10.0, 100.0, 1000.0, 10000.0, 100000.0]
    """
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    for factors in ((1, 2, 5), (1,)):
        ticks = [float(f"{factor}e{power}") for power in powers for factor in factors]
        within = [tick for tick in ticks if low <= tick <= high]
        if len(within) <= most:
            break
    return within


def log_axis(amounts: Sequence[float]) -> dict[str, Any]:
    """A logarithmic axis that holds some amounts above 0.

    Examples
    --------
    >>> log_axis([10.0, 100.0])["ticktext"]
    ['10', '20', '50', '100']
    """
    low, high = np.log10(min(amounts)), np.log10(max(amounts))
    room = 0.04 * (high - low) or 0.3
    ticks = log_ticks(10 ** (low - room), 10 ** (high + room))
    return {
        "type": "log",
        "range": [float(low - room), float(high + room)],
        "tickvals": ticks,
        "ticktext": [amount(tick) for tick in ticks],
    }


def percent(share: float) -> str:
    """A share as a percentage with one digit; "not estimable" when there is none.

    Examples
    --------
    >>> percent(0.123), percent(float("nan"))
    ('12.3%', 'not estimable')
    """
    return "not estimable" if np.isnan(share) else f"{share:.1%}"


def counted(number: float, noun: str) -> str:
    """A number with its noun, in the singular for one.

    Examples
    --------
    >>> counted(1, "event"), counted(1200, "event")
    ('1 event', '1,200 events')
    """
    return f"{number:,.0f} {noun}" + ("" if number == 1 else "s")


def amount(value: float) -> str:
    """A measured value with three or more significant digits and none that say nothing.

    Examples
    --------
    >>> amount(12345.6), amount(75.0), amount(4.5678), amount(0.012345)
    ('12,346', '75', '4.57', '0.0123')
    """
    if np.isnan(value):
        return "not estimable"
    digits = 0 if value == 0 else max(0, 2 - int(np.floor(np.log10(abs(value)))))
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
