"""Curves fitted again to estimates drawn from their distribution (parametric bootstrap)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics.checks import require
from analytics.dosing.response.curves import curves_at
from analytics.dosing.response.estimates import DoseEstimates
from analytics.dosing.response.fit import DoseResponseFit
from analytics.dosing.response.profile_fit import ProfileFit

Floats = NDArray[np.float64]
FEWEST_DRAWS = 100


def draw_estimates(estimates: DoseEstimates, deviates: Floats) -> Floats:
    """Estimates as other trials of the same kind would have given them, draws x doses.

    Parameters
    ----------
    estimates : DoseEstimates
        Mean and covariance of the draws.
    deviates : array, draws x doses
        Standard normals.
    """
    root = np.linalg.cholesky(np.asarray(estimates.covariance, dtype=float))
    return np.asarray(np.asarray(estimates.estimates, dtype=float) + deviates @ root.T)


def standard_normals(draws: int, doses: int, seed: int) -> Floats:
    """The same for the same seed, whatever the machine.

    Examples
    --------
    >>> standard_normals(100, 2, seed=1)[0].round(3).tolist()
    [0.346, 0.822]
    """
    require(draws >= FEWEST_DRAWS, f"draws >= {FEWEST_DRAWS}", draws=draws)
    require(seed >= 0, "seed >= 0", seed=seed)
    return np.random.default_rng(seed).standard_normal((draws, doses))


def refit(fit: DoseResponseFit, drawn: Floats) -> tuple[Floats, Floats]:
    """Parameters and criterion of the same family, by drawn estimates."""
    estimates = fit.estimates
    profile = ProfileFit.of(
        fit.kind,
        np.asarray(estimates.doses, dtype=float),
        np.asarray(estimates.covariance, dtype=float),
        np.asarray(fit.constants, dtype=float),
        fit.bounds,
    )
    return profile.fit(drawn)


def refitted_curves(fit: DoseResponseFit, drawn: Floats, doses: ArrayLike) -> Floats:
    """Responses, draws x doses."""
    parameters, _ = refit(fit, drawn)
    return curves_at(fit.kind, parameters, np.asarray(fit.constants, dtype=float), doses)


def percentile_interval(values: Floats, level: float) -> tuple[Floats, Floats]:
    """Lower and upper percentiles along the first axis; values may be infinite.

    Examples
    --------
    >>> low, high = percentile_interval(np.array([1.0, 2.0, 3.0, np.inf]), 0.5)
    >>> float(low), float(high)
    (1.0, inf)
    """
    tail = (1 - level) / 2
    # Between two order statistics the outer one: infinities are not averaged.
    lower = np.quantile(values, tail, axis=0, method="lower")
    upper = np.quantile(values, 1 - tail, axis=0, method="higher")
    return np.asarray(lower), np.asarray(upper)


def sign_of(direction: str) -> int:
    """1 when an increase is a benefit, -1 when a decrease is.

    Examples
    --------
    >>> sign_of("decrease")
    -1
    """
    known: Sequence[str] = ("increase", "decrease")
    require(direction in known, f"direction in {known}", direction=direction)
    return 1 if direction == "increase" else -1
