"""Where functions of one number cross zero, for many rows at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize.elementwise import find_root

from analytics.safety.incidence.cells import Flags, Floats, Ints

Excess = Callable[[Floats, Ints], Floats]
"""From a value per row, and the rows meant, to what is above 0 on the left of the root."""

INSIDE = 1e-12
"""How far from the estimate a search starts: at it, a score and its variance can both be 0."""


def crossings(excess: Excess, left: Floats, right: Floats, wanted: Flags) -> Floats:
    """The root of each wanted row between left and right; NaN in the other rows.

    Each row is solved on its own, so that its root does not depend on which others there are.

    Parameters
    ----------
    excess : callable
        Above 0 left of the root and below 0 right of it.
    left, right : array
        Either side of the root.
    wanted : array of bool
        The rows to solve.

    Examples
    --------
    >>> squares = np.array([4.0, 9.0])
    >>> found = crossings(
    ...     lambda value, rows: squares[rows] - value**2,
    ...     np.zeros(2), np.full(2, 10.0), np.array([True, True]),
    ... )
    >>> found.round(12).tolist()
    [2.0, 3.0]
    """
    found = np.full(left.shape, np.nan)
    rows = np.flatnonzero(wanted)
    if rows.size:
        # Ends that share a sign are a root at one of them, lost to rounding.
        at_left, at_right = excess(left[rows], rows), excess(right[rows], rows)
        found[rows] = np.where(at_left <= 0, left[rows], right[rows])
        rows = rows[(at_left > 0) & (at_right < 0)]
    if rows.size:
        # A row that is done may leave the search with the root of a negative number.
        with np.errstate(invalid="ignore"):
            found[rows] = find_root(excess, (left[rows], right[rows]), args=(rows,)).x
    return found
