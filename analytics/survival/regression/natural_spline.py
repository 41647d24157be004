"""Natural cubic regression splines."""

from __future__ import annotations

import numpy as np

from analytics.survival.regression.columns import Floats


def natural_spline(at: Floats, knots: Floats) -> Floats:
    """Columns that span the natural cubic splines with these knots, at some points.

    Parameters
    ----------
    at : array
        Where to evaluate.
    knots : array
        Ascending; beyond the first and the last the spline is straight.

    Returns
    -------
    array, points x knots
        1, x, and one column per inner knot.

    References
    ----------
    Hastie, Tibshirani and Friedman (2009), The Elements of Statistical Learning, section 5.2.1.

    Examples
    --------
    >>> natural_spline(np.array([0.5]), np.array([0.0, 1.0])).tolist()
    [[1.0, 0.5]]
    """
    last = _cubes(at, knots[-1])
    ratio = [(_cubes(at, knot) - last) / (knots[-1] - knot) for knot in knots[:-1]]
    curved = [one - ratio[-1] for one in ratio[:-1]]
    return np.column_stack([np.ones_like(at), at, *curved])


def spline_knots(points: Floats, degrees: int) -> Floats:
    """Knots at evenly spaced quantiles, as many as the degrees of freedom or the distinct points.

    Examples
    --------
    >>> spline_knots(np.array([0.0, 1.0, 2.0, 3.0]), 4).tolist()
    [0.0, 1.0, 2.0, 3.0]
    """
    count = max(min(degrees, np.unique(points).size), 2)
    return np.asarray(np.quantile(points, np.linspace(0, 1, count)), dtype=np.float64)


def _cubes(at: Floats, knot: float) -> Floats:
    return np.asarray(np.maximum(at - knot, 0.0) ** 3, dtype=np.float64)
