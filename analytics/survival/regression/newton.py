"""Newton's method for a log-likelihood, with an end that is certain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analytics.checks import NotEstimableError
from analytics.survival.regression.columns import Floats

MOST_STEPS = 60
_SMALL_MOVE = 1e-9  # in standard errors
_SMALL_GAIN = 1e-9  # relative to the log-likelihood: nothing to gain, yet the estimate may move
_FAR = 1e-3  # a move, on the scale of the estimate, that a settled fit does not make
_LONGEST = 5.0  # longest move of one coefficient; far from the top Newton can overshoot
_ROUNDING = 1e-6  # in standard errors; moves this short that do not get shorter are rounding


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Expansion:
    """A log-likelihood around an estimate, to second order."""

    estimate: Floats
    value: float
    score: Floats
    information: Floats

    @property
    def covariance(self) -> Floats:
        """Inverse of the information."""
        inverse = np.linalg.inv(self.information)
        return np.asarray((inverse + inverse.T) / 2, dtype=np.float64)

    def move(self) -> Floats:
        """Newton's step; uphill even where the log-likelihood is not concave; NaN without one."""
        if not np.isfinite(self.information).all():
            return np.full(self.score.shape, np.nan)
        try:
            np.linalg.cholesky(self.information)
            return np.asarray(np.linalg.solve(self.information, self.score), dtype=np.float64)
        except np.linalg.LinAlgError:
            curvature, axes = np.linalg.eigh(self.information)
            floor = 1e-8 * max(float(np.abs(curvature).max()), 1e-300)
            steepness = np.maximum(np.abs(curvature), floor)
            return np.asarray(axes @ ((axes.T @ self.score) / steepness), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Maximum:
    """Where the climb ended, and after how many steps."""

    top: Expansion
    steps: int


def maximised(
    at: Callable[[Floats], Expansion],
    here: Expansion,
    *,
    what: str,
    stuck: Callable[[Expansion, Floats], None],
) -> Maximum:
    """Climb to the top of a log-likelihood.

    The climb ends when the next move is below 1e-9 standard errors (or, where rounding is
    coarser, below 1e-6 and no longer getting shorter) and the estimate itself stands still: a
    likelihood that flattens while its estimate wanders off has no top.

    Parameters
    ----------
    at : callable
        The expansion at an estimate; its value may be NaN or infinite where there is none.
    here : Expansion
        Start.
    what : str
        Named in the error.
    stuck : callable
        Called with the expansion and the next move when the log-likelihood has stopped rising
        while the estimate still moves, and at the end; raises if it knows why.

    Raises
    ------
    NotEstimableError
        No top within 60 steps, or a plateau or saddle in its place.

    Examples
    --------
    >>> def log_likelihood(at):  # three events in ten units of time: a rate of 0.3
    ...     rate = float(np.exp(at[0]))
    ...     information = np.array([[10 * rate]])
    ...     return Expansion(estimate=at, value=3 * float(at[0]) - 10 * rate,
    ...                      score=np.array([3 - 10 * rate]), information=information)
    >>> found = maximised(log_likelihood, log_likelihood(np.zeros(1)), what="rate", stuck=print)
    >>> float(np.exp(found.top.estimate[0]).round(9))
    0.3
    """
    before = np.inf
    for steps in range(MOST_STEPS):
        move = here.move()
        furthest = float(np.abs(move).max(initial=0.0))
        if not np.isfinite(furthest):
            break
        length = float(np.sqrt(max(float(here.score @ move), 0.0)))
        still = furthest < _FAR * _FAR and length < _SMALL_MOVE
        rounding = furthest < _FAR and before / 2 < length < _ROUNDING
        if still or rounding:
            return _top(here, steps, what)
        before = length
        there = _uphill(at, here, move * min(1.0, _LONGEST / furthest))
        if there is None:  # rounding leaves nothing to climb
            if length < _ROUNDING and furthest < _FAR:
                return _top(here, steps, what)
            break
        gain = there.value - here.value
        here = there
        if gain <= _SMALL_GAIN * abs(here.value) and furthest > _FAR:
            stuck(here, here.move())
    stuck(here, here.move())
    raise NotEstimableError(f"No {what}: the likelihood has no top that {MOST_STEPS} steps reach.")


def _top(here: Expansion, steps: int, what: str) -> Maximum:
    try:
        np.linalg.cholesky(here.information)
    except np.linalg.LinAlgError:
        raise NotEstimableError(f"No {what}: the likelihood is flat where it is highest.") from None
    return Maximum(top=here, steps=steps)


def _uphill(at: Callable[[Floats], Expansion], here: Expansion, move: Floats) -> Expansion | None:
    slack = 1e-12 * abs(here.value)  # rounding may make the last, tiny moves look downhill
    for _ in range(40):
        with np.errstate(all="ignore"):  # a move too far has no value, and is halved
            there = at(here.estimate + move)
        if np.isfinite(there.value) and there.value >= here.value - slack:
            return there
        move = move / 2
    return None
