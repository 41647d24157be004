"""Sums of negative binomial counts: their distribution, from the characteristic function.

A site whose rate is Gamma(size, b) enrols in an exposure e a negative binomial count with that
size and the odds e / b. The generating function of the total is the product over sites; a
mixture over nodes is the weighted sum of those. Its Fourier inversion is exact but for counts
beyond the grid, whose probability is kept below `_BEYOND` (or which are damped).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, cos, exp, log, pi, sin

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.fft import next_fast_len

from analytics.checks import NotEstimableError, require

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]
_BEYOND = 30.0  # - log of the probability that the grid leaves out
_NEGLIGIBLE = -34.0  # log of a modulus beside the largest
_LARGE = 1e100
_MOST_POINTS = 1 << 22
_EXPONENTS = np.geomspace(2e-3, 0.95, 10)  # as shares of the largest, where to try the bound
_DAMPED = 1e-11  # what becomes of counts one grid further up


@dataclass(frozen=True, slots=True)
class CountSum:
    """Counts to be summed, for each of some weighted nodes.

    `sizes` and `odds` have a row per node and a column per site; columns of the same sizes side by
    side make it faster. `waiting` patients enter each
    with the probability `kept` of the node.
    """

    weights: Floats
    sizes: Floats
    odds: Floats
    kept: Floats
    waiting: int = 0

    def points(self) -> int:
        """A power of 2, beyond which counts have no probability."""
        bound = max(_upper_bound(s, o) for s, o in zip(self.sizes, self.odds, strict=True))
        needed = bound + self.waiting + 2
        if not needed <= _MOST_POINTS:
            raise NotEstimableError(f"More than {_MOST_POINTS:,} patients may be enrolled.")
        return 1 << max(int(np.ceil(np.log2(needed))), 4)

    def probabilities(self) -> Floats:
        """Of 0, 1, 2, ... patients.

        Examples
        --------
        >>> one = np.ones((1, 1))
        >>> CountSum(np.ones(1), one, one, np.ones(1)).probabilities()[:3].round(12).tolist()
        [0.5, 0.25, 0.125]
        """
        return self._inverted(self.points(), 1.0)

    def probability_below(self, count: int) -> float:
        """That fewer patients than `count` enter; the grid does not depend on the upper tail.

        Examples
        --------
        >>> one = np.ones((1, 1))
        >>> round(CountSum(np.ones(1), one, one, np.ones(1)).probability_below(2), 9)
        0.75
        """
        if count <= 0:
            return 0.0
        require(2 * count <= _MOST_POINTS, "a target that can be computed", target=count)
        points = next_fast_len(max(2 * count, 64), real=True)
        points += points % 2
        radius = _DAMPED ** (1 / points)
        below = self._inverted(points, radius)[:count]
        return float(min(np.sum(below * radius ** -np.arange(count)), 1.0))

    def _inverted(self, points: int, radius: float) -> Floats:
        spectrum = np.zeros(points // 2 + 1, dtype=np.complex128)
        for weight, sizes, odds, kept in zip(
            self.weights, self.sizes, self.odds, self.kept, strict=True
        ):
            add_spectrum(weight, sizes, odds, kept, self.waiting, radius, spectrum)
        return np.fmax(np.fft.irfft(spectrum, points), 0.0)

    def mean_and_variance(self) -> tuple[float, float]:
        """Of the sum, from the moments of each node.

        Examples
        --------
        >>> one = np.ones((1, 1))
        >>> CountSum(np.ones(1), one, one, np.ones(1)).mean_and_variance()
        (1.0, 2.0)
        """
        means = (self.sizes * self.odds).sum(axis=1) + self.waiting * self.kept
        inner = (self.sizes * self.odds * (1 + self.odds)).sum(axis=1)
        inner = inner + self.waiting * self.kept * (1 - self.kept)
        mean = float(self.weights @ means)
        return mean, float(self.weights @ (inner + (means - mean) ** 2))


def _upper_bound(sizes: Floats, odds: Floats) -> float:
    """Chernoff's bound on the counts that matter, at the best of some exponents."""
    some = (odds > 0) & (sizes > 0)
    if not some.any():
        return 0.0
    sizes, odds = sizes[some], odds[some]
    exponents = np.log1p(1 / odds.max()) * _EXPONENTS
    growth = -(sizes * np.log1p(-odds * np.expm1(exponents)[:, None])).sum(axis=1)
    return float(np.min((growth + _BEYOND) / exponents))


@njit(cache=True, nogil=True)
def add_spectrum(
    weight: float,
    sizes: Floats,
    odds: Floats,
    kept: float,
    waiting: int,
    radius: float,
    spectrum: Complexes,
) -> None:
    """Add the generating function on a circle, from angle 0 down, as far as it is not 0.

    Its modulus falls from angle 0 to pi for every negative binomial and binomial count, so that
    the first negligible value is the last one to be looked at. Neighbours of the same size share a
    logarithm: their product, whose angle stays below pi, is taken first.
    """
    points = 2 * (spectrum.size - 1)
    first = 0.0
    for k in range(spectrum.size):
        angle = 2 * pi * k / points
        real, imaginary = radius * cos(angle), radius * sin(angle)
        modulus, phase, x, y = 0.0, 0.0, 1.0, 0.0
        for i in range(sizes.size):
            a, b = 1.0 + odds[i] * (1.0 - real), odds[i] * imaginary
            x, y = x * a - y * b, x * b + y * a
            last = i == sizes.size - 1 or sizes[i + 1] != sizes[i]
            if last or x < 0.0 or x + y > _LARGE:
                modulus -= sizes[i] * 0.5 * log(x * x + y * y)
                phase -= sizes[i] * atan2(y, x)
                x, y = 1.0, 0.0
        if waiting > 0:
            a, b = 1.0 - kept + kept * real, kept * imaginary
            modulus += waiting * 0.5 * log(max(a * a + b * b, 1e-300))
            phase -= waiting * atan2(b, a)
        if k == 0:
            first = modulus
        if modulus - first < _NEGLIGIBLE:
            break
        size = weight * exp(modulus)
        spectrum[k] += size * cos(phase) + 1j * size * sin(phase)
