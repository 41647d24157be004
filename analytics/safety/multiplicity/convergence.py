"""Whether chains agree, and how many independent draws theirs are worth."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

from analytics.checks import require
from analytics.safety.incidence.cells import Floats

LARGEST_RHAT = 1.01
SMALLEST_ESS = 400.0


class Convergence(NamedTuple):
    """Of one quantity: bulk effective sample size, and R-hat; NaN if it never changed."""

    ess: float
    rhat: float


def assess(draws: Floats) -> Convergence:
    """Rank-normalised split R-hat and bulk effective sample size.

    R-hat is the larger of the one of the ranks and that of the ranks of the distances from the
    median, so that chains of different spread are noticed too.

    Parameters
    ----------
    draws : array
        By draw and chain: at least four draws and two chains.

    References
    ----------
    Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021), Bayesian Analysis 16:667-718.

    Examples
    --------
    >>> found = assess(np.random.default_rng(1).standard_normal((1000, 4)))
    >>> round(found.rhat, 2), 3000 < found.ess < 5000
    (1.0, True)
    """
    require(draws.ndim == 2, "draws by draw and chain", shape=draws.shape)
    require(draws.shape[0] >= 4 and draws.shape[1] >= 2, "four draws, two chains", got=draws.shape)
    halves = _split(draws)
    if np.ptp(halves) == 0:
        return Convergence(ess=float("nan"), rhat=float("nan"))
    bulk = _normal_scores(halves)
    folded = _normal_scores(np.abs(halves - np.median(halves)))
    # Of a quantity with two values every draw may lie equally far from the median: then the
    # distances say nothing.
    rhats = [_rhat(one) for one in (bulk, folded) if np.ptp(one) > 0]
    return Convergence(ess=_ess(bulk), rhat=max(rhats))


def probability_error(probability: float, ess: float, general_ess: float) -> float:
    """Monte-Carlo standard error of a share of draws.

    When all draws agree they have no effective sample size of their own (NaN); the error is then
    one over that of the quantity which the draws are about, as if one of them had disagreed.

    Examples
    --------
    >>> probability_error(0.5, 100.0, 80.0), probability_error(1.0, float("nan"), 80.0)
    (0.05, 0.0125)
    """
    if np.isnan(ess):
        return 1 / general_ess
    return float(np.sqrt(probability * (1 - probability) / ess))


def _split(draws: Floats) -> Floats:
    """Each chain as two, its halves; the middle draw of an odd number is left out."""
    half = draws.shape[0] // 2
    return np.concatenate([draws[:half], draws[-half:]], axis=1)


def _normal_scores(draws: Floats) -> Floats:
    ranks = rankdata(draws, axis=None).reshape(draws.shape)
    found: Floats = ndtri((ranks - 0.375) / (draws.size + 0.25))
    return found


def _rhat(draws: Floats) -> float:
    """Standard deviation over all chains relative to that within them."""
    within, all_chains = _variances(draws)
    return float(np.sqrt(all_chains / within)) if within > 0 else float("inf")


def _variances(draws: Floats) -> tuple[float, float]:
    """Within the chains, and of the target as estimated from all of them."""
    number = draws.shape[0]
    within = float(draws.var(axis=0, ddof=1).mean())
    between = float(draws.mean(axis=0).var(ddof=1))
    return within, within * (number - 1) / number + between


def _ess(draws: Floats) -> float:
    number, chains = draws.shape
    within, all_chains = _variances(draws)
    correlation = 1 - (within - _autocovariances(draws)) / all_chains
    correlation[0] = 1.0
    pairs = correlation[: number - number % 2].reshape(-1, 2).sum(axis=1)
    # Sums of neighbours are positive and fall: what follows the first that is not, is noise.
    noise = np.flatnonzero(pairs < 0)
    known = pairs[: noise[0]] if noise.size else pairs
    draws_for_one = 2 * np.minimum.accumulate(known).sum() - 1
    size = number * chains
    # Chains that alternate can be worth more than their draws, within limits.
    return float(size / max(draws_for_one, 1 / np.log10(size)))


def _autocovariances(draws: Floats) -> Floats:
    """At each lag, averaged over chains."""
    number = draws.shape[0]
    centred = draws - draws.mean(axis=0)
    length = 1 << (2 * number - 1).bit_length()
    power = np.abs(np.fft.rfft(centred, length, axis=0)) ** 2
    found: Floats = np.fft.irfft(power, length, axis=0)[:number].mean(axis=1) / (number - 1)
    return found
