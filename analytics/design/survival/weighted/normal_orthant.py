"""How likely correlated normals all stay below their bounds, when nothing simpler is known.

The normals are turned into independent ones, of which there may be fewer. The bounds are then
planes, and along any one direction what lies below all of them is an interval, whose probability
is exact. The directions across are sampled by scrambled Sobol points with fixed seeds: the same
question has the same answer, and answers vary smoothly with the bounds, so that bounds can be
solved for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import qmc

Floats = NDArray[np.float64]

_SAME = 1e-10
_SCRAMBLES, _LOG2_POINTS = 4, 13


@dataclass(frozen=True, slots=True)
class NormalOrthant:
    """Normals X with mean 0, ready to say how likely all of them stay below bounds.

    Parameters
    ----------
    along : array
        How each of them grows along the exact direction.
    across : array, sequences x points x normals
        What the sampled directions add to them.

    References
    ----------
    Genz and Bretz (2009), Computation of Multivariate Normal and t Probabilities, chapter 4; Tong
    (1990), The Multivariate Normal Distribution, for the change to independent normals.
    """

    along: Floats
    across: Floats

    @classmethod
    def of(cls, covariance: ArrayLike) -> NormalOrthant:
        """From their covariance, positive semi-definite; it may be singular.

        Examples
        --------
        >>> probability, _ = NormalOrthant.of([[1, 0.5], [0.5, 1]]).below([0, 0])
        >>> round(probability, 4)
        0.3333
        """
        roots, vectors = np.linalg.eigh(np.asarray(covariance, dtype=float))
        kept = roots > _SAME * roots.max()
        factor = vectors[:, kept] * np.sqrt(roots[kept])
        turned = factor @ _turn(factor.sum(axis=0))
        along, slopes = turned[:, 0], turned[:, 1:]
        if slopes.shape[1] == 0:
            return cls(along, np.zeros((1, 1, along.size)))
        sequences = [_normals(slopes.shape[1], seed) @ slopes.T for seed in range(_SCRAMBLES)]
        return cls(along, np.array(sequences))

    def below(self, bounds: ArrayLike) -> tuple[float, float]:
        """P(X_1 < b_1, ..., X_m < b_m) for finite bounds, and its error.

        Returns
        -------
        probability, error : float
            The error is three standard errors of 4 scrambled Sobol sequences of 8192 points with
            fixed seeds: below 1e-6 for two normals, usually below 1e-4, up to 4e-4 for nine.
        """
        limit = np.asarray(bounds, dtype=float)
        found = [float(_inside(self.along, limit - one).mean()) for one in self.across]
        if len(found) == 1:
            return found[0], 0.0
        return float(np.mean(found)), float(3 * np.std(found, ddof=1) / np.sqrt(len(found)))


def _turn(ahead: Floats) -> Floats:
    """An orthogonal matrix whose first column points ahead."""
    frame = np.column_stack([ahead, np.eye(ahead.size)])
    basis, _ = np.linalg.qr(frame)
    return np.asarray(basis * np.where(basis[:, :1].T @ ahead < 0, -1.0, 1.0).ravel()[0])


def _inside(along: Floats, room: Floats) -> Floats:
    """The probability of t with along x t < room for all bounds: points x bounds."""
    up, down = along > _SAME, along < -_SAME
    flat = ~(up | down)
    high = (room[:, up] / along[up]).min(axis=1, initial=np.inf)
    low = (room[:, down] / along[down]).max(axis=1, initial=-np.inf)
    open_to = (room[:, flat] > 0).all(axis=1)
    return np.asarray(np.where(open_to, np.maximum(ndtr(high) - ndtr(low), 0.0), 0.0))


@lru_cache(maxsize=32)
def _normals(dimensions: int, seed: int) -> Floats:
    sobol = qmc.Sobol(dimensions, rng=np.random.default_rng(seed))
    points = np.asarray(ndtri(np.clip(sobol.random_base2(_LOG2_POINTS), 1e-12, 1 - 1e-12)))
    points.setflags(write=False)
    return points
