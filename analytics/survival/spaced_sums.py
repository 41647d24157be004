"""Sums of a smooth function over many equally spaced points, from a few of its values.

With ties by Efron's method a time at which d subjects have the event asks for d denominators, one
for each share of the events that has passed: 0, 1/d, ..., (d - 1)/d. A million subjects on whole
days have hundreds of events a day, and the denominators change smoothly from the first to the
last. Their sum is that of the polynomial through a few Gauss points, to the last digit.
"""

from __future__ import annotations

from functools import cache
from math import factorial

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray
from scipy.special import bernoulli

Floats = NDArray[np.float64]

POINTS = 16
"""Points that stand for all of them."""

SMOOTH = 1 / 3
"""Up to this r, sums of 1 / (1 - r p) and of its square are right to about the last digit: from
the pole at p = 1 / r the error falls as (2 / r - 1 + sqrt((2 / r - 1)^2 - 1)) to the power -16."""


def spaced_points(counts: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Points p and weights w with sum of f(0), f(1/d), ..., f((d - 1)/d) = sum of w f(p).

    Exact for polynomials of a degree up to 15.

    Parameters
    ----------
    counts : array of int
        Each d; at least 16.

    Returns
    -------
    tuple of arrays, counts x 16
        Points (some lie up to 1/(2d) below 0) and their weights, which add up to d.

    Examples
    --------
    >>> points, weights = spaced_points(np.array([40]))
    >>> direct = sum((place / 40) ** 5 for place in range(40))
    >>> round(float((weights * points**5).sum() / direct), 12)
    1.0
    """
    nodes, of_means, means = _rule()
    each = counts.astype(np.float64)[:, None]
    return (nodes + 1) / 2 - 1 / (2 * each), each * ((2 / each) ** means @ of_means)


@cache
def _rule() -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Gauss points in (-1, 1), and their weights as polynomials in 2/d.

    The polynomial through the Gauss points is a sum of Legendre polynomials P, whose
    coefficients are sums over these points. The mean of P over the middles of d equal parts of
    (-1, 1) is, by the Euler–Maclaurin formula, one of finitely many powers of 2/d:
    P'(1), P'''(1), ... times B2(1/2)/2!, B4(1/2)/4!, ...
    """
    nodes, weights = legendre.leggauss(POINTS)
    powers, degrees = np.arange(0, POINTS, 2), np.arange(0, POINTS, 2)  # odd ones have mean 0
    numbers = (2.0 ** (1 - powers) - 1) * bernoulli(POINTS)[powers]  # B(1/2)
    means = np.zeros((powers.size, degrees.size))
    means[0, 0] = 1
    for row, power in enumerate(powers[1:], start=1):
        for column, degree in enumerate(degrees):
            if degree >= power:
                slope = _derivative_at_one(int(degree), int(power) - 1)
                means[row, column] = numbers[row] / factorial(int(power)) * slope
    values = legendre.legvander(nodes, POINTS - 1)[:, degrees]
    through = (2 * degrees + 1)[:, None] * values.T * weights / 2
    return nodes, means @ through, powers


def _derivative_at_one(degree: int, order: int) -> float:
    """Of a Legendre polynomial."""
    below = 2**order * factorial(order) * factorial(degree - order)
    return float(factorial(degree + order) / below)
