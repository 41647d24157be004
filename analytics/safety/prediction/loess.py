"""Local regression: a smooth curve through points, each fitted to its neighbours."""

from __future__ import annotations

import numpy as np

from analytics.checks import require
from analytics.safety.prediction.data import Floats

_FLAT = 1e-12  # of the determinant; below, the neighbours do not carry a curve


def loess(x: Floats, y: Floats, at: Floats, *, weight: Floats, span: float = 0.75) -> Floats:
    """A local quadratic with tricube weights, worked out at every point asked for.

    Parameters
    ----------
    x, y : array
        Points.
    at : array
        Where the curve is wanted.
    weight : array
        Of the points; those of weight 0 are no neighbours.
    span : float
        Share of the points that are neighbours, above 0 and at most 1.

    Returns
    -------
    array
        Where the neighbours do not carry a quadratic, their line or else their mean.

    References
    ----------
    Cleveland (1979), Journal of the American Statistical Association 74:829-836.

    Examples
    --------
    >>> x = np.arange(10.0)
    >>> curve = loess(x, x**2, np.array([2.5]), weight=np.ones(10))
    >>> round(float(curve[0]), 6)
    6.25
    """
    require(0 < span <= 1, "0 < span <= 1", span=span)
    there = weight > 0
    x, y, weight = x[there], y[there], weight[there]
    require(x.size > 0, "there are points", points=x.size)
    neighbours = min(x.size, max(2, int(np.floor(span * x.size + 1e-9))))
    distance = np.abs(x[None, :] - at[:, None])
    reach = np.partition(distance, neighbours - 1, axis=1)[:, neighbours - 1]
    near = np.clip(distance / np.where(reach > 0, reach, 1.0)[:, None], 0.0, 1.0)
    kernel = (1 - near**3) ** 3 * weight
    kernel = np.where(reach[:, None] > 0, kernel, np.where(distance == 0, weight, 0.0))
    return _at_zero(x[None, :] - at[:, None], np.broadcast_to(y, kernel.shape), kernel, reach)


def _at_zero(from_here: Floats, y: Floats, kernel: Floats, reach: Floats) -> Floats:
    """The value at 0 of the weighted quadratic of each row."""
    scaled = from_here / np.where(reach > 0, reach, 1.0)[:, None]
    powers = np.stack([(kernel * scaled**power).sum(axis=1) for power in range(5)])
    sides = np.stack([(kernel * scaled**power * y).sum(axis=1) for power in range(3)])
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = sides[0] / powers[0]
        lines = powers[0] * powers[2] - powers[1] ** 2
        line = (powers[2] * sides[0] - powers[1] * sides[1]) / lines
    curve = np.where(lines > _FLAT * powers[0] ** 2, line, mean)
    matrix = np.moveaxis(np.stack([powers[place : place + 3] for place in range(3)]), -1, 0)
    scale = np.maximum(powers[0], 1e-300)[:, None, None]
    full = np.linalg.det(matrix / scale) > _FLAT
    found: Floats = np.array(curve, dtype=np.float64)
    if full.any():
        known = (sides[:, full] / powers[0, full]).T[..., None]
        found[full] = np.linalg.solve(matrix[full] / scale[full], known)[:, 0, 0]
    return found
