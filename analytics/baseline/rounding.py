"""Numbers as a table of a trial prints them.

Halves are rounded away from zero, as by hand and as SAS does, on the shortest decimal form of the
number: 2.345 gives 2.35, though the float lies a trace below. What is not estimable reads NE.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from math import floor, isnan, log10

import numpy as np

from analytics.baseline.groups import Floats

NOT_ESTIMABLE = "NE"
_MOST_WRITTEN, _MOST_SHOWN = 3, 12
_EXACT = Context(prec=400, rounding=ROUND_HALF_UP)


def rounded(value: float, digits: int) -> str:
    """A number with so many decimals and thousands separators.

    Examples
    --------
    >>> rounded(1234.565, 2), rounded(-0.04, 1), rounded(float("nan"), 1)
    ('1,234.57', '0.0', 'NE')
    """
    if isnan(value):
        return NOT_ESTIMABLE
    return _text(Decimal(repr(float(value))), digits)


def count_and_percent(count: int, denominator: int, digits: int) -> str:
    """A count with its percentage; zero stands alone.

    Examples
    --------
    >>> count_and_percent(1234, 5000, 1), count_and_percent(0, 5000, 1)
    ('1,234 (24.7%)', '0')
    >>> count_and_percent(1, 5000, 1), count_and_percent(4999, 5000, 1)
    ('1 (<0.1%)', '4,999 (>99.9%)')
    """
    return f"{count:,} ({_percent(count, denominator, digits)})" if count else "0"


def p_value(p: float) -> str:
    """A p-value as journals print it.

    Examples
    --------
    >>> p_value(0.00004), p_value(0.0312), p_value(0.41)
    ('< 0.0001', '0.031', '0.41')
    """
    if isnan(p):
        return NOT_ESTIMABLE
    if p < 0.0001:
        return "< 0.0001"
    return rounded(p, 2 if p >= 0.1 else 3 if p >= 0.001 else 4)


def decimals_of(values: Floats) -> int:
    """How many decimals the values were written with.

    Up to three; values that need more were computed, and have as many as give three significant
    digits of their range.

    Examples
    --------
    >>> decimals_of(np.array([70.0, 64.5])), decimals_of(np.array([21.0, 24.913494]))
    (1, 2)
    """
    if values.size == 0:
        return 0
    for digits in range(_MOST_WRITTEN + 1):
        if np.allclose(np.round(values, digits), values, rtol=1e-12, atol=0):
            return digits
    reach = float(values.max() - values.min()) or abs(float(values[0]))
    return min(max(0, 2 - floor(log10(reach))), _MOST_SHOWN)


def _percent(count: int, denominator: int, digits: int) -> str:
    # From the counts: a proportion as a float could not be told from a half.
    share = _EXACT.divide(Decimal(100 * count), Decimal(denominator))
    text = _text(share, digits)
    if Decimal(text) == 0:
        return f"<{_step(digits)}%"
    if Decimal(text) == 100 and count < denominator:
        return f">{100 - _step(digits)}%"
    return f"{text}%"


def _step(digits: int) -> Decimal:
    return Decimal(1).scaleb(-digits)


def _text(value: Decimal, digits: int) -> str:
    return f"{value.quantize(_step(digits), context=_EXACT):z,}"
